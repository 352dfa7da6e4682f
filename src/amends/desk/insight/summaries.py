"""Reading what is summed up: of which months, teams, ways and languages, and grouped by one of them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from amends.desk.house.services import house
from amends.desk.insight.models import Progress, Scope, Summary
from amends.desk.insight.reckoning import TIMES

__all__ = ["GROUPS", "Asked", "Group", "Quartiles", "Tally", "first_month", "months_between", "this_month", "when_made"]

Group = Literal["month", "team", "channel", "language"]
GROUPS: tuple[Group, ...] = ("month", "team", "channel", "language")
_KEYS = ("first", "team_number", "channel", "language")
_PLACES: Mapping[Group, int] = {"month": 0, "team": 1, "channel": 2, "language": 3}

MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A quarter of the values lies below `low`, half below `middle`, three quarters below `high`; seconds.

    Between two values it goes along the line that joins them (Hyndman and Fan 1996, definition 7).
    """

    low: float
    middle: float
    high: float


class Tally:
    """Sums of counts, and seconds of each case.

    Attributes:
        counts: How many of what, see `facts`.
    """

    def __init__(self, seconds: Callable[[str], bytes] | None = None) -> None:
        """Make an empty one; `seconds` fetches the seconds of a name of `TIMES` when they are asked for."""
        self.counts: Counter[str] = Counter()
        self._seconds = seconds

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of one summary."""
        for name, amount in counts.items():
            self.counts[name] += amount

    def quartiles(self, name: str) -> Quartiles | None:
        """Of the seconds; None when there are none."""
        import numpy

        content = self._seconds(name) if self._seconds else b""
        if not content:
            return None
        found = numpy.percentile(numpy.frombuffer(content, dtype="<u4"), (25, 50, 75))
        return Quartiles(*(float(one) for one in found))

    def share(self, name: str, of: str) -> float | None:
        """How many of a hundred; None when there are none."""
        return 100 * self.counts[name] / self.counts[of] if self.counts[of] else None


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see.

    Attributes:
        first, last: First days of the first and the last month.
        team: Key of a team; 0 for cases of no team; None for all.
        channel, language: Values of `Case`; None for all.
    """

    first: date
    last: date
    team: int | None = None
    channel: str | None = None
    language: str | None = None
    _tallies: dict[str, dict[Any, Tally]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _read: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _fetched: dict[tuple[str, str], dict[Any, bytes]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def months(self) -> list[date]:
        """The first days of the months, in order."""
        return months_between(self.first, self.last)

    @property
    def begin(self) -> datetime:
        """The first moment, in the house's time zone."""
        return _start(self.first)

    @property
    def end(self) -> datetime:
        """The moment after the last one."""
        return _start(_after(self.last))

    @cached_property
    def total(self) -> Tally:
        """All of it together."""
        total = Tally(lambda name: b"".join(self._seconds("month", name).values()))
        for tally in self.by("month").values():
            total.add(tally.counts)
        return total

    def by(self, group: Group) -> dict[Any, Tally]:
        """By month (in order, none left out), team (key, 0 for none), way or language."""
        if group not in self._tallies:
            found: dict[Any, Tally] = {}
            if group == "month":
                found = {month: self._tally(group, month) for month in self.months}
            for row in self._counted(self._scope(group)):
                key = row[_PLACES[group]]
                if key not in found:
                    found[key] = self._tally(group, key)
                found[key].add(row[-1])
            self._tallies[group] = found
        return self._tallies[group]

    def _tally(self, group: Group, key: Any) -> Tally:
        return Tally(lambda name: self._seconds(group, name).get(key, b""))

    def _seconds(self, group: Group, name: str) -> dict[Any, bytes]:
        """The seconds of all of a group, fetched once, and none that nobody asked for."""
        if name not in TIMES:
            raise KeyError(name)
        if (group, name) not in self._fetched:
            parts: dict[Any, list[bytes]] = {}
            for key, content in self._rows(self._scope(group)).values_list(_KEYS[_PLACES[group]], name):
                parts.setdefault(key, []).append(bytes(content))
            self._fetched[group, name] = {key: b"".join(some) for key, some in parts.items()}
        return self._fetched[group, name]

    def _scope(self, group: Group) -> str:
        """What the fewest summaries are called that tell a group apart, and what is asked for."""
        needed = {scope for scope, _name, value in self._narrowed() if value is not None}
        if group != "month":
            needed.add(group)
        return Scope.ALL.value if not needed else needed.pop() if len(needed) == 1 else Scope.CELL.value

    def _narrowed(self) -> tuple[tuple[str, str, int | str | None], ...]:
        return (
            (Scope.TEAM.value, "team_number", self.team),
            (Scope.CHANNEL.value, "channel", self.channel),
            (Scope.LANGUAGE.value, "language", self.language),
        )

    def _rows(self, scope: str) -> QuerySet[Summary]:
        values = {name: value for _scope, name, value in self._narrowed() if value is not None}
        rows = Summary.objects.filter(scope=scope, first__gte=self.first, first__lte=self.last, **values)
        return rows.order_by("first")

    def _counted(self, scope: str) -> list[tuple[Any, ...]]:
        """The counts of all of a scope, read once: month, team, way, language, counts."""
        if scope not in self._read:
            self._read[scope] = list(self._rows(scope).values_list(*_KEYS, "counts"))
        return self._read[scope]


def months_between(first: date, last: date) -> list[date]:
    """The first days of these months, the last one in."""
    begin, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(begin, end + 1)]


def this_month() -> date:
    """The first day of the month that it is now in the house."""
    return timezone.now().astimezone(ZoneInfo(house().time_zone)).date().replace(day=1)


def first_month() -> date | None:
    """The first month of which anything is known."""
    return Summary.objects.filter(scope=Scope.ALL).order_by("first").values_list("first", flat=True).first()


def when_made() -> Progress | None:
    """How far it is reckoned; None when the clock has not begun."""
    return Progress.objects.filter(pk=1).first()


def _start(first: date) -> datetime:
    return datetime.combine(first, datetime.min.time(), ZoneInfo(house().time_zone))


def _after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
