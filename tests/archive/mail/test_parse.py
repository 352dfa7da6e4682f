"""What one mail says, from its bytes."""

import base64
import quopri
from datetime import UTC, datetime, timedelta, timezone

import pytest
from mail_samples import file_part, mail, mixed, multipart, page, part

from amends import messages
from amends.archive.mail import Address, parse


def codes(raw: bytes) -> list[str]:
    return [defect.code for defect in parse(raw).defects]


def test_a_plain_mail() -> None:
    found = parse(
        mail(
            "Hello,\r\n\r\nit never came.\r\n",
            In_Reply_To="<zero@shop.example>",
            References="<first@shop.example>\r\n <zero@shop.example>",
            Cc='"Lee, Ann" <ann@mail.example>, bob@mail.example',
            Reply_To="fay@home.example",
        )
    )
    assert found.message_id == "one@mail.example"
    assert found.in_reply_to == ("zero@shop.example",)
    assert found.references == ("first@shop.example", "zero@shop.example")
    assert found.sender == Address("Fay Moore", "fay@mail.example")
    assert found.to == (Address("Harbour Shop", "hello@shop.example"),)
    assert found.cc == (Address("Lee, Ann", "ann@mail.example"), Address("", "bob@mail.example"))
    assert found.reply_to == (Address("", "fay@home.example"),)
    assert found.subject == "Parcel 48213"
    assert found.sent == datetime(2025, 2, 11, 13, 5, tzinfo=timezone(timedelta(hours=2)))
    assert found.text == "Hello,\n\nit never came."
    assert found.text_from == "plain"
    assert (found.date_problem, found.problem, found.defects) == (None, None, ())
    assert found.automatic is None
    assert found.may_be_answered_automatically
    assert found.html == ""


def test_headers_are_read_in_any_case_and_folded_anywhere() -> None:
    raw = b"fRoM: Fay\r\n\tMoore\r\n <fay@mail.example>\nSUBJECT:\n Parcel\n\t48213\nmessage-id:<a@b.example>\n\nHi"
    found = parse(raw)
    assert found.sender == Address("Fay Moore", "fay@mail.example")
    assert found.subject == "Parcel 48213"
    assert found.message_id == "a@b.example"
    assert found.text == "Hi"
    assert found.header("Subject") == "Parcel 48213"
    assert found.header("X-Nothing") == ""


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_any_line_ends(ending: bytes) -> None:
    raw = mixed(part("first\r\nsecond"), file_part(b"\x00\x01", "x.bin")).replace(b"\r\n", b"\n").replace(b"\n", ending)
    found = parse(raw)
    assert found.text == "first\nsecond"
    assert [one.read() for one in found.attachments] == [b"\x00\x01"]


@pytest.mark.parametrize(
    ("date", "sent", "problem"),
    [
        ("Tue, 11 Feb 2025 13:05:00 +0200", datetime(2025, 2, 11, 11, 5, tzinfo=UTC), None),
        ("11 Feb 2025 11:05 GMT", datetime(2025, 2, 11, 11, 5, tzinfo=UTC), None),
        ("2025-02-11T11:05:00+00:00", datetime(2025, 2, 11, 11, 5, tzinfo=UTC), None),
        (None, datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "missing"),
        ("sometime in May", datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "unreadable"),
        ("Tue, 31 Feb 2025 13:05:00 +0200", datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "unreadable"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "absurd"),
        ("Sat, 11 Feb 2045 13:05:00 +0200", datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "absurd"),
        ("Sat, 01 Jan 2000 00:00:12 +0000", datetime(2025, 2, 11, 11, 4, tzinfo=UTC), "absurd"),
    ],
)
def test_when_it_was_sent(date: str | None, sent: datetime, problem: str | None) -> None:
    received = [
        "Received: from relay.example by mx.shop.example; Tue, 11 Feb 2025 13:06:10 +0200 (EET)",
        "Received: from home.example by relay.example; Tue, 11 Feb 2025 11:04:00 +0000",
    ]
    found = parse(mail(Date=date, head=received))
    assert found.sent == sent
    assert found.date_problem == problem
    assert (f"date-{problem}" in codes(mail(Date=date, head=received))) == (problem is not None)


def test_nothing_tells_when_it_was_sent() -> None:
    found = parse(mail(Date=None))
    assert (found.sent, found.date_problem) == (None, "missing")


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "base64", "quoted-printable", "x-unheard-of", ""])
def test_transfer_encodings(encoding: str) -> None:
    text = "Užsakymas neatėjo – שלום.\n" if encoding not in ("7bit",) else "It never came.\n"
    data = text.encode()
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(data)
    raw = mail(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding)
    assert parse(raw).text == text.strip()


def test_the_plain_form_of_a_text_in_two_forms_is_read_and_the_rich_one_shown() -> None:
    found = parse(mixed(part("plain words"), part("<p>rich <b>words</b></p>", "text/html"), subtype="alternative"))
    assert (found.text, found.text_from) == ("plain words", "plain")
    assert found.html == "<p>rich <b>words</b></p>"
    assert found.attachments == ()


@pytest.mark.parametrize("plain", ["", " \r\n", "This message is in HTML. Please use a program that can show it."])
def test_an_empty_plain_form_gives_way_to_the_rich_one(plain: str) -> None:
    found = parse(mixed(part(plain), part("<p>The kettle is broken.</p>", "text/html"), subtype="alternative"))
    assert (found.text, found.text_from) == ("The kettle is broken.", "html")


def test_texts_between_pictures_are_one_text() -> None:
    picture = part(b"\x89PNG\r\n\x1a\n", "image/png; name=crack.png", Content_Disposition="inline")
    found = parse(mixed(part("See here:"), picture, part("It is cracked.")))
    assert found.text == "See here:\n\nIt is cracked."
    assert [one.name for one in found.attachments] == ["crack.png"]


def test_alternatives_within_related_within_mixed() -> None:
    inner = multipart(part("plain"), part("<p>rich</p>", "text/html"), boundary="b3")
    related = multipart(
        part(inner, "multipart/alternative; boundary=b3"),
        part(b"GIF89a", "image/gif", Content_ID="<pic@mail.example>"),
        boundary="b2",
    )
    found = parse(mixed(part(related, "multipart/related; boundary=b2"), file_part(b"%PDF-1.4", "bill.pdf")))
    assert found.text == "plain"
    assert found.html == "<p>rich</p>"
    assert [(one.name, one.inline, one.content_id) for one in found.attachments] == [
        ("attachment.gif", True, "pic@mail.example"),
        ("bill.pdf", False, ""),
    ]


def test_a_text_that_came_as_a_file_only_is_the_text() -> None:
    raw = mixed(part("The words.", 'text/plain; name="note.txt"', Content_Disposition="attachment"))
    found = parse(raw)
    assert found.text == "The words."
    assert [one.name for one in found.attachments] == ["note.txt"]


def test_an_attached_text_beside_the_text_is_not_the_text() -> None:
    found = parse(mixed(part("See the log."), part("line\n" * 9, 'text/plain; name="log.txt"')))
    assert found.text == "See the log."


def test_flowed_text_is_joined_by_quote_depth() -> None:
    lines = ["It came ", "too late.", "> On Monday ", "> you said ", "> Friday.", ">> Yes ", "And now?"]
    body = "\r\n".join([*lines, "-- ", "Fay ", "Moore"])
    found = parse(mail(body, Content_Type="text/plain; format=flowed"))
    assert found.text == "It came too late.\n> On Monday you said Friday.\n>> Yes\nAnd now?\n-- \nFay Moore"


def test_flowed_text_that_deletes_its_blanks() -> None:
    found = parse(mail("bro \r\nken\r\n", Content_Type="text/plain; format=flowed; delsp=yes"))
    assert found.text == "broken"


def test_a_forwarded_mail_within_a_forwarded_mail() -> None:
    innermost = mail("The first word.", Subject="Lost", Message_ID="<lost@mail.example>")
    inner = mail(
        multipart(part("See below."), part(innermost, "message/rfc822"), boundary="b2"),
        Subject="Fwd: Lost",
        Content_Type="multipart/mixed; boundary=b2",
    )
    found = parse(mixed(part("Please help."), part(inner, "message/rfc822")))
    (first,) = found.attachments
    assert (first.type, first.name) == ("message/rfc822", "attachment.eml")
    assert first.mail is not None
    assert (first.mail.subject, first.mail.text) == ("Fwd: Lost", "See below.")
    (second,) = first.mail.attachments
    assert second.mail is not None
    assert (second.mail.message_id, second.mail.text) == ("lost@mail.example", "The first word.")
    assert second.mail.raw == innermost
    assert second.read() == innermost


def test_a_nested_mail_that_was_encoded_as_a_whole() -> None:
    raw = mixed(part(base64.encodebytes(mail("Inside.")), "message/rfc822", Content_Transfer_Encoding="base64"))
    (one,) = parse(raw).attachments
    assert one.mail is not None
    assert one.mail.text == "Inside."


def test_appointments() -> None:
    calendar = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "METHOD:REQUEST",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:1@shop.example",
            "DTSTART:20250218T090000Z",
            "DTEND:20250218T093000Z",
            "SUMMARY:Repair of the",
            "  boiler",
            "ORGANIZER;CN=Harbour:mailto:hello@shop.example",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )
    found = parse(mixed(part("Does Tuesday suit you?"), part(calendar, "text/calendar; method=REQUEST; charset=utf-8")))
    assert found.text == "Does Tuesday suit you?"
    (event,) = found.calendar
    assert event.method == "REQUEST"
    assert event.summary == "Repair of the boiler"
    assert (event.starts, event.ends) == ("2025-02-18T09:00:00+00:00", "2025-02-18T09:30:00+00:00")
    assert event.organizer == "hello@shop.example"
    assert [one.declared_type for one in found.attachments] == ["text/calendar"]


def test_an_appointment_that_nobody_can_read_is_still_attached() -> None:
    found = parse(mixed(part("Tuesday?"), part("BEGIN:VEVENT\r\nnonsense", "text/calendar")))
    assert found.calendar == ()
    assert len(found.attachments) == 1


# ---- what is broken


@pytest.mark.parametrize("raw", [b"", b"\n\n\n", b"\x00\xff\x80" * 40, b"\x89PNG\r\n\x1a\n" + bytes(200)])
def test_bytes_that_are_no_mail(raw: bytes) -> None:
    found = parse(raw)
    assert found.raw == raw
    assert found.problem is not None
    assert found.problem.code == "no-headers"
    assert found.text == ""


def test_words_without_headers_are_kept() -> None:
    found = parse("Labas, siunta neatėjo.\nOna".encode())
    assert found.problem is not None
    assert found.text == "Labas, siunta neatėjo.\nOna"


@pytest.mark.parametrize("before", [b"\r\n\r\n", b"\xef\xbb\xbf", b"From fay@mail.example Tue Feb 11 13:05:00 2025\n"])
def test_what_stands_before_the_headers_does_not_matter(before: bytes) -> None:
    found = parse(before + mail())
    assert found.subject == "Parcel 48213"
    assert found.text == "It never came."


def test_a_mail_that_an_editor_saved_with_two_bytes_a_character() -> None:
    found = parse(mail("Užsakymas.", Content_Type="text/plain; charset=utf-8").decode().encode("utf-16"))
    assert (found.subject, found.text) == ("Parcel 48213", "Užsakymas.")


def test_a_missing_empty_line_before_the_text() -> None:
    raw = mail("").removesuffix(b"\r\n") + b"It never came and I wait.\r\nStill.\r\n"
    found = parse(raw)
    assert found.text == "It never came and I wait.\nStill."
    assert codes(raw) == ["no-separator"]


def test_a_broken_line_among_the_headers() -> None:
    raw = (
        b"From: fay@mail.example\r\nthis is none\r\nSubject: Parcel\r\nDate: Tue, 11 Feb 2025 13:05:00 +0200\r\n\r\nHi"
    )
    found = parse(raw)
    assert (found.subject, found.text) == ("Parcel", "Hi")
    assert codes(raw) == ["bad-header"]
    assert found.defects[0].detail == "this is none"


def test_a_mail_that_was_cut_off_within_a_part() -> None:
    raw = mixed(part("All the words."), file_part(bytes(range(256)) * 4, "x.bin"))
    found = parse(raw[: raw.index(b"base64") + 400])
    assert found.text == "All the words."
    (one,) = found.attachments
    assert (bytes(range(256)) * 4).startswith(one.read())
    assert len(one.read()) > 200
    assert "no-end" in [defect.code for defect in found.defects]


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/mixed; boundary=other", 'multipart/mixed; boundary=""'])
def test_a_boundary_that_was_told_wrong_is_found(kind: str) -> None:
    raw = mail(multipart(part("The words."), file_part(b"1", "x.bin")), Content_Type=kind)
    found = parse(raw)
    assert found.text == "The words."
    assert [one.name for one in found.attachments] == ["x.bin"]
    assert codes(raw) == ["guessed-boundary"]


def test_a_multipart_without_any_boundary_is_one_text() -> None:
    raw = mail("Just words.", Content_Type="multipart/alternative; boundary=b1")
    assert parse(raw).text == "Just words."
    assert codes(raw) == ["no-boundary"]


def test_one_text_that_has_parts_all_the_same() -> None:
    raw = mail(multipart(part("The words.")), Content_Type="text/plain; boundary=b1")
    assert parse(raw).text == "The words."


def test_boundaries_that_begin_alike() -> None:
    inner = multipart(part("inner"), boundary="b1x")
    found = parse(mixed(part(inner, "multipart/mixed; boundary=b1x"), part("outer")))
    assert found.text == "inner\n\nouter"


def test_a_part_that_looks_like_headers_but_has_no_empty_line() -> None:
    found = parse(mixed(b"Content-Type: text/plain", part("The words.")))
    assert found.text == "The words."


def test_text_that_says_it_is_base64_and_is_not() -> None:
    raw = mail("The kettle is broken, and nobody answers me.", Content_Transfer_Encoding="base64")
    assert parse(raw).text == "The kettle is broken, and nobody answers me."
    assert codes(raw) == ["encoding"]


def test_base64_with_rubbish_in_it() -> None:
    words = "The kettle is broken. " * 20
    body = base64.encodebytes(words.encode()).replace(b"\n", b"!\r\n\xff-", 3)
    assert parse(mail(body, Content_Transfer_Encoding="base64")).text == words.strip()


def test_base64_in_several_pieces() -> None:
    body = b"".join(base64.b64encode(piece) + b"\r\n" for piece in (b"The ke", b"ttle is", b" broken."))
    raw = mail(body, Content_Transfer_Encoding="base64")
    assert parse(raw).text == "The kettle is broken."
    assert codes(raw) == ["cut-encoding"]


def test_base64_with_a_letter_too_many() -> None:
    raw = mail(base64.b64encode(b"The kettle.x") + b"Q", Content_Transfer_Encoding="base64")
    assert parse(raw).text == "The kettle.x"


def test_uuencoded_text() -> None:
    raw = mail("begin 644 x\r\n,5&AE(&ME='1L92X \r\n`\r\nend\r\n", Content_Transfer_Encoding="x-uuencode")
    assert parse(raw).text.rstrip("\x00") == "The kettle."


def test_parts_nested_deeper_than_anybody_nests_them() -> None:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=d%d\r\n\r\n--d%d\r\n" % (n, n) for n in range(4000))
    raw = b"From: fay@mail.example\r\n" + opening + b"\r\nthe end"
    found = parse(raw)
    assert found.sender == Address("", "fay@mail.example")
    assert "deep" in codes(raw)


def test_more_parts_than_anybody_sends() -> None:
    raw = mixed(*(part(f"part {n}") for n in range(3000)))
    assert parse(raw).text.startswith("part 0\n\npart 1")
    assert "many-parts" in codes(raw)


def test_a_very_long_text_is_cut_and_said_so() -> None:
    raw = mail(b"The kettle is broken. " * 100_000)
    found = parse(raw)
    assert len(found.text) == 1_000_000
    assert codes(raw) == ["long-text"]
    assert found.raw == raw


def test_headers_without_end() -> None:
    raw = b"Subject: " + b"word " * 100_000 + b"\r\nFrom: fay@mail.example\r\n\r\nHi"
    found = parse(raw)
    assert found.subject.startswith("word word")
    assert found.sender == Address("", "fay@mail.example")
    assert "long-header" in codes(raw)


def test_two_senders_and_none() -> None:
    assert parse(mail(From="A <a@x.example>, B <b@x.example>")).sender == Address("A", "a@x.example")
    assert parse(mail(From=None, head=["Return-Path: <fay@mail.example>"])).sender == Address("", "fay@mail.example")
    assert parse(mail(From="Fay Moore")).sender == Address("Fay Moore", "")
    assert parse(mail(From=None)).sender is None


def test_the_text_holds_no_control_characters() -> None:
    raw = mail("a\x00b\x07c\x0bd\u0085e\u2028f\r\n\x1b[31mg\th\r\n", Content_Type="text/plain; charset=utf-8")
    assert parse(raw).text == "abc\nd\ne\nf\n[31mg\th"


def test_the_mark_of_a_signature_keeps_its_blank() -> None:
    assert parse(mail("Broken.   \r\n\r\n-- \r\nFay\t\r\n")).text == "Broken.\n\n-- \nFay"


def test_where_it_was_delivered_and_which_list_it_came_through() -> None:
    found = parse(
        mail(
            head=["Delivered-To: orders@shop.example", "X-Original-To: hello@shop.example", "List-Id: Help <help.shop>"]
        )
    )
    assert [one.address for one in found.delivered_to] == ["orders@shop.example", "hello@shop.example"]
    assert found.list_id == "help.shop"


def test_copies_without_a_message_id_have_one_fingerprint() -> None:
    first, second = parse(mail(Message_ID=None)), parse(mail(Message_ID=None, head=["Received: by x; nonsense"]))
    other = parse(mail("It came.", Message_ID=None))
    assert first.message_id is None
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_defects_are_told_in_words() -> None:
    found = parse(mail(Date="sometime"))
    assert [defect.words for defect in found.defects] == ["The date of the mail cannot be read: sometime"]
    with messages.use("lt"):
        assert all(defect.words for defect in found.defects)


def test_a_page_is_read_when_there_is_no_plain_text() -> None:
    found = parse(page("<p>The kettle<br>is broken.</p>"))
    assert (found.text, found.text_from) == ("The kettle\nis broken.", "html")
