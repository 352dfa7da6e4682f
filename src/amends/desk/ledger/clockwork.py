"""What the clock does for the ledger: it looks at promises that come due, and sends the digests of the day."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.clock.registry import due_rows, every
from amends.desk.ledger.models import Promise
from amends.desk.ledger.reminding import look_at, send_digests

__all__ = ["digests", "look"]


def _due(now: datetime) -> Q:
    return Q(look_at__isnull=False, look_at__lte=now)


@due_rows("ledger.look", Promise, _due, order=("look_at", "pk"))
def look(promise: Promise) -> None:
    """Look at one promise."""
    look_at(promise)


@every("ledger.digests", timedelta(minutes=10))
def digests() -> None:
    """Send the digests of those whose morning it is."""
    send_digests()
