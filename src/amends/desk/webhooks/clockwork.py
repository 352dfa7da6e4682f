"""What the clock does for webhooks: it sends what is due, endpoint by endpoint, and forgets what is long over."""

from datetime import timedelta

from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.clock.turns import give_back, with_due
from amends.desk.webhooks.models import Delivery, Endpoint, Event
from amends.desk.webhooks.services import send_due

__all__ = ["KEPT", "forget", "send"]

KEPT = timedelta(days=30)


@due_rows("webhooks.send", Endpoint, with_due(Delivery, "endpoint"), lease=timedelta(minutes=3))
def send(endpoint: Endpoint) -> None:
    """Send what is due to one endpoint."""
    send_due(endpoint)
    give_back(endpoint)


@every("webhooks.forget", timedelta(hours=6))
def forget() -> None:
    """Forget events that are over; those that are still tried stay."""
    old = Event.objects.filter(at__lt=timezone.now() - KEPT)
    old.exclude(deliveries__next_at__isnull=False).delete()
