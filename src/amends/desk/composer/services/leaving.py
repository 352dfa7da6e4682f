"""A reply whose moment has come becomes a message of the case, promises in the ledger, and a mail in the outbox."""

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from amends import messages as core_messages
from amends.desk.cases.models import Channel, Message
from amends.desk.cases.services import log, record_out
from amends.desk.composer.checking import check_reply
from amends.desk.composer.models import Kind, Reply
from amends.desk.composer.promised import Row
from amends.desk.composer.situation import Situation, situation_of
from amends.desk.errors import NotAllowed
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.ledger.services import record
from amends.desk.outbox.services import queue, sender_of
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK
from amends.desk.states import lock

__all__ = ["release", "stop"]

_MOST_REFERENCES = 20


def release(reply: Reply) -> Message | None:
    """Hand a reply over. The clock calls it; being called twice is the same as once.

    All of it is one transaction: either the message, its promises and the mail are there and the reply is gone, or
    nothing is.

    Returns:
        The message, or None when the reply does not wait any more, or was stopped: its customer has written again
        since it was scheduled, was erased, or its writer may not send any more.
    """
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        if reply.state != Reply.State.WAITING:
            return None
        if why := _obstacle(reply):
            stop(reply, why)
            return None
        sender = reply.decided_by or reply.author
        last = (
            case.messages.filter(direction=Message.Direction.IN).exclude(mail_id="").order_by("-sent_at", "-pk").first()
        )
        answered = last.mail_id if last and reply.channel == Channel.MAIL else ""
        references = [*last.references, last.mail_id][-_MOST_REFERENCES:] if last and answered else []
        by_mail = reply.channel == Channel.MAIL
        try:
            message = record_out(
                sender,
                case,
                text=reply.text,
                channel=reply.channel,
                public=reply.kind == Kind.PUBLIC,
                subject=reply.subject,
                language=reply.language,
                recipients={"to": [[case.customer.name, address] for address in reply.to]},
                mail_id=reply.mail_id if by_mail else "",
                in_reply_to=answered,
                references=references,
                review=reply.review,
                sent_despite=reply.sent_despite,
                delivery=Message.Delivery.WAITING if by_mail else Message.Delivery.SENT,
            )
        except NotAllowed as error:
            stop(reply, error.words)
            return None
        if sender != reply.author:
            # The second person let it go; the words are the writer's.
            message.author = reply.author
            message.save(update_fields=["author"])
        at = situation_of(case)
        _record_promises(sender, reply, message, at)
        if by_mail:
            _queue(sender, reply, message, at, answered, references)
        reply.move_to(Reply.State.GONE)
        reply.message = message
        reply.save()
    return message


def stop(reply: Reply, why: str) -> None:
    """Do not send; people see why. Call it in the transaction that has locked the reply."""
    reply.move_to(Reply.State.STOPPED)
    reply.stopped_why = why
    reply.save()
    log(CLOCK, reply.case, "reply.stopped", after={"reply": reply.pk}, note=why)


def _obstacle(reply: Reply) -> str:
    """Why a reply had better not leave, in the writer's language."""
    case = reply.case
    with translation.override(reply.author.language):
        if case.customer.erased_at is not None:
            return translation.gettext("The customer was erased in the meantime.")
        decided = reply.decided_at or reply.created_at
        if reply.scheduled and case.last_in_at is not None and case.last_in_at > decided:
            return translation.gettext("The customer has written again since. Read it before this leaves.")
    return ""


def _record_promises(sender: Person, reply: Reply, message: Message, at: Situation) -> None:
    with core_messages.use(reply.author.language):
        checked = check_reply(
            reply.text,
            at,
            kind=reply.kind,
            corrections=reply.corrections,
            writer=str(reply.author_id),
            sent=message.sent_at,
        )
    people = {str(person.pk): person for person in at.people}
    for row in checked.promises:
        if not row.removed and row.act:
            _record(sender, message, row, people.get(row.owner), at.zone)


def _record(sender: Person, message: Message, row: Row, owner: Person | None, zone: str) -> None:
    found = row.found
    due = row.due(zone)
    as_found = found is not None and (row.day, row.clock) == (row.was.get("day"), row.was.get("clock"))
    record(
        sender,
        message.case,
        act=row.act,
        owner=owner,
        due=due,
        quote=found.quote if found else "",
        message=message,
        span=(found.start, found.end) if found else None,
        precision=(found.precision or "") if found and as_found and due is not None else "",
        conditional=found.conditional if found else False,
        found=found.to_dict() if found else None,
        confirmed=True,
    )


def _queue(sender: Person, reply: Reply, message: Message, at: Situation, answered: str, references: list[str]) -> None:
    headers = {}
    if answered:
        headers = {"In-Reply-To": answered, "References": " ".join(references)}
    language = reply.language or at.house.language
    queue(
        sender,
        purpose="reply",
        to=reply.to,
        subject=reply.subject or at.case.subject or str(at.house),
        text=reply.text,
        html=letter(reply.text, language),
        sender=sender_of(reply.author, at.house),
        reply_to=reply_address(at.case),
        headers=headers,
        message=message,
        mail_id=reply.mail_id,
        once=f"reply {reply.pk}",
        language=language,
    )


def letter(text: str, language: str) -> str:
    """A reply as HTML, running in its language's direction."""
    right_to_left = language in core_messages.RIGHT_TO_LEFT
    paragraphs = [part.strip("\n") for part in text.split("\n\n") if part.strip()]
    return render_to_string(
        "composer/mail/letter.html",
        {"paragraphs": paragraphs, "language": language, "direction": "rtl" if right_to_left else "ltr"},
    )
