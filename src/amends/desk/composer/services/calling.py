"""A talk with the customer: what they said, what we said, and what was promised by word of mouth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.services import log, record_out, write_down
from amends.desk.composer.checking import plain
from amends.desk.composer.promised import Row
from amends.desk.composer.sent import tell_of
from amends.desk.composer.services.owing import keep_words_owed
from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.intake.hearing import Heard, keep, listen
from amends.desk.ledger.services import record
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, INTAKE
from amends.desk.states import lock

__all__ = ["Spoken", "record_call"]

_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said on the phone or at the counter.

    Attributes:
        theirs: What the customer said and asked, in their words.
        ours: What we said.
        promises: What we promised.
        at: When, aware; now if None.
        channel: `Channel.CALL` or `Channel.COUNTER`.
    """

    theirs: str = ""
    ours: str = ""
    promises: Sequence[Row] = field(default_factory=tuple)
    at: datetime | None = None
    channel: str = Channel.CALL.value


def record_call(person: Person, case: Case, spoken: Spoken) -> list[Message]:
    """Write a talk into its case, and what was promised into the ledger.

    Args:
        person: Who spoke for us.
        case: The case.
        spoken: What was said.

    Returns:
        The messages made: the customer's words first, then ours.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Nothing was written down.
    """
    require(person, "call.record")
    if spoken.channel not in (Channel.CALL, Channel.COUNTER):
        raise WrongInput(_("Choose one of the list."), "channel")
    if spoken.at is not None and spoken.at > timezone.now() + _CLOCKS_DIFFER:
        raise WrongInput(_("This lies ahead. Write when you spoke."), "at")
    theirs, ours = plain(spoken.theirs).strip(), plain(spoken.ours).strip()
    promised = [row for row in spoken.promises if row.act and not row.removed]
    if not (theirs or ours or promised):
        raise WrongInput(_("Write down what was said, or what you promised."), "theirs")
    zone = house().time_zone
    heard = listen(theirs, language=case.language) if theirs else None
    made = []
    with transaction.atomic():
        lock(case)
        if theirs:
            made.append(_their_words(person, case, spoken, theirs, heard))
        if ours or promised:
            made.append(_our_words(person, case, spoken, ours or "\n".join(row.act for row in promised)))
            keep_words_owed(made[-1])
            tell_of(person, made[-1])
        owners = {str(owner.pk): owner for owner in Person.objects.filter(is_active=True)}
        for row in promised:
            record(
                person,
                case,
                act=row.act,
                owner=owners.get(row.owner),
                due=row.due(zone),
                quote=row.act,
                message=made[-1],
                confirmed=True,
            )
        log(person, case, "call.recorded", after={"messages": [message.pk for message in made]})
    return made


def _their_words(person: Person, case: Case, spoken: Spoken, text: str, heard: Heard | None) -> Message:
    message = write_down(
        person,
        case,
        text=text,
        channel=spoken.channel,
        sent_at=spoken.at,
        sender_name=case.customer.name[:200],
        language=(heard.language if heard else "") or case.language,
    )
    if heard is not None:
        # Words on the phone weigh as much as written ones: they move the case to where it belongs in the inbox.
        keep(INTAKE, message, heard)
    return message


def _our_words(person: Person, case: Case, spoken: Spoken, text: str) -> Message:
    # Anybody may speak with a customer; writing to one alone needs a second person for some.
    acting = person if may(person, "message.send") else DESK
    message = record_out(
        acting,
        case,
        text=text,
        channel=spoken.channel,
        sent_at=spoken.at,
        language=case.language,
        delivery=Message.Delivery.SENT,
    )
    if message.author is None:
        message.author = person
        message.save(update_fields=["author"])
    return message
