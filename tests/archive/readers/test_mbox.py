"""Mails one after the other in a file, in the dialects that programs write."""

import io

import pytest
from archive_samples import items_of, messages_of, read_bytes
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import file_part, mail, mixed, part

from amends.archive.message import Message, Unreadable
from amends.archive.readers import Context, Piece, Source
from amends.archive.readers.mbox import FORMAT

LINE = b"From fay@mail.example Tue Feb 11 13:05:00 2025\n"


def box(*mails: bytes, line: bytes = LINE, ending: bytes = b"\n") -> bytes:
    return b"".join(line + one.replace(b"\r\n", ending) + ending * 2 for one in mails)


def texts(data: bytes) -> list[str]:
    return [one.text for one in read_bytes(data) if isinstance(one, Message)]


@pytest.mark.parametrize(
    "line",
    [
        b"From fay@mail.example Tue Feb 11 13:05:00 2025\n",
        b"From fay@mail.example  Tue Feb  1 13:05 2025\n",
        b"From - Tue Feb 11 13:05:00 2025\n",
        b"From 1828282828@xxx Tue Feb 11 13:05:00 +0000 2025\n",
        b"From MAILER-DAEMON Tue, 11 Feb 2025 13:05:00 +0200\n",
        b"From ???@??? Tue Feb 11 13:05:00 2025\n",
        b"From nobody\n",
    ],
)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_lines_between_mails(line: bytes, ending: bytes) -> None:
    line = line.replace(b"\n", ending)
    assert texts(box(mail("one"), mail("two"), mail("three"), line=line, ending=ending)) == ["one", "two", "three"]


def test_places_are_offsets_in_the_file(tmp_path) -> None:
    data = box(mail("one"), mail("two"))
    file = tmp_path / "in.mbox"
    file.write_bytes(data)
    found = messages_of(file)
    offsets = [int(one.place.removeprefix(f"{file}:")) for one in found]
    assert [data[offset : offset + 5] for offset in offsets] == [b"From ", b"From "]
    assert offsets[0] == 0


@pytest.mark.parametrize(
    "trap",
    [
        "From the beginning I was told Friday.",
        "From 5 to 9 nobody answered.",
        ">From here on it is quoted.",
        "From: fay@mail.example\nSubject: not a header",
        "From Fay Moore Tue 11 Feb I got nothing\nand no answer.",
        "From Tue Feb 11 13:05:00 2025 on I waited.\nEvery day.",
    ],
)
def test_lines_of_text_that_begin_with_from(trap: str) -> None:
    body = f"Hello,\n\n{trap}\n\nFay"
    assert texts(box(mail(body), mail("two"))) == [body.replace(">From", "From"), "two"]


def test_marked_lines_lose_one_mark() -> None:
    assert texts(box(mail(">From us\n>>From them\n> From quoted"))) == ["From us\n>From them\n> From quoted"]


def test_no_empty_line_between_mails() -> None:
    data = LINE + mail("one").replace(b"\r\n", b"\n") + b"\n" + LINE + mail("two").replace(b"\r\n", b"\n")
    assert texts(data) == ["one", "two"]


def test_one_damaged_mail_stops_nothing() -> None:
    data = box(mail("one"), b"X: 1\r\n\r\n\x00\xff\x00", mail("three"))
    assert texts(data)[0] == "one"
    assert texts(data)[-1] == "three"


def test_a_file_that_ends_in_the_middle() -> None:
    data = box(mail("one"), mixed(part("two"), file_part(bytes(5000), "x.bin")))
    assert texts(data[:-3000]) == ["one", "two"]


def test_text_before_the_first_mail_is_left() -> None:
    assert texts(b"\n\n" + box(mail("one"))) == ["one"]


class Slow(io.RawIOBase):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step, self._place = data, step, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._data[self._place : self._place + min(self._step, size if size >= 0 else self._step)]
        self._place += len(piece)
        return piece


lines_of_text = st.sampled_from(
    ["Hello", "", "From us", "From a@x.example Tue Feb 11 13:05:00 2025", ">From", "Subject: x", "--", "x" * 3000]
)


@given(st.lists(st.lists(lines_of_text, max_size=6), min_size=1, max_size=6), st.integers(1, 5000))
def test_whatever_is_written_by_the_rules_comes_back(bodies: list[list[str]], step: int) -> None:
    """mboxrd: each line that begins with "From ", marked or not, gets a mark."""
    raws = [mail("\n".join(lines), Message_ID=f"<{n}@x>").replace(b"\r\n", b"\n") for n, lines in enumerate(bodies)]
    data = bytearray()
    for raw in raws:
        data += LINE
        for line in raw.split(b"\n"):
            data += (b">" if line.lstrip(b">").startswith(b"From ") else b"") + line + b"\n"
        data += b"\n"
    source = Source("x", bytes(data[:200]), Slow(bytes(data), step))
    found = list(FORMAT.pieces(source, Context()))
    assert all(isinstance(one, Piece) for one in found)
    assert [one.content.removeprefix(LINE).rstrip(b"\n") for one in found] == [raw.rstrip(b"\n") for raw in raws]


def test_memory_does_not_grow_with_the_file(tmp_path) -> None:
    import tracemalloc

    file = tmp_path / "large.mbox"
    one = box(mail("words " * 2000))
    with file.open("wb") as writing:
        for _ in range(1000):
            writing.write(one)
    assert file.stat().st_size > 10_000_000
    tracemalloc.start()
    count = sum(1 for _ in items_of_stream(file))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1000
    assert peak < 6_000_000


def items_of_stream(file):
    from amends.archive.readers import items, pieces

    context = Context()
    for piece in pieces([str(file)], context):
        yield from items(piece, context)


def test_a_mail_larger_than_any_mail_is_told_and_passed_over(monkeypatch) -> None:
    from amends.archive.readers import mbox

    monkeypatch.setattr(mbox, "LARGEST_MAIL", 3_000_000)
    found = read_bytes(box(mail("one"), mail("x" * 5_000_000), mail("three")))
    assert [type(one) for one in found] == [Message, Unreadable, Message]
    assert [one.text for one in found if isinstance(one, Message)] == ["one", "three"]


def test_an_empty_file_holds_nothing(tmp_path) -> None:
    (tmp_path / "empty.mbox").write_bytes(b"")
    assert items_of(tmp_path / "empty.mbox") == []
