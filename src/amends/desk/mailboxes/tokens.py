"""Access tokens: the one there is while it lasts, a fresh one before it ends, one asker at a time.

A provider may give a new refresh token with each access token and take the old one away, so that two may never ask at
once. Who asks marks the row by a conditional update; the others wait for what comes of it. Nothing is asked while a
transaction is open.
"""

import logging
import time
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from requests.exceptions import RequestException

from amends.desk.house.services import log
from amends.desk.intake.mail.trouble import NoAccess
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.models import Connection
from amends.desk.mailboxes.providers import Provider, provider_of
from amends.desk.people.roles import CLOCK
from amends.desk.states import lock

__all__ = ["BEFORE_IT_ENDS", "NOT_UNDERSTOOD", "SECONDS", "address_at", "client_of", "keep_token", "refresh", "tokens"]

logger = logging.getLogger(__name__)

SECONDS = 15
"""For each answer of a provider's sign-in service."""
BEFORE_IT_ENDS = timedelta(minutes=10)
_LAST_MOMENT = timedelta(seconds=60)
_ASKING = timedelta(seconds=45)
_WAITS = 20.0
_USUAL = 3600
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_DETAIL = 300
# RFC 6749, section 5.2: what a refusal says. Everything else is taken for a passing trouble.
_LAPSED = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_CLIENT = frozenset({"invalid_client", "unauthorized_client", "invalid_scope"})

NOT_UNDERSTOOD = (RequestException, ValueError, KeyError, TypeError, AttributeError)
"""What comes of a provider that is away, or whose answer is none: Authlib reads what it is given."""

State = Connection.State


class _Tokens:
    """What the intake asks; see `intake.mail.access.Access`."""

    def gives(self, mailbox: Mailbox) -> bool:
        """Whether a mailbox is connected here."""
        return Connection.objects.filter(mailbox=mailbox.pk).exists()

    def secret_of(self, mailbox: Mailbox) -> str:
        """A token that is valid now."""
        connection = Connection.objects.get(mailbox=mailbox.pk)
        now = timezone.now()
        if connection.state != State.CONNECTED:
            raise NoAccess("lapsed")
        if connection.expires_at is not None and connection.expires_at - _LAST_MOMENT > now:
            return connection.access_token
        return refresh(connection).access_token

    def stamp_of(self, mailbox: Mailbox) -> object:
        """When the token came."""
        return Connection.objects.filter(mailbox=mailbox.pk).values_list("refreshed_at", flat=True).first()

    def refused(self, mailbox: Mailbox) -> None:
        """A mail server did not take the token: the next one is new."""
        now = timezone.now()
        Connection.objects.filter(mailbox=mailbox.pk, state=State.CONNECTED).update(expires_at=now, refresh_at=now)


tokens = _Tokens()


def address_at(connection: Connection, template: str) -> str:
    """An address of the provider for a connection."""
    return template.replace("{tenant}", connection.tenant or "common")


def client_of(connection: Connection, **more: Any) -> OAuth2Session:
    """Authlib's client with the business's own id and secret."""
    return OAuth2Session(
        client_id=connection.client_id,
        client_secret=connection.client_secret or None,
        token_endpoint_auth_method="client_secret_post" if connection.client_secret else "none",
        scope=provider_of(connection.provider).scope,
        code_challenge_method="S256",
        **more,
    )


def refresh(connection: Connection) -> Connection:
    """Get a new access token, or wait for the one that somebody else is getting.

    Raises:
        NoAccess: There is none to be had.
        SealError: The stored refresh token cannot be opened.
    """
    began = timezone.now()
    end = time.monotonic() + _WAITS
    while True:
        now = timezone.now()
        free = Q(refreshing_until=None) | Q(refreshing_until__lte=now)
        mine = Connection.objects.filter(free, pk=connection.pk, state=State.CONNECTED)
        if mine.update(refreshing_until=now + _ASKING):
            break
        connection.refresh_from_db()
        if connection.state != State.CONNECTED:
            raise NoAccess("lapsed", connection.trouble_detail)
        if connection.refreshed_at is not None and connection.refreshed_at >= began:
            return connection
        if time.monotonic() > end:
            raise NoAccess("provider")
        time.sleep(0.2)
    connection.refresh_from_db()
    try:
        return _refreshed(connection, began)
    finally:
        Connection.objects.filter(pk=connection.pk).update(refreshing_until=None)


def _refreshed(connection: Connection, began: Any) -> Connection:
    if connection.refreshed_at is not None and connection.refreshed_at >= began:
        return connection
    provider: Provider = provider_of(connection.provider)
    try:
        with client_of(connection) as client:
            token = client.refresh_token(
                address_at(connection, provider.token), refresh_token=connection.refresh_token, timeout=SECONDS
            )
        with transaction.atomic():
            lock(connection)
            keep_token(connection, token)
            connection.save()
    except OAuthError as error:
        raise _note_refusal(connection, error) from None
    except NOT_UNDERSTOOD as error:
        # The words may hold what was sent; the kind tells enough.
        raise _note_trouble(connection, "provider", type(error).__name__) from None
    return connection


def keep_token(connection: Connection, token: dict[str, Any]) -> None:
    """Put what the provider gave into a connection; save it afterwards.

    Raises:
        KeyError, ValueError, TypeError: It gave no access token.
    """
    access = token["access_token"]
    if not isinstance(access, str) or not access:
        raise ValueError("no access token")
    now = timezone.now()
    try:
        lasts = timedelta(seconds=min(max(int(token.get("expires_in") or _USUAL), 0), 7 * 24 * 3600))
    except (TypeError, ValueError):
        lasts = timedelta(seconds=_USUAL)
    connection.access_token = access
    if isinstance(given := token.get("refresh_token"), str) and given:
        connection.refresh_token = given
    connection.expires_at = now + lasts
    connection.refresh_at = now + max(lasts - BEFORE_IT_ENDS, lasts / 2)
    connection.refreshed_at = now
    connection.trouble = connection.trouble_detail = ""
    connection.failures = 0


def _note_refusal(connection: Connection, error: OAuthError) -> NoAccess:
    detail = _words(error)
    if error.error in _LAPSED:
        with transaction.atomic():
            lock(connection)
            if connection.state == State.CONNECTED:
                connection.move_to(State.LAPSED)
                connection.access_token = connection.refresh_token = ""
                connection.expires_at = connection.refresh_at = None
                connection.trouble, connection.trouble_detail = "lapsed", detail
                connection.save()
                log(CLOCK, f"mailbox {connection.mailbox_id}", "mailbox.lapsed", after={"words": detail})
        logger.warning("mailbox %s: the provider has ended the desk's access", connection.mailbox_id)
        return NoAccess("lapsed", detail)
    return _note_trouble(connection, "client" if error.error in _CLIENT else "provider", detail)


def _note_trouble(connection: Connection, code: str, detail: str) -> NoAccess:
    with transaction.atomic():
        lock(connection)
        connection.trouble, connection.trouble_detail = code, detail
        connection.refresh_at = timezone.now() + min(_FIRST_WAIT * 2 ** min(connection.failures, 10), _LONGEST_WAIT)
        connection.failures = min(connection.failures + 1, 30_000)
        connection.save()
    logger.warning("mailbox %s: no new token (%s: %s)", connection.mailbox_id, code, detail)
    return NoAccess(code, detail)


def _words(error: OAuthError) -> str:
    """What the provider said, one line."""
    said = f"{error.error}: {error.description}" if error.description else str(error.error)
    return " ".join(said.replace("\0", "").split())[:_LONGEST_DETAIL]
