"""What the clock does for replies: it lets those go whose moment has come."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.clock.registry import due_rows
from amends.desk.composer.models import Reply
from amends.desk.composer.services import release

__all__ = ["leave"]


def _due(now: datetime) -> Q:
    return Q(state=Reply.State.WAITING, not_before__lte=now)


@due_rows("composer.leave", Reply, _due, lease=timedelta(minutes=2), order=("not_before", "pk"))
def leave(row: Reply) -> None:
    """Hand one reply to the outbox."""
    release(row)
