"""From the stored bytes of a telling to what follows from it: words in a case, promises in the ledger, a note to post.

What takes time (asking, hearing) comes before the transaction; what is stored, is stored in one. Something that was
said is known by its id over there, so that it is taken once, however often it is told.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends import messages as core_messages
from amends.checker import Review, check
from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import correct_hearing, record_out
from amends.desk.clock.loop import nudge
from amends.desk.composer.checking import check_reply
from amends.desk.composer.promised import Row, rows_of
from amends.desk.composer.sent import tell_of
from amends.desk.composer.services.owing import keep_words_owed
from amends.desk.composer.situation import situation_of
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.services import find_by_contact, find_or_create
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.intake import hearing
from amends.desk.intake.taking_in import Said as Spoken
from amends.desk.intake.taking_in import believable, plain, take_in
from amends.desk.ledger.services import record
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE
from amends.desk.sealed import SealError
from amends.desk.sidecar.asking import Api, Trouble
from amends.desk.sidecar.models import Connection, Conversation, Delivery, Note, Said
from amends.desk.sidecar.outcomes import Why
from amends.desk.sidecar.product import Came, Nothing, Product, Told, Unreadable, Who, Words, stands_in
from amends.desk.sidecar.services.connecting import api_of, product_of, went_well, went_wrong
from amends.desk.sidecar.wording import worded
from amends.desk.states import lock
from amends.desk.tokens import public_id
from amends.promises import promises_in
from amends.text import zones

__all__ = ["LEASE", "MOST_TRIES", "read", "read_again"]

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_TRIES = 5
"""After so many failures of ours a telling is shown as one that could not be read."""
MOST_ASKS = 20
"""So often the other desk is asked for what a telling leaves out, less and less often, for some ten hours."""

_CALL = "@amends"
"""With this a note over there begins that holds a draft to be checked."""
_LONGEST = 100_000
_LONGEST_ID = 100
_STILL_NOTED = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(minutes=5)

# What the list says of a telling that holds several things: the one that matters most.
_RANK = (
    Why.COMPLAINT, Why.CHECKED, Why.DRAFT, Why.JOINED, Why.NO_CASE, Why.NO_COMPLAINT, Why.NOT_HEARD, Why.OWN, Why.KNOWN,
)  # fmt: skip


class _Changed(Exception):  # noqa: N818 - it says what happened
    """Somebody else changed the conversation between reading and locking it."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What a reply came out as, with case or without.

    Attributes:
        further: Sentences that other rooms and the facts of the case add.
    """

    review: Review
    promises: tuple[Row, ...]
    further: tuple[str, ...] = ()


def read(row: Delivery) -> None:
    """Read one telling. The clock calls it under a lease; it stands being done twice.

    Raises:
        DatabaseError: The database is away; this is no fault of the telling.
        Trouble: What it leaves out cannot be had now; it is asked for again later.
        Exception: Reading went wrong; it is tried again later, `MOST_TRIES` times in all.
    """
    if row.state != Delivery.State.WAITING:
        return
    if timezone.now() - row.received_at > LEASE:
        # It may have brought down the process that read it, and then nobody counted: count before, not after.
        Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        row.tries += 1
        if row.tries > 2 * MOST_ASKS:
            _close(row, Delivery.State.UNREADABLE, Why.FAILED)
            return
    connection = row.connection
    try:
        product = product_of(connection)
        api = api_of(connection)
        told = product.read(Came(row.headers, bytes(row.content or b"")), api)
        if isinstance(told, Nothing):
            _close(row, Delivery.State.NOTHING, Why.OTHER)
            return
        if product.calls:
            went_well(connection)
        _take(row, product, told, api)
    except Unreadable as error:
        _close(row, Delivery.State.UNREADABLE, Why.BROKEN, str(error))
    except (Trouble, SealError) as error:
        trouble = error if isinstance(error, Trouble) else Trouble("sealed", "")
        went_wrong(connection, trouble)
        if row.tries + 1 < MOST_ASKS and trouble.code != "missing":
            raise
        _close(row, Delivery.State.UNREADABLE, Why.UNASKED, trouble.words)
    except DatabaseError:
        raise
    except Exception:
        if row.tries + 1 < MOST_TRIES:
            raise
        logger.exception("telling %s could not be read; it is kept and shown as such", row.pk)
        _close(row, Delivery.State.UNREADABLE, Why.FAILED)


def read_again(person: Person, row: Delivery) -> Delivery:
    """Read a telling once more: one that could not be read, or one whose words are a complaint, says a person.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It was taken in.
        WrongInput: Its bytes are kept no more.
    """
    require(person, "sidecar.see")
    with transaction.atomic():
        lock(row)
        if row.content is None:
            raise WrongInput(_("Its bytes are not kept any more."))
        if row.state == Delivery.State.NOTHING:
            if row.why not in (Why.NO_COMPLAINT, Why.NOT_HEARD):
                raise WrongMove(row.state, Delivery.State.WAITING)
            row.taken_up_by = person
        row.move_to(Delivery.State.WAITING)
        row.why = row.why_words = row.problem = ""
        row.tries, row.lease_until = 0, None
        row.received_at = timezone.now()
        row.save()
    transaction.on_commit(nudge)
    return row


def _close(row: Delivery, state: str, why: Why, words: str = "") -> None:
    with transaction.atomic():
        if lock(row).state == Delivery.State.WAITING:
            _ended(row, state, why, words)


def _ended(row: Delivery, state: str, why: Why, words: str = "") -> None:
    row.move_to(state)
    row.why, row.why_words, row.read_at = why.value, words[:300], timezone.now()
    row.save(update_fields=["state", "why", "why_words", "read_at", "conversation"])


def _take(row: Delivery, product: Product, told: Told, api: Api) -> None:
    """Take what is new of a conversation."""
    kept = [one for one in told.words if len(one.id) <= _LONGEST_ID]
    told = replace(told, words=sorted(map(_sorted_out, kept), key=_moment))
    if all(one.side == "note" for one in told.words):
        _close(row, Delivery.State.NOTHING, Why.OWN if told.words else Why.OTHER)
        return
    for _attempt in range(3):
        before = Conversation.objects.filter(connection=row.connection, remote_id=told.conversation).first()
        known = _known_ids(before)
        language = (before.case.language if before and before.case else "") or house().language
        heard = {
            one.id: _listen(one.text, language)
            for one in told.words
            if one.side == "customer" and (row.taken_up_by_id or one.id not in known)
        }
        complains = any(one.is_complaint or row.taken_up_by_id for one in heard.values())
        if complains and (before is None or before.case_id is None):
            told = replace(told, customer=product.customer(api, told.customer))
        try:
            with transaction.atomic():
                if lock(row).state == Delivery.State.WAITING:
                    _store(row, told, heard, before)
            return
        except _Changed:
            continue
    raise _Changed("the conversation changes all the time")


def _sorted_out(words: Words) -> Words:
    """Words with their side as the side-car sees it: a note that calls us is a draft, if it is none of ours."""
    text = plain(words.text).replace("\r\n", "\n").strip()[:_LONGEST]
    begins = text[: len(_CALL)].casefold() == _CALL
    if words.side == "note" and begins and not stands_in(text):
        draft = text[len(_CALL) :].lstrip(" ,:\n\t\u00a0")
        return replace(words, side="draft" if draft else "note", text=draft, asked=True)
    return replace(words, text=text)


def _moment(words: Words) -> float:
    return words.at.timestamp() if words.at else float("inf")


def _listen(text: str, language: str) -> hearing.Heard:
    heard = hearing.listen(_own(text) or text)
    # A chat's words are often too few to tell their language by.
    return hearing.listen(_own(text) or text, language=language) if heard.is_complaint is None else heard


def _own(text: str) -> str:
    """The writer's own words, without quoted mail and signature; "" when there are no others."""
    kept = [text[zone.start : zone.end].strip() for zone in zones(text) if zone.kind in ("author", "repeated")]
    own = "\n\n".join(one for one in kept if one)
    return "" if own == text else own


def _known_ids(conversation: Conversation | None) -> set[str]:
    if conversation is None:
        return set()
    rows = Said.objects.filter(conversation=conversation).values_list("remote_id", "twin")
    return {one for pair in rows for one in pair if one}


def _store(row: Delivery, told: Told, heard: Mapping[str, hearing.Heard], before: Conversation | None) -> None:
    conversation = _held(row.connection, told, before)
    row.conversation = conversation
    outcomes: set[Why] = set()
    for words in told.words:
        if words.side == "note":
            outcomes.add(Why.OWN)
        elif words.side == "customer":
            outcomes.add(_customer_said(row, conversation, told, words, heard.get(words.id)))
        else:
            outcomes.add(_we_said(row, conversation, told, words))
    why = next((one for one in _RANK if one in outcomes), Why.OTHER)
    done = why in (Why.COMPLAINT, Why.CHECKED, Why.DRAFT, Why.JOINED)
    _ended(row, Delivery.State.TAKEN if done else Delivery.State.NOTHING, why)


def _held(connection: Connection, told: Told, before: Conversation | None) -> Conversation:
    """The conversation, locked behind its case, as it was read before.

    Raises:
        _Changed: It is another one by now.
    """
    if before is None:
        conversation, made = Conversation.objects.get_or_create(
            connection=connection, remote_id=told.conversation, defaults={"address": told.address[:500]}
        )
        if not made:
            raise _Changed
        return conversation
    if before.case is not None:
        lock(before.case)
    case_id = before.case_id
    locked = Conversation.objects.select_for_update(of=("self",)).filter(pk=before.pk).first()
    if locked is None or locked.case_id != case_id:
        raise _Changed
    if told.address and locked.address != told.address[:500]:
        locked.address = told.address[:500]
        locked.save(update_fields=["address"])
    return locked


def _row_of(conversation: Conversation, words: Words) -> Said | None:
    """What is kept already of these words, under one id or the other."""
    said = Said.objects.filter(conversation=conversation)
    row = said.filter(Q(remote_id=words.id) | Q(twin=words.id)).first()
    if row is None and words.twin:
        # Once: who says the same words again says them again.
        row = said.filter(remote_id=words.twin, twin="").first()
        if row is not None:
            row.twin = words.id
            row.save(update_fields=["twin"])
    return row


def _keep(conversation: Conversation, words: Words, side: str, message: Message | None = None) -> Said:
    return Said.objects.create(
        conversation=conversation, remote_id=words.id, twin=words.twin, side=side, message=message
    )


def _customer_said(
    row: Delivery, conversation: Conversation, told: Told, words: Words, heard: hearing.Heard | None
) -> Why:
    known = _row_of(conversation, words)
    if heard is None or (known is not None and (known.message_id or not row.taken_up_by_id)):
        return Why.KNOWN
    opens = conversation.case is None
    if opens and not heard.is_complaint and row.taken_up_by_id is None:
        _keep(conversation, words, Said.Side.CUSTOMER)
        Connection.objects.filter(pk=row.connection_id).update(no_complaints=F("no_complaints") + 1)
        return Why.NOT_HEARD if heard.is_complaint is None else Why.NO_COMPLAINT
    who = _completed(words.author, told.customer)
    customer, contact = _customer(row.connection, told, who)
    if row.taken_up_by_id and not heard.is_complaint:
        heard = hearing.Heard(None, language=heard.language, result=dict(heard.result))
    spoken = Spoken(
        channel=told.channel,
        text=words.text,
        own_text=_own(words.text),
        subject=plain(told.subject),
        language=heard.language,
        sender_name=plain(who.name),
        sender_address=plain(who.mail or who.phone),
        sent_at=_aware(words.at),
        received_at=row.received_at,
        headers={"other-desk": told.address} if told.address else {},
    )
    message = take_in(
        INTAKE,
        spoken,
        heard,
        customer=conversation.case.customer if conversation.case else customer,
        contact=contact,
        case=conversation.case,
        raw=None,
        automatic=words.automatic,
    )
    if opens:
        conversation.case = message.case
        conversation.save(update_fields=["case"])
    if row.taken_up_by is not None and not words.automatic:
        correct_hearing(row.taken_up_by, message, "is_complaint", True)
    if known is None:
        _keep(conversation, words, Said.Side.CUSTOMER, message)
    else:
        known.message = message
        known.save(update_fields=["message"])
    return Why.COMPLAINT if opens or heard.is_complaint else Why.JOINED


def _completed(author: Who, customer: Who) -> Who:
    """Who said it: the author of the words, with what the conversation says of its customer when it is the same."""
    if author.id and customer.id and author.id != customer.id:
        return author
    return Who(
        author.id or customer.id,
        author.name or customer.name,
        author.mail or customer.mail,
        author.phone or customer.phone,
    )


def _customer(connection: Connection, told: Told, who: Who) -> tuple[Customer, ContactPoint]:
    """Whose words they are. What is told there is not proved: it adds to new customers and changes no known one."""
    network = f"{connection.product}-{connection.pk}"[:32]
    tries = (
        ("mail", who.mail, ""),
        ("phone", who.phone, ""),
        ("handle", who.id or f"conversation {told.conversation}", network),
    )
    for kind, value, where in tries:
        if not value:
            continue
        try:
            known = find_by_contact(kind, value, where)
            return find_or_create(INTAKE, kind, plain(value), network=where, name="" if known else plain(who.name))
        except WrongInput:
            # An address that is none; the next is taken.
            continue
    raise Unreadable("It does not say whose words they are.")


def _we_said(row: Delivery, conversation: Conversation, told: Told, words: Words) -> Why:
    connection = row.connection
    marker = stands_in(words.text)
    if marker and Note.objects.filter(connection=connection, marker=marker).exists():
        return Why.OWN
    if _row_of(conversation, words) is not None:
        return Why.KNOWN
    draft = words.side == "draft"
    case = conversation.case
    if case is not None and case.state == Case.State.SET_ASIDE:
        case = None
    at = _aware(words.at)
    if at is not None and at < connection.created_at - _CLOCKS_DIFFER:
        # It was said before anybody connected us; what was promised then is nobody's surprise today.
        _keep(conversation, words, Said.Side.OURS)
        return Why.KNOWN
    if case is None and not connection.check_all and not words.asked:
        _keep(conversation, words, Said.Side.OURS)
        return Why.NO_CASE
    sent = believable(at, row.received_at)
    person = _person(words.author)
    language = connection.language or house().language
    with core_messages.use(language), override(language):
        checked = _check(words.text, case, sent, person)
    message = None
    if case is not None and not draft:
        message = _record(case, told, words, checked, sent, person)
    said = _keep(conversation, words, Said.Side.DRAFT if draft else Said.Side.OURS, message)
    late = at is not None and row.received_at - at > _STILL_NOTED
    if not late:
        _note(connection, said, checked, language, case, draft=draft, asked=words.asked, came_at=row.received_at)
    return Why.DRAFT if draft else Why.CHECKED


def _check(text: str, case: Case | None, sent: datetime, person: Person | None) -> _Checked:
    writer = str(person.pk) if person else ""
    if case is not None:
        checked = check_reply(text, situation_of(case), writer=writer, sent=sent)
        facts = tuple(
            _("Look at “%(words)s” again: the case says %(known)s.")
            % {"words": fact.words, "known": ", ".join(fact.known)}
            for fact in checked.facts
            if fact.known
        )
        advice = tuple(str(one.words) for one in checked.advice)
        return _Checked(checked.review, tuple(row for row in checked.promises if row.act), (*facts, *advice))
    business = house()
    review = check(text, vocabulary=business.vocabulary or None, jurisdiction=business.country or None)
    found = promises_in(review, sent=sent, country=business.country or None, zone=business.time_zone)
    return _Checked(review, tuple(rows_of(found, {}, owner=writer)))


def _record(case: Case, told: Told, words: Words, checked: _Checked, sent: datetime, person: Person | None) -> Message:
    """The reply comes into its case, and what it promises into the ledger."""
    message = record_out(
        INTAKE,
        case,
        text=words.text,
        channel=told.channel,
        sent_at=sent,
        automatic=words.automatic,
        delivery=Message.Delivery.SENT,
        sender_name=plain(words.author.name)[:200],
        language=checked.review.language or "",
        review=checked.review.to_dict(),
        headers={"other-desk": told.address} if told.address else {},
    )
    if person is not None:
        message.author = person
        message.save(update_fields=["author"])
    if not words.automatic:
        keep_words_owed(message)
    people = {str(one.pk): one for one in Person.objects.filter(is_active=True)}
    zone = house().time_zone
    for row in checked.promises:
        found = row.found
        due = row.due(zone)
        record(
            INTAKE,
            case,
            act=row.act,
            owner=people.get(row.owner),
            due=due,
            quote=found.quote if found else "",
            message=message,
            span=(found.start, found.end) if found else None,
            precision=(found.precision or "") if found and due is not None else "",
            conditional=found.conditional if found else False,
            found=found.to_dict() if found else None,
        )
    tell_of(person or INTAKE, message)
    return message


def _note(
    connection: Connection,
    said: Said,
    checked: _Checked,
    language: str,
    case: Case | None,
    *,
    draft: bool,
    asked: bool,
    came_at: datetime,
) -> None:
    """A note on its way, when there is something to say, or when somebody asked."""
    review = checked.review
    if not (asked or review.findings or review.missing or checked.promises or checked.further):
        return
    marker = public_id()
    address = f"{settings.PUBLIC_URL}{reverse('cases:case', args=[case.public_id])}" if case else ""
    with core_messages.use(language), override(language):
        text = worded(
            review, checked.promises, marker=marker, draft=draft, further=checked.further, case_address=address
        )
    Note.objects.create(
        connection=connection,
        said=said,
        marker=marker,
        text=text,
        findings=len(review.findings),
        promises=len(checked.promises),
        next_at=came_at,
    )
    transaction.on_commit(nudge)


def _person(author: Who) -> Person | None:
    """Who of ours it is, by the mail address."""
    if not author.mail:
        return None
    return Person.objects.filter(email__iexact=author.mail, is_active=True).first()


def _aware(moment: datetime | None) -> Any:
    return moment if moment is not None and moment.tzinfo is not None else None
