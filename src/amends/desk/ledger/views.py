"""Pages of the ledger: the board, the list, one promise, rates, one's calendar."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from amends.desk.cases.models import Case
from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.ledger import chart, feed, rates, services
from amends.desk.ledger.board import WHOSE, listed, whose
from amends.desk.ledger.board import board as board_of
from amends.desk.ledger.forms import BrokenForm, DangerForm, KeepForm, ListForm, NoteForm, PromiseForm, ReleaseForm
from amends.desk.ledger.models import CalendarLink, Promise, WordOwed
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.messages import RIGHT_TO_LEFT

_PAGE = 50
_MONTHS = 12
_PERIODS = (90, 365)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is overdue, due today, within a week, later; what was kept lately."""
    person = acting(request)
    require(person, "promise.see")
    of = whose(person, request.GET.get("whose", ""))
    columns, words = board_of(person, of, timezone.now())
    choices = [key for key in WHOSE if key != "team" or person.team_id is not None]
    names = {"mine": _("Mine"), "team": _("My team's"), "all": _("Everybody's")}
    context = {
        "columns": [column for column in columns if column.promises],
        "words": words,
        "of": of,
        "choices": [(key, names[key]) for key in choices],
    }
    return render(request, "ledger/board.html", context)


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """All promises, with filters."""
    require(acting(request), "promise.see")
    form = ListForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    begin = (min(page, 10_000) - 1) * _PAGE
    rows = list(listed(asked, timezone.now())[begin : begin + _PAGE + 1])
    context = {"form": form, "rows": rows[:_PAGE], "more": len(rows) > _PAGE, "page": page}
    return render(request, "ledger/list.html", context)


@require_safe
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise."""
    require(acting(request), "promise.see")
    return _page_of(request, _found(pk))


@require_POST
def add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a promise down by hand."""
    person = acting(request)
    case = get_object_or_404(Case, public_id=public_id)
    form = PromiseForm(request.POST, prefix="new")
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.record(
                person,
                case,
                act=data["act"],
                owner=data["owner"],
                due=form.due,
                condition=data["condition"],
                conditional=bool(data["condition"]),
                confirmed=True,
            )
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("The promise is in the ledger."))
            return redirect_to(request, reverse("cases:case", args=[case.public_id]) + "#promises")
    return render(request, "ledger/add.html", {"form": form, "case": case}, status=422)


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done."""
    form = KeepForm(request.POST, prefix=f"keep-{pk}")

    def do(person: Person, row: Promise) -> str:
        services.keep(person, row, evidence=form.cleaned_data["evidence"], kept_at=form.kept_at)
        return _("Kept.") if row.state == Promise.State.KEPT else _("Done, after its moment: it counts as late.")

    return _act(request, pk, "keep", form, do)


@require_POST
def danger(request: HttpRequest, pk: int) -> HttpResponse:
    """It cannot be kept in time: a word to the customer is owed."""
    form = DangerForm(request.POST, prefix=f"danger-{pk}")

    def do(person: Person, row: Promise) -> str:
        services.cannot_keep(person, row, **form.cleaned_data)
        return _("Noted. Now tell the customer, before the moment passes.")

    return _act(request, pk, "danger", form, do)


@require_POST
def broken(request: HttpRequest, pk: int) -> HttpResponse:
    """It was not kept."""
    form = BrokenForm(request.POST, prefix=f"broken-{pk}")

    def do(person: Person, row: Promise) -> str:
        services.break_promise(person, row, note=form.cleaned_data["note"])
        return _("Noted as not kept. It can still be done late.")

    return _act(request, pk, "broken", form, do)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer lets us off."""
    form = ReleaseForm(request.POST, prefix=f"release-{pk}")

    def do(person: Person, row: Promise) -> str:
        services.release(person, row, evidence=form.cleaned_data["evidence"])
        return _("Noted: the customer let us off.")

    return _act(request, pk, "release", form, do)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was settled by mistake."""
    form = NoteForm(request.POST, prefix=f"reopen-{pk}")

    def do(person: Person, row: Promise) -> str:
        services.reopen(person, row, note=form.cleaned_data["note"])
        return _("The promise is open again.")

    return _act(request, pk, "reopen", form, do)


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """What was recorded is corrected or confirmed."""
    form = PromiseForm(request.POST, prefix=f"correct-{pk}")

    def do(person: Person, row: Promise) -> str:
        data = form.cleaned_data
        services.correct(person, row, act=data["act"], owner=data["owner"], due=form.due, condition=data["condition"])
        return _("Saved.")

    return _act(request, pk, "correct", form, do)


@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer has been told, or need not be any more."""
    person = acting(request)
    word = get_object_or_404(WordOwed.objects.select_related("promise__case"), pk=pk)
    if request.POST.get("outcome") == "not-needed":
        services.not_needed(person, word, note=request.POST.get("note", ""))
    else:
        services.told(person, word)
    messages.success(request, _("Saved."))
    return redirect_to(request, _back(request, word.promise))


@never_cache
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """How many promises were kept in time."""
    person = acting(request)
    days = int(request.GET["days"]) if request.GET.get("days", "") in map(str, _PERIODS) else _PERIODS[0]
    zone = ZoneInfo(house().time_zone)
    now = timezone.now()
    since = datetime.combine((now - timedelta(days=days)).astimezone(zone).date(), datetime.min.time(), zone)
    asked = request.GET.get("person", "")
    chosen = get_object_or_404(Person, pk=int(asked)) if asked.isdecimal() else None
    firsts = chart.months_back(now.astimezone(zone).date(), _MONTHS)
    months = rates.by_month(person, firsts, chosen)
    context = {
        "chosen": chosen,
        "months": months,
        "bars": chart.bars(months, right_to_left=(get_language() or "") in RIGHT_TO_LEFT),
        "height": chart.HEIGHT,
        "rate": rates.of_person(person, chosen, since) if chosen else rates.of_everybody(person, since),
        "mine": rates.of_person(person, person, since),
        "teams": rates.of_teams(person, since),
        "people": rates.of_people(person, since) if may(person, "promise.see-rates") else [],
        "days": days,
        "periods": _PERIODS,
    }
    return render(request, "ledger/kept.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The address of one's own calendar: made, shown once, revoked."""
    person = acting(request)
    address = ""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            feed.revoke(person)
            messages.success(request, _("The address does not work any more."))
            return redirect_to(request, reverse("ledger:calendar"))
        address = feed.address_of(feed.issue(person))
    link = CalendarLink.objects.filter(person=person, revoked_at=None).first()
    return render(request, "ledger/calendar.html", {"link": link, "address": address})


@login_not_required
@require_GET
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's open promises, as calendars read them."""
    person = feed.person_of_link(token)
    with override(person.language):
        content = feed.calendar_of(person)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Content-Disposition"] = 'inline; filename="promises.ics"'
    return response


def _act(request: HttpRequest, pk: int, kind: str, form: forms.Form, do: Any) -> HttpResponse:
    """Do what a form of the promise's page asks, and go back; or show the page with what was wrong."""
    person = acting(request)
    row = _found(pk)
    if form.is_valid():
        try:
            words = do(person, row)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, words)
            return redirect_to(request, _back(request, row))
    return _page_of(request, row, kind, form)


def _page_of(request: HttpRequest, row: Promise, kind: str = "", form: forms.Form | None = None) -> HttpResponse:
    entries = row.case.log.filter(act__startswith="promise.", after__promise=row.pk).select_related("person")
    context = {"promise": row, "case": row.case, "kind": kind, "form": form, "entries": entries.order_by("-at", "-pk")}
    return render(request, "ledger/promise.html", context, status=422 if form is not None else 200)


def _found(pk: int) -> Promise:
    return get_object_or_404(Promise.objects.select_related("case__customer", "owner", "message"), pk=pk)


def _back(request: HttpRequest, row: Promise) -> str:
    """Where the form came from: the case or the board, else the promise's page."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("ledger:promise", args=[row.pk])
