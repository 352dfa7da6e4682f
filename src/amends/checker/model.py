"""The sentence model: how likely each component and fault is in each sentence of a reply.

Two linear stages, trained by `training/train.py` on the project's own labelled replies. The first adds up what the
words, runs of words, pieces of words and rule matches of one sentence say. The second sees that sentence's result
beside those of its neighbours and of the rest of the reply ("a mix-up occurred" reads differently when the next
sentence says "I mixed them up"). Nothing but NumPy is needed at work.

File layout (`models/<language>.npz`, arrays without pickling): strings are UTF-8, one a line; weights are 8-bit with
one scale per label.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amends.checker.catalogue import SENTENCE_LABELS
from amends.checker.features import pieces

__all__ = ["RULE_WEIGHT", "SCALE", "SentenceModel", "Weights", "base_of", "beside", "load_model"]

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

SCALE = 0.125
"""What a feature counts, before the square root of the sentence's length is divided out."""

RULE_WEIGHT = 0.6
"""What a rule's match counts."""

_LIMIT = 6.0
_UNKNOWN = 8192


def beside(logits: Floats) -> Floats:
    """What the second stage sees of each sentence: its own result and that of the sentences around it.

    Args:
        logits: One row a sentence, one column a label.

    Returns:
        One row a sentence.
    """
    count, labels = logits.shape
    own = np.clip(logits, -_LIMIT, _LIMIT)
    likely = 1.0 / (1.0 + np.exp(-own))
    seen = np.zeros((count, 5 * labels + 5), dtype=np.float32)
    seen[:, :labels] = own
    seen[:, labels : 2 * labels] = likely
    if count > 1:
        seen[1:, 2 * labels : 3 * labels] = likely[:-1]
        seen[:-1, 3 * labels : 4 * labels] = likely[1:]
        ordered = np.partition(likely, count - 2, axis=0)
        highest, second = ordered[-1], ordered[-2]
        seen[:, 4 * labels : 5 * labels] = np.where(likely == highest, second, highest)
    place = np.arange(count, dtype=np.float32)
    seen[0, -5] = 1.0
    seen[-1, -4] = 1.0
    seen[:, -3] = 1.0 / (place + 1.0)
    seen[:, -2] = min(count, 12) / 12.0
    seen[:, -1] = float(count == 1)
    seen[:, labels:] *= 2.0
    return seen


@dataclass(slots=True)
class Weights:
    """What training makes and the file holds.

    A run of two tokens is known by one number, its key: the first word's place times `base`, plus the second's. A run
    of three is known by the place of its first two among the pairs, times `base`, plus the third word's. The ends of a
    sentence stand behind the last word: `begin` and `end`.

    Attributes:
        words: Known words; `word_rows` holds what each says, its pieces added in.
        pairs: Keys of known runs of two tokens, ascending.
        triples: Keys of known runs of three tokens, ascending.
        pieces: Known pieces, for words that are not known.
        rules: Ids of rules.
        bias: One number a label.
        second: Second stage, one column a label; its last row is the bias.
        thresholds: From which logit on a label is given.
    """

    words: list[str]
    word_rows: Floats
    pairs: Places
    pair_rows: Floats
    triples: Places
    triple_rows: Floats
    pieces: list[str]
    piece_rows: Floats
    rules: list[str]
    rule_rows: Floats
    bias: Floats
    second: Floats
    thresholds: Floats

    def save(self, path: Path) -> None:
        """Write the file; the same weights give the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "labels": _packed(SENTENCE_LABELS),
            "words": _packed(self.words),
            "pairs": np.diff(self.pairs, prepend=0),
            "triples": np.diff(self.triples, prepend=0),
            "pieces": _packed(self.pieces),
            "rules": _packed(self.rules),
            "bias": self.bias.astype(np.float32),
            "second": self.second.astype(np.float32),
            "thresholds": self.thresholds.astype(np.float32),
        }
        for name, rows in (
            ("word_rows", self.word_rows),
            ("pair_rows", self.pair_rows),
            ("triple_rows", self.triple_rows),
            ("piece_rows", self.piece_rows),
            ("rule_rows", self.rule_rows),
        ):
            scale = np.maximum(np.abs(rows).max(axis=0, initial=0.0), 1e-6) / 127.0
            arrays[name] = np.round(rows / scale).astype(np.int8)
            arrays[name + "_scale"] = scale.astype(np.float32)
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Weights":
        """Read the file.

        Raises:
            ValueError: It was made for other labels.
        """
        with np.load(path, allow_pickle=False) as data:
            if _unpacked(data["labels"]) != list(SENTENCE_LABELS):
                raise ValueError(f"{path.name} was trained for other labels; run training/train.py again")

            def rows(name: str) -> Floats:
                made: Floats = data[name].astype(np.float32) * data[name + "_scale"]
                return made

            return cls(
                _unpacked(data["words"]),
                rows("word_rows"),
                np.cumsum(data["pairs"]),
                rows("pair_rows"),
                np.cumsum(data["triples"]),
                rows("triple_rows"),
                _unpacked(data["pieces"]),
                rows("piece_rows"),
                _unpacked(data["rules"]),
                rows("rule_rows"),
                data["bias"],
                data["second"],
                data["thresholds"],
            )

    @property
    def base(self) -> int:
        """By what a place is multiplied in a key: more than there are words."""
        return base_of(len(self.words))


def base_of(words: int) -> int:
    """The base of the keys of runs in a model of so many words; room for words that are not known is in it."""
    return words + 2 + _UNKNOWN


def _packed(strings: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(strings).encode(), dtype=np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> list[str]:
    text = data.tobytes().decode()
    return text.split("\n") if text else []


class SentenceModel:
    """A trained model, ready for use. Not safe for several threads at once; make one for each."""

    def __init__(self, weights: Weights) -> None:
        """Lay the weights out for adding up.

        Args:
            weights: What training made.
        """
        count, labels = len(weights.words), len(SENTENCE_LABELS)
        nothing = np.zeros((2 + _UNKNOWN, labels), np.float32)
        self._rows = np.concatenate([weights.word_rows, nothing]) * SCALE
        self._places = {word: place for place, word in enumerate(weights.words)}
        self._begin, self._end, self._first_unknown = count, count + 1, count + 2
        self._base = weights.base
        # Behind the last known run stands one that is none, for all that are not known.
        none = np.zeros((1, labels), np.float32)
        never = np.array([np.iinfo(np.int64).max])
        self._pairs = np.concatenate([weights.pairs, never])
        self._pair_rows = np.concatenate([weights.pair_rows, none]) * SCALE
        self._triples = np.concatenate([weights.triples, never])
        self._triple_rows = np.concatenate([weights.triple_rows, none]) * SCALE
        self._unknown: dict[str, int] = {}
        self._pieces = {piece: place for place, piece in enumerate(weights.pieces)}
        self._piece_rows = weights.piece_rows * SCALE
        self._rules = {rule: place for place, rule in enumerate(weights.rules)}
        self._rule_rows = weights.rule_rows * RULE_WEIGHT
        self._bias = weights.bias
        self._second = weights.second[:-1]
        self._second_bias = weights.second[-1]
        self.thresholds = weights.thresholds

    def first_stage(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says by itself.

        Args:
            sentences: The tokens of each sentence, see `amends.checker.features`.
            matches: For each sentence the ids of the rules that match in it.

        Returns:
            Logits, one row a sentence, one column a label in the order of `SENTENCE_LABELS`.
        """
        place_of = self._places.get
        places: list[int] = []
        begins: list[int] = []
        lengths: list[int] = []
        for tokens in sentences:
            begins.append(len(places))
            lengths.append(len(tokens) + 2)
            places.append(self._begin)
            for token in tokens:
                place = place_of(token)
                places.append(self._place_of_unknown(token) if place is None else place)
            places.append(self._end)
        words = np.array(places)
        pairs = self._known(self._pairs, words[:-1] * self._base + words[1:])
        triples = self._known(self._triples, pairs[:-1] * self._base + words[2:])
        rows = self._rows.take(words, axis=0)
        rows[:-1] += self._pair_rows.take(pairs, axis=0)
        rows[:-2] += self._triple_rows.take(triples, axis=0)
        sums: Floats = np.add.reduceat(rows, begins, axis=0)
        sums /= np.sqrt(np.array(lengths, dtype=np.float32))[:, None]
        sums += self._bias
        ruled = [
            (number, at)
            for number, rules in enumerate(matches)
            for rule in rules
            if (at := self._rules.get(rule)) is not None
        ]
        if ruled:
            where, which = np.array(ruled).T
            np.add.at(sums, where, self._rule_rows[which])
        return sums

    @staticmethod
    def _known(keys: Places, wanted: Places) -> Places:
        """The place of each wanted key; of one that is not known, the place behind the last."""
        found = keys.searchsorted(wanted)
        found[keys[found] != wanted] = len(keys) - 1
        return found

    def logits(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says within its reply; arguments and result as in `first_stage`."""
        if not sentences:
            return np.zeros((0, len(SENTENCE_LABELS)), dtype=np.float32)
        made: Floats = beside(self.first_stage(sentences, matches)) @ self._second + self._second_bias
        return made

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


@cache
def load_model(language: str) -> SentenceModel | None:
    """The model of a language that ships with Amends, or None when it has none; read once."""
    source = files("amends.checker") / "models" / f"{language}.npz"
    if not source.is_file():
        return None
    with as_file(source) as path:
        return SentenceModel(Weights.load(path))
