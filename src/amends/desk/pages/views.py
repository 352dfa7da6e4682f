"""Error pages, signs of life, the choice of language and colours before signing in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amends.desk.pages import places
from amends.desk.pages.asking import acting
from amends.desk.pages.middleware import LANGUAGE_COOKIE, THEME_COOKIE
from amends.desk.people.models import Theme

__all__ = ["alive", "appearance", "bad_request", "failed", "forbidden", "form_too_old", "not_found", "waiting"]


@never_cache
@require_safe
def waiting(request: HttpRequest) -> JsonResponse:
    """How much waits for a person in each room of the navigation, by the names of its entries."""
    person = acting(request)
    entries = places.entries_for(person, places.navigation_entries)
    counted = {entry.address: entry.count(person) for entry in entries if entry.count}
    return JsonResponse({address: number for address, number in counted.items() if number})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be understood."""
    words = _("This could not be understood. Go back and try again; what you wrote is still in the form.")
    return render(request, "pages/refused.html", {"words": words}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """It is not for this person."""
    words = _("Your role does not include this. Ask a lead or the owner to do it with you.")
    return render(request, "pages/refused.html", {"words": words}, status=403)


@login_not_required
def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened too long ago, or in another window before signing in."""
    words = _("This form was open for a long time, so it was not accepted. Go back, reload the page and send it again.")
    return render(request, "pages/refused.html", {"words": words}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page."""
    words = _("There is nothing at this address. It may have moved, or it is not for you to see.")
    return render(request, "pages/refused.html", {"words": words}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something went wrong on our side."""
    return render(request, "pages/failed.html", status=500)


@login_not_required
def alive(request: HttpRequest, **_values: Any) -> HttpResponse:
    """Whether the desk and its database answer, for whatever watches over them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"alive": True})


@login_not_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the language and colours that somebody who is not signed in chose, in cookies that say nothing else."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    chosen = {}
    if (language := request.POST.get("language", "")) in dict(settings.LANGUAGES):
        chosen[LANGUAGE_COOKIE] = language
    if (theme := request.POST.get("theme", "")) in Theme.values:
        chosen[THEME_COOKIE] = theme
    for name, value in chosen.items():
        response.set_cookie(
            name,
            value,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
