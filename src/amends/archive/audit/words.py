"""How figures and labels are said to people."""

import re
from typing import Final

from amends.checker.catalogue import CONCEPTS, concept
from amends.messages import counted, grouped, message, percent, translated

__all__ = ["amount", "duration", "label", "percentage", "person", "title"]

_WORDS: Final = {
    "email": message("mail"), "chat": message("chat"), "social": message("social networks"),
    "review": message("reviews"), "form": message("forms"), "call": message("telephone"), "other": message("other"),
    "ours": message("ours"), "customer": message("customers'"), "unknown": message("not known"),
    "late": message("late"), "missing": message("missing"), "wrong": message("wrong"), "broken": message("broken"),
    "billing": message("billed wrongly"), "rude": message("rude"), "unanswered": message("unanswered"),
    "promise-broken": message("promise broken"), "information": message("information wrong"),
    "quality": message("quality"), "access": message("access"),
    "disappointment": message("disappointment"), "reproach": message("reproach"), "anger": message("anger"),
    "threat": message("threat"), "grave": message("grave"),
    "none": message("no apology"), "non-apology": message("a non-apology"), "partial": message("a partial apology"),
    "full": message("a full apology"), "unread": message("not checked"),
    "kept": message("kept"), "late promise": message("kept late"), "broken promise": message("promise broken"),
    "overtaken": message("replaced by a new promise"), "open": message("not due yet"),
    "not seen": message("nobody spoke of it again"),
    "en": message("English"), "lt": message("Lithuanian"), "hr": message("Croatian"), "he": message("Hebrew"),
    "et": message("Estonian"), "sk": message("Slovak"), "pl": message("Polish"),
    "unreadable": message("could not be read"), "left out": message("left out"), "not judged": message("not judged"),
}  # fmt: skip

_PERSON = re.compile(r"(customer|writer|person)-(\d+)")
_PEOPLE = {
    "customer": message("customer {number}"),
    "writer": message("writer {number}"),
    "person": message("person {number}"),
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def label(name: str | None) -> str:
    """A label of the tables in words; one that has none, such as a name, as it is."""
    if name is None:
        return translated("not known")
    return translated(_WORDS[name]) if name in _WORDS else name


def person(name: str | None) -> str:
    """What somebody is called in the tables, for people: "customer 12", or the name when names were asked for."""
    if name is None:
        return translated("not known")
    masked = _PERSON.fullmatch(name)
    return translated(_PEOPLE[masked[1]], number=masked[2]) if masked is not None else name


def title(name: str) -> str:
    """The name of a part of an apology or of a fault."""
    return concept(name).in_language().title if name in CONCEPTS else name


def percentage(part: int, whole: int) -> str:
    """A part of a whole in percent; a dash when there is no whole."""
    return percent(part / whole) if whole else "–"


def duration(seconds: float | None) -> str:
    """How long something took, in the unit in which people would say it; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 2 * _MINUTE:
        return translated("at once")
    if seconds < 2 * _HOUR:
        return counted("{number} minute", "{number} minutes", round(seconds / _MINUTE))
    if seconds < 2 * _DAY:
        return counted("{number} hour", "{number} hours", round(seconds / _HOUR))
    return counted("{number} day", "{number} days", round(seconds / _DAY))


def amount(number: int) -> str:
    """A whole number, grouped as the language does."""
    return grouped(number)
