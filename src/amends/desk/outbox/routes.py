"""By which way a mail leaves: the mail server of the settings, or a mailbox of ours with its own server and address.

A room that knows of mailboxes registers itself here. Without one, all mail leaves by the server of the settings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Protocol

from django.conf import settings

from amends.desk.cases.models import Case
from amends.desk.outbox.models import OutgoingMessage

__all__ = [
    "Route",
    "Routing",
    "from_line",
    "mail_can_leave",
    "note_gone",
    "route_of",
    "sender_for",
    "standard_address",
    "use_routing",
]


@dataclass(frozen=True, slots=True)
class Route:
    """One way out.

    Attributes:
        name: Tells one way from another, such as "mailbox 3".
        addresses: The addresses that may stand in From, in small letters; the first one is used when none does.
        host, port, security: The server; security is "tls", "starttls" or "none".
        user: Whom to sign in as; "" for nobody.
        secret: Gives the password or the access token, at the moment of signing in.
        token: Whether it is an access token (XOAUTH2).
        told: Is told how it went: None when the server took a mail, else the error.
    """

    name: str
    addresses: tuple[str, ...]
    host: str
    port: int
    security: str
    user: str
    secret: Callable[[], str]
    token: bool
    told: Callable[[Exception | None], None]


class Routing(Protocol):
    """What a room that knows of further ways out answers."""

    def address_of(self, case: Case) -> str:
        """The address from which answers in a case leave; "" for the desk's own."""

    def route_of(self, address: str) -> Route | None:
        """The way out for mail from an address; None when it has none of its own."""

    def standard(self) -> Route | None:
        """The way out when the settings name no mail server."""

    def gone(self, row: OutgoingMessage) -> None:
        """Be told that a mail was taken by a server, in the transaction that notes it."""


_routing: list[Routing] = []


def use_routing(routing: Routing) -> None:
    """Have a room asked; call it in the app's `AppConfig.ready`."""
    _routing[:] = [routing]


def mail_can_leave() -> bool:
    """Whether there is any way out."""
    return settings.MAIL_CAN_LEAVE or any(routing.standard() is not None for routing in _routing)


def route_of(row: OutgoingMessage) -> Route | None:
    """The way out of a mail; None for the server of the settings."""
    for routing in _routing:
        _name, address = parseaddr(row.sender)
        found = routing.route_of(address.casefold()) if address else None
        if found is None and not settings.MAIL_CAN_LEAVE:
            found = routing.standard()
        if found is not None:
            return found
    return None


def standard_address() -> str:
    """The address from which the desk's own mail leaves when the settings name no server; "" when it does not."""
    if settings.MAIL_CAN_LEAVE:
        return ""
    found = (routing.standard() for routing in _routing)
    return next((route.addresses[0] for route in found if route is not None), "")


def sender_for(case: Case, sender: str) -> str:
    """The From of a mail in a case: the name stays, the address is the one to which the customer wrote.

    Args:
        case: The case.
        sender: The From that the mail would have; "" for the desk's own.
    """
    address = next((found for routing in _routing if (found := routing.address_of(case))), "")
    if not address:
        return sender
    name, _desks = parseaddr(sender or settings.DEFAULT_FROM_EMAIL)
    return formataddr((name, address))


def from_line(row: OutgoingMessage, route: Route | None) -> str:
    """The From with which a mail leaves: an address that the way out may use."""
    sender = row.sender or settings.DEFAULT_FROM_EMAIL
    name, address = parseaddr(sender)
    if route is None or address.casefold() in route.addresses:
        return sender
    return formataddr((name, route.addresses[0]))


def note_gone(row: OutgoingMessage) -> None:
    """Tell that a mail was taken by a server; inside the transaction that notes it."""
    for routing in _routing:
        routing.gone(row)
