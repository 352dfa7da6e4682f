"""Finding many fixed strings in one pass: three interchangeable ways behind one face.

`ahocorasick_rs` is the fastest and the default; `pyahocorasick` serves systems without its wheels; the third needs
nothing but Python. All report every occurrence, overlapping ones too, as code point offsets.
"""

import re
from collections.abc import Sequence
from typing import Protocol

__all__ = ["MATCHERS", "Matcher", "PureMatcher", "PyAhoCorasickMatcher", "RustMatcher", "best_matcher"]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Matcher(Protocol):
    """Finds the occurrences of a fixed set of strings."""

    def __init__(self, literals: Sequence[str]) -> None:
        """Prepare for these strings (distinct, none empty)."""

    def scan(self, text: str) -> list[tuple[int, int, int]]:
        """Every occurrence as (index of the literal, start, end), in no particular order."""


class RustMatcher:
    """By `ahocorasick_rs`."""

    def __init__(self, literals: Sequence[str]) -> None:
        from ahocorasick_rs import AhoCorasick, Implementation

        self._automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA, store_patterns=False)

    def scan(self, text: str) -> list[tuple[int, int, int]]:
        """See `Matcher.scan`."""
        try:
            found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8 form
            found = self._automaton.find_matches_as_indexes(_LONE_SURROGATE.sub("\ufffd", text), overlapping=True)
        return found


class PyAhoCorasickMatcher:
    """By `pyahocorasick`."""

    def __init__(self, literals: Sequence[str]) -> None:
        import ahocorasick

        self._automaton = ahocorasick.Automaton()
        for index, literal in enumerate(literals):
            self._automaton.add_word(literal, (index, len(literal)))
        self._empty = not literals
        if literals:
            self._automaton.make_automaton()

    def scan(self, text: str) -> list[tuple[int, int, int]]:
        """See `Matcher.scan`."""
        if self._empty:
            return []
        return [(index, last + 1 - length, last + 1) for last, (index, length) in self._automaton.iter(text)]


class PureMatcher:
    """By a dictionary of the literals' first characters, in plain Python."""

    _HEAD = 3

    def __init__(self, literals: Sequence[str]) -> None:
        self._heads: dict[str, list[tuple[str, int]]] = {}
        self._short: dict[str, int] = {}
        for index, literal in enumerate(literals):
            if len(literal) < self._HEAD:
                self._short[literal] = index
            else:
                self._heads.setdefault(literal[: self._HEAD], []).append((literal, index))
        self._lengths = sorted({len(literal) for literal in self._short})

    def scan(self, text: str) -> list[tuple[int, int, int]]:
        """See `Matcher.scan`."""
        found = []
        heads, width, startswith = self._heads, self._HEAD, text.startswith
        for start in range(len(text)):
            for literal, index in heads.get(text[start : start + width], ()):
                if startswith(literal, start):
                    found.append((index, start, start + len(literal)))
            for length in self._lengths:
                short = self._short.get(text[start : start + length])
                if short is not None and start + length <= len(text):
                    found.append((short, start, start + length))
        return found


MATCHERS: dict[str, type[Matcher]] = {
    "ahocorasick_rs": RustMatcher,
    "pyahocorasick": PyAhoCorasickMatcher,
    "pure": PureMatcher,
}


def best_matcher() -> type[Matcher]:
    """The fastest matcher that this machine has."""
    from importlib.util import find_spec

    if find_spec("ahocorasick_rs"):
        return RustMatcher
    if find_spec("ahocorasick"):
        return PyAhoCorasickMatcher
    return PureMatcher
