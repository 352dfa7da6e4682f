"""How many promises were kept in time: of a person, of the house, of teams, by month.

What counts is every promise whose moment has passed and from which the customer did not release us. A promise that is
open beyond its moment counts as not kept, so that nothing looks better for being left open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from amends.desk.house.services import house
from amends.desk.ledger.models import Promise
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person, Team
from amends.desk.people.roles import Acting

__all__ = ["Rate", "by_month", "of_everybody", "of_people", "of_person", "of_teams"]


@dataclass(frozen=True, slots=True)
class Rate:
    """What became of promises whose moment has passed.

    Attributes:
        in_time, late, not_kept: How many.
    """

    in_time: int = 0
    late: int = 0
    not_kept: int = 0

    @property
    def all(self) -> int:
        """How many there are."""
        return self.in_time + self.late + self.not_kept

    @property
    def percent(self) -> int | None:
        """Kept in time, of a hundred, rounded down so that only all of them are 100; None when there are none."""
        return self.in_time * 100 // self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Month:
    """The rate of one month; `first` is its first day."""

    first: date
    rate: Rate


def of_everybody(acting: Acting, since: datetime) -> Rate:
    """The rate of the house.

    Raises:
        NotAllowed: The acting one may not see promises.
    """
    require(acting, "promise.see")
    return _rate(_counted(since))


def of_person(acting: Acting, person: Person, since: datetime) -> Rate:
    """The rate of one person: their own affair, and that of leads.

    Raises:
        NotAllowed: It is somebody else's.
    """
    require(acting, "promise.see" if acting == person else "promise.see-rates")
    return _rate(_counted(since).filter(owner=person))


def of_people(acting: Acting, since: datetime) -> list[tuple[Person, Rate]]:
    """The rates that the acting one may see, in the order of names: it is no ranking."""
    require(acting, "promise.see")
    people = Person.objects.filter(promises__isnull=False).distinct().order_by("name", "pk")
    if not may(acting, "promise.see-rates"):
        people = people.filter(pk=acting.pk) if isinstance(acting, Person) else people.none()
    found = _by_key(_counted(since).filter(owner__in=people), "owner")
    return [(person, found[person.pk]) for person in people if person.pk in found]


def of_teams(acting: Acting, since: datetime) -> list[tuple[Team, Rate]]:
    """The rates of teams, by the team of each promise's owner, in the order of names.

    Raises:
        NotAllowed: The acting one may not see promises.
    """
    require(acting, "promise.see")
    found = _by_key(_counted(since).filter(owner__team__isnull=False), "owner__team")
    return [(team, found[team.pk]) for team in Team.objects.all() if team.pk in found]


def by_month(acting: Acting, months: Iterable[date], person: Person | None = None) -> list[Month]:
    """The rate of each month by the house's calendar.

    Args:
        acting: Who looks.
        months: First days of months, in order.
        person: Of whom; the house if not given.

    Raises:
        NotAllowed: It is somebody else's.
    """
    require(acting, "promise.see" if person is None or acting == person else "promise.see-rates")
    zone = ZoneInfo(house().time_zone)
    firsts = list(months)
    if not firsts:
        return []
    promises = _counted(datetime.combine(firsts[0], datetime.min.time(), zone))
    if person is not None:
        promises = promises.filter(owner=person)
    promises = promises.annotate(month=TruncMonth("due_at", tzinfo=zone)).order_by()
    found = {row["month"].date(): _of_row(row) for row in promises.values("month").annotate(**_COUNTS)}
    return [Month(first, found.get(first, Rate())) for first in firsts]


_COUNTS = {
    "in_time": Count("pk", filter=Q(state=Promise.State.KEPT)),
    "late": Count("pk", filter=Q(state=Promise.State.LATE)),
    "not_kept": Count("pk", filter=Q(state__in=[Promise.State.BROKEN, Promise.State.OPEN])),
}


def _counted(since: datetime) -> QuerySet[Promise]:
    # What was kept ahead of its moment counts when the moment comes, as everything else does.
    return Promise.objects.filter(due_at__gte=since, due_at__lt=timezone.now()).exclude(state=Promise.State.RELEASED)


def _rate(promises: QuerySet[Promise]) -> Rate:
    return Rate(**promises.aggregate(**_COUNTS))


def _by_key(promises: QuerySet[Promise], key: str) -> dict[int, Rate]:
    return {row[key]: _of_row(row) for row in promises.order_by().values(key).annotate(**_COUNTS)}


def _of_row(row: dict[str, int]) -> Rate:
    return Rate(row["in_time"], row["late"], row["not_kept"])
