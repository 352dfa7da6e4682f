"""Advocates by month, for "How are we doing"."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Consent, Thanks
from amends.desk.insight.sources import Column, Columns, Figure, Series
from amends.desk.insight.summaries import Asked
from amends.desk.insight.wording import month_words, month_words_short

__all__ = ["figures"]


def figures(asked: Asked) -> Iterator[Figure]:
    """How many were asked, agreed, took it back, were thanked. They hang on no case: of the whole house always."""
    months = asked.months
    steps = {step: _by_month(Consent, months, step=step) for step in ("asked", "agreed", "declined", "withdrawn")}
    thanked = _by_month(Thanks, months)
    rows = [(month_words(month), *(steps[step][month] for step in steps), thanked[month]) for month in months]
    labels = [month_words_short(month, len(months)) for month in months]
    columns = [
        Column(_("Month"), "month", "text"),
        Column(_("Asked"), "asked"),
        Column(_("Agreed"), "agreed"),
        Column(_("Would rather not"), "declined"),
        Column(_("Took it back"), "withdrawn"),
        Column(_("Thanked"), "thanked"),
    ]
    chart = Columns(
        labels,
        [
            Series(_("Agreed"), [steps["agreed"][month] for month in months], "good"),
            Series(_("Thanked"), [thanked[month] for month in months]),
        ],
    )
    keys = [month.isoformat()[:7] for month in months]
    yield Figure(_("By month"), columns, rows, chart, name="month", keys=keys)


def _by_month(model: type[Model], months: list[date], **more: Any) -> Counter[date]:
    last = months[-1]
    end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    days = model._default_manager.filter(day__gte=months[0], day__lt=end, **more).values_list("day", flat=True)
    return Counter(day.replace(day=1) for day in days)
