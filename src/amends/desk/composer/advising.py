"""What other rooms have to say about a reply while it is written: a recurrence, a copy of an earlier apology, a remedy
that was announced and not approved. They register a source; the composer shows its advice and holds it.

A source reads what it needs of a case once and gives an adviser, which is asked at every pause in typing and reads
nothing more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from amends.desk.cases.models import Case

__all__ = ["Advice", "Adviser", "Source", "advice_for", "advice_of", "advisers_for", "register_source"]


@dataclass(frozen=True, slots=True)
class Advice:
    """A word to the writer.

    Attributes:
        words: What to know and what to do, in the writer's language.
        stops: Whether the reply cannot be sent as it is; no reason gets past it.
        address: A page of the desk that tells more, or "".
        address_words: What the link to it says.
    """

    words: str
    stops: bool = False
    address: str = ""
    address_words: str = ""


Adviser = Callable[[str], Iterable[Advice]]
"""Gives advice on the text as typed so far, perhaps "", in the language that is active then."""

Source = Callable[[Case], Adviser | None]
"""Reads what it needs of a case; None when it has nothing to say, whatever will be written."""

_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Add a source; call it in the app's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)
    return source


def advisers_for(case: Case) -> tuple[Adviser, ...]:
    """Whoever has something to say about replies in a case, which is read for it now."""
    return tuple(adviser for source in _sources if (adviser := source(case)) is not None)


def advice_of(advisers: Iterable[Adviser], text: str) -> tuple[Advice, ...]:
    """All advice for a reply, what stops it first."""
    found = [advice for adviser in advisers for advice in adviser(text)]
    return tuple(sorted(found, key=lambda advice: not advice.stops))


def advice_for(case: Case, text: str) -> tuple[Advice, ...]:
    """All advice for one reply, by the case as it stands now."""
    return advice_of(advisers_for(case), text)
