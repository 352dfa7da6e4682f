"""Words of the house: reading them from lines, and proposals per kind of business (G4.3)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.errors import WrongInput

__all__ = ["MOST_WORDS", "Kind", "as_lines", "pairs_in", "proposal"]

MOST_WORDS = 200
"""Unwanted words at most: each is looked for in every reply while it is written."""

_LONGEST = 60
_ARROWS = ("→", "->", "=")
_FOLDER = Path(__file__).parent / "words"


class Kind(models.TextChoices):
    """Kinds of business by what they call those whom they serve."""

    SHOP = "shop", _("Shop, delivery, repairs: customers")
    OFFICE = "office", _("Office, advice, design: clients")
    HOTEL = "hotel", _("Hotel, restaurant: guests")
    CLINIC = "clinic", _("Clinic, practice: patients")
    CLUB = "club", _("Club, association: members")
    SCHOOL = "school", _("School, courses: students")
    TRANSPORT = "transport", _("Transport: passengers")
    HOUSING = "housing", _("Housing: tenants")


_USES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    Kind.SHOP: ("customer", ("guest", "client", "consumer")),
    Kind.OFFICE: ("client", ("customer", "guest", "consumer")),
    Kind.HOTEL: ("guest", ("customer", "client", "consumer")),
    Kind.CLINIC: ("patient", ("customer", "client", "guest", "consumer")),
    Kind.CLUB: ("member", ("customer", "client", "guest", "consumer")),
    Kind.SCHOOL: ("student", ("customer", "client", "consumer")),
    Kind.TRANSPORT: ("passenger", ("customer", "client", "consumer")),
    Kind.HOUSING: ("tenant", ("customer", "client", "guest", "consumer")),
}


def proposal(kind: str, language: str) -> str:
    """Lines for a kind of business in a language; in English for a language that has no list.

    Raises:
        WrongInput: There is no such kind.
    """
    if kind not in _USES:
        raise WrongInput(_now("Choose a kind of business from the list."), "kind")
    words, prefixes = _list_of(language)
    ours, others = _USES[Kind(kind)]
    lines: list[str] = []
    for other in others:
        unwanted: dict[str, str] = {}
        for prefix in ("", *prefixes):
            for theirs, our in zip(words[other], words[ours], strict=True):
                if theirs not in words[ours]:
                    unwanted.setdefault(prefix + theirs, prefix + our)
        if unwanted and not any(line.startswith(f"{next(iter(unwanted))},") for line in lines):
            lines.append(f"{', '.join(unwanted)} → {', '.join(unwanted.values())}")
    return "\n".join(lines)


@cache
def _list_of(language: str) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    path = _FOLDER / f"{language}.toml"
    data = tomllib.loads((path if path.is_file() else _FOLDER / "en.toml").read_text(encoding="utf-8"))
    prefixes = tuple(str(data.pop("prefixes", "")).split())
    return {name: _words(forms) for name, forms in data.items()}, prefixes


def pairs_in(text: str) -> dict[str, str]:
    """Each unwanted word with the one used instead, from lines such as "guest, guests → customer, customers".

    One word on the right stands for every word on the left.

    Raises:
        WrongInput: A line cannot be read; it says which and what to do.
    """
    pairs: dict[str, str] = {}
    for number, line in enumerate(text.replace("\x00", "").splitlines(), start=1):
        if not line.strip():
            continue
        left, right = _sides(line, number)
        for unwanted, ours in zip(left, right, strict=True):
            if unwanted.casefold() == ours.casefold():
                raise _wrong(number, _now("“%(word)s” stands on both sides.") % {"word": unwanted})
            pairs.setdefault(unwanted, ours)
    if len(pairs) > MOST_WORDS:
        raise WrongInput(_now("At most %(count)d words.") % {"count": MOST_WORDS}, "text")
    unwanted_words = {word.casefold() for word in pairs}
    for ours in pairs.values():
        if ours.casefold() in unwanted_words:
            raise WrongInput(
                _now("“%(word)s” is used in one line and not wanted in another. Keep one of the two.") % {"word": ours},
                "text",
            )
    return pairs


def as_lines(pairs: Mapping[str, str]) -> str:
    """Words of the house as lines that `pairs_in` reads back as they are."""
    return "\n".join(f"{unwanted} → {ours}" for unwanted, ours in pairs.items())


def _sides(line: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    for arrow in _ARROWS:
        if arrow in line:
            before, _arrow, after = line.partition(arrow)
            break
    else:
        raise _wrong(number, _now("Write the word that is not ours, an arrow, and ours: guest → customer."))
    left, right = _words(before), _words(after)
    if not left or not right:
        raise _wrong(number, _now("A word is missing on one side of the arrow."))
    if len(right) == 1:
        right *= len(left)
    if len(left) != len(right):
        raise _wrong(number, _now("Both sides need the same number of words, or one word on the right."))
    if any(len(word) > _LONGEST for word in (*left, *right)):
        raise _wrong(number, _now("A word is longer than %(count)d characters.") % {"count": _LONGEST})
    return left, right


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := " ".join(part.split())))


def _wrong(number: int, words: str) -> WrongInput:
    return WrongInput(_now("Line %(number)d: %(words)s") % {"number": number, "words": words}, "text")
