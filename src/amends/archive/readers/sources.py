"""Opens archives: files, folders, compressed and packed files, standard input; each as a stream with a name."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, NamedTuple, cast

from amends.archive.message import Unreadable
from amends.messages import translated

__all__ = ["HEAD", "READ_ERRORS", "Source", "error_words", "files_in", "open_sources", "seekable"]

HEAD: Final = 256 * 1024
"""Bytes at the beginning of a stream by which its format is recognised."""

READ_ERRORS: Final[tuple[type[BaseException], ...]] = (
    *(OSError, EOFError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError),
)
"""What reading a damaged file raises, compressed or not; zipfile raises RuntimeError for a password."""

# Of a packed file also a kind of compression that nobody has a library for.
_ENTRY_ERRORS: Final[tuple[type[BaseException], ...]] = (*READ_ERRORS, NotImplementedError)
_DEEPEST = 3
_SPOOLED = 64 * 1024 * 1024
_OTHERS_KEPT = (
    (b"\x21BDN", "pst"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "msg"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
)


class Source(NamedTuple):
    """A stream of bytes.

    Attributes:
        name: What it is called in places: the path as it was given, with "/" and the name within for packed files.
        head: Its first bytes, `HEAD` of them or all.
        stream: All its bytes, uncompressed, from the beginning. Where they are damaged, it ends.
        file: The file itself when it is neither compressed nor packed.
        failures: Why the stream ended before its end; filled while it is read.
    """

    name: str
    head: bytes
    stream: BinaryIO
    file: IO[bytes] | None = None
    failures: Sequence[BaseException] = ()


class _Whole(io.RawIOBase):
    """A stream with the beginning that was read from it already, which ends where it cannot be read on."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        # What `read1` gives arrived whole; `read` would drop it when the next piece is damaged.
        self._read = getattr(raw, "read1", raw.read)
        self.failures: list[BaseException] = []
        pieces: list[bytes] = []
        missing = HEAD
        while missing > 0 and (piece := self._next(missing)):
            pieces.append(piece)
            missing -= len(piece)
        self.head = self._rest_of_head = b"".join(pieces)

    def _next(self, size: int) -> bytes:
        if self.failures:
            return b""
        try:
            piece: bytes = self._read(size)
        except READ_ERRORS as error:
            self.failures.append(error)
            return b""
        return piece

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._rest_of_head[: len(buffer)] or self._next(len(buffer))
        self._rest_of_head = self._rest_of_head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def error_words(error: BaseException) -> str:
    """Why something could not be read, as a sentence that says what to do."""
    if isinstance(error, FileNotFoundError):
        return translated("there is no such file. Check the name, or give - for standard input.")
    if isinstance(error, PermissionError):
        return translated("the file may not be read. Check its permissions.")
    if isinstance(error, RuntimeError) and "password" in str(error):
        return translated("the file is locked with a password. Unpack it first.")
    if isinstance(error, OSError) and error.strerror:
        return translated("the file cannot be read ({problem}).", problem=error.strerror)
    return translated("the file is damaged from here on. What came before was read.")


def open_sources(
    places: Sequence[str], stdin: BinaryIO, meter: Callable[[int], None] | None = None
) -> Iterator[Source | Unreadable]:
    """The streams that the arguments name, one after the other; each is closed when the next is asked for.

    Args:
        places: Files, folders (walked in the order of their names) and "-" for standard input.
        stdin: Standard input.
        meter: Is told how many bytes of files were read, each time some are.
    """
    for place in places:
        if place == "-":
            yield from _opened("-", stdin, 0)
        else:
            for path in files_in(place):
                yield from _in_file(path, meter)


def files_in(place: str) -> Iterator[str]:
    """The file of this name, or the files in the folder of this name, in the order in which they are read."""
    if Path(place).is_dir():
        yield from _in_folder(place)
    else:
        yield place


def _in_folder(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        # The folders of a Maildir begin with a point; "tmp" holds what is not delivered yet.
        maildir = {"cur", "new"} <= set(folders)
        folders[:] = sorted(
            name for name in folders if not (maildir and name == "tmp") and name not in (".git", "__MACOSX")
        )
        for name in sorted(files, key=_people_first):
            if not name.startswith(".") and not name.startswith("dovecot"):
                yield os.path.join(place, name)  # noqa: PTH118 - Path would drop a leading "./"


def _people_first(name: str) -> tuple[bool, str]:
    """Exports tell in a file of its own who is staff; whoever reads the messages needs to know it before."""
    return not name.lower().startswith(("users", "agents", "admins", "people", "contacts")), name


class _Metered(io.FileIO):
    """A file that tells how much of it is read."""

    def __init__(self, path: str, meter: Callable[[int], None] | None) -> None:
        super().__init__(path)
        self._meter = meter

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        if count and self._meter is not None:
            self._meter(count)
        return count


def _in_file(path: str, meter: Callable[[int], None] | None) -> Iterator[Source | Unreadable]:
    with ExitStack() as held:
        try:
            file = held.enter_context(io.BufferedReader(_Metered(path, meter), HEAD))
        except OSError as error:
            yield Unreadable(path, error_words(error))
            return
        yield from _opened(path, file, 0)


def _opened(name: str, raw: IO[bytes], depth: int) -> Iterator[Source | Unreadable]:
    """The streams within a stream: itself, uncompressed, or the files that are packed in it."""
    try:
        whole = _Whole(raw)
        head = whole.head
        stream = cast("BinaryIO", io.BufferedReader(whole, HEAD))
        other = next((kind for mark, kind in _OTHERS_KEPT if head.startswith(mark)), None)
        if other is not None:
            yield Unreadable(name, _other_words(other))
        elif depth >= _DEEPEST:
            yield Source(name, head, stream, None, whole.failures)
        elif head.startswith(b"PK\x03\x04"):
            yield from _packed_zip(name, raw if depth == 0 else None, stream, depth)
        elif head.startswith(b"\x28\xb5\x2f\xfd"):
            yield from _zstandard(name, stream, depth)
        elif (unpacked := _uncompressed(head, stream)) is not None:
            with unpacked:
                yield from _opened(name, unpacked, depth + 1)
        elif head[257:262] == b"ustar":
            yield from _packed_tar(name, stream, depth)
        else:
            yield Source(name, head, stream, raw if depth == 0 else None, whole.failures)
    except READ_ERRORS as error:
        yield Unreadable(name, error_words(error))


def _uncompressed(head: bytes, stream: BinaryIO) -> IO[bytes] | None:
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(stream)
    return None


def _zstandard(name: str, stream: BinaryIO, depth: int) -> Iterator[Source | Unreadable]:
    if find_spec("zstandard") is None:
        yield Unreadable(name, translated("the file is compressed with zstd; install zstandard, or unpack it first."))
        return
    yield from _opened(name, cast("IO[bytes]", _Zstandard(stream)), depth + 1)


class _Zstandard:
    """The bytes of a stream of zstandard. The library's own reader takes a file that was cut off for a whole one."""

    # A kilobyte can become some ten megabytes, and no more is held.
    _STEP = 1024

    def __init__(self, stream: BinaryIO) -> None:
        # Its types are not those of its classes.
        library: Any = import_module("zstandard")
        self._stream = stream
        self._new_frame: Callable[[], Any] = library.ZstdDecompressor().decompressobj
        self._error: type[Exception] = library.ZstdError
        self._frame = self._new_frame()
        self._begun = False
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        while not self._ready:
            piece = self._frame.unused_data if self._frame.eof else self._stream.read(self._STEP)
            if self._frame.eof:
                piece = piece or self._stream.read(self._STEP)
                self._frame = self._new_frame()
                self._begun = False
            if not piece:
                if self._begun:
                    raise EOFError
                return b""
            self._begun = True
            try:
                self._ready = self._frame.decompress(piece)
            except self._error as error:
                raise EOFError(str(error)) from None
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece


def _packed_zip(name: str, raw: IO[bytes] | None, stream: BinaryIO, depth: int) -> Iterator[Source | Unreadable]:
    with _seekable(raw, stream) as whole, zipfile.ZipFile(whole) as packed:
        for entry in sorted(packed.infolist(), key=lambda one: _people_first(one.filename)):
            if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
                continue
            place = f"{name}/{entry.filename}"
            try:
                with packed.open(entry) as inner:
                    yield from _opened(place, inner, depth + 1)
            except _ENTRY_ERRORS as error:
                yield Unreadable(place, error_words(error))


def _packed_tar(name: str, stream: BinaryIO, depth: int) -> Iterator[Source | Unreadable]:
    with tarfile.open(fileobj=stream, mode="r|") as packed:
        for entry in packed:
            inner = packed.extractfile(entry) if entry.isfile() else None
            if inner is not None:
                yield from _opened(f"{name}/{entry.name}", inner, depth + 1)


@contextmanager
def seekable(source: Source) -> Iterator[IO[bytes]]:
    """The bytes of a source as a file in which one can go back."""
    with _seekable(source.file, source.stream) as file:
        yield file


@contextmanager
def _seekable(raw: IO[bytes] | None, stream: BinaryIO) -> Iterator[IO[bytes]]:
    """The file if one can go back in it, else a copy of the stream, on disk as soon as it is large."""
    if raw is not None and raw.seekable():
        raw.seek(0)
        yield raw
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED) as copy:
        while block := stream.read(HEAD):
            copy.write(block)
        copy.seek(0)
        yield copy


def _other_words(kind: str) -> str:
    if kind in ("7z", "rar"):
        return translated("the file is packed with {kind}. Unpack it first.", kind=kind)
    return translated("the file is in Outlook's own format. Export its mail as mbox or .eml files and give those.")
