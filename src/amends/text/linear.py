"""Adds up what the words of a text say: the linear half of every small model of Amends.

A text's features are its tokens, its runs of two and three tokens, and the pieces of unknown tokens (see
`amends.text.features`). Each known one has a row of numbers, one for each label; a text's result is the sum of its
rows. Runs are looked up as numbers, all of a text at once. Nothing but NumPy is needed.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from amends.text.features import pieces

__all__ = [
    "SCALE",
    "ByPieces",
    "Floats",
    "Placed",
    "Places",
    "Rows",
    "RowsOfText",
    "TextRows",
    "Words",
    "base_of",
    "packed",
    "times",
    "unpacked",
]

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

    def add_to(self, sums: Floats, places: Sequence[Iterable[int]]) -> None:
        """Add rows to each row of `sums`: those at its own places."""
        added = [(number, place) for number, own in enumerate(places) for place in own]
        if added:
            where, which = np.array(added).T
            np.add.at(sums, where, self.take(which))


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


class Placed(NamedTuple):
    """The tokens of some texts by their places among the known words, the ends of each text around them.

    Attributes:
        places: For each text the place of its beginning, of each of its tokens, and of its end.
        begins: Where each text begins in them.
        unknown: Which of them stand for a token that is not known.
        tokens: These tokens.
    """

    places: list[int]
    begins: list[int]
    unknown: list[int]
    tokens: list[str]

    @property
    def lengths(self) -> list[int]:
        """How many places each text takes: two more than it has tokens."""
        return [end - begin for begin, end in pairwise((*self.begins, len(self.places)))]


class Words:
    """The words and pieces of words that training saw, each with its place.

    Behind the last word stand a text's beginning, its end, and whatever is not known.

    Attributes:
        places: The place of each word.
    """

    MORE = 3
    """Places behind those of the words."""

    def __init__(self, words: Sequence[str], known_pieces: Sequence[str]) -> None:
        """Number them in the order in which they are given."""
        self.places = {word: place for place, word in enumerate(words)}
        self._known_pieces = known_pieces

    @cached_property
    def pieces(self) -> dict[str, int]:
        """The place of each piece; laid out at the first word that is not known."""
        return {piece: place for place, piece in enumerate(self._known_pieces)}

    def pieces_of(self, token: str) -> list[int]:
        """The places of the known pieces of a token, in its order; a single character has none."""
        if len(token) < 2:
            return []
        return [place for place in map(self.pieces.get, pieces(token)) if place is not None]

    def placed(self, texts: Sequence[list[str]]) -> Placed:
        """Where the tokens of each text stand."""
        place_of = self.places.get
        begin = len(self.places)
        end, nowhere = begin + 1, begin + 2
        made = Placed([], [], [], [])
        places = made.places
        for tokens in texts:
            made.begins.append(len(places))
            places.append(begin)
            for token in tokens:
                place = place_of(token)
                if place is None:
                    made.unknown.append(len(places))
                    made.tokens.append(token)
                    place = nowhere
                places.append(place)
            places.append(end)
        return made


class ByPieces:
    """What the pieces of unknown tokens say, remembered. Several threads may ask; they take turns."""

    def __init__(self, words: Words, say: Callable[[list[int]], Floats], nothing: Floats) -> None:
        """Begin with nothing.

        Args:
            words: Which pieces are known.
            say: What some known pieces say together, at least one, given their places.
            nothing: What is said where no piece is known.
        """
        self._words, self._say, self._nothing = words, say, nothing
        self._known: dict[str, Floats] = {}
        self._turn = threading.Lock()

    def rows(self, tokens: Sequence[str]) -> list[Floats]:
        """What each token says."""
        with self._turn:
            return [self._row(token) for token in tokens]

    def _row(self, token: str) -> Floats:
        row = self._known.get(token)
        if row is None:
            if len(self._known) >= _UNKNOWN:
                self._known.clear()
            known = self._words.pieces_of(token)
            row = self._known[token] = self._say(known) if known else self._nothing
        return row


class RowsOfText:
    """Rows laid out for adding up, by several threads too."""

    def __init__(self, known: TextRows) -> None:
        """Lay them out.

        Args:
            known: What training made.
        """
        self.words = Words(known.words, known.pieces)
        self._base = known.base
        # Behind the last known row stands one of nothing, for all that is not known.
        self._word_rows = known.word_rows.counting(SCALE, Words.MORE)
        never = np.array([np.iinfo(np.int64).max])
        self._pairs = np.concatenate([known.pairs, never])
        self._pair_rows = known.pair_rows.counting(SCALE, 1)
        self._triples = np.concatenate([known.triples, never])
        self._triple_rows = known.triple_rows.counting(SCALE, 1)
        piece_rows = known.piece_rows.counting(SCALE)
        nothing = np.zeros(known.word_rows.scale.size, np.float32)
        self._by_pieces = ByPieces(self.words, lambda known: piece_rows.take(known).sum(axis=0), nothing)

    def knows(self, token: str) -> bool:
        """Whether training saw this token, not only pieces of it."""
        return token in self.words.places

    def rows(self, texts: Sequence[list[str]]) -> tuple[Floats, list[int]]:
        """What each token says, the runs that begin at it included.

        Args:
            texts: The tokens of each text (a sentence, a message), at least one text.

        Returns:
            One row for the beginning of each text, one for each of its tokens, one for its end; and where each text
            begins in them. A text of n tokens has n + 2 rows.
        """
        placed = self.words.placed(texts)
        return self.rows_of(placed), placed.begins

    def rows_of(self, placed: Placed) -> Floats:
        """The same for texts whose tokens have their places already: one row for each place."""
        words = np.array(placed.places)
        pairs = _known(self._pairs, words[:-1] * self._base + words[1:])
        triples = _known(self._triples, pairs[:-1] * self._base + words[2:])
        rows = self._word_rows.take(words)
        rows[:-1] += self._pair_rows.take(pairs)
        rows[:-2] += self._triple_rows.take(triples)
        if placed.unknown:
            rows[placed.unknown] += self._by_pieces.rows(placed.tokens)
        return rows


def _known(keys: Places, wanted: Places) -> Places:
    """The place of each wanted key; of one that is not known, the place behind the last."""
    found = keys.searchsorted(wanted)
    found[keys[found] != wanted] = len(keys) - 1
    return found
