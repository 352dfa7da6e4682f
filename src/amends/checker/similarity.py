"""Finding a nearly equal reply among a million earlier ones.

Each reply becomes a signature of 60 minimal hashes over its runs of three words (Broder 1997), numbers folded away.
Fifteen bands of four hashes each are kept sorted, so that a look-up is fifteen binary searches and the comparison of
a few signatures; two replies that share 70 % of their runs meet in a band with a chance of 98 %.
"""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from amends.text import normalise
from amends.text.features import tokens

__all__ = ["EarlierReplies"]

_BANDS, _ROWS = 15, 4
_HASHES = _BANDS * _ROWS
_PRIME = np.uint64((1 << 31) - 1)
_RUN = 3
_LEAST_WORDS = 8
_MOST_CANDIDATES = 32
_MERGE_AT = 4096

_random = np.random.default_rng(20030)
_FACTORS = _random.integers(1, int(_PRIME), (_HASHES, 1), dtype=np.uint64)
_OFFSETS = _random.integers(0, int(_PRIME), (_HASHES, 1), dtype=np.uint64)
_MIX = np.array([1, 40503, 2654435761, 97], dtype=np.uint64)

Signature = NDArray[np.uint32]


class EarlierReplies:
    """Replies sent before, ready to be asked for near copies.

    Takes about 160 bytes a reply; the texts themselves are not kept.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Remember these texts.

        Args:
            texts: Earlier replies; each gets its number in order, from 0.
        """
        self._count = 0
        self._signatures = np.zeros((0, _HASHES), dtype=np.uint8)
        self._keys = [np.zeros(0, dtype=np.uint32) for _ in range(_BANDS)]
        self._numbers = [np.zeros(0, dtype=np.uint32) for _ in range(_BANDS)]
        self._new: list[Signature] = []
        self._new_bands: list[dict[int, list[int]]] = [{} for _ in range(_BANDS)]
        self.extend(texts)

    def __len__(self) -> int:
        """How many replies are remembered, those too short to compare included."""
        return self._count

    def add(self, text: str) -> int:
        """Remember one reply.

        Returns:
            Its number.
        """
        signature = _signature(text)
        number = self._count
        self._count += 1
        self._new.append(signature)
        if signature.any():
            for band, key in zip(self._new_bands, _band_keys(signature[None, :])[0].tolist(), strict=True):
                band.setdefault(key, []).append(number)
        if len(self._new) >= max(_MERGE_AT, len(self._signatures) // 8):
            self._merge()
        return number

    def extend(self, texts: Iterable[str]) -> None:
        """Remember many replies."""
        for text in texts:
            self.add(text)

    def nearest(self, text: str, least: float = 0.7) -> tuple[int, float] | None:
        """The earlier reply that is most like a text.

        Args:
            text: The new reply.
            least: Share of common runs, 0 to 1, from which on it counts.

        Returns:
            The earlier reply's number and the estimated share of common runs; None when there is none, or when the
            text has fewer than eight words (a short thanks is no script).
        """
        signature = _signature(text)
        if not signature.any():
            return None
        candidates: set[int] = set()
        for band, key in enumerate(_band_keys(signature[None, :])[0]):
            keys = self._keys[band]
            first = int(np.searchsorted(keys, key))
            last = min(int(np.searchsorted(keys, key, side="right")), first + _MOST_CANDIDATES)
            candidates.update(self._numbers[band][first:last].tolist())
            candidates.update(self._new_bands[band].get(int(key), ())[:_MOST_CANDIDATES])
        if not candidates:
            return None
        short = (signature & 0xFF).astype(np.uint8)
        merged = len(self._signatures)
        best, likeness = -1, 0.0
        for number in sorted(candidates):
            other = self._signatures[number] if number < merged else (self._new[number - merged] & 0xFF)
            # Eight bits of a hash agree by chance once in 256 times.
            share = (float((short == other).mean()) - 1 / 256) / (1 - 1 / 256)
            if share > likeness:
                best, likeness = number, share
        return (best, likeness) if likeness >= least else None

    def _merge(self) -> None:
        fresh = np.stack(self._new)
        first = len(self._signatures)
        usable = np.flatnonzero(fresh.any(axis=1))
        bands = _band_keys(fresh[usable])
        for band in range(_BANDS):
            keys = np.concatenate([self._keys[band], bands[:, band]])
            numbers = np.concatenate([self._numbers[band], (usable + first).astype(np.uint32)])
            order = np.argsort(keys, kind="stable")
            self._keys[band], self._numbers[band] = keys[order], numbers[order]
        self._signatures = np.concatenate([self._signatures, (fresh & 0xFF).astype(np.uint8)])
        self._new = []
        self._new_bands = [{} for _ in range(_BANDS)]


def _signature(text: str) -> Signature:
    """The minimal hashes of a text's runs; all zero when it is too short to compare."""
    words = [token for token in tokens(normalise(text[:20_000]).text) if token[0].isalnum()]
    if len(words) < _LEAST_WORDS:
        return np.zeros(_HASHES, dtype=np.uint32)
    runs = {
        zlib.crc32(" ".join(words[at : at + _RUN]).encode("utf-8", "replace")) for at in range(len(words) - _RUN + 1)
    }
    hashed = np.fromiter(runs, dtype=np.uint64, count=len(runs)) % _PRIME
    least: Signature = ((_FACTORS * hashed + _OFFSETS) % _PRIME).min(axis=1).astype(np.uint32) + np.uint32(1)
    return least


def _band_keys(signatures: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """One key a band for each signature."""
    banded = signatures.reshape(len(signatures), _BANDS, _ROWS).astype(np.uint64)
    mixed = (banded * _MIX).sum(axis=2)
    keys: NDArray[np.uint32] = ((mixed ^ (mixed >> np.uint64(29))) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return keys
