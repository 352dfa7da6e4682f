"""The words of time of a language, compiled to expressions over folded text.

The words stand in ``languages/<code>.toml``, where a native speaker can mend them; nothing in the code knows a
language.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Lexicon", "lexicon", "lexicon_languages"]

_NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What one language's table says, each entry an expression without groups unless said otherwise.

    Attributes:
        words: The table as it stands.
        attached: What may stand before a word without a blank, as an expression; "" in most languages.
        weekday, month: One expression each for all of them.
        number: Digits or a number word.
    """

    words: Mapping[str, Any]
    attached: str
    weekday: str
    month: str
    number: str
    _numbers: Mapping[str, int]
    _weekdays: Sequence[re.Pattern[str]]
    _months: Sequence[re.Pattern[str]]

    def any_of(self, *names: str) -> str:
        """An expression for any entry of some lists of the table; one that never matches when there is none."""
        entries = [entry for name in names for entry in self.words.get(name, ())]
        return alternatives(entries)

    def any_of_lists(self, *names: str) -> str:
        """An expression for any entry of some lists of lists of the table (``numbers``, ``ordinals``)."""
        return alternatives(form for name in names for forms in self.words.get(name, ()) for form in forms)

    def one_of(self, group: str, name: str) -> str:
        """An expression for any entry of a list in a group (``units``, ``parts``, ``relative``, ``feasts``)."""
        return alternatives(self.words.get(group, {}).get(name, ()))

    def names(self, group: str) -> Iterable[str]:
        """The names in a group."""
        found: Mapping[str, Any] = self.words.get(group, {})
        return found

    def value(self, written: str) -> int | None:
        """The number that a match of `number` stands for."""
        if written.isdigit():
            return int(written)
        return self._numbers.get(" ".join(written.split()))

    def weekday_of(self, written: str) -> int | None:
        """0 for Monday to 6 for Sunday."""
        return _index(self._weekdays, written)

    def month_of(self, written: str) -> int | None:
        """1 for January to 12 for December."""
        found = _index(self._months, written)
        return None if found is None else found + 1


def alternatives(entries: Iterable[str]) -> str:
    """An expression for any of some entries, the longest first; ``*`` stands for any ending."""
    ordered = sorted(set(entries), key=lambda entry: (-len(entry), entry))
    return "(?:" + "|".join(map(_expression, ordered)) + ")" if ordered else _NEVER


def _expression(entry: str) -> str:
    if "\\" in entry:
        return entry
    return re.escape(entry).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+")


def _index(patterns: Sequence[re.Pattern[str]], written: str) -> int | None:
    return next((place for place, pattern in enumerate(patterns) if pattern.fullmatch(written)), None)


@cache
def lexicon_languages() -> tuple[str, ...]:
    """The languages that have a table of words of time, sorted."""
    folder = files("amends.promises") / "languages"
    return tuple(sorted(page.name.removesuffix(".toml") for page in folder.iterdir() if page.name.endswith(".toml")))


@cache
def lexicon(language: str) -> Lexicon:
    """The words of time of a language.

    Raises:
        ValueError: There is no table for this language.
    """
    if language not in lexicon_languages():
        raise ValueError(f"no words of time are known for {language!r} (there are: {', '.join(lexicon_languages())})")
    page = files("amends.promises") / "languages" / f"{language}.toml"
    words = tomllib.loads(page.read_text(encoding="utf-8"))
    numbers: dict[str, int] = {}
    for name in ("numbers", "ordinals", "hours_inflected"):
        for value, forms in enumerate(words.get(name, ()), 1):
            for form in forms:
                numbers.setdefault(form, value)
    spelt = alternatives(form for forms in words["numbers"] for form in forms)
    letters = words.get("attached", "")
    return Lexicon(
        words,
        f"(?:[{letters}]{{1,3}}-?)?" if letters else "",
        alternatives(form for forms in words["weekdays"] for form in forms),
        alternatives(form for forms in words["months"] for form in forms),
        rf"(?:\d{{1,3}}(?!\d)|{spelt})",
        numbers,
        [re.compile(alternatives(forms)) for forms in words["weekdays"]],
        [re.compile(alternatives(forms)) for forms in words["months"]],
    )
