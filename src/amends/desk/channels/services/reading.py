"""From bytes that were heard to messages of cases: each thing once, whatever happens to the one before it.

A thing joins the case of what it answers when the same author wrote that; a stranger who joins in begins a case of
their own. What is heard to be no complaint is set aside, as at every other way in.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from math import log10

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import add_note, log, record_out
from amends.desk.channels.kinds import Heard, Kind, Unreadable, place_of
from amends.desk.channels.models import Answer, HeardItem, key_of
from amends.desk.composer.posting import ADDRESS_HEADER, checked_address
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.services import create_customer, find_or_create
from amends.desk.house.services import house
from amends.desk.intake import hearing
from amends.desk.intake.taking_in import Said, plain, take_in
from amends.desk.people.roles import DESK, INTAKE
from amends.desk.states import lock
from amends.messages import LANGUAGES

__all__ = ["MOST_TRIES", "read", "urgency_of"]

logger = logging.getLogger(__name__)

MOST_TRIES = 5
"""After so many failures a thing is shown as one that could not be read; a person can have it tried again."""
_SEVERITY = {1: hearing.SEVERITY["reproach"], 2: hearing.SEVERITY["disappointment"]}
"""What a rating says by itself, at least."""
_LONGEST_WORDS = 20_000
_ALONE_AFTER = timedelta(minutes=5)

State = HeardItem.State


def urgency_of(reach: int) -> int:
    """How pressing a public complaint is by how many people it may reach: 40 for a hundred, 60 for a thousand, at most
    80. It grows with the logarithm, as ten times the readers are not ten times the hurt.
    """
    return min(80, round(20 * log10(reach))) if reach > 1 else 0


def read(item: HeardItem) -> None:
    """Read one thing. The clock calls it under a lease; it stands being done twice.

    Raises:
        DatabaseError: The database is away; this is no fault of the thing.
        Exception: Reading went wrong; it is tried again later, `MOST_TRIES` times in all.
    """
    if item.state != State.WAITING:
        return
    if timezone.now() - item.came_at > _ALONE_AFTER:
        # It may have brought down the process that read it, and then nobody counted: count before, not after.
        HeardItem.objects.filter(pk=item.pk).update(tries=F("tries") + 1)
        item.tries += 1
    with override(house().language):
        if item.tries > MOST_TRIES:
            _give_up(item, _("Reading it went wrong several times; the log of the desk says how"))
            return
        try:
            kind = item.channel.of_kind
            if kind is None:
                raise Unreadable(_("The desk does not know this kind of channel any more."))
            heard = list(kind.read(bytes(item.content or b"")))
            with transaction.atomic():
                if lock(item).state == State.WAITING:
                    _take(item, kind, heard)
        except DatabaseError:
            raise
        except Unreadable as error:
            _give_up(item, error.words)
        except Exception:
            if item.tries + 1 < MOST_TRIES:
                raise
            logger.exception("heard item %s could not be read; it is kept and shown as such", item.pk)
            _give_up(item, _("Reading it went wrong several times; the log of the desk says how"))


def _give_up(item: HeardItem, words: str) -> None:
    with transaction.atomic():
        if lock(item).state == State.WAITING:
            item.words = plain(words)[:2_000]
            _close(item, State.UNREADABLE)


def _close(item: HeardItem, state: str) -> None:
    item.move_to(state)
    item.read_at = timezone.now()
    item.save()


def _take(item: HeardItem, kind: Kind, heard: list[Heard]) -> None:
    """Take in all that one raw thing holds; in the transaction that has locked it."""
    for one in heard:
        row = item
        if key_of(one.id) != item.remote_id:
            # A raw thing may hold several, such as the lines of a file: each has a row of its own.
            version = item.version
            row, made = HeardItem.objects.get_or_create(channel=item.channel, remote_id=key_of(one.id), version=version)
            if not made or row.state != State.WAITING:
                continue
        _take_one(row, kind, one)
    if item.state == State.WAITING:
        _close(item, State.READ)


def _take_one(item: HeardItem, kind: Kind, heard: Heard) -> None:
    item.address = checked_address(plain(heard.address))
    before = _before(item)
    if heard.gone:
        _gone(item, before)
    elif heard.ours or (before is not None and before.state == State.OWN):
        _ours(item, kind, heard, before)
    elif before is not None and before.case is not None:
        _again(item, kind, heard, before)
    else:
        _new(item, kind, heard)


def _before(item: HeardItem) -> HeardItem | None:
    """The newest edition of the same thing that has been read."""
    rows = HeardItem.objects.filter(channel=item.channel_id, remote_id=item.remote_id).exclude(pk=item.pk)
    read_before = rows.exclude(state__in=[State.WAITING, State.UNREADABLE])
    return read_before.select_related("case__customer", "message", "contact").order_by("-read_at", "-pk").first()


def _new(item: HeardItem, kind: Kind, heard: Heard) -> None:
    """Somebody wrote something that we have not seen."""
    said, listened = _said(item, kind, heard), _listened(heard)
    customer, contact = _customer(item, heard)
    case = _case_of(item, heard.thread, customer)
    message = take_in(INTAKE, said, listened, customer=customer, contact=contact, case=case, raw=None)
    item.case, item.message, item.contact = message.case, message, contact
    _close(item, State.READ)


def _again(item: HeardItem, kind: Kind, heard: Heard, before: HeardItem) -> None:
    """It has changed: what they say now comes into the case too, and what they said first stays."""
    case = before.case
    assert case is not None
    lock(case)
    item.case, item.message, item.contact = case, before.message, before.contact
    if case.customer.erased_at is not None:
        item.content = b""
    elif before.message is not None:
        said, listened = _said(item, kind, heard), _listened(heard)
        if (said.text, said.own_text) != (before.message.text, before.message.own_text or before.message.text):
            headers = {**said.headers, "changes": before.message.pk}
            fresh = replace(said, headers=headers, sent_at=heard.edited or item.came_at)
            item.message = take_in(
                INTAKE, fresh, listened, customer=case.customer, contact=before.contact, case=case, raw=None
            )
            log(INTAKE, case, "channel.changed", after={"message": item.message.pk, "earlier": before.message.pk})
        elif listened.urgency > case.urgency:
            # The same words, which more people may have read by now.
            hearing.keep(INTAKE, before.message, listened)
    _close(item, State.READ)


def _gone(item: HeardItem, before: HeardItem | None) -> None:
    """It was deleted there. What we were told stays told; whoever answers knows."""
    if before is not None and before.state != State.GONE:
        item.case, item.message = before.case, before.message
        case, message = before.case, before.message
        if case is not None and message is not None and case.customer.erased_at is None:
            lock(case)
            ours = message.direction == Message.Direction.OUT
            words = _("Our answer was deleted there.") if ours else _("They have deleted what they wrote there.")
            message.headers = {**message.headers, "gone": timezone.now().isoformat()}
            message.save(update_fields=["headers"])
            add_note(INTAKE, case, words)
            log(INTAKE, case, "channel.gone", after={"message": message.pk})
    _close(item, State.GONE)


def _ours(item: HeardItem, kind: Kind, heard: Heard, before: HeardItem | None) -> None:
    """We wrote it: by this desk, or somebody of ours wrote there by hand, which counts as our answer."""
    parent = before or _row_of(item, heard.thread)
    if parent is not None and parent.case is not None:
        case = lock(parent.case)
        item.case, item.message = case, before.message if before is not None else None
        on_its_way = Answer.objects.filter(message__case=case, state=Answer.State.WAITING).exists()
        answers = parent.message is not None and parent.message.direction == Message.Direction.IN
        if before is None and (told := _told(case, heard)) is not None:
            item.message = told
        elif before is None and answers and not on_its_way and case.customer.erased_at is None:
            item.message = record_out(
                DESK,
                case,
                text=plain(heard.words)[:_LONGEST_WORDS],
                channel=place_of(kind, heard),
                public=heard.public,
                # Of what is older than some days the intake believes only when it came: we answered after that.
                sent_at=max(
                    parent.message.sent_at if parent.message else heard.moment, min(heard.moment, timezone.now())
                ),
                headers={ADDRESS_HEADER: item.address, "channel": item.channel.public_id},
                delivery=Message.Delivery.SENT,
            )
    item.content = b""
    _close(item, State.OWN)


def _told(case: Case, heard: Heard) -> Message | None:
    """What we said with the same words, which a person has posted by hand."""
    words = plain(heard.words).split()
    said = case.messages.filter(direction=Message.Direction.OUT, public=heard.public).order_by("-sent_at", "-pk")
    return next((one for one in said[:20] if one.text.split() == words), None)


def _case_of(item: HeardItem, thread: str, customer: Customer) -> Case | None:
    """The case that something belongs to: that of what it answers, when it is the same customer's."""
    row = _row_of(item, thread)
    case = row.case if row is not None else None
    return case if case is not None and case.customer_id == customer.pk and customer.erased_at is None else None


def _row_of(item: HeardItem, thread: str) -> HeardItem | None:
    if not thread:
        return None
    rows = HeardItem.objects.filter(channel=item.channel_id, remote_id=key_of(thread), case__isnull=False)
    return rows.select_related("case__customer", "message").order_by("-pk").first()


def _customer(item: HeardItem, heard: Heard) -> tuple[Customer, ContactPoint | None]:
    name = plain(heard.author_name)
    if not heard.author.strip().strip("@"):
        return create_customer(INTAKE, name=name), None
    author = plain(heard.author)[:320]
    return find_or_create(INTAKE, "handle", author, network=item.channel.kind, name=name, verified=True)


def _said(item: HeardItem, kind: Kind, heard: Heard) -> Said:
    words = plain(heard.words).strip()[:_LONGEST_WORDS]
    rating = heard.rating if heard.rating in range(1, 6) else None
    stars = "★" * rating + "☆" * (5 - rating) if rating else ""
    headers = {"channel": item.channel.public_id, "written": heard.moment.isoformat()}
    headers |= {ADDRESS_HEADER: item.address} if item.address else {}
    headers |= {"rating": str(rating)} if rating else {}
    text = "\n\n".join(one for one in (stars, words) if one)
    return Said(
        channel=place_of(kind, heard),
        text=text,
        own_text=words or text,
        language=_language(heard),
        sender_name=plain(heard.author_name),
        sender_address=plain(heard.author),
        sent_at=heard.moment,
        received_at=item.came_at,
        headers=headers,
        public=heard.public,
    )


def _listened(heard: Heard) -> hearing.Heard:
    """What is heard in the words, the rating and the reach together."""
    words = plain(heard.words).strip()[:_LONGEST_WORDS]
    listened = hearing.listen(words, public=heard.public)
    if not listened.language and _language(heard):
        listened = hearing.listen(words, language=_language(heard), public=heard.public)
    if heard.rating is not None:
        if heard.rating <= 2:
            severity = max(listened.severity, _SEVERITY.get(heard.rating, 0))
            result = {**listened.result, "complaint": True, "rating": heard.rating}
            listened = replace(listened, is_complaint=True, severity=severity, result=result)
        elif listened.is_complaint is None:
            listened = replace(listened, is_complaint=False, result={**listened.result, "complaint": False})
    if heard.public and listened.is_complaint is not False:
        listened = replace(listened, urgency=max(listened.urgency, urgency_of(heard.reach)))
    return listened


def _language(heard: Heard) -> str:
    code = (heard.language or "").lower().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else ""
