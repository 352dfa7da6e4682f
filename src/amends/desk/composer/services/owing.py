"""Promises that the desk made by itself, to write or to answer, are kept by the first word of a person."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Channel, Message
from amends.desk.house.services import house
from amends.desk.intake.acknowledging import FIRST_WORD
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import keep
from amends.desk.people.roles import DESK
from amends.desk.portal.answering import ANSWER_OWED

__all__ = ["keep_words_owed"]

_BY_WORD_OF_MOUTH = (Channel.CALL, Channel.COUNTER)


def keep_words_owed(message: Message) -> None:
    """A person of ours has said something to the customer: what the acknowledgement or the customer's page promised in
    our name is kept by it. Call it in the transaction that records the message.

    The promise to write is kept by writing; the promise to answer by a talk too.
    """
    spoken = message.channel in _BY_WORD_OF_MOUTH
    owed = Promise.objects.filter(
        case=message.case,
        state=Promise.State.OPEN,
        found__by__in=[ANSWER_OWED] if spoken else [ANSWER_OWED, FIRST_WORD],
        created_at__lte=message.sent_at,
    )
    with override(house().language):
        words = _("A person has spoken with them.") if spoken else _("A person has written to them.")
    for promise in owed.order_by("pk"):
        keep(DESK, promise, evidence=words, message=message, kept_at=message.sent_at)
