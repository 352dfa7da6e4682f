"""What a view needs of a request: who acts, from where, whether htmx asks, and how to answer."""

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.people.models import Person

__all__ = ["acting", "address_of", "by_htmx", "redirect_to", "tell"]


def acting(request: HttpRequest) -> Person:
    """The person who is signed in: the first argument of every service.

    Raises:
        NotAllowed: Nobody is; only in views that need no signing in.
    """
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        # The middleware gives a stand-in that loads when asked; services want the person.
        person = getattr(user, "_wrapped", user)
        if isinstance(person, Person):
            return person
    raise NotAllowed


def address_of(request: HttpRequest) -> str:
    """The network address of whoever asks: what the trusted proxy says, when it is the proxy that speaks to us.

    The desk's own server has put it right already; other servers leave it to us.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXY and address == settings.TRUSTED_PROXY:
        # The proxy adds the address it saw at the end; what stands before, anybody may have written.
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return forwarded or address
    return address


def by_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks, so that a fragment is the answer."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def redirect_to(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to another page, whether it asked by itself or through htmx."""
    if by_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=303, headers={"Location": address})


def tell(form: BaseForm, error: WrongInput) -> None:
    """Show in a form what a service said of its input, at the field it belongs to."""
    form.add_error(error.field if error.field in form.fields else None, error.words)
