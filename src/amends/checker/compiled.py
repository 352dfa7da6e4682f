"""Keeps compiled language packs and unpacked models between runs.

Reading a pack costs some hundred milliseconds, using a compiled one a few. The compiled form lies in the user's cache
folder under a name made of everything that it depends on: the texts of the pack, the table of function words, and the
code that reads and compiles them. A change of any of these makes another name, so that an old one is never used. It is
lines of plain text: a damaged or foreign file is at worst a pack that is compiled anew, never code that is run.

Unpacking the models' arrays takes most of the time of reading them. A copy that is not packed lies there too, under a
name made of what the packed one holds.

AMENDS_CACHE names another folder; an empty value switches the cache off.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

__all__ = ["cached", "fingerprint", "keep", "unpacked_copy"]

_CODE = ("pack.py", "patterns.py", "sieve.py", "catalogue.py", "compiled.py")
_KEPT = 32


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


@cache
def _code() -> bytes:
    room = files("amends.checker")
    return b"\0".join((room / name).read_bytes() for name in _CODE)


def fingerprint(language: str, texts: Mapping[str, bytes], common: frozenset[str]) -> str:
    """The name of a compiled pack: a digest of all that it is made from."""
    digest = hashlib.sha256(_code())
    digest.update("\0".join((language, *sorted(common))).encode("utf-8", "surrogatepass"))
    for page, text in sorted(texts.items()):
        digest.update(b"\0".join((b"", page.encode(), text)))
    return f"{language}-{digest.hexdigest()[:32]}"


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


def unpacked_copy(path: Path) -> Path:
    """The copy of an archive of arrays that is not packed; the archive itself where none can be kept."""
    folder = _folder()
    if folder is None:
        return path
    with suppress(OSError, zipfile.BadZipFile):
        with zipfile.ZipFile(path) as packed:
            told = [f"{page.filename} {page.file_size} {page.CRC}" for page in packed.infolist()]
            copy = folder / f"{path.stem}-{hashlib.sha256(chr(0).join(told).encode()).hexdigest()[:32]}.npz"
            if not copy.is_file():
                _keep(copy, lambda waiting: _copy(packed, waiting))
        return copy
    return path


def _copy(packed: zipfile.ZipFile, to: Path) -> None:
    with zipfile.ZipFile(to, "w") as copy:
        for name in packed.namelist():
            copy.writestr(name, packed.read(name))


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
    kept = [one for one in folder.iterdir() if one.suffix in (".txt", ".npz", ".json")]
    for one in sorted(kept, key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT:]:
        one.unlink(missing_ok=True)
