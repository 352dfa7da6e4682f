"""What a customer's page shows, made from nothing but what the customer may see.

The template gets these plain values and no rows of the desk, so that nothing internal can slip onto the page: no note,
no outline, no log, no evidence, no draft, no address of staff.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Attachment, Case, Message
from amends.desk.customers.models import ContactPoint
from amends.desk.house.services import house
from amends.desk.ledger.models import Promise

__all__ = [
    "File",
    "Page",
    "Said",
    "ShownPromise",
    "attachment_of",
    "page_of",
    "promises_of",
    "said_in",
    "stamp_of",
]

_GONE = ("", Message.Delivery.SENT.value, Message.Delivery.BOUNCED.value)
"""Our words are shown once they have left; one that bounced is read here at last."""
_BY_HAND = ("call", "counter", "letter")


@dataclass(frozen=True, slots=True)
class File:
    """A file to fetch."""

    key: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    Attributes:
        ours: Whether we said it.
        who: A name, never an address.
        by_hand: Whether one of us wrote down what the customer said.
        automatic: Whether no person wrote it.
    """

    key: int
    ours: bool
    who: str
    words: str
    language: str
    at: datetime
    channel: str
    by_hand: bool
    automatic: bool
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class ShownPromise:
    """One promise.

    Attributes:
        standing: "open", "overdue", "kept", "late", "broken" or "released".
        at: When it was kept or settled.
        quote: Our words, when they say more than `act`.
    """

    key: int
    act: str
    quote: str
    condition: str
    owner: str
    due_day: date | None
    due_at: datetime | None
    standing: str
    at: datetime | None
    warned: bool


@dataclass(frozen=True, slots=True)
class Page:
    """All of the page.

    Attributes:
        standing: "ours", "theirs", "right", "silent" or "aside": who is to move.
        asks: Whether the page asks "Is it right now?": we have answered or done something.
    """

    subject: str
    name: str
    standing: str
    owner: str
    next_word_at: datetime | None
    recovered_at: datetime | None
    asks: bool
    promises: tuple[ShownPromise, ...]
    said: tuple[Said, ...]
    reach: str
    reach_words: str
    phone: str
    stamp: str


def page_of(case: Case) -> Page:
    """The page of a case. Words are in the active language."""
    promises = promises_of(case)
    said = said_in(case)
    customer = case.customer
    now = timezone.now()
    phone = customer.contacts.filter(kind=ContactPoint.Kind.PHONE).order_by("-pk").first()
    asks = any(one.ours and not one.automatic for one in said) or any(one.standing != "open" for one in promises)
    return Page(
        subject=case.subject,
        name=customer.name,
        standing=_standing(case),
        owner=str(case.assignee.name) if case.assignee and case.assignee.is_active else "",
        next_word_at=case.next_word_at if case.next_word_at and case.next_word_at > now else None,
        recovered_at=case.recovered_at,
        asks=asks and case.state != Case.State.SET_ASIDE,
        promises=promises,
        said=said,
        reach=customer.reach,
        reach_words=customer.reach_words,
        phone=phone.value if phone else "",
        stamp=stamp_of(case, promises),
    )


def promises_of(case: Case) -> tuple[ShownPromise, ...]:
    """The promises that the customer knows of: made in words that have left, or recorded as made to them."""
    rows = Promise.objects.filter(case=case).select_related("owner")
    rows = rows.filter(Q(message=None) | Q(message__direction=Message.Direction.IN) | Q(message__in=_ours(case)))
    now = timezone.now()
    return tuple(
        ShownPromise(
            key=row.pk,
            act=row.act,
            quote=row.quote if row.quote.strip() != row.act.strip() else "",
            condition=row.condition,
            owner=row.owner.name if row.owner else "",
            due_day=row.due_day,
            due_at=row.due_at,
            standing="overdue" if row.state == "open" and row.due_at is not None and row.due_at < now else row.state,
            at=row.kept_at or row.settled_at,
            warned=row.warned_at is not None,
        )
        for row in rows
    )


def said_in(case: Case) -> tuple[Said, ...]:
    """What the customer said, and what we said to them."""
    business = str(house())
    rows = Message.objects.filter(Q(pk__in=_theirs(case)) | Q(pk__in=_ours(case)))
    rows = rows.select_related("author").prefetch_related("attachments").order_by("sent_at", "pk")
    # Who reads this page has come by the link already.
    return tuple(_said(row, case, business) for row in rows if row.headers.get("purpose") != "page-link")


def attachment_of(case: Case, key: int) -> Attachment | None:
    """A file of the page, when it is one and can be read."""
    seen = Message.objects.filter(Q(pk__in=_theirs(case)) | Q(pk__in=_ours(case)))
    return Attachment.objects.filter(pk=key, message__in=seen).exclude(content_hash="").first()


def stamp_of(case: Case, promises: Iterable[ShownPromise]) -> str:
    """Changes when what is promised, or who is to move, does."""
    text = repr((case.state, case.next_word_at, tuple(promises)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ours(case: Case) -> QuerySet[Message]:
    return case.messages.filter(direction=Message.Direction.OUT, delivery__in=_GONE)


def _theirs(case: Case) -> QuerySet[Message]:
    # What came from anybody else than the customer, such as a colleague in copy, is not read out to them.
    return case.messages.filter(
        Q(contact=None) | Q(contact__customer=case.customer), direction=Message.Direction.IN, automatic=False
    )


def _said(row: Message, case: Case, business: str) -> Said:
    ours = row.direction == Message.Direction.OUT
    if ours:
        who = row.author.name if row.author and not row.automatic else business
    else:
        who = case.customer.name or _("You")
    return Said(
        key=row.pk,
        ours=ours,
        who=who,
        words=row.words,
        language=row.language,
        at=row.sent_at,
        channel=row.channel,
        by_hand=not ours and row.channel in _BY_HAND,
        automatic=row.automatic,
        files=tuple(File(one.pk, one.name, one.size) for one in row.attachments.all() if one.content_hash),
    )


def _standing(case: Case) -> str:
    if case.state in Case.OURS_TO_MOVE:
        return "ours"
    return {
        Case.State.WAITING_FOR_CUSTOMER: "theirs",
        Case.State.RECOVERED: "right",
        Case.State.CLOSED_SILENT: "silent",
    }.get(Case.State(case.state), "aside")
