"""The hearing's model: what the words of a message and of its sentences say, added up.

Trained by `training/hear.py`. One linear stage: a message's result is the sum of what its words, runs of words and
pieces of words say, over the square root of their number. Nothing but NumPy is needed at work.

File layout (`models/<language>.npz`): as the checker's models, see `amends.text.linear`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amends.hearing.labels import MESSAGE_LABELS
from amends.text.kept import arrays_of
from amends.text.linear import Floats, RowsOfText, TextRows, packed, unpacked

__all__ = [
    "CUE_WEIGHT",
    "FIRST_MARK",
    "Heard",
    "HearingModel",
    "HearingWeights",
    "hearing_languages",
    "load_hearing_model",
]

CUE_WEIGHT = 0.5
"""What a cue counts."""

FIRST_MARK = next(place for place, label in enumerate(MESSAGE_LABELS) if label.startswith("mark:"))
"""From this column on a model tells of sentences."""


@dataclass(slots=True)
class HearingWeights:
    """What training makes and the file holds.

    Attributes:
        text: What each known feature says.
        cues: Names of cues, see `amends.hearing.cues`; `cue_rows` holds what each says.
        bias: One number a label.
        thresholds: From which logit on a label is given.
    """

    text: TextRows
    cues: list[str]
    cue_rows: Floats
    bias: Floats
    thresholds: Floats

    def save(self, path: Path) -> None:
        """Write the file; the same weights give the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "labels": packed(MESSAGE_LABELS),
            **self.text.arrays(),
            "cues": packed(self.cues),
            "cue_rows": self.cue_rows.astype(np.float16),
            "bias": self.bias.astype(np.float32),
            "thresholds": self.thresholds.astype(np.float32),
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "HearingWeights":
        """Read the file.

        Raises:
            ValueError: It was made for other labels.
        """
        data = arrays_of(path)
        if unpacked(data["labels"]) != list(MESSAGE_LABELS):
            raise ValueError(f"{path.name} was trained for other labels; run training/hear.py again")
        cue_rows: Floats = data["cue_rows"].astype(np.float32)
        return cls(TextRows.of_arrays(data), unpacked(data["cues"]), cue_rows, data["bias"], data["thresholds"])


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model says of a message.

    Attributes:
        message: Logits of the message, one a column before `FIRST_MARK`.
        sentences: Logits of each sentence, one a column from `FIRST_MARK` on.
        tokens: For each sentence what each token says for its being a complaint, in the message's logit.
    """

    message: Floats
    sentences: Floats
    tokens: list[Floats]


class HearingModel:
    """A trained model, ready for use, by several threads too."""

    def __init__(self, weights: HearingWeights) -> None:
        """Lay the weights out.

        Args:
            weights: What training made.
        """
        self._text = RowsOfText(weights.text)
        self._cues = {cue: place for place, cue in enumerate(weights.cues)}
        self._cue_rows = weights.cue_rows * np.float32(CUE_WEIGHT)
        self._bias = weights.bias
        self.thresholds = weights.thresholds

    def hear(self, sentences: Sequence[list[str]], cues: Sequence[Iterable[str]]) -> Heard:
        """What a message says.

        Args:
            sentences: The tokens of each of its sentences, at least one.
            cues: For each sentence the names of the cues in it.
        """
        rows, begins = self._text.rows(sentences)
        sums: Floats = np.add.reduceat(rows, begins, axis=0)
        lengths = [len(tokens) + 2 for tokens in sentences]
        message, marks = self.weighed(sums, lengths, cues)
        shares: Floats = rows[:, 0] / np.sqrt(np.float32(sum(lengths)), dtype=np.float32)
        ends = [*begins[1:], len(rows)]
        told = [shares[begin + 1 : end - 1] for begin, end in zip(begins, ends, strict=True)]
        return Heard(message, marks, told)

    def knows(self, found: Iterable[str]) -> bool:
        """Whether training saw each of these tokens."""
        return all(map(self._text.knows, found))

    def sums(self, sentences: Sequence[list[str]]) -> Floats:
        """What the tokens of each sentence say together, one row a sentence; each depends on its tokens alone."""
        rows, begins = self._text.rows(sentences)
        made: Floats = np.add.reduceat(rows, begins, axis=0)
        return made

    def weighed(self, sums: Floats, lengths: Sequence[int], cues: Sequence[Iterable[str]]) -> tuple[Floats, Floats]:
        """What a message and what each of its sentences says, see `Heard`.

        Args:
            sums: What the tokens of each sentence say, as `sums` tells it.
            lengths: How many tokens each has, its two ends included.
            cues: For each sentence the names of the cues in it.
        """
        counts = np.array(lengths, dtype=np.float32)
        root = np.sqrt(np.float32(sum(lengths)), dtype=np.float32)
        roots: Floats = np.sqrt(counts)
        message: Floats = np.add.reduce(sums[:, :FIRST_MARK], axis=0) / root + self._bias[:FIRST_MARK]
        marks: Floats = sums[:, FIRST_MARK:] / roots[:, None] + self._bias[FIRST_MARK:]
        everywhere: set[str] = set()
        for number, names in enumerate(cues):
            known = [self._cues[name] for name in dict.fromkeys(names) if name in self._cues]
            if known:
                marks[number] += np.add.reduce(self._cue_rows.take(known, axis=0)[:, FIRST_MARK:], axis=0)
                everywhere.update(names)
        known = [self._cues[name] for name in sorted(everywhere) if name in self._cues]
        if known:
            message += np.add.reduce(self._cue_rows.take(known, axis=0)[:, :FIRST_MARK], axis=0)
        return message, marks


@cache
def hearing_languages() -> tuple[str, ...]:
    """The languages that have a model, as sorted ISO 639-1 codes."""
    folder = files("amends.hearing") / "models"
    return tuple(sorted(page.name.removesuffix(".npz") for page in folder.iterdir() if page.name.endswith(".npz")))


@cache
def load_hearing_model(language: str) -> HearingModel:
    """The model of a language; read once.

    Raises:
        ValueError: There is none.
    """
    if language not in hearing_languages():
        raise ValueError(f"nothing can be heard in {language!r} yet (there are: {', '.join(hearing_languages())})")
    with as_file(files("amends.hearing") / "models" / f"{language}.npz") as path:
        return HearingModel(HearingWeights.load(path))
