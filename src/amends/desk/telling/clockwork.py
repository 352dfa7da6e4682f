"""What the clock does for telling: it sends what is due, way by way, looks whether a channel is in trouble, and forgets
what is long over.
"""

from datetime import timedelta

from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.clock.turns import give_back, with_due
from amends.desk.telling.models import Delivery, Notice, Way
from amends.desk.telling.services import send_due
from amends.desk.telling.trouble import look

__all__ = ["KEPT", "forget", "send", "trouble"]

KEPT = timedelta(days=90)
"""How long it is remembered that something was told."""


@due_rows("telling.send", Way, with_due(Delivery, "way", "due_at"), lease=timedelta(minutes=5))
def send(way: Way) -> None:
    """Send what is due on one way."""
    send_due(way)
    give_back(way)


@every("telling.trouble", timedelta(minutes=10))
def trouble() -> None:
    """Tell of channels that have been in trouble for a while."""
    look()


@every("telling.forget", timedelta(hours=6))
def forget() -> None:
    """Forget what was told long ago; what still waits stays."""
    old = Notice.objects.filter(at__lt=timezone.now() - KEPT)
    old.exclude(deliveries__due_at__isnull=False).delete()
