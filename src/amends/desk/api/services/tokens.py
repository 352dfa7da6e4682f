"""Making, finding and ending tokens."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.api.models import PER_MINUTE, ApiToken
from amends.desk.api.scopes import scopes_for
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.desk.tokens import hashed

__all__ = [
    "DAYS",
    "MOST_DAYS",
    "MOST_PER_MINUTE",
    "end_tokens_of",
    "make_token",
    "revoke_token",
    "token_of",
    "tokens_seen_by",
]

DAYS = 90
MOST_DAYS = 366
MOST_PER_MINUTE = 6_000
_MOST_TOKENS = 50
_BEGIN = "amends_"
_SHOWN = 12
_NOTED_EVERY = timedelta(minutes=1)
_NOT_NEEDED = (
    "level",
    "level_at",
    "created_at",
    "revoked_by",
    "person__password",
    "person__totp_secret",
    "person__totp_last",
    "person__recovery_codes",
    "person__session_stamp",
    "person__last_login",
)


def make_token(
    person: Person, *, name: str, scopes: Sequence[str], days: int = DAYS, per_minute: int = PER_MINUTE
) -> tuple[ApiToken, str]:
    """A new token for oneself.

    Args:
        person: Whose it is and who acts.
        name: What it is for.
        scopes: Names of `scopes.SCOPES`; each stands on acts that the person may do.
        days: After how many days it ends, 1 to 366.
        per_minute: How many requests a minute may bring, 10 to 6,000.

    Returns:
        The token and its secret, which is shown once and stored nowhere.

    Raises:
        NotAllowed: The person may not have tokens.
        WrongInput: A value is not possible.
    """
    require(person, "api.token")
    name = " ".join(name.split())[:80]
    if not name:
        raise WrongInput(_("Write what it is for, so that you know it again."), "name")
    if not scopes:
        raise WrongInput(_("Choose what it may be used for."), "scopes")
    if set(scopes_for(person, scopes)) != set(scopes):
        raise WrongInput(_("Choose among what you may do yourself."), "scopes")
    if not 1 <= days <= MOST_DAYS:
        raise WrongInput(_("Write a number of days from 1 to %(most)d.") % {"most": MOST_DAYS}, "days")
    if not 10 <= per_minute <= MOST_PER_MINUTE:
        raise WrongInput(_("Write a number from 10 to %(most)d.") % {"most": MOST_PER_MINUTE}, "per_minute")
    now = timezone.now()
    if ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=now).count() >= _MOST_TOKENS:
        raise WrongInput(_("You have many tokens. End those that are not used any more first."))
    secret = _BEGIN + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            person=person,
            name=name,
            prefix=secret[:_SHOWN],
            token_hash=hashed(secret),
            scopes=scopes_for(person, scopes),
            per_minute=per_minute,
            level=per_minute,
            level_at=now,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        log(
            person,
            _subject(token),
            "token.made",
            after={"name": name, "scopes": token.scopes, "expires_at": token.expires_at, "prefix": token.prefix},
        )
    return token, secret


def revoke_token(acting: Person, token: ApiToken) -> ApiToken:
    """End a token at once: one's own, or anybody's for an owner.

    Raises:
        NotAllowed: It is somebody else's.
    """
    require(acting, "api.token")
    if token.person_id != acting.pk and not may(acting, "api.all-tokens"):
        raise NotAllowed(_("This is somebody else's token. They or an owner can end it."))
    with transaction.atomic():
        lock(token)
        if token.revoked_at is None:
            token.revoked_at, token.revoked_by = timezone.now(), acting
            token.save(update_fields=["revoked_at", "revoked_by"])
            log(acting, _subject(token), "token.revoked", after={"name": token.name, "prefix": token.prefix})
    return token


def end_tokens_of(person: Person) -> int:
    """End all tokens of somebody whose access has ended; letting them in again does not bring the tokens back.

    Returns:
        How many there were.
    """
    return ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())


def token_of(secret: str) -> ApiToken | None:
    """The token of a secret with its person, when it works and its person is active."""
    if not secret.startswith(_BEGIN) or len(secret) > 128:
        return None
    # Asked at every request: only the fields that a request needs.
    asked = ApiToken.objects.select_related("person").defer(*_NOT_NEEDED)
    try:
        token = asked.get(token_hash=hashed(secret))
    except ApiToken.DoesNotExist:
        return None
    if not token.works or not token.person.is_active:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= _NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def tokens_seen_by(person: Person) -> "QuerySet[ApiToken]":
    """The tokens that somebody sees: their own, an owner all.

    Raises:
        NotAllowed: The person may not have tokens.
    """
    require(person, "api.token")
    tokens = ApiToken.objects.select_related("person", "revoked_by").order_by("-created_at", "-pk")
    return tokens if may(person, "api.all-tokens") else tokens.filter(person=person)


def _subject(token: ApiToken) -> str:
    return f"token {token.pk}"
