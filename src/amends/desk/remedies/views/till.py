"""The page for the till: for staff who are signed in, or a device with a link of its own."""

from datetime import timedelta
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from amends.desk.errors import DeskError, NotFound, WrongInput
from amends.desk.pages.asking import acting, address_of, tell
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.remedies import services
from amends.desk.remedies.codes import grouped
from amends.desk.remedies.forms import CodeForm
from amends.desk.remedies.models import Remedy, Till, Voucher
from amends.desk.remedies.services.tills import machine_of
from amends.desk.remedies.services.vouchers import has_expired

__all__ = ["begin", "till", "voucher"]

COOKIE = "amends_till"


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest, token: str) -> HttpResponse:
    """A device opens its link: it remembers the secret, which then is in no address any more."""
    row = services.till_of(token)
    response = HttpResponseRedirect(reverse("remedies:till"))
    response.set_cookie(
        COOKIE,
        token,
        expires=row.expires_at,
        path=reverse("remedies:till"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def till(request: HttpRequest) -> HttpResponse:
    """Look at a voucher, redeem it, undo it within a minute. The code comes in the form, never in an address."""
    who, device = _who(request)
    if who is None:
        return redirect_to_login(request.get_full_path())
    require(who, "voucher.redeem")
    form = CodeForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "till": device}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            row = services.find_voucher(who, form.cleaned_data["code"], till=device, address=address_of(request))
            if request.POST.get("do") == "redeem":
                services.redeem(who, row, till=device)
                context["redeemed"] = True
            elif request.POST.get("do") == "undo":
                services.undo(who, row, till=device)
                context["undone"] = True
        except WrongInput as error:
            tell(form, error)
            status = error.status
        except DeskError as error:
            context["refused"] = error.words
            status = error.status
            found = None if isinstance(error, NotFound) or status == 429 else row
            context |= _shown(found, who, device) if found is not None else {}
        else:
            context |= _shown(row, who, device)
    elif form.is_bound:
        status = 422
    return render(request, "remedies/till.html", context, status=status)


@never_cache
@require_safe
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    """A voucher to print or to send: its code, in signs and as a picture to scan."""
    require(acting(request), "remedy.see")
    rows = Remedy.objects.select_related("voucher", "case__customer").exclude(voucher=None)
    remedy = get_object_or_404(rows, pk=pk)
    row = remedy.voucher
    if row is None:
        raise NotFound(_("There is no voucher."))
    picture = segno.make(row.code, error="m").svg_data_uri(scale=6, border=2)
    context = {
        "remedy": remedy,
        "case": remedy.case,
        "voucher": row,
        "code": grouped(row.code),
        "picture": picture,
        "expired": has_expired(row),
    }
    return render(request, "remedies/voucher.html", context)


def _who(request: HttpRequest) -> "tuple[Acting | None, Till | None]":
    """Who acts: the person who is signed in, else the device."""
    if request.user.is_authenticated:
        return acting(request), None
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None, None
    device = services.till_of(token)
    return machine_of(device), device


def _shown(row: Voucher, who: Acting, device: Till | None) -> dict[str, Any]:
    row.refresh_from_db()
    within = row.redeemed_at is not None and timezone.now() - row.redeemed_at < services.UNDO - timedelta(seconds=1)
    mine = (device is not None and row.redeemed_till_id == device.pk) or (
        device is None and row.redeemed_by_id is not None and row.redeemed_by_id == getattr(who, "pk", 0)
    )
    return {
        "voucher": row,
        "code": grouped(row.code),
        "expired": has_expired(row),
        "may_undo": row.state == Voucher.State.REDEEMED and within and mine,
    }
