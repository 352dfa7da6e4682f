"""Connecting a mailbox by OAuth 2: the authorisation code flow with PKCE and state (RFC 6749, 7636), by Authlib."""

import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.intake.models import Mailbox
from amends.desk.intake.services.mailboxes import MOST_DAYS
from amends.desk.mailboxes.models import Connection, Sending
from amends.desk.mailboxes.providers import PROVIDERS, is_tenant, provider_of
from amends.desk.mailboxes.tokens import NOT_UNDERSTOOD, SECONDS, address_at, client_of, keep_token
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.sealed import SealError
from amends.desk.states import lock

__all__ = ["Question", "change_client", "complete", "connect_mailbox", "disconnect", "question"]

logger = logging.getLogger(__name__)

_LASTS = timedelta(minutes=15)
_VERIFIER_BYTES = 48

State = Connection.State


@dataclass(frozen=True, slots=True)
class Question:
    """What the provider is asked.

    Attributes:
        address: Where the browser is sent.
        kept: What the session keeps until the browser comes back, as plain data.
    """

    address: str
    kept: Mapping[str, Any]


def connect_mailbox(
    acting: Acting,
    *,
    provider: str,
    address: str,
    client_id: str,
    client_secret: str = "",
    tenant: str = "",
    begin_days: int = 0,
    takes_replies: bool = False,
) -> Connection:
    """Set up a mailbox that is connected by OAuth 2. It is listened to once the provider has agreed.

    Args:
        acting: Who does it.
        provider: A key of `providers.PROVIDERS`.
        address: What customers write to, and the name of the account.
        client_id, client_secret: What the provider gave the business for its desk.
        tenant: Microsoft's directory; "" for any.
        begin_days, takes_replies: As with `Mailbox`.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
    """
    require(acting, "mailbox.edit")
    if provider not in PROVIDERS:
        raise WrongInput(_("There is no such provider."))
    known = provider_of(provider)
    address = address.strip().casefold()
    if "@" not in address or "+" in address.partition("@")[0]:
        raise WrongInput(_("Write the address that customers write to, without “+”."), "address")
    if not 0 <= begin_days <= MOST_DAYS:
        raise WrongInput(_("Up to %(days)d days back are possible.") % {"days": MOST_DAYS}, "begin_days")
    values = _client(known.has_tenants, client_id, client_secret, tenant)
    imap_host, imap_port, imap_security = known.imap
    smtp_host, smtp_port, smtp_security = known.smtp
    try:
        with transaction.atomic():
            mailbox = Mailbox.objects.create(
                address=address,
                host=imap_host,
                port=imap_port,
                security=imap_security,
                user=address,
                sign_in=Mailbox.SignIn.OAUTH,
                begin_days=begin_days,
                takes_replies=takes_replies,
                state=Mailbox.State.PAUSED,
            )
            connection = Connection.objects.create(mailbox=mailbox, provider=provider, **values)
            Sending.objects.create(
                mailbox=mailbox,
                on=False,
                host=smtp_host,
                port=smtp_port,
                security=smtp_security,
                user=address,
                keeps_sent=known.keeps_sent,
            )
            log(acting, f"mailbox {mailbox.pk}", "mailbox.added", after={"address": address, "provider": provider})
    except IntegrityError as error:
        raise WrongInput(_("This address has a mailbox here already."), "address") from error
    return connection


def change_client(
    acting: Acting, connection: Connection, *, client_id: str, client_secret: str = "", tenant: str = ""
) -> Connection:
    """Put in another id or secret, as when the old secret runs out. A stored secret stays when none is given and the
    id is the same.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
    """
    require(acting, "mailbox.edit")
    values = _client(provider_of(connection.provider).has_tenants, client_id, client_secret, tenant)
    with transaction.atomic():
        lock(connection)
        if not client_secret and values["client_id"] == connection.client_id:
            values.pop("client_secret")
        for name, value in values.items():
            setattr(connection, name, value)
        connection.failures = 0
        if connection.state == State.CONNECTED:
            connection.refresh_at = timezone.now()
        connection.save()
        after = {"client_id": connection.client_id, "tenant": connection.tenant}
        log(acting, f"mailbox {connection.mailbox_id}", "mailbox.changed", after=after)
    return connection


def question(acting: Acting, connection: Connection, back_to: str) -> Question:
    """What to ask the provider, so that it lets the desk read and send.

    Args:
        acting: Who does it.
        connection: Whose mailbox.
        back_to: The address of ours to which the provider sends the browser back.

    Raises:
        NotAllowed: The acting one may not.
        SealError: The stored client secret cannot be opened.
    """
    require(acting, "mailbox.edit")
    known = provider_of(connection.provider)
    verifier = secrets.token_urlsafe(_VERIFIER_BYTES)
    with client_of(connection, redirect_uri=back_to) as client:
        address, state = client.create_authorization_url(
            address_at(connection, known.authorise),
            code_verifier=verifier,
            login_hint=connection.mailbox.address,
            **known.asks,
        )
    kept = {
        "connection": connection.pk,
        "state": state,
        "verifier": verifier,
        "back_to": back_to,
        "until": (timezone.now() + _LASTS).isoformat(),
    }
    return Question(address, kept)


def complete(acting: Acting, kept: Mapping[str, Any] | None, answer: Mapping[str, str]) -> Connection:
    """The browser is back from the provider: get the tokens, listen and send from now on.

    Args:
        acting: Who does it.
        kept: What the session kept of the question, once; None when it kept nothing.
        answer: The parameters with which the browser came back.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is no answer to our question, the provider refused, or it does not answer.
    """
    require(acting, "mailbox.edit")
    until = parse_datetime(str(kept["until"])) if kept else None
    state = str(kept["state"]) if kept else ""
    if not kept or until is None or until < timezone.now() or not _same(state, answer.get("state", "")):
        raise WrongInput(_("This answer does not belong to what was asked here, or it took too long. Connect again."))
    connection = Connection.objects.filter(pk=kept["connection"]).select_related("mailbox").first()
    if connection is None:
        raise WrongInput(_("This mailbox is not here any more."))
    if answer.get("error") or not answer.get("code"):
        detail = " ".join((answer.get("error_description") or answer.get("error") or "").split())[:200]
        raise WrongInput(_("The provider did not agree: %(words)s") % {"words": detail or "-"})
    try:
        with client_of(connection, redirect_uri=str(kept["back_to"])) as client:
            token = client.fetch_token(
                address_at(connection, provider_of(connection.provider).token),
                grant_type="authorization_code",
                code=answer["code"],
                code_verifier=str(kept["verifier"]),
                timeout=SECONDS,
            )
    except OAuthError as error:
        words = " ".join(f"{error.error}: {error.description}".split())[:200]
        raise WrongInput(_("The provider did not agree: %(words)s") % {"words": words}) from None
    except (*NOT_UNDERSTOOD, SealError) as error:
        logger.warning("mailbox %s: no first token (%s)", connection.mailbox_id, type(error).__name__)
        raise WrongInput(_("The provider does not answer. Connect again in a while.")) from None
    if not isinstance(token, dict) or not token.get("refresh_token"):
        raise WrongInput(
            _(
                "The provider gave access for an hour only. Take the desk off your account's list of programs there, "
                "and connect again."
            )
        )
    return _store(acting, connection, token)


def disconnect(acting: Acting, connection: Connection) -> Connection:
    """End the desk's access: the provider is told where it can be, the tokens are forgotten, the mailbox pauses.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "mailbox.edit")
    told = _revoke(connection)
    with transaction.atomic():
        lock(connection)
        if connection.state != State.WANTED:
            connection.move_to(State.WANTED)
        connection.access_token = connection.refresh_token = ""
        connection.expires_at = connection.refresh_at = None
        connection.trouble = connection.trouble_detail = ""
        connection.save()
        mailbox = lock(connection.mailbox)
        if mailbox.state == Mailbox.State.LISTENING:
            mailbox.move_to(Mailbox.State.PAUSED)
            mailbox.save()
        Sending.objects.filter(mailbox=mailbox).update(on=False)
        log(acting, f"mailbox {mailbox.pk}", "mailbox.disconnected", after={"provider told": told})
    return connection


def _store(acting: Acting, connection: Connection, token: dict[str, Any]) -> Connection:
    try:
        with transaction.atomic():
            lock(connection)
            keep_token(connection, token)
            if connection.state != State.CONNECTED:
                connection.move_to(State.CONNECTED)
            connection.save()
            mailbox = lock(connection.mailbox)
            if mailbox.state == Mailbox.State.PAUSED:
                mailbox.move_to(Mailbox.State.LISTENING)
            mailbox.trouble = mailbox.trouble_detail = ""
            mailbox.failing_since, mailbox.failures = None, 0
            mailbox.next_try_at = timezone.now()
            mailbox.save()
            Sending.objects.filter(mailbox=mailbox).update(on=True, trouble="", trouble_detail="", failing_since=None)
            log(acting, f"mailbox {mailbox.pk}", "mailbox.connected", after={"provider": connection.provider})
    except NOT_UNDERSTOOD:
        raise WrongInput(_("The provider does not answer. Connect again in a while.")) from None
    return connection


def _revoke(connection: Connection) -> bool:
    """Tell the provider that the desk needs its access no more (RFC 7009), as far as it can be told."""
    address = provider_of(connection.provider).revoke
    try:
        if not address or not connection.refresh_token:
            return False
        with client_of(connection) as client:
            client.revoke_token(
                address_at(connection, address), token=connection.refresh_token, timeout=SECONDS
            ).raise_for_status()
    except (OAuthError, *NOT_UNDERSTOOD, SealError) as error:
        logger.warning("mailbox %s: the provider was not told (%s)", connection.mailbox_id, type(error).__name__)
        return False
    return True


def _client(has_tenants: bool, client_id: str, client_secret: str, tenant: str) -> dict[str, str]:
    client_id, client_secret, tenant = client_id.strip(), client_secret.strip(), tenant.strip()
    if not client_id.isascii() or not client_id.isprintable() or not 0 < len(client_id) <= 300 or " " in client_id:
        raise WrongInput(_("Write the client id as the provider shows it."), "client_id")
    if not client_secret.isascii() or not client_secret.isprintable() or len(client_secret) > 500:
        raise WrongInput(_("Write the client secret as the provider shows it."), "client_secret")
    if tenant and (not has_tenants or not is_tenant(tenant)):
        raise WrongInput(_("Write the directory (tenant) id as the provider shows it, or leave it empty."), "tenant")
    return {"client_id": client_id, "client_secret": client_secret, "tenant": tenant}


def _same(one: str, other: str) -> bool:
    return bool(one) and hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
