"""Cue words: what a native speaker knows to tell of lateness, a refund, a lawyer ...

They stand in ``cues/<language>.toml``, a list for each label; ``*`` stands for any ending or beginning, a blank for a
blank or a hyphen. One pass finds them all. A cue decides nothing by itself: the model weighs it.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from amends.text.matchers import best_matcher
from amends.text.prefixes import attached_begin

__all__ = ["CueWords", "cue_words"]

_PREFIXES = {"he": frozenset("והשבלכמ")}
"""Letters that attach to the front of words, by language."""


class CueWords:
    """The cue words of one language."""

    def __init__(self, table: dict[str, dict[str, list[str]]], prefixes: frozenset[str] = frozenset()) -> None:
        """Prepare them.

        Args:
            table: Group (kind, ask ...) to label to entries, folded.
            prefixes: Letters that may stand attached before a word.
        """
        self._prefixes = prefixes
        named: dict[str, dict[tuple[bool, bool], set[str]]] = {}
        for group, labels in table.items():
            for label, entries in labels.items():
                for entry in entries:
                    literal = entry.strip("*").replace("-", " ").strip()
                    if literal:
                        open_ends = (entry.startswith("*"), entry.endswith("*"))
                        named.setdefault(literal, {}).setdefault(open_ends, set()).add(f"{group}:{label}")
        self._meanings = [
            tuple((ends, tuple(sorted(names))) for ends, names in named[literal].items()) for literal in named
        ]
        self.labels = tuple(
            sorted({name for meanings in named.values() for names in meanings.values() for name in names})
        )
        self._scan = best_matcher()(tuple(named)).scan

    def found(self, folded: str) -> Iterator[tuple[str, int]]:
        """The labels whose cues stand in a folded text, each with where it begins; one may come several times."""
        text = folded.replace("-", " ")
        length = len(text)
        for index, start, end in self._scan(text):
            for (any_beginning, any_ending), names in self._meanings[index]:
                if not any_beginning and start and text[start - 1].isalnum() and not self._attached(text, start):
                    continue
                if not any_ending and end < length and text[end].isalnum():
                    continue
                for name in names:
                    yield name, start

    def _attached(self, text: str, start: int) -> bool:
        """Whether only attached letters stand between a place and the beginning of its word."""
        begin = attached_begin(text, start, self._prefixes)
        return not begin or not text[begin - 1].isalnum()


@cache
def cue_words(language: str) -> CueWords:
    """The cue words of a language; none for a language without a table."""
    page = files("amends.hearing") / "cues" / f"{language}.toml"
    table = tomllib.loads(page.read_text(encoding="utf-8")) if page.is_file() else {}
    return CueWords(table, _PREFIXES.get(language, frozenset()))
