"""The network of all languages: reads the words of a sentence in their order, and a sentence among those of its reply.

Each word of a language, and each piece of a word, has a sense: some numbers that training chose. From there on all
languages share one way of reading. Senses of three words in a row are looked at together; of what is seen so the
strongest is kept, beside the sum of the senses and what the matching rules say. That is what a sentence tells by
itself; in a reply the sentences before and after it, and the strongest of all, are seen beside it.

Trained by `training/network.py`. Nothing but NumPy is needed at work.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from amends.text.linear import ByPieces, Floats, Placed, Rows, Words, times

__all__ = ["FEWEST_TOGETHER", "MOST_PIECES", "Network", "NetworkWeights", "spread"]

FEWEST_TOGETHER = 4
"""How many sentences a reply has at least before what they say of each other counts: of shorter ones, and of a
beginning that somebody is typing, too few were seen, and a network takes what they lack for what they are."""

MOST_PIECES = 14
"""How many pieces of a word are looked at."""

_NOTHING = np.float32(-1e9)
_SENSES = ("words", "pieces", "rules")
_LAYERS = ("in_row", "in_sentence", "alone", "in_reply", "together")


def spread(places: Sequence[int]) -> list[int]:
    """`MOST_PIECES` of the places, evenly spread from the first to the last; all of them where there are no more."""
    if len(places) <= MOST_PIECES:
        return list(places)
    return [places[at * (len(places) - 1) // (MOST_PIECES - 1)] for at in range(MOST_PIECES)]


@dataclass(slots=True)
class NetworkWeights:
    """What training makes and a language's file holds. The last row of a layer is what it adds always.

    Attributes:
        words: The sense of each known word, that of its pieces added in.
        pieces: The sense of each known piece.
        rules: What a rule's match adds to what a sentence tells.
        in_row: From the senses of three words in a row.
        in_sentence: From the strongest of all rows, and from the sum of the senses, to what a sentence tells.
        alone: From what a sentence tells to the labels, of this language.
        in_reply: From what a sentence tells, those before and after it, the strongest of all, and its place.
        together: From that to the labels.
    """

    words: Rows
    pieces: Rows
    rules: Rows
    in_row: Floats
    in_sentence: Floats
    alone: Floats
    in_reply: Floats
    together: Floats

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights as arrays of a file, with 8 bits each."""
        made = {}
        for name in _SENSES:
            made.update(getattr(self, name).arrays(f"network_{name}"))
        for name in _LAYERS:
            made.update(Rows.of(getattr(self, name)).arrays(f"network_{name}"))
        return made

    @classmethod
    def of_arrays(cls, data: Mapping[str, NDArray[Any]]) -> Self:
        """The weights of what `arrays` made."""
        words, of_pieces, rules = (Rows.of_arrays(f"network_{name}", data) for name in _SENSES)
        layers = [Rows.of_arrays(f"network_{name}", data) for name in _LAYERS]
        in_row, in_sentence, alone, in_reply, together = (layer.values * layer.scale for layer in layers)
        return cls(words, of_pieces, rules, in_row, in_sentence, alone, in_reply, together)


class Network:
    """A trained network, ready for use, by several threads too."""

    def __init__(self, weights: NetworkWeights, words: Words) -> None:
        """Lay the weights out.

        Args:
            weights: What training made.
            words: The words and pieces whose senses they are.
        """
        self._weights = weights
        # The ends of a sentence have no sense, nor has what is not known but for its pieces.
        self._senses = weights.words.counting(1.0, Words.MORE)
        nothing = np.zeros(weights.words.scale.size, np.float32)
        self._by_pieces = ByPieces(words, lambda known: weights.pieces.take(spread(known)).mean(axis=0), nothing)

    def told(self, placed: Placed, rules: Sequence[Iterable[int]]) -> Floats:
        """What each sentence tells by itself.

        Args:
            placed: The tokens of each sentence, at least one sentence.
            rules: For each sentence the places of the rules that match in it.

        Returns:
            One row a sentence.
        """
        weights, begins = self._weights, placed.begins
        senses = self._senses.take(placed.places)
        if placed.unknown:
            senses[placed.unknown] = self._by_pieces.rows(placed.tokens)
        rows = len(senses)
        seen = np.empty((rows, weights.in_row.shape[1]), dtype=np.float32)
        seen[:-2] = times(np.hstack([senses[:-2], senses[1:-1], senses[2:]]), weights.in_row[:-1])
        # Where an end of a sentence stands in the middle nothing is seen.
        ends = np.array([*begins[1:], rows], dtype=np.intp)
        seen[ends - 1] = seen[ends - 2] = _NOTHING
        strongest = np.maximum.reduceat(seen, begins, axis=0)
        strongest += weights.in_row[-1]
        np.maximum(strongest, 0.0, out=strongest)
        sums = np.add.reduceat(senses, begins, axis=0)
        sums /= np.sqrt(np.maximum(np.array(placed.lengths, dtype=np.float32) - 2.0, 1.0))[:, None]
        split = strongest.shape[1]
        told = times(strongest, weights.in_sentence[:split])
        told += times(sums, weights.in_sentence[split:-1])
        told += weights.in_sentence[-1]
        weights.rules.add_to(told, rules)
        np.maximum(told, 0.0, out=told)
        return told

    def alone(self, told: Floats) -> Floats:
        """What each sentence says by itself; argument and result as in `logits`."""
        made = times(told, self._weights.alone[:-1])
        made += self._weights.alone[-1]
        return made

    def logits(self, told: Floats) -> Floats:
        """What each sentence says within its reply.

        Args:
            told: What each tells by itself, in the order of the reply; at least one.

        Returns:
            One row a sentence, one column a label.
        """
        weights = self._weights
        made = self.alone(told)
        count, width = told.shape
        if count < FEWEST_TOGETHER:
            return made
        layer = weights.in_reply
        seen = times(told, layer[:width])
        seen[1:] += times(told[:-1], layer[width : 2 * width])
        seen[:-1] += times(told[1:], layer[2 * width : 3 * width])
        seen += told.max(axis=0) @ layer[3 * width : 4 * width]
        seen[0] += layer[-5]
        seen[-1] += layer[-4]
        seen += (1.0 / np.arange(1, count + 1, dtype=np.float32))[:, None] * layer[-3]
        seen += np.float32(min(count, 12) / 12.0) * layer[-2] + layer[-1]
        np.maximum(seen, 0.0, out=seen)
        made += times(seen, weights.together)
        return made
