"""A note with one person's own facts in it. Pure: a text with places, and what stands in them.

A place is a name in braces, "{order}". What is put in is never read for places again, so that a customer's own words
cannot pull anything into their note.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LONGEST_FACT", "OWN_PLACES", "Rendered", "clean_fact", "fact_name", "places_in", "render", "without_facts"]

OWN_PLACES = ("name", "case", "page", "incident", "house")
"""Places that the desk fills by itself: their name, the case's number, their page, the public page, the house."""
LONGEST_FACT = 300

_PLACE = re.compile(r"\{\s*([^{}\n]{1,60}?)\s*\}")
_NOT_IN_NAMES = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A note for one person.

    Attributes:
        subject, text: With their facts.
        missing: Names of places for which nothing is known.
    """

    subject: str
    text: str
    missing: tuple[str, ...]


def fact_name(words: str) -> str:
    """The name of a place or a column: small letters of any script, digits and "_"."""
    return _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFKC", words).casefold()).strip("_")[:40]


def clean_fact(value: str) -> str:
    """A value as it may stand in a mail: one line, no control or direction signs, not too long."""
    plain = unicodedata.normalize("NFC", value)
    kept = "".join(" " if sign in "\t\r\n" else sign for sign in plain)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    return " ".join(kept.split())[:LONGEST_FACT]


def places_in(*texts: str) -> list[str]:
    """The names of the places in texts, each once, in their order."""
    return list(dict.fromkeys(fact_name(found[1]) for text in texts for found in _PLACE.finditer(text)))


def render(subject: str, text: str, facts: Mapping[str, str]) -> Rendered:
    """Put facts into their places.

    Args:
        subject, text: With places.
        facts: By name, as `fact_name` gives it. An empty one counts as not known.
    """
    missing: dict[str, None] = {}

    def put(found: re.Match[str]) -> str:
        name = fact_name(found[1])
        value = facts.get(name, "")
        if not value:
            missing[name] = None
            return found[0]
        return value

    return Rendered(_PLACE.sub(put, subject), _PLACE.sub(put, text), tuple(missing))


def without_facts(words: str, facts: Mapping[str, str]) -> str:
    """A person's sentence with "…" in the place of their own facts, so that it can stand for many people's."""
    for value in sorted((one for one in facts.values() if len(one) > 1 or one.isdigit()), key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", words)
    return words
