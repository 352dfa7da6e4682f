"""What customers were told of prevention: taken from the replies that leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from amends.checker import check
from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.services import log
from amends.desk.causes.models import Cause, Told
from amends.desk.causes.services.linking import main_cause_of
from amends.desk.people.authority import require
from amends.desk.people.roles import DESK, Acting

__all__ = ["PREVENTION", "TellingSoFar", "heard_sent", "quotes_of", "record_told", "said_before", "telling_before"]

PREVENTION = "prevention"
"""The checker's name for the part of an apology that says that it will not happen again."""
_SPOKEN = (Channel.CALL, Channel.COUNTER)
_NEVER_ARRIVED = (Message.Delivery.BOUNCED, Message.Delivery.FAILED, Message.Delivery.HELD)


@dataclass(frozen=True, slots=True)
class TellingSoFar:
    """What had been told of a cause before a moment.

    Attributes:
        since: When it was first told that it will not happen again.
        customers: To how many customers in cases of their own; 0 when only everybody at once was told, by an incident.
    """

    since: datetime
    customers: int


def heard_sent(acting: Acting, message: Message) -> None:
    """A word to the customer has left: keep it when it says that it will not happen again.

    Args:
        acting: Who sent it.
        message: With its review; spoken words are read here.
    """
    quotes = quotes_of(message)
    if quotes:
        record_told(
            DESK if message.automatic else acting,
            case=message.case,
            message=message,
            quote=" ".join(quotes),
            at=message.sent_at,
            everyone=message.public,
            language=message.language,
        )


def quotes_of(message: Message) -> list[str]:
    """The places of a message that say that it will not happen again."""
    review: Mapping[str, Any] | None = message.review
    if review is None:
        if message.channel not in _SPOKEN or not message.text.strip():
            return []
        review = check(message.text, language=message.language or None).to_dict()
    return [str(quote) for quote in review.get("components", {}).get(PREVENTION, ())]


def record_told(
    acting: Acting,
    *,
    case: Case | None = None,
    cause: Cause | None = None,
    message: Message | None = None,
    quote: str = "",
    at: datetime,
    everyone: bool = False,
    language: str = "",
) -> Told:
    """Keep that somebody was told that it will not happen again. The same message is kept once.

    Args:
        acting: Who told them.
        case: In which case; its main cause counts, now and when it changes.
        cause: Of what, when it was said outside a case, as on a public page.
        message: The message that says so.
        quote: Its words.
        at: When it was said, aware.
        everyone: Whether the world could read it.
        language: ISO 639-1 code of the words.

    Raises:
        NotAllowed: The acting one may not.
        TypeError: Neither a case nor a cause is given.
    """
    from amends.desk.causes.services.recurring import judge_cause

    require(acting, "prevention.tell")
    if case is None and cause is None:
        raise TypeError("what was told is told in a case, or of a cause")
    with transaction.atomic():
        if message is not None and (known := Told.objects.filter(message=message).first()) is not None:
            return known
        about = main_cause_of(case) if case is not None else cause
        told = Told.objects.create(
            cause=about,
            case=case,
            message=message,
            quote=quote[:2_000],
            at=at,
            everyone=everyone,
            language=language,
        )
        if case is not None:
            log(
                acting, case, "prevention.told", after={"message": message.pk if message else None, "quote": told.quote}
            )
        if about is not None:
            judge_cause(acting, about, since=at)
    return told


def said_before(cause: Cause, moment: datetime, *, but: Case | None = None) -> QuerySet[Told]:
    """What had been told of a cause before a moment, as far as it arrived.

    Args:
        cause: The cause.
        moment: Aware.
        but: A case whose own words do not count.
    """
    found = Told.objects.filter(cause=cause, at__lt=moment).exclude(message__delivery__in=_NEVER_ARRIVED)
    return found.exclude(case=but) if but is not None else found


def telling_before(cause: Cause, moment: datetime, *, but: Case | None = None) -> TellingSoFar | None:
    """Since when and to how many it had been told before a moment; None when to nobody."""
    row = said_before(cause, moment, but=but).aggregate(
        since=Min("at"), customers=Count("case__customer", distinct=True, filter=Q(case__incident=None))
    )
    return TellingSoFar(row["since"], row["customers"]) if row["since"] else None
