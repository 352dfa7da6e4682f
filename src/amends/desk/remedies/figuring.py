"""What remedies tell the room of figures: what was given, beside the customers who say that it is right now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amends.desk.insight import sources
from amends.desk.insight.sources import Chart, Column, Columns, Figure, Series, Source
from amends.desk.insight.subjects import few, grouped
from amends.desk.insight.summaries import Asked, Tally
from amends.desk.insight.wording import month_words_short
from amends.desk.remedies.models import Remedy

__all__ = ["register"]

_GIVEN = (Remedy.State.DECIDED, Remedy.State.TOLD, Remedy.State.DONE)


def register() -> None:
    """Have remedies counted, and a page of them."""
    sources.count("remedies", _counted)
    sources.register(
        Source(
            "remedies",
            gettext_lazy("Remedies and customers kept"),
            _figures,
            gettext_lazy("Cases in which something made it good, and how many of those customers say it is right."),
            order=75,
        )
    )


def _counted(cases: Sequence[int]) -> Iterable[tuple[int, datetime, Mapping[str, int]]]:
    rows = Remedy.objects.filter(case__in=cases, state__in=_GIVEN, decided_at__isnull=False).order_by("decided_at")
    seen: set[int] = set()
    for case, moment, cost, recovered in rows.values_list("case_id", "decided_at", "cost", "case__recovered_at"):
        if moment is None:
            continue
        counts = {"remedies": 1, "remedy_cents": int(100 * (cost or 0))}
        if case not in seen:
            seen.add(case)
            counts |= {"remedied": 1, "remedied_right": int(recovered is not None)}
        yield case, moment, counts


def _figures(asked: Asked) -> Iterator[Figure]:
    columns = [
        Column(_("Remedies"), "remedies"),
        Column(_("What they cost"), "cost", "number"),
        Column(_("Cases with one"), "cases_with_remedy"),
        Column(_("Right now, say these customers"), "right_percent", "percent"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        number = tally["remedied"]
        share = few(tally.share("remedied_right", "remedied"), number)
        return tally["remedies"], tally["remedy_cents"] / 100, number, share

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        right = [tally["remedied_right"] for tally in tallies.values()]
        others = [tally["remedied"] - tally["remedied_right"] for tally in tallies.values()]
        series = (Series(_("right now"), right, "good"), Series(_("not yet, or silent"), others, "plain"))
        return Columns([month_words_short(month, len(tallies)) for month in tallies], series)

    return grouped(asked, columns, cells, chart)
