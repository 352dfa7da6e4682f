"""Tells which patterns of a pack may match a sentence: all of them at once, word by word.

Each match of a pattern holds two words in their order (see `amends.checker.patterns`), side by side or with others in
between; for most patterns two such pairs are known. Every pair is a bit of one long number: a word of the text lights
the pairs that it begins, and passes those that it ends and that are lit. That is two logical operations a word for a
thousand patterns. What passes is a little more than what matches: the expressions have the last word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from amends.checker.patterns import ANY, NUMBER, QUESTION, START, Row
from amends.text.matchers import Matcher
from amends.text.prefixes import MOST_PREFIXES

__all__ = ["Layout", "Sieve"]

_WORDS = re.compile(r"\w+|\?").findall
_SIGNS = (START, QUESTION)
_NO_WORDS = (NUMBER, *_SIGNS)
_MOST_KNOWN = 20_000

_Sides = tuple[int, int]
"""The pairs that a word may begin, and those that it may end, as bits."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which bit stands for which pair of words.

    The first pair of row n has bit n; its second pair, if there is one, stands as many bits higher as there are rows.

    Attributes:
        numbers: For each row the number of its pattern.
        gaps: The pairs that let other words in between, as bits.
        alone: The pairs of one word, which it ends and nothing begins.
        unasked: The rows without a second pair.
        sets: Sets of words that may stand in one place: the bits that their words begin, and those that they end.
        words: For each word, as patterns write it, the numbers of the sets that it belongs to.
        parts: For each longest known part of words of which a part is open, these words.

    Most sets and words are never asked for: what belongs to each is numbers in writing, with blanks between them.
    """

    numbers: tuple[int, ...]
    gaps: int
    alone: int
    unasked: int
    sets: Sequence[tuple[str, str]]
    words: Mapping[str, str]
    parts: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[tuple[int, tuple[Row, ...]]]) -> Self:
        """Lay patterns out.

        Args:
            rows: The rows of each pattern, behind its number.
        """
        gaps = alone = unasked = 0
        sets: dict[frozenset[str], tuple[list[int], list[int]]] = {}
        for place, (_, pairs) in enumerate(rows):
            if len(pairs) == 1:
                unasked |= 1 << place
            for bit, pair in zip((place, len(rows) + place), pairs, strict=False):
                if len(pair) == 1:
                    alone |= 1 << bit
                elif pair[0].gap:
                    gaps |= 1 << bit
                for side, step in zip((0, 1) if len(pair) > 1 else (1,), pair, strict=True):
                    sets.setdefault(step.words, ([], []))[side].append(bit)
        words: dict[str, list[int]] = {}
        for number, together in enumerate(sets):
            for word in together:
                words.setdefault(word, []).append(number)
        return cls(
            tuple(number for number, _ in rows),
            gaps,
            alone,
            unasked,
            tuple((_listed(begins), _listed(ends)) for begins, ends in sets.values()),
            {word: _listed(belongs) for word, belongs in words.items()},
            _by_part(words),
        )

    def to_plain(self) -> list[Any]:
        """The layout as plain data; words that belong to the same sets stand together."""
        kinds: dict[str, list[str]] = {}
        for word, sets in self.words.items():
            kinds.setdefault(sets, []).append(word)
        bits = [hex(one) for one in (self.gaps, self.alone, self.unasked)]
        together = [" ".join(sorted(words)) for words in kinds.values()]
        return [self.numbers, *bits, self.sets, together, list(kinds), self.parts]

    @classmethod
    def of_plain(cls, data: Any) -> Self:
        """The layout of plain data.

        Raises:
            TypeError, ValueError, AttributeError: It is not what `to_plain` makes.
        """
        numbers, gaps, alone, unasked, sets, together, belonging, parts = data
        words = {word: of for written, of in zip(together, belonging, strict=True) for word in written.split(" ")}
        places = tuple((begins, ends) for begins, ends in sets)
        return cls(tuple(numbers), int(gaps, 16), int(alone, 16), int(unasked, 16), places, words, dict(parts))


class Sieve:
    """Patterns, ready for a first look at a sentence. One thread at a time may ask."""

    def __init__(self, layout: Layout, matcher: type[Matcher], prefixes: str = "") -> None:
        """Prepare to look.

        Args:
            layout: The patterns' pairs of words.
            matcher: How to look for the parts of words that patterns name.
            prefixes: Letters that may stand attached to the front of a word.
        """
        self._layout = layout
        self._prefixes = prefixes
        self._parts = tuple(layout.parts)
        self._open: list[list[tuple[str, str, str]] | None] = [None] * len(self._parts)
        self._scan = matcher(self._parts).scan
        self._sides: list[_Sides | None] = [None] * len(layout.sets)
        self._alike: dict[_Sides, _Sides] = {}
        self._known: dict[str, _Sides] = {}

    @property
    def literals(self) -> tuple[str, ...]:
        """Every fixed string that the patterns name: words and parts of words."""
        whole = (word for word in self._layout.words if ANY not in word and word not in _NO_WORDS)
        return tuple(dict.fromkeys((*whole, *self._parts)))

    def passing(self, text: str, start: int, end: int) -> list[int]:
        """The numbers of the patterns that may match, by their rows.

        Args:
            text: Folded text.
            start: Where the sentence begins.
            end: Where it ends.
        """
        layout, known = self._layout, self._known.get
        lasting = layout.gaps | layout.alone
        lit, passed = layout.alone, 0
        for word in (START, *_WORDS(text, start, end)):
            sides = known(word)
            if sides is None:
                sides = self._learn(word)
            begins, ends = sides
            passed |= lit & ends
            lit = lit & lasting | begins
        numbers = layout.numbers
        both = passed & (passed >> len(numbers) | layout.unasked)
        found: dict[int, None] = {}
        while both:
            lowest = both & -both
            found[numbers[lowest.bit_length() - 1]] = None
            both ^= lowest
        return list(found)

    def _learn(self, word: str) -> _Sides:
        """What a word may be; remembered."""
        begins = ends = 0
        words = self._layout.words
        for number in {number for name in self._names(word) for number in words.get(name, "").split()}:
            one, other = self._sides[int(number)] or self._sides_of(int(number))
            begins |= one
            ends |= other
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
            self._alike.clear()
        # Most words are like others: their long numbers are kept once.
        sides = self._known[word] = self._alike.setdefault((begins, ends), (begins, ends))
        return sides

    def _names(self, word: str) -> set[str]:
        """Under which names patterns may know a word."""
        if word in _SIGNS:
            return {word}
        forms = [word]
        if self._prefixes:
            attached = min(len(word) - len(word.lstrip(self._prefixes)), MOST_PREFIXES, len(word) - 1)
            forms += [word[cut:] for cut in range(1, attached + 1)]
        names = {ANY, *forms}
        if word[0].isdigit():
            names.add(NUMBER)
        for part in {index for index, _, _ in self._scan(word)}:
            for first, last, name in self._open[part] or self._open_at(part):
                if any(form.startswith(first) and form.endswith(last) for form in forms):
                    names.add(name)
        return names

    def _open_at(self, part: int) -> list[tuple[str, str, str]]:
        """The words with a part, each with its beginning and its end before it."""
        words = self._layout.parts[self._parts[part]].split()
        made = self._open[part] = [(word.split(ANY)[0], word.split(ANY)[-1], word) for word in words]
        return made

    def _sides_of(self, number: int) -> _Sides:
        begins, ends = self._layout.sets[number]
        made = self._sides[number] = (_bits(begins), _bits(ends))
        return made


def _by_part(words: Iterable[str]) -> dict[str, str]:
    """The words of which a part is open, under the longest part that is not."""
    parts: dict[str, list[str]] = {}
    for word in words:
        if ANY in word and word != ANY:
            parts.setdefault(max(word.split(ANY), key=len), []).append(word)
    return {part: " ".join(found) for part, found in parts.items()}


def _listed(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _bits(listed: str) -> int:
    made = 0
    for place in listed.split():
        made |= 1 << int(place)
    return made
