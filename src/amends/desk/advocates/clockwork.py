"""What the clock does for advocates: it finds who might be asked, and reminds of thanks."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.advocates import services
from amends.desk.advocates.models import Advocate
from amends.desk.advocates.reminding import look_at
from amends.desk.clock.registry import due_rows, every
from amends.desk.people.roles import CLOCK

__all__ = ["find", "remind"]


def _due(now: datetime) -> Q:
    return Q(look_at__isnull=False, look_at__lte=now)


@every("advocates.find", timedelta(minutes=10))
def find() -> None:
    """Find who might be asked; drop whoever may not be asked any more; wake whose quiet time is over."""
    services.drop_barred(CLOCK)
    services.wake(CLOCK)
    services.find_recovered(CLOCK)
    services.find_praise(CLOCK)


@due_rows("advocates.thank", Advocate, _due, order=("look_at", "pk"))
def remind(row: Advocate) -> None:
    """Remind of one advocate whom we have not thanked for a while."""
    look_at(row)
