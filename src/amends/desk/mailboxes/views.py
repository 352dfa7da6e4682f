"""Settings of mailboxes and mail providers, the way to the provider and back, and the door for providers' posts."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.intake.mail.imap import largest_mail
from amends.desk.intake.models import Mailbox
from amends.desk.intake.services.mailboxes import MailboxTrouble, try_mailbox
from amends.desk.mailboxes.forms import AliasesForm, ClientForm, ConnectForm, ProviderForm, SendingForm
from amends.desk.mailboxes.health import every_mailbox, health_of
from amends.desk.mailboxes.kinds import DOORS, KINDS, USER
from amends.desk.mailboxes.models import Connection, MailProvider, ProviderPost, Sending
from amends.desk.mailboxes.providers import PROVIDERS, provider_of
from amends.desk.mailboxes.services import connecting, providing, sending
from amends.desk.mailboxes.trouble import words_of
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import require
from amends.desk.sealed import SealError

__all__ = [
    "ask",
    "connect",
    "connected",
    "end",
    "mailbox",
    "mailboxes",
    "new_provider",
    "post",
    "provider",
    "remove",
]

_KEPT = "mailboxes.asked"
_SHOWING = ("Authorization", "X-Amz-Sns-Message-Type", "X-Amz-Sns-Message-Id")
_SIGNING = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")


@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    """All mailboxes and providers with how they are."""
    require(acting(request), "mailbox.see")
    context = {
        "boxes": every_mailbox(),
        "kinds": PROVIDERS,
        "providers": [_shown(row) for row in MailProvider.objects.all()],
    }
    return render(request, "mailboxes/list.html", context)


def connect(request: HttpRequest, provider: str) -> HttpResponse:
    """Set up a mailbox that is connected by OAuth 2."""
    person = acting(request)
    require(person, "mailbox.edit")
    if provider not in PROVIDERS:
        return redirect("mailboxes:list")
    known = provider_of(provider)
    form = ConnectForm(_posted(request), provider=known)
    if request.method == "POST" and form.is_valid():
        try:
            connection = connecting.connect_mailbox(person, provider=provider, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("mailboxes:mailbox", connection.mailbox_id)
    context = {"form": form, "known": known, "back_to": _back_to()}
    return render(request, "mailboxes/connect.html", context, status=422 if form.is_bound else 200)


@require_safe
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the browser to the provider."""
    connection = get_object_or_404(Connection, mailbox=pk)
    try:
        asked = connecting.question(acting(request), connection, _back_to())
    except SealError:
        messages.error(request, words_of("client"))
        return redirect("mailboxes:mailbox", pk)
    request.session[_KEPT] = dict(asked.kept)
    return redirect(asked.address)


@require_safe
def connected(request: HttpRequest) -> HttpResponse:
    """The browser is back from the provider."""
    person = acting(request)
    kept = request.session.pop(_KEPT, None)
    try:
        connection = connecting.complete(person, kept, request.GET.dict())
    except WrongInput as error:
        messages.error(request, error.words)
        return redirect("mailboxes:mailbox", _known(kept)) if _known(kept) else redirect("mailboxes:list")
    try:
        try_mailbox(person, connection.mailbox)
    except MailboxTrouble as trouble:
        detail = f" {trouble.detail}" if trouble.detail else ""
        messages.error(
            request,
            _("The provider agreed, but the mailbox does not open: was it another account? %(words)s")
            % {"words": words_of(trouble.code) + detail},
        )
    else:
        messages.success(request, _("Connected. The desk listens, and answers leave from this address."))
    return redirect("mailboxes:mailbox", connection.mailbox_id)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the desk's access to a mailbox."""
    connecting.disconnect(acting(request), get_object_or_404(Connection, mailbox=pk))
    messages.success(request, _("Disconnected. The desk has forgotten its access."))
    return redirect("mailboxes:mailbox", pk)


def mailbox(request: HttpRequest, pk: int) -> HttpResponse:
    """One mailbox: how it is, its connection, how it sends, its other addresses."""
    person = acting(request)
    require(person, "mailbox.edit")
    row = get_object_or_404(Mailbox, pk=pk)
    connection = Connection.objects.filter(mailbox=row).first()
    forms = _forms(row, connection)
    context: dict[str, Any] = {}
    status = 200
    which = request.POST.get("which", "")
    if request.method == "POST" and which in forms:
        act = {"client": _client, "sending": _sending, "aliases": _aliases}[which]
        if act(request, row, connection, forms, context):
            return redirect("mailboxes:mailbox", pk)
        status = 200 if context else 422
    context |= {
        "health": health_of(Mailbox.objects.get(pk=pk)),
        "known": provider_of(connection.provider) if connection is not None else None,
        "forms": forms,
        "back_to": _back_to(),
    }
    answer = render(request, "mailboxes/mailbox.html", context, status=status)
    if "sending" in which:
        # What was just written into the password comes back with the page, so that it can be saved.
        answer.headers["Cache-Control"] = "no-store"
    return answer


def new_provider(request: HttpRequest) -> HttpResponse:
    """Let a mail provider post to us."""
    person = acting(request)
    require(person, "mailbox.edit")
    form = ProviderForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = providing.add_provider(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("mailboxes:provider", row.pk)
    return render(request, "mailboxes/new_provider.html", {"form": form}, status=422 if form.is_bound else 200)


def provider(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail provider: the addresses to which it posts, how it is, its key."""
    person = acting(request)
    require(person, "mailbox.edit")
    row = get_object_or_404(MailProvider, pk=pk)
    if "again" in request.POST:
        providing.read_again(person, row)
        return redirect("mailboxes:provider", pk)
    form = ProviderForm(_posted(request), initial={"kind": row.kind})
    form.fields.pop("kind")
    if request.method == "POST" and form.is_valid():
        try:
            on = row.on if "switch" not in request.POST else not row.on
            providing.change_provider(person, row, on=on, key=form.cleaned_data["key"])
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("mailboxes:provider", pk)
    try:
        addresses = {door: _door(row, door) for door in DOORS}
    except SealError:
        addresses = {}
    context = {"shown": _shown(row), "form": form, "addresses": addresses, "signs": bool(KINDS[row.kind].keys)}
    context["unread"] = row.posts.filter(state=ProviderPost.State.UNREADABLE).count()
    answer = render(request, "mailboxes/provider.html", context, status=422 if form.is_bound else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no more posts of a provider."""
    providing.remove_provider(acting(request), get_object_or_404(MailProvider, pk=pk))
    messages.success(request, _("Removed. What came in by it stays."))
    return redirect("mailboxes:list")


@csrf_exempt
@login_not_required
@require_http_methods(["POST", "HEAD"])
def post(request: HttpRequest, public_id: str, door: str) -> HttpResponse:
    """What a mail provider posts: kept first, read by the clock."""
    row = MailProvider.objects.filter(public_id=public_id, on=True).first()
    if row is None or door not in DOORS:
        return HttpResponse(status=404)
    if request.method == "HEAD":
        return HttpResponse()
    if not request.headers.get("Authorization"):
        # Amazon shows its password only when it is asked to.
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="Amends"'})
    limit = largest_mail()
    content = request.read(limit + 1)
    if len(content) > limit:
        return HttpResponse(status=413)
    shown = {name: value for name in (*_SHOWING, *_SIGNING) if (value := request.headers.get(name))}
    try:
        providing.take_post(row, door, content, request.headers.get("Content-Type", ""), shown)
    except NotAllowed:
        return HttpResponse(status=403)
    except SealError:
        # It is our trouble: the provider posts it again later.
        return HttpResponse(status=503)
    return HttpResponse()


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _back_to() -> str:
    return str(settings.PUBLIC_URL) + reverse("mailboxes:connected")


def _known(kept: Any) -> int | None:
    """The mailbox of a question, when it is still here."""
    number = kept.get("connection") if isinstance(kept, dict) else None
    return Connection.objects.filter(pk=number).values_list("mailbox", flat=True).first() if number else None


def _door(row: MailProvider, door: str) -> str:
    scheme, _sign, host = str(settings.PUBLIC_URL).partition("://")
    return f"{scheme}://{USER}:{row.password}@{host}{reverse('mailboxes:post', args=[row.public_id, door])}"


def _shown(row: MailProvider) -> dict[str, Any]:
    return {"row": row, "name": KINDS[row.kind].name, "trouble": words_of(row.trouble)}


def _forms(row: Mailbox, connection: Connection | None) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "sending": SendingForm(initial=_sending_as_is(row), by_token=connection is not None),
        "aliases": AliasesForm(initial={"aliases": "\n".join(row.aliases.values_list("address", flat=True))}),
    }
    if connection is not None:
        initial = {"client_id": connection.client_id, "tenant": connection.tenant}
        forms["client"] = ClientForm(initial=initial, provider=provider_of(connection.provider))
    return forms


def _sending_as_is(row: Mailbox) -> dict[str, Any]:
    found = Sending.objects.filter(mailbox=row).first()
    if found is None:
        return {"host": row.host.replace("imap", "smtp", 1), "user": row.user or row.address}
    return {name: getattr(found, name) for name in sending.FIELDS}


def _client(
    request: HttpRequest, row: Mailbox, connection: Connection | None, forms: dict[str, Any], context: dict[str, Any]
) -> bool:
    assert connection is not None
    form = forms["client"] = ClientForm(request.POST, provider=provider_of(connection.provider))
    if not form.is_valid():
        return False
    try:
        connecting.change_client(acting(request), connection, **form.cleaned_data)
    except WrongInput as error:
        tell(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


def _sending(
    request: HttpRequest, row: Mailbox, connection: Connection | None, forms: dict[str, Any], context: dict[str, Any]
) -> bool:
    form = forms["sending"] = SendingForm(request.POST, by_token=connection is not None)
    if not form.is_valid():
        return False
    person = acting(request)
    try:
        ready = sending.prepared_sending(person, row, **form.cleaned_data)
        if "try" not in request.POST:
            sending.save_sending(person, ready)
            messages.success(request, _("Saved."))
            return True
        sending.try_sending(person, ready)
    except WrongInput as error:
        tell(form, error)
        return False
    except MailboxTrouble as trouble:
        context |= {"fails": words_of(trouble.code), "detail": trouble.detail}
        return False
    context["works"] = _("It works: the server takes mail from this mailbox.")
    return False


def _aliases(
    request: HttpRequest, row: Mailbox, connection: Connection | None, forms: dict[str, Any], context: dict[str, Any]
) -> bool:
    form = forms["aliases"] = AliasesForm(request.POST)
    if not form.is_valid():
        return False
    try:
        sending.set_aliases(acting(request), row, form.cleaned_data["aliases"])
    except WrongInput as error:
        tell(form, error)
        return False
    messages.success(request, _("Saved."))
    return True
