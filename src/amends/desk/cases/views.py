"""The inbox and the case page."""

from typing import TypeVar

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from amends.desk import store
from amends.desk.cases import services
from amends.desk.cases.forms import EventForm, NoteForm
from amends.desk.cases.listing import VIEWS, asked_from, find, page_of
from amends.desk.cases.models import Attachment, Case, Channel, Message, Outline, OutlineEvent
from amends.desk.cases.models.case import Fault
from amends.desk.cases.queue import reasons
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.pages.asking import acting, by_htmx, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person, Team

_LOG_SHOWN = 100

Row = TypeVar("Row", Person, Team, Message)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The cases, those that hurt and wait most first."""
    person = acting(request)
    require(person, "case.see")
    asked = asked_from(request.GET)
    rows, more = page_of(find(asked, person), asked.page, words=asked.words)
    context = {
        "asked": asked,
        "rows": rows,
        "more": more,
        "views": VIEWS.items(),
        "channels": Channel.choices,
        "filtered": bool(asked.narrowed or asked.words),
    }
    return render(request, "cases/inbox.html", context)


@require_safe
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case."""
    return _page(request, _found(public_id), NoteForm(), EventForm())


@require_POST
def outline(request: HttpRequest, public_id: str) -> HttpResponse:
    """All fields of the outline at once, for browsers without scripts."""
    row = _found(public_id)
    for field in Outline.FIELDS:
        if field in request.POST:
            services.change_outline(
                acting(request), row, field, request.POST[field], seen=request.POST.get(f"seen_{field}")
            )
    if "fault" in request.POST:
        services.change_fault(acting(request), row, request.POST["fault"])
    messages.success(request, _("Saved."))
    return redirect("cases:case", row.public_id)


@require_POST
def outline_field(request: HttpRequest, public_id: str, field: str) -> HttpResponse:
    """One field of the outline, as it is typed."""
    row = _found(public_id)
    text = request.POST.get(field, "")
    context: dict[str, object] = {"field": field, "saved": True}
    try:
        if field == "fault":
            services.change_fault(acting(request), row, text)
        else:
            kept = services.change_outline(acting(request), row, field, text, seen=request.POST.get(f"seen_{field}"))
            context["stamp"] = services.stamp(getattr(kept, field))
    except (WrongMove, WrongInput) as error:
        context |= {"saved": False, "words": error.words}
    return render(request, "cases/parts/saved.html", context)


@require_POST
def event(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add an event to the story, or take one out."""
    row = _found(public_id)
    if removed := request.POST.get("remove"):
        gone = OutlineEvent.objects.filter(pk=removed if removed.isdigit() else 0, outline__case=row).first()
        if gone is not None:
            services.remove_event(acting(request), gone)
        form = EventForm()
    else:
        form = EventForm(request.POST)
        if form.is_valid():
            try:
                services.add_event(acting(request), row, **form.cleaned_data)
            except WrongInput as error:
                tell(form, error)
            else:
                form = EventForm()
    if by_htmx(request):
        context = {"case": row, "outline": services.outline_of(row), "event_form": form}
        return render(request, "cases/parts/events.html", context, status=422 if form.errors else 200)
    if form.errors:
        return _page(request, row, NoteForm(), form, 422)
    return redirect("cases:case", row.public_id)


@require_POST
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a note for colleagues."""
    row = _found(public_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            services.add_note(acting(request), row, form.cleaned_data["text"])
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("cases:case", row.public_id)
    return _page(request, row, form, EventForm(), 422)


@require_POST
def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the case to somebody and to a team."""
    row = _found(public_id)
    person = acting(request)
    if "me" in request.POST:
        services.assign(person, row, person)
    else:
        if "assignee" in request.POST:
            services.assign(person, row, _one_of(Person, request.POST["assignee"]))
        if "team" in request.POST:
            services.give_to_team(person, row, _one_of(Team, request.POST["team"]))
    return redirect("cases:case", row.public_id)


@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move the case: work on it, wait, close, set aside, take up again, recovered by the customer's word."""
    row = _found(public_id)
    person = acting(request)
    to, words = request.POST.get("to", ""), request.POST.get("note", "").strip()
    try:
        if to == Case.State.SET_ASIDE:
            services.set_aside(person, row, request.POST.get("why", ""), note=words)
        elif to == Case.State.CLOSED_SILENT:
            services.close_silent(person, row, note=words)
        elif to == Case.State.RECOVERED:
            word = _one_of(Message, request.POST.get("word", ""))
            services.record_recovery(person, row, word, note=words)
        elif to == "again":
            again = services.take_up_set_aside if row.state == Case.State.SET_ASIDE else services.take_up_again
            again(person, row, note=words)
        else:
            services.move(person, row, to, note=words)
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect("cases:case", row.public_id)


@require_safe
def attachment(request: HttpRequest, public_id: str, pk: int) -> HttpResponse | StreamingHttpResponse:
    """A file of a message, always as a download: what strangers sent never runs in our pages."""
    require(acting(request), "attachment.read")
    file = get_object_or_404(Attachment, pk=pk, message__case__public_id=public_id)
    if not file.content_hash:
        raise NotFound(file.problem or _("This file could not be read from the message."))
    path = store.path_of(file.content_hash)
    if not path.is_file():
        raise NotFound(_("The stored file is missing. Bring it back from a backup."))
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _found(public_id: str) -> Case:
    return get_object_or_404(Case.objects.select_related("customer", "assignee", "team"), public_id=public_id)


def _one_of(model: type[Row], pk: str) -> Row | None:
    return model._default_manager.filter(pk=pk).first() if pk.isdigit() else None


def _page(
    request: HttpRequest, row: Case, note_form: NoteForm, event_form: EventForm, status: int = 200
) -> HttpResponse:
    person = acting(request)
    require(person, "case.see")
    kept = services.outline_of(row)
    said = list(
        row.messages.select_related("author", "contact", "hearing")
        .prefetch_related("attachments")
        .order_by("sent_at", "pk")
    )
    earlier = row.customer.cases.exclude(pk=row.pk).order_by("-created_at")[:10]
    fields = [
        {
            "name": name,
            "label": Outline._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            "text": getattr(kept, name),
            "stamp": services.stamp(getattr(kept, name)),
        }
        for name in Outline.FIELDS
    ]
    context = {
        "case": row,
        "customer": row.customer,
        "said": said,
        "words_of_customer": [message for message in said if message.direction == Message.Direction.IN],
        "outline": kept,
        "fields": fields,
        "faults": Fault.choices,
        "why": reasons(row, timezone.now()),
        "earlier": earlier,
        "entries": row.log.select_related("person").order_by("-at", "-pk")[:_LOG_SHOWN],
        "people": Person.objects.filter(is_active=True),
        "teams": Team.objects.all(),
        "note_form": note_form,
        "event_form": event_form,
        "set_aside_whys": Case.SetAsideWhy.choices,
        "may_assign_others": may(person, "case.assign-other"),
        "moves": Case.MOVES[row.state],
        "promises": row.promises.select_related("owner"),
    }
    return render(request, "cases/case.html", context, status=status)
