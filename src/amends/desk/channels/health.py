"""Which channels have heard nothing for long, for those who look after them."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from amends.desk.channels.models import Channel
from amends.desk.telling.trouble import Trouble

__all__ = ["channels_in_trouble"]

_PATIENCE = timedelta(hours=3)
"""Other people's servers rest now and then; what is over within this time is nobody's business."""


def channels_in_trouble() -> Iterator[Trouble]:
    """Each channel that is switched on and has not been heard for hours."""
    failing = Channel.objects.filter(on=True, removed_at=None, failing_since__lt=timezone.now() - _PATIENCE)
    for channel in failing:
        yield Trouble(
            f"channel {channel.pk}",
            channel.name,
            channel.failing_since or timezone.now(),
            f"{channel.last_trouble} {channel.what_to_do}".strip,
            reverse("channels:channel", args=[channel.public_id]),
        )
