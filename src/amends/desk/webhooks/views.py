"""The settings pages of webhooks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import require
from amends.desk.webhooks import services
from amends.desk.webhooks.forms import EndpointForm
from amends.desk.webhooks.models import Delivery, Endpoint

_MOST_SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def endpoints(request: HttpRequest) -> HttpResponse:
    """All endpoints with their health, and a form for a new one."""
    person = acting(request)
    require(person, "webhook.edit")
    form, secret, made = EndpointForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.add_endpoint(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            form = EndpointForm()
    rows = Endpoint.objects.exclude(state=Endpoint.State.REMOVED)
    context = {"form": form, "endpoints": rows, "secret": secret, "made": made}
    return render(request, "webhooks/list.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint: its health, what was sent, its form."""
    person = acting(request)
    require(person, "webhook.edit")
    row = _found(pk)
    form = EndpointForm(request.POST or None, endpoint=row)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_endpoint(person, row, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("webhooks:endpoint", row.pk)
    return _page(request, row, form)


@never_cache
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Try it, switch it, give it another secret, remove it."""
    person, row = acting(request), _found(pk)
    do = request.POST.get("do", "")
    if do == "secret":
        secret = services.new_secret_for(person, row)
        return _page(request, row, EndpointForm(endpoint=row), secret)
    if do == "remove":
        services.remove_endpoint(person, row)
        messages.success(request, _("The webhook is removed."))
        return redirect("webhooks:list")
    if do == "test":
        services.test_event(person, row)
        messages.success(request, _("A test is on its way. Look again in a few seconds."))
    elif do in ("on", "off"):
        services.switch(person, row, on=do == "on")
    return redirect("webhooks:endpoint", row.pk)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an event once more."""
    row = Delivery.objects.select_related("endpoint", "event").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("This event is not kept any more."))
    services.again(acting(request), row)
    messages.success(request, _("It is on its way again."))
    return redirect("webhooks:endpoint", row.endpoint_id)


def _page(request: HttpRequest, row: Endpoint, form: EndpointForm, secret: str = "") -> HttpResponse:
    deliveries = row.deliveries.select_related("event").order_by("-pk")[:_MOST_SHOWN]
    context = {"endpoint": row, "form": form, "deliveries": deliveries, "secret": secret}
    return render(request, "webhooks/endpoint.html", context, status=422 if form.errors else 200)


def _found(pk: int) -> Endpoint:
    row = Endpoint.objects.exclude(state=Endpoint.State.REMOVED).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such webhook."))
    return row
