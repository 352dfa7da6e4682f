"""What causes tell the room of figures, and the remedies: recurrences, and which cause a case has."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amends.desk.cases.models import Case
from amends.desk.causes.models import Cause, Recurrence
from amends.desk.causes.services import living, main_cause_of
from amends.desk.insight import sources
from amends.desk.insight.sources import Chart, Column, Columns, Figure, Series, Source
from amends.desk.insight.subjects import few, grouped
from amends.desk.insight.summaries import Asked, Tally
from amends.desk.insight.wording import month_words_short
from amends.desk.remedies.causes import CauseLookup

__all__ = ["LOOKUP", "register"]


def register() -> None:
    """Have recurrences counted, and a page of them."""
    sources.count("causes", _counted)
    sources.register(
        Source(
            "recurrences",
            gettext_lazy("What came back"),
            _figures,
            gettext_lazy("Cases of a cause of which a customer had been told before that it will not happen again."),
            order=65,
        )
    )


def _counted(cases: Sequence[int]) -> Iterable[tuple[int, datetime, Mapping[str, int]]]:
    rows = Recurrence.objects.filter(case__in=cases).exclude(state=Recurrence.State.WITHDRAWN)
    for case, moment in rows.values_list("case_id", "raised_at"):
        yield case, moment, {"recurrences": 1}


def _figures(asked: Asked) -> Iterator[Figure]:
    columns = [
        Column(_("Cases"), "cases"),
        Column(_("Came back"), "recurrences"),
        Column(_("Of all cases"), "recurrences_percent", "percent"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        return tally["cases"], tally["recurrences"], few(tally.share("recurrences", "cases"), tally["cases"])

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        values = [tally["recurrences"] for tally in tallies.values()]
        labels = [month_words_short(month, len(tallies)) for month in tallies]
        return Columns(labels, (Series(_("came back"), values, "bad"),))

    return grouped(asked, columns, cells, chart)


def _of_case(case: Case) -> str:
    cause = main_cause_of(case)
    return str(cause.pk) if cause else ""


def _words(key: str) -> str:
    cause = Cause.objects.filter(pk=key).first() if key.isdigit() else None
    return str(living(cause)) if cause else ""


def _same(key: str) -> Collection[str]:
    cause = Cause.objects.filter(pk=key).first() if key.isdigit() else None
    if cause is None:
        return (key,)
    found = {living(cause).pk}
    ahead = set(found)
    while ahead:
        ahead = set(Cause.objects.filter(merged_into__in=ahead).values_list("pk", flat=True)) - found
        found |= ahead
    return tuple(str(number) for number in found)


LOOKUP = CauseLookup(_of_case, _words, _same)
"""Causes as the limits of remedies know them: by their numbers, those that were put together as one."""
