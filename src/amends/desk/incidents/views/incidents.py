"""Pages of incidents: the list, one incident, its cases, what was suspected."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from amends.desk.cases.models import Case, Channel
from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.incidents import exporting
from amends.desk.incidents.forms import IncidentForm
from amends.desk.incidents.kinds import KIND_WORDS, kind_words
from amends.desk.incidents.models import Incident, Link, Note, Suspicion, Update, WritingKind
from amends.desk.incidents.public import address_of
from amends.desk.incidents.services import causing, opening, suggesting, suspecting
from amends.desk.incidents.services.sending import progress_of
from amends.desk.incidents.services.writing import writings_of
from amends.desk.ledger.models import Promise
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.messages import NAMES

_PAGE = 50


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All incidents, and what was suspected."""
    person = acting(request)
    require(person, "incident.see")
    rows = Incident.objects.select_related("led_by", "sending")
    suspicions = Suspicion.objects.filter(state=Suspicion.State.RAISED).prefetch_related("cases")
    context = {
        "open": [_line(row) for row in rows.exclude(state=Incident.State.CLOSED)],
        "closed": [_line(row) for row in rows.filter(state=Incident.State.CLOSED)[:_PAGE]],
        "suspicions": [_suspected(row) for row in suspicions],
        "may_open": may(person, "incident.edit"),
    }
    return render(request, "incidents/list.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Open an incident; from a case, when one is named."""
    person = acting(request)
    require(person, "incident.edit")
    case = Case.objects.filter(public_id=request.GET.get("case", "")).first()
    first = {"since": timezone.localtime(case.created_at if case else None), "led_by": person}
    if case is not None:
        first["title"] = case.subject
    form = IncidentForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            row = opening.open_incident(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            if case is not None:
                opening.link(person, row, [case])
            messages.success(request, _("The incident is open. Next: its cases, and a word to everybody."))
            return redirect_to(request, _at(row))
    status = 422 if form.errors else 200
    return render(request, "incidents/edit.html", {"form": form, "case": case}, status=status)


@require_safe
def incident(request: HttpRequest, public_id: str) -> HttpResponse:
    """One incident."""
    person = acting(request)
    require(person, "incident.see")
    row = _found(public_id)
    pages = writings_of(row, WritingKind.PAGE)
    updates = row.updates.filter(state=Update.State.PUBLISHED).select_related("promise", "published_by")
    draft = row.updates.filter(state=Update.State.DRAFT).first()
    links = row.links.exclude(how=Link.NOTE).select_related("case__customer", "linked_by")
    context = {
        "incident": row,
        "may_edit": may(person, "incident.edit"),
        "pages": [(code, NAMES[code], text) for code, text in pages.items()],
        "unwritten": [(code, name) for code, name in NAMES.items() if code not in pages],
        "public_address": address_of(row),
        "updates": [(one, one.writings.filter(published__isnull=False)) for one in updates],
        "draft": draft,
        "links": links[:_PAGE],
        "linked": links.count(),
        "from_notes": row.links.filter(how=Link.NOTE).count(),
        "progress": progress_of(row.sending),
        "sending": row.sending,
        "subscribers": row.subscribers.filter(confirmed_at__isnull=False).count(),
        "promises": Promise.objects.filter(case=row.house_case).select_related("owner"),
        "causes": row.house_case.cause_links.filter(until=None).select_related("cause").order_by("-main", "pk"),
        "without_cause": causing.without_cause(row).count(),
        "moves": [(state, words) for state, words in Incident.State.choices if row.may_move_to(state)],
        "entries": DeskLog.objects.filter(subject=row.log_subject).select_related("person")[:_PAGE],
    }
    return render(request, "incidents/incident.html", context)


def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change an incident's facts."""
    person = acting(request)
    require(person, "incident.edit")
    row = _found(public_id)
    form = IncidentForm(request.POST) if request.method == "POST" else IncidentForm.of(row)
    if request.method == "POST" and form.is_valid():
        try:
            opening.change(person, row, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, _at(row))
    status = 422 if form.errors else 200
    return render(request, "incidents/edit.html", {"form": form, "incident": row}, status=status)


@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that it is stopped, closed, or going on again."""
    row = _found(public_id)
    try:
        opening.move(acting(request), row, request.POST.get("state", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, _at(row))


def cases(request: HttpRequest, public_id: str) -> HttpResponse:
    """Find cases that belong to it: suggested, and by a search."""
    person = acting(request)
    require(person, "incident.link")
    row = _found(public_id)
    if request.method == "POST":
        how = request.POST.get("how", Link.HAND)
        chosen = Case.objects.filter(public_id__in=request.POST.getlist("case"))
        count = opening.link(person, row, chosen, how)
        messages.success(request, _("%(count)d cases more.") % {"count": count} if count else _("Nothing was chosen."))
        return redirect_to(request, reverse("incidents:cases", args=[row.public_id]))
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "kind", "channel")}
    found = suggesting.search(row, asked) if any(asked.values()) else None
    context = {
        "incident": row,
        "asked": asked,
        "found": found,
        "suggested": suggesting.suggested(row),
        "links": row.links.exclude(how=Link.NOTE).select_related("case__customer", "linked_by"),
        "kinds": list(KIND_WORDS.items()),
        "channels": Channel.choices,
    }
    return render(request, "incidents/cases.html", context)


@require_POST
def cause(request: HttpRequest, public_id: str) -> HttpResponse:
    """Name its cause, or give it to its cases."""
    person = acting(request)
    row = _found(public_id)
    try:
        if request.POST.get("do") == "give":
            count = causing.give_cause(person, row)
            messages.success(request, _("%(count)d cases more.") % {"count": count} if count else _("None is left."))
        else:
            causing.name_cause(person, row, request.POST.get("name", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, _at(row) + "#cause")


@require_POST
def unlink(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a case away."""
    row = _found(public_id)
    case = get_object_or_404(Case, public_id=request.POST.get("case", ""))
    opening.unlink(acting(request), row, case)
    messages.success(request, _("The case does not belong to it any more."))
    return redirect_to(request, reverse("incidents:cases", args=[row.public_id]))


@require_POST
def of_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a case to an incident, or take it away, from the case's page."""
    case = get_object_or_404(Case, public_id=public_id)
    row = _found(request.POST.get("incident", "") or "-")
    if request.POST.get("do") == "unlink":
        opening.unlink(acting(request), row, case)
    else:
        opening.link(acting(request), row, [case])
    return redirect_to(request, reverse("cases:case", args=[case.public_id]))


@require_safe
def files(request: HttpRequest, public_id: str) -> HttpResponse:
    """The public page as files that stand alone."""
    row = _found(public_id)
    response = HttpResponse(exporting.zip_of(acting(request), row), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{row.slug}.zip") or ""
    return response


def suspicion(request: HttpRequest, pk: int) -> HttpResponse:
    """What was suspected, why, and what to make of it."""
    person = acting(request)
    require(person, "incident.see")
    row = get_object_or_404(Suspicion.objects.select_related("decided_by", "incident"), pk=pk)
    status = 200
    if request.method == "POST":
        try:
            return _decided(request, person, row)
        except WrongInput as error:
            messages.error(request, error.words)
            status = 422
    context = {
        "suspicion": row,
        "why": suspecting.why(row),
        "kind": kind_words(row.kind),
        "cases": row.cases.select_related("customer").order_by("-created_at"),
        "open_incidents": Incident.objects.exclude(state=Incident.State.CLOSED),
        "may_decide": may(person, "incident.edit"),
    }
    return render(request, "incidents/suspicion.html", context, status=status)


def _decided(request: HttpRequest, person: Any, row: Suspicion) -> HttpResponse:
    if request.POST.get("do") == "dismiss":
        suspecting.dismiss(person, row, note=request.POST.get("note", ""))
        messages.success(request, _("Dismissed. Nothing of that kind is raised for a week."))
        return redirect("incidents:list")
    chosen = row.cases.filter(public_id__in=request.POST.getlist("case"))
    known = Incident.objects.filter(public_id=request.POST.get("incident", "")).first()
    made = suspecting.take(person, row, title=request.POST.get("title", ""), cases=chosen, incident=known)
    return redirect_to(request, _at(made))


def _line(row: Incident) -> dict[str, Any]:
    last = row.updates.filter(state=Update.State.PUBLISHED).first()
    return {
        "incident": row,
        "cases": row.links.exclude(how=Link.NOTE).count(),
        "sent": row.notes.filter(state=Note.State.SENT).count(),
        "held": row.notes.filter(state=Note.State.HELD).count(),
        "last": last,
    }


def _suspected(row: Suspicion) -> dict[str, Any]:
    return {"suspicion": row, "kind": kind_words(row.kind), "why": suspecting.why(row)}


def _found(public_id: str) -> Incident:
    return get_object_or_404(Incident.objects.select_related("led_by", "house_case", "sending"), public_id=public_id)


def _at(row: Incident) -> str:
    return reverse("incidents:incident", args=[row.public_id])
