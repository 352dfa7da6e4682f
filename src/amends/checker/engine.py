"""Matches a language pack against a folded text.

The engine knows no language. One pass of a matcher over the text finds the packs' anchors; only where an anchor of a
pattern stands is its expression tried, within that sentence. The cost of a text so grows with its length and with
what is found in it, not with the number of rules.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from amends.checker.pack import Pack, Rule
from amends.checker.patterns import WHOLE, CompiledPattern
from amends.text import Normalised
from amends.text.matchers import Matcher, best_matcher
from amends.text.prefixes import MOST_PREFIXES, attached_begin

__all__ = ["Engine", "Hit", "allowed"]

_WORDS = re.compile(r"\w+").findall
_MOST_KNOWN = 20_000
_Search = Callable[[str, int, int], "re.Match[str] | None"]


_Prepared = tuple[_Search, frozenset[str], tuple[str, ...], bool]
"""How to look for a pattern, the words and the stems with which it begins, whether diacritics count."""


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
        """Collect the anchors of all patterns.

        Args:
            pack: The rules.
            matcher: How to look for anchors; the fastest one there is if not given.
            hints: Whether rules that only inform the sentence model are wanted.
        """
        self.pack = pack
        self._patterns = [(pattern, rule) for rule in pack.rules if hints or rule.sure for pattern in rule.patterns]
        self._tries: list[_Prepared | None] = [None] * len(self._patterns)
        self._guards: dict[str, list[tuple[int, _Prepared]]] = {}
        guards = [guard for rule in pack.rules if hints or rule.sure for guard in rule.unless]
        # Every match of a pattern holds a word of each of its sets. Each set has a bit: what a sentence holds and what
        # a pattern needs are compared at once, and most expressions are spared.
        self._bits: dict[str, int] = {}
        self._set_bits: dict[frozenset[str], int] = {}
        self._needs = [self._need(pattern) for pattern, _ in self._patterns]
        self._guard_needs = {guard: self._need(guard) for guard in guards}
        self._prefixes = pack.vocabulary.prefixes
        self._bare: dict[str, tuple[str, ...]] = {}
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
        self._announcing = frozenset(by_word)
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
        by_word, announcing, needs, tries = self._by_word, self._announcing, self._needs, self._tries
        bits = self._bits
        bearing = bits.keys()
        announced = self._announced_by_parts(text, sentences)
        found: list[Hit] = []
        for place, (first, last) in enumerate(sentences):
            words = set(_WORDS(text, first, last))
            if self._prefixes:
                known = self._bare.get
                words = set().union(*[known(word) or self._bared(word) for word in words])
            waiting = announced.get(place) or set()
            for word in words & announcing:
                waiting.update(by_word[word])
            if not waiting:
                continue
            held = 0
            for word in words & bearing:
                held |= bits[word]
            sentence = _Sentence(folded, first, last, words, self._prefixes)
            for number in waiting:
                need = needs[number]
                if need & held == need:
                    got = sentence.first_match(tries[number] or self._prepare(number))
                    if got is not None:
                        rule = self._patterns[number][1]
                        if not rule.unless or not self._cancelled(rule, sentence, held):
                            found.append(Hit(rule, place, got.start(), got.end(), got.groups()))
        found.sort(key=_place)
        return found

    def _need(self, pattern: CompiledPattern) -> int:
        """The bits of the sets of which every match of a pattern holds a word each."""
        need = 0
        for words in (frozenset() if pattern.stems else pattern.firsts, *pattern.besides):
            if words:
                bit = self._set_bits.get(words)
                if bit is None:
                    bit = self._set_bits[words] = 1 << len(self._set_bits)
                    for word in words:
                        self._bits[word] = self._bits.get(word, 0) | bit
                need |= bit
        return need

    def _prepare(self, number: int) -> _Prepared:
        """Compile a pattern when it is tried for the first time: most of a pack never is."""
        made = self._tries[number] = _prepared(self._patterns[number][0])
        return made

    def _bared(self, word: str) -> tuple[str, ...]:
        """A word and what it may be behind one to three attached letters; remembered."""
        attached = len(word) - len(word.lstrip(self._prefixes))
        forms = tuple(word[cut:] for cut in range(min(attached, MOST_PREFIXES, len(word) - 1) + 1))
        if len(self._bare) >= _MOST_KNOWN:
            self._bare.clear()
        self._bare[word] = forms
        return forms

    def _announced_by_parts(self, text: str, sentences: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
        """For each sentence the patterns that a part of a word announces."""
        announced: dict[int, set[int]] = {}
        starts = [start for start, _ in sentences]
        by_part, may_be_inside = self._by_part, self._inside
        for index, start, end in self._scan(text):
            if start and text[start - 1].isalnum() and not may_be_inside[index] and not self._attached(text, start):
                continue
            place = bisect_right(starts, start) - 1
            if place >= 0 and end <= sentences[place][1]:
                waiting = announced.get(place)
                if waiting is None:
                    announced[place] = set(by_part[index])
                else:
                    waiting.update(by_part[index])
        return announced

    def _attached(self, text: str, start: int) -> bool:
        """Whether only attached letters stand between a place and the beginning of its word."""
        if not self._prefixes:
            return False
        begin = attached_begin(text, start, self._prefixes)
        return not begin or not text[begin - 1].isalnum()

    def _cancelled(self, rule: Rule, sentence: "_Sentence", held: int) -> bool:
        guards = self._guards.get(rule.id)
        if guards is None:
            guards = self._guards[rule.id] = [(self._guard_needs[guard], _prepared(guard)) for guard in rule.unless]
        return any(need & held == need and sentence.first_match(guard) is not None for need, guard in guards)


class _Sentence:
    """One sentence while patterns are tried in it."""

    __slots__ = ("first", "folded", "last", "prefixes", "words", "written_at")

    def __init__(self, folded: Normalised, first: int, last: int, words: set[str], prefixes: str) -> None:
        self.folded = folded
        self.first = first
        self.last = last
        self.words = words
        self.prefixes = prefixes
        self.written_at: dict[str, list[int]] = {}

    def first_match(self, prepared: _Prepared) -> "re.Match[str] | None":
        """A pattern's first match; where its beginning is known, it is sought only where a word stands with which
        it may begin.
        """
        search, firsts, stems, exact = prepared
        text = self.folded.accented if exact else self.folded.text
        if not firsts and not stems:
            return search(text, self.first, self.last)
        beginnings = self.words & firsts
        if stems:
            beginnings.update(word for word in self.words if word.startswith(stems))
        if len(beginnings) == 1:
            starts = self.places(beginnings.pop())
        else:
            starts = sorted({start for word in beginnings for start in self.places(word)})
        for start in starts:
            got = search(text, start, self.last)
            if got is not None:
                return got
        return None

    def places(self, word: str) -> list[int]:
        """Where a word of the sentence stands; with attached letters before it, where those begin."""
        known = self.written_at.get(word)
        if known is not None:
            return known
        text, last, length = self.folded.text, self.last, len(word)
        made: list[int] = []
        at = text.find(word, self.first, last)
        while at >= 0:
            end = at + length
            if end >= last or not _in_word(text[end]):
                begin = attached_begin(text, at, self.prefixes, self.first) if self.prefixes else at
                if begin == self.first or not _in_word(text[begin - 1]):
                    made.append(begin)
            at = text.find(word, end, last)
        self.written_at[word] = made
        return made


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _prepared(pattern: CompiledPattern) -> _Prepared:
    expression = re.compile(pattern.expression)
    anywhere = not (pattern.at_start or pattern.firsts or pattern.stems)
    return expression.search if anywhere else expression.match, pattern.firsts, pattern.stems, pattern.exact


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
