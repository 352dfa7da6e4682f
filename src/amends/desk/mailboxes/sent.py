"""A sent mail in the sent folder of its mailbox, once: it is looked for by its Message-ID before it is put there."""

import re
from email.utils import format_datetime

from django.db import transaction
from django.utils import timezone
from imap_tools import BaseMailBox
from imap_tools.consts import MailMessageFlags

from amends.desk.intake.mail.imap import connected
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.models import Sending, SentCopy
from amends.desk.mailboxes.ways_out import ways_out
from amends.desk.outbox.delivery import mail_of
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.states import lock

__all__ = ["keep"]

_NAMES = ("sent", "sent items", "sent messages", "sent mail", "inbox.sent", "inbox/sent")
_NEW = "Sent"
# What stands in a quoted string of IMAP; our own ids hold nothing else.
_PLAIN_ID = re.compile(r"<[!-!#-;=?-\[\]-~]+>")


def keep(copy: SentCopy) -> None:
    """Put one sent mail into the sent folder, unless it is there. It stands being done again.

    Raises:
        What `intake.mail.imap.connected` raises; the clock tries again.
    """
    mailbox = Mailbox.objects.filter(pk=copy.mailbox_id).first()
    if mailbox is None or mailbox.kind != Mailbox.Kind.IMAP or mailbox.state != Mailbox.State.LISTENING:
        _settle(copy, SentCopy.State.LEFT, "")
        return
    row = OutgoingMessage.objects.get(pk=copy.outgoing_id)
    sending = Sending.objects.filter(mailbox=mailbox).first()
    with connected(mailbox) as server:
        folder = _folder(server, sending.sent_folder if sending is not None else "")
        if _holds(server, folder, row.mail_id):
            _settle(copy, SentCopy.State.THERE, folder)
            return
        flags = [MailMessageFlags.SEEN]
        server.append(_bytes(row), folder, dt=row.sent_at or timezone.now(), flag_set=flags)
    _settle(copy, SentCopy.State.KEPT, folder)


def _settle(copy: SentCopy, state: str, folder: str) -> None:
    with transaction.atomic():
        lock(copy)
        if copy.state == SentCopy.State.WAITING:
            copy.move_to(state)
            copy.folder = folder[:200]
            copy.save()


def _folder(server: BaseMailBox, wanted: str) -> str:
    """The sent folder: the one that is asked for, the one that the server marks (RFC 6154), one that is called so."""
    folders = list(server.folder.list())
    names = {found.name.casefold(): found.name for found in folders}
    if wanted:
        if wanted.casefold() not in names:
            server.folder.create(wanted)
        return names.get(wanted.casefold(), wanted)
    marked = [found.name for found in folders if any(flag.casefold() == "\\sent" for flag in found.flags)]
    if marked:
        return marked[0]
    found = next((names[name] for name in _NAMES if name in names), "")
    if not found:
        server.folder.create(_NEW)
    return found or _NEW


def _holds(server: BaseMailBox, folder: str, mail_id: str) -> bool:
    if not _PLAIN_ID.fullmatch(mail_id):
        return False
    server.folder.set(folder, readonly=True)
    return bool(server.uids(f'HEADER Message-ID "{mail_id}"', charset=None))


def _bytes(row: OutgoingMessage) -> bytes:
    """The mail as it left."""
    mail = mail_of(row, ways_out.route_of(_address(row)))
    mail.extra_headers["Date"] = format_datetime(row.sent_at or timezone.now())
    return bytes(mail.message().as_bytes(linesep="\r\n"))


def _address(row: OutgoingMessage) -> str:
    from email.utils import parseaddr

    return parseaddr(row.sender)[1].casefold()
