"""One mailbox read by IMAP: what is new is stored byte by byte, and nothing on the server is changed."""

import ipaddress
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from imaplib import Internaldate2tuple
from threading import Event
from time import mktime, monotonic
from typing import Any

from django.conf import settings
from django.utils import timezone
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError

from amends.desk.cases.services import keep_raw
from amends.desk.clock.loop import nudge
from amends.desk.intake.mail.access import secret_of
from amends.desk.intake.mail.trouble import FolderGone, NotSafe
from amends.desk.intake.models import Mailbox
from amends.desk.people.roles import INTAKE

__all__ = ["Tried", "connected", "largest_mail", "take_new", "try_out", "wait_for_mail"]

_TIMEOUT = 30.0
"""Seconds for each answer of the server."""
_SLICE = 2.0
"""Seconds after which a wait looks whether it is time to stop."""
_OVERLAP = timedelta(days=2)
_CUT = 1024 * 1024
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_SECTION = b"BODY["


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying a mailbox showed.

    Attributes:
        mails: How many mails the folder holds.
        idle: Whether the server tells at once when mail comes.
    """

    mails: int
    idle: bool


def largest_mail() -> int:
    """Bytes of the largest mail that is kept whole: room for what people may attach, written in base64."""
    return int(settings.LARGEST_UPLOAD) * 2


@contextmanager
def connected(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    """A connection, signed in, with the folder chosen; read only, so that nothing is marked as seen.

    Raises:
        OSError, imaplib.IMAP4.error, imap_tools.errors.ImapToolsError, trouble.NotSafe, trouble.FolderGone,
        trouble.NoAccess, sealed.SealError: It does not work; `trouble.code_of` says what it is.
    """
    secret = secret_of(mailbox)  # Before anybody is called: it may be that no key opens it.
    server = _server(mailbox)
    try:
        if mailbox.sign_in == Mailbox.SignIn.OAUTH:
            server.xoauth2(mailbox.user, secret, initial_folder=None)
        elif mailbox.user.isascii() and secret.isascii():
            server.login(mailbox.user, secret, initial_folder=None)
        else:
            server.login_utf8(mailbox.user, secret, initial_folder=None)
        try:
            server.folder.set(mailbox.folder or "INBOX", readonly=True)
        except MailboxFolderSelectError as error:
            raise FolderGone(str(error)) from error
        yield server
    finally:
        # The connection may be broken already; then there is nothing to end.
        with suppress(Exception):
            server.client.logout()


def try_out(mailbox: Mailbox) -> Tried:
    """Connect once and look; nothing is taken in.

    Raises:
        The same as `connected`.
    """
    with connected(mailbox) as server:
        return Tried(mails=_number(server, "EXISTS") or 0, idle=_tells(server))


def take_new(mailbox: Mailbox, server: BaseMailBox) -> int:
    """Store all mails that are new in the folder.

    The place up to which the folder has been read moves on after each mail is stored. A crash in between brings that
    mail a second time, and the same bytes are kept once.

    Args:
        mailbox: A stored mailbox; its place is changed and saved.
        server: A connection to it.

    Returns:
        How many were stored that were not known.
    """
    wanted = _wanted(mailbox, server)
    fresh = 0
    for uid in wanted:
        fetched = _fetch(server, uid)
        if fetched is not None:
            raw, arrived, cut = fetched
            envelope = {"arrived": arrived.isoformat(), "uid": uid} | ({"cut": cut} if cut else {})
            _row, new = keep_raw(INTAKE, mailbox.raw_name, raw, envelope=envelope)
            fresh += new
        mailbox.last_uid = uid
        if fetched is not None:
            mailbox.last_mail_at = timezone.now()
        Mailbox.objects.filter(pk=mailbox.pk, uid_validity=mailbox.uid_validity).update(
            last_uid=uid, last_mail_at=mailbox.last_mail_at
        )
        if fresh:
            nudge()
    return fresh


def wait_for_mail(server: BaseMailBox, seconds: float, stop: Event) -> bool:
    """Wait until the server tells of something new, at most so long, or until it is time to stop.

    Returns:
        Whether it told; False also when it cannot tell: then the caller waits by itself.
    """
    if not _tells(server):
        return False
    end = monotonic() + seconds
    with server.idle as idle:
        while not stop.is_set() and monotonic() < end:
            if idle.poll(timeout=_SLICE):
                return True
    return False


def _server(mailbox: Mailbox) -> BaseMailBox:
    if mailbox.security == Mailbox.Security.NONE:
        if not _on_this_machine(mailbox.host):
            raise NotSafe
        return MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=_TIMEOUT)
    context = ssl.create_default_context()
    if mailbox.security == Mailbox.Security.STARTTLS:
        return MailBoxStartTls(mailbox.host, mailbox.port, timeout=_TIMEOUT, ssl_context=context)
    return MailBox(mailbox.host, mailbox.port, timeout=_TIMEOUT, ssl_context=context)


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _tells(server: BaseMailBox) -> bool:
    return "IDLE" in server.client.capabilities


def _number(server: BaseMailBox, name: str) -> int | None:
    """A number that the server told when the folder was chosen."""
    told: Any = server.client.untagged_responses.get(name) or []
    return int(told[-1]) if told and told[-1] else None


def _wanted(mailbox: Mailbox, server: BaseMailBox) -> list[int]:
    """The UIDs to fetch, from the lowest; the mailbox's place is put right when the server has numbered anew."""
    validity = _code(server, "UIDVALIDITY")
    if mailbox.uid_validity is None:
        criteria = _at_the_beginning(mailbox)
        if criteria is None:
            mailbox.last_uid = max((_code(server, "UIDNEXT") or _last_of_all(server) + 1) - 1, 0)
        _remember(mailbox, validity)
        if criteria is None:
            return []
        return _searched(server, criteria)
    # The server tells it once each time that a folder is chosen, so that a later look over the same connection hears
    # none: then it is what it was.
    if validity is not None and validity != mailbox.uid_validity:
        # What was read last tells from when on to look again; what is known already is kept once.
        since = (mailbox.last_mail_at or mailbox.created_at) - _OVERLAP
        mailbox.last_uid = 0
        _remember(mailbox, validity)
        return _searched(server, f"SINCE {_imap_day(since)}")
    # "n:*" gives the last mail even when its number is lower than n.
    found = _searched(server, f"UID {mailbox.last_uid + 1}:*")
    return [uid for uid in found if uid > mailbox.last_uid]


def _at_the_beginning(mailbox: Mailbox) -> str | None:
    if not mailbox.begin_days:
        return None
    return f"SINCE {_imap_day(timezone.now() - timedelta(days=mailbox.begin_days))}"


def _remember(mailbox: Mailbox, validity: int | None) -> None:
    mailbox.uid_validity = validity or 0
    mailbox.save(update_fields=["uid_validity", "last_uid"])


def _searched(server: BaseMailBox, criteria: str) -> list[int]:
    return sorted(int(uid) for uid in server.uids(criteria, charset=None))


def _last_of_all(server: BaseMailBox) -> int:
    return max(_searched(server, "ALL"), default=0)


def _code(server: BaseMailBox, name: str) -> int | None:
    """UIDVALIDITY or UIDNEXT as told when the folder was chosen."""
    _kind, told = server.client.response(name)
    value = told[-1] if told else None
    return int(value) if value else None


def _imap_day(moment: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day = moment.astimezone(UTC)
    return f"{day.day}-{months[day.month - 1]}-{day.year}"


def _fetch(server: BaseMailBox, uid: int) -> tuple[bytes, datetime, int] | None:
    """The bytes of a mail, when it arrived, and how many bytes it has when only its beginning was taken, else 0.

    None when it is there no more.
    """
    about = _parts(server, uid, "(RFC822.SIZE INTERNALDATE)")
    if about is None:
        return None
    size = int(found[1]) if (found := _SIZE.search(about[0])) else 0
    cut = size if size > largest_mail() else 0
    what = f"(UID BODY.PEEK[]<0.{_CUT}>)" if cut else "(UID BODY.PEEK[])"
    content = _parts(server, uid, what)
    if content is None or content[1] is None:
        return None
    return content[1], _internal_date(about[0]), cut


def _parts(server: BaseMailBox, uid: int, what: str) -> tuple[bytes, bytes | None] | None:
    """What the server says of one mail, and the literal that comes with it."""
    status, answer = server.client.uid("FETCH", str(uid), what)
    if status != "OK":
        raise server.client.error(f"FETCH: {status}")
    said = b""
    literal: bytes | None = None
    for part in answer:
        if isinstance(part, tuple):
            said += part[0]
            if _SECTION in part[0]:
                literal = part[1]
        elif isinstance(part, bytes):
            said += part
            if _SECTION in part and literal is None and part.rstrip(b") ").endswith(b'""'):
                literal = b""
    return (said, literal) if said else None


def _internal_date(said: bytes) -> datetime:
    parsed = Internaldate2tuple(said)
    return datetime.fromtimestamp(mktime(parsed), UTC) if parsed is not None else timezone.now()
