"""Writing, checking and sending an answer; reading it for somebody; speaking instead of writing."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from amends.desk import store
from amends.desk.cases.models import Case, Channel
from amends.desk.composer import services
from amends.desk.composer.checking import Checked, check_reply, plain
from amends.desk.composer.models import Draft, Kind, Reply, ReplyFile
from amends.desk.composer.promised import Row, corrections_from, rows_of
from amends.desk.composer.services.drafting import LONGEST
from amends.desk.composer.showing import FILE_LIMITS, fields_of, promises_said, reply_card, talk_sheet
from amends.desk.composer.situation import Situation, kept_situation_of, situation_of
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import retry, settle_unknown
from amends.desk.pages.asking import acting, by_htmx
from amends.desk.people.authority import require
from amends.desk.people.models import Person

_MOST_SHOWN = 200


def compose(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Keep what was written and attached, then check it, mend one place, take a file out, or send it; a browser without
    scripts needs no more.
    """
    case = _found(public_id)
    if request.method != "POST":
        return redirect(_answer_at(case, kind))
    person = acting(request)
    do = request.POST.get("do", "check")
    try:
        kept = _keep(request, person, case, kind)
        if uploads := request.FILES.getlist("files"):
            services.add_files(person, kept, uploads)
        if do.startswith("detach-"):
            _detach(person, kept, do.removeprefix("detach-"))
        elif do.startswith("fix-"):
            _mend(person, kept, do.removeprefix("fix-"))
        elif do == "send":
            return _sent(request, person, kept)
    except WrongInput as error:
        # The words are in the draft already; the page shows them again with what is to be done.
        messages.error(request, error.words)
    return redirect(_answer_at(case, kind))


@require_POST
def check(request: HttpRequest, public_id: str, kind: str) -> JsonResponse:
    """Check what is being written, without keeping it."""
    person = acting(request)
    require(person, "message.draft")
    case = _found(public_id)
    if kind not in Kind.values:
        raise NotFound(_("There is nothing at this address. It may have moved, or it is not for you to see."))
    at = kept_situation_of(case)
    checked = check_reply(
        plain(request.POST.get("text", ""))[:LONGEST],
        at,
        kind=kind,
        corrections=corrections_from(request.POST.dict()),
        writer=str(person.pk),
    )
    return JsonResponse(_shown(checked, at))


@require_POST
def draft(request: HttpRequest, public_id: str, kind: str) -> JsonResponse:
    """Keep what is being written."""
    person = acting(request)
    try:
        kept = _keep_as_given(request, person, _found(public_id), kind)
    except (WrongMove, WrongInput) as error:
        current = Draft.objects.filter(case__public_id=public_id, person=person, kind=kind).first()
        revision = current.revision if current else 0
        return JsonResponse({"words": error.words, "revision": revision}, status=error.status)
    return JsonResponse({"revision": kept.revision})


@require_POST
def files(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Put files to a draft, or take one out, without a page of its own."""
    person = acting(request)
    kept = services.draft_of(person, _found(public_id), kind)
    words = ""
    try:
        if (removed := request.POST.get("remove", "")).isdigit():
            services.remove_file(person, kept, int(removed))
        else:
            services.add_files(person, kept, request.FILES.getlist("files"))
    except WrongInput as error:
        words = error.words
    context = {"draft": kept, "case": kept.case, "kind": kind, "files_trouble": words, **FILE_LIMITS}
    return render(request, "composer/parts/files.html", context, status=422 if words else 200)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """A file of a draft or of a reply on its way, always as a download."""
    person = acting(request)
    require(person, "attachment.read")
    row = get_object_or_404(ReplyFile.objects.select_related("draft"), pk=pk)
    path = store.path_of(row.content_hash)
    if not services.may_read(person, row) or not path.is_file():
        raise NotFound(_("There is nothing at this address. It may have moved, or it is not for you to see."))
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a reply has got; the case page asks for it while one is about to leave."""
    person = acting(request)
    require(person, "case.see")
    row = _reply(pk)
    if not by_htmx(request):
        return redirect(f"{reverse('cases:case', args=[row.case.public_id])}#reply-{row.pk}")
    return render(request, "composer/parts/reply.html", {"card": reply_card(person, row)})


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """Replies that wait for a second person, those that wait to be posted, and those that were stopped."""
    person = acting(request)
    require(person, "case.see")
    rows = Reply.objects.select_related("case__customer", "author", "decided_by").order_by("created_at", "pk")
    context = {
        "waiting": [reply_card(person, row) for row in rows.filter(state=Reply.State.APPROVAL)[:_MOST_SHOWN]],
        "to_post": [reply_card(person, row) for row in rows.filter(state=Reply.State.TO_POST)[:_MOST_SHOWN]],
        "stopped": [reply_card(person, row) for row in rows.filter(state=Reply.State.STOPPED)[:_MOST_SHOWN]],
    }
    return render(request, "composer/replies.html", context)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reply back."""
    row = _reply(pk)
    kept = services.undo(acting(request), row)
    messages.success(request, _("It was taken back and has not left. Your words are below."))
    return redirect(_answer_at(row.case, kept.kind))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a reply go."""
    row = services.approve(acting(request), _reply(pk))
    return redirect(f"{reverse('cases:case', args=[row.case.public_id])}#reply-{row.pk}")


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a reply back to its writer with a word."""
    row = _reply(pk)
    try:
        services.send_back(acting(request), row, request.POST.get("word", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("It is with its writer again, with your word."))
    return redirect(f"{reverse('cases:case', args=[row.case.public_id])}#answer")


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send on what was stopped."""
    row = services.again(acting(request), _reply(pk))
    return redirect(f"{reverse('cases:case', args=[row.case.public_id])}#reply-{row.pk}")


@require_POST
def posted(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has posted a public answer."""
    row = _reply(pk)
    try:
        message = services.posted(acting(request), row, request.POST.get("address", ""))
    except WrongInput as error:
        messages.error(request, error.words)
        return redirect(f"{reverse('cases:case', args=[row.case.public_id])}?answer=public#reply-{row.pk}")
    messages.success(request, _("It is said now, and its promises count from this moment."))
    return redirect(f"{reverse('cases:case', args=[row.case.public_id])}#message-{message.pk}")


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A mail that did not leave, or of which nobody knows: send it again, or say that it has arrived."""
    row = get_object_or_404(OutgoingMessage.objects.select_related("message__case"), pk=pk, message__isnull=False)
    assert row.message is not None
    if request.POST.get("do") == "arrived":
        settle_unknown(acting(request), row)
    else:
        retry(acting(request), row)
    return redirect(f"{reverse('cases:case', args=[row.message.case.public_id])}#message-{row.message.pk}")


def talk(request: HttpRequest, public_id: str) -> HttpResponse:
    """The call sheet, and room for what was said."""
    person = acting(request)
    require(person, "case.see")
    case = _found(public_id)
    form: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        form = request.POST.dict()
        found = [] if form.get("looked") else promises_said(person, case, form)
        if found:
            words = _(
                "These promises stand in what you said. Say by when and who keeps each, or clear it; then keep it."
            )
            messages.info(request, words)
            context = talk_sheet(person, case, form | fields_of(form, found) | {"looked": "yes"})
            return render(request, "composer/talk.html", context)
        try:
            services.record_call(person, case, _spoken(form))
        except WrongInput as error:
            messages.error(request, error.words)
            status = 422
        else:
            return _after_talk(request, case)
    return render(request, "composer/talk.html", talk_sheet(person, case, form), status=status)


def _after_talk(request: HttpRequest, case: Case) -> HttpResponse:
    if request.POST.get("confirm"):
        messages.success(request, _("Written down. What you promised is listed; confirm it in your own words."))
        return redirect(_answer_at(case, Kind.REPLY))
    messages.success(request, _("Written down. What you promised is in the ledger."))
    return redirect("cases:case", case.public_id)


def _spoken(form: dict[str, str]) -> services.Spoken:
    at = None
    if form.get("at"):
        try:
            at = datetime.fromisoformat(form["at"])
        except ValueError as error:
            raise WrongInput(_("Choose a day and a time."), "at") from error
        if at.tzinfo is None:
            at = timezone.make_aware(at)
    return services.Spoken(
        form.get("theirs", "")[:LONGEST],
        form.get("ours", "")[:LONGEST],
        _word_of_mouth(form),
        at,
        form.get("channel", Channel.CALL),
    )


def _word_of_mouth(form: dict[str, str]) -> list[Row]:
    return rows_of([], corrections_from(form), owner="")


def _sent(request: HttpRequest, person: Person, kept: Draft) -> HttpResponse:
    row = services.send(person, kept)
    if row.state == Reply.State.APPROVAL:
        messages.success(request, _("A second person reads it before it leaves."))
    return redirect(f"{reverse('cases:case', args=[kept.case.public_id])}#reply-{row.pk}")


def _keep(request: HttpRequest, person: Person, case: Case, kind: str) -> Draft:
    """Keep the form; when another window has saved since, keep the words of both."""
    try:
        return _keep_as_given(request, person, case, kind)
    except WrongMove as error:
        other = services.draft_of(person, case, kind)
        both = f"{plain(request.POST.get('text', ''))}\n\n{other.text}"
        services.keep_draft(person, case, kind, text=both)
        words = _("This draft was changed in another window too. Both are here, one below the other.")
        raise WrongInput(words, "text") from error


def _keep_as_given(request: HttpRequest, person: Person, case: Case, kind: str) -> Draft:
    revision = request.POST.get("revision", "")
    return services.keep_draft(
        person,
        case,
        kind,
        text=request.POST.get("text", ""),
        subject=request.POST.get("subject"),
        corrections=corrections_from(request.POST.dict()),
        reason=request.POST.get("reason"),
        send_at=request.POST.get("send_at"),
        revision=int(revision) if revision.isascii() and revision.isdigit() else None,
    )


def _detach(person: Person, kept: Draft, number: str) -> None:
    if number.isdigit():
        services.remove_file(person, kept, int(number))


def _mend(person: Person, kept: Draft, number: str) -> None:
    """Put in the fix of one finding, for browsers without scripts."""
    checked = check_reply(kept.text, situation_of(kept.case), kind=kept.kind, writer=str(person.pk))
    for finding in checked.findings:
        if str(finding.number) == number and finding.fix:
            start, end, text = finding.fix
            units = kept.text.encode("utf-16-le", "surrogatepass")
            mended = units[: 2 * start] + text.encode("utf-16-le", "surrogatepass") + units[2 * end :]
            words = mended.decode("utf-16-le", "surrogatepass")
            services.keep_draft(person, kept.case, kept.kind, text=words)


def _shown(checked: Checked, at: Situation) -> dict[str, Any]:
    context = {"checked": checked, "people": at.people, "case": at.case}
    return {
        "panel": render_to_string("composer/parts/panel.html", context),
        "promises": render_to_string("composer/parts/promises.html", context),
        "summary": render_to_string("composer/parts/summary.txt", context).strip(),
        "marks": [[mark.kind, mark.start, mark.end, mark.target] for mark in checked.marks],
        "errors": checked.errors,
        "language": checked.language,
    }


def _answer_at(case: Case, kind: str) -> str:
    query = f"?answer={kind}" if kind in Kind.values and kind != Kind.REPLY else ""
    return f"{reverse('cases:case', args=[case.public_id])}{query}#answer"


def _found(public_id: str) -> Case:
    return get_object_or_404(Case.objects.select_related("customer"), public_id=public_id)


def _reply(pk: int) -> Reply:
    return get_object_or_404(Reply.objects.select_related("case__customer", "author", "decided_by"), pk=pk)
