"""Adds up what the words of a text say: the linear half of every small model of Amends.

A text's features are its tokens, its runs of two and three tokens, and the pieces of unknown tokens (see
`amends.text.features`). Each known one has a row of numbers, one for each label; a text's result is the sum of its
rows. Runs are looked up as numbers, all of a text at once. Nothing but NumPy is needed.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from amends.text.features import pieces

__all__ = ["SCALE", "Floats", "Places", "Rows", "RowsOfText", "TextRows", "base_of", "packed", "times", "unpacked"]

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

SCALE = 0.125
"""What a feature counts, before the square root of the text's length is divided out."""

_ALONE = 250_000
"""Multiplications that are worked out by one thread; OpenBLAS shares out from 262,144 on."""
_UNKNOWN = 8192
"""How many unknown words are remembered."""


class Rows(NamedTuple):
    """Rows of numbers in 8 bits: a quarter of the memory, and as good for adding up.

    Attributes:
        values: One row a feature, one column a label, from -127 to 127 or fewer steps.
        scale: For each label what a value of 1 stands for.
    """

    values: NDArray[np.int8]
    scale: Floats

    @classmethod
    def of(cls, rows: Floats, steps: int = 127) -> Self:
        """The nearest rows to these, with so many steps to each side of 0; fewer make a smaller file."""
        scale = (np.maximum(np.abs(rows).max(axis=0, initial=0.0), 1e-6) / steps).astype(np.float32)
        return cls(np.round(rows / scale).astype(np.int8), scale)

    @classmethod
    def of_arrays(cls, name: str, data: Mapping[str, NDArray[Any]]) -> Self:
        """The rows of what `arrays` made."""
        return cls(data[name], data[name + "_scale"])

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The rows as two arrays of a file."""
        return {name: self.values, name + "_scale": self.scale}

    def counting(self, weight: float, more: int = 0) -> "Rows":
        """These rows with each feature counting so much, and so many rows of nothing behind them."""
        nothing = np.zeros((more, self.values.shape[1]), self.values.dtype)
        return Rows(np.concatenate([self.values, nothing]), self.scale * np.float32(weight))

    def take(self, places: Sequence[int] | Places) -> Floats:
        """The rows at these places."""
        taken: Floats = self.values.take(places, axis=0) * self.scale
        return taken


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
    word_rows: Rows
    pairs: Places
    pair_rows: Rows
    triples: Places
    triple_rows: Rows
    pieces: list[str]
    piece_rows: Rows

    @property
    def base(self) -> int:
        """By what a place is multiplied in a key: more than there are words."""
        return base_of(len(self.words))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The rows as arrays that need no pickling: strings one a line, weights of 8 bits with one scale per label."""
        return {
            "words": packed(self.words),
            "pairs": np.diff(self.pairs, prepend=0),
            "triples": np.diff(self.triples, prepend=0),
            "pieces": packed(self.pieces),
            **self.word_rows.arrays("word_rows"),
            **self.pair_rows.arrays("pair_rows"),
            **self.triple_rows.arrays("triple_rows"),
            **self.piece_rows.arrays("piece_rows"),
        }

    @classmethod
    def of_arrays(cls, data: Mapping[str, NDArray[Any]]) -> Self:
        """The rows of what `arrays` made."""
        return cls(
            unpacked(data["words"]),
            Rows.of_arrays("word_rows", data),
            np.cumsum(data["pairs"]),
            Rows.of_arrays("pair_rows", data),
            np.cumsum(data["triples"]),
            Rows.of_arrays("triple_rows", data),
            unpacked(data["pieces"]),
            Rows.of_arrays("piece_rows", data),
        )


def base_of(words: int) -> int:
    """The base of the keys of runs in a model of so many words; room for words that are not known is in it."""
    return words + 2 + _UNKNOWN


def times(rows: Floats, layer: Floats) -> Floats:
    """The product of some rows and a layer, in strips so small that it is worked out by this thread alone.

    A library for linear algebra shares larger products out among threads. Ours are so small that these would wait for
    one another longer than they work, and processes side by side would take the processors from each other.

    Args:
        rows: One row a sentence or a token, laid out in one piece.
        layer: As many rows as `rows` has columns.
    """
    count, width = rows.shape
    strip = max(1, _ALONE // layer.size)
    if count <= strip:
        made: Floats = rows @ layer
        return made
    made = np.empty((count, layer.shape[1]), dtype=np.float32)
    whole = count - count % strip
    np.matmul(rows[:whole].reshape(-1, strip, width), layer, out=made[:whole].reshape(-1, strip, layer.shape[1]))
    if whole < count:
        np.matmul(rows[whole:], layer, out=made[whole:])
    return made


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
        count = len(known.words)
        self._places = {word: place for place, word in enumerate(known.words)}
        self._begin, self._end, self._unknown = count, count + 1, count + 2
        self._base = known.base
        # Behind the last known row stands one of nothing, for all that is not known.
        self._word_rows = known.word_rows.counting(SCALE, 3)
        never = np.array([np.iinfo(np.int64).max])
        self._pairs = np.concatenate([known.pairs, never])
        self._pair_rows = known.pair_rows.counting(SCALE, 1)
        self._triples = np.concatenate([known.triples, never])
        self._triple_rows = known.triple_rows.counting(SCALE, 1)
        self._known_pieces = known.pieces
        self._piece_rows = known.piece_rows.counting(SCALE)
        self._nothing = np.zeros(known.word_rows.scale.size, np.float32)
        self._in_pieces: dict[str, Floats] = {}
        self._turn = threading.Lock()

    @cached_property
    def _pieces(self) -> dict[str, int]:
        """Where each known piece stands; laid out at the first word that is not known."""
        return {piece: place for place, piece in enumerate(self._known_pieces)}

    def knows(self, token: str) -> bool:
        """Whether training saw this token, not only pieces of it."""
        return token in self._places

    def word_at(self, token: str) -> int | None:
        """The place of a token among the known words; None when training did not see it."""
        return self._places.get(token)

    def piece_at(self, piece: str) -> int | None:
        """The place of a piece among the known pieces."""
        return self._pieces.get(piece)

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
        place_of, unknown = self._places.get, self._unknown
        places: list[int] = []
        begins: list[int] = []
        where: list[int] = []
        of_pieces: list[Floats] = []
        for tokens in texts:
            begins.append(len(places))
            places.append(self._begin)
            for token in tokens:
                place = place_of(token)
                if place is None:
                    where.append(len(places))
                    of_pieces.append(self._row_of_unknown(token))
                    place = unknown
                places.append(place)
            places.append(self._end)
        words = np.array(places)
        pairs = _known(self._pairs, words[:-1] * self._base + words[1:])
        triples = _known(self._triples, pairs[:-1] * self._base + words[2:])
        rows = self._word_rows.take(words)
        rows[:-1] += self._pair_rows.take(pairs)
        rows[:-2] += self._triple_rows.take(triples)
        if where:
            rows[where] += of_pieces
        return rows, begins

    def _row_of_unknown(self, token: str) -> Floats:
        """What a token's pieces say; remembered."""
        row = self._in_pieces.get(token)
        if row is None:
            if len(self._in_pieces) >= _UNKNOWN:
                self._in_pieces.clear()
            known = [at for at in map(self._pieces.get, pieces(token)) if at is not None] if len(token) > 1 else []
            row = self._piece_rows.take(known).sum(axis=0) if known else self._nothing
            self._in_pieces[token] = row
        return row


def _known(keys: Places, wanted: Places) -> Places:
    """The place of each wanted key; of one that is not known, the place behind the last."""
    found = keys.searchsorted(wanted)
    found[keys[found] != wanted] = len(keys) - 1
    return found
