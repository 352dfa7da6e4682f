"""Mails that somebody damaged: nothing raises, nothing is lost, the same bytes give the same mail."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_samples import file_part, mail, mixed, multipart, page, part
from test_attachments import PNG, winmail

from amends.archive.mail import Mail, parse

SEEDS = [
    mail("Sveiki,\r\n\r\nužsakymas neatėjo.\r\n\r\n-- \r\nOna\r\n", Content_Type="text/plain; charset=utf-8"),
    page(
        '<div dir="rtl">ההזמנה <b>לא</b> הגיעה</div><blockquote>x</blockquote>', Subject="=?utf-8?B?15TXqdec15nXlw==?="
    ),
    mixed(part("plain"), part("<p>rich</p>", "text/html; charset=iso-8859-8-i"), subtype="alternative"),
    mixed(part("See."), file_part(PNG, "crack.png", "image/png"), part(mail("inner"), "message/rfc822")),
    mixed(
        part("Failed."),
        part("Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n", "message/delivery-status"),
        part("Message-ID: <ours@shop.example>\r\n", "text/rfc822-headers"),
        subtype="report; report-type=delivery-status",
    ),
    mixed(part("Tuesday?"), part("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20250218\r\nEND:VEVENT", "text/calendar")),
    mixed(part("See."), file_part(winmail(b"The text.", ((b"a.png", PNG),)), "winmail.dat", "application/ms-tnef")),
    mail(
        multipart(part(multipart(part("deep"), boundary="b2"), "multipart/mixed; boundary=b2")),
        Content_Type="multipart/related; boundary=b1",
        From='"Moore, =?utf-8?Q?F=C3=A4y?=" <fay@mail.example>, undisclosed:;',
        References="<a@x.example> <b@x.example>",
        Content_Disposition="inline; filename*0*=utf-8''a%20; filename*1=b",
    ),
]
PIECES = [
    b"\r\n", b"\n\n", b"\r", b"\0", b"\xff", b"--", b"--b1", b"=", b"=?utf-8?B?", b"?=", b"Content-Type: ",
    b"boundary=", b"multipart/mixed; boundary=b1", b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-16",
    b"charset=utf-7", b"message/rfc822", b"text/html", b'"', b"<", b">", b"<b><p>", b"\xe2\x80\xae", b"From ",
    b"filename*0*=", b"9" * 30, b"Date: ", b"text/calendar", b"application/ms-tnef", b"format=flowed", b" \r\n",
]  # fmt: skip
ROUNDS = 1_500


def damaged(chance: random.Random, raw: bytes) -> bytes:
    """A mail with some bytes changed, put in, taken out, moved, or cut off."""
    data = bytearray(raw)
    for _ in range(chance.choice((1, 2, 5, 15))):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1 | 2:
                data[place:place] = chance.choice(PIECES)
            case 3:
                del data[place : place + chance.choice((1, 3, 30, 200))]
            case 4:
                begin = chance.randrange(len(data) + 1)
                data[place:place] = data[begin : begin + chance.choice((5, 50, 300))]
            case 5 if chance.random() < 0.3:
                del data[place:]
            case _:
                lines = bytes(data).split(b"\n")
                lines.insert(chance.randrange(len(lines)), lines[chance.randrange(len(lines))])
                data = bytearray(b"\n".join(lines))
    return bytes(data)


def assert_sound(raw: bytes) -> Mail:
    """Everything about a mail can be asked, shown and stored."""
    found = parse(raw)
    assert found.raw == raw
    assert found.problem is None or found.problem.code == "no-headers"
    lines = [found.subject, found.list_id, found.message_id or "", *found.references, *found.in_reply_to]
    people = [
        *found.to,
        *found.cc,
        *found.bcc,
        *found.reply_to,
        *found.delivered_to,
        *([found.sender] if found.sender else []),
    ]
    lines += [text for one in people for text in one]
    for one in found.attachments:
        lines += [one.name, one.type, one.content_id, one.problem_words or ""]
        assert one.size >= 0
        assert isinstance(one.read(), bytes)
        if one.mail is not None:
            one.mail.text.encode()
    for event in found.calendar:
        lines += event
    if found.report is not None:
        lines += [text for one in found.report.recipients for text in one]
    for line in lines:
        line.encode("utf-8")
        assert not set(line) & set("\r\n\x00\x1b\u202e")
    found.text.encode("utf-8")
    assert not set(found.text) & set("\r\x00\x1b\u2028")
    found.html.encode("utf-8")
    assert "<script" not in found.html
    assert found.sent is None or found.sent.utcoffset() is not None
    assert all(defect.words for defect in found.defects)
    return found


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_damaged_mails(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(ROUNDS // len(SEEDS)):
        raw = damaged(chance, SEEDS[seed])
        assert assert_sound(raw).text == parse(raw).text


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_mails_that_were_cut_off_anywhere(seed: int) -> None:
    for length in range(0, len(SEEDS[seed]), 5):
        assert_sound(SEEDS[seed][:length])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes(raw: bytes) -> None:
    assert_sound(raw)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Content-Type", "Content-Transfer-Encoding", "From", "Subject", "Date", "X"]),
            st.sampled_from(
                ["text/plain", "multipart/mixed; boundary=b", "base64", "message/rfc822", "=?utf-8?Q?=ff?=", ""]
            ),
        ),
        max_size=8,
    ),
    st.lists(
        st.sampled_from([b"--b", b"--b--", b"", b"words", b"QUJD", b"From: x", b"Content-Type: text/html"]), max_size=20
    ),
)
def test_anything_that_looks_like_a_mail(headers: list[tuple[str, str]], lines: list[bytes]) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode()
    assert_sound(head + b"\r\n" + b"\r\n".join(lines))
