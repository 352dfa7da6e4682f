"""What the clock does for telling: it sends what is due, way by way, looks whether a channel is in trouble, and forgets
what is long over.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.telling.models import Delivery, Notice, Way
from amends.desk.telling.services import send_due
from amends.desk.telling.trouble import look

__all__ = ["KEPT", "forget", "send", "trouble"]

KEPT = timedelta(days=90)
"""How long it is remembered that something was told."""


def _due(now: datetime) -> Q:
    waiting = Delivery.objects.filter(way=OuterRef("pk"), due_at__lte=now)
    free = Q(paused_until=None) | Q(paused_until__lte=now)
    return Q(Exists(waiting), state=Way.State.ON) & free


@due_rows("telling.send", Way, _due, lease=timedelta(minutes=5))
def send(way: Way) -> None:
    """Send what is due on one way."""
    send_due(way)
    # What is left over, as the time for one turn was up, is taken in the next look.
    Way.objects.filter(pk=way.pk).update(lease_until=None)


@every("telling.trouble", timedelta(minutes=10))
def trouble() -> None:
    """Tell of channels that have been in trouble for a while."""
    look()


@every("telling.forget", timedelta(hours=6))
def forget() -> None:
    """Forget what was told long ago; what still waits stays."""
    old = Notice.objects.filter(at__lt=timezone.now() - KEPT)
    old.exclude(deliveries__due_at__isnull=False).delete()
