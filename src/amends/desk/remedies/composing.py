"""What remedies have to say while a reply is written: what is decided and not told, and what is promised too early."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.composer.advising import Advice, Adviser
from amends.desk.remedies.models import Kind, Remedy
from amends.desk.remedies.money import amounts_in
from amends.desk.remedies.reading import Named, named_in

__all__ = ["advice_on_reply"]

State = Remedy.State
_MESSAGES_READ = 6
_BLOCKED = (State.WAITING.value, State.REFUSED.value)


def advice_on_reply(case: Case) -> Adviser | None:
    """Advice on replies in a case; nothing in one without remedies."""
    remedies = list(Remedy.objects.filter(case=case).exclude(state=State.WITHDRAWN).order_by("pk"))
    if not remedies:
        return None
    said_before = cache(lambda: _said_before(case))

    def advise(text: str) -> Iterable[Advice]:
        named = named_in(text) if text.strip() else []
        yield from _too_early(case, remedies, named)
        yield from _another_amount(case, remedies, named, said_before)
        yield from _not_told(remedies, named)

    return advise


def _too_early(case: Case, remedies: Sequence[Remedy], named: Sequence[Named]) -> Iterable[Advice]:
    """What the reply promises although somebody said no, or has not decided yet. Only this stops it."""
    granted = [one for one in remedies if one.state in Remedy.GRANTED]
    kinds_granted = {one.kind for one in granted}
    amounts_granted = {one.amount for one in granted}
    for remedy in remedies:
        if remedy.state not in (*_BLOCKED, State.PROPOSED):
            continue
        by_kind = remedy.kind not in kinds_granted
        by_amount = remedy.amount is not None and remedy.amount not in amounts_granted
        promised = any(
            one.settled
            and one.kinds
            and (
                (by_kind and remedy.kind in one.kinds)
                or (by_amount and any(amount.value == remedy.amount for amount in one.amounts))
            )
            for one in named
        )
        if not promised:
            continue
        what = {"what": remedy.in_short}
        if remedy.state == State.REFUSED:
            words = _("This was refused, and the reply promises it: %(what)s. Take it out, or propose something else.")
        elif remedy.state == State.WAITING:
            words = _("This still waits for approval, and the reply promises it: %(what)s. Say what is sure today.")
        else:
            words = _("This is only proposed so far: %(what)s. Decide it before the reply leaves.")
        yield Advice(words % what, remedy.state in _BLOCKED, _address(case), _("To the remedies"))


def _another_amount(
    case: Case, remedies: Sequence[Remedy], named: Sequence[Named], said_before: Callable[[], set[Decimal]]
) -> Iterable[Advice]:
    """Amounts of the reply that are not what was decided, each once."""
    granted = [one for one in remedies if one.state in Remedy.GRANTED and one.amount is not None]
    if not granted:
        return
    right = {one.amount for one in granted if one.amount is not None}
    right.add(sum(right, Decimal(0)))
    seen: set[Decimal] = set()
    for one in named:
        for amount in one.amounts:
            if amount.value in right or amount.value in seen or not one.settled:
                continue
            # An amount that the customer named, such as the price, may stand in a sentence that gives nothing.
            if not one.kinds and amount.value in said_before():
                continue
            seen.add(amount.value)
            decided = ", ".join(remedy.in_short for remedy in granted)
            words = _("The reply names %(amount)s; decided is: %(decided)s. Which one is right?")
            yield Advice(
                words % {"amount": amount.words, "decided": decided}, False, _address(case), _("To the remedies")
            )


def _not_told(remedies: Sequence[Remedy], named: Sequence[Named]) -> Iterable[Advice]:
    """What is decided and the customer does not know, unless the reply tells it."""
    for remedy in remedies:
        if not remedy.is_untold or any(one.tells_of(remedy.kind, remedy.amount) for one in named):
            continue
        if remedy.kind == Kind.GESTURE:
            words = _("Decided and not told: %(what)s. Tell them, or keep it as a surprise.")
        else:
            words = _("Decided and not told: %(what)s. Tell them what they get, and by when.")
        yield Advice(words % {"what": remedy.in_short})


def _said_before(case: Case) -> set[Decimal]:
    """The amounts that the customer and the outline name."""
    said = case.messages.filter(direction=Message.Direction.IN).order_by("-sent_at", "-pk")
    texts = [own or whole for own, whole in said.values_list("own_text", "text")[:_MESSAGES_READ]]
    outline = getattr(case, "outline", None)
    if outline is not None:
        texts += [getattr(outline, field) for field in outline.FIELDS]
    return {one.value for text in texts if text for one in amounts_in(text)}


def _address(case: Case) -> str:
    return reverse("cases:case", args=[case.public_id]) + "#remedies"
