"""Finds among a hundred thousand cases those worth comparing with one: an index of what they share, in memory.

For every key of `Features.keys` it holds the cases in which it stands. A look-up adds up the rarity of the keys that
a case shares with the others and gives the best few; keys that stand everywhere are passed over while others are left.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import log

import numpy as np
from numpy.typing import NDArray

from amends.desk.causes.likeness import Features, Rarity

__all__ = ["MOST_SUGGESTED", "CaseIndex", "packed"]

MOST_SUGGESTED = 6
"""So many similar cases are suggested for one."""
_CANDIDATES = 80
_MERGE_AT = 8_192
_MOST_ROWS = 400_000
"""Entries that one look-up reads at most, the rarest keys first."""

Rows = NDArray[np.uint32]


def packed(features: Features) -> bytes:
    """The keys of features as the index takes them in, each once."""
    return np.array(sorted(set(features.keys)), dtype="<u4").tobytes()


class CaseIndex:
    """What cases share. Not safe for several threads at once; takes about 300 bytes a case."""

    def __init__(self) -> None:
        self._cases: list[int] = []
        self._row_of: dict[int, int] = {}
        self._keys = np.zeros(0, dtype=np.uint32)
        self._rows = np.zeros(0, dtype=np.uint32)
        self._fresh: dict[int, list[int]] = {}
        self._waiting = 0

    def __len__(self) -> int:
        """How many cases it knows."""
        return self.known

    def __contains__(self, case: int) -> bool:
        return case in self._row_of

    @property
    def known(self) -> int:
        """How many cases it knows."""
        return len(self._row_of)

    @property
    def rarity(self) -> Rarity:
        """How rare things are among them."""
        return Rarity(len(self._row_of), _Counts(self))

    def add(self, case: int, features: Features) -> None:
        """Take a case in; one that is known is taken in anew.

        Args:
            case: Its number.
            features: What of it is compared.
        """
        self.extend([(case, packed(features))])
        if self._waiting >= max(_MERGE_AT, len(self._keys) // 8):
            self._merge()

    def extend(self, cases: Iterable[tuple[int, bytes]]) -> None:
        """Take many cases in.

        Args:
            cases: The number of each, and what `packed` made of its features.
        """
        keys: list[Rows] = []
        first = len(self._cases)
        for case, packed_keys in cases:
            keys.append(np.frombuffer(packed_keys, dtype="<u4"))
            self._row_of[case] = len(self._cases)
            self._cases.append(case)
        if not keys:
            return
        rows = np.repeat(np.arange(first, len(self._cases), dtype=np.uint32), [len(one) for one in keys])
        if len(rows) < _MERGE_AT:
            for key, row in zip(np.concatenate(keys).tolist(), rows.tolist(), strict=True):
                self._fresh.setdefault(key, []).append(row)
            self._waiting += len(rows)
        else:
            self._sort_in(np.concatenate(keys), rows)

    def count(self, key: int) -> int:
        """In how many cases a key stands; a case that was taken in anew counts again."""
        first, last = self._stretch(key)
        return last - first + len(self._fresh.get(key, ()))

    def candidates(self, features: Features, most: int = _CANDIDATES) -> list[int]:
        """The cases that share most with one, by the rarity of what they share; the likeliest first.

        Args:
            features: Of the case that is looked at; it is not left out itself.
            most: How many.
        """
        if not self._cases:
            return []
        scores = np.zeros(len(self._cases), dtype=np.float32)
        read = 0
        number = len(self._row_of)
        keys = sorted((self.count(key), key) for key in set(features.keys))
        for count, key in keys:
            if not count:
                continue
            read += count
            if read > _MOST_ROWS:
                break
            weight = np.float32(log((number + 1) / count) + 0.1)
            first, last = self._stretch(key)
            scores[self._rows[first:last]] += weight
            fresh = self._fresh.get(key)
            if fresh:
                scores[fresh] += weight
        found = np.flatnonzero(scores)
        if len(found) > 2 * most:
            found = found[np.argpartition(-scores[found], 2 * most)[: 2 * most]]
        ordered = found[np.argsort(-scores[found], kind="stable")]
        cases = (self._cases[row] for row in ordered.tolist() if self._row_of.get(self._cases[row]) == row)
        return list(dict.fromkeys(cases))[:most]

    def _stretch(self, key: int) -> tuple[int, int]:
        sought = np.uint32(key)
        first = int(np.searchsorted(self._keys, sought))
        return first, int(np.searchsorted(self._keys, sought, side="right"))

    def _merge(self) -> None:
        count = sum(map(len, self._fresh.values()))
        keys = np.empty(count, dtype=np.uint32)
        rows = np.empty(count, dtype=np.uint32)
        at = 0
        for key, there in self._fresh.items():
            keys[at : at + len(there)] = key
            rows[at : at + len(there)] = there
            at += len(there)
        self._fresh = {}
        self._waiting = 0
        self._sort_in(keys, rows)

    def _sort_in(self, keys: Rows, rows: Rows) -> None:
        keys = np.concatenate([self._keys, keys])
        rows = np.concatenate([self._rows, rows])
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], rows[order]


class _Counts(Mapping[int, int]):
    """The counts of an index as a mapping, each looked up once: comparing asks for the same keys again and again."""

    def __init__(self, index: CaseIndex) -> None:
        self._index = index
        self._known: dict[int, int] = {}

    def __getitem__(self, key: int) -> int:
        count = self._known.get(key)
        if count is None:
            count = self._known[key] = self._index.count(key)
        return count

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)
