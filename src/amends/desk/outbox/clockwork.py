"""What the clock does for the outbox: it sends what is due, ordinary mail before mail to many."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.outbox.delivery import clear_up, deliver
from amends.desk.outbox.models import OutgoingMessage

__all__ = ["look_at_unknown", "send", "send_bulk"]

_UNKNOWN_LOOKED_FOR = timedelta(days=3)
_MOST = 50


def _due(now: datetime) -> Q:
    # "sending" is due too: its lease tells whether a worker still has it, or died with it.
    return Q(lane="", state__in=["waiting", "sending"], not_before__lte=now)


def _bulk_due(now: datetime) -> Q:
    return Q(lane="bulk", state__in=["waiting", "sending"], not_before__lte=now)


@due_rows("outbox.send", OutgoingMessage, _due, lease=timedelta(minutes=5), order=("not_before", "pk"))
def send(row: OutgoingMessage) -> None:
    """Send one mail."""
    deliver(row)


@due_rows("outbox.send-bulk", OutgoingMessage, _bulk_due, lease=timedelta(minutes=5), order=("not_before", "pk"))
def send_bulk(row: OutgoingMessage) -> None:
    """Send one mail of those to many, or let it step aside."""
    deliver(row)


@every("outbox.unknown", timedelta(minutes=1))
def look_at_unknown() -> None:
    """Look into the mail server's log for mails of which nobody knows whether they left; only where there is one."""
    if not getattr(settings, "MAIL_LOG", ""):
        return
    held = OutgoingMessage.objects.filter(
        state=OutgoingMessage.State.HELD,
        held_why="outcome-unknown",
        tried_at__gte=timezone.now() - _UNKNOWN_LOOKED_FOR,
    )
    for row in held[:_MOST]:
        clear_up(row)
