"""What the clock does for channels: it looks, reads what was heard, and posts answers."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from amends.desk.channels import services
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.clock.registry import due_rows, every

__all__ = ["KEPT", "forget", "look", "post", "read"]

KEPT = timedelta(days=90)
"""How long bytes are kept that belong to no case."""


def _to_look_at(now: datetime) -> Q:
    return Q(on=True, removed_at=None, look_at__lte=now)


def _to_read(now: datetime) -> Q:
    return Q(state="waiting")


def _to_post(now: datetime) -> Q:
    return Q(state="waiting", post_at__lte=now)


@due_rows("channels.look", Channel, _to_look_at, lease=timedelta(minutes=5), order=("look_at", "pk"))
def look(channel: Channel) -> None:
    """Look into one channel."""
    services.look(channel)


@due_rows("channels.read", HeardItem, _to_read, lease=timedelta(minutes=5))
def read(item: HeardItem) -> None:
    """Read one thing that was heard."""
    services.read(item)


@due_rows("channels.post", Answer, _to_post, lease=timedelta(minutes=5), order=("post_at", "pk"))
def post(answer: Answer) -> None:
    """Post one answer."""
    services.post(answer)


@every("channels.forget", timedelta(hours=12))
def forget() -> None:
    """Forget the bytes of what belongs to no case; the ids stay, so that nothing is taken in again."""
    old = HeardItem.objects.filter(case=None, came_at__lt=timezone.now() - KEPT).exclude(state="waiting")
    old.exclude(content=b"").update(content=b"")
