"""What the clock does for check-ins: it plans them, asks, and ends the waiting."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.checkin import services
from amends.desk.checkin.models import CheckIn
from amends.desk.clock.registry import due_rows, every
from amends.desk.people.roles import CLOCK

__all__ = ["ask", "end", "plan"]


def _to_ask(now: datetime) -> Q:
    return Q(state="planned", ask_at__lte=now)


def _to_end(now: datetime) -> Q:
    return Q(state="asked", silent_at__lte=now)


@every("checkin.plan", timedelta(minutes=10))
def plan() -> None:
    """Plan the questions that have become due to be planned."""
    services.plan(CLOCK)


@due_rows("checkin.ask", CheckIn, _to_ask, order=("ask_at", "pk"))
def ask(row: CheckIn) -> None:
    """Ask one customer."""
    services.ask(CLOCK, row)


@due_rows("checkin.end", CheckIn, _to_end, order=("silent_at", "pk"))
def end(row: CheckIn) -> None:
    """End the waiting for one answer."""
    services.end_in_silence(CLOCK, row)
