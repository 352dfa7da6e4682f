"""The name of a compiled language pack, see `amends.text.kept`.

Reading a pack costs some hundred milliseconds, using a compiled one a few. Its name is made of everything that the
compiled form depends on: the texts of the pack, the table of function words, and the code that reads and compiles
them. A change of any of these makes another name.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["fingerprint"]

_CODE = {
    "amends.checker": ("pack.py", "patterns.py", "sieve.py", "catalogue.py"),
    "amends.text": ("normalise.py", "kept.py"),
}


@cache
def _code() -> bytes:
    return b"\0".join((files(room) / name).read_bytes() for room, names in _CODE.items() for name in names)


def fingerprint(language: str, texts: Mapping[str, bytes], common: frozenset[str]) -> str:
    """The name of a compiled pack: a digest of all that it is made from."""
    digest = hashlib.sha256(_code())
    digest.update("\0".join((language, *sorted(common))).encode("utf-8", "surrogatepass"))
    for page, text in sorted(texts.items()):
        digest.update(b"\0".join((b"", page.encode(), text)))
    return f"{language}-{digest.hexdigest()[:32]}"
