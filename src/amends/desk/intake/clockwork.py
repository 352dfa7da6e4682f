"""What the clock does for the intake: it reads what waits, and forgets who filled in the form."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from amends.desk.cases.models import RawMessage
from amends.desk.clock.registry import due_rows, every
from amends.desk.intake.models import FormVisit
from amends.desk.intake.reading import LEASE, read, read_together

__all__ = ["forget_visits", "read_waiting"]

_VISITS_KEPT = timedelta(days=2)


def _waiting(now: datetime) -> Q:
    return Q(state="waiting")


@due_rows("intake.read", RawMessage, _waiting, lease=LEASE, together=read_together)
def read_waiting(row: RawMessage) -> None:
    """Read one raw message."""
    read(row)


@every("intake.forget-visits", timedelta(hours=6))
def forget_visits() -> None:
    """Take away the counters of the form that no limit looks at any more."""
    FormVisit.objects.filter(at__lt=timezone.now() - _VISITS_KEPT).delete()
