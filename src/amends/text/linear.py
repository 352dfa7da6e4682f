"""Adds up what the words of a text say: the linear half of every small model of Amends.

A text's features are its tokens, its runs of two and three tokens, and the pieces of unknown tokens (see
`amends.text.features`). Each known one has a row of numbers, one for each label; a text's result is the sum of its
rows. Runs are looked up as numbers, all of a text at once. Nothing but NumPy is needed.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amends.text.features import pieces

__all__ = ["SCALE", "Floats", "Places", "RowsOfText", "TextRows", "base_of", "packed", "quantised", "unpacked"]

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

SCALE = 0.125
"""What a feature counts, before the square root of the text's length is divided out."""

_UNKNOWN = 8192
"""How many unknown words are remembered."""


@dataclass(slots=True)
class TextRows:
    """What each known feature says, as training makes it and a file holds it.

    A run of two tokens is known by one number, its key: the first word's place times `base`, plus the second's. A run
    of three is known by the place of its first two among the pairs, times `base`, plus the third word's. The ends of a
    text stand behind the last word: its beginning, then its end.

    Attributes:
        words: Known words; `word_rows` holds what each says, its pieces added in.
        pairs: Keys of known runs of two tokens, ascending.
        triples: Keys of known runs of three tokens, ascending.
        pieces: Known pieces, for words that are not known.
    """

    words: list[str]
    word_rows: Floats
    pairs: Places
    pair_rows: Floats
    triples: Places
    triple_rows: Floats
    pieces: list[str]
    piece_rows: Floats

    @property
    def base(self) -> int:
        """By what a place is multiplied in a key: more than there are words."""
        return base_of(len(self.words))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The rows as arrays that need no pickling: strings one a line, weights of 8 bits with one scale per label."""
        arrays: dict[str, NDArray[Any]] = {
            "words": packed(self.words),
            "pairs": np.diff(self.pairs, prepend=0),
            "triples": np.diff(self.triples, prepend=0),
            "pieces": packed(self.pieces),
        }
        for name in ("word_rows", "pair_rows", "triple_rows", "piece_rows"):
            arrays |= quantised(name, getattr(self, name))
        return arrays

    @classmethod
    def of_arrays(cls, data: Mapping[str, NDArray[Any]]) -> "TextRows":
        """The rows of what `arrays` made."""

        def rows(name: str) -> Floats:
            made: Floats = data[name].astype(np.float32) * data[name + "_scale"]
            return made

        return cls(
            unpacked(data["words"]),
            rows("word_rows"),
            np.cumsum(data["pairs"]),
            rows("pair_rows"),
            np.cumsum(data["triples"]),
            rows("triple_rows"),
            unpacked(data["pieces"]),
            rows("piece_rows"),
        )


def base_of(words: int) -> int:
    """The base of the keys of runs in a model of so many words; room for words that are not known is in it."""
    return words + 2 + _UNKNOWN


def quantised(name: str, rows: Floats) -> dict[str, NDArray[Any]]:
    """Rows in 8 bits and their scales, under two names."""
    scale = np.maximum(np.abs(rows).max(axis=0, initial=0.0), 1e-6) / 127.0
    return {name: np.round(rows / scale).astype(np.int8), name + "_scale": scale.astype(np.float32)}


def packed(strings: Sequence[str]) -> NDArray[np.uint8]:
    """Strings without line ends as one array."""
    return np.frombuffer("\n".join(strings).encode(), dtype=np.uint8)


def unpacked(data: NDArray[np.uint8]) -> list[str]:
    """The strings of what `packed` made."""
    text = data.tobytes().decode()
    return text.split("\n") if text else []


class RowsOfText:
    """Rows laid out for adding up. Several threads may ask; they take turns."""

    def __init__(self, known: TextRows) -> None:
        """Lay them out.

        Args:
            known: What training made.
        """
        count, labels = known.word_rows.shape
        self._rows = _scaled(known.word_rows, np.zeros((2 + _UNKNOWN, labels), np.float32))
        self._places = {word: place for place, word in enumerate(known.words)}
        self._begin, self._end, self._first_unknown = count, count + 1, count + 2
        self._base = known.base
        # Behind the last known run stands one that is none, for all that are not known.
        none = np.zeros((1, labels), np.float32)
        never = np.array([np.iinfo(np.int64).max])
        self._pairs = np.concatenate([known.pairs, never])
        self._pair_rows = _scaled(known.pair_rows, none)
        self._triples = np.concatenate([known.triples, never])
        self._triple_rows = _scaled(known.triple_rows, none)
        self._unknown: dict[str, int] = {}
        self._turn = threading.Lock()
        self._pieces = {piece: place for place, piece in enumerate(known.pieces)}
        self._piece_rows = _scaled(known.piece_rows)

    def knows(self, token: str) -> bool:
        """Whether training saw this token, not only pieces of it."""
        return token in self._places

    def rows(self, texts: Sequence[list[str]]) -> tuple[Floats, list[int]]:
        """What each token says, the runs that begin at it included.

        Args:
            texts: The tokens of each text (a sentence, a message), at least one text.

        Returns:
            One row for the beginning of each text, one for each of its tokens, one for its end; and where each text
            begins in them. A text of n tokens has n + 2 rows.
        """
        with self._turn:
            return self._rows_of(texts)

    def _rows_of(self, texts: Sequence[list[str]]) -> tuple[Floats, list[int]]:
        place_of = self._places.get
        places: list[int] = []
        begins: list[int] = []
        for tokens in texts:
            begins.append(len(places))
            places.append(self._begin)
            for token in tokens:
                place = place_of(token)
                places.append(self._place_of_unknown(token) if place is None else place)
            places.append(self._end)
        words = np.array(places)
        pairs = _known(self._pairs, words[:-1] * self._base + words[1:])
        triples = _known(self._triples, pairs[:-1] * self._base + words[2:])
        rows = self._rows.take(words, axis=0)
        rows[:-1] += self._pair_rows.take(pairs, axis=0)
        rows[:-2] += self._triple_rows.take(triples, axis=0)
        return rows, begins

    def _place_of_unknown(self, token: str) -> int:
        place = self._unknown.get(token)
        if place is None:
            if len(self._unknown) >= _UNKNOWN:
                self._unknown.clear()
            place = self._first_unknown + len(self._unknown)
            self._unknown[token] = place
            known = [at for at in map(self._pieces.get, pieces(token)) if at is not None] if len(token) > 1 else []
            self._rows[place] = self._piece_rows.take(known, axis=0).sum(axis=0) if known else 0.0
        return place


def _scaled(*rows: Floats) -> Floats:
    """Rows one behind the other, each feature counting as much as it does."""
    made: Floats = np.concatenate(rows) * np.float32(SCALE)
    return made


def _known(keys: Places, wanted: Places) -> Places:
    """The place of each wanted key; of one that is not known, the place behind the last."""
    found = keys.searchsorted(wanted)
    found[keys[found] != wanted] = len(keys) - 1
    return found
