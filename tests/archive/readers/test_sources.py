"""Files, folders, compressed and packed files, and standard input."""

import bz2
import gzip
import io
import lzma
import random
import sys
import tarfile
import zipfile

import pytest
from archive_samples import items_of, messages_of, read_bytes
from mail_samples import mail

from amends.archive.message import Message, Unreadable
from amends.archive.readers import read
from amends.messages import use

LINE = b"From fay@mail.example Tue Feb 11 13:05:00 2025\n"
BOX = b"".join(LINE + mail(text, Message_ID=f"<{text}@x>") + b"\r\n\r\n" for text in ("one", "two"))


def zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return made.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as packed:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            packed.addfile(entry, io.BytesIO(data))
    return made.getvalue()


COMPRESSED = {
    "plain": BOX,
    "gzip": gzip.compress(BOX),
    "two gzips": gzip.compress(BOX[: len(BOX) // 2]) + gzip.compress(BOX[len(BOX) // 2 :]),
    "bzip2": bz2.compress(BOX),
    "xz": lzma.compress(BOX),
    "zstd": zstd(BOX),
    "zip": zipped({"mail/inbox": BOX}),
    "zip of gzip": zipped({"inbox": gzip.compress(BOX)}),
    "tar": tarred({"inbox": BOX}),
    "tar.gz": tarred({"inbox": BOX}, "w:gz"),
}


@pytest.mark.parametrize("kind", COMPRESSED)
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_compressed_and_packed_files(kind: str, way: str, tmp_path) -> None:
    if way == "file":
        (tmp_path / "archive").write_bytes(COMPRESSED[kind])
        found = messages_of(tmp_path / "archive")
        assert all(one.place.startswith(str(tmp_path / "archive")) for one in found)
    else:
        found = read_bytes(COMPRESSED[kind])
    assert [one.text for one in found] == ["one", "two"]


def test_standard_input_from_a_pipe_that_gives_little_at_a_time() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self._rest = gzip.compress(BOX)

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            piece, self._rest = self._rest[:7], self._rest[7:]
            return piece

        def readinto(self, buffer) -> int:
            piece = self.read(len(buffer))
            buffer[: len(piece)] = piece
            return len(piece)

    assert [one.text for one in read(["-"], stdin=Pipe())] == ["one", "two"]


def test_a_zip_holds_several_files_in_the_order_of_their_names(tmp_path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"b": BOX, "a": mail("first"), "__MACOSX/a": b"rubbish"}))
    found = messages_of(tmp_path / "a.zip")
    assert [one.text for one in found] == ["first", "one", "two"]
    assert found[0].place == f"{tmp_path / 'a.zip'}/a:0"


def test_a_folder_of_mails_and_a_maildir(tmp_path) -> None:
    for name, text in {
        "b.eml": "2", "a.eml": "1", "sub/c.eml": "4", "Maildir/cur/1.x:2,S": "5", "Maildir/new/2.x": "6",
        "Maildir/tmp/3.x": "not delivered yet", "Maildir/.Sent/cur/4.x": "7", ".hidden.eml": "hidden",
    }.items():  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mail(text))
    (tmp_path / "Maildir" / "cur").mkdir(exist_ok=True)
    assert sorted(one.text for one in messages_of(tmp_path)) == ["1", "2", "4", "5", "6", "7"]
    assert [one.text for one in messages_of(tmp_path)] == [one.text for one in messages_of(tmp_path)]


def test_a_mail_of_apple_mail(tmp_path) -> None:
    raw = mail("It never came.")
    (tmp_path / "1.emlx").write_bytes(f"{len(raw)}       \n".encode() + raw + b'<?xml version="1.0"?><plist></plist>')
    assert [one.text for one in messages_of(tmp_path)] == ["It never came."]


def test_many_files_and_what_is_wrong_with_one(tmp_path) -> None:
    (tmp_path / "good.mbox").write_bytes(BOX)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(BOX * 200)[:-40])
    (tmp_path / "good.eml").write_bytes(mail("three"))
    found = items_of(tmp_path / "good.mbox", tmp_path / "cut.gz", tmp_path / "none.mbox", tmp_path / "good.eml")
    wrong = [one for one in found if isinstance(one, Unreadable)]
    assert [one.place for one in wrong] == [str(tmp_path / "cut.gz"), str(tmp_path / "none.mbox")]
    assert "damaged" in wrong[0].reason
    assert "no such file" in wrong[1].reason
    texts = [one.text for one in found if isinstance(one, Message)]
    assert texts[:2] == ["one", "two"]
    assert texts[-1] == "three"
    assert len(texts) > 300


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd", "zip", "tar", "tar.gz"])
def test_a_damaged_file_gives_what_comes_before_the_damage(kind: str) -> None:
    chance = random.Random(1)
    many = b"".join(
        LINE + mail(f"{n} {chance.randbytes(500).hex()}", Message_ID=f"<{n}@x>") + b"\r\n\r\n" for n in range(900)
    )
    made = {
        "gzip": gzip.compress,
        "bzip2": lambda data: bz2.compress(data, 1), "xz": lzma.compress, "zstd": zstd,
        "zip": lambda data: zipped({"inbox": data}), "tar": lambda data: tarred({"inbox": data}),
        "tar.gz": lambda data: tarred({"inbox": data}, "w:gz"),
    }[kind](many)  # fmt: skip
    found = read_bytes(made[: -len(made) // 4])
    texts = [one.text.split()[0] for one in found if isinstance(one, Message)]
    if kind != "zip":
        # A zip without its end has no list of what is in it.
        assert len(texts) > 100
    # The last one is cut off itself.
    assert texts[:-1] == [str(number) for number in range(len(texts))][:-1]
    assert isinstance(found[-1], Unreadable)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"!BDN" + bytes(500), "Outlook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Outlook"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "Unpack it"),
        (b"\x7fELF" + bytes(500), "no format"),
        (b"Just some words.\nAnd more of them.\n", "no format"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(data: bytes, told: str) -> None:
    (one,) = read_bytes(data)
    assert isinstance(one, Unreadable)
    assert told in one.reason


def test_a_locked_zip(tmp_path) -> None:
    data = bytearray(zipped({"inbox": BOX}))
    # The first bit of the flags says that an entry is encrypted.
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    (one,) = read_bytes(bytes(data))
    assert isinstance(one, Unreadable)
    assert "password" in one.reason


def test_without_the_library_a_file_of_zstd_is_listed(monkeypatch) -> None:
    data = zstd(BOX)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "zstandard", raising=False)
    (one,) = read_bytes(data)
    assert isinstance(one, Unreadable)
    assert "zstandard" in one.reason


def test_a_format_can_be_named_and_a_wrong_one_says_so() -> None:
    assert len(read_bytes(BOX, format="mbox")) == 2
    with pytest.raises(ValueError, match="mbox, eml, json, csv, parquet"):
        read_bytes(BOX, format="mbx")


def test_reasons_are_in_the_readers_language() -> None:
    with use("en"):
        assert read_bytes(b"!BDN" + bytes(500))
