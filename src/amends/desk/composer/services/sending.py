"""Sending a reply, taking it back while it has not left, sending on what was stopped."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.services import log
from amends.desk.clock.loop import nudge
from amends.desk.composer.checking import Checked, check_reply
from amends.desk.composer.models import UNDO, Draft, Kind, Reply
from amends.desk.composer.services.approving import second_look_needed
from amends.desk.composer.services.attaching import check_together, hand_on
from amends.desk.composer.services.drafting import bring_back
from amends.desk.composer.services.telling import tell_readers
from amends.desk.composer.situation import situation_of
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.outbox.services import new_mail_id
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["Address", "address_for", "again", "send", "undo"]

_FARTHEST = timedelta(days=90)
_LEAST_REASON = 5
_IN_PUBLIC = (Channel.SOCIAL, Channel.REVIEW)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes.

    Attributes:
        channel: A value of `Channel`.
        to: Mail addresses, none for the page and for public answers.
    """

    channel: str
    to: tuple[str, ...]


def address_for(case: Case, kind: str) -> Address:
    """Where an answer of this kind goes: to the address that the customer wrote from last, or a known one.

    A customer without a mail address reads it on their page. A public answer stands where the customer wrote.
    """
    if kind == Kind.PUBLIC:
        return Address(case.channel if case.channel in _IN_PUBLIC else Channel.REVIEW, ())
    mails = case.customer.contacts.filter(kind=ContactPoint.Kind.MAIL)
    last = (
        case.messages.filter(direction=Message.Direction.IN, contact__in=mails)
        .select_related("contact")
        .order_by("-sent_at", "-pk")
        .first()
    )
    contact = last.contact if last else mails.order_by("-verified_at", "pk").first()
    return Address(Channel.MAIL, (contact.value,)) if contact else Address(Channel.PAGE, ())


def send(person: Person, draft: Draft) -> Reply:
    """Send a draft: at once with ten seconds to take it back, or at its chosen time, or through a second person.

    Args:
        person: Its writer.
        draft: What is to be sent.

    Returns:
        The reply on its way. The draft is empty afterwards. The same draft sent twice, as by a double press, is one.

    Raises:
        NotAllowed: The person may not, or it is somebody else's draft.
        WrongInput: Nothing is written; another room stops it; errors were found and there is no reason; the time cannot
            be; its files are too many or too large together.
        WrongMove: The customer was erased.
    """
    require(person, "message.draft")
    if draft.person_id != person.pk:
        raise NotAllowed(_("This is somebody else's draft."))
    if (before := Reply.objects.filter(send_key=draft.send_key).first()) is not None:
        return before
    if not draft.text.strip():
        raise WrongInput(_("Write something first."), "text")
    case = draft.case
    _not_erased(case.customer)
    check_together(draft)
    moment, scheduled = _moment(draft.send_at, person)
    checked = check_reply(
        draft.text,
        situation_of(case),
        kind=draft.kind,
        corrections=draft.corrections,
        writer=str(person.pk),
        sent=moment,
    )
    if checked.stopped:
        raise WrongInput(checked.stopped, "text")
    if checked.errors:
        _reason_given(person, draft)
    second_look = second_look_needed(person, case)
    if not second_look:
        require(person, "message.send")
    where = address_for(case, draft.kind)
    try:
        with transaction.atomic():
            lock(case)
            lock(draft)
            reply = Reply.objects.create(
                case=case,
                author=person,
                kind=draft.kind,
                channel=where.channel,
                to=list(where.to),
                subject=draft.subject,
                text=draft.text,
                language=checked.language,
                corrections=draft.corrections,
                review=checked.review.to_dict(),
                sent_despite=draft.reason if checked.errors else "",
                mail_id=new_mail_id(),
                send_key=draft.send_key,
                state=Reply.State.APPROVAL if second_look else Reply.State.WAITING,
                not_before=moment,
                scheduled=scheduled,
                second_look=second_look,
            )
            hand_on(draft, reply)
            _clear(draft)
            log(person, case, "reply.written", after=_as_data(reply, checked), note=reply.sent_despite)
            if second_look:
                tell_readers(reply)
    except IntegrityError:
        # The same form came twice at once; the first one counts.
        twin = Reply.objects.filter(send_key=draft.send_key).first()
        if twin is None:
            raise
        return twin
    transaction.on_commit(nudge)
    return reply


def undo(person: Person, reply: Reply) -> Draft:
    """Take a reply back that has not left; it is its writer's draft again.

    Raises:
        NotAllowed: The person may not.
        WrongMove: It has left.
    """
    require(person, "message.hold")
    if reply.author_id != person.pk and not may(person, "message.approve"):
        raise NotAllowed(_("This is somebody else's reply."))
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        if reply.state == Reply.State.GONE:
            raise WrongMove(reply.state, Reply.State.UNDONE, _("It has left already and cannot be taken back."))
        if reply.state == Reply.State.WAITING and reply.posting_at is not None:
            raise WrongMove(reply.state, Reply.State.UNDONE, _("It is being posted and cannot be taken back here."))
        before = reply.state
        reply.move_to(Reply.State.UNDONE)
        reply.save()
        draft = bring_back(reply)
        log(person, case, "reply.undone", before={"reply": reply.pk, "state": before}, after={"state": reply.state})
    return draft


def again(person: Person, reply: Reply) -> Reply:
    """Send a reply on that was stopped, after somebody has looked.

    Raises:
        NotAllowed: The person may not.
        WrongMove: It was not stopped.
    """
    require(person, "message.send")
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        _not_erased(case.customer)
        reply.move_to(Reply.State.WAITING)
        reply.not_before = timezone.now() + UNDO
        reply.scheduled = False
        reply.stopped_why = ""
        reply.decided_by, reply.decided_at = person, timezone.now()
        reply.save()
        log(person, case, "reply.sent-on", after={"reply": reply.pk, "not_before": reply.not_before})
    transaction.on_commit(nudge)
    return reply


def _reason_given(person: Person, draft: Draft) -> None:
    if len(draft.reason) < _LEAST_REASON:
        raise WrongInput(
            _("Something in it would hurt. Mend it, or write why it should be sent as it is; the reason is kept."),
            "reason",
        )
    # A junior's reason is read by the second person, who has the authority.
    if person.role != "junior":
        require(person, "message.send-despite-findings")


def _moment(chosen: str, person: Person) -> tuple[datetime, bool]:
    """When it leaves, and whether that was chosen."""
    now = timezone.now()
    if not chosen:
        return now + UNDO, False
    try:
        moment = datetime.fromisoformat(chosen)
    except ValueError as error:
        raise WrongInput(_("Choose a day and a time."), "send_at") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(person))
    if moment <= now + UNDO:
        raise WrongInput(_("This time has passed. Choose a later one, or send it now."), "send_at")
    if moment > now + _FARTHEST:
        raise WrongInput(_("This is more than three months ahead. Choose an earlier time."), "send_at")
    return moment, True


def _zone(person: Person) -> ZoneInfo:
    current = timezone.get_current_timezone()
    return current if isinstance(current, ZoneInfo) else ZoneInfo(person.time_zone or "UTC")


def _clear(draft: Draft) -> None:
    draft.text = draft.reason = draft.send_at = ""
    draft.corrections = {}
    draft.revision += 1
    draft.send_key = secrets.token_hex(12)
    draft.save()


def _not_erased(customer: Customer) -> None:
    if customer.erased_at is not None:
        raise WrongMove("", "", _("This customer was erased; nothing is kept about them any more."))


def _as_data(reply: Reply, checked: Checked) -> dict[str, object]:
    return {
        "reply": reply.pk,
        "state": reply.state,
        "kind": reply.kind,
        "second_look": reply.second_look,
        "not_before": reply.not_before,
        "verdict": checked.review.verdict,
        "errors": checked.errors,
        **({"files": files} if (files := [file.name for file in reply.files.all()]) else {}),
    }
