"""By when a customer must hear from us next. Other apps add their own reasons: time limits here, promises there."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from amends.desk.cases.models import Case
from amends.desk.deadlines.services import limits_of
from amends.desk.house.services import house

__all__ = ["Source", "limits", "register_source", "soonest"]

Source = Callable[[Case], Iterable[tuple[datetime, str]]]
"""Gives for a case the moments by which the customer must hear from us, each with its reason."""

_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Add a source; call it in the app's `AppConfig.ready`, once."""
    if source not in _sources:
        _sources.append(source)
    return source


def soonest(case: Case) -> tuple[datetime | None, str]:
    """The earliest moment by which the customer must hear from us, and why; (None, "") when nothing is due."""
    if case.state not in Case.IN_HAND:
        return None, ""
    found = [*limits(case)]
    for source in _sources:
        found.extend(source(case))
    return min(found, default=(None, ""), key=lambda pair: pair[0] or datetime.max)


def limits(case: Case) -> Iterable[tuple[datetime, str]]:
    """The house's own first word, and the time limits of the place.

    The limit for a first word holds until a person of ours has written, and anew for each time that the customer waits
    again. Those for answers hold while it is ours to move, and are over while the customer has our answer.
    """
    business = house()
    begin = case.created_at
    ends = limits_of(business.profile, begin, business.time_zone)
    if case.first_reply_at is None and not case.opened_by_us:
        yield begin + timedelta(hours=business.first_word_hours), "word"
        if "word" in ends:
            yield ends["word"], "word"
    if case.first_reply_at is not None and case.waits_since is not None:
        # Whoever writes again is answered as soon as one who writes for the first time.
        yield case.waits_since + timedelta(hours=business.first_word_hours), "word"
    if case.state in Case.OURS_TO_MOVE:
        for what in ("answer", "final"):
            if what in ends:
                yield ends[what], what
