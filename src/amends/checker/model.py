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
from amends.checker.features import BEGIN, END, pieces

__all__ = ["RULE_WEIGHT", "SCALE", "SentenceModel", "beside", "load_model"]

Floats = NDArray[np.float32]

SCALE = 0.125
"""What a feature counts, before the square root of the sentence's length is divided out."""

RULE_WEIGHT = 0.6
"""What a rule's match counts."""

_LIMIT = 6.0
_UNKNOWN = 2048


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

    Attributes:
        words: Known words; `word_rows` holds what each says, its pieces added in.
        runs: Known runs of two and three tokens, separated by a blank.
        pieces: Known pieces, for words that are not known.
        rules: Ids of rules.
        bias: One number a label.
        second: Second stage, one column a label; its last row is the bias.
        thresholds: From which logit on a label is given.
    """

    words: list[str]
    word_rows: Floats
    runs: list[str]
    run_rows: Floats
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
            "runs": _packed(self.runs),
            "pieces": _packed(self.pieces),
            "rules": _packed(self.rules),
            "bias": self.bias.astype(np.float32),
            "second": self.second.astype(np.float32),
            "thresholds": self.thresholds.astype(np.float32),
        }
        for name, rows in (
            ("word_rows", self.word_rows),
            ("run_rows", self.run_rows),
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
                _unpacked(data["runs"]),
                rows("run_rows"),
                _unpacked(data["pieces"]),
                rows("piece_rows"),
                _unpacked(data["rules"]),
                rows("rule_rows"),
                data["bias"],
                data["second"],
                data["thresholds"],
            )


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
        known = [weights.word_rows, weights.run_rows, np.zeros((_UNKNOWN, len(SENTENCE_LABELS)), np.float32)]
        self._rows = np.concatenate(known) * SCALE
        self._places = {word: place for place, word in enumerate(weights.words)}
        first = len(self._places)
        self._runs = {run: first + place for place, run in enumerate(weights.runs)}
        self._first_unknown = first + len(weights.runs)
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
        word_at, run_at = self._places.get, self._runs.get
        found: list[int] = []
        begins: list[int] = []
        lengths: list[int] = []
        for tokens in sentences:
            begins.append(len(found))
            lengths.append(len(tokens) + 2)
            for token in tokens:
                place = word_at(token)
                found.append(self._place_of_unknown(token) if place is None else place)
            # A run of three is only known where its first two are, so most need not be looked up.
            pair, known, last = "", False, BEGIN
            for token in (*tokens, END):
                if known:
                    run = run_at(f"{pair} {token}")
                    if run is not None:
                        found.append(run)
                pair = f"{last} {token}"
                run = run_at(pair)
                known = run is not None
                if run is not None:
                    found.append(run)
                last = token
            if begins[-1] == len(found):
                found.append(self._place_of_unknown(""))
        sums = np.add.reduceat(self._rows[found], begins, axis=0)
        sums /= np.sqrt(np.array(lengths, dtype=np.float32))[:, None]
        sums += self._bias
        for number, rules in enumerate(matches):
            for rule in rules:
                at = self._rules.get(rule)
                if at is not None:
                    sums[number] += self._rule_rows[at]
        return sums

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
            self._rows[place] = self._piece_rows[known].sum(axis=0) if known else 0.0
        return place


@cache
def load_model(language: str) -> SentenceModel | None:
    """The model of a language that ships with Amends, or None when it has none; read once."""
    source = files("amends.checker") / "models" / f"{language}.npz"
    if not source.is_file():
        return None
    with as_file(source) as path:
        return SentenceModel(Weights.load(path))
