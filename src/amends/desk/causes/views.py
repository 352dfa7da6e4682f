"""Pages of this room: the list of causes, one cause, telling a customer first, the settings."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from amends.desk.cases.models import Case
from amends.desk.causes import chart, figures, services
from amends.desk.causes.forms import (
    CheckForm,
    DoneForm,
    DropForm,
    FirstForm,
    MergeForm,
    NameForm,
    NotesForm,
    PreventionForm,
    SettingsForm,
    SplitForm,
    ToldByHandForm,
)
from amends.desk.causes.models import Cause, Disclosure, Prevention, Recurrence, Similar
from amends.desk.customers.models import Customer
from amends.desk.customers.services import find_or_create
from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.messages import RIGHT_TO_LEFT

_CASES_SHOWN = 50
_LOG_SHOWN = 60
_TOLD_SHOWN = 10


@require_safe
def causes(request: HttpRequest) -> HttpResponse:
    """The causes with their figures, those that hurt most first."""
    person = acting(request)
    days, archived, words = _asked(request)
    rows = figures.standings(person, days=days, archived=archived, words=words)
    everything = rows if not words and not archived else figures.standings(person, days=days)
    then = _moment(request.GET.get("at", ""))
    raised = Recurrence.objects.filter(state=Recurrence.State.RAISED).exclude(case__state=Case.State.SET_ASIDE)
    late = [
        row
        for row in Prevention.objects.filter(state__in=Prevention.PENDING).select_related("cause", "owner", "checker")
        if row.is_overdue
    ]
    bars = chart.pareto(everything, right_to_left=(get_language() or "") in RIGHT_TO_LEFT)
    placed = {bar.standing.cause.pk: (bar.number, bar.percent) for bar in bars} if not archived else {}
    context = {
        "rows": [(row, *placed.get(row.cause.pk, (None, None))) for row in rows],
        "bars": bars,
        "height": chart.HEIGHT,
        "width": chart.WIDTH,
        "days": days,
        "periods": figures.PERIODS,
        "reckoned_at": figures.reckoned_at(),
        "archived": archived,
        "words": words,
        "raised": raised.select_related("case__customer", "cause", "prevention")[:20],
        "late": late[:20],
        "may_see": may(person, "recurrence.see"),
        "then": then,
        "counts_then": _counts_then(then) if then else [],
        "form": NameForm(),
        "to_tell": Disclosure.objects.filter(state=Disclosure.State.PLANNED).select_related("case__customer", "teller")[
            :20
        ],
    }
    return render(request, "causes/list.html", context)


@require_safe
def causes_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as CSV."""
    days, archived, words = _asked(request)
    rows = figures.standings(acting(request), days=days, archived=archived, words=words)
    response = StreamingHttpResponse(list(figures.as_csv(rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, "causes.csv") or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Causes for what was typed so far, as options of a list."""
    require(acting(request), "cause.see")
    return render(request, "causes/parts/options.html", {"causes": services.suggest(request.GET.get("name", ""))})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """A new cause on the list, before any case has it."""
    person = acting(request)
    form = NameForm(request.POST)
    if form.is_valid():
        row = services.make_cause(person, form.cleaned_data["name"])
        return redirect_to(request, reverse("causes:cause", args=[row.pk]))
    messages.error(request, _("Give the cause a name, as you would say it to a colleague."))
    return redirect_to(request, reverse("causes:list"))


@require_safe
def cause(request: HttpRequest, pk: int) -> HttpResponse:
    """One cause: its cases, what is done about it, what was told, its history."""
    require(acting(request), "cause.see")
    row = _cause(pk)
    if row.merged_into is not None:
        return redirect("causes:cause", services.living(row).pk)
    return _page(request, row)


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name."""
    form = NameForm(request.POST, prefix="rename")
    return _do(
        request, _cause(pk), "rename", form, services.rename, lambda row: _("Saved. The earlier name stays known.")
    )


@require_POST
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known about it."""
    form = NotesForm(request.POST, prefix="notes")
    return _do(request, _cause(pk), "notes", form, services.change_notes, lambda row: _("Saved."))


@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it together with another."""
    require(acting(request), "cause.edit")
    row = _cause(pk)
    form = MergeForm(request.POST, prefix="merge", but=row.pk)
    return _do(request, row, "merge", form, services.merge, lambda _row: _("The two are one now."))


@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Move some of its cases to another cause."""
    require(acting(request), "cause.edit")
    row = _cause(pk)
    form = SplitForm(request.POST, prefix="split")
    chosen = Case.objects.filter(public_id__in=request.POST.getlist("cases"))

    def do(person: Person, of: Cause, **values: Any) -> Cause:
        return services.split(person, of, values["name"], list(chosen), note=values["note"])

    return _do(request, row, "split", form, do, lambda other: _("These cases have another cause now."))


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Off the list, or on it again."""
    person, row = acting(request), _cause(pk)
    if request.POST.get("do") == "take-up":
        services.take_up_cause(person, row)
    else:
        services.archive(person, row)
    messages.success(request, _("Saved."))
    return redirect_to(request, reverse("causes:cause", args=[row.pk]))


@require_POST
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan what is done so that it does not happen again."""
    form = PreventionForm(request.POST, prefix="plan")
    return _do(request, _cause(pk), "plan", form, services.plan_prevention, lambda _row: _("Planned."))


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is planned."""
    row = _prevention(pk)
    initial = {"owner": row.owner_id, "checker": row.checker_id}
    form = PreventionForm(request.POST, prefix=f"change-{pk}", initial=initial)
    return _on_prevention(request, row, "change", form, services.change_prevention)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done."""
    form = DoneForm(request.POST, prefix=f"done-{pk}")
    return _on_prevention(request, _prevention(pk), "done", form, services.done_prevention)


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looked whether it works."""
    form = CheckForm(request.POST, prefix=f"check-{pk}")
    return _on_prevention(request, _prevention(pk), "check", form, services.check_prevention)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """It is given up."""
    form = DropForm(request.POST, prefix=f"drop-{pk}")
    return _on_prevention(request, _prevention(pk), "drop", form, services.drop_prevention)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """It is planned anew."""
    row = services.plan_again(acting(request), _prevention(pk))
    messages.success(request, _("Planned anew. Choose its days."))
    return redirect_to(request, _prevention_at(row))


@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead has seen a recurrence."""
    row = get_object_or_404(Recurrence.objects.select_related("case", "cause"), pk=pk)
    services.see_recurrence(acting(request), row, request.POST.get("word", ""))
    messages.success(request, _("Noted as seen."))
    return redirect_to(request, _back(request, reverse("causes:list")))


@require_POST
def link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a case a cause by its name, or make another of its causes the main one."""
    person = acting(request)
    case = get_object_or_404(Case, public_id=public_id)
    require(person, "cause.link")
    try:
        chosen = request.POST.get("cause", "")
        found = _cause(int(chosen)) if chosen.isdecimal() else services.make_cause(person, request.POST.get("name", ""))
        services.link(person, case, found, main=request.POST.get("main") == "yes")
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, reverse("cases:case", args=[case.public_id]) + "#causes")


@require_POST
def unlink(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """A case does not have a cause after all."""
    case = get_object_or_404(Case, public_id=public_id)
    try:
        services.unlink(acting(request), case, _cause(pk))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, reverse("cases:case", args=[case.public_id]) + "#causes")


@require_POST
def similar(request: HttpRequest, pk: int) -> HttpResponse:
    """Two cases have the same cause, or are not related."""
    person = acting(request)
    pair = get_object_or_404(Similar.objects.select_related("first", "second"), pk=pk)
    first, second = services.decide(person, pair, request.POST.get("state", ""))
    if pair.state == Similar.State.SAME and first is None and second is None:
        messages.success(request, _("Noted. Now give the cause a name: both cases get it."))
    elif pair.state == Similar.State.SAME and first != second:
        messages.warning(
            request, _("Noted. The two have different causes on the list; a lead can put the causes together.")
        )
    else:
        messages.success(request, _("Noted."))
    return redirect_to(request, _back(request, reverse("cases:case", args=[pair.second.public_id])) + "#causes")


@require_http_methods(["GET", "POST"])
def tell_first(request: HttpRequest) -> HttpResponse:
    """Open cases for customers who do not know yet, and say who tells them how, by when."""
    person = acting(request)
    require(person, "disclosure.plan")
    today = timezone.localdate()
    form = FirstForm(
        request.POST or None, initial={"teller": person.pk, "how": "mail", "day": today, **_known(request)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            cases = _open(person, form)
        except WrongInput as error:
            tell(form, error)
        else:
            if len(cases) == 1:
                messages.success(request, _("The case is open. Complete the outline, then tell them."))
                return redirect("cases:case", cases[0].public_id)
            return render(request, "causes/told_first.html", {"cases": cases, "by": form.by})
    context = {"form": form, "causes": Cause.objects.filter(state=Cause.State.IN_USE)[:500]}
    return render(request, "causes/tell_first.html", context, status=422 if form.errors else 200)


@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """They were told outside the desk."""
    row = get_object_or_404(Disclosure.objects.select_related("case__customer"), pk=pk)
    form = ToldByHandForm(request.POST, prefix="told")
    words = form.cleaned_data["words"] if form.is_valid() else ""
    return _on_disclosure(request, row, lambda person: services.told_by_hand(person, row, words))


@require_POST
def drop_disclosure(request: HttpRequest, pk: int) -> HttpResponse:
    """They are not told after all."""
    row = get_object_or_404(Disclosure.objects.select_related("case__customer"), pk=pk)
    form = DropForm(request.POST, prefix="not-told")
    why = form.cleaned_data["why"] if form.is_valid() else ""
    return _on_disclosure(request, row, lambda person: services.drop_disclosure(person, row, why=why))


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Who takes care of customers whom we hurt again; when preventions are checked."""
    person = acting(request)
    require(person, "cause.see")
    rules = services.cause_settings()
    initial = {"second_failures": rules.second_failures_id, "check_after_days": rules.check_after_days}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("causes:settings")
    context = {"form": form, "may_edit": may(person, "causes.settings")}
    return render(request, "causes/settings.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, row: Cause, kind: str = "", form: forms.Form | None = None) -> HttpResponse:
    """The page of a cause, perhaps with a form that has to be mended."""
    person = acting(request)
    numbers = next((one for one in figures.standings(person) if one.cause.pk == row.pk), None)
    if numbers is None:
        numbers = next(
            (one for one in figures.standings(person, archived=True) if one.cause.pk == row.pk), figures.Standing(row)
        )
    made: dict[str, forms.Form] = {
        "rename": NameForm(prefix="rename", initial={"name": row.name}),
        "notes": NotesForm(prefix="notes", initial={"notes": row.notes}),
        "merge": MergeForm(prefix="merge", but=row.pk),
        "split": SplitForm(prefix="split"),
        "plan": PreventionForm(prefix="plan", initial={"owner": person.pk}),
    }
    if form is not None and kind in made:
        made[kind] = form
    subjects = [f"cause {row.pk}", *(f"cause {pk}" for pk in row.merged.values_list("pk", flat=True))]
    told = row.told.select_related("case__customer", "message").order_by("-at")
    context = {
        "cause": row,
        "numbers": numbers,
        "links": figures.cases_of(row)[:_CASES_SHOWN],
        "preventions": row.preventions.select_related("owner", "checker").prefetch_related("checks__person"),
        "told": told[:_TOLD_SHOWN],
        "told_more": max(0, told.count() - _TOLD_SHOWN),
        "recurrences": row.recurrences.exclude(state="withdrawn").select_related("case__customer", "prevention")[:20],
        "merged": row.merged.all(),
        # The room of incidents is above this one: what it has is known by the case that stands for everybody.
        "incidents": [
            link.case
            for link in row.links.filter(until=None, case__incident__isnull=False).select_related("case__incident")
        ],
        "entries": DeskLog.objects.filter(subject__in=subjects).select_related("person")[:_LOG_SHOWN],
        "forms": made,
        "kind": kind,
        "form": form,
        "may_edit": may(person, "cause.edit"),
        "may_plan": may(person, "prevention.plan"),
        "may_check": may(person, "prevention.check"),
    }
    return render(request, "causes/cause.html", context, status=422 if form is not None else 200)


def _do(
    request: HttpRequest,
    row: Cause,
    kind: str,
    form: forms.Form,
    service: Callable[..., Any],
    words: Callable[[Any], str],
) -> HttpResponse:
    """Do what a form of the cause's page asks, and go back; or show the page with what was wrong."""
    if form.is_valid():
        try:
            result = service(acting(request), row, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, words(result))
            shown = result if isinstance(result, Cause) and kind == "merge" else row
            return redirect_to(request, reverse("causes:cause", args=[shown.pk]))
    return _page(request, row, kind, form)


def _on_prevention(
    request: HttpRequest, row: Prevention, kind: str, form: forms.Form, service: Callable[..., Any]
) -> HttpResponse:
    if form.is_valid():
        try:
            service(acting(request), row, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, _prevention_at(row))
    return _page(request, row.cause, f"{kind}-{row.pk}", form)


def _on_disclosure(request: HttpRequest, row: Disclosure, do: Callable[[Person], Any]) -> HttpResponse:
    try:
        do(acting(request))
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("Saved."))
    return redirect_to(request, reverse("cases:case", args=[row.case.public_id]) + "#disclosure")


def _open(person: Person, form: FirstForm) -> list[Case]:
    data = form.cleaned_data
    outline = {"record": data["record"], "cause": data["cause_words"], "fix": data["fix"]}
    if form.by <= timezone.now():
        raise WrongInput(_("This moment has passed. Choose by when they are told."), "day")
    customers = [
        find_or_create(person, "mail", address, name=name, verified=False)[0] for name, address in data["customers"]
    ]
    return services.tell_first(
        person,
        customers,
        subject=data["subject"],
        outline={**outline, "prevention": data["prevention"]},
        teller=data["teller"],
        how=data["how"],
        by=form.by,
        fault=data["fault"],
        cause=services.make_cause(person, data["cause"]) if data["cause"].strip() else None,
    )


def _known(request: HttpRequest) -> dict[str, str]:
    """The customer whose page led here."""
    row = Customer.objects.filter(public_id=request.GET.get("customer", ""), erased_at=None).first()
    contact = row.contacts.filter(kind="mail").first() if row else None
    return {"customers": f"{row.name} <{contact.value}>" if row.name else contact.value} if row and contact else {}


def _asked(request: HttpRequest) -> tuple[int, bool, str]:
    days = request.GET.get("days", "")
    return (
        int(days) if days in map(str, figures.PERIODS) else figures.PERIODS[1],
        request.GET.get("show") == "archived",
        " ".join(request.GET.get("q", "").split())[:100],
    )


def _moment(day: str) -> datetime | None:
    """The end of a day, as the one who looks reckons it."""
    try:
        found = date.fromisoformat(day)
        return timezone.make_aware(datetime.combine(found + timedelta(days=1), datetime.min.time()))
    except (ValueError, OverflowError):
        return None


def _counts_then(moment: datetime) -> list[tuple[Cause, str, int]]:
    """How the list stood at the end of a day: each cause with its name of then and its cases of then."""
    counts = figures.counts_at(moment)
    rows = []
    for row in Cause.objects.filter(pk__in=counts):
        later = [one for one in row.earlier_names if datetime.fromisoformat(str(one["until"])) >= moment]
        rows.append((row, str(later[0]["name"]) if later else row.name, counts[row.pk]))
    return sorted(rows, key=lambda one: (-one[2], one[1]))


def _cause(pk: int) -> Cause:
    return get_object_or_404(Cause.objects.select_related("merged_into"), pk=pk)


def _prevention(pk: int) -> Prevention:
    return get_object_or_404(Prevention.objects.select_related("cause", "owner"), pk=pk)


def _prevention_at(row: Prevention) -> str:
    return reverse("causes:cause", args=[row.cause_id]) + f"#prevention-{row.pk}"


def _back(request: HttpRequest, otherwise: str) -> str:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked.partition("#")[0]
    return otherwise
