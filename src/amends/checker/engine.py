"""Matches a language pack against a folded text.

The engine knows no language. A sieve tells which patterns may match a sentence, and only their expressions are tried.
The cost of a text so grows with its length and with what is found in it, hardly with the number of rules.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from amends.checker.pack import Pack, Rule
from amends.checker.sieve import Sieve
from amends.text import Normalised
from amends.text.kept import Expressions
from amends.text.matchers import Matcher, best_matcher

__all__ = ["Engine", "Hit", "allowed"]

_Try = tuple[Callable[[str, int, int], "re.Match[str] | None"], bool]
"""How a pattern is tried, and whether diacritics count."""


class Hit(NamedTuple):
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
        """Lay the patterns of a pack out.

        Args:
            pack: The rules.
            matcher: How to look for parts of words; the fastest one there is if not given.
            hints: Whether rules that only inform the sentence model are wanted.
        """
        self.pack = pack
        numbers = {pattern.named: number for number, pattern in enumerate(pack.patterns)}
        self._rules: dict[int, list[Rule]] = {}
        self._guards: dict[str, list[int]] = {}
        for rule in pack.rules:
            if hints or rule.sure:
                for pattern in rule.patterns:
                    self._rules.setdefault(numbers[pattern.named], []).append(rule)
                self._guards[rule.id] = [numbers[guard.named] for guard in rule.unless]
        self._tries: list[_Try | None] = [None] * len(pack.patterns)
        self._expressions = Expressions(pack.name)
        layout = pack.layout if hints else pack.sure_layout()
        self._sieve = Sieve(layout, matcher or best_matcher(), pack.vocabulary.prefixes)

    @property
    def literals(self) -> tuple[str, ...]:
        """Every fixed string that the pack's patterns name."""
        return self._sieve.literals

    def hits(self, folded: Normalised, sentences: Sequence[tuple[int, int]]) -> list[Hit]:
        """Every rule that matches in a sentence, `needs` and `without` not yet asked.

        Args:
            folded: The text.
            sentences: Spans in the folded text, in order, not overlapping.

        Returns:
            At most one hit for each pattern and sentence, by sentence and place.
        """
        return [
            hit for place, (first, last) in enumerate(sentences) for hit in self.in_sentence(folded, first, last, place)
        ]

    def in_sentence(
        self, folded: Normalised, first: int, last: int, sentence: int = 0, *, origin: int = 0
    ) -> list[Hit]:
        """Every rule that matches in one sentence; see `hits`.

        Args:
            folded: The text.
            first: Where the sentence begins, in the folded text.
            last: Where it ends.
            sentence: The index that its hits bear.
            origin: From where on their places are counted, in the folded text.
        """
        numbers = self._sieve.passing(folded.text, first, last)
        rules_of, tries = self._rules.get, self._tries
        found: list[Hit] = []
        for number in numbers:
            rules = rules_of(number)
            if rules is None:
                continue
            search, exact = tries[number] or self._prepare(number)
            got = search(folded.accented if exact else folded.text, first, last)
            if got is None:
                continue
            start, end = got.span()
            for rule in rules:
                if not rule.unless or not self._cancelled(rule, numbers, folded, first, last):
                    found.append(Hit(rule, sentence, start - origin, end - origin, got.groups()))  # noqa: PERF401
        found.sort(key=_place)
        return found

    def match(self, number: int, folded: Normalised, first: int, last: int) -> "re.Match[str] | None":
        """The first match of a pattern in a sentence.

        Args:
            number: Place of the pattern in the pack.
            folded: The text.
            first: Where the sentence begins, in the folded text.
            last: Where it ends.
        """
        search, exact = self._tries[number] or self._prepare(number)
        return search(folded.accented if exact else folded.text, first, last)

    def _prepare(self, number: int) -> _Try:
        """Compile a pattern when it is tried for the first time: most of a pack never is."""
        pattern = self.pack.patterns[number]
        expression = self._expressions.compiled(number, pattern.expression)
        made = self._tries[number] = (expression.match if pattern.at_start else expression.search, pattern.exact)
        return made

    def _cancelled(self, rule: Rule, numbers: Sequence[int], folded: Normalised, first: int, last: int) -> bool:
        return any(
            number in numbers and self.match(number, folded, first, last) is not None
            for number in self._guards[rule.id]
        )


def _place(hit: Hit) -> tuple[int, int, str]:
    return (hit.start, -hit.end, hit.rule.id)


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
