"""The customer's page, reached by a secret link and no account; and what staff do with those links."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends import messages as core_messages
from amends.desk import store
from amends.desk.cases.models import Case
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.pages.asking import acting, address_of, tell
from amends.desk.pages.middleware import LANGUAGE_COOKIE
from amends.desk.people.authority import may, require
from amends.desk.people.roles import CUSTOMER
from amends.desk.portal import answering, services
from amends.desk.portal.forms import NotYetForm, PortalSettingsForm, WishesForm, WriteForm
from amends.desk.portal.limits import TooOften, count, refuse_when_too_often
from amends.desk.portal.models import CustomerLink
from amends.desk.portal.sending import change_portal_settings, portal_settings, reached_from_outside
from amends.desk.portal.shown import attachment_of, page_of
from amends.desk.tokens import hashed

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Case, CustomerLink, Rest], HttpResponseBase]


def _page_view(view: View[Rest]) -> Callable[..., HttpResponseBase]:
    """A view of the customer's page: finds the case of the link, speaks the customer's language, tells caches, search
    engines and other sites nothing. What does not work any more gets a gentle page.
    """

    @wraps(view)
    @login_not_required
    @sensitive_variables("token")
    def answer(request: HttpRequest, token: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        try:
            case, link = services.case_of(token)
        except NotFound:
            return _private(_gone(request, token))
        with _in_language_of(request, case):
            try:
                response = view(request, case, link, *args, **kwargs)
            except TooOften as error:
                context = {"words": error.words, "back": _address(request)}
                response = render(request, "portal/wait.html", context, status=error.status)
        response.headers["Content-Language"] = _language(request, case)
        return _private(response)

    return answer


@require_safe
@_page_view
def page(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """What we said, what we promised and where it stands, and a place to answer."""
    return _rendered(request, case, link)


@require_safe
@_page_view
def promises(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """The part of the page that changes by itself; nothing while it is as the browser has it."""
    shown = page_of(case)
    if request.GET.get("seen") == shown.stamp:
        return HttpResponse(status=204)
    return render(request, "portal/parts/standing.html", {"page": shown, "at": _address(request)})


@require_POST
@_page_view
def write(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """The customer writes."""
    refuse_when_too_often("message", link.token_hash)
    form = WriteForm(request.POST)
    if form.is_valid():
        try:
            files = _uploads(request)
            answering.write(CUSTOMER, case, form.cleaned_data["text"], files, language=request.LANGUAGE_CODE or "")
        except WrongInput as error:
            tell(form, error)
        else:
            count("message", link.token_hash)
            messages.success(request, _("We have your words. Thank you for writing."))
            return _to_page(request)
    return _rendered(request, case, link, write_form=form)


@require_POST
@_page_view
def right(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """It is right now, says the customer."""
    refuse_when_too_often("answer", link.token_hash)
    try:
        answering.say_right(CUSTOMER, case)
    except WrongMove:
        messages.info(request, _("This cannot be said here just now. Write to us instead, below."))
        return _to_page(request)
    count("answer", link.token_hash)
    messages.success(request, _("Thank you for telling us. We are glad that it is right now."))
    return _to_page(request)


@require_POST
@_page_view
def not_yet(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """It is not right yet, says the customer; they see who answers and by when."""
    refuse_when_too_often("answer", link.token_hash)
    form = NotYetForm(request.POST, prefix="not-yet")
    if form.is_valid():
        try:
            promise = answering.say_not_yet(
                CUSTOMER, case, form.cleaned_data["text"], language=request.LANGUAGE_CODE or ""
            )
        except WrongInput as error:
            tell(form, error)
        else:
            count("answer", link.token_hash)
            messages.success(request, _thanks_for_not_yet(promise.owner.name if promise.owner else "", promise.due_day))
            return _to_page(request)
    return _rendered(request, case, link, not_yet_form=form)


@require_POST
@_page_view
def let_off(request: HttpRequest, case: Case, link: CustomerLink, key: int) -> HttpResponse:
    """The customer does not need a promise any more."""
    refuse_when_too_often("answer", link.token_hash)
    try:
        answering.let_off(CUSTOMER, case, key)
    except (NotFound, WrongMove):
        messages.info(request, _("This promise was settled in the meantime."))
    else:
        count("answer", link.token_hash)
        messages.success(request, _("Noted: you do not need this any more."))
    return _to_page(request)


@require_POST
@_page_view
def wishes(request: HttpRequest, case: Case, link: CustomerLink) -> HttpResponse:
    """How the customer wants to be reached."""
    refuse_when_too_often("wish", link.token_hash)
    form = WishesForm(request.POST, prefix="wishes")
    if form.is_valid():
        try:
            answering.change_wishes(CUSTOMER, case, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            count("wish", link.token_hash)
            with override(form.cleaned_data["language"]):
                messages.success(request, _("Noted. This is how we reach you from now on."))
            response = _to_page(request)
            # The language chosen here is theirs from now on, whatever this browser was set to before.
            response.delete_cookie(LANGUAGE_COOKIE)
            return response
    return _rendered(request, case, link, wishes_form=form)


@require_safe
@_page_view
def file(request: HttpRequest, case: Case, link: CustomerLink, key: int) -> HttpResponseBase:
    """A file of the page, always as a download."""
    found = attachment_of(case, key)
    path = store.path_of(found.content_hash) if found else None
    if found is None or path is None or not path.is_file():
        context = {"words": _("This file is not here any more. Ask us for it below."), "back": _address(request)}
        return render(request, "portal/wait.html", context, status=404)
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_variables("token")
def renew(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for a new link. The answer is the same whether there was one or not."""
    if request.method == "GET":
        return redirect("portal:page", token)
    try:
        refuse_when_too_often("renewal-address", address_of(request))
        count("renewal-address", address_of(request))
        refuse_when_too_often("renewal", hashed(token))
        count("renewal", hashed(token))
        services.renew(token)
    except TooOften as error:
        return _private(render(request, "portal/wait.html", {"words": error.words, "back": ""}, status=error.status))
    with override(_language_of_link(request, token)):
        return _private(render(request, "portal/renewed.html"))


@require_POST
def issue(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Staff make a link: mailed to the known address, or shown once to hand over."""
    case = get_object_or_404(Case.objects.select_related("customer"), public_id=public_id)
    if request.POST.get("do") == "mail":
        address = services.mail_link(acting(request), case)
        messages.success(request, _("The link is on its way to %(address)s.") % {"address": address})
        return redirect("cases:case", case.public_id)
    token = services.issue(acting(request), case)
    context = {"case": case, "address": services.address_of(token)}
    return _private(render(request, "portal/issued.html", context))


@require_POST
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Staff end all links of a case."""
    person = acting(request)
    case = get_object_or_404(Case, public_id=public_id)
    for link in CustomerLink.objects.filter(case=case, revoked_at=None, expires_at__gt=timezone.now()):
        services.revoke(person, link)
    messages.success(request, _("The links of this case do not work any more."))
    return redirect("cases:case", case.public_id)


@require_safe
def preview(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The page as the customer sees it, for staff; nothing can be sent from it."""
    require(acting(request), "case.see")
    case = get_object_or_404(Case.objects.select_related("customer", "assignee"), public_id=public_id)
    with _in_language_of(request, case):
        context = {"page": page_of(case), "preview": True, "back": reverse("cases:case", args=[case.public_id])}
        return _private(render(request, "portal/page.html", context))


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether mail to customers carries the link to their page."""
    person = acting(request)
    require(person, "case.see")
    form = PortalSettingsForm(
        request.POST if request.method == "POST" else None, initial={"link_in_mail": portal_settings().link_in_mail}
    )
    if request.method == "POST" and form.is_valid():
        change_portal_settings(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("portal:settings")
    context = {
        "form": form,
        "may_edit": may(person, "portal.edit"),
        "from_outside": reached_from_outside(),
        "site": settings.PUBLIC_URL,
        "days": services.LASTS.days // 2,
    }
    return render(request, "portal/settings.html", context, status=422 if form.errors else 200)


def _rendered(request: HttpRequest, case: Case, link: CustomerLink, **forms: Any) -> HttpResponse:
    shown = page_of(case)
    wishes_now = {
        "reach": shown.reach,
        "reach_words": shown.reach_words,
        "phone": shown.phone,
        "language": request.LANGUAGE_CODE,
    }
    context = {
        "page": shown,
        "link": link,
        "at": _address(request),
        "write_form": WriteForm(),
        "not_yet_form": NotYetForm(prefix="not-yet"),
        "wishes_form": WishesForm(prefix="wishes", initial=wishes_now),
        "largest": settings.LARGEST_UPLOAD // (1024 * 1024),
        **forms,
    }
    return render(request, "portal/page.html", context, status=422 if forms else 200)


def _gone(request: HttpRequest, token: str) -> HttpResponse:
    try:
        refuse_when_too_often("miss", address_of(request))
    except TooOften as error:
        return render(request, "portal/wait.html", {"words": error.words, "back": ""}, status=error.status)
    count("miss", address_of(request))
    with override(_language_of_link(request, token)):
        return render(request, "portal/gone.html", {"token": token}, status=410)


def _language_of_link(request: HttpRequest, token: str) -> str:
    link = CustomerLink.objects.select_related("case__customer").filter(token_hash=hashed(token)).first()
    if link is None or link.case.customer.erased_at is not None:
        return request.LANGUAGE_CODE or settings.LANGUAGE_CODE
    return _language(request, link.case)


def _language(request: HttpRequest, case: Case) -> str:
    """What the reader chose at the foot of the page, else the customer's. Staff see what the customer sees."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in dict(settings.LANGUAGES) and not request.user.is_authenticated:
        return chosen
    return services.language_of(case)


class _in_language_of:  # noqa: N801 - reads as a phrase
    """The customer's language and the house's time, while the block runs."""

    def __init__(self, request: HttpRequest, case: Case) -> None:
        self.request = request
        self.language = _language(request, case)
        zone = ZoneInfo(house().time_zone)
        self.managers = (override(self.language), core_messages.use(self.language), timezone.override(zone))

    def __enter__(self) -> None:
        self.request.LANGUAGE_CODE = self.language
        for manager in self.managers:
            manager.__enter__()

    def __exit__(self, *details: Any) -> None:
        for manager in reversed(self.managers):
            manager.__exit__(*details)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Nobody but the reader keeps it: no cache, no search engine, no word of its address to other sites.

    The referrer goes to our own pages only; without any, browsers send forms with an empty origin, which is refused.
    """
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _address(request: HttpRequest) -> str:
    token = request.resolver_match.kwargs.get("token", "") if request.resolver_match else ""
    return reverse("portal:page", args=[token])


def _to_page(request: HttpRequest) -> HttpResponse:
    return redirect(_address(request))


def _uploads(request: HttpRequest) -> list[answering.Upload]:
    found = []
    for one in request.FILES.getlist("files"):
        if one.size is not None and one.size > settings.LARGEST_UPLOAD:
            megabytes = settings.LARGEST_UPLOAD // (1024 * 1024)
            raise WrongInput(
                _("The file is larger than %(megabytes)d MB. Make it smaller, or send it in parts.")
                % {"megabytes": megabytes}
            )
        found.append(answering.Upload(one.name or "file", one.read()))
    return found


def _thanks_for_not_yet(owner: str, day: Any) -> str:
    when = f"{date_format(day, 'l')}, {date_format(day, 'DATE_FORMAT')}"
    if owner:
        return _("Thank you for saying so. %(name)s answers you by the end of %(day)s.") % {"name": owner, "day": when}
    return _("Thank you for saying so. We answer you by the end of %(day)s.") % {"day": when}
