"""Files, pictures and Outlook's own format; names and types that strangers give them."""

import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import file_part, mail, mixed, part

from amends.archive.mail import parse, safe_name, sniffed_type

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.7\n" + bytes(64)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("bill.pdf", "bill.pdf"),
        ("sąskaita faktūra.pdf", "sąskaita faktūra.pdf"),
        ("קבלה.pdf", "קבלה.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
        ("/", "attachment"),
        ("..", "attachment"),
        (".htaccess", "htaccess"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("bill.pdf\x00.exe", "bill.pdf .exe"),
        ('a<b>c:d"e|f?g*h.txt', "a_b_c_d_e_f_g_h.txt"),
        ("bill.pdf. . ", "bill.pdf"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("", "attachment"),
    ],
)
def test_names_that_are_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(max_size=300))
def test_any_name_can_be_saved(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 121
    assert not set(safe) & set('/\\:*?"<>|\r\n\x00\u202e')
    assert safe.strip(" .") == safe
    assert safe_name(safe) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("x" * 500 + ".pdf").endswith("xxx.pdf")


def test_a_file_without_a_name_is_called_by_its_type() -> None:
    (one,) = parse(mixed(part("See."), part(PNG, "image/png"))).attachments
    assert (one.name, one.given_name) == ("attachment.png", "")


@pytest.mark.parametrize(
    ("beginning", "declared", "name", "expected"),
    [
        (PNG, "image/png", "a.png", "image/png"),
        (PNG, "application/octet-stream", "a", "image/png"),
        (PDF, "image/png", "a.png", "application/pdf"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "application/octet-stream", "a.jpg", "image/jpeg"),
        (b"MZ\x90\x00" + bytes(60), "application/pdf", "bill.pdf", "application/vnd.microsoft.portable-executable"),
        (b" \n<!DOCTYPE html><p>", "image/png", "a.png", "text/html"),
        (b"<!-- x --><script>alert(1)</script>", "text/plain", "a.txt", "text/html"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "image/png", "a.png", "image/svg+xml"),
        (b"PK\x03\x04" + bytes(60), "application/zip", "a.zip", "application/zip"),
        (
            b"PK\x03\x04" + bytes(60),
            "application/octet-stream",
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"name,price\nkettle,12\n", "text/csv", "a.csv", "text/csv"),
        (b"name,price\nkettle,12\n", "image/png", "a.png", "text/plain"),
        (b"\x00\x01\x02\x03 no beginning that anybody knows", "image/png", "a.png", "application/octet-stream"),
        (b"\x00\x01\x02\x03 no beginning that anybody knows", "application/x-till", "a", "application/x-till"),
        (b"", "image/png", "a.png", "image/png"),
    ],
)
def test_types_by_what_the_bytes_are(beginning: bytes, declared: str, name: str, expected: str) -> None:
    assert sniffed_type(beginning, declared, name) == expected


def test_an_attachment_is_its_bytes() -> None:
    data = PNG + bytes(range(256)) * 2000
    (one,) = parse(mixed(part("See."), file_part(data, "../crack.png", "image/png"))).attachments
    assert (one.name, one.type, one.size) == ("crack.png", "image/png", len(data))
    assert one.read() == data
    assert one.beginning(10) == data[:10]
    assert (one.problem, one.problem_words, one.mail) == (None, None, None)


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
@given(data=st.binary(max_size=500))
def test_size_and_bytes_agree(encoding: str, data: bytes) -> None:
    import base64
    import quopri

    data = data.replace(b"\r", b"").replace(b"--", b"") or b"x"
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(data)
    headers = {"Content_Transfer_Encoding": encoding, "Content_Disposition": "attachment"}
    raw = mixed(part("See."), part(body, "application/x-till", **headers))
    (one,) = parse(raw).attachments
    assert one.size == len(one.read())
    if encoding == "base64":
        assert one.read() == data


def test_a_large_attachment_is_not_copied_before_it_is_asked_for() -> None:
    """The bytes of a mail are kept once, however large: what is allocated besides stays small."""
    import tracemalloc

    raw = mixed(part("See."), file_part(bytes(12_000_000), "large.bin"))
    parse(raw)
    tracemalloc.start()
    found = parse(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert found.attachments[0].size == 12_000_000


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (
            mail(
                "--b1\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b1\r\n"
                "Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b1--\r\n",
                Content_Type="multipart/encrypted; boundary=b1",
            ),
            "encrypted",
        ),
        (mail("MIIx", Content_Type="application/pkcs7-mime; name=smime.p7m"), "encrypted"),
        (mixed(part("See."), part("", "message/external-body; access-type=anon-ftp")), "elsewhere"),
        (mixed(part("See."), part("half of it", "message/partial; id=1; number=1; total=2")), "partial"),
        (mixed(part("See."), file_part(b"no tnef at all", "winmail.dat")), "tnef"),
        (mixed(part("See."), part(b"\x78\x9f\x3e\x22\x00", "application/ms-tnef")), "tnef"),
    ],
)
def test_what_cannot_be_read_is_listed_with_the_reason(raw: bytes, problem: str) -> None:
    found = parse(raw)
    assert {one.problem for one in found.attachments} == {problem}
    for one in found.attachments:
        assert one.problem_words
        assert one.read() in raw or one.read()


# ---- winmail.dat, put together by hand from its specification (MS-OXTNEF)


def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(body: bytes = b"", files: tuple[tuple[bytes, bytes], ...] = ()) -> bytes:
    pieces = [struct.pack("<IH", 0x223E9F78, 1), attribute(1, 0x9006, 8, struct.pack("<I", 0x10000))]
    if body:
        pieces.append(attribute(1, 0x800C, 2, body + b"\0"))
    for name, data in files:
        pieces.append(attribute(2, 0x9002, 6, bytes(14)))
        pieces.append(attribute(2, 0x8010, 1, name + b"\0"))
        pieces.append(attribute(2, 0x800F, 6, data))
    return b"".join(pieces)


def test_outlooks_own_format_is_opened() -> None:
    data = winmail(b"The kettle is broken.", ((b"bill.pdf", PDF), (b"..\\crack.png", PNG)))
    found = parse(mixed(file_part(data, "winmail.dat", "application/ms-tnef")))
    assert found.text == "The kettle is broken."
    assert [(one.name, one.type, one.read()) for one in found.attachments] == [
        ("bill.pdf", "application/pdf", PDF),
        ("crack.png", "image/png", PNG),
    ]


def test_the_text_beside_outlooks_own_format_is_preferred() -> None:
    data = winmail(b"The other form.", ((b"bill.pdf", PDF),))
    found = parse(mixed(part("The text."), file_part(data, "winmail.dat", "application/ms-tnef")))
    assert found.text == "The text."
    assert [one.name for one in found.attachments] == ["bill.pdf"]


def test_outlooks_own_format_cut_off() -> None:
    data = winmail(b"The kettle is broken.", ((b"bill.pdf", PDF),))
    for length in range(0, len(data), 7):
        found = parse(mixed(part("The text."), file_part(data[:length], "winmail.dat", "application/ms-tnef")))
        assert found.text == "The text."
        assert found.problem is None


def test_without_the_library_the_file_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tnefparse", None)
    (one,) = parse(mixed(part("See."), file_part(winmail(b"x"), "winmail.dat", "application/ms-tnef"))).attachments
    assert one.problem == "tnef-library"
    assert one.read() == winmail(b"x")
