"""The ways out that mailboxes give: by which server a mail leaves, from which address, the copy for its sent folder."""

import smtplib
from datetime import timedelta

from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.intake.mail.access import has_access, secret_of, was_refused
from amends.desk.intake.mail.ours import base_address, mailbox_of, written_to
from amends.desk.intake.mail.trouble import NoAccess
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.models import Sending, SentCopy
from amends.desk.mailboxes.trouble import code_of, detail_of
from amends.desk.outbox.made_up import is_made_up
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.routes import Route, route_of
from amends.desk.sealed import SealError

__all__ = ["SERVER_HAS", "route_through", "ways_out"]

SERVER_HAS = timedelta(seconds=30)
"""So long a server has to put a sent mail into the sent folder by itself."""


class _WaysOut:
    """What the outbox asks; see `outbox.routes.Routing`."""

    def address_of(self, case: Case) -> str:
        """The address to which the customer wrote, when its mailbox sends."""
        if not Sending.objects.filter(on=True).exists():
            return ""
        at = written_to(case)
        return at[1] if at is not None and Sending.objects.filter(on=True, mailbox=at[0]).exists() else ""

    def route_of(self, address: str) -> Route | None:
        """The way out of the mailbox that an address belongs to."""
        if not Sending.objects.filter(on=True).exists():
            return None
        mailbox = mailbox_of(address)
        sending = Sending.objects.filter(on=True, mailbox=mailbox).first() if mailbox is not None else None
        return route_through(sending) if sending is not None else None

    def standard(self) -> Route | None:
        """The mailbox that sends and was set up first."""
        sending = Sending.objects.filter(on=True).order_by("pk").first()
        return route_through(sending) if sending is not None else None

    def gone(self, row: OutgoingMessage) -> None:
        """A mail has left: it belongs into the sent folder of its mailbox, unless it is one of many."""
        if row.lane == OutgoingMessage.Lane.BULK or is_made_up([*row.to, *row.cc]):
            return
        route = route_of(row)
        sending = Sending.objects.filter(mailbox=_number(route)).first() if route is not None else None
        if sending is None or sending.keeps_sent != "desk":
            return
        SentCopy.objects.get_or_create(
            outgoing=row, defaults={"mailbox_id": sending.mailbox_id, "not_before": timezone.now() + SERVER_HAS}
        )


ways_out = _WaysOut()


def route_through(sending: Sending) -> Route:
    """The way out through a mailbox."""
    mailbox = _mailbox(sending)
    token = mailbox.sign_in == Mailbox.SignIn.OAUTH

    def secret() -> str:
        return secret_of(mailbox) if token else sending.secret or mailbox.secret

    def told(error: Exception | None) -> None:
        _note(sending, mailbox, error)

    others = mailbox.aliases.values_list("address", flat=True) if mailbox.pk is not None else ()
    return Route(
        name=f"mailbox {mailbox.pk}",
        addresses=(base_address(mailbox.address)[0], *others),
        host=sending.host,
        port=sending.port,
        security=sending.security,
        user=sending.user,
        secret=secret,
        token=token,
        told=told,
    )


def _mailbox(sending: Sending) -> Mailbox:
    """The mailbox, with its secret sealed until it is asked for."""
    if Sending.mailbox.is_cached(sending):
        return sending.mailbox
    sending.mailbox = Mailbox.objects.get(pk=sending.mailbox_id)
    return sending.mailbox


def _note(sending: Sending, mailbox: Mailbox, error: Exception | None) -> None:
    """Note how sending went, unless the trouble is the mail's own and not the mailbox's."""
    now = timezone.now()
    row = Sending.objects.filter(pk=sending.pk)
    if error is None:
        row.update(sent_at=now, trouble="", trouble_detail="", failing_since=None)
        return
    if not isinstance(error, (NoAccess, SealError, OSError)) or _about_one_mail(error):
        return
    code = code_of(error, token=mailbox.sign_in == Mailbox.SignIn.OAUTH)
    if code == "token" and has_access(mailbox):
        was_refused(mailbox)
    row.update(trouble=code, trouble_detail=detail_of(error))
    row.filter(failing_since=None).update(failing_since=now)


def _about_one_mail(error: Exception) -> bool:
    return isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError))


def _number(route: Route) -> int:
    return int(route.name.partition(" ")[2])
