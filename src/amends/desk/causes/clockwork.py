"""What the clock does here: it compares cases, reminds of preventions and of customers to be told, and hands on the
cases of customers who were hurt again."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.causes import comparing, figures
from amends.desk.causes.demonstration import sweep_away
from amends.desk.causes.models import Disclosure, Prevention, Trace
from amends.desk.causes.reminding import look_at_disclosure, look_at_prevention
from amends.desk.causes.services import hand_on
from amends.desk.clock.registry import due_rows, every
from amends.desk.people.roles import CLOCK

__all__ = ["compare", "hand_second_failures_on", "look_at", "reckon", "sweep", "tell", "trace"]


def _due(now: datetime) -> Q:
    return Q(look_at__isnull=False, look_at__lte=now)


@every("causes.trace", timedelta(seconds=20))
def trace() -> None:
    """Note the cases that have not been compared yet."""
    comparing.find_untraced()


@due_rows("causes.compare", Trace, _due, order=("look_at", "pk"))
def compare(row: Trace) -> None:
    """Compare one case with the others."""
    comparing.compare_case(CLOCK, row)


@due_rows("causes.preventions", Prevention, _due, order=("look_at", "pk"))
def look_at(row: Prevention) -> None:
    """Look at one prevention."""
    look_at_prevention(row)


@due_rows("causes.disclosures", Disclosure, _due, order=("look_at", "pk"))
def tell(row: Disclosure) -> None:
    """Look at one customer who is to be told first."""
    look_at_disclosure(row)


@every("causes.second-failures", timedelta(seconds=20))
def hand_second_failures_on() -> None:
    """Give the cases of customers who were hurt again to the named person."""
    hand_on(CLOCK)


@every("causes.figures", timedelta(minutes=5))
def reckon() -> None:
    """Reckon the figures of the list ahead, in a house with many cases."""
    figures.reckon()


@every("causes.sweep", timedelta(hours=6))
def sweep() -> None:
    """Take away what a demonstration has left."""
    sweep_away()
