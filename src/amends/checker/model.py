"""The sentence model: how likely each component and fault is in each sentence of a reply.

Trained by `training/train.py` on the project's own labelled replies. Two readers see each reply, and their mean counts.

The first has two stages. One, linear, adds up what the words, runs of words, pieces of words and rule matches of one
sentence say. The other, with one hidden layer, sees that sentence's result beside those of its neighbours and of the
rest of the reply ("a mix-up occurred" reads differently when the next sentence says "I mixed them up"). The second
reader is a network that learnt from all languages together, see `amends.checker.network`. Nothing but NumPy is needed
at work.

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
from amends.checker.network import FEWEST_TOGETHER, Network, NetworkWeights
from amends.text.kept import arrays_of
from amends.text.linear import SCALE, Floats, Placed, Rows, RowsOfText, TextRows, packed, times, unpacked

__all__ = [
    "HIDDEN_SHARE",
    "NETWORK_SHARE",
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

HIDDEN_SHARE = 0.7
"""How much of the second stage goes through hidden units; the rest goes straight."""

NETWORK_SHARE = 0.5
"""How much the network counts beside the two stages."""

_LIMIT = 6.0
_COMMITS = MODEL_LABELS.index(COMMITMENT)


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
            alone = times(seen, self.straight[:-1])
            alone += self.straight[-1]
            alone /= np.float32(1 - HIDDEN_SHARE)
            return alone
        hidden = times(seen, self.inward[:-1])
        hidden += self.inward[-1]
        np.maximum(hidden, 0.0, out=hidden)
        made = times(seen, self.straight[:-1])
        made += times(hidden, self.outward[:-1])
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
        network: The network.
        thresholds: From which logit on a label is given.
        statement: What is added to the thresholds in a statement, which answers nobody.
    """

    text: TextRows
    rules: list[str]
    rule_rows: Rows
    bias: Floats
    second: SecondStage
    network: NetworkWeights
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
            **self.network.arrays(),
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
        data = arrays_of(path)
        if unpacked(data["labels"]) != list(MODEL_LABELS):
            raise ValueError(f"{path.name} was trained for other labels; run training/train.py again")
        return cls(
            TextRows.of_arrays(data),
            unpacked(data["rules"]),
            Rows.of_arrays("rule_rows", data),
            data["bias"],
            SecondStage(data["second"], data["inward"], data["outward"]),
            NetworkWeights.of_arrays(data),
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
        self._network = Network(weights.network, self._text.words)
        self.thresholds = weights.thresholds
        self.statement = weights.statement

    def told(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says by itself.

        Args:
            sentences: The tokens of each sentence, see `amends.text.features`; at least one sentence.
            matches: For each sentence the ids of the rules that match in it.

        Returns:
            One row a sentence: the first stage's logits, then what the sentence tells the network.
        """
        places = [[at for rule in rules if (at := self._rules.get(rule)) is not None] for rules in matches]
        placed = self._text.words.placed(sentences)
        return np.hstack([self._first_stage(placed, places), self._network.told(placed, places)])

    def together(self, told: Floats) -> Floats:
        """What each sentence says within its reply.

        Args:
            told: What each says by itself, in the order of the reply, see `told`; at least one row.

        Returns:
            Logits, one row a sentence, one column a label in the order of `MODEL_LABELS`.
        """
        labels = len(MODEL_LABELS)
        made = self._second.logits(told[:, :labels]) * np.float32(1 - NETWORK_SHARE)
        made += self._network.logits(told[:, labels:]) * np.float32(NETWORK_SHARE)
        return made

    def logits(self, sentences: Sequence[list[str]], matches: Sequence[Iterable[str]]) -> Floats:
        """What each sentence says within its reply; arguments as in `told`, result as in `together`."""
        if not sentences:
            return np.zeros((0, len(MODEL_LABELS)), dtype=np.float32)
        return self.together(self.told(sentences, matches))

    def commitments(self, clauses: Sequence[list[str]]) -> list[float]:
        """How likely each clause commits the business to something, by its words alone: logits."""
        told = self.told(clauses, [()] * len(clauses))
        labels = len(MODEL_LABELS)
        made = told[:, _COMMITS] * np.float32(1 - NETWORK_SHARE)
        made += self._network.alone(told[:, labels:])[:, _COMMITS] * np.float32(NETWORK_SHARE)
        found: list[float] = made.tolist()
        return found

    def _first_stage(self, placed: Placed, rules: Sequence[Iterable[int]]) -> Floats:
        sums: Floats = np.add.reduceat(self._text.rows_of(placed), placed.begins, axis=0)
        sums /= np.sqrt(np.array(placed.lengths, dtype=np.float32))[:, None]
        sums += self._bias
        self._rule_rows.add_to(sums, rules)
        return sums


def commitment_logits(language: str, clauses: Sequence[list[str]]) -> list[float]:
    """How likely each clause commits the business to something, by its words alone.

    Args:
        language: ISO 639-1 code.
        clauses: The tokens of each clause, see `amends.text.features`.

    Returns:
        Logits; nothing is known for a language without a model, and each is then 0.
    """
    model = load_model(language)
    if model is None or not clauses:
        return [0.0] * len(clauses)
    return model.commitments(clauses)


@cache
def load_model(language: str) -> SentenceModel | None:
    """The model of a language that ships with Amends, or None when it has none; read once."""
    source = files("amends.checker") / "models" / f"{language}.npz"
    if not source.is_file():
        return None
    with as_file(source) as path:
        return SentenceModel(Weights.load(path))
