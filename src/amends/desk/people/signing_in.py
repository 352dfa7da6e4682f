"""Signing in: password, second factor, lock-out after repeated failures."""

import hashlib
import time
from datetime import timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from amends.desk.errors import DeskError
from amends.desk.house.services import log
from amends.desk.people.models import People, Person, SignInFailure
from amends.desk.people.roles import DESK, Role
from amends.desk.states import lock
from amends.desk.tokens import hashed

__all__ = ["PersonBackend", "SignInRefused", "check_code", "check_password", "forgive", "sweep"]

_WINDOW = timedelta(minutes=15)
_FAILURES_PER_PAIR = 5
"""For one mail address from one network address, so that a stranger cannot lock a person out from elsewhere."""
_FAILURES_PER_PERSON = 50
_FAILURES_PER_ADDRESS = 40
_STEP = 30


class SignInRefused(DeskError):  # noqa: N818 - it says what happened
    """The sign-in failed; the words do not tell whether there is such a person."""

    status = 403


class PersonBackend(BaseBackend):
    """Finds people by mail address and password."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        """The active person with this address and password, or None; both take the same time."""
        if email is None or password is None:
            return None
        person = Person.objects.filter(email=People.normalise(email)).first()
        if person is None or not person.is_active:
            make_password(password)
            return None
        return person if person.check_password(password) else None

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session, while active."""
        return Person.objects.filter(pk=user_id, is_active=True).first()


def check_password(email: str, password: str, address: str) -> Person:
    """The person who signs in, when the password is right and there were not too many failures.

    Args:
        email: As written.
        password: As written.
        address: The network address from which it comes.

    Raises:
        SignInRefused: It is not right, or there were too many failures.
    """
    email = People.normalise(email)
    keys = _keys(email, address)
    _refuse_when_locked(keys)
    person = PersonBackend().authenticate(None, email=email, password=password)
    if person is None:
        _note_failure(keys, email, address)
        raise SignInRefused(
            _("This mail address and password do not fit together. Try again, or ask for a new password.")
        )
    if settings.OIDC_ONLY and person.role != Role.OWNER:
        raise SignInRefused(_("Here people sign in through %(provider)s.") % {"provider": settings.OIDC_NAME})
    return person


def check_code(person: Person, code: str, address: str) -> None:
    """Go on only if the code of the second factor is right; each code works once, a recovery code too.

    Raises:
        SignInRefused: It is not, or there were too many failures.
    """
    keys = _keys(f"code {person.email}", address)
    _refuse_when_locked(keys)
    plain = code.replace(" ", "").strip().casefold()
    with transaction.atomic():
        lock(person)
        right = _code_step(person, plain)
        if right:
            person.totp_last = right
            person.save(update_fields=["totp_last"])
        elif (recovery := hashed(plain)) in person.recovery_codes:
            person.recovery_codes = [kept for kept in person.recovery_codes if kept != recovery]
            person.save(update_fields=["recovery_codes"])
            log(DESK, f"person {person.pk}", "person.recovery-code-used", after={"left": len(person.recovery_codes)})
            right = 1
    if not right:
        _note_failure(keys, person.email, address)
        raise SignInRefused(_("This code does not fit. Write the one your device shows now, or a recovery code."))


def forgive(email: str) -> None:
    """Forget failures of a person, once they have shown who they are."""
    SignInFailure.objects.filter(about=_hash("person", People.normalise(email))).delete()


def sweep() -> None:
    """Forget failures that no longer count."""
    SignInFailure.objects.filter(at__lt=timezone.now() - 2 * _WINDOW).delete()


def _code_step(person: Person, code: str) -> int:
    """The time step whose code this is, 0 when it is none or was used already."""
    if not person.totp_secret or not code.isdigit():
        return 0
    now = int(time.time()) // _STEP
    totp = pyotp.TOTP(person.totp_secret)
    for step in (now, now - 1, now + 1):
        if step > person.totp_last and constant_time_compare(totp.generate_otp(step), code):
            return step
    return 0


def _keys(email: str, address: str) -> dict[str, int]:
    """What failures are counted by, and how many are too many."""
    return {
        _hash("pair", f"{email} {address}"): _FAILURES_PER_PAIR,
        _hash("person", email): _FAILURES_PER_PERSON,
        _hash("address", address): _FAILURES_PER_ADDRESS,
    }


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind} {value}".encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_when_locked(keys: dict[str, int]) -> None:
    since = timezone.now() - _WINDOW
    counts: dict[str, int] = {}
    for key in SignInFailure.objects.filter(key__in=list(keys), at__gt=since).values_list("key", flat=True):
        counts[key] = counts.get(key, 0) + 1
    if any(counts.get(key, 0) >= most for key, most in keys.items()):
        raise SignInRefused(
            _("There were many tries that did not fit. Wait a quarter of an hour, or ask for a new password by mail.")
        )


def _note_failure(keys: dict[str, int], email: str, address: str) -> None:
    about, from_address = _hash("person", email), _hash("address", address)
    SignInFailure.objects.bulk_create(
        SignInFailure(key=key, about="" if key == from_address else about) for key in keys
    )
