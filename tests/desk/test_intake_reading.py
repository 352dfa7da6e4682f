"""Raw mails become messages of the right cases, or are shown with the reason why not."""

from email.message import EmailMessage

import pytest
from django.utils import timezone

from amends.desk.cases.models import Attachment, Case, HearingCorrection, Message, RawMessage
from amends.desk.cases.services import keep_raw, record_out, set_aside
from amends.desk.clock.loop import run_due
from amends.desk.customers.models import Customer
from amends.desk.intake.mail.reply_address import reply_address, revoke_reply_addresses, token_of
from amends.desk.intake.models import Mailbox
from amends.desk.people.roles import DESK, INTAKE
from amends.desk.store import read as read_stored

CAKE = "The cake for Saturday never came. You promised it by noon. I want my money back."


@pytest.fixture
def mailbox(business):
    return Mailbox.objects.create(address="hello@bakery.example", kind="delivered", takes_replies=True)


@pytest.fixture
def bring(mailbox):
    """`bring(mail)` stores a mail as a mailbox does; `run_due` reads it. Gives the raw row, read."""

    def bring(mail, envelope=None, read=True, box=mailbox):
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        row, _new = keep_raw(INTAKE, box.raw_name, raw, envelope=envelope)
        if read:
            run_due()
            row.refresh_from_db()
        return row

    return bring


def mail(text=CAKE, **headers):
    made = EmailMessage()
    values = {
        "From": "Ruta Kalniene <ruta@mail.example>",
        "To": "hello@bakery.example",
        "Subject": "The cake",
        "Message-ID": "<one@mail.example>",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0200",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in values.items():
        if value is not None:
            made[name] = value
    made.set_content(text)
    return made


def our_reply(case, agent, mail_id="<ours@bakery.example>", to="ruta@mail.example"):
    return record_out(
        agent, case, text="I am sorry.", channel="mail", mail_id=mail_id, recipients={"to": [["Ruta", to]]}
    )


def only_case():
    return Case.objects.get()


def test_a_complaint_by_mail_opens_a_case(bring):
    row = bring(mail())
    case = only_case()
    message = case.messages.get()
    assert row.state == "read"
    assert case.state == "new"
    assert (case.subject, case.language, case.customer.name) == ("The cake", "en", "Ruta Kalniene")
    assert case.severity > 0
    assert message.words.strip() == CAKE
    assert (message.mail_id, message.raw) == ("<one@mail.example>", row)
    assert message.hearing.is_complaint
    begin, end = message.hearing.result["happened"][0]
    assert message.words[begin:end] in CAKE
    assert case.customer.contacts.get().verified_at is not None


def test_quotes_and_signatures_are_cut_from_the_own_words(bring):
    text = (
        f"{CAKE}\n\nRegards,\nRuta\n\nOn Tue, 3 Nov 2026 at 10:00, Bakery <hello@bakery.example> wrote:\n> Thank you\n"
    )
    bring(mail(text))
    message = Message.objects.get()
    assert message.words == CAKE
    assert "Thank you" in message.text


def test_an_answer_joins_the_case_of_the_mail_it_answers(bring, agent):
    bring(mail())
    case = only_case()
    our_reply(case, agent)
    case.refresh_from_db()
    assert case.state == "waiting-for-customer"
    bring(
        mail("Still nothing here. I am waiting.", Message_ID="<two@mail.example>", In_Reply_To="<ours@bakery.example>")
    )
    case = only_case()
    assert case.state == "waiting-for-us"
    assert case.messages.filter(direction="in").count() == 2


def test_references_alone_are_enough(bring, agent):
    bring(mail())
    our_reply(only_case(), agent)
    bring(mail("And now?", Message_ID="<two@mail.example>", References="<far@x.example> <ours@bakery.example>"))
    assert only_case().messages.filter(direction="in").count() == 2


def test_a_signed_reply_address_leads_to_its_case(bring, agent):
    bring(mail())
    address = reply_address(only_case())
    assert address.startswith("hello+")
    bring(mail("And now?", Message_ID="<two@mail.example>", To=address.upper()))
    assert only_case().messages.filter(direction="in").count() == 2


def test_the_address_of_the_envelope_counts_too(bring):
    bring(mail())
    address = reply_address(only_case())
    bring(mail("And now?", Message_ID="<two@mail.example>", To="undisclosed"), envelope={"to": [address]})
    assert only_case().messages.filter(direction="in").count() == 2


@pytest.mark.parametrize("ruin", ["signature", "case", "old", "revoked"])
def test_a_reply_address_that_is_not_signed_leads_nowhere(bring, agent, ruin):
    bring(mail())
    case = only_case()
    token = token_of(case)
    if ruin == "signature":
        token = token[:-2] + ("aa" if token[-2:] != "aa" else "bb")
    elif ruin == "case":
        token = "2222222222" + token[10:]
    elif ruin == "old":
        token = token_of(case, timezone.now() - timezone.timedelta(days=2))
    else:
        revoke_reply_addresses(agent, case)
    bring(mail("And now?", Message_ID="<two@mail.example>", To=f"hello+{token}@bakery.example"))
    assert Case.objects.count() == 2
    assert case.messages.count() == 1


def test_a_number_in_the_subject_leads_nowhere(bring):
    bring(mail())
    case = only_case()
    bring(
        mail(
            "And now?",
            From="eve@evil.example",
            Message_ID="<e@evil.example>",
            Subject=f"Re: [#{case.pk}] {case.public_id}",
        )
    )
    assert case.messages.count() == 1


@pytest.mark.parametrize("way", ["headers", "address"])
def test_a_stranger_in_somebodys_thread_opens_a_case_of_their_own(bring, agent, way):
    bring(mail())
    case = only_case()
    our_reply(case, agent)
    more = {"In_Reply_To": "<ours@bakery.example>"} if way == "headers" else {"To": reply_address(case)}
    bring(
        mail("I am her brother. Your cake made me ill.", From="eve@evil.example", Message_ID="<e@evil.example>", **more)
    )
    assert case.messages.filter(direction="in").count() == 1
    other = Case.objects.exclude(pk=case.pk).get()
    assert other.customer != case.customer
    assert other.log.filter(act="message.stranger").exists()


def test_somebody_to_whom_we_wrote_in_the_case_takes_part(bring, agent):
    bring(mail())
    case = only_case()
    our_reply(case, agent, to="husband@mail.example")
    bring(
        mail(
            "She is still waiting.",
            From="husband@mail.example",
            Message_ID="<h@x>",
            In_Reply_To="<ours@bakery.example>",
        )
    )
    assert only_case().messages.filter(direction="in").count() == 2


def test_the_same_mail_is_taken_in_once(bring, mailbox):
    other = Mailbox.objects.create(address="info@bakery.example", kind="delivered")
    first = bring(mail())
    assert bring(mail()) == first
    copied = b"Received: by mx.bakery.example; Sun, 22 Nov 2026 08:00:00 +0000\r\n" + mail().as_bytes()
    row = bring(copied, box=other)
    assert row.state == "no-case"
    assert row.envelope["outcome"] == {"why": "duplicate", "message": Message.objects.get().pk}


def test_another_mail_with_a_stolen_id_is_no_duplicate(bring):
    bring(mail("My parcel is broken, and nobody answers me.", From="eve@evil.example"))
    bring(mail())
    assert Message.objects.count() == 2
    assert Customer.objects.count() == 2


def test_the_same_mail_without_an_id_from_two_mailboxes_is_one(bring):
    other = Mailbox.objects.create(address="info@bakery.example", kind="delivered")
    bring(mail(Message_ID=None))
    bring(b"X-Way: other\n" + mail(Message_ID=None).as_bytes(), box=other)
    assert Message.objects.count() == 1


def test_what_is_no_complaint_is_set_aside(bring):
    bring(mail("Hello, what are your opening hours on Sunday? Thank you.", Subject="Opening hours"))
    case = only_case()
    assert (case.state, case.set_aside_why) == ("set-aside", "no-complaint")
    assert not case.messages.get().hearing.is_complaint


def test_what_cannot_be_heard_stays_where_people_see_it(bring):
    bring(mail("Kuchen kam nicht, und niemand hat angerufen. Das ist wirklich sehr schade gewesen."))
    assert only_case().state == "new"
    assert only_case().messages.get().hearing.result["complaint"] is None


def test_a_mail_without_words_stays_where_people_see_it(bring):
    made = mail("")
    made.add_attachment(b"\x89PNG\r\n\x1a\n" + b"\0" * 30, maintype="image", subtype="png", filename="broken.png")
    bring(made)
    assert only_case().state == "new"


def test_a_complaint_brings_back_a_case_that_was_set_aside_unless_it_is_spam(bring, agent):
    bring(mail("Hello, what are your opening hours on Sunday? Thank you.", Subject="Opening hours"))
    bring(mail(CAKE, Message_ID="<two@mail.example>", In_Reply_To="<one@mail.example>"))
    case = only_case()
    assert case.state == "new"
    set_aside(agent, case, "spam")
    bring(mail(CAKE + " Again!", Message_ID="<three@mail.example>", In_Reply_To="<one@mail.example>"))
    case.refresh_from_db()
    assert case.state == "set-aside"


AUTO = {"Auto_Submitted": "auto-replied", "Subject": "Out of office"}


def test_an_automatic_answer_opens_no_case(bring):
    row = bring(mail("I am away until Monday.", **AUTO))
    assert not Case.objects.exists()
    assert row.state == "no-case"
    assert row.envelope["outcome"]["why"] == "auto-reply"


def test_an_automatic_answer_in_a_case_is_kept_there_and_moves_nothing(bring, agent):
    bring(mail())
    case = only_case()
    our_reply(case, agent)
    bring(mail("I am away.", Message_ID="<a@x>", In_Reply_To="<ours@bakery.example>", **AUTO))
    case.refresh_from_db()
    assert case.state == "waiting-for-customer"
    assert case.messages.get(direction="in", automatic=True).text.strip() == "I am away."


def test_a_newsletter_opens_no_case_but_a_complaint_by_a_program_does(bring):
    bring(mail("Ten new recipes for you.", List_Unsubscribe="<https://x.example/u>", Message_ID="<n@x>"))
    assert not Case.objects.exists()
    bring(mail(CAKE, Auto_Submitted="auto-generated", Message_ID="<g@x>"))
    assert only_case().state == "new"


def bounce(mail_id="<ours@bakery.example>", to="hello@bakery.example", action="failed"):
    return f"""From: MAILER-DAEMON@mx.mail.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{action}@mx.mail.example>
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.mail.example

Final-Recipient: rfc822; ruta@mail.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user here

--b
Content-Type: text/rfc822-headers

Message-ID: {mail_id}
Subject: The cake
--b--
""".encode()


def test_a_bounce_goes_to_the_case_of_the_mail_and_the_customer_waits_again(bring, agent):
    bring(mail())
    case = only_case()
    reply = our_reply(case, agent)
    bring(bounce())
    case.refresh_from_db()
    reply.refresh_from_db()
    assert case.state == "waiting-for-us"
    assert reply.delivery == "bounced"
    assert "No such user here" in reply.delivery_words
    assert case.messages.filter(direction="in", automatic=True).count() == 1


def test_a_late_delivery_is_noted_and_moves_nothing(bring, agent):
    bring(mail())
    case = only_case()
    reply = our_reply(case, agent)
    bring(bounce(action="delayed"))
    case.refresh_from_db()
    reply.refresh_from_db()
    assert (case.state, reply.delivery) == ("waiting-for-customer", "")
    assert reply.delivery_words


def test_a_bounce_of_somebody_elses_mail_opens_no_case(bring):
    row = bring(bounce("<unknown@elsewhere.example>"))
    assert (row.state, row.envelope["outcome"]["why"]) == ("no-case", "bounce")
    assert not Case.objects.exists()


def test_our_own_mail_that_comes_round_opens_no_case(bring):
    row = bring(mail(From="hello@bakery.example"))
    assert row.envelope["outcome"]["why"] == "own"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x00\x01\x02 nothing like a mail", "no-headers"),
        (b"", "no-headers"),
        (b"Subject: no sender\n\nHello", "no-sender"),
        (b"From: only a name\n\nHello", "no-sender"),
    ],
)
def test_what_cannot_be_read_is_kept_and_shown_as_such(bring, raw, why):
    row = bring(raw)
    assert (row.state, row.envelope["outcome"]["why"]) == ("unreadable", why)
    assert row.raw() == raw


AWKWARD = {
    "raw ISO-8859-8 Hebrew": "העוגה לא הגיעה בשבת".encode("iso-8859-8"),
    "bad UTF-8": b"The cake \xff\xfe\xfa never came",
    "NUL": b"The cake\x00 never came",
}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("charset", ["iso-8859-8", "utf-8", "x-nobody-knows", None])
def test_one_bad_mail_never_stops_the_others(bring, name, charset):
    header = f"Content-Type: text/plain; charset={charset}\n".encode() if charset else b""
    bring(
        b"From: a@mail.example\nMessage-ID: <bad@x>\nSubject: \xd9\xf2\n" + header + b"\n" + AWKWARD[name], read=False
    )
    bring(mail())
    assert not RawMessage.objects.filter(state="waiting").exists()
    assert Message.objects.count() == 2


def test_a_message_whose_reading_fails_waits_and_is_given_up_in_the_end(bring, monkeypatch):
    from amends.desk.intake.mail import reading

    real = reading.parse

    def parse(raw):
        if b"trap" in raw:
            raise RuntimeError("nobody thought of this")
        return real(raw)

    monkeypatch.setattr(reading, "parse", parse)
    trapped = bring(mail("trap", Message_ID="<t@x>"), read=False)
    good = bring(mail())
    assert good.state == "read"
    moment = timezone.now()
    for _ in range(8):
        moment += timezone.timedelta(hours=2)
        run_due(moment)
    trapped.refresh_from_db()
    assert (trapped.state, trapped.envelope["outcome"]["why"]) == ("unreadable", "failed")


def test_attachments_are_stored_by_hash_with_a_safe_name_and_a_sniffed_type(bring):
    made = mail()
    made.add_attachment(
        b"<html><script>alert(1)</script>", maintype="image", subtype="png", filename="../../etc/pass.png"
    )
    made.add_attachment(b"MZ" + b"\0" * 60, maintype="application", subtype="pdf", filename="invoice.pdf")
    bring(made)
    page, program = Attachment.objects.order_by("pk")
    assert (page.name, page.content_type) == ("pass.png", "text/html")
    assert program.content_type != "application/pdf"
    assert read_stored(page.content_hash) == b"<html><script>alert(1)</script>"


def test_an_attachment_that_is_too_large_is_named_and_the_mail_is_read(bring, settings):
    settings.LARGEST_UPLOAD = 1024 * 1024
    made = mail()
    made.add_attachment(b"x" * 1_100_000, maintype="application", subtype="octet-stream", filename="film.bin")
    bring(made)
    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.content_hash) == ("film.bin", "")
    assert "1 MB" in attachment.problem


@pytest.mark.parametrize(
    "date", ["Tue, 1 Jan 2019 10:00:00 +0000", "Tue, 1 Jan 2069 10:00:00 +0000", "yesterday", None]
)
def test_a_wrong_date_takes_nobody_to_the_top_of_the_inbox(bring, date):
    row = bring(mail(Date=date))
    assert only_case().waits_since == row.received_at


def test_a_person_takes_up_what_the_desk_left_out_and_that_is_kept_as_data(bring, agent):
    from amends.desk.intake.services.correcting import take_up_raw

    row = bring(mail("I am away until Monday.", **AUTO))
    take_up_raw(agent, row)
    run_due()
    case = only_case()
    assert case.state == "new"
    correction = HearingCorrection.objects.get()
    assert (correction.field, correction.corrected, correction.person) == ("is_complaint", True, agent)


def test_corrections_by_one_click_are_kept_as_data(bring, agent):
    from amends.desk.intake.services.correcting import is_a_complaint, is_no_complaint

    bring(mail("Hello, what are your opening hours on Sunday? Thank you.", Subject="Opening hours"))
    case = only_case()
    is_a_complaint(agent, case)
    case.refresh_from_db()
    assert case.state == "new"
    is_no_complaint(agent, case)
    case.refresh_from_db()
    assert (case.state, case.set_aside_why) == ("set-aside", "no-complaint")
    kept = HearingCorrection.objects.values_list("heard", "corrected")
    assert list(kept) == [(False, True), (False, False)]


def test_reading_twice_changes_nothing(bring):
    from amends.desk.intake.reading import read

    row = bring(mail())
    row.state = "waiting"
    read(row)
    assert Message.objects.count() == 1


def test_a_mail_to_an_erased_customer_joins_nothing(bring, agent):
    bring(mail())
    case = only_case()
    our_reply(case, agent)
    Customer.objects.update(erased_at=timezone.now())
    case.customer.contacts.all().delete()
    bring(mail("And now?", Message_ID="<two@x>", In_Reply_To="<ours@bakery.example>"))
    assert case.messages.filter(direction="in").count() == 1
    assert Case.objects.count() == 2


def test_the_desk_itself_does_not_move_by_what_it_says(bring):
    bring(mail())
    case = only_case()
    record_out(DESK, case, text="It has arrived.", channel="mail", automatic=True)
    case.refresh_from_db()
    assert case.state == "new"
