"""Words of the house: tried on what was sent, then switched on (G4.3)."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends import check
from amends.desk.cases.models import Message
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import House
from amends.desk.house.services import house, log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, person_of
from amends.desk.plan.models import WordsTrial
from amends.desk.plan.vocabulary import Kind, pairs_in
from amends.desk.states import lock
from amends.text import fold

__all__ = ["SAMPLE", "switch_off", "switch_on", "try_out"]

SAMPLE = 500
"""How many sent replies are read in a trial, the newest first."""

_EXAMPLES = 10


def try_out(acting: Acting, text: str, *, kind: str = "") -> WordsTrial:
    """Try words on the replies that were sent last. Nothing is switched on.

    Args:
        acting: Who does it.
        text: Lines as `vocabulary.pairs_in` reads them.
        kind: The kind of business they were proposed for, or "".

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A line cannot be read, or there is none.
    """
    require(acting, "words.edit")
    pairs = pairs_in(text)
    if not pairs:
        raise WrongInput(_("Write a line, or choose a kind of business first."), "text")
    read, found = 0, []
    for message in _sent():
        read += 1
        if marks := _marks(message, pairs):
            found.append({"message": message.pk, "marks": marks})
    return WordsTrial.objects.create(
        kind=kind if kind in Kind.values else "",
        text=text.strip(),
        pairs=pairs,
        read=read,
        found=len(found),
        examples=found[:_EXAMPLES],
        person=_somebody(acting),
    )


def switch_on(acting: Acting, trial: WordsTrial) -> House:
    """Have the checker use words that were tried: exactly those of the trial.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: Other words were tried since.
    """
    require(acting, "words.edit")
    person = _somebody(acting)
    house()
    with transaction.atomic():
        row = lock(House(pk=1))
        newest = WordsTrial.objects.select_for_update().first()
        if newest is None or newest.pk != trial.pk:
            raise WrongInput(_("Other words were tried since. Look at the newest trial first."))
        _set(acting, row, dict(trial.pairs))
        trial.on_at, trial.on_by = timezone.now(), person
        trial.save(update_fields=["on_at", "on_by"])
    return row


def switch_off(acting: Acting) -> House:
    """Have the checker use no words of the house.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "words.edit")
    house()
    with transaction.atomic():
        row = lock(House(pk=1))
        _set(acting, row, {})
    return row


def _set(acting: Acting, row: House, pairs: dict[str, str]) -> None:
    before = row.vocabulary
    if before != pairs:
        row.vocabulary = pairs
        row.save(update_fields=["vocabulary"])
        log(acting, "house", "words.changed", before={"vocabulary": before}, after={"vocabulary": pairs})


def _sent() -> list[Message]:
    """The replies of people that left last; letters that the desk writes by itself are not theirs to mend."""
    rows = Message.objects.filter(
        direction=Message.Direction.OUT, automatic=False, delivery=Message.Delivery.SENT
    ).exclude(text="")
    return list(rows.order_by("-pk").only("pk", "text", "language")[:SAMPLE])


def _marks(message: Message, pairs: Mapping[str, str]) -> list[list[int | str]]:
    folded = fold(message.text)
    if not any(fold(word).strip() in folded for word in pairs):
        return []  # The checker would find none of them; this is a hundred times as quick.
    review = check(message.text, language=message.language or None, vocabulary=pairs)
    return [
        [finding.fix.start, finding.fix.end, finding.fix.text]
        for finding in review.findings
        if finding.label == "wrong-word" and finding.fix is not None
    ]


def _somebody(acting: Acting) -> Person:
    person = person_of(acting)
    if person is None:
        raise NotAllowed
    return person
