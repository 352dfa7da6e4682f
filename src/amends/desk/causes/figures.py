"""What the list of causes tells: how often, how badly, how lately, and what was done about it."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.causes.models import CaseCause, Cause, Prevention, Recurrence, Told
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting

__all__ = ["PERIODS", "Standing", "as_csv", "cases_of", "counts_at", "reckon", "reckoned_at", "standings"]

PERIODS = (90, 365, 0)
"""Days back for which figures are reckoned; 0 is all time."""
_MANY = 3_000
"""Links of cases and causes from which on the clock reckons ahead."""
_GRAVE = ("safety", "health", "vulnerable", "threat", "legal", "money")
"""The stakes in the order in which they are named."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Standing:
    """A cause with its figures.

    Attributes:
        cases: How many cases have it; `main` as their main cause.
        harm: The severities of the cases whose main cause it is, added up.
        last_seen: When the last case of it was opened.
        stakes: What was at stake, each with how often, gravest first.
        in_force, pending, overdue: Preventions that are done; that are planned or not checked; of these, late.
        told: How often it was told that it will not happen again.
        recurrences: How often it happened all the same.
    """

    cause: Cause
    cases: int = 0
    main: int = 0
    harm: int = 0
    last_seen: datetime | None = None
    stakes: list[tuple[str, int]] = field(default_factory=list)
    in_force: int = 0
    pending: int = 0
    overdue: int = 0
    told: int = 0
    recurrences: int = 0


def standings(acting: Acting, *, days: int = 0, archived: bool = False, words: str = "") -> list[Standing]:
    """The causes with their figures, those that hurt most first.

    In a house with many cases the figures of cases are those that the clock reckoned last, see `reckoned_at`.

    Args:
        acting: Who looks.
        days: Only cases opened within so many days, one of `PERIODS`; 0 for all.
        archived: The archived ones instead of those in use.
        words: Only causes whose name, now or earlier, holds this.

    Raises:
        NotAllowed: The acting one may not.
        ValueError: There is no such period.
    """
    from amends.desk.causes.services.naming import key_of

    require(acting, "cause.see")
    if days not in PERIODS:
        raise ValueError(f"not one of {PERIODS}: {days}")
    causes = Cause.objects.filter(state=Cause.State.ARCHIVED if archived else Cause.State.IN_USE)
    wanted = [
        cause
        for cause in causes
        if not (key := key_of(words))
        or key in cause.key
        or any(key in key_of(str(one["name"])) for one in cause.earlier_names)
    ]
    if reckoned_at() is None:
        live = _reckon()
        numbers = {cause.pk: live.get(cause.pk, {}).get(days, _Numbers()) for cause in wanted}
    else:
        numbers = {cause.pk: _Numbers.of_dict(cause.figures.get(str(days), {})) for cause in wanted}
    preventions: dict[int, Counter[str]] = defaultdict(Counter)
    for prevention in Prevention.objects.filter(cause__in=causes):
        kinds = [
            ("in_force", prevention.state in Prevention.IN_FORCE),
            ("pending", prevention.state in Prevention.PENDING),
            ("overdue", prevention.is_overdue),
        ]
        preventions[prevention.cause_id].update(kind for kind, holds in kinds if holds)
    told = _by_cause(Told.objects.filter(cause__in=causes))
    again = Recurrence.objects.filter(cause__in=causes).exclude(state=Recurrence.State.WITHDRAWN)
    again = again.exclude(case__state=Case.State.SET_ASIDE)
    if days:
        again = again.filter(case__created_at__gte=timezone.now() - timedelta(days=days))
    recurrences = _by_cause(again)
    found = []
    for cause in wanted:
        row = numbers[cause.pk]
        counts = preventions[cause.pk]
        stakes = [(stake, row.stakes[stake]) for stake in _GRAVE if row.stakes.get(stake)]
        found.append(
            Standing(
                cause,
                row.cases,
                row.main,
                row.harm,
                row.last_seen,
                stakes,
                counts["in_force"],
                counts["pending"],
                counts["overdue"],
                told.get(cause.pk, 0),
                recurrences.get(cause.pk, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.harm, -one.cases, one.cause.name))


def reckoned_at() -> datetime | None:
    """When the clock reckoned the figures that the list shows; None when they are reckoned as one looks."""
    last: datetime | None = Cause.objects.aggregate(at=Max("figured_at"))["at"]
    return last


def reckon() -> bool:
    """Reckon the figures of all causes, for a house in which that takes too long for a page; the clock calls it.

    Returns:
        Whether there are so many cases that it was done.
    """
    if CaseCause.objects.filter(until=None).count() <= _MANY:
        Cause.objects.filter(figured_at__isnull=False).update(figures={}, figured_at=None)
        return False
    found = _reckon()
    now = timezone.now()
    for key in Cause.objects.exclude(state=Cause.State.MERGED).values_list("pk", flat=True):
        figures = {str(days): numbers.to_dict() for days, numbers in found.get(key, {}).items()}
        # Not through `save`: nobody's name or notes are to be overwritten by a number.
        Cause.objects.filter(pk=key).update(figures=figures, figured_at=now)
    return True


def counts_at(moment: datetime) -> dict[int, int]:
    """How many cases each cause had at a moment, by the names of then: what was put together later still stands apart.

    Args:
        moment: Aware.

    Returns:
        Number of each cause that had any to how many.
    """
    then = CaseCause.objects.filter(since__lte=moment).filter(Q(until=None) | Q(until__gt=moment))
    rows = then.order_by().values("cause").annotate(count=Count("case", distinct=True))
    return {row["cause"]: row["count"] for row in rows}


def cases_of(cause: Cause) -> QuerySet[CaseCause]:
    """The cases that have a cause now, the latest first, with their customers."""
    links = CaseCause.objects.filter(cause=cause, until=None).select_related("case__customer", "case__recurrence")
    return links.order_by("-case__created_at", "-pk")


def as_csv(rows: Iterable[Standing]) -> Iterator[str]:
    """The list as CSV, line by line, names of columns first."""
    yield _line(
        [
            _("Cause"),
            _("Earlier names"),
            _("Cases"),
            _("As the main cause"),
            _("Harm"),
            _("Stakes"),
            _("Last seen"),
            _("Preventions in force"),
            _("Preventions pending"),
            _("Overdue"),
            _("Told that it will not happen again"),
            _("Recurrences"),
        ]
    )
    for row in rows:
        earlier = "; ".join(str(one["name"]) for one in row.cause.earlier_names)
        yield _line(
            [
                row.cause.name,
                earlier,
                row.cases,
                row.main,
                row.harm,
                "; ".join(f"{stake} {count}" for stake, count in row.stakes),
                row.last_seen.isoformat(timespec="seconds") if row.last_seen else "",
                row.in_force,
                row.pending,
                row.overdue,
                row.told,
                row.recurrences,
            ]
        )


def _line(values: Iterable[object]) -> str:
    target = StringIO()
    csv.writer(target).writerow([_harmless(value) for value in values])
    return target.getvalue()


def _harmless(value: object) -> object:
    """A text that a table would take for a formula is marked as a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@dataclass(slots=True)
class _Numbers:
    """The figures of the cases of one cause within a period."""

    cases: int = 0
    main: int = 0
    harm: int = 0
    last_seen: datetime | None = None
    stakes: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        last = self.last_seen.isoformat() if self.last_seen else ""
        return {"c": self.cases, "m": self.main, "h": self.harm, "l": last, "s": dict(self.stakes)}

    @classmethod
    def of_dict(cls, data: Mapping[str, Any]) -> "_Numbers":
        if not data:
            return cls()
        last = datetime.fromisoformat(data["l"]) if data["l"] else None
        return cls(data["c"], data["m"], data["h"], last, Counter(data["s"]))


def _reckon() -> dict[int, dict[int, _Numbers]]:
    """The figures of every cause and period, in one pass over the links."""
    found: dict[int, dict[int, _Numbers]] = defaultdict(lambda: {days: _Numbers() for days in PERIODS})
    now = timezone.now()
    begins = {days: now - timedelta(days=days) for days in PERIODS if days}
    links = CaseCause.objects.filter(until=None).exclude(case__state=Case.State.SET_ASIDE).order_by()
    rows = links.values_list("cause", "main", "case__severity", "case__stakes", "case__created_at")
    for cause, main, severity, stakes, opened in rows.iterator(chunk_size=5_000):
        for days, numbers in found[cause].items():
            if days and opened < begins[days]:
                continue
            numbers.cases += 1
            numbers.main += main
            numbers.harm += severity if main else 0
            if numbers.last_seen is None or opened > numbers.last_seen:
                numbers.last_seen = opened
            if stakes:
                numbers.stakes.update(map(str, stakes))
    return found


def _by_cause(rows: QuerySet[Told] | QuerySet[Recurrence]) -> dict[int, int]:
    counted = rows.order_by().values(key=F("cause")).annotate(count=Count("pk"))
    return {row["key"]: row["count"] for row in counted}
