"""The settings pages of other desks, and the address that these post to."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.people.roles import INTAKE
from amends.desk.sealed import SealError
from amends.desk.sidecar import services
from amends.desk.sidecar.asking import Trouble
from amends.desk.sidecar.forms import ConnectionForm
from amends.desk.sidecar.models import Connection, Delivery, Note
from amends.desk.sidecar.outcomes import TROUBLE
from amends.desk.sidecar.product import Came, Refused
from amends.desk.sidecar.products import all_products
from amends.desk.sidecar.services.connecting import product_of
from amends.desk.sidecar.services.receiving import LARGEST

_A_PAGE = 50
_MOST_NOTES = 20


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take in what another desk tells: look at its signature, store its bytes, answer at once."""
    row = Connection.objects.exclude(state=Connection.State.REMOVED).filter(public_id=public_id).first()
    if row is None or row.product not in all_products():
        return JsonResponse({"problem": "There is no such connection."}, status=404)
    if request.method != "POST":
        # Some products look whether anybody is here before they post.
        return JsonResponse({"ready": row.state == Connection.State.ON})
    if row.state != Connection.State.ON:
        return JsonResponse({"problem": "This connection is switched off."}, status=403)
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        body = None
    if body is None or len(body) > LARGEST:
        return JsonResponse({"problem": "This is larger than 2 MB."}, status=413)
    product = product_of(row)
    came = Came({name.lower(): value for name, value in request.headers.items()}, body)
    try:
        secret = row.secret
        if not secret:
            raise Refused("no-secret")
        product.check(came, secret, timezone.now())
    except Refused as error:
        services.refuse(row, error)
        return JsonResponse({"problem": "The signature is not right."}, status=401)
    except SealError:
        return JsonResponse({"problem": "The desk cannot open its secret."}, status=503)
    _delivery, new = services.keep_delivery(INTAKE, row, product, came)
    return JsonResponse({"taken": new}, status=202 if new else 200)


@never_cache
@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """All connections with their health, and the products that can be connected."""
    person = acting(request)
    require(person, "sidecar.see")
    rows = Connection.objects.exclude(state=Connection.State.REMOVED)
    context = {"connections": rows, "products": all_products().values(), "may_edit": may(person, "sidecar.edit")}
    return render(request, "sidecar/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, product: str) -> HttpResponse:
    """Connect a product."""
    person = acting(request)
    require(person, "sidecar.edit")
    found = all_products().get(product)
    if found is None:
        raise NotFound(_("This product cannot be connected."))
    form = ConnectionForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = services.add_connection(person, product, **form.values())
        except WrongInput as error:
            tell(form, error)
        else:
            if secret:
                return _page(request, row, ConnectionForm(found, connection=row), secret)
            messages.success(request, _("Connected. Write the address below into the other desk."))
            return redirect("sidecar:connection", row.pk)
    context = {"form": form, "product": found}
    return render(request, "sidecar/connect.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection: its address, its health, its notes, its form."""
    person = acting(request)
    require(person, "sidecar.see")
    row = _found(pk)
    if request.method != "POST":
        return _page(request, row, _form(row))
    require(person, "sidecar.edit")
    form = ConnectionForm(product_of(row), request.POST, connection=row)
    if form.is_valid():
        try:
            services.change_connection(person, row, **form.values())
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("sidecar:connection", row.pk)
    return _page(request, row, form)


@never_cache
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Try it, switch it, give it another secret, remove it."""
    person, row = acting(request), _found(pk)
    do = request.POST.get("do", "")
    if do == "secret":
        return _page(request, row, _form(row), services.new_secret_for(person, row))
    if do == "remove":
        services.remove_connection(person, row)
        messages.success(request, _("The connection is removed."))
        return redirect("sidecar:list")
    if do == "try":
        try:
            name = services.try_out(person, row)
        except Trouble as trouble:
            messages.error(request, str(TROUBLE.get(trouble.code, trouble.words)))
        else:
            words = _("It works. Notes are written in the name of %(name)s.") if name else _("It works.")
            messages.success(request, words % {"name": name} if name else words)
    elif do in ("on", "off"):
        services.switch(person, row, on=do == "on")
    return redirect("sidecar:connection", row.pk)


@never_cache
@require_safe
def came(request: HttpRequest, pk: int) -> HttpResponse:
    """What came from a desk, and what became of it."""
    person = acting(request)
    require(person, "sidecar.see")
    row = _found(pk)
    state = request.GET.get("state", "")
    rows = row.deliveries.defer("content").select_related("conversation__case")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    else:
        state = ""
    page = Paginator(rows.order_by("-pk"), _A_PAGE).get_page(request.GET.get("page"))
    context = {"connection": row, "page": page, "which": state, "states": Delivery.State.choices}
    return render(request, "sidecar/came.html", context)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a telling once more, or take its words for a complaint."""
    person = acting(request)
    row = Delivery.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("This is not kept any more."))
    services.read_again(person, row)
    messages.success(request, _("It is being read."))
    return redirect("sidecar:came", row.connection_id)


@require_safe
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a telling, as a file that no browser runs."""
    require(acting(request), "sidecar.see")
    row = Delivery.objects.filter(pk=pk).first()
    if row is None or row.content is None:
        raise NotFound(_("This is not kept any more."))
    headers = {
        "Content-Disposition": f'attachment; filename="came-{row.pk}.json"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpResponse(bytes(row.content), content_type="application/octet-stream", headers=headers)


@require_POST
def note_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a note again that was given up."""
    person = acting(request)
    row = Note.objects.select_related("connection").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("This is not kept any more."))
    services.post_again(person, row)
    messages.success(request, _("It is on its way again."))
    return redirect("sidecar:connection", row.connection_id)


def _form(row: Connection) -> ConnectionForm:
    return ConnectionForm(product_of(row), connection=row)


def _page(request: HttpRequest, row: Connection, form: ConnectionForm, secret: str = "") -> HttpResponse:
    notes = row.notes.select_related("said__conversation__case").order_by("-pk")[:_MOST_NOTES]
    context = {
        "connection": row,
        "product": form.product,
        "form": form,
        "secret": secret,
        "hook": settings.PUBLIC_URL + reverse("sidecar:hook", args=[row.public_id]),
        "notes": notes,
        "unreadable": row.deliveries.filter(state=Delivery.State.UNREADABLE).count(),
        "may_edit": may(acting(request), "sidecar.edit"),
    }
    return render(request, "sidecar/connection.html", context, status=422 if form.errors else 200)


def _found(pk: int) -> Connection:
    row = Connection.objects.exclude(state=Connection.State.REMOVED).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such connection."))
    return row
