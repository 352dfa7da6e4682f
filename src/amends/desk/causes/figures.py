"""What the list of causes tells: how often, how badly, how lately, and what was done about it."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from typing import TypeVar

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.causes.models import CaseCause, Cause, Prevention, Recurrence, Told
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting

__all__ = ["Standing", "as_csv", "cases_of", "counts_at", "standings"]

Row = TypeVar("Row", CaseCause, Recurrence)

_GRAVE = ("safety", "health", "vulnerable", "threat", "legal", "money")
"""The stakes in the order in which they are named."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STAKES_READ = 5_000


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


def standings(
    acting: Acting, *, since: datetime | None = None, archived: bool = False, words: str = ""
) -> list[Standing]:
    """The causes with their figures, those that hurt most first.

    Args:
        acting: Who looks.
        since: Only cases opened after this moment.
        archived: The archived ones instead of those in use.
        words: Only causes whose name, now or earlier, holds this.

    Raises:
        NotAllowed: The acting one may not.
    """
    from amends.desk.causes.services.naming import key_of

    require(acting, "cause.see")
    causes = Cause.objects.filter(state=Cause.State.ARCHIVED if archived else Cause.State.IN_USE)
    wanted = [
        cause
        for cause in causes
        if not (key := key_of(words))
        or key in cause.key
        or any(key in key_of(str(one["name"])) for one in cause.earlier_names)
    ]
    links = _counted(CaseCause.objects.filter(until=None, cause__in=causes), since)
    counted = {
        row["cause"]: row
        for row in links.order_by()
        .values("cause")
        .annotate(
            cases=Count("pk"),
            mains=Count("pk", filter=Q(main=True)),
            harm=Sum("case__severity", filter=Q(main=True)),
            last_seen=Max("case__created_at"),
        )
    }
    stakes = _stakes(links)
    preventions: dict[int, Counter[str]] = defaultdict(Counter)
    for row in Prevention.objects.filter(cause__in=causes):
        kinds = [("in_force", row.state in Prevention.IN_FORCE), ("pending", row.state in Prevention.PENDING)]
        kinds.append(("overdue", row.is_overdue))
        preventions[row.cause_id].update(kind for kind, holds in kinds if holds)
    told = _by_cause(Told.objects.filter(cause__in=causes), Q())
    again = _by_cause(_counted(Recurrence.objects.filter(cause__in=causes), since), ~Q(state="withdrawn"))
    found = []
    for cause in wanted:
        row = counted.get(cause.pk, {})
        found.append(
            Standing(
                cause,
                row.get("cases", 0),
                row.get("mains", 0),
                row.get("harm") or 0,
                row.get("last_seen"),
                stakes.get(cause.pk, []),
                preventions[cause.pk]["in_force"],
                preventions[cause.pk]["pending"],
                preventions[cause.pk]["overdue"],
                told.get(cause.pk, 0),
                again.get(cause.pk, 0),
            )
        )
    return sorted(found, key=lambda one: (-one.harm, -one.cases, one.cause.name))


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


def _counted(rows: "QuerySet[Row]", since: datetime | None) -> "QuerySet[Row]":
    rows = rows.exclude(case__state=Case.State.SET_ASIDE)
    return rows.filter(case__created_at__gte=since) if since is not None else rows


def _by_cause(rows: QuerySet[Told] | QuerySet[Recurrence], condition: Q) -> dict[int, int]:
    counted = rows.filter(condition).order_by().values(key=F("cause")).annotate(count=Count("pk"))
    return {row["key"]: row["count"] for row in counted}


def _stakes(links: QuerySet[CaseCause]) -> dict[int, list[tuple[str, int]]]:
    """What was at stake in the latest cases of each cause."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    grave = links.exclude(case__stakes=[]).order_by("-case__created_at")
    for cause, stakes in grave.values_list("cause", "case__stakes")[:_STAKES_READ]:
        found[cause].update(str(stake) for stake in stakes)
    return {cause: [(stake, counts[stake]) for stake in _GRAVE if counts[stake]] for cause, counts in found.items()}
