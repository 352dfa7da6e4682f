"""Where the money for remedies goes."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from amends.desk.pages.asking import acting
from amends.desk.people.authority import require
from amends.desk.remedies import report
from amends.messages import RIGHT_TO_LEFT

__all__ = ["budget"]


@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """One month: by kind, cause and role, against customers kept; and the months before."""
    person = acting(request)
    require(person, "remedy.see-budget")
    firsts = report.months(timezone.now())
    chosen = _chosen(request.GET.get("month", ""), firsts)
    totals = report.by_month(person, firsts)
    context = {
        "firsts": list(reversed(firsts)),
        "chosen": chosen,
        "months": totals,
        "chart": report.chart(totals, right_to_left=(get_language() or "") in RIGHT_TO_LEFT),
        "page": report.month(person, chosen),
    }
    return render(request, "remedies/budget.html", context)


def _chosen(asked: str, firsts: list[date]) -> date:
    return next((first for first in firsts if first.isoformat() == asked), firsts[-1])
