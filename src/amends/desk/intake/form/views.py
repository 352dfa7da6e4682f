"""The public complaint form: a page of its own, and one that other sites may show in a frame."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.intake.acknowledging import first_word_by, moment_words
from amends.desk.intake.form import guard
from amends.desk.intake.form.forms import ComplaintForm
from amends.desk.intake.form.submitting import keep_form, stored_files
from amends.desk.intake.services.settings import intake_settings
from amends.desk.outbox.routes import mail_can_leave
from amends.desk.pages.asking import address_of, tell
from amends.messages import RIGHT_TO_LEFT

__all__ = ["complaint", "received"]

_SALT = "amends.intake.received"


# Nobody is signed in here, and in a frame of another site no cookie comes along: the ticket takes the place of both.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, embedded: bool = False) -> HttpResponse:
    """The form: shown, and taken in."""
    language = _language(request)
    with translation.override(language):
        if not intake_settings().form_open:
            return _shown(request, "intake/closed.html", {}, language, embedded, 410)
        if request.method != "POST":
            return _form(request, ComplaintForm(), language, embedded)
        return _taken(request, language, embedded)


@login_not_required
@require_safe
def received(request: HttpRequest, embedded: bool = False) -> HttpResponse:
    """What happens next, and by when."""
    language = _language(request)
    with translation.override(language):
        try:
            told = signing.loads(request.GET.get("told", ""), salt=_SALT)
            by = parse_datetime(told["by"])
        except (signing.BadSignature, KeyError, TypeError, ValueError):
            told, by = {}, None
        context = {
            "by": moment_words(by, house()) if by else "",
            "mail": told.get("mail"),
            "phone": told.get("phone"),
            "acknowledged": told.get("mail") and mail_can_leave() and intake_settings().acknowledge,
        }
        return _shown(request, "intake/received.html", context, language, embedded)


def _taken(request: HttpRequest, language: str, embedded: bool) -> HttpResponse:
    form = ComplaintForm(request.POST, request.FILES)
    signed = request.POST.get("ticket", "")
    if not form.is_valid():
        return _form(request, form, language, embedded, signed, 422)
    data = dict(form.cleaned_data)
    files: list[UploadedFile] = data.pop("attachments")
    by = first_word_by(house(), timezone.now(), timezone.now())
    try:
        ticket = guard.opened(signed, request.POST.get(guard.TRAP, ""))
        if not guard.seen_before(ticket):
            _keep(request, ticket, data, files, language, by)
    except WrongInput as error:
        tell(form, error)
        return _form(request, form, language, embedded, signed, error.status)
    told = signing.dumps({"by": by.isoformat(), "mail": bool(data["mail"]), "phone": bool(data["phone"])}, salt=_SALT)
    address = reverse("intake:received-embedded" if embedded else "intake:received")
    return HttpResponseRedirect(f"{address}?{urlencode({'language': language, 'told': told})}", status=303)


def _keep(
    request: HttpRequest,
    ticket: guard.Ticket,
    data: dict[str, str],
    files: list[UploadedFile],
    language: str,
    by: datetime,
) -> None:
    visit = guard.check_limits(ticket, address_of(request), f"{data['happened']} {data['wish']}")
    # Files are written before the transaction, which keeps all other writers of the database waiting.
    stored = stored_files(files)
    try:
        with transaction.atomic():
            visit.save()
            keep_form(data, stored, once=ticket.once, language=language, promised=by)
    except IntegrityError:
        # The same form a moment ago, by a second press.
        if not guard.seen_before(ticket):
            raise


def _form(
    request: HttpRequest,
    form: ComplaintForm,
    language: str,
    embedded: bool,
    signed: str = "",
    status: int = 200,
) -> HttpResponse:
    business = house()
    now = timezone.now()
    context = {
        "form": form,
        "ticket": signed if signed and _works(signed) else guard.new_ticket(),
        "trap": guard.TRAP,
        "by": moment_words(first_word_by(business, now, now), business),
        "files_again": bool(request.FILES),
    }
    return _shown(request, "intake/complaint.html", context, language, embedded, status)


def _works(signed: str) -> bool:
    """Whether a ticket may still be used: then the form keeps it, so that its time counts."""
    try:
        guard.opened(signed, "")
    except WrongInput as error:
        # Too quick is a matter of waiting; anything else wants a new one.
        return not isinstance(error.__cause__, signing.BadSignature)
    return True


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], language: str, embedded: bool, status: int = 200
) -> HttpResponse:
    context |= {
        "embedded": embedded,
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
    }
    response = render(request, template, context, status=status)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    if embedded:
        response.xframe_options_exempt = True
        response._csp_replace = {"frame-ancestors": ["'self'", *intake_settings().sites]}  # type: ignore[attr-defined]
    return response


def _language(request: HttpRequest) -> str:
    """The language that the address asks for, else the one of the browser: in a frame no cookie comes along."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
