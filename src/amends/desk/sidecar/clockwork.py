"""What the clock does for other desks: it reads what they told, posts notes, and forgets bytes that are read."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.clock.turns import give_back, with_due
from amends.desk.sidecar.models import Connection, Delivery, Note
from amends.desk.sidecar.services import post_due, read
from amends.desk.sidecar.services.reading import LEASE

__all__ = ["KEPT", "ROWS_KEPT", "UNREADABLE_KEPT", "forget", "post", "read_waiting"]

KEPT = timedelta(days=30)
"""How long the bytes of a telling that was read are kept."""
UNREADABLE_KEPT = timedelta(days=90)
ROWS_KEPT = timedelta(days=365)
"""How long it is known that a telling came, so that it is not taken again."""


def _waiting(now: datetime) -> Q:
    return Q(state="waiting")


@due_rows("sidecar.read", Delivery, _waiting, lease=LEASE)
def read_waiting(row: Delivery) -> None:
    """Read one telling."""
    read(row)


@due_rows("sidecar.post", Connection, with_due(Note, "connection"), lease=timedelta(minutes=8))
def post(connection: Connection) -> None:
    """Post the notes of one connection that are due."""
    post_due(connection)
    give_back(connection)


@every("sidecar.forget", timedelta(hours=6))
def forget() -> None:
    """Forget bytes, and in the end that they came."""
    now = timezone.now()
    over = Delivery.objects.exclude(state__in=(Delivery.State.WAITING, Delivery.State.UNREADABLE))
    over.filter(received_at__lt=now - KEPT).exclude(content=None).update(content=None, size=0, headers={})
    old = Delivery.objects.filter(state=Delivery.State.UNREADABLE, received_at__lt=now - UNREADABLE_KEPT)
    old.exclude(content=None).update(content=None, size=0, headers={})
    Delivery.objects.filter(received_at__lt=now - ROWS_KEPT).exclude(state=Delivery.State.WAITING).delete()
