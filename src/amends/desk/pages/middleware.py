"""Language and time of the person who looks, and errors of services as plain pages."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from amends import messages as core_messages
from amends.desk.errors import DeskError
from amends.desk.pages.asking import by_htmx

__all__ = ["PersonalPages", "PlainErrors"]

Answer = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "amends_language"
THEME_COOKIE = "amends_theme"


class PersonalPages:
    """Every page is in the language and time zone of the signed-in person; before, as the cookie or browser asks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language; the checker's own words come in it too."""
        from amends.desk.house.services import house

        request.house = SimpleLazyObject(house)  # type: ignore[attr-defined]
        language = _language(request)
        with translation.override(language), core_messages.use(language), timezone.override(_zone(request)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest) -> str:
    known = dict(settings.LANGUAGES)
    chosen = request.user.language if request.user.is_authenticated else request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in known:
        return chosen
    asked = translation.get_language_from_request(request)
    return asked if asked in known else settings.LANGUAGE_CODE


def _zone(request: HttpRequest) -> zoneinfo.ZoneInfo:
    name = request.user.time_zone if request.user.is_authenticated else ""
    try:
        return zoneinfo.ZoneInfo(name or request.house.time_zone)  # type: ignore[attr-defined]
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)


class PlainErrors:
    """What a service refuses becomes a page that says why and what to do, or a fragment for htmx."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for an error of a service; anything else is left to Django."""
        if not isinstance(exception, DeskError):
            return None
        fragment = by_htmx(request)
        template = "pages/refused_fragment.html" if fragment else "pages/refused.html"
        response = render(request, template, {"words": exception.words}, status=exception.status)
        if fragment:
            # Whatever part of the page was to be replaced stays as it is; the words appear above it.
            response.headers["HX-Retarget"] = "#notices"
            response.headers["HX-Reswap"] = "innerHTML"
        return response
