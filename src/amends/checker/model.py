"""The sentence model: how likely each component and fault is in each sentence of a reply.

Two stages, trained by `training/train.py` on the project's own labelled replies. The first, linear, adds up what the
words, runs of words, pieces of words and rule matches of one sentence say. The second, with one hidden layer, sees that
sentence's result beside those of its neighbours and of the rest of the reply ("a mix-up occurred" reads differently
when the next sentence says "I mixed them up"). Nothing but NumPy is needed at work.

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

from amends.checker.catalogue import COMMITMENT, MODEL_LABELS
from amends.text.linear import SCALE, Floats, Rows, RowsOfText, TextRows, packed, unpacked

__all__ = [
    "NETWORKS_SHARE",
    "RULE_WEIGHT",
    "SCALE",
    "Floats",
    "SecondStage",
    "SentenceModel",
    "Weights",
    "beside",
    "commitment_logits",
    "load_model",
]

RULE_WEIGHT = 0.6
"""What a rule's match counts."""

NETWORKS_SHARE = 0.7
"""How much of the second stage goes through hidden units; the rest goes straight."""

FEWEST_TOGETHER = 4
"""How many sentences a reply has at least before the hidden layer is asked: of shorter ones, and of a beginning that
somebody is typing, too few were seen, and it takes what they lack for what they are."""

_LIMIT = 6.0


def beside(logits: Floats) -> Floats:
    """What the second stage sees of each sentence: its own result and that of the sentences around it.

    Args:
        logits: One row a sentence, one column a label.

    Returns:
        One row a sentence.
    """
    count, labels = logits.shape
    own = np.minimum(np.maximum(logits, np.float32(-_LIMIT)), np.float32(_LIMIT))
    likely = 1.0 / (1.0 + np.exp(-own))
    seen = np.zeros((count, 5 * labels + 5), dtype=np.float32)
    seen[:, :labels] = own
    seen[:, labels : 2 * labels] = likely
    if count > 1:
        seen[1:, 2 * labels : 3 * labels] = likely[:-1]
        seen[:-1, 3 * labels : 4 * labels] = likely[1:]
        ordered = likely.copy()
        ordered.partition(count - 2, axis=0)
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


@dataclass(frozen=True, slots=True)
class SecondStage:
    """What the second stage adds up, some of it straight and some through hidden units; the last rows are biases.

    Attributes:
        straight: From what it sees to the labels.
        inward: From what it sees to the hidden units.
        outward: From the hidden units to the labels.
    """

    straight: Floats
    inward: Floats
    outward: Floats

    def logits(self, first: Floats) -> Floats:
        """What each sentence says within its reply.

        Args:
            first: What each says by itself; one row a sentence, at least one.
        """
        seen = beside(first)
        if len(seen) < FEWEST_TOGETHER:
            alone: Floats = seen @ self.straight[:-1] + self.straight[-1]
            return alone / np.float32(1 - NETWORKS_SHARE)
        hidden = seen @ self.inward[:-1]
        hidden += self.inward[-1]
        np.maximum(hidden, 0.0, out=hidden)
        made: Floats = seen @ self.straight[:-1]
        made += hidden @ self.outward[:-1]
        made += self.straight[-1] + self.outward[-1]
        return made


@dataclass(slots=True)
class Weights:
    """What training makes and the file holds.

    Attributes:
        text: What each known feature of a sentence says.
        rules: Ids of rules.
        bias: One number a label.
        second: The second stage.
        thresholds: From which logit on a label is given.
        statement: What is added to the thresholds in a statement, which answers nobody.
    """

    text: TextRows
    rules: list[str]
    rule_rows: Rows
    bias: Floats
    second: SecondStage
    thresholds: Floats
    statement: Floats

    def save(self, path: Path) -> None:
        """Write the file; the same weights give the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "labels": packed(MODEL_LABELS),
            **self.text.arrays(),
            "rules": packed(self.rules),
            **self.rule_rows.arrays("rule_rows"),
            "bias": self.bias.astype(np.float32),
            "second": self.second.straight.astype(np.float32),
            "inward": self.second.inward.astype(np.float32),
            "outward": self.second.outward.astype(np.float32),
            "thresholds": self.thresholds.astype(np.float32),
            "statement": self.statement.astype(np.float32),
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Weights":
        """Read the file.

        Raises:
            ValueError: It was made for other labels.
        """
        with np.load(path, allow_pickle=False) as data:
            if unpacked(data["labels"]) != list(MODEL_LABELS):
                raise ValueError(f"{path.name} was trained for other labels; run training/train.py again")
            return cls(
                TextRows.of_arrays(data),
                unpacked(data["rules"]),
                Rows.of_arrays("rule_rows", data),
                data["bias"],
                SecondStage(data["second"], data["inward"], data["outward"]),
                data["thresholds"],
                data["statement"],
            )


class SentenceModel:
    """A trained model, ready for use, by several threads too."""

    def __init__(self, weights: Weights) -> None:
        """Lay the weights out for adding up.

        Args:
            weights: What training made.
        """
        self._text = RowsOfText(weights.text)
        self._rules = {rule: place for place, rule in enumerate(weights.rules)}
        self._rule_rows = weights.rule_rows.counting(RULE_WEIGHT)
        self._bias = weights.bias
        self._second = weights.second
        self.thresholds = weights.thresholds
        self.statement = weights.statement

    def first_stage(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says by itself.

        Args:
            sentences: The tokens of each sentence, see `amends.text.features`.
            matches: For each sentence the ids of the rules that match in it.

        Returns:
            Logits, one row a sentence, one column a label in the order of `MODEL_LABELS`.
        """
        rows, begins = self._text.rows(sentences)
        lengths = [len(tokens) + 2 for tokens in sentences]
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
            np.add.at(sums, where, self._rule_rows.take(which))
        return sums

    def logits(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says within its reply; arguments and result as in `first_stage`."""
        if not sentences:
            return np.zeros((0, len(MODEL_LABELS)), dtype=np.float32)
        return self.second_stage(self.first_stage(sentences, matches))

    def second_stage(self, first: Floats) -> Floats:
        """What each sentence says within its reply, by what all of them say by themselves, at least one."""
        return self._second.logits(first)


def commitment_logits(language: str, clauses: Sequence[list[str]]) -> list[float]:
    """How likely each clause commits the business to something, by its words alone.

    Args:
        language: ISO 639-1 code.
        clauses: The tokens of each clause, see `amends.text.features`.

    Returns:
        Logits of the first stage; nothing is known for a language without a model, and each is then 0.
    """
    model = load_model(language)
    if model is None or not clauses:
        return [0.0] * len(clauses)
    column = MODEL_LABELS.index(COMMITMENT)
    found: list[float] = model.first_stage(clauses, [()] * len(clauses))[:, column].tolist()
    return found


@cache
def load_model(language: str) -> SentenceModel | None:
    """The model of a language that ships with Amends, or None when it has none; read once."""
    source = files("amends.checker") / "models" / f"{language}.npz"
    if not source.is_file():
        return None
    with as_file(source) as path:
        return SentenceModel(Weights.load(path))
