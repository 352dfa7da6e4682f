"""Matches a language pack against a folded text.

The engine knows no language. One pass of a matcher over the text finds the packs' anchors; only where an anchor of a
pattern stands is its expression tried, within that sentence. The cost of a text so grows with its length and with
what is found in it, not with the number of rules.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from amends.checker.matchers import Matcher, best_matcher
from amends.checker.pack import Pack, Rule
from amends.checker.patterns import WHOLE, CompiledPattern
from amends.text import Normalised

__all__ = ["Engine", "Hit", "allowed"]

_WORDS = re.compile(r"\w+").findall
_Try = tuple[Callable[[str, int, int], "re.Match[str] | None"], bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's pattern found in a sentence.

    Attributes:
        rule: The rule.
        sentence: Index of the sentence.
        start: Where the match begins, in the folded text.
        end: Where it ends.
        groups: What the pattern remembered for the rule's fix.
    """

    rule: Rule
    sentence: int
    start: int
    end: int
    groups: tuple[str | None, ...] = ()


class Engine:
    """A pack, prepared for matching."""

    def __init__(self, pack: Pack, matcher: type[Matcher] | None = None, *, hints: bool = True) -> None:
        """Collect the anchors of all patterns.

        Args:
            pack: The rules.
            matcher: How to look for anchors; the fastest one there is if not given.
            hints: Whether rules that only inform the sentence model are wanted.
        """
        self.pack = pack
        self._patterns = [(pattern, rule) for rule in pack.rules if hints or rule.sure for pattern in rule.patterns]
        self._tries: list[_Try | None] = [None] * len(self._patterns)
        self._guards: dict[str, list[Callable[[str, int, int], re.Match[str] | None]]] = {}
        self._besides = [pattern.besides for pattern, _ in self._patterns]
        by_word: dict[str, list[int]] = {}
        by_part: dict[str, list[int]] = {}
        inside: set[str] = set()
        for number, (pattern, _) in enumerate(self._patterns):
            for anchor in pattern.anchors:
                if anchor.endswith(WHOLE):
                    by_word.setdefault(anchor[:-1], []).append(number)
                else:
                    by_part.setdefault(anchor, []).append(number)
                    if pattern.inside:
                        inside.add(anchor)
        self._by_word = {word: tuple(numbers) for word, numbers in by_word.items()}
        self._by_part = [tuple(numbers) for numbers in by_part.values()]
        self._inside = [anchor in inside for anchor in by_part]
        self.literals = tuple(by_part)
        self._scan = (matcher or best_matcher())(self.literals).scan

    def hits(self, folded: Normalised, sentences: Sequence[tuple[int, int]]) -> list[Hit]:
        """Every rule that matches in a sentence, `needs` and `without` not yet asked.

        Args:
            folded: The text.
            sentences: Spans in the folded text, in order, not overlapping.

        Returns:
            At most one hit for each pattern and sentence, by sentence and place.
        """
        if not sentences:
            return []
        text = folded.text
        by_word, besides, tries = self._by_word.get, self._besides, self._tries
        announced = self._announced_by_parts(text, sentences)
        found: list[Hit] = []
        for place, (first, last) in enumerate(sentences):
            words = set(_WORDS(text, first, last))
            waiting = announced.get(place) or set()
            for word in words:
                numbers = by_word(word)
                if numbers is not None:
                    waiting.update(numbers)
            for number in waiting:
                needed = besides[number]
                if needed and (words.isdisjoint(needed[0]) or (len(needed) > 1 and words.isdisjoint(needed[1]))):
                    continue
                attempt, exact = tries[number] or self._prepare(number)
                got = attempt(folded.accented if exact else text, first, last)
                if got is not None:
                    rule = self._patterns[number][1]
                    if not rule.unless or not self._cancelled(rule, text, first, last):
                        found.append(Hit(rule, place, got.start(), got.end(), got.groups()))
        found.sort(key=_place)
        return found

    def _announced_by_parts(self, text: str, sentences: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
        """For each sentence the patterns that a part of a word announces."""
        announced: dict[int, set[int]] = {}
        starts = [start for start, _ in sentences]
        by_part, may_be_inside = self._by_part, self._inside
        for index, start, end in self._scan(text):
            if start and text[start - 1].isalnum() and not may_be_inside[index]:
                continue
            place = bisect_right(starts, start) - 1
            if place >= 0 and end <= sentences[place][1]:
                waiting = announced.get(place)
                if waiting is None:
                    announced[place] = set(by_part[index])
                else:
                    waiting.update(by_part[index])
        return announced

    def _prepare(self, number: int) -> "_Try":
        """Compile a pattern when it is tried for the first time: most of a pack never is."""
        made = _attempt(self._patterns[number][0])
        self._tries[number] = made
        return made

    def _cancelled(self, rule: Rule, text: str, first: int, last: int) -> bool:
        guards = self._guards.get(rule.id)
        if guards is None:
            guards = self._guards[rule.id] = [_attempt(guard)[0] for guard in rule.unless]
        return any(guard(text, first, last) is not None for guard in guards)


def _attempt(pattern: CompiledPattern) -> "_Try":
    expression = re.compile(pattern.expression)
    return (expression.match if pattern.at_start else expression.search), pattern.exact


def _place(hit: Hit) -> tuple[int, int, int, str]:
    return (hit.sentence, hit.start, -hit.end, hit.rule.id)


def allowed(rule: Rule, sentence: int, held: Sequence[Mapping[str, object]]) -> bool:
    """Whether a rule's `needs` and `without` hold at a sentence.

    Args:
        rule: The rule.
        sentence: Index of the sentence of its match.
        held: For each sentence the labels found so far.
    """
    needed = all(_somewhere(label, places, sentence, held) for label, places in rule.needs.items())
    return needed and not any(_somewhere(label, places, sentence, held) for label, places in rule.without.items())


def _somewhere(label: str, places: Sequence[str], sentence: int, held: Sequence[Mapping[str, object]]) -> bool:
    for place in places:
        if place == "reply":
            span = range(len(held))
        elif place == "before":
            span = range(sentence)
        else:
            before = place in ("previous", "neighbour")
            after = place in ("next", "neighbour")
            here = place in ("same", "neighbour")
            reach = [sentence - 1] * before + [sentence] * here + [sentence + 1] * after
            span = range(max(0, min(reach)), min(len(held), max(reach) + 1))
        if any(label in held[number] for number in span):
            return True
    return False
