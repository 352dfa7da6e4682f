"""Facts in a reply that the case's outline contradicts: dates, times, amounts, references, names (field guide G4.5).

A fact of the reply is asked about when the outline holds facts of the same kind and neither the outline nor the
customer's own words hold this one; and when an amount or a reference is one slip of the finger away from one that the
customer named. What is promised lies ahead, so that its days and hours are left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from amends.hearing.facts import facts
from amends.promises.lexicon import lexicon, lexicon_languages
from amends.promises.moments import mentions
from amends.text import fold, normalise

__all__ = ["KINDS", "Contradiction", "Known", "contradictions", "known_facts", "not_in_the_case"]

KINDS = ("date", "time", "amount", "reference", "name")

_BACK = timedelta(days=290)
"""How far back a date without a year may lie; farther ones are read as coming."""
_STEM = 4
_LEAST_NAME = 3
_LEAST_DIGITS = 3
"""Of an amount, before one other digit counts as a slip and not as another amount."""
_NUMBER = re.compile(r"\d+(?:[ .,]\d+)*")
_MOST_KNOWN_SHOWN = 3
_LONGEST = 20_000
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "madam", "regards", "sincerely"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one kind.

    Attributes:
        outline: Values in the outline, each with its words.
        elsewhere: Values that may stand in a reply as well, each with its words: from the customer, of our people.
    """

    outline: Mapping[str, str]
    elsewhere: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One fact of the reply that the outline does not bear out.

    Attributes:
        kind: One of `KINDS`.
        start, end: Where it stands, as code point offsets of the reply.
        words: Its words.
        known: What the outline says instead.
    """

    kind: str
    start: int
    end: int
    words: str
    known: tuple[str, ...]


def known_facts(
    outline: Iterable[str],
    elsewhere: Iterable[str],
    *,
    language: str,
    today: date,
    events: Iterable[tuple[date | None, str]] = (),
    days: Iterable[date] = (),
    names: Iterable[str] = (),
    persons: Iterable[str] = (),
) -> dict[str, Known]:
    """What a case knows.

    Args:
        outline: The outline's texts, those of its events too.
        elsewhere: The customer's words and what else may be picked up.
        language: ISO 639-1 code of the texts; decides how dates are read.
        today: The day in the house's zone.
        events: Day and time of day ("9:14" or "") of the outline's events.
        days: Further days that are known, such as those of messages.
        names: Names of the outline's kind: the customer's.
        persons: Names that may be used without standing in the outline: colleagues, the house.
    """
    inside: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for text in outline:
        for kind, value, words in _read(text, language, today):
            inside[kind].setdefault(value, words)
    for day, clock in events:
        if day is not None:
            inside["date"].setdefault(_of_day(day), f"{day:%d.%m.}")
        if clock:
            inside["time"].setdefault(clock, clock)
    for name in names:
        for part in _name_parts(name):
            inside["name"].setdefault(part, name)
    outside: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for text in elsewhere:
        for kind, value, words in _read(text, language, today):
            outside[kind].setdefault(value, words)
        # A name at the head of a sentence has no shape of its own, so every word of theirs may be picked up as one.
        outside["name"].update((_stem(word), word) for word in fold(text[:_LONGEST]).split())
    outside["date"].update((_of_day(day), "") for day in days)
    for name in persons:
        outside["name"].update((part, name) for part in _name_parts(name))
    for text in outline:
        outside["name"].update((_stem(word), word) for word in re.findall(r"\w+", fold(text)))
    return {kind: Known(inside[kind], outside[kind]) for kind in KINDS}


def contradictions(
    reply: str,
    known: Mapping[str, Known],
    *,
    language: str,
    today: date,
    ahead: Sequence[tuple[int, int]] = (),
) -> list[Contradiction]:
    """Facts of a reply that the outline does not bear out, in order, each value once.

    Args:
        reply: Plain text.
        known: From `known_facts`.
        language: ISO 639-1 code of the reply.
        today: The day in the house's zone.
        ahead: Spans of its promises: days and times there are no account of what happened.
    """
    found = []
    seen: set[tuple[str, str]] = set()
    for kind, value, start, end in _places(reply, language, today):
        there = known[kind]
        if (kind, value) in seen or value in there.outline or value in there.elsewhere:
            continue
        if kind in ("date", "time") and any(first <= start < last for first, last in ahead):
            continue
        shown = tuple(dict.fromkeys(there.outline.values()))[:_MOST_KNOWN_SHOWN]
        if not shown and kind in ("amount", "reference"):
            shown = tuple(words for other, words in there.elsewhere.items() if _slip(value, other))[:_MOST_KNOWN_SHOWN]
        if not shown:
            continue
        seen.add((kind, value))
        found.append(Contradiction(kind, start, end, reply[start:end], shown))
    return sorted(found, key=lambda one: one.start)


def not_in_the_case(text: str, known: Mapping[str, Known], *, language: str, today: date) -> list[tuple[str, int, int]]:
    """Facts of a text that somebody else wrote which stand nowhere in the case: stricter than `contradictions`.

    Args:
        text: Plain text.
        known: From `known_facts`.
        language: ISO 639-1 code of the text.
        today: The day in the house's zone.

    Returns:
        The kind of each, and its code point offsets, in order.
    """
    places = _places(text, language, today)
    found = {
        (start, end): kind
        for kind, value, start, end in places
        if value not in known[kind].outline and value not in known[kind].elsewhere
    }
    return [(kind, start, end) for (start, end), kind in sorted(found.items())]


@lru_cache(maxsize=512)
def _read(text: str, language: str, today: date) -> tuple[tuple[str, str, str], ...]:
    """The facts of a text: kind, value, words. Kept, as the texts of a case stay the same while a reply is written."""
    return tuple((kind, value, text[start:end]) for kind, value, start, end in _places(text, language, today))


def _places(text: str, language: str, today: date) -> list[tuple[str, str, int, int]]:
    text = text[:_LONGEST]
    places: list[tuple[str, str, int, int]] = list(_dates(text, language, today))
    dated = [(start, end) for _kind, _value, start, end in places]
    for fact in facts(text):
        if any(fact.start < end and start < fact.end for start, end in dated):
            continue
        if fact.kind == "amount":
            places.append(("amount", _amount(fact.text), fact.start, fact.end))
        elif fact.kind == "time":
            hour, _colon, minute = fact.text.partition(":")
            afternoon = 12 if "p" in minute.lower() and int(hour) < 12 else 0
            places.append(("time", f"{int(hour) + afternoon:02d}:{minute[:2]}", fact.start, fact.end))
        elif fact.kind == "reference":
            places.append(("reference", re.sub(r"\W", "", fold(fact.text)), fact.start, fact.end))
        elif fact.kind == "name":
            places.extend(_names(text, fact.start, fact.end, language))
    return places


def _names(text: str, start: int, end: int, language: str) -> Iterable[tuple[str, str, int, int]]:
    for found in re.finditer(r"[^\W\d_]+", text[start:end]):
        word = fold(found[0])
        if len(word) >= _LEAST_NAME and word not in _TITLES and not _calendar_words(language)(word):
            yield "name", _stem(word), start + found.start(), start + found.end()


def _dates(text: str, language: str, today: date) -> Iterable[tuple[str, str, int, int]]:
    """Days given as dates, whether they have passed or are to come."""
    if language not in lexicon_languages():
        return
    folded = normalise(text)
    noon = datetime(today.year, today.month, today.day, 12)
    passed = mentions(folded.text, language, noon - _BACK)
    coming = {mention.start: mention for mention in mentions(folded.text, language, noon)}
    for mention in passed:
        if mention.kind == "day" and mention.explicit:
            later = coming.get(mention.start)
            day = mention.day or (later.day if later else None)
            if day is not None:
                yield "date", _of_day(day), *folded.span(mention.start, mention.end)


def _slip(value: str, other: str) -> bool:
    """Whether two numbers differ as by a slip: one sign is another, or two beside each other have changed places."""
    if len(value) != len(other):
        return False
    apart = [at for at, (one, two) in enumerate(zip(value, other, strict=True)) if one != two]
    if len(apart) == 1:
        return len(value.partition(".")[0]) >= _LEAST_DIGITS
    return len(apart) == 2 and apart[1] - apart[0] == 1 and value[apart[0]] == other[apart[1]]


def _of_day(day: date) -> str:
    # People leave the year out, so that day and month are what is compared.
    return f"{day:%m-%d}"


def _amount(words: str) -> str:
    """The number of an amount in hundredths, whichever sign parts them; currencies are not told apart."""
    found = _NUMBER.search(words)
    digits = found[0].replace(" ", "") if found else ""
    whole, sign, part = digits.replace(",", ".").rpartition(".")
    if not sign or len(part) > 2:
        whole, part = digits.replace(",", "").replace(".", ""), ""
    return f"{int(whole.replace('.', '') or 0)}.{part.ljust(2, '0')}"


def _stem(word: str) -> str:
    """The beginning of a word, as names are inflected: Petraitis, Petraičiui."""
    return re.sub(r"^\W+|\W+$", "", word)[:_STEM]


def _name_parts(name: str) -> list[str]:
    return [_stem(part) for part in re.findall(r"\w+", fold(name)) if len(part) >= _LEAST_NAME]


@cache
def _calendar_words(language: str) -> "_Matches":
    if language not in lexicon_languages():
        return _Matches(None)
    table = lexicon(language)
    return _Matches(re.compile(rf"(?:{table.weekday}|{table.month}|{table.any_of('polite', 'i', 'we')})"))


class _Matches:
    """Whether a folded word is one of the calendar, or of politeness, and so no name."""

    def __init__(self, expression: "re.Pattern[str] | None") -> None:
        self._expression = expression

    def __call__(self, word: str) -> bool:
        return self._expression is not None and self._expression.fullmatch(word) is not None
