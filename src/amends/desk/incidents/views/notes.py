"""Pages of the personal notes: progress, people, one person, lists, the account of all of them."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amends.desk.cases.models import Message
from amends.desk.errors import WrongInput
from amends.desk.incidents.forms import FactsForm, ListForm, PaceForm, ReasonForm
from amends.desk.incidents.models import Incident, Note, RecipientList, Sending, WritingKind
from amends.desk.incidents.rendering import fact_name, places_in
from amends.desk.incidents.services import noting, recipients, sending
from amends.desk.incidents.services.writing import writings_of
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.messages import NAMES

_PAGE = 50
_MOVING = (Sending.State.SENDING, Sending.State.PAUSED)


@never_cache
@require_safe
def notes(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far the notes are, and what can be done."""
    person = acting(request)
    require(person, "incident.see")
    incident = _incident(public_id)
    texts = writings_of(incident, WritingKind.NOTE)
    context = {
        **_progress(person, incident),
        "texts": [(code, NAMES[code], text) for code, text in texts.items()],
        "unwritten": [(code, name) for code, name in NAMES.items() if code not in texts],
        "lists": incident.lists.all(),
        "linked": incident.links.exclude(how="note").count(),
        "pace": PaceForm(initial={"per_minute": incident.sending.per_minute}),
        "may_import": may(person, "incident.import"),
        "mass": incident.mass_promises.select_related("promise__owner"),
    }
    return render(request, "incidents/notes.html", context)


@never_cache
@require_safe
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The part of the page that moves."""
    person = acting(request)
    require(person, "incident.see")
    return render(request, "incidents/parts/progress.html", _progress(person, _incident(public_id)))


@require_POST
def do(request: HttpRequest, public_id: str) -> HttpResponse:
    """Start, pause, resume, stop, choose the pace, take the customers of linked cases in."""
    person = acting(request)
    incident = _incident(public_id)
    try:
        _do(request, person, incident, request.POST.get("do", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, reverse("incidents:notes", args=[public_id]))


@require_safe
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """The people and how far the note of each is, those held first."""
    person = acting(request)
    require(person, "incident.see")
    incident = _incident(public_id)
    state = request.GET.get("state", "")
    rows = incident.notes.select_related("case", "message")
    if state == "bounced":
        rows = rows.filter(state=Note.State.SENT, message__delivery=Message.Delivery.BOUNCED)
    elif state in Note.State.values:
        rows = rows.filter(state=state)
    if sought := request.GET.get("q", "").strip():
        rows = rows.filter(address__icontains=sought) | rows.filter(name__icontains=sought)
    page = int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1
    begin = (max(1, min(page, 10_000)) - 1) * _PAGE
    found = list(rows[begin : begin + _PAGE + 1])
    context = {
        "incident": incident,
        "rows": [(row, _why(row)) for row in found[:_PAGE]],
        "more": len(found) > _PAGE,
        "page": page,
        "state": state,
        "sought": sought,
        "states": [*Note.State.choices, ("bounced", _("Came back"))],
        "may_write": may(person, "incident.write"),
    }
    return render(request, "incidents/people.html", context)


def note(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """One person's note: what it says, why it is held, what can be mended."""
    person = acting(request)
    require(person, "incident.see")
    incident = _incident(public_id)
    row = get_object_or_404(
        Note.objects.select_related("case", "message", "outgoing", "customer"), pk=pk, incident=incident
    )
    row.incident = incident
    texts = noting.texts_of(incident)
    places = places_in(*(text for one in texts.values() for text in (one["subject"], one["text"])))
    names = list(dict.fromkeys([*row.facts, *(name for name in places if name not in _OWN)]))
    initial = {"name": row.name, "language": row.language} | {f"fact-{name}": row.facts.get(name, "") for name in names}
    given = request.POST if request.method == "POST" and request.POST.get("do") == "mend" else None
    form = FactsForm(names, list(NAMES.items()), given, initial=initial)
    reason = ReasonForm(request.POST if request.POST.get("do") in ("allow", "leave-out") else None)
    if request.method == "POST":
        try:
            if _acted(request, person, row, form):
                return redirect_to(request, reverse("incidents:note", args=[public_id, pk]))
        except WrongInput as error:
            if not reason.is_bound:
                messages.error(request, error.words)
            else:
                reason.is_valid()
                tell(reason, error)
    context = {
        "incident": incident,
        "note": row,
        "why": _why(row),
        "form": form,
        "reason": reason,
        "may_write": may(person, "incident.write"),
        "may_allow": may(person, "message.send-despite-findings"),
        "language_name": NAMES.get(row.language, ""),
        "can_pass": row.held_why in ("errors", "by-hand", "same-person"),
        "before": row.state in Note.BEFORE,
    }
    wrong = request.method == "POST"
    return render(request, "incidents/note.html", context, status=422 if wrong else 200)


@require_safe
def table(request: HttpRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """Every address and what became of it, as CSV."""
    person = acting(request)
    require(person, "incident.import")
    incident = _incident(public_id)
    response = StreamingHttpResponse(_lines(incident), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{incident.slug}.csv") or ""
    return response


def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a list of people."""
    person = acting(request)
    require(person, "incident.import")
    incident = _incident(public_id)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = recipients.upload(person, incident, file.name or "", file.read())
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect_to(request, reverse("incidents:columns", args=[public_id, row.pk]))
    status = 422 if form.errors else 200
    return render(request, "incidents/upload.html", {"incident": incident, "form": form}, status=status)


def columns(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """Say what each column is, with the first rows beside it; afterwards what came of the list."""
    person = acting(request)
    require(person, "incident.import")
    incident = _incident(public_id)
    row = get_object_or_404(RecipientList.objects.select_related("uploaded_by"), pk=pk, incident=incident)
    row.incident = incident
    status, wrong = 200, ""
    mapping = list(row.mapping)
    if request.method == "POST":
        if request.POST.get("do") == "discard":
            recipients.discard(person, row)
            messages.success(request, _("The list was thrown away."))
            return redirect_to(request, reverse("incidents:notes", args=[public_id]))
        mapping = [_column(request, place) for place in range(len(row.header))]
        try:
            recipients.take_list(person, row, mapping)
        except WrongInput as error:
            wrong, status = error.words, 422
        else:
            return redirect_to(request, reverse("incidents:columns", args=[public_id, pk]))
    waiting = row.state == RecipientList.State.PREVIEW
    context = {
        "incident": incident,
        "list": row,
        "wrong": wrong,
        "columns": _columns(row, mapping),
        "preview": recipients.preview_of(row) if waiting else [],
        "waiting": waiting,
    }
    return render(request, "incidents/columns.html", context, status=status)


_OWN = ("name", "case", "page", "incident", "house")


def _column(request: HttpRequest, place: int) -> str:
    what = request.POST.get(f"column-{place}", "")
    return f"fact:{fact_name(request.POST.get(f'fact-{place}', ''))}" if what == "fact" else what


def _columns(row: RecipientList, mapping: list[str]) -> list[dict[str, Any]]:
    shown = []
    for place, name in enumerate(row.header):
        what = mapping[place] if place < len(mapping) else ""
        fact = what.removeprefix("fact:") if what.startswith("fact:") else ""
        shown.append({"place": place, "name": name, "what": "fact" if fact else what, "fact": fact or fact_name(name)})
    return shown


def _do(request: HttpRequest, person: Person, incident: Incident, asked: str) -> None:
    row = incident.sending
    if asked == "start":
        sending.start(person, row)
        messages.success(request, _("The notes are on their way."))
    elif asked == "pause":
        sending.pause(person, row)
        messages.success(request, _("Paused. Nothing more leaves until you go on."))
    elif asked == "resume":
        sending.resume(person, row)
        messages.success(request, _("It goes on."))
    elif asked == "stop":
        sending.stop(person, row, reason=request.POST.get("reason", ""))
        messages.success(request, _("Stopped."))
    elif asked == "pace":
        form = PaceForm(request.POST)
        sending.set_pace(person, row, form.cleaned_data["per_minute"] if form.is_valid() else 0)
        messages.success(request, _("Saved."))
    elif asked == "cases":
        count, without = recipients.from_cases(person, incident)
        messages.success(request, _("%(count)d customers more.") % {"count": count})
        if without:
            named = ", ".join(str(case.customer) for case in without[:8])
            messages.warning(request, _("No mail address is known of: %(names)s.") % {"names": named})


def _acted(request: HttpRequest, person: Person, row: Note, form: FactsForm) -> bool:
    """Do what the form of a note asks; whether the page is to be loaded anew."""
    asked = request.POST.get("do", "")
    words = request.POST.get("reason", "")
    if asked == "mend":
        if not form.is_valid():
            return False
        noting.mend(
            person, row, name=form.cleaned_data["name"], language=form.cleaned_data["language"], facts=form.facts
        )
        messages.success(request, _("Saved. It is checked again in a moment."))
    elif asked == "allow":
        noting.allow(person, row, reason=words)
        messages.success(request, _("It goes with the others."))
    elif asked == "leave-out":
        noting.leave_out(person, [row], reason=words)
        messages.success(request, _("Left out."))
    elif asked == "take-in":
        noting.take_back_in(person, row)
        messages.success(request, _("Taken in again."))
    return True


def _progress(person: Person, incident: Incident) -> dict[str, Any]:
    row = incident.sending
    found = sending.progress_of(row)
    counts = [
        (state, words, found.counts.get(state, 0))
        for state, words in [*Note.State.choices, ("bounced", _("Of those sent, came back"))]
        if found.counts.get(state, 0)
    ]
    hours, minutes = divmod(found.minutes_left or 0, 60)
    return {
        "incident": incident,
        "sending": row,
        "progress": found,
        "counts": counts,
        "hours": hours,
        "minutes": minutes,
        "moving": row.state in _MOVING or bool(found.counts.get("planned") or found.counts.get("handed")),
        "may_send": may(person, "incident.send-notes"),
        "may_hold": may(person, "incident.hold-notes"),
    }


def _why(row: Note) -> str:
    """Why a note is held, left out or refused."""
    told = noting.WHY.get(row.held_why)
    return " ".join(part for part in (str(told) if told else "", row.held_words) if part)


def _lines(incident: Incident) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow(
        [_("Address"), _("Name"), _("Language"), _("State"), _("Why"), _("Sent"), _("Case"), _("From"), _("Line")]
    )
    rows = incident.notes.select_related("case", "message").order_by("pk")
    for row in rows.iterator(chunk_size=1_000):
        returned = row.message is not None and row.message.delivery == Message.Delivery.BOUNCED
        words = row.message.delivery_words if row.message is not None and returned else _why(row)
        yield writer.writerow(
            _harmless(one)
            for one in (
                row.address,
                row.name,
                row.language,
                _("Came back") if returned else row.get_state_display(),
                words,
                row.sent_at.isoformat(timespec="seconds") if row.sent_at else "",
                row.case.public_id if row.case else "",
                _("a list") if row.source == "list" else _("a case"),
                str(row.line or ""),
            )
        )


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value


class _Echo:
    """Gives back what a writer would write."""

    def write(self, value: str) -> str:
        return value


def _incident(public_id: str) -> Incident:
    return get_object_or_404(Incident.objects.select_related("led_by", "house_case", "sending"), public_id=public_id)
