"""Mail that a server hands over by SMTP or LMTP: to known addresses alone, stored before we say that we have it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from amends.desk.cases.services import keep_raw
from amends.desk.clock.loop import nudge
from amends.desk.intake.mail.imap import largest_mail
from amends.desk.intake.mail.ours import mailbox_of
from amends.desk.intake.models import Mailbox
from amends.desk.people.roles import INTAKE

__all__ = ["Doors", "Reception"]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_MOST_RECIPIENTS = 100
_TIMEOUT = 120
_IDENT = "Amends"


class Reception:
    """What happens to each mail that is handed over; the methods are those that aiosmtpd asks for.

    Args:
        lmtp: Whether each recipient gets an answer of their own, as RFC 2033 wants it.
    """

    def __init__(self, *, lmtp: bool = False) -> None:
        self._lmtp = lmtp

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd asks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, if one of our mailboxes has this address."""
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            known = await _in_thread(lambda: _mailbox_of(address) is not None)
        except Exception:
            logger.exception("a recipient could not be looked up")
            return "451 4.3.0 Try again later"
        if not known:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store a mail; only then say that we have it. When it cannot be stored the other server keeps it."""
        try:
            answer = await _in_thread(lambda: _keep(session, envelope))
        except Exception:
            logger.exception("a mail that was handed over could not be stored; the other server keeps it")
            answer = "451 4.3.0 Not stored, try again later"
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if self._lmtp else answer


class Doors:
    """The servers that the settings ask for, as long as the block runs; one that cannot start keeps no other."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def __enter__(self) -> "Doors":
        """Open them."""
        for place, protocol in ((settings.SMTP_IN, SMTP), (settings.LMTP_IN, LMTP)):
            if place is None:
                continue
            door = _Door(place, protocol)
            try:
                door.start()
            except Exception:
                logger.exception("%s cannot listen at %s port %s", protocol.__name__, *place)
            else:
                self._open.callback(door.stop)
        return self

    def __exit__(self, *_reason: object) -> None:
        """Close them."""
        self._open.close()


class _Door(Controller):
    """One listening server in a thread of its own."""

    def __init__(self, place: tuple[str, int], protocol: type[SMTP]) -> None:
        self._protocol = protocol
        super().__init__(
            Reception(lmtp=protocol is LMTP),
            hostname=place[0],
            port=place[1],
            data_size_limit=largest_mail(),
            timeout=_TIMEOUT,
            ident=_IDENT,
            enable_SMTPUTF8=True,
        )

    def factory(self) -> SMTP:
        """What speaks with one client."""
        return self._protocol(self.handler, **self.SMTP_kwargs)


def _keep(session: Session, envelope: Envelope) -> str:
    content = envelope.content or b""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    mailbox = next((found for address in envelope.rcpt_tos if (found := _mailbox_of(address))), None)
    if mailbox is None:
        return "550 5.1.1 No such mailbox here"
    now = timezone.now()
    known = {
        "from": _written(envelope.mail_from or ""),
        "to": [_written(address) for address in envelope.rcpt_tos],
        "arrived": now.isoformat(),
    }
    keep_raw(INTAKE, mailbox.raw_name, raw, envelope=known)
    Mailbox.objects.filter(pk=mailbox.pk).update(last_mail_at=now, heard_at=now)
    nudge()
    return "250 2.0.0 Stored"


def _written(address: str) -> str:
    return address[:320].replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _mailbox_of(address: str) -> Mailbox | None:
    """The mailbox that listens at an address, with whatever stands behind "+"."""
    found = mailbox_of(address)
    return found if found is not None and found.state == Mailbox.State.LISTENING else None


async def _in_thread(work: Callable[[], Result]) -> Result:
    """Do work of the database outside the loop, with a connection that does not outlive it.

    Waiting for the database may not keep the other clients waiting, and Django allows none of it inside a loop.
    """

    def closing() -> Result:
        close_old_connections()
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(None, closing)
