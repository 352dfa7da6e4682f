"""Keeps programs out of the form without a third party: a signed ticket with a time trap, a trap field, and limits.

Whoever is stopped keeps what they wrote and reads what to do; nothing that a person wrote is thrown away unseen.
"""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.intake.models import FormVisit

__all__ = ["TRAP", "Ticket", "TooMany", "check_limits", "new_ticket", "opened", "seen_before"]

TRAP = "website"
"""Name of the field that people do not see."""

_SALT = "amends.intake.form"
_FASTEST = timedelta(seconds=3)
"""Nobody reads the form, writes and sends it in less."""
_LONGEST = timedelta(hours=24)
_PER_NETWORK = ((timedelta(hours=1), 6), (timedelta(days=1), 20))
_PER_TEXT = ((timedelta(days=1), 3),)
_IPV6_PREFIX = 64


class TooMany(WrongInput):
    """The limit of one address or one text is reached."""

    status = 429


@dataclass(frozen=True, slots=True)
class Ticket:
    """One form that was given out.

    Attributes:
        once: Its own number.
    """

    once: str


def new_ticket() -> str:
    """What a new form carries: its number and when it was given out, signed."""
    return signing.TimestampSigner(salt=_SALT).sign(secrets.token_urlsafe(12))


def opened(signed: str, trap: str) -> Ticket:
    """Look at what a form brought back.

    Args:
        signed: Its ticket.
        trap: What stands in the field that people do not see.

    Raises:
        WrongInput: It was sent too quickly or too late, was not given out by us, or the trap was filled in.
    """
    try:
        once = signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=_LONGEST)
    except signing.BadSignature as error:
        raise WrongInput(
            _("This form was open for a long time. What you wrote is still here: send it again.")
        ) from error
    if trap.strip():
        raise WrongInput(
            _("A hidden field was filled in, perhaps by your browser. It is empty again now: send the form once more.")
        )
    try:
        signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=_FASTEST)
    except signing.SignatureExpired:
        return Ticket(once)
    raise WrongInput(_("This was very quick. To show that you are a person, wait a moment and send it again."))


def seen_before(ticket: Ticket) -> bool:
    """Whether this very form was taken in already: somebody pressed twice."""
    return FormVisit.objects.filter(once=ticket.once).exists()


def check_limits(ticket: Ticket, address: str, text: str) -> FormVisit:
    """Whether one more form may come from here.

    Args:
        ticket: The form.
        address: Network address of whoever sends it.
        text: What they wrote.

    Returns:
        The visit, to be saved in the transaction that stores the form.

    Raises:
        TooMany: Too many came from this address, or with this text.
    """
    network, words = _hashed(_network(address)), _hashed(" ".join(text.casefold().split()))
    now = timezone.now()
    for field, value, limits in (("network", network, _PER_NETWORK), ("text", words, _PER_TEXT)):
        for span, most in limits:
            if FormVisit.objects.filter(**{field: value, "at__gt": now - span}).count() >= most:
                raise TooMany(
                    _("Many forms came from here in a short time. Write to us by mail, or try again in some hours.")
                )
    return FormVisit(network=network, text=words, once=ticket.once, at=now)


def _network(address: str) -> str:
    """An address, or for IPv6 the network that one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)


def _hashed(value: str) -> str:
    return salted_hmac(_SALT, value.encode("utf-8", "replace"), algorithm="sha256").hexdigest()
