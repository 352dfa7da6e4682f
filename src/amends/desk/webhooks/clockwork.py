"""What the clock does for webhooks: it sends what is due, endpoint by endpoint, and forgets what is long over."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.webhooks.models import Delivery, Endpoint, Event
from amends.desk.webhooks.services import send_due

__all__ = ["KEPT", "forget", "send"]

KEPT = timedelta(days=30)


def _due(now: datetime) -> Q:
    waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), next_at__lte=now)
    free = Q(paused_until=None) | Q(paused_until__lte=now)
    return Q(Exists(waiting), state=Endpoint.State.ON) & free


@due_rows("webhooks.send", Endpoint, _due, lease=timedelta(minutes=3))
def send(endpoint: Endpoint) -> None:
    """Send what is due to one endpoint."""
    send_due(endpoint)
    # What is left over, as the time for one turn was up, is taken in the next look.
    Endpoint.objects.filter(pk=endpoint.pk).update(lease_until=None)


@every("webhooks.forget", timedelta(hours=6))
def forget() -> None:
    """Forget events that are over; those that are still tried stay."""
    old = Event.objects.filter(at__lt=timezone.now() - KEPT)
    old.exclude(deliveries__next_at__isnull=False).delete()
