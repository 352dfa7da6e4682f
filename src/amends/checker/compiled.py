"""Keeps compiled language packs between runs.

Reading a pack costs some hundred milliseconds, using a compiled one a few. The compiled form lies in the user's cache
folder under a name made of everything that it depends on: the texts of the pack, the table of function words, and the
code that reads and compiles them. A change of any of these makes another name, so that an old one is never used. It is
lines of plain text: a damaged or foreign file is at worst a pack that is compiled anew, never code that is run.

AMENDS_CACHE names another folder; an empty value switches the cache off.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

__all__ = ["cached", "fingerprint", "keep"]

_CODE = ("pack.py", "patterns.py", "sieve.py", "catalogue.py", "compiled.py")
_KEPT = 24


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


def cached(name: str) -> list[str] | None:
    """The lines that were kept under a name, or None."""
    folder = _folder()
    if folder is None:
        return None
    try:
        return (folder / f"{name}.txt").read_bytes().decode().split("\n")
    except (OSError, ValueError):
        return None


def keep(name: str, lines: Iterable[str]) -> None:
    """Keep lines under a name; where nothing can be written, nothing is kept."""
    folder = _folder()
    if folder is None:
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        waiting = folder / f"{name}.{os.getpid()}.new"
        waiting.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        waiting.replace(folder / f"{name}.txt")
        # What versions before kept under another ending goes in its turn.
        kept = [path for path in folder.iterdir() if path.suffix in (".txt", ".json")]
        for path in sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT:]:
            path.unlink(missing_ok=True)
