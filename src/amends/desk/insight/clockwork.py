"""What the clock does for insight: it takes up what changed, makes months anew, and writes the monthly letters."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.clock.registry import due_rows, every
from amends.desk.insight import letters, reckoning
from amends.desk.insight.models import Month
from amends.desk.people.roles import CLOCK

__all__ = ["make_month", "take_up", "write_letters"]


def _stale(now: datetime) -> Q:
    return Q(stale_since__isnull=False)


@every("insight.take-up", timedelta(minutes=1))
def take_up() -> None:
    """Take up what changed."""
    reckoning.refresh()


@due_rows("insight.month", Month, _stale, order=("-first",))
def make_month(month: Month) -> None:
    """Make the summaries of one month anew."""
    reckoning.make_month(month)


@every("insight.letters", timedelta(minutes=20))
def write_letters() -> None:
    """Write the letters of last month."""
    letters.write_due(CLOCK)
