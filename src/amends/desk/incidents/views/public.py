"""The pages that the world reads: no account, no cookie, no script."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.errors import DeskError, NotFound
from amends.desk.house.services import house
from amends.desk.incidents.models import Incident
from amends.desk.incidents.public import address_of, best_language, feed_of, languages_of, page_of, render_page
from amends.desk.incidents.services import subscribing
from amends.desk.pages.asking import address_of as network_address
from amends.desk.portal.limits import count, refuse_when_too_often
from amends.messages import RIGHT_TO_LEFT

_FRESH = "public, max-age=30"
View = Callable[..., HttpResponse]


def _in_plain_words(view: View) -> View:
    """What is refused here is said on a page of this kind: no navigation, no cookie."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str, **values: Any) -> HttpResponse:
        try:
            return view(request, slug, **values)
        except DeskError as error:
            return _said(
                request, Incident.objects.filter(slug=slug).first(), _("This did not work"), error.words, error.status
            )

    return answer


@login_not_required
@require_safe
def page(request: HttpRequest, slug: str, language: str = "") -> HttpResponse:
    """The page, in the language that was asked for or suits the reader."""
    incident, languages = _published(slug)
    chosen = language
    if language not in languages:
        if language:
            raise Http404
        chosen = best_language(_wanted(request), languages, incident.language)
    shown = page_of(incident, chosen)
    content = render_page(
        incident,
        shown,
        styles=static("incidents/public.css"),
        feed=f"/i/{slug}/{chosen}/feed.xml",
        addresses=[(code, name, f"/i/{slug}/{code}/") for code, name in shown.others],
        subscribe=f"/i/{slug}/subscribe",
    )
    response = HttpResponse(content)
    response.headers["Content-Language"] = chosen
    response.headers["Cache-Control"] = _FRESH
    response.headers["Last-Modified"] = http_date(shown.changed.timestamp())
    if not language:
        patch_vary_headers(response, ["Accept-Language"])
    return response


@login_not_required
@require_safe
def feed(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The updates as an Atom feed."""
    incident, languages = _published(slug)
    if language not in languages:
        raise Http404
    content = feed_of(incident, page_of(incident, language), f"{settings.PUBLIC_URL}{request.path}")
    response = HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = _FRESH
    return response


@csrf_exempt
@login_not_required
@require_POST
@_in_plain_words
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for updates by mail. There is no session whose rights a stranger's form could use."""
    incident, languages = _published(slug)
    counted = f"subscribe {network_address(request)}"
    refuse_when_too_often("renewal-address", counted)
    count("renewal-address", counted)
    language = request.POST.get("language", "")
    if not request.POST.get("website"):
        subscribing.ask(incident, request.POST.get("address", ""), language if language in languages else "")
    # The same words for everybody: nobody learns who reads along.
    words = _(
        "We have sent a mail to this address, unless it has the updates already. Press the link in it and you get them."
    )
    return _said(request, incident, _("Look into your mail"), words)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@_in_plain_words
def confirm(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Say yes. Looking at the link does nothing, as programs look at links in mail."""
    incident, _languages = _published(slug)
    if request.method == "POST":
        subscribing.confirm(incident, token)
        return _said(request, incident, _("You get the updates"), _("Each mail has a link that ends them."))
    return _asked(request, incident, _("Do you want our updates by mail?"), _("Yes, send them"))


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@_in_plain_words
def leave(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Want no more, with one press (RFC 8058), signed in or not."""
    incident = Incident.objects.filter(slug=slug).first()
    if incident is None:
        raise NotFound(_("There is no such page."))
    if request.method == "POST":
        subscribing.leave(incident, token)
        return _said(request, incident, _("You get no more updates"), _("Your address is deleted here."))
    return _asked(request, incident, _("End the updates by mail?"), _("End them"))


def _published(slug: str) -> tuple[Incident, list[str]]:
    incident = Incident.objects.filter(slug=slug, published_at__isnull=False).first()
    languages = languages_of(incident) if incident is not None else []
    if incident is None or not languages:
        raise Http404
    return incident, languages


def _wanted(request: HttpRequest) -> list[str]:
    """The languages that the reader's browser asks for, the best first."""
    found = []
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            found.append(get_supported_language_variant(code))
        except LookupError:
            continue
    return found


def _said(request: HttpRequest, incident: Incident | None, heading: str, words: str, status: int = 200) -> HttpResponse:
    return _answer(request, incident, {"heading": heading, "words": words}, status)


def _asked(request: HttpRequest, incident: Incident, heading: str, button: str) -> HttpResponse:
    return _answer(request, incident, {"heading": heading, "button": button, "action": request.path}, 200)


def _answer(request: HttpRequest, incident: Incident | None, context: dict[str, Any], status: int) -> HttpResponse:
    language = translation.get_language() or settings.LANGUAGE_CODE
    shown = {
        **context,
        "business": house(),
        "styles": static("incidents/public.css"),
        "page": address_of(incident) if incident is not None and incident.published_at else "",
        "code": language,
        "way": "rtl" if language in RIGHT_TO_LEFT else "ltr",
    }
    response = render(None, "incidents/public/answer.html", shown, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
