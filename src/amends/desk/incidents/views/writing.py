"""Pages for writing: the public page, an update, the note, each in one language with the live check beside it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from amends.desk.composer.checking import Checked
from amends.desk.composer.promised import Row, corrections_from
from amends.desk.composer.situation import kept_situation_of
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.incidents.forms import NextByForm
from amends.desk.incidents.models import Incident, Update, Writing, WritingKind
from amends.desk.incidents.rendering import OWN_PLACES, places_in
from amends.desk.incidents.services import publishing
from amends.desk.incidents.services import writing as services
from amends.desk.incidents.services.noting import set_text, unknown_places
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.messages import NAMES, RIGHT_TO_LEFT

_OWN_WORDS = {
    "name": gettext_lazy("their name"),
    "case": gettext_lazy("the number of their case"),
    "page": gettext_lazy("the link to their own page"),
    "incident": gettext_lazy("the address of the public page"),
    "house": gettext_lazy("the name of the business"),
}
_TEXTS = ("subject", "text", "happened", "doing", "reason")


def write(request: HttpRequest, public_id: str, kind: str, language: str) -> HttpResponse:
    """Write one text; keep it, check it, mend one place, or let readers see it."""
    person = acting(request)
    row = _writing(person, public_id, kind, language)
    status = 200
    if request.method == "POST":
        try:
            answer = _done(request, person, row)
            if answer is not None:
                return answer
        except WrongInput as error:
            messages.error(request, error.words)
            status = 422
    checked = services.check(row, writer=str(person.pk))
    return render(request, "incidents/write.html", _shown(person, row, checked), status=status)


@require_POST
def check(request: HttpRequest, public_id: str, kind: str, language: str) -> JsonResponse:
    """Check what is typed; nothing is kept."""
    person = acting(request)
    row = _writing(person, public_id, kind, language)
    given = {name: request.POST.get(name, "")[: services.LONGEST] for name in ("text", "happened", "doing")}
    at = kept_situation_of(row.incident.house_case)
    corrections = corrections_from(request.POST.dict())
    checked = services.check(row, writer=str(person.pk), situation=at, corrections=corrections, **given)
    shown = Writing(incident=row.incident, kind=row.kind, language=row.language, **given)
    context = {"checked": checked, "people": at.people}
    return JsonResponse(
        {
            "panel": render_to_string("composer/parts/panel.html", context),
            "promises": render_to_string(_promises_template(kind), context | _places(shown)),
            "summary": render_to_string("composer/parts/summary.txt", context).strip(),
            "marks": [[mark.kind, mark.start, mark.end, mark.target] for mark in checked.marks],
            "errors": checked.errors or bool(services.language_doubt(shown, checked)),
            "language": checked.language,
        }
    )


@require_POST
def draft(request: HttpRequest, public_id: str, kind: str, language: str) -> JsonResponse:
    """Keep what is being written."""
    person = acting(request)
    row = _writing(person, public_id, kind, language)
    try:
        kept = _keep(request, person, row)
    except (WrongMove, WrongInput) as error:
        row.refresh_from_db()
        return JsonResponse({"words": error.words, "revision": row.revision}, status=error.status)
    return JsonResponse({"revision": kept.revision})


@require_POST
def withdraw(request: HttpRequest, public_id: str, language: str) -> HttpResponse:
    """Take the page of one language away from readers."""
    person = acting(request)
    row = _writing(person, public_id, WritingKind.PAGE, language)
    try:
        publishing.withdraw_page(person, row, reason=request.POST.get("reason", ""))
        messages.success(request, _("Readers do not see it any more. Its words are kept here."))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect_to(request, reverse("incidents:incident", args=[public_id]))


def update(request: HttpRequest, public_id: str) -> HttpResponse:
    """The update that is being written: its languages, by when the next one follows, publishing it."""
    person = acting(request)
    incident = _incident(public_id)
    row = publishing.draft_update(person, incident)
    form = NextByForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        require(person, "incident.publish")
        try:
            publishing.publish_update(person, row, next_by=form.moment)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("The update is on the page."))
            return redirect_to(request, reverse("incidents:incident", args=[public_id]))
    texts = services.writings_of(incident, WritingKind.UPDATE, row)
    last = incident.updates.filter(state=Update.State.PUBLISHED).first()
    context = {
        "incident": incident,
        "update": row,
        "texts": [(code, NAMES[code], text, services.check(text)) for code, text in texts.items()],
        "unwritten": [(code, name) for code, name in NAMES.items() if code not in texts],
        "form": form,
        "last": last,
        "may_publish": may(person, "incident.publish"),
    }
    return render(request, "incidents/update.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, person: Person, row: Writing) -> HttpResponse | None:
    """Keep the form and do what its button says; None shows the page again."""
    do = request.POST.get("do", "check")
    try:
        _keep(request, person, row)
    except WrongMove as error:
        other = row.text
        row.refresh_from_db()
        both = f"{request.POST.get('text', '')}\n\n{row.text or other}"
        services.keep(person, row, text=both)
        words = _("This text was changed in another window too. Both are here, one below the other.")
        raise WrongInput(words, "text") from error
    if do.startswith("fix-"):
        _mend(person, row, do.removeprefix("fix-"))
        return None
    if do != "publish":
        return None
    home = "incidents:incident"
    if row.kind == WritingKind.PAGE:
        publishing.publish_page(person, row)
        messages.success(request, _("Readers see it now."))
    elif row.kind == WritingKind.NOTE:
        set_text(person, row)
        home = "incidents:notes"
        messages.success(request, _("The text is set. Each note is checked with that person's own facts."))
    else:
        home = "incidents:update"
    return redirect_to(request, reverse(home, args=[row.incident.public_id]))


def _keep(request: HttpRequest, person: Person, row: Writing) -> Writing:
    revision = request.POST.get("revision", "")
    values: dict[str, Any] = {name: request.POST[name] for name in _TEXTS if name in request.POST}
    return services.keep(
        person,
        row,
        revision=int(revision) if revision.isascii() and revision.isdigit() else None,
        corrections=corrections_from(request.POST.dict()),
        **values,
    )


def _mend(person: Person, row: Writing, number: str) -> None:
    """Put in the fix of one finding, for browsers without scripts."""
    for finding in services.check(row).findings:
        if str(finding.number) == number and finding.fix:
            start, end, text = finding.fix
            units = row.text.encode("utf-16-le", "surrogatepass")
            mended = units[: 2 * start] + text.encode("utf-16-le", "surrogatepass") + units[2 * end :]
            services.keep(person, row, text=mended.decode("utf-16-le", "surrogatepass"))


def _shown(person: Person, row: Writing, checked: Checked) -> dict[str, Any]:
    at = kept_situation_of(row.incident.house_case)
    others = services.writings_of(row.incident, row.kind, row.update)
    return {
        "incident": row.incident,
        "writing": row,
        "kind": row.kind,
        "checked": checked,
        "people": at.people,
        "new_row": Row("new-0", "", "", "", str(person.pk)),
        "language_name": NAMES[row.language],
        "right_to_left": row.language in RIGHT_TO_LEFT,
        "others": [(code, NAMES[code], text) for code, text in others.items() if code != row.language],
        "unwritten": [(code, name) for code, name in NAMES.items() if code not in others and code != row.language],
        "doubt": services.language_doubt(row, checked),
        "promises_template": _promises_template(row.kind),
        "first_language": row.incident.language,
        "may_publish": may(person, "incident.publish"),
        "place_words": [(place, _OWN_WORDS[place]) for place in OWN_PLACES],
        "list_places": _list_places(row.incident),
        "now": timezone.now(),
        **_places(row),
    }


def _places(row: Writing) -> dict[str, Any]:
    if row.kind != WritingKind.NOTE:
        return {}
    texts = (row.subject, row.text)
    return {"places": places_in(*texts), "unknown": unknown_places(row.incident, *texts)}


def _list_places(incident: Incident) -> list[str]:
    found = [one.removeprefix("fact:") for row in incident.lists.all() for one in row.mapping if one[:5] == "fact:"]
    return list(dict.fromkeys(found))


def _promises_template(kind: str) -> str:
    return "incidents/parts/note_promises.html" if kind == WritingKind.NOTE else "composer/parts/promises.html"


def _writing(person: Person, public_id: str, kind: str, language: str) -> Writing:
    incident = _incident(public_id)
    if language not in NAMES or kind not in WritingKind.values:
        raise NotFound(_("There is no such text."))
    about = publishing.draft_update(person, incident) if kind == WritingKind.UPDATE else None
    return services.writing_of(person, incident, kind, language, about)


def _incident(public_id: str) -> Incident:
    return get_object_or_404(Incident.objects.select_related("led_by", "house_case__customer"), public_id=public_id)
