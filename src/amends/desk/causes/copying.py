"""Whether a text says again what was written before: whole letters nearly copied, and single sentences."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amends.checker import EarlierReplies
from amends.text import fold, sentences
from amends.text.features import tokens

__all__ = ["Written", "repeated"]

_NEARLY = 0.6
"""Share of common runs of words from which on a letter is a near copy; below what the checker calls a script, as this
customer has read the other one."""
_SAME = 0.72
"""Share of common words and pairs of words from which on two sentences say the same in the same words."""
_LEAST_WORDS = 3
_COPIED = 0.6
"""Part of a letter that may consist of sentences written before."""
_LEAST_COPIED = 14
"""Words: less than that is a greeting or a thanks."""
_LONGEST = 20_000

_Pieces = frozenset[str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: what it is made of, and how many words."""

    pieces: _Pieces
    words: int
    text: str


class Written:
    """What was written before, ready to be asked whether a text repeats it."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Remember these texts."""
        kept = list(texts)
        self._whole = EarlierReplies(kept)
        self._sentences = [one for text in kept for one in _sentences(text)]

    def nearly_copied(self, text: str) -> bool:
        """Whether a text is nearly one of those, or put together of their sentences."""
        if not self._sentences:
            return False
        if self._whole.nearest(text, _NEARLY) is not None:
            return True
        mine = _sentences(text)
        copied = sum(one.words for one in mine if any(_same(one, other) for other in self._sentences))
        return copied >= _LEAST_COPIED and copied >= _COPIED * sum(one.words for one in mine)

    def repeats(self, text: str) -> str:
        """The first sentence of a text that says the same as one of those, or ""."""
        return repeated(_sentences(text), self._sentences)


def repeated(mine: Sequence[Sentence], before: Sequence[Sentence]) -> str:
    """The first of these sentences that says the same as one written before, or ""."""
    return next((one.text for one in mine if any(_same(one, other) for other in before)), "")


def _sentences(text: str) -> list[Sentence]:
    text = text[:_LONGEST]
    found = []
    for start, end in sentences(text, 0, len(text)):
        words = [token for token in tokens(fold(text[start:end])) if token[0].isalnum()]
        if len(words) >= _LEAST_WORDS:
            pairs = [f"{first} {second}" for first, second in itertools.pairwise(words)]
            found.append(Sentence(frozenset([*words, *pairs]), len(words), text[start:end].strip()))
    return found


def _same(one: Sentence, other: Sentence) -> bool:
    return 2 * len(one.pieces & other.pieces) >= _SAME * (len(one.pieces) + len(other.pieces))
