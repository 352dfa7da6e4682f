"""What the clock does for people: old sessions and failures are forgotten."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from amends.desk.clock.registry import every
from amends.desk.people.signing_in import sweep

__all__ = ["forget_old_sessions"]


@every("people.sweep", timedelta(hours=1))
def forget_old_sessions() -> None:
    """Forget sessions that have ended and failures that no longer count."""
    sweep()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
