"""Which mails no person wrote; in doubt it was a person."""

import pytest
from mail_samples import mail, mixed, page, part

from amends.archive.mail import Recipient, parse


def kind(raw: bytes) -> str | None:
    found = parse(raw).automatic
    return found.kind if found is not None else None


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Parcel 48213",
        "Out of Office: Parcel",
        "Out of office until 3 March",
        "[EXTERNAL] Automatic reply: Parcel",
        "Automatinis atsakymas: siunta",
        "Automatski odgovor: paket",
        "מענה אוטומטי: חבילה",
        "תשובה אוטומטית",
        "Automaatne vastus: pakk",
        "Automatická odpoveď: balík",
        "AUTOMATICKA ODPOVED: balik",
        "Abwesenheitsnotiz: Paket",
        "Réponse automatique : colis",
    ],
)
def test_answers_of_programs_by_their_subject(subject: str) -> None:
    assert kind(mail(Subject=subject)) == "auto-reply"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Auto-Submitted: auto-replied", "auto-reply"),
        ("Auto-Submitted: auto-replied (vacation)", "auto-reply"),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=x@mail.example", "auto-reply"),
        ("X-Autoreply: yes", "auto-reply"),
        ("X-Autorespond: Parcel", "auto-reply"),
        ("Precedence: auto_reply", "auto-reply"),
        ("Auto-Submitted: auto-generated", "notice"),
        ("Auto-Submitted: auto-notified", "notice"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("List-Unsubscribe: <https://news.example/u>", "bulk"),
        ("X-Failed-Recipients: fay@mail.example", "delivery-report"),
        ("Auto-Submitted: no", None),
        ("X-Autoreply: no", None),
        ("Precedence: list", None),
        ("Precedence: first-class", None),
    ],
)
def test_headers_that_say_who_wrote(header: str, expected: str | None) -> None:
    assert kind(mail(head=[header])) == expected


@pytest.mark.parametrize(
    "subject",
    [
        "On holiday the heating failed",
        "Dovolenka",
        "Puhkusel läks kohver katki",
        "Re: Automatic reply: Parcel",
        "Undelivered parcel!",
        "Delivery failed again",
        "Read this",
        "Your automatic door is broken",
        "Nepristatyta siunta",
        "נקרא לזה גניבה",
        "",
    ],
)
def test_a_customer_may_begin_a_subject_like_this(subject: str) -> None:
    assert kind(mail(Subject=subject)) is None


@pytest.mark.parametrize(
    "headers",
    [
        ["Precedence: list", "List-Id: <help.shop.example>", "List-Post: <mailto:help@shop.example>"],
        ["Precedence: list", "X-Google-Group-Id: 1", "List-Unsubscribe: <mailto:x@groups.example>"],
        ["List-Unsubscribe: <https://shop.example/u>", "In-Reply-To: <zero@shop.example>"],
        ["Auto-Submitted: auto-generated", "X-Mailer: Zendesk Mailer"],
        ["Precedence: bulk", "X-Mailer: Zammad Mail Service"],
        ["X-Auto-Response-Suppress: All"],
    ],
)
def test_lists_and_desks_pass_on_what_people_wrote(headers: list[str]) -> None:
    assert kind(mail(head=headers)) is None


def test_what_must_get_no_automatic_answer() -> None:
    assert parse(mail()).may_be_answered_automatically
    for header in (
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Precedence: list",
        "List-Id: <help.shop.example>",
        "Auto-Submitted: auto-generated",
        "Return-Path: <>",
    ):
        assert not parse(mail(head=[header])).may_be_answered_automatically
    for sender in ("no-reply@mail.example", "noreply+1@mail.example", "MAILER-DAEMON@mail.example", "Somebody", None):
        assert not parse(mail(From=sender)).may_be_answered_automatically
    assert parse(mail(head=["X-Auto-Response-Suppress: None"])).may_be_answered_automatically


REPORT = """Reporting-MTA: dns; mx.shop.example

Final-Recipient: rfc822; fay@mail.example
Original-Recipient: rfc822;Fay@mail.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <fay@mail.example>: no such
 mailbox

Final-Recipient: rfc822; bob@mail.example
Action: delayed
Status: 4.4.1
"""


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_delivery_report(returned: str) -> None:
    sent = mail("We lost it.", From="hello@shop.example", To="fay@mail.example", Message_ID="<ours@shop.example>")
    raw = mixed(
        part("Your mail did not reach fay@mail.example."),
        part(REPORT.replace("\n", "\r\n"), "message/delivery-status"),
        part(sent, returned),
        subtype="report; report-type=delivery-status",
        From="MAILER-DAEMON@mx.shop.example",
        Subject="Undelivered Mail Returned to Sender",
    )
    found = parse(raw)
    assert kind(raw) == "delivery-report"
    assert found.text == "Your mail did not reach fay@mail.example."
    assert found.report is not None
    assert found.report.message_id == "ours@shop.example"
    assert found.report.failed
    assert found.report.recipients == (
        Recipient("fay@mail.example", "failed", "5.1.1", "550 5.1.1 <fay@mail.example>: no such mailbox"),
        Recipient("bob@mail.example", "delayed", "4.4.1", ""),
    )
    assert not found.may_be_answered_automatically


def test_a_delivery_report_of_an_older_server() -> None:
    text = """Hi. This is the mail program at relay.example.
I could not deliver your message to the following addresses.

<fay@mail.example>:
192.0.2.1 does not like recipient. Remote host said: 550 5.1.1 unknown

--- Below this line is a copy of the message.

Return-Path: <hello@shop.example>
Message-ID: <ours@shop.example>
Subject: Your parcel
"""
    found = parse(mail(text, From="MAILER-DAEMON@relay.example", Subject="failure notice"))
    assert found.report is not None
    assert found.report.recipients == (Recipient("fay@mail.example", "failed", "5.1.1", ""),)
    assert found.report.message_id == "ours@shop.example"


def test_a_bounce_that_is_known_by_subject_and_empty_return_path() -> None:
    undelivered = "Nedoručiteľné: Váš balík"
    assert kind(mail(Subject=undelivered, head=["Return-Path: <>"])) == "delivery-report"
    assert kind(mail(Subject=undelivered)) is None


def test_receipts_and_abuse_reports() -> None:
    raw = mixed(
        part("Your mail was read."),
        part("Disposition: manual-action/MDN-sent-manually; displayed", "message/disposition-notification"),
        subtype="report; report-type=disposition-notification",
    )
    assert kind(raw) == "receipt"
    assert kind(mixed(part("Spam."), part("x", "message/feedback-report"), subtype="report")) == "abuse-report"


def test_a_mailing_in_html_is_told_from_an_answer_in_html() -> None:
    unsubscribe = "List-Unsubscribe: <https://shop.example/u>"
    assert kind(page("<p>Sale!</p>").replace(b"\r\n\r\n", f"\r\n{unsubscribe}\r\n\r\n".encode(), 1)) == "bulk"
    answer = page("<p>Where is it?</p>", Subject="Re: Sale!")
    assert kind(answer.replace(b"\r\n\r\n", f"\r\n{unsubscribe}\r\n\r\n".encode(), 1)) is None
