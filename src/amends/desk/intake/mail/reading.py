"""From the stored bytes of a mail to a message of a case, or to the reason why there is none."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from amends.archive.mail import Mail, parse
from amends.desk.cases.models import Channel, Message, RawMessage
from amends.desk.cases.services import correct_hearing, log
from amends.desk.customers.services import find_or_create
from amends.desk.errors import WrongInput
from amends.desk.intake import acknowledging, hearing
from amends.desk.intake.mail import bounces, joining
from amends.desk.intake.mail.reply_address import base_address
from amends.desk.intake.outcomes import Why, close_raw, taken_up_by
from amends.desk.intake.taking_in import MOST_FILES, File, Said, plain, take_in
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE
from amends.desk.states import lock
from amends.desk.unit import one_unit
from amends.text import zones

__all__ = ["read_mail", "read_mails"]

logger = logging.getLogger(__name__)

# What programs send to programs or to many opens no case; what one sends of its own accord may carry a customer's
# words, as the mail of a shop's contact form does, and is heard.
_NEVER_A_CASE = {
    "auto-reply": Why.AUTO_REPLY,
    "receipt": Why.RECEIPT,
    "abuse-report": Why.REPORT,
    "bulk": Why.BULK,
}
_HEARD = {"notice": Why.NOTICE}


@dataclass(frozen=True, slots=True)
class _Read:
    """A mail as it was understood, before anything of it is stored.

    Attributes:
        row: The raw message.
        said, heard: What the customer said, and what was heard in it.
        recipients: All addresses at which it may have arrived.
        never: Why it opens no case, whatever it says.
        person: Who took it up although the desk had left it out.
    """

    row: RawMessage
    mail: Mail
    said: Said
    heard: hearing.Heard
    recipients: list[str]
    never: Why | None
    person: Person | None

    def recipients_signed(self) -> list[str]:
        """Addresses that may lead to a case by themselves."""
        return [address.casefold() for address in self.recipients if "+" in address]


def read_mail(row: RawMessage, raw: bytes) -> None:
    """Read one raw mail into a message, once.

    What takes time (parsing, hearing) is done before the transaction; what is stored, all in one.

    Args:
        row: The raw message; nothing happens unless it waits.
        raw: Its bytes.
    """
    mail = parse(raw)
    if _report_of(row, mail):
        _read_report(row, mail, joining.addresses_of(mail, row.envelope))
        return
    read = _understood(row, mail)
    if isinstance(read, _Read):
        with one_unit():
            if lock(row).state == RawMessage.State.WAITING:
                _one_copy_at_a_time([read.said])
                _store(read, joining.look_up([mail]))
    else:
        _close(row, *read)


def read_mails(rows: Mapping[RawMessage, bytes]) -> list[RawMessage]:
    """Read several raw mails, those that have nothing to do with one another in one transaction.

    Args:
        rows: Raw messages with their bytes.

    Returns:
        Those that have to be read one by one: something in or about them is out of the ordinary.
    """
    alone: list[RawMessage] = []
    groups: list[list[_Read]] = [[]]
    named: set[str] = set()
    for row, raw in rows.items():
        try:
            mail = parse(raw)
            read = None if _report_of(row, mail) else _understood(row, mail)
        except Exception:
            # Whatever it is, it is met again and told when this one is read alone.
            logger.debug("raw message %s is read alone", row.pk, exc_info=True)
            read = None
        if not isinstance(read, _Read) or read.person is not None:
            alone.append(row)
            continue
        about = {*joining.named_ids(read.mail), read.said.sender_address.casefold(), *read.recipients_signed()}
        if named & about:
            groups.append([])
            named = set()
        groups[-1].append(read)
        named |= about
    for group in groups:
        try:
            _store_together(group)
        except Exception:
            logger.debug("%s raw messages are read one by one", len(group), exc_info=True)
            alone += [read.row for read in group]
    return alone


def _store_together(group: list[_Read]) -> None:
    if not group:
        return
    with one_unit(many=True):
        rows = RawMessage.objects.select_for_update().filter(pk__in=[read.row.pk for read in group])
        waiting = set(rows.filter(state=RawMessage.State.WAITING).values_list("pk", flat=True))
        group = [read for read in group if read.row.pk in waiting]
        _one_copy_at_a_time([read.said for read in group])
        looked_up = joining.look_up(read.mail for read in group)
        for read in group:
            _store(read, looked_up)


def _report_of(row: RawMessage, mail: Mail) -> bool:
    written_by = mail.automatic.kind if mail.automatic else ""
    return mail.problem is None and written_by == "delivery-report" and taken_up_by(row) is None


def _understood(row: RawMessage, mail: Mail) -> _Read | tuple[str, Why]:
    """A mail that may be stored, or the state and the reason with which it ends here."""
    if mail.problem is not None:
        why = Why.NO_HEADERS if mail.problem.code == "no-headers" else Why.BROKEN
        return RawMessage.State.UNREADABLE, why
    written_by = mail.automatic.kind if mail.automatic else ""
    person = taken_up_by(row)
    if mail.sender is None or "@" not in mail.sender.address:
        return RawMessage.State.UNREADABLE, Why.NO_SENDER
    said = _said(row, mail)
    never = _NEVER_A_CASE.get(written_by) if person is None else None
    heard = hearing.Heard(None) if never else hearing.listen(said.words)
    if person is None and written_by in _HEARD and not heard.is_complaint:
        return RawMessage.State.NO_CASE, _HEARD[written_by]
    return _Read(row, mail, said, heard, joining.addresses_of(mail, row.envelope), never, person)


def _store(read: _Read, looked_up: joining.LookedUp) -> None:
    """Make a message of a mail, or say why it becomes none; inside a unit of work, with the raw message locked."""
    row, mail = read.row, read.mail
    known = joining.known_ids(mail, looked_up)
    if read.person is None and _is_ours(mail, known, looked_up):
        close_raw(row, RawMessage.State.NO_CASE, Why.OWN)
        return
    if read.person is None and (twin := _same(read.said, known)) is not None:
        close_raw(row, RawMessage.State.NO_CASE, Why.DUPLICATE, message=twin.pk)
        return
    joined = joining.case_of(mail, read.recipients, known, looked_up.contact_of(mail))
    if read.never and joined.case is None:
        close_raw(row, RawMessage.State.NO_CASE, read.never)
        return
    _take_in(read, joined, looked_up)


def _take_in(read: _Read, joined: joining.Joined, looked_up: joining.LookedUp) -> None:
    row, said, heard, person = read.row, read.said, read.heard, read.person
    automatic = read.never is not None
    try:
        customer, contact = find_or_create(
            INTAKE,
            "mail",
            said.sender_address,
            name=said.sender_name,
            language=heard.language,
            verified=True,
            known=looked_up.contacts,
        )
    except WrongInput:
        close_raw(row, RawMessage.State.UNREADABLE, Why.NO_SENDER)
        return
    if person is not None and heard.is_complaint is False:
        # A person took it up although it was heard otherwise: that it is set aside at once would be unkind.
        heard = hearing.Heard(None, language=heard.language, result={**heard.result})
    message = take_in(
        INTAKE,
        said,
        heard,
        customer=joined.case.customer if joined.case else customer,
        contact=contact,
        case=joined.case,
        raw=row,
        automatic=automatic,
    )
    if joined.stranger_to is not None:
        log(INTAKE, message.case, "message.stranger", after={"message": message.pk, "thread_of": "another case"})
    if person is not None:
        correct_hearing(person, message, "is_complaint", True)
    if not automatic:
        answerable = read.mail.may_be_answered_automatically
        acknowledging.acknowledge(message, new_case=joined.case is None, answerable=answerable)
    close_raw(row, RawMessage.State.READ)


def _read_report(row: RawMessage, mail: Mail, recipients: list[str]) -> None:
    said = _said(row, mail)
    with transaction.atomic():
        if lock(row).state != RawMessage.State.WAITING:
            return
        message = bounces.returned_message(mail, recipients)
        if message is None:
            close_raw(row, RawMessage.State.NO_CASE, Why.BOUNCE)
            return
        bounces.mark_returned(INTAKE, message, mail.report)
        take_in(
            INTAKE,
            said,
            hearing.Heard(None),
            customer=message.case.customer,
            contact=None,
            case=message.case,
            raw=row,
            automatic=True,
        )
        close_raw(row, RawMessage.State.READ)


def _close(row: RawMessage, state: str, why: Why) -> None:
    with transaction.atomic():
        if lock(row).state == RawMessage.State.WAITING:
            close_raw(row, state, why)


def _one_copy_at_a_time(said: Iterable[Said]) -> None:
    """Two workers never judge two copies of one mail at the same moment, when neither sees the other's yet.

    SQLite has one writer at a time by itself.
    """
    if connection.vendor != "postgresql":
        return
    names = (f"{one.mail_id} {one.sender_address}".encode("utf-8", "replace") for one in said)
    # In one order, so that two workers never wait for each other.
    numbers = sorted(int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True) for name in names)
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _is_ours(mail: Mail, known: joining.Known, looked_up: joining.LookedUp) -> bool:
    """Whether it is a mail of the desk's own that came round: from one of our mailboxes, or one that we sent."""
    assert mail.sender is not None
    if any(message.direction == Message.Direction.OUT for message in known.same):
        return True
    return base_address(mail.sender.address)[0] in looked_up.ours


def _same(said: Said, known: joining.Known) -> Message | None:
    """The message that this is another copy of: it came to two mailboxes, or a server sent it twice.

    An id alone proves nothing, as anybody can write any id: sender and words must be the same too.
    """
    twins: Iterable[Message] = ()
    if said.mail_id:
        twins = known.same
    elif said.sent_at is not None:
        twins = Message.objects.filter(
            direction=Message.Direction.IN,
            sender_address=said.sender_address,
            mail_id="",
            sent_at=said.sent_at,
            subject=said.subject[:500],
        )[:20]
    same = (twin for twin in twins if twin.sender_address == said.sender_address and twin.text == said.text)
    return next((twin for twin in same if twin.direction == Message.Direction.IN), None)


def _said(row: RawMessage, mail: Mail) -> Said:
    sender = mail.sender
    text = plain(mail.text)
    headers: dict[str, Any] = {}
    if mail.reply_to:
        headers["reply-to"] = [plain(address.address) for address in mail.reply_to[:10]]
    if mail.automatic is not None:
        headers["automatic"] = {"kind": mail.automatic.kind, "sign": plain(mail.automatic.sign)[:300]}
    if mail.list_id:
        headers["list-id"] = plain(mail.list_id)[:300]
    if mail.defects:
        headers["defects"] = [[defect.code, plain(defect.detail)[:200]] for defect in mail.defects[:10]]
    if cut := row.envelope.get("cut"):
        headers["cut"] = cut
    return Said(
        channel=Channel.MAIL,
        text=text,
        own_text=_own_words(text),
        html=plain(mail.html),
        subject=plain(mail.subject),
        sender_name=plain(sender.name) if sender else "",
        sender_address=plain(sender.address) if sender else "",
        sent_at=mail.sent,
        received_at=_arrived(row),
        mail_id=plain(joining.in_brackets(mail.message_id)),
        in_reply_to=plain(joining.in_brackets(mail.in_reply_to[-1] if mail.in_reply_to else None)),
        references=[plain(joining.in_brackets(mail_id)) for mail_id in mail.references[-50:]],
        recipients={
            "to": [[plain(address.name), plain(address.address)] for address in mail.to[:50]],
            "cc": [[plain(address.name), plain(address.address)] for address in mail.cc[:50]],
        },
        headers=headers,
        files=_files(mail),
    )


def _arrived(row: RawMessage) -> datetime:
    """When it came to the business: the mail server's own date, when it told one."""
    told = row.envelope.get("arrived")
    arrived = parse_datetime(told) if isinstance(told, str) else None
    if arrived is None or timezone.is_naive(arrived):
        return row.received_at
    return min(arrived, row.received_at)


def _own_words(text: str) -> str:
    """The writer's own words: without quoted mail, signature and standing notices; "" when there are no others."""
    kept = [text[zone.start : zone.end].strip() for zone in zones(text) if zone.kind in ("author", "repeated")]
    own = "\n\n".join(part for part in kept if part)
    return "" if own == text.strip() else own


def _files(mail: Mail) -> Iterator[File]:
    for attachment in mail.attachments[:MOST_FILES]:
        problem = attachment.problem_words or ""
        yield File(
            attachment.name,
            None if problem else attachment.read(),
            attachment.type,
            attachment.content_id,
            problem,
        )
