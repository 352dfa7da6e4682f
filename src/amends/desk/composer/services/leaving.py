"""A reply whose moment has come becomes a message of the case, promises in the ledger, and a mail in the outbox."""

import logging
from datetime import timedelta

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from amends import messages as core_messages
from amends.desk.cases.models import Channel, Message
from amends.desk.cases.services import log, record_out
from amends.desk.composer.checking import check_reply
from amends.desk.composer.models import Kind, Reply
from amends.desk.composer.posting import (
    ADDRESS_HEADER,
    NotPosted,
    Post,
    PostIt,
    TryLater,
    carrier_for,
    checked_address,
    last_public,
    poster_for,
)
from amends.desk.composer.promised import Row
from amends.desk.composer.sent import tell_of
from amends.desk.composer.services.attaching import give_to_message
from amends.desk.composer.services.owing import keep_words_owed
from amends.desk.composer.situation import Situation, situation_of
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.ledger.services import record
from amends.desk.outbox.services import queue, sender_of
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK
from amends.desk.states import lock

__all__ = ["posted", "release", "stop"]

logger = logging.getLogger(__name__)

_MOST_REFERENCES = 20
_POSTED_WITHIN = timedelta(days=1)
"""How long a program tries to post an answer before a person is asked to."""


def release(reply: Reply) -> Message | None:
    """Hand a reply over. The clock calls it; being called twice is the same as once.

    What goes to the customer is one transaction: either the message, its promises and the mail are there and the reply
    is gone, or nothing is. A public answer is carried to its channel or posted by a program where there is one; else it
    waits for a person who posts it.

    Returns:
        The message, or None when the reply does not wait any more, waits to be posted, or was stopped: its customer has
        written again since it was scheduled, was erased, or its writer may not send any more.

    Raises:
        TryLater: A program could not post it just now.
    """
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        if reply.state != Reply.State.WAITING:
            return None
        if why := _obstacle(reply):
            stop(reply, why)
            return None
        if reply.kind != Kind.PUBLIC:
            return _gone(reply, _sender(reply))
        if not may(_sender(reply), "message.send"):
            stop(reply, NotAllowed().words)
            return None
        carry = carrier_for(case, reply.channel)
        if carry is not None and reply.posting_at is None:
            message = _gone(reply, _sender(reply))
            if message is not None:
                carry(message)
            return message
        post = poster_for(case, reply.channel)
        if post is None or reply.posting_at is not None:
            # Whoever had it died while posting: nobody can say whether it stands there.
            _to_be_posted(reply, "unknown" if reply.posting_at is not None else "")
            return None
        reply.posting_at = timezone.now()
        reply.save()
    return _post(reply, post)


def posted(person: Person, reply: Reply, address: str = "") -> Message:
    """Somebody has posted an answer where the world reads it: now it is said, and its promises are made.

    Args:
        person: Who posted it.
        reply: A public answer that waits to be posted.
        address: Where it stands; "" when the place gives answers no address.

    Raises:
        NotAllowed: The person may not send, and did not write it.
        WrongInput: It is no address of a page.
        WrongMove: It does not wait to be posted.
    """
    require(person, "message.draft" if reply.author_id == person.pk else "message.send")
    if address.strip() and not checked_address(address):
        raise WrongInput(_("Copy the whole address from your browser; it begins with https://."), "address")
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        if reply.state != Reply.State.TO_POST:
            raise WrongMove(reply.state, Reply.State.GONE)
        if case.customer.erased_at is not None:
            raise WrongMove("", "", _("This customer was erased; nothing is kept about them any more."))
        message = _gone(reply, _sender(reply), checked_address(address))
        if message is None:
            raise NotAllowed
        log(person, case, "reply.posted", after={"reply": reply.pk, "message": message.pk, "address": address.strip()})
    return message


def _post(reply: Reply, post: PostIt) -> Message | None:
    """Let a program post it; outside of any transaction, as it asks another server."""
    case = reply.case
    what = Post(case, reply.text, reply.language, last_public(case), f"amends-reply-{reply.send_key}")
    try:
        address = post(what)
    except TryLater as error:
        if timezone.now() - reply.not_before > _POSTED_WITHIN:
            _left_to_people(reply, "refused", str(error))
            return None
        Reply.objects.filter(pk=reply.pk, state=Reply.State.WAITING).update(posting_at=None)
        raise
    except NotPosted as error:
        _left_to_people(reply, "refused", str(error))
        return None
    except Exception:
        logger.exception("reply %s: nobody knows whether it was posted; a person looks", reply.pk)
        _left_to_people(reply, "unknown")
        return None
    with transaction.atomic():
        lock(case)
        lock(reply)
        if reply.state not in (Reply.State.WAITING, Reply.State.TO_POST):
            return None
        message = _gone(reply, _sender(reply), checked_address(address))
        if message is not None:
            log(CLOCK, case, "reply.posted", after={"reply": reply.pk, "message": message.pk, "address": address})
    return message


def _left_to_people(reply: Reply, why: str, words: str = "") -> None:
    with transaction.atomic():
        lock(reply.case)
        lock(reply)
        if reply.state == Reply.State.WAITING:
            _to_be_posted(reply, why, words)


def _to_be_posted(reply: Reply, why: str, words: str = "") -> None:
    """A person posts it; in the transaction that has locked the reply."""
    reply.move_to(Reply.State.TO_POST)
    reply.posting_why, reply.posting_words = why, words[:2_000]
    reply.save()
    log(CLOCK, reply.case, "reply.to-post", after={"reply": reply.pk, "why": why}, note=words[:2_000])


def _sender(reply: Reply) -> Person:
    """Who lets it go: the second person, else its writer."""
    return reply.decided_by or reply.author


def _gone(reply: Reply, sender: Person, address: str = "") -> Message | None:
    """Make a message of a reply, record its promises, queue its mail; in the transaction that has locked both.

    Returns:
        The message, or None when the reply was stopped because its sender may not send any more.
    """
    case = reply.case
    last = case.messages.filter(direction=Message.Direction.IN).exclude(mail_id="").order_by("-sent_at", "-pk").first()
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
            headers={ADDRESS_HEADER: address} if address else {},
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
    give_to_message(reply, message)
    at = situation_of(case)
    keep_words_owed(message)
    _record_promises(sender, reply, message, at)
    if by_mail:
        _queue(sender, reply, message, at, answered, references)
    reply.move_to(Reply.State.GONE)
    reply.message = message
    reply.save()
    tell_of(sender, message)
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
