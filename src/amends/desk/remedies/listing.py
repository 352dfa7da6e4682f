"""Which remedies the list shows, and what waits for somebody."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.people.authority import may
from amends.desk.people.models import Person
from amends.desk.remedies.causes import cause_words
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.services.limits import remedy_settings

__all__ = ["as_csv", "found", "waiting", "waiting_for"]

_MOST_COUNTED = 99
_MOST_ROWS = 100_000


def waiting(person: Any) -> QuerySet[Remedy]:
    """What waits for somebody's approval that is not their own, the oldest first."""
    rows = Remedy.objects.filter(state=Remedy.State.WAITING)
    return rows.exclude(proposed_by=person).exclude(asked_by=person).order_by("proposed_at", "pk")


def waiting_for(person: Any) -> int:
    """How many wait for approval by others than who asked, for those who may approve at all; 99 at most."""
    if not isinstance(getattr(person, "_wrapped", person), Person) or not may(person, "remedy.approve"):
        return 0
    return waiting(person)[:_MOST_COUNTED].count()


def found(asked: Mapping[str, Any], person: Person) -> QuerySet[Remedy]:
    """The remedies asked for, the newest first.

    Args:
        asked: Cleaned values of `forms.ListForm`.
        person: Who asks, for "mine".
    """
    rows = Remedy.objects.order_by("-proposed_at", "-pk")
    if state := asked.get("state"):
        if state == "untold":
            rows = rows.filter(state__in=[Remedy.State.DECIDED, Remedy.State.DONE], told_at=None)
        else:
            rows = rows.filter(state=state)
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    if asked.get("whose") == "mine":
        rows = rows.filter(Q(proposed_by=person) | Q(decided_by=person) | Q(doer=person))
    elif asked.get("whose") == "decide":
        rows = rows.filter(pk__in=waiting(person).values("pk"))
    if since := asked.get("since"):
        rows = rows.filter(proposed_at__date__gte=since)
    if until := asked.get("until"):
        rows = rows.filter(proposed_at__date__lte=until)
    for word in str(asked.get("q") or "").split():
        rows = rows.filter(
            Q(what__icontains=word)
            | Q(order_number__icontains=word)
            | Q(case__subject__icontains=word)
            | Q(case__customer__name__icontains=word)
            | Q(case__public_id__iexact=word)
        )
    return rows


def as_csv(rows: QuerySet[Remedy]) -> Iterable[str]:
    """Remedies as comma-separated values, line by line; amounts with a point, days as ISO 8601."""
    currency = remedy_settings().currency
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _line(
        [
            _("Case"),
            _("Customer"),
            _("Kind"),
            _("What"),
            _("What it is for"),
            _("Order number"),
            _("Cause"),
            _("State"),
            _("Amount"),
            _("Currency"),
            _("Cost (%(currency)s)") % {"currency": currency},
            _("Given"),
            _("Proposed"),
            _("Decided"),
            _("Decided by (role)"),
            _("Told"),
            _("Done"),
        ]
    )
    rows = rows.select_related("case__customer", "spending")
    for row in rows[:_MOST_ROWS].iterator(500):
        yield _line(
            [
                row.case.public_id,
                str(row.case.customer),
                row.get_kind_display(),
                row.what,
                row.for_what,
                row.order_number,
                cause_words(row.cause),
                row.get_state_display(),
                _plain(row.amount),
                row.currency,
                _plain(row.cost),
                _plain(row.paid),
                _day(row.proposed_at),
                _day(row.decided_at),
                row.spending.get_role_display() if row.spending else "",
                _day(row.told_at),
                _day(row.done_at),
            ]
        )


def _line(values: Iterable[object]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow([_harmless(str(value)) for value in values])
    return target.getvalue()


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in "=+-@\t\r" and value else value


def _plain(value: Any) -> str:
    return "" if value is None else format(value, ".2f")


def _day(moment: Any) -> str:
    return "" if moment is None else timezone.localtime(moment).date().isoformat()
