"""What other rooms have to say about a reply while it is written: a recurrence, a copy of an earlier apology, a remedy
that was announced and not approved. They register a source; the composer shows its advice and holds it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from amends.desk.cases.models import Case

__all__ = ["Advice", "Source", "advice_for", "register_source"]


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


Source = Callable[[Case, str], Iterable[Advice]]
"""Gives advice for a case and the text as typed so far, perhaps "". Asked at every pause in typing: be quick."""

_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Add a source; call it in the app's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)
    return source


def advice_for(case: Case, text: str) -> tuple[Advice, ...]:
    """All advice for a reply, what stops it first."""
    found = [advice for source in _sources for advice in source(case, text)]
    return tuple(sorted(found, key=lambda advice: not advice.stops))
