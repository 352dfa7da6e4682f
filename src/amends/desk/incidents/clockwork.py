"""What the clock does for incidents: notes, mail to subscribers, promises to many, and a look at the volume."""

from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.clock.registry import due_rows, every
from amends.desk.incidents.models import Sending
from amends.desk.incidents.services import sending, subscribing, suspecting
from amends.desk.people.roles import CLOCK

__all__ = ["carry_over", "forget", "mail_updates", "notes", "suspect"]


def _due(now: datetime) -> Q:
    return Q(look_at__isnull=False, look_at__lte=now)


@due_rows("incidents.notes", Sending, _due, lease=timedelta(minutes=2), order=("look_at", "pk"))
def notes(row: Sending) -> None:
    """Check, hand over and write back some notes of one incident."""
    sending.look_at(row)


@every("incidents.carry-over", timedelta(seconds=30))
def carry_over() -> None:
    """Write to each person's promise what became of the one that stands for all."""
    sending.carry_over()


@every("incidents.mail-updates", timedelta(seconds=5))
def mail_updates() -> None:
    """Queue mail about updates to subscribers."""
    subscribing.mail_some()


@every("incidents.suspect", timedelta(minutes=15))
def suspect() -> None:
    """Look whether more complaints come in than that time of the week has seen."""
    suspecting.look(CLOCK)


@every("incidents.forget", timedelta(hours=1))
def forget() -> None:
    """Forget who asked for updates and never said yes."""
    subscribing.forget_unconfirmed()
