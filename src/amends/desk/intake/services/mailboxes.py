"""Setting up mailboxes."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.intake.mail.access import has_access
from amends.desk.intake.mail.imap import Tried, try_out
from amends.desk.intake.mail.trouble import code_of, detail_of
from amends.desk.intake.models import Mailbox
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.sealed import SealError
from amends.desk.states import lock

__all__ = ["FIELDS", "MOST_DAYS", "MailboxTrouble", "pause", "prepared", "remove", "resume", "save", "try_mailbox"]

FIELDS = (
    "kind",
    "address",
    "takes_replies",
    "host",
    "port",
    "security",
    "user",
    "sign_in",
    "folder",
    "begin_days",
)
"""What can be set, besides the secret."""

_LONGEST_NAME_FOR_REPLIES = 28
"""A reply address adds 36 characters to the name, and RFC 5321 allows 64 before the @."""
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
MOST_DAYS = 90


class MailboxTrouble(Exception):  # noqa: N818 - it says what happened
    """A mailbox does not work.

    Attributes:
        code: What it is (`mail.trouble`).
        detail: The server's own words.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def prepared(acting: Acting, mailbox: Mailbox, *, secret: str = "", **values: Any) -> Mailbox:
    """A mailbox with new settings, checked and not saved: to be tried out, or saved with `save`.

    A stored secret stays when none is given, but only for the same server and user: it is never sent to another one.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
        TypeError: There is no such field.
    """
    require(acting, "mailbox.edit")
    if unknown := values.keys() - set(FIELDS):
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    before = _where(mailbox)
    for name, value in values.items():
        setattr(mailbox, name, value.strip() if isinstance(value, str) else value)
    mailbox.address = mailbox.address.casefold()
    if secret:
        mailbox.secret = secret
    elif _where(mailbox) != before:
        mailbox.secret = ""
    _check(mailbox)
    return mailbox


def save(acting: Acting, mailbox: Mailbox) -> Mailbox:
    """Store a mailbox that was `prepared`; it is listened to at once.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: The address has a mailbox already.
    """
    require(acting, "mailbox.edit")
    is_new = mailbox.pk is None
    try:
        with transaction.atomic():
            before = {} if is_new else _as_data(_stored(mailbox))
            if not is_new and _folder(mailbox) != (before["host"], before["user"], before["folder"]):
                mailbox.uid_validity, mailbox.last_uid = None, 0
            mailbox.trouble = mailbox.trouble_detail = ""
            mailbox.failures, mailbox.failing_since = 0, None
            mailbox.next_try_at = timezone.now()
            mailbox.save()
            act = "mailbox.added" if is_new else "mailbox.changed"
            log(acting, f"mailbox {mailbox.pk}", act, before=before, after=_as_data(mailbox))
    except IntegrityError as error:
        raise WrongInput(_("This address has a mailbox here already."), "address") from error
    return mailbox


def try_mailbox(acting: Acting, mailbox: Mailbox) -> Tried:
    """Connect once, saved or not, and see whether it works. Nothing is taken in.

    Raises:
        NotAllowed: The acting one may not.
        MailboxTrouble: It does not work.
    """
    require(acting, "mailbox.edit")
    try:
        return try_out(mailbox)
    except Exception as error:
        raise MailboxTrouble(code_of(error, sign_in=mailbox.sign_in), detail_of(error)) from error


def pause(acting: Acting, mailbox: Mailbox) -> Mailbox:
    """Listen no more, until `resume`; what comes meanwhile is taken in then.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is paused.
    """
    return _moved(acting, mailbox, Mailbox.State.PAUSED)


def resume(acting: Acting, mailbox: Mailbox) -> Mailbox:
    """Listen again, and try at once.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is listened to.
    """
    return _moved(acting, mailbox, Mailbox.State.LISTENING)


def remove(acting: Acting, mailbox: Mailbox) -> None:
    """Forget a mailbox and its password. What came in by it stays.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "mailbox.edit")
    with transaction.atomic():
        log(acting, f"mailbox {mailbox.pk}", "mailbox.removed", before=_as_data(mailbox))
        mailbox.delete()


def _moved(acting: Acting, mailbox: Mailbox, state: str) -> Mailbox:
    require(acting, "mailbox.edit")
    with transaction.atomic():
        lock(mailbox)
        before = mailbox.state
        mailbox.move_to(state)
        mailbox.next_try_at = timezone.now()
        mailbox.save()
        log(acting, f"mailbox {mailbox.pk}", "mailbox.moved", before={"state": before}, after={"state": state})
    return mailbox


def _stored(mailbox: Mailbox) -> Mailbox:
    return Mailbox.objects.get(pk=mailbox.pk)


def _where(mailbox: Mailbox) -> tuple[object, ...]:
    return mailbox.host.casefold(), mailbox.port, mailbox.security, mailbox.user, mailbox.sign_in


def _folder(mailbox: Mailbox) -> tuple[str, str, str]:
    return mailbox.host, mailbox.user, mailbox.folder


def _as_data(mailbox: Mailbox) -> dict[str, Any]:
    """The settings for the log: never the secret."""
    return {name: getattr(mailbox, name) for name in FIELDS}


def _check(mailbox: Mailbox) -> None:
    name, _at, _domain = mailbox.address.rpartition("@")
    if not name or "+" in name:
        raise WrongInput(_("Write the address that customers write to, without “+”."), "address")
    if mailbox.takes_replies and len(name) > _LONGEST_NAME_FOR_REPLIES:
        raise WrongInput(
            _("The part before the @ is too long for this; %(number)d characters are possible.")
            % {"number": _LONGEST_NAME_FOR_REPLIES},
            "takes_replies",
        )
    if mailbox.kind != Mailbox.Kind.IMAP:
        return
    if not _HOST.fullmatch(mailbox.host):
        raise WrongInput(_("Write the name of the server, such as imap.provider.example."), "host")
    if not 0 < mailbox.port < 65536:
        raise WrongInput(_("A port is a number from 1 to 65535; usual are 993 and 143."), "port")
    if not mailbox.user:
        raise WrongInput(_("Write the user name; often it is the whole address."), "user")
    try:
        has_secret = has_access(mailbox) or bool(mailbox.secret)
    except SealError:
        has_secret = False
    if not has_secret:
        raise WrongInput(_("Write the password. It is needed anew when server or user change."), "secret")
    if not 0 <= mailbox.begin_days <= MOST_DAYS:
        raise WrongInput(_("Up to %(days)d days back are possible.") % {"days": MOST_DAYS}, "begin_days")
