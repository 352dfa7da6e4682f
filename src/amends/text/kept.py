"""Keeps what took time to make between runs, in the user's cache folder: compiled packs, expressions, models.

What is kept lies under a name made of everything that it depends on, so that an old one is never used. All of it is
plain data: a damaged or foreign file is at worst made anew, never code that is run.

Compiling an expression takes a hundred times as long as laying out one that was compiled before. What Python's own
compiler made of an expression is added to a file beside the pack when the expression is first tried; only a Python
with the same compiler reads it, and checks it before use. Several processes that begin at once may each add the same.

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
import threading
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    from re import _compiler, _parser  # type: ignore[attr-defined]

    _sre: Any = _compiler._sre if sys.implementation.name == "cpython" else None
except (ImportError, AttributeError):  # another Python, which keeps its compiler elsewhere
    _sre = None

__all__ = ["Expressions", "arrays_of", "cached", "keep"]

_MOST_FILES = 64
"""How many files are kept; those not changed for longest go."""
_OURS = re.compile(r"[\w-]+-[0-9a-f]{32}[\w-]*\.(?:txt|codes|arrays|npz|json)")
"""The names of kept files, of earlier versions too."""
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
    with suppress(OSError, ValueError):
        return _unsealed((folder / f"{name}.txt").read_bytes()).split(b"\n")
    return None


def keep(name: str, lines: Iterable[bytes]) -> None:
    """Keep lines under a name; where nothing can be written, nothing is kept."""
    folder = _folder()
    if folder is not None:
        with suppress(OSError):
            _keep(folder / f"{name}.txt", _sealed(b"\n".join(lines)))


def _sealed(content: bytes) -> bytes:
    """Some bytes behind a line with their checksum."""
    return b"%08x\n" % zlib.crc32(content) + content


def _unsealed(written: bytes) -> bytes:
    """The bytes of what `_sealed` made.

    Raises:
        ValueError: It is something else.
    """
    checksum, _, content = written.partition(b"\n")
    if int(checksum, 16) != zlib.crc32(content):
        raise ValueError("a kept file was damaged")
    return content


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
        kept = self._kept.pop(number, None)
        if kept is not None:
            # What is no expression, or another one, is compiled anew, whatever is wrong with it.
            with suppress(Exception):
                return _laid_out(expression, kept)
        try:
            written = _written(expression)
            made = _laid_out(expression, written)
        except Exception:  # this Python compiles otherwise than those that are known
            self._file = None
            return re.compile(expression)
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # One write at the file's end: what several processes add at once stays whole.
            with self._file.open("ab", buffering=0) as file:
                file.write(_RECORD.pack(number, len(written), zlib.crc32(written)) + written)
        return made


def _records(file: Path) -> dict[int, bytes]:
    """The records of a file; it is cut behind the last whole one, as nothing that is added behind damage is found."""
    found: dict[int, bytes] = {}
    with suppress(OSError):
        content = file.read_bytes()
        whole = 0
        while whole + _RECORD.size <= len(content):
            number, length, checksum = _RECORD.unpack_from(content, whole)
            begin = whole + _RECORD.size
            written = content[begin : begin + length]
            if len(written) != length or zlib.crc32(written) != checksum:
                break
            found[number] = written
            whole = begin + length
        if whole < len(content):
            os.truncate(file, whole)
    return found


def _written(expression: str) -> bytes:
    """What the compiler makes of an expression, as bytes."""
    parsed: Any = _parser.parse(expression)
    code: list[int] = _compiler._code(parsed, 0)
    state = parsed.state
    head = [zlib.crc32(expression.encode()), state.flags, state.groups - 1, state.groupdict]
    return zlib.compress(json.dumps(head).encode() + b"\n" + array("I", code).tobytes(), 1)


def _laid_out(expression: str, written: bytes) -> "re.Pattern[str]":
    """The expression of what `_written` made of it.

    Raises:
        Exception: It is something else; of which kind depends on what it is.
    """
    head, _, code = zlib.decompress(written).partition(b"\n")
    checksum, flags, groups, names = json.loads(head)
    if checksum != zlib.crc32(expression.encode()):
        raise ValueError("this is another expression")
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
    # A copy that is not there, or something else, is written anew, whatever is wrong with it.
    with suppress(Exception):
        arrays = _arrays_of_copy(copy.read_bytes())
        if len(arrays) == len(told):
            return arrays
    arrays = _arrays_of_packed(path)
    with suppress(OSError):
        _keep(copy, _copy_of(arrays))
    return arrays


def _arrays_of_packed(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as data:
        return dict(data)


def _copy_of(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A line that tells which arrays follow, then these, one behind the other."""
    told = [[name, one.dtype.str, one.shape] for name, one in arrays.items()]
    return _sealed(json.dumps(told).encode() + b"\n" + b"".join(one.tobytes() for one in arrays.values()))


def _arrays_of_copy(copy: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of what `_copy_of` made.

    Raises:
        Exception: It is something else; of which kind depends on what it is.
    """
    content = _unsealed(copy)
    place = content.index(b"\n") + 1
    arrays = {}
    for name, dtype, shape in json.loads(content[:place]):
        one = np.frombuffer(content, dtype, math.prod(shape), place)
        place += one.nbytes
        # An array by itself: what is not needed for long does not stay for the sake of the others.
        arrays[name] = one.reshape(shape).copy()
    return arrays


def _keep(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; the oldest of too many go.

    Raises:
        OSError: It cannot be written.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / f"{path.name}.{os.getpid()}-{threading.get_ident()}.new"
    try:
        waiting.write_bytes(content)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
    kept = [one for one in folder.iterdir() if _OURS.fullmatch(one.name)]
    for one in sorted(kept, key=lambda one: one.stat().st_mtime, reverse=True)[_MOST_FILES:]:
        one.unlink(missing_ok=True)
