"""Families of near copies among many replies: which of them are one text with another name in it.

Each reply becomes the smallest hashes of its runs of three words under 24 permutations (Broder 1997). Replies that
agree in a band of four of them are compared in all; those that share 60 % or more belong to one family. Two replies
that share 80 % of their runs meet with a chance of 95 %, such that share 30 % with one of 5 %, and then they fail the
comparison.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from amends.text import normalise
from amends.text.features import tokens

__all__ = ["HASHES", "families", "signatures"]

_BANDS, _ROWS = 6, 4
HASHES: Final = _BANDS * _ROWS
_RUN = 3
_LEAST_WORDS = 8
_LEAST_SHARE = 0.6
_SMALLEST_FAMILY = 3
_PRIME = np.uint64((1 << 31) - 1)
_LONGEST = 5_000
_TOGETHER = 128
"""Replies that are worked out at once; more would only take memory."""

_random = np.random.default_rng(48213)
_FACTORS = _random.integers(1, int(_PRIME), HASHES, dtype=np.uint64)
_OFFSETS = _random.integers(0, int(_PRIME), HASHES, dtype=np.uint64)
_MIX = np.array([1, 40503, 2654435761, 97], dtype=np.uint64)

_Numbers = np.ndarray[Any, np.dtype[Any]]


def signatures(texts: Sequence[str]) -> list[bytes]:
    """What is compared of each reply, `HASHES` numbers of four bytes; b"" for one that has too few words to be a copy.

    Numbers count as one word, so that an order number makes no new text.
    """
    made: list[bytes] = []
    for first in range(0, len(texts), _TOGETHER):
        made += _signatures([_runs(text) for text in texts[first : first + _TOGETHER]])
    return made


def _runs(text: str) -> set[int]:
    """A number for each run of words of a text; none for one with too few words."""
    words = [
        "0" if token.isdigit() else token for token in tokens(normalise(text[:_LONGEST]).text) if token[0].isalnum()
    ]
    if len(words) < _LEAST_WORDS:
        return set()
    runs = zip(*(words[place:] for place in range(_RUN)), strict=False)
    return {zlib.crc32(" ".join(run).encode("utf-8", "replace")) for run in runs}


def _signatures(runs: Sequence[set[int]]) -> list[bytes]:
    sizes = [len(one) for one in runs if one]
    if not sizes:
        return [b""] * len(runs)
    hashed = np.fromiter((run for one in runs for run in one), dtype=np.uint64, count=sum(sizes)) % _PRIME
    begins = np.cumsum([0, *sizes[:-1]])
    least = iter(np.minimum.reduceat((hashed[:, None] * _FACTORS + _OFFSETS) % _PRIME, begins).astype("<u4"))
    return [next(least).tobytes() if one else b"" for one in runs]


def families(signatures: _Numbers) -> _Numbers:
    """The family of each reply.

    Args:
        signatures: One row of `HASHES` numbers a reply; all zero for a reply that is not compared.

    Returns:
        The number of each reply's family, from 0, the largest first and of equal ones that with the earliest reply; -1
        for a reply that fewer than two others are like.
    """
    count = len(signatures)
    parent = np.arange(count)
    usable = np.flatnonzero(signatures.any(axis=1)) if count else np.zeros(0, dtype=np.int64)
    if len(usable) > 1:
        banded = signatures[usable].reshape(len(usable), _BANDS, _ROWS).astype(np.uint64)
        keys = (banded * _MIX).sum(axis=2)
        first: list[_Numbers] = []
        second: list[_Numbers] = []
        for band in range(_BANDS):
            order = np.argsort(keys[:, band], kind="stable")
            ordered = keys[order, band]
            same = np.flatnonzero(ordered[1:] == ordered[:-1])
            # Each is compared with the one before it, and with the first of all that meet here.
            begins = np.concatenate(([True], ordered[1:] != ordered[:-1]))
            head = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
            for left in (order[same], head[same + 1]):
                right = order[same + 1]
                alike = (signatures[usable[left]] == signatures[usable[right]]).mean(axis=1) >= _LEAST_SHARE
                first.append(usable[left[alike]])
                second.append(usable[right[alike]])
        parent = _joined(count, np.concatenate(first), np.concatenate(second))
    sizes = np.bincount(parent, minlength=count)
    heads = np.flatnonzero(sizes >= _SMALLEST_FAMILY)
    heads = heads[np.lexsort((heads, -sizes[heads]))]
    number = np.full(count, -1, dtype=np.int32)
    number[heads] = np.arange(len(heads), dtype=np.int32)
    found: _Numbers = number[parent] if count else number
    return found


def _joined(count: int, first: _Numbers, second: _Numbers) -> _Numbers:
    """For each of `count` things the lowest that it is connected with."""
    from amends.archive.threads import components

    return components(count, [(first, second)])
