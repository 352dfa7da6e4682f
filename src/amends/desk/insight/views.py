"""Pages of insight: the overview, one page a subject, downloads, one's own mirror, letters."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amends.desk.errors import NotFound
from amends.desk.house.services import house
from amends.desk.insight import downloads, letters, sentences
from amends.desk.insight.filters import asked_for, choices_for, query_of
from amends.desk.insight.mirror import DAYS, own_mirror
from amends.desk.insight.sources import FEW
from amends.desk.insight.subjects import subject as subject_of
from amends.desk.insight.subjects import subjects
from amends.desk.insight.summaries import Asked, when_made
from amends.desk.insight.wording import month_words
from amends.desk.pages.asking import acting, redirect_to
from amends.desk.people.authority import may, require

_ON_OVERVIEW = ("answer", "apology", "recovery", "promises", "parts", "causes")
_PARQUET = "application/vnd.apache.parquet"


@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How are we doing: three sentences, then charts."""
    person = acting(request)
    require(person, "insight.see")
    asked = asked_for(request.GET)
    progress = when_made()
    standing = progress.standing if progress else {}
    now = timezone.now()
    total = asked.total
    query = query_of(asked)
    shown = [source for source in subjects(person) if source.key in _ON_OVERVIEW]
    charts = []
    for source in shown:
        figure = next((one for one in source.figures(asked) if one.chart is not None), None)
        if figure is not None:
            charts.append((source, figure))
    context = {
        "well": sentences.what_went_well(total)[0],
        "waits": sentences.what_waits(standing, now)[0],
        "next": sentences.one_thing_next(total, standing, now, house().first_word_hours, query),
        "charts": charts,
        "empty": not any(total.counts.values()),
        "narrowed": (asked.team, asked.channel, asked.language) != (None, None, None),
    }
    return render(request, "insight/overview.html", context | _frame(request, asked))


@never_cache
@require_safe
def subject(request: HttpRequest, key: str) -> HttpResponse:
    """One subject: chart and tables."""
    person = acting(request)
    require(person, "insight.see")
    source = subject_of(person, key)
    asked = asked_for(request.GET)
    context = {
        "source": source,
        "figures": list(source.figures(asked)),
        "few": FEW,
        "may_download": may(person, "insight.download"),
        "parquet": downloads.parquet_is_there(),
    }
    return render(request, "insight/subject.html", context | _frame(request, asked))


@never_cache
@require_safe
def download(request: HttpRequest, key: str, name: str, kind: str) -> HttpResponse:
    """One table of a subject as a file.

    Raises:
        NotFound: The page has no such table.
        WrongInput: Parquet cannot be made here.
    """
    person = acting(request)
    require(person, "insight.download")
    source = subject_of(person, key)
    asked = asked_for(request.GET)
    figure = next((one for one in source.figures(asked) if one.name == name), None)
    if figure is None:
        raise NotFound(_("This page has no such table."))
    if kind == "csv":
        content, content_type = downloads.as_csv(figure), "text/csv; charset=utf-8"
    else:
        content, content_type = downloads.as_parquet(figure), _PARQUET
    months = f"{asked.first.isoformat()[:7]}-{asked.last.isoformat()[:7]}"
    disposition = f'attachment; filename="{key}-{name}-{months}.{kind}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


@never_cache
@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """One's own mirror. Nothing in the request says whose."""
    person = acting(request)
    context = {"mirror": own_mirror(person), "days": DAYS, "few": FEW}
    return render(request, "insight/mirror.html", context | _frame(request))


@never_cache
@require_safe
def letter_list(request: HttpRequest) -> HttpResponse:
    """The letters to the owner who looks."""
    rows = [(row, month_words(row.first)) for row in letters.own_letters(acting(request))[:60]]
    context = {"letters": rows, "on": letters.letter_settings().on}
    return render(request, "insight/letters.html", context | _frame(request))


@never_cache
@require_safe
def letter(request: HttpRequest, month: str) -> HttpResponse:
    """One letter."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotFound(_("There is no letter of this month.")) from None
    row = letters.own_letter(acting(request), first)
    return render(request, "insight/letter.html", {"letter": row} | _frame(request))


@require_POST
def switch_letters(request: HttpRequest) -> HttpResponse:
    """Switch the monthly letter on or off."""
    row = letters.switch(acting(request), request.POST.get("on") == "yes")
    words = _("You get a letter every month.") if row.on else _("No more letters. The pages stay as they are.")
    messages.success(request, words)
    return redirect_to(request, reverse("insight:letters"))


def _frame(request: HttpRequest, asked: Asked | None = None) -> dict[str, object]:
    """What all pages share: tabs, filters, and how far things are reckoned."""
    person = acting(request)
    progress = when_made()
    frame: dict[str, object] = {
        "tabs": subjects(person),
        "has_letters": may(person, "insight.letter"),
        "query": "",
        "progress": progress,
    }
    if asked is not None:
        frame |= {"choices": choices_for(asked), "query": query_of(asked), "asked": asked}
    return frame
