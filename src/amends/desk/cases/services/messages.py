"""Messages into and out of a case, and the bytes they were read from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk import store
from amends.desk.cases.models import Attachment, Case, Channel, Message, RawMessage
from amends.desk.cases.services.moving import refresh_place
from amends.desk.cases.services.recording import log
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock
from amends.desk.unit import insert

__all__ = ["add_note", "attach", "keep_raw", "receive", "record_out", "safe_name", "write_down"]

_IN_THE_DATABASE = 128 * 1024
"""Bytes: smaller raw messages are kept in the database, which is faster and belongs to the transaction."""
_LONGEST_NAME = 150


def keep_raw(
    acting: Acting, mailbox: str, raw: bytes, *, envelope: Mapping[str, Any] | None = None
) -> tuple[RawMessage, bool]:
    """Store bytes before anybody tries to read them.

    Args:
        acting: Who took them in.
        mailbox: Where they came in, at most 64 characters.
        raw: The bytes.
        envelope: What was known besides, as plain data.

    Returns:
        The row, and whether it is new: the same bytes of the same mailbox are kept once.
    """
    import hashlib

    require(acting, "message.receive")
    content_hash = hashlib.sha256(raw).hexdigest()
    large = len(raw) > _IN_THE_DATABASE
    if large:
        store.write(raw)
    try:
        with transaction.atomic():
            row = RawMessage.objects.create(
                mailbox=mailbox,
                content_hash=content_hash,
                content=None if large else raw,
                size=len(raw),
                envelope=dict(envelope or {}),
            )
        return row, True
    except IntegrityError:
        return RawMessage.objects.get(mailbox=mailbox, content_hash=content_hash), False


def receive(
    acting: Acting, case: Case, *, text: str, channel: str, sent_at: datetime | None = None, **values: Any
) -> Message:
    """A message of the customer comes into a case: it waits for us from now on, and opens again when it was over.

    Args:
        acting: The intake, or the customer on their page.
        case: The case.
        text: The whole of it, plain.
        channel: A value of `Channel`.
        sent_at: When it was sent; now if not given.
        values: Further fields of `Message`.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "message.receive")
    return _came_in(acting, case, text=text, channel=channel, sent_at=sent_at, act="message.received", **values)


def write_down(
    acting: Acting, case: Case, *, text: str, channel: str, sent_at: datetime | None = None, **values: Any
) -> Message:
    """A person of ours writes down what a customer said, in the customer's words (G1.1).

    Args:
        acting: Who listened.
        case: The case.
        text: What was said.
        channel: `Channel.CALL`, `COUNTER`, `LETTER` ...
        sent_at: When it was said; now if not given.
        values: Further fields of `Message`.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words.
    """
    require(acting, "message.write-down")
    if not text.strip():
        raise WrongInput(_("Write down what they said, in their words."), "text")
    return _came_in(acting, case, text=text, channel=channel, sent_at=sent_at, act="message.written-down", **values)


def _came_in(
    acting: Acting, case: Case, *, text: str, channel: str, sent_at: datetime | None, act: str, **values: Any
) -> Message:
    _check_channel(channel)
    now = timezone.now()
    sent_at = min(sent_at or now, now)
    with transaction.atomic():
        lock(case)
        message = insert(
            Message(
                case=case,
                direction=Message.Direction.IN,
                channel=channel,
                author=person_of(acting),
                text=text,
                sent_at=sent_at,
                **values,
            )
        )
        if not message.automatic:
            before = case.state
            if before in (Case.State.WAITING_FOR_CUSTOMER, Case.State.RECOVERED, Case.State.CLOSED_SILENT):
                case.move_to(Case.State.WAITING_FOR_US)
                case.recovered_at = case.closed_at = None
            case.last_in_at = sent_at
            if case.state in Case.OURS_TO_MOVE and case.waits_since is None:
                case.waits_since = sent_at
            refresh_place(case)
            if case.state != before:
                log(acting, case, "case.moved", before={"state": before}, after={"state": case.state})
        log(acting, case, act, after={"message": message.pk, "channel": channel})
    return message


def add_note(acting: Acting, case: Case, text: str) -> Message:
    """A note that stays with us.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is empty.
    """
    require(acting, "message.note")
    if not text.strip():
        raise WrongInput(_("Write something into the note."), "text")
    with transaction.atomic():
        lock(case)
        message = Message.objects.create(
            case=case,
            direction=Message.Direction.INTERNAL,
            channel=case.channel,
            author=person_of(acting),
            text=text.strip(),
        )
        case.save(update_fields=["updated_at"])
        log(acting, case, "message.note", after={"message": message.pk})
    return message


def record_out(
    acting: Acting, case: Case, *, text: str, channel: str, sent_at: datetime | None = None, **values: Any
) -> Message:
    """Something was said to the customer: a reply sent, an acknowledgement, our words on the phone.

    Call it in the transaction that queues a reply. A person's words are the first reply and hand the case over to
    the customer; automatic ones do neither.

    Args:
        acting: Who said it, or the desk.
        case: The case.
        text: The whole of it, plain.
        channel: A value of `Channel`.
        sent_at: When; now if not given.
        values: Further fields of `Message`, such as `automatic`, `delivery`, `review`, `mail_id`.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "message.send")
    _check_channel(channel)
    with transaction.atomic():
        lock(case)
        message = Message.objects.create(
            case=case,
            direction=Message.Direction.OUT,
            channel=channel,
            text=text,
            author=person_of(acting),
            sent_at=sent_at or timezone.now(),
            **values,
        )
        if not message.automatic:
            before = case.state
            case.last_out_at = message.sent_at
            case.first_reply_at = case.first_reply_at or message.sent_at
            if case.may_move_to(Case.State.WAITING_FOR_CUSTOMER):
                case.move_to(Case.State.WAITING_FOR_CUSTOMER)
                case.waits_since = None
            refresh_place(case)
            if case.state != before:
                log(acting, case, "case.moved", before={"state": before}, after={"state": case.state})
        log(
            acting,
            case,
            "message.out",
            after={"message": message.pk, "channel": channel, "automatic": message.automatic},
        )
    return message


def attach(
    message: Message,
    *,
    name: str,
    content: bytes | None,
    content_type: str = "application/octet-stream",
    content_id: str = "",
    problem: str = "",
) -> Attachment:
    """Keep a file with a message. Only services call it, after they have checked authority.

    Args:
        message: The message.
        name: As the sender wrote it; made safe here.
        content: Its bytes, None when it cannot be read.
        content_type: As sniffed, never as the sender says.
        content_id: For pictures inside HTML.
        problem: Why it cannot be read.

    Raises:
        WrongInput: It is larger than the setting allows.
    """
    if content is not None and len(content) > settings.LARGEST_UPLOAD:
        megabytes = settings.LARGEST_UPLOAD // (1024 * 1024)
        raise WrongInput(
            _("The file is larger than %(megabytes)d MB. Make it smaller, or send it in parts.")
            % {"megabytes": megabytes},
            "attachments",
        )
    content_hash, size = store.write(content) if content is not None else ("", 0)
    return Attachment.objects.create(
        message=message,
        name=safe_name(name),
        content_type=content_type[:120],
        size=size,
        content_hash=content_hash,
        content_id=content_id[:250],
        problem=problem,
    )


def safe_name(name: str) -> str:
    """A file name without folders, control and direction signs, that keeps its ending."""
    import unicodedata

    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join("_" if unicodedata.category(sign)[0] == "C" or sign in '<>:"|?*' else sign for sign in base)
    kept = kept.strip(" .") or "file"
    stem, dot, ending = kept.rpartition(".")
    if dot and len(ending) <= 16:
        return f"{stem[:_LONGEST_NAME]}.{ending}"
    return kept[:_LONGEST_NAME]


def _check_channel(channel: str) -> None:
    if channel not in Channel.values:
        raise WrongInput(_("Choose one of the list."), "channel")
