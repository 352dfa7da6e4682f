"""What the clock does for the outbox: it sends what is due."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.clock.registry import due_rows
from amends.desk.outbox.delivery import deliver
from amends.desk.outbox.models import OutgoingMessage

__all__ = ["send"]


def _due(now: datetime) -> Q:
    # "sending" is due too: its lease tells whether a worker still has it, or died with it.
    return Q(state__in=["waiting", "sending"], not_before__lte=now)


@due_rows("outbox.send", OutgoingMessage, _due, lease=timedelta(minutes=5), order=("not_before", "pk"))
def send(row: OutgoingMessage) -> None:
    """Send one mail."""
    deliver(row)
