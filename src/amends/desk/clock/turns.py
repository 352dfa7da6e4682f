"""Ends to which things are delivered one after another: what is due there, and how much of it in one turn.

A webhook's address, a connected desk, a way of telling somebody: each has rows that wait for it, is on or off, and is
left alone for a while when nobody answers there. The clock takes the end under a lease, so that its rows keep their
order.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from amends.desk.clock.leases import Leased

__all__ = ["give_back", "take_turn", "with_due"]

ON = "on"
_AT_ONCE = 50
_BEGIN_WITHIN = 4.0
"""Seconds in which further deliveries are begun, so that the clock comes to its other work."""

Row = TypeVar("Row", bound=Model)


def with_due(waiting: type[Model], end: str, moment: str = "next_at") -> Callable[[datetime], Q]:
    """The condition of ends that are on, not left alone for a while, and have something to deliver.

    Args:
        waiting: What waits for them.
        end: Its field that names the end. The end has the fields `state` and `paused_until`.
        moment: Its field that says when it is due.
    """

    def due(now: datetime) -> Q:
        rows = waiting._default_manager.filter(**{end: OuterRef("pk"), f"{moment}__lte": now})
        return Q(Exists(rows), state=ON) & (Q(paused_until=None) | Q(paused_until__lte=now))

    return due


def take_turn(rows: QuerySet[Row], deliver: Callable[[Row], bool], *, most: int = _AT_ONCE) -> int:
    """Deliver one after another, until the time for one turn is up.

    Args:
        rows: What is due, in order.
        deliver: Tries one row; says whether the next may be tried at once.
        most: How many at most.

    Returns:
        How many were tried.
    """
    begin = time.monotonic()
    tried = 0
    for row in rows[:most]:
        if tried and time.monotonic() - begin > _BEGIN_WITHIN:
            break
        tried += 1
        if not deliver(row):
            break
    return tried


def give_back(end: Leased) -> None:
    """End the lease of an end after a turn: what is left over is taken in the next look."""
    type(end)._default_manager.filter(pk=end.pk).update(lease_until=None)
