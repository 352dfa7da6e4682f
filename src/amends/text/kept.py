"""Keeps what took time to make between runs, in the user's cache folder: compiled packs, expressions, models.

What is kept lies under a name made of everything that it depends on, so that an old one is never used. All of it is
plain data: a damaged or foreign file is at worst made anew, never code that is run.

Compiling an expression takes a hundred times as long as laying out one that was compiled before. What Python's own
compiler made of an expression is added to a file beside the pack when the expression is first tried; only that very
version of Python reads it, and checks it before use.

Unpacking the models' arrays and finding each in its archive takes most of the time of reading them. A copy that is not
packed, and read in one go, lies there too, under a name made of what the packed one holds.

AMENDS_CACHE names another folder; an empty value switches the cache off.
"""

import hashlib
import json
import math
import os
import re
import struct
import sys
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from re import _compiler, _parser  # type: ignore[attr-defined]

    _sre: Any = _compiler._sre
except (ImportError, AttributeError):  # another Python, which keeps its compiler elsewhere
    _sre = None

__all__ = ["Expressions", "arrays_of", "cached", "keep"]

_KEPT = 64
_APART = 64
"""At which multiples of bytes an array begins."""
_RECORD = struct.Struct("<III")
"""Before each kept expression: its number, how many bytes it takes, and their checksum."""


def _folder() -> Path | None:
    named = os.environ.get("AMENDS_CACHE")
    if named is not None:
        return Path(named) if named else None
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        home = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:  # no home folder is known
        return None
    return home / "amends"


def cached(name: str) -> list[bytes] | None:
    """The lines that were kept under a name, or None."""
    folder = _folder()
    if folder is None:
        return None
    try:
        return (folder / f"{name}.txt").read_bytes().split(b"\n")
    except OSError:
        return None


def keep(name: str, lines: Iterable[bytes]) -> None:
    """Keep lines under a name; where nothing can be written, nothing is kept."""
    folder = _folder()
    if folder is not None:
        with suppress(OSError):
            _keep(folder / f"{name}.txt", lambda waiting: waiting.write_bytes(b"\n".join(lines)))


class Expressions:
    """The expressions of a pack, compiled once and kept."""

    def __init__(self, name: str | None) -> None:
        """Nothing is read before it is asked for.

        Args:
            name: The name of the compiled pack that they belong to; without one nothing is kept.
        """
        folder = _folder() if name is not None and _sre is not None else None
        self._file = None if folder is None else folder / f"{name}-{sys.implementation.cache_tag}-{_sre.MAGIC}.codes"
        self._kept: dict[int, bytes] | None = None

    def compiled(self, number: int, expression: str) -> "re.Pattern[str]":
        """An expression, compiled; as `re.compile` makes it.

        Args:
            number: Its number within the pack.
            expression: As it is written.
        """
        if self._file is None:
            return re.compile(expression)
        if self._kept is None:
            self._kept = _records(self._file)
        kept = self._kept.get(number)
        if kept is not None:
            # What is damaged, or no expression of this Python, is compiled anew.
            with suppress(zlib.error, ValueError, TypeError, RuntimeError, OverflowError):
                return _laid_out(expression, kept)
        written = _written(expression)
        self._kept[number] = written
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # One write at the file's end: what several processes add at once stays whole.
            with self._file.open("ab", buffering=0) as file:
                file.write(_RECORD.pack(number, len(written), zlib.crc32(written)) + written)
        return _laid_out(expression, written)


def _records(file: Path) -> dict[int, bytes]:
    """The records of a file; a damaged file is thrown away."""
    found: dict[int, bytes] = {}
    try:
        content = file.read_bytes()
    except OSError:
        return found
    at = 0
    while at + _RECORD.size <= len(content):
        number, length, checksum = _RECORD.unpack_from(content, at)
        at += _RECORD.size + length
        written = content[at - length : at]
        if len(written) != length or zlib.crc32(written) != checksum:
            break
        found[number] = written
    else:
        if at == len(content):
            return found
    # Nothing that is added behind the damage would ever be read.
    with suppress(OSError):
        file.unlink(missing_ok=True)
    return {}


def _written(expression: str) -> bytes:
    """What the compiler makes of an expression, as bytes."""
    parsed: Any = _parser.parse(expression)
    code: list[int] = _compiler._code(parsed, 0)
    state = parsed.state
    head = json.dumps([state.flags, state.groups - 1, state.groupdict]).encode()
    return zlib.compress(head + b"\n" + array("I", code).tobytes(), 1)


def _laid_out(expression: str, written: bytes) -> "re.Pattern[str]":
    """The expression of what `_written` made.

    Raises:
        zlib.error, ValueError, TypeError, RuntimeError, OverflowError: It is something else.
    """
    head, _, code = zlib.decompress(written).partition(b"\n")
    flags, groups, names = json.loads(head)
    name_of: list[str | None] = [None] * (groups + 1)
    for name, group in names.items():
        name_of[group] = name
    numbers = array("I")
    numbers.frombytes(code)
    made: re.Pattern[str] = _sre.compile(expression, flags, numbers.tolist(), groups, names, tuple(name_of))
    return made


def arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an archive.

    Raises:
        OSError, zipfile.BadZipFile: The archive itself cannot be read.
    """
    folder = _folder()
    if folder is None:
        return _arrays_of_packed(path)
    with zipfile.ZipFile(path) as packed:
        told = [f"{page.filename} {page.file_size} {page.CRC}" for page in packed.infolist()]
    copy = folder / f"{path.stem}-{hashlib.sha256(chr(0).join(told).encode()).hexdigest()[:32]}.arrays"
    # A copy that is not there, or was damaged, is written anew.
    with suppress(OSError, ValueError, TypeError, KeyError, IndexError):
        return _arrays_of_copy(copy.read_bytes())
    arrays = _arrays_of_packed(path)
    with suppress(OSError):
        _keep(copy, lambda waiting: waiting.write_bytes(_copy_of(arrays)))
    return arrays


def _arrays_of_packed(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as data:
        return dict(data)


def _copy_of(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A line that tells what follows and its checksum, then the arrays, each at a place where its numbers may begin."""
    told = []
    content = bytearray()
    for name, one in arrays.items():
        content.extend(bytes(-len(content) % _APART))
        told.append([name, one.dtype.str, one.shape, len(content)])
        content.extend(np.ascontiguousarray(one).tobytes())
    head = json.dumps([zlib.crc32(content), told]).encode()
    # Its own length makes the line end where arrays may begin.
    return head + b" " * (-(len(head) + 1) % _APART) + b"\n" + content


def _arrays_of_copy(copy: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of what `_copy_of` made.

    Raises:
        ValueError, TypeError, KeyError, IndexError: It is something else.
    """
    begin = copy.index(b"\n") + 1
    checksum, told = json.loads(copy[:begin])
    if zlib.crc32(memoryview(copy)[begin:]) != checksum:
        raise ValueError("the copy was damaged")
    # Each is an array by itself: what is not needed for long does not stay for the sake of the others.
    return {
        name: np.frombuffer(copy, dtype, math.prod(shape), begin + place).reshape(shape).copy()
        for name, dtype, shape, place in told
    }


def _keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is there whole or not at all; the oldest of too many go.

    Raises:
        OSError: It cannot be written.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / f"{path.name}.{os.getpid()}.new"
    write(waiting)
    waiting.replace(path)
    # What versions before kept under another ending goes in its turn.
    kept = [one for one in folder.iterdir() if one.suffix in (".txt", ".codes", ".arrays", ".npz", ".json")]
    for one in sorted(kept, key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT:]:
        one.unlink(missing_ok=True)
