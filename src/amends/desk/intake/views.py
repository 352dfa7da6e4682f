"""What was left out and can be taken up, and the settings of the intake."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.errors import WrongInput
from amends.desk.intake.forms import AcknowledgementForm, FormSettingsForm, MailboxForm
from amends.desk.intake.mail.trouble import words_of
from amends.desk.intake.models import Mailbox
from amends.desk.intake.outcomes import why_of
from amends.desk.intake.services import correcting, mailboxes
from amends.desk.intake.services.settings import change_intake_settings, intake_settings
from amends.desk.outbox.routes import mail_can_leave
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import require

__all__ = [
    "complaint_after_all",
    "intake_page",
    "left_out",
    "mailbox",
    "mailbox_move",
    "no_complaint",
    "raw_bytes",
    "raw_move",
]

_SHOWN = 50
_PREVIEW = 4_000


@require_safe
def left_out(request: HttpRequest) -> HttpResponse:
    """What was set aside, what opened no case, and what could not be read: nothing is thrown away unseen."""
    person = acting(request)
    require(person, "raw.see")
    page = max(1, int(number)) if (number := request.GET.get("page", "1")).isascii() and number.isdigit() else 1
    which = request.GET.get("view", "set-aside")
    begin = (min(page, 10_000) - 1) * _SHOWN
    rows: list[dict[str, Any]]
    if which in ("no-case", "unreadable"):
        raws = RawMessage.objects.filter(state=which).order_by("-pk")[begin : begin + _SHOWN + 1]
        rows = [{"raw": row, "why": why_of(row), "first_words": _first_words(row)} for row in raws]
    else:
        which = "set-aside"
        cases = Case.objects.filter(state=Case.State.SET_ASIDE).select_related("customer")
        found = list(cases.order_by("-closed_at", "-pk")[begin : begin + _SHOWN + 1])
        rows = [{"case": case, "message": message} for case, message in _with_first_message(found)]
    context = {
        "which": which,
        "rows": rows[:_SHOWN],
        "more": len(rows) > _SHOWN,
        "page": page,
        "unreadable": RawMessage.objects.filter(state=RawMessage.State.UNREADABLE).count(),
    }
    return render(request, "intake/left_out.html", context)


@require_POST
def complaint_after_all(request: HttpRequest, public_id: str) -> HttpResponse:
    """One click: this is a complaint."""
    case = get_object_or_404(Case, public_id=public_id)
    correcting.is_a_complaint(acting(request), case)
    messages.success(request, _("It is in the inbox now. The desk remembers that it heard this wrongly."))
    return redirect("cases:case", case.public_id)


@require_POST
def no_complaint(request: HttpRequest, public_id: str) -> HttpResponse:
    """One click: this is none, or it is spam."""
    case = get_object_or_404(Case, public_id=public_id)
    service = correcting.is_spam if "spam" in request.POST else correcting.is_no_complaint
    service(acting(request), case)
    messages.success(request, _("It is set aside. You find it under “Left out”."))
    return redirect("cases:inbox")


@require_POST
def raw_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up what the desk left out, or try to read again what it could not."""
    row = get_object_or_404(RawMessage, pk=pk)
    was = row.state
    try:
        if was == RawMessage.State.UNREADABLE:
            correcting.read_again(acting(request), row)
        else:
            correcting.take_up_raw(acting(request), row)
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("The desk reads it now. In a moment it is in the inbox, or here with the reason."))
    return redirect(f"{reverse('intake:left-out')}?view={was}")


@require_safe
def raw_bytes(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes as they came, always as a download: what strangers sent never runs in our pages."""
    require(acting(request), "attachment.read")
    row = get_object_or_404(RawMessage, pk=pk)
    name = "form.json" if row.mailbox == "form" else "message.eml"
    return HttpResponse(
        row.raw(),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{row.pk}-{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )


def intake_page(request: HttpRequest) -> HttpResponse:
    """Mailboxes with their health, the form, the acknowledgement."""
    person = acting(request)
    require(person, "mailbox.see")
    row = intake_settings()
    forms: dict[str, FormSettingsForm | AcknowledgementForm] = {
        "form": FormSettingsForm(initial={"form_open": row.form_open, "form_sites": row.form_sites}),
        "acknowledgement": AcknowledgementForm(initial={"acknowledge": row.acknowledge}),
    }
    status = 200
    which = request.POST.get("which", "")
    if request.method == "POST" and which in forms:
        form = type(forms[which])(request.POST)
        forms[which] = form
        if form.is_valid():
            try:
                change_intake_settings(person, **form.cleaned_data)
            except WrongInput as error:
                tell(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("intake:settings")
        status = 422
    boxes = [{"mailbox": box, "trouble": words_of(box.trouble)} for box in Mailbox.objects.all()]
    context = {
        "boxes": boxes,
        "form": forms["form"],
        "acknowledgement": forms["acknowledgement"],
        "form_address": settings.PUBLIC_URL + reverse("intake:complaint"),
        "snippet": _snippet(),
        "mail_can_leave": mail_can_leave(),
        "smtp_in": settings.SMTP_IN,
        "lmtp_in": settings.LMTP_IN,
    }
    return render(request, "intake/settings.html", context, status=status)


def mailbox(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set up a mailbox, or change it; the "try it" button says in plain words what is wrong."""
    person = acting(request)
    require(person, "mailbox.edit")
    row = get_object_or_404(Mailbox, pk=pk) if pk is not None else Mailbox()
    context: dict[str, Any] = {"mailbox": row if pk is not None else None, "trouble": words_of(row.trouble)}
    if request.method != "POST":
        initial = {name: getattr(row, name) for name in mailboxes.FIELDS} if pk is not None else {}
        return render(request, "intake/mailbox.html", context | {"form": MailboxForm(initial=initial)})
    form = MailboxForm(request.POST)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            ready = mailboxes.prepared(person, row, secret=values.pop("secret"), **values)
            if "try" in request.POST:
                context |= _tried(request, ready)
                # What was just written into the password comes back with the page, so that it can be saved.
                tried = render(request, "intake/mailbox.html", context | {"form": form})
                tried.headers["Cache-Control"] = "no-store"
                return tried
            mailboxes.save(person, ready)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved. The desk listens."))
            return redirect("mailboxes:list")
    return render(request, "intake/mailbox.html", context | {"form": form}, status=422)


@require_POST
def mailbox_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a mailbox, listen again, or forget it."""
    row = get_object_or_404(Mailbox, pk=pk)
    person = acting(request)
    to = request.POST.get("to", "")
    if to == "remove":
        mailboxes.remove(person, row)
        messages.success(request, _("The mailbox is forgotten. What came in by it stays."))
    elif to == "pause":
        mailboxes.pause(person, row)
    else:
        mailboxes.resume(person, row)
    return redirect("mailboxes:list")


def _tried(request: HttpRequest, ready: Mailbox) -> dict[str, Any]:
    if ready.kind != Mailbox.Kind.IMAP:
        doors = [f"SMTP {host}:{port}" for host, port in [settings.SMTP_IN] if host] if settings.SMTP_IN else []
        doors += [f"LMTP {host}:{port}" for host, port in [settings.LMTP_IN] if host] if settings.LMTP_IN else []
        if doors:
            words = _("Let your mail server hand the mail for this address over to %(doors)s.")
            return {"works": words % {"doors": ", ".join(doors)}}
        return {
            "fails": _(
                "The desk takes no mail from servers yet: set AMENDS_SMTP_IN or AMENDS_LMTP_IN and start it anew."
            )
        }
    try:
        tried = mailboxes.try_mailbox(acting(request), ready)
    except mailboxes.MailboxTrouble as trouble:
        return {"fails": words_of(trouble.code), "detail": trouble.detail}
    words = ngettext(
        "It works: %(number)d mail is in this folder.", "It works: %(number)d mails are in this folder.", tried.mails
    ) % {"number": tried.mails}
    if not tried.idle:
        words += " " + _("This server does not tell when mail comes, so the desk looks every minute.")
    return {"works": words}


def _snippet() -> str:
    """Two lines for the page of a site."""
    language = get_language() or settings.LANGUAGE_CODE
    form, frame = reverse("intake:complaint"), reverse("intake:complaint-embedded")
    title = _("Tell us what went wrong")
    return (
        f'<iframe src="{settings.PUBLIC_URL}{frame}?language={language}" title="{title}" width="100%" height="1200"'
        f' loading="lazy" style="border:0"></iframe>\n'
        f'<p><a href="{settings.PUBLIC_URL}{form}?language={language}">{title}</a></p>'
    )


def _with_first_message(cases: list[Case]) -> list[tuple[Case, Message | None]]:
    said = Message.objects.filter(case__in=cases, direction=Message.Direction.IN).select_related("hearing")
    first: dict[int, Message] = {}
    for message in said.order_by("-sent_at", "-pk"):
        first[message.case_id] = message
    return [(case, first.get(case.pk)) for case in cases]


def _first_words(row: RawMessage) -> str:
    """The beginning of the bytes as a person would read them, for a list; nothing of it is trusted."""
    if row.mailbox == "form" or row.size > 200_000:
        return ""
    from amends.archive.mail import parse

    mail = parse(row.raw()[:_PREVIEW])
    sender = str(mail.sender.address or mail.sender.name) if mail.sender else ""
    return " · ".join(part for part in (sender, mail.subject, " ".join(mail.text.split())[:200]) if part)
