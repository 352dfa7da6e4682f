"""What the board and the list of promises show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.ledger.models import Promise, WordOwed
from amends.desk.people.models import Person

__all__ = ["WHOSE", "Column", "board", "listed", "whose"]

WHOSE = ("mine", "team", "all")
_MOST = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One part of the board.

    Attributes:
        key: "overdue", "today", "week", "later", "undated" or "kept".
        title: For people.
        promises: At most sixty; `more` says whether there are others.
    """

    key: str
    title: str
    promises: list[Promise]
    more: bool


def whose(person: Person, asked: str) -> str:
    """Whose promises are shown: as asked, else one's own, and everybody's for leads and the owner."""
    if asked in WHOSE and (asked != "team" or person.team_id is not None):
        return asked
    return "all" if person.role in ("owner", "lead") else "mine"


def board(person: Person, of: str, now: datetime) -> tuple[list[Column], list[WordOwed]]:
    """The parts of the board, and the words to customers that are owed.

    Args:
        person: Who looks.
        of: "mine", "team" or "all".
        now: The moment, aware; days are those of the active time zone.

    What was promised to many alike is one line: the promise that stands for its bundle.
    """
    promises = _of(Promise.objects.filter(bundle="").select_related("case__customer", "owner"), person, of, "")
    still_open = promises.filter(state=Promise.State.OPEN)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow, week = today + timedelta(days=1), today + timedelta(days=8)
    parts = [
        ("overdue", _("Overdue"), still_open.filter(due_at__lt=now)),
        ("today", _("Due today"), still_open.filter(due_at__gte=now, due_at__lt=tomorrow)),
        ("week", _("Within a week"), still_open.filter(due_at__gte=max(now, tomorrow), due_at__lt=week)),
        ("later", _("Later"), still_open.filter(due_at__gte=week)),
        ("undated", _("No day named"), still_open.filter(due_at=None)),
        (
            "kept",
            _("Kept in the last seven days"),
            promises.filter(
                state__in=[Promise.State.KEPT, Promise.State.LATE], settled_at__gte=now - timedelta(days=7)
            ).order_by("-settled_at"),
        ),
    ]
    columns = []
    for key, title, rows in parts:
        found = list(rows[: _MOST + 1])
        columns.append(Column(key, title, found[:_MOST], len(found) > _MOST))
    words = _of(WordOwed.objects.filter(done_at=None), person, of, "promise__")
    return columns, list(words.select_related("promise__case__customer", "promise__owner")[:_MOST])


def listed(asked: Mapping[str, Any], now: datetime) -> QuerySet[Promise]:
    """The promises of the list.

    Args:
        asked: Cleaned values of `ListForm`.
        now: The moment, aware.
    """
    promises = Promise.objects.select_related("case__customer", "owner")
    if words := asked.get("q"):
        for word in words.split()[:8]:
            promises = promises.filter(
                Q(act__icontains=word) | Q(case__customer__name__icontains=word) | Q(case__subject__icontains=word)
            )
    state = asked.get("state")
    if state == "overdue":
        promises = promises.filter(state=Promise.State.OPEN, due_at__lt=now)
    elif state:
        promises = promises.filter(state=state)
    if owner := asked.get("owner"):
        promises = promises.filter(owner=owner)
    zone = timezone.get_current_timezone()
    if since := asked.get("since"):
        promises = promises.filter(due_at__gte=datetime.combine(since, datetime.min.time(), zone))
    if until := asked.get("until"):
        promises = promises.filter(due_at__lt=datetime.combine(until + timedelta(days=1), datetime.min.time(), zone))
    return promises.order_by(F("due_at").desc(nulls_last=True), "-pk")


def _of(rows: QuerySet[Any], person: Person, of: str, prefix: str) -> QuerySet[Any]:
    if of == "mine":
        return rows.filter(**{f"{prefix}owner": person})
    if of == "team":
        return rows.filter(Q(**{f"{prefix}owner__team": person.team}) | Q(**{f"{prefix}case__team": person.team}))
    return rows
