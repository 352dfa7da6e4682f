"""Answers where the customer wrote: taken over from the composer as the outbox takes a mail, and posted part by part.

What stands there is stored after each part, and a kind finds out by itself whether a part whose answer was lost has
been posted: so an answer is never there twice, however often the desk dies over it.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import log, move, record_out
from amends.desk.channels.kinds import ChannelTrouble, Private, Refused, limit_of, measure_of
from amends.desk.channels.models import Answer, HeardItem, key_of
from amends.desk.channels.parting import part
from amends.desk.clock.loop import nudge
from amends.desk.composer.posting import ADDRESS_HEADER, checked_address
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.intake.taking_in import plain
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, DESK, Acting
from amends.desk.portal.sending import reached_from_outside
from amends.desk.portal.services import PLACE, language_of, standing_address
from amends.desk.states import lock

__all__ = [
    "can_carry",
    "can_hand_over",
    "carry",
    "hand_over",
    "post",
    "post_again",
    "posted_by_hand",
    "target_of",
]

logger = logging.getLogger(__name__)

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_GIVEN_UP_AFTER = timedelta(days=1)
_SECRET_LENGTH = 43
"""Characters of the secret in a link."""

State = Answer.State


def target_of(case: Case) -> HeardItem | None:
    """What an answer in a case would answer: the last thing that the customer wrote in a channel."""
    rows = HeardItem.objects.filter(case=case, state=HeardItem.State.READ, message__direction=Message.Direction.IN)
    return rows.select_related("channel", "message").order_by("-message__sent_at", "-pk").first()


def can_carry(case: Case) -> bool:
    """Whether answers of a case are posted by the desk."""
    target = target_of(case)
    if target is None or not target.channel.on or target.channel.removed_at is not None:
        return False
    kind = target.channel.of_kind
    return kind is not None and kind.can_answer


def can_hand_over(case: Case) -> bool:
    """Whether the customer of a case can be written to privately where they wrote."""
    target = target_of(case)
    return (
        target is not None
        and target.channel.on
        and target.channel.removed_at is None
        and isinstance(target.channel.of_kind, Private)
    )


def carry(message: Message) -> None:
    """Take over a public answer that was written in the composer; in the transaction in which it was made."""
    target = target_of(message.case)
    kind = target.channel.of_kind if target is not None else None
    if target is None or kind is None or target.message is None:
        raise WrongMove("", "", _("The desk cannot post there any more. Post it by hand."))
    message.delivery = Message.Delivery.WAITING
    message.public = target.message.public
    message.save(update_fields=["delivery", "public"])
    parts = part(message.text, limit_of(kind, target.channel), measure_of(kind))
    Answer.objects.create(message=message, channel=target.channel, to=target.remote_id, parts=parts)
    transaction.on_commit(nudge)


def hand_over(acting: Person, case: Case) -> Answer:
    """Take it out of public view (G1.9): the customer gets the secret link to their page as a private message.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no way to write to them privately, or the link would lead nowhere.
        WrongMove: Such a message is on its way already, or the customer was erased.
    """
    require(acting, "channels.answer")
    require(acting, "link.issue")
    target = target_of(case)
    if target is None or not can_hand_over(case):
        raise WrongInput(_("Where they wrote nobody can write to them privately."))
    if not reached_from_outside():
        raise WrongInput(_("This desk has no address that customers can reach yet; see AMENDS_URL."))
    kind = target.channel.of_kind
    assert kind is not None
    business = house()
    with transaction.atomic(), override(language_of(case)):
        lock(case)
        if case.customer.erased_at is not None:
            raise WrongMove("", "", _("This customer was erased; nothing is kept about them any more."))
        if Answer.objects.filter(message__case=case, private=True, state=State.WAITING).exists():
            raise WrongMove("", "", _("A private message to them is on its way already."))
        text = _("%(house)s here. Let us put this right with you, out of public view. This is your own page with us:")
        begin = text % {"house": business}
        end = _("There you can write to us and leave a phone number. The link is for you alone.")
        message = record_out(
            DESK,
            case,
            text=f"{begin}\n{_('(the link to your page)')}\n{end}",
            channel=target.message.channel if target.message is not None else case.channel,
            automatic=True,
            delivery=Message.Delivery.WAITING,
            language=language_of(case),
            headers={"purpose": "hand-over", "channel": target.channel.public_id},
        )
        message.author = acting
        message.save(update_fields=["author"])
        measure = measure_of(kind)
        room = len(settings.PUBLIC_URL) + len("/c//") + _SECRET_LENGTH
        stand_in = "https://" + "x" * (room - len("https://"))
        parts = part(f"{begin}\n{stand_in}\n{end}", limit_of(kind, target.channel), measure)
        answer = Answer.objects.create(
            message=message,
            channel=target.channel,
            to=target.remote_id,
            parts=[one.replace(stand_in, PLACE) for one in parts],
            private=True,
        )
        log(acting, case, "channel.handed-over", after={"message": message.pk})
    transaction.on_commit(nudge)
    return answer


def post(answer: Answer) -> None:
    """Post what is left of an answer; the clock calls it under a lease. It stands being done twice.

    Raises:
        Exception: Something went wrong that nobody has thought of; the clock tries again.
    """
    answer.refresh_from_db()
    if answer.state != State.WAITING:
        return
    case, channel = answer.message.case, answer.channel
    with override(house().language):
        kind = channel.of_kind
        if not channel.on or channel.removed_at is not None or kind is None:
            _not_posted(answer, _("The channel is switched off."), State.HELD)
            return
        if case.customer.erased_at is not None:
            _not_posted(answer, _("This customer was erased; nothing is kept about them any more."), State.HELD)
            return
        parts = list(answer.parts)
        if any(PLACE in one for one in parts):
            page = standing_address(DESK, case)
            parts = [one.replace(PLACE, page) for one in parts]
        way = kind.answer
        if answer.private:
            if not isinstance(kind, Private):
                _not_posted(answer, _("Where they wrote nobody can write to them privately."), State.FAILED)
                return
            way = kind.whisper
        try:
            address = way(channel, answer.to, parts, list(answer.remote_ids), lambda one: _stands(answer, one))
        except ChannelTrouble as trouble:
            if timezone.now() - answer.created_at > _GIVEN_UP_AFTER:
                _not_posted(answer, trouble.words, State.FAILED)
            else:
                _later(answer, trouble)
            return
        except Refused as refused:
            _not_posted(answer, refused.words, State.FAILED)
            return
        except Exception:
            if timezone.now() - answer.created_at > _GIVEN_UP_AFTER:
                logger.exception("answer %s was not posted", answer.pk)
                _not_posted(answer, _("Posting went wrong; the log of the desk says how."), State.FAILED)
                return
            raise
    if len(answer.remote_ids) < len(answer.parts):
        raise RuntimeError("the kind did not say under which ids the parts stand")
    _posted(answer, checked_address(address or ""))


def post_again(acting: Person, answer: Answer) -> Answer:
    """Post what was not posted after all; parts that stand there already are not posted again.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is on its way, or stands there.
    """
    require(acting, "channels.answer")
    with transaction.atomic():
        case = lock(answer.message.case)
        lock(answer)
        answer.move_to(State.WAITING)
        answer.post_at = answer.created_at = timezone.now()
        answer.words, answer.troubles, answer.lease_until = "", 0, None
        answer.save()
        _tell_message(answer, Message.Delivery.WAITING)
        log(acting, case, "channel.again", after={"message": answer.message_id})
    transaction.on_commit(nudge)
    return answer


def posted_by_hand(acting: Person, answer: Answer, address: str = "") -> Answer:
    """Somebody has posted by hand what the desk could not.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is no address of a page.
        WrongMove: It is on its way, or stands there.
    """
    require(acting, "channels.answer")
    if address.strip() and not checked_address(address):
        raise WrongInput(_("Copy the whole address from your browser; it begins with https://."), "address")
    with transaction.atomic():
        lock(answer.message.case)
        lock(answer)
        answer.move_to(State.WAITING)
        _finish(answer, checked_address(address), acting)
    return answer


def _stands(answer: Answer, remote_id: str) -> None:
    """A part stands there under this id."""
    remote_id = key_of(remote_id)
    with transaction.atomic():
        lock(answer)
        if remote_id in answer.remote_ids:
            return
        answer.remote_ids = [*answer.remote_ids, remote_id]
        answer.save(update_fields=["remote_ids"])
        # Answers to it are known by it.
        HeardItem.objects.get_or_create(
            channel=answer.channel,
            remote_id=remote_id,
            version="",
            defaults={
                "state": HeardItem.State.OWN,
                "case": answer.message.case,
                "message": answer.message,
                "read_at": timezone.now(),
            },
        )


def _posted(answer: Answer, address: str) -> None:
    with transaction.atomic():
        lock(answer.message.case)
        lock(answer)
        if answer.state == State.WAITING:
            _finish(answer, address, CLOCK)


def _finish(answer: Answer, address: str, acting: Acting) -> None:
    """It stands there; in the transaction that has locked it."""
    answer.move_to(State.POSTED)
    answer.address, answer.words, answer.posted_at = address, "", timezone.now()
    answer.save()
    message = answer.message
    message.headers = {**message.headers, "channel": answer.channel.public_id}
    if address and not answer.private:
        message.headers[ADDRESS_HEADER] = address
    message.delivery, message.delivery_words = Message.Delivery.SENT, ""
    message.save(update_fields=["headers", "delivery", "delivery_words"])
    after = {"message": message.pk, "parts": len(answer.parts)}
    log(acting, message.case, "channel.posted", after=after)


def _later(answer: Answer, trouble: ChannelTrouble) -> None:
    with transaction.atomic():
        lock(answer)
        if answer.state != State.WAITING:
            return
        answer.troubles = min(answer.troubles + 1, 30_000)
        waits = min(_FIRST_WAIT * 2 ** min(answer.troubles - 1, 12), _LONGEST_WAIT)
        answer.post_at = timezone.now() + max(waits, trouble.again_after or waits)
        answer.words = plain(trouble.words)[:2_000]
        answer.save()


def _not_posted(answer: Answer, words: str, state: str) -> None:
    """It will not be posted by itself: the customer has not had our word, so that the case is ours to move again."""
    with transaction.atomic():
        case = lock(answer.message.case)
        lock(answer)
        if answer.state != State.WAITING:
            return
        answer.move_to(state)
        answer.words = plain(words)[:2_000]
        answer.save()
        failed = Message.Delivery.FAILED if state == State.FAILED else Message.Delivery.HELD
        _tell_message(answer, failed, answer.words)
        if case.state == Case.State.WAITING_FOR_CUSTOMER and not answer.message.automatic:
            move(CLOCK, case, Case.State.WAITING_FOR_US)
        log(CLOCK, case, "channel.not-posted", after={"message": answer.message_id}, note=answer.words)


def _tell_message(answer: Answer, delivery: str, words: str = "") -> None:
    Message.objects.filter(pk=answer.message_id).update(delivery=delivery, delivery_words=words)
