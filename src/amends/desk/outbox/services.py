"""Queueing mail, holding it back, taking it up again. Delivery is in `delivery`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import formataddr, make_msgid, parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import log, move
from amends.desk.clock.loop import nudge
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.models import House
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.routes import note_gone, standard_address
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, Acting
from amends.desk.states import lock

__all__ = [
    "hold",
    "lock_mail",
    "new_mail_id",
    "note_failure",
    "note_held",
    "note_sent",
    "note_waiting",
    "queue",
    "retry",
    "sender_of",
    "settle_unknown",
]

_LONGEST_WORDS = 2_000

State = OutgoingMessage.State


def new_mail_id() -> str:
    """A Message-ID under the domain of the desk's sender."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = address.rpartition("@")[2].strip(">") or "localhost"
    if domain == "localhost" and (mailboxes := standard_address()):
        domain = mailboxes.rpartition("@")[2]
    return make_msgid(domain=domain)


def sender_of(person: Person, business: House) -> str:
    """The From of a person's mail: their name and the house's, at the desk's address."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    names = ", ".join(name for name in (person.name, business.name) if name)
    plain = "".join(" " if sign in "\r\n\0" else sign for sign in names)
    return formataddr((plain, address)) if address else settings.DEFAULT_FROM_EMAIL


def queue(
    acting: Acting,
    *,
    purpose: str,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str = "",
    cc: Sequence[str] = (),
    sender: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
    message: Message | None = None,
    mail_id: str = "",
    not_before: datetime | None = None,
    once: str = "",
    language: str = "",
    lane: str = "",
) -> OutgoingMessage:
    """Put a mail into the outbox; it leaves when the transaction has ended and its moment has come.

    Args:
        acting: Who sends it.
        purpose: "reply", "acknowledgement", "reminder", "invitation", "new-password" ...
        to, cc: Addresses.
        subject, text, html: Its content; `text` always.
        sender, reply_to: Addresses; the desk's own sender if not given. A mail that carries a message
            of a case keeps the name and leaves from the address to which the customer wrote, when that one sends.
        headers: Further headers, such as In-Reply-To.
        message: The message of a case that it carries.
        mail_id: When it is fixed already, as that of `message`.
        not_before: Earliest moment of sending, aware.
        once: A name under which it is queued only once; the row of the first time is given back.
        language: ISO 639-1 code of the text.
        lane: A value of `OutgoingMessage.Lane`: "bulk" for the same word to many.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is nobody to send it to, or an address cannot be one.
    """
    require(acting, "outbox.queue")
    if not to:
        raise WrongInput(_("There is no address to send this to."), "to")
    for value in (*to, *cc, subject, sender, reply_to, mail_id, *(headers or {}), *(headers or {}).values()):
        if any(sign in value for sign in "\r\n\0"):
            raise WrongInput(_("An address or a subject cannot have line breaks."), "to")
    try:
        with transaction.atomic():
            row = OutgoingMessage.objects.create(
                purpose=purpose,
                lane=lane,
                once=once,
                message=message,
                mail_id=mail_id or new_mail_id(),
                sender=sender,
                reply_to=reply_to,
                to=list(to),
                cc=list(cc),
                subject=subject[:500],
                text=text,
                html=html,
                headers=dict(headers or {}),
                language=language,
                not_before=not_before or timezone.now(),
            )
    except IntegrityError:
        queued = OutgoingMessage.objects.filter(once=once).first() if once else None
        if queued is None:
            raise
        return queued
    transaction.on_commit(nudge)
    return row


def hold(acting: Acting, row: OutgoingMessage, why: str) -> OutgoingMessage:
    """Hold a mail back that has not left.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is on its way or gone.
    """
    require(acting, "message.hold")
    with transaction.atomic():
        lock_mail(row)
        if row.state == State.SENDING:
            raise WrongMove(row.state, State.HELD, _("It is on its way already and cannot be held back."))
        note_held(row, why)
    return row


def retry(acting: Acting, row: OutgoingMessage) -> OutgoingMessage:
    """Send a mail after all that failed or was held, under the same Message-ID.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is waiting, on its way or gone.
    """
    require(acting, "outbox.retry")
    with transaction.atomic():
        lock_mail(row)
        before = {"state": row.state, "why": row.held_why}
        note_waiting(row)
        _log(acting, row, "mail.again", before)
    transaction.on_commit(nudge)
    return row


def settle_unknown(acting: Acting, row: OutgoingMessage) -> OutgoingMessage:
    """Somebody knows that a mail whose outcome was unknown has arrived: it is not sent again.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: Its outcome is known.
    """
    require(acting, "outbox.retry")
    with transaction.atomic():
        lock_mail(row)
        if row.held_why != "outcome-unknown":
            raise WrongMove(row.state, State.SENT)
        before = {"state": row.state, "why": row.held_why}
        note_sent(row)
        _log(acting, row, "mail.had-arrived", before)
    return row


def note_sent(row: OutgoingMessage) -> None:
    """Store that a mail was taken by the server; inside the transaction that has locked it."""
    row.move_to(State.SENT)
    row.sent_at = timezone.now()
    row.held_why = row.problem = ""
    row.save(update_fields=["state", "sent_at", "held_why", "problem"])
    _tell_message(row, Message.Delivery.SENT)
    note_gone(row)


def note_waiting(row: OutgoingMessage) -> None:
    """Store that a mail is to be sent after all; inside the transaction that has locked it."""
    row.move_to(State.WAITING)
    row.held_why = row.problem = ""
    row.tries = 0
    row.lease_until = None
    row.not_before = timezone.now()
    row.save()
    _tell_message(row, Message.Delivery.WAITING)


def note_held(row: OutgoingMessage, why: str) -> None:
    """Store that a mail is held, and why; inside the transaction that has locked it."""
    row.move_to(State.HELD)
    row.held_why = why
    row.save()
    _tell_message(row, Message.Delivery.HELD, why)


def note_failure(row: OutgoingMessage, words: str) -> None:
    """Store that a mail will not leave: its case is ours to move again; inside the transaction that has locked it."""
    before = {"state": row.state}
    row.move_to(State.FAILED)
    row.problem = words[:_LONGEST_WORDS]
    row.save()
    _tell_message(row, Message.Delivery.FAILED, row.problem)
    if row.message is not None:
        _back_to_us(CLOCK, row.message.case)
    _log(CLOCK, row, "mail.failed", before, row.problem)


def _tell_message(row: OutgoingMessage, delivery: str, words: str = "") -> None:
    if row.message_id is not None:
        Message.objects.filter(pk=row.message_id).update(delivery=delivery, delivery_words=words)


def _back_to_us(acting: Acting, case: Case) -> None:
    """The customer has not had our word: a case that waited for them waits for us."""
    lock(case)
    if case.state == Case.State.WAITING_FOR_CUSTOMER:
        move(acting, case, Case.State.WAITING_FOR_US)


def lock_mail(row: OutgoingMessage) -> None:
    """Lock a mail, and before it the case whose words it carries."""
    if row.message is not None:
        lock(row.message.case)
    lock(row)


def _log(acting: Acting, row: OutgoingMessage, act: str, before: Mapping[str, str], note: str = "") -> None:
    if row.message is not None:
        after = {"mail": row.pk, "message": row.message_id, "state": row.state}
        log(acting, row.message.case, act, before=before, after=after, note=note)
