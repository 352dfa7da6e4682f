"""A few causes for the demonstration: grown from its cases, with a prevention, what was told, and a recurrence."""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.causes.models import CaseCause, Cause, Prevention, Recurrence, Told
from amends.desk.causes.services import (
    check_prevention,
    done_prevention,
    link,
    make_cause,
    plan_prevention,
    record_told,
)
from amends.desk.causes.services.telling import quotes_of
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting

__all__ = ["show", "sweep_away"]


class _Made(NamedTuple):
    """A cause, the kinds of the cases that get it, what is done, days until it is due, and whether it is done."""

    name: str
    kinds: frozenset[str]
    act: str
    due: int
    done: bool


_MADE = (
    _Made("Parcels wait for a missing part of the set", frozenset({"late"}), "Only whole sets are listed", 9, False),
    _Made(
        "Sewn or dyed wrongly",
        frozenset({"broken", "quality"}),
        "Every piece is washed once first",
        -12,
        True,
    ),
    _Made(
        "Letters stay unread in the shared mailbox",
        frozenset({"unanswered"}),
        "Two people read it twice a day",
        -3,
        False,
    ),
    _Made(
        "Packed from the wrong shelf",
        frozenset({"wrong", "missing"}),
        "A picture on the packing list",
        -20,
        True,
    ),
    _Made("Charged wrongly", frozenset({"billing"}), "", 0, False),
)


def show(acting: Acting) -> None:
    """Give the cases of the demonstration their causes. Done twice, it is the same as once.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "demo.load")
    if Cause.objects.filter(demo=True).exists():
        return
    lead = Person.objects.filter(demo=True, role="lead").first()
    agent = Person.objects.filter(demo=True, role="agent").first()
    with transaction.atomic():
        causes = {made.name: make_cause(acting, made.name, demo=True) for made in _MADE}
        _prevent(acting, causes, lead, agent)
        cases = Case.objects.filter(customer__demo=True).exclude(state=Case.State.SET_ASIDE).order_by("created_at")
        for case in cases:
            made = next((one for one in _MADE if one.kinds & set(case.kinds)), None)
            if made is not None:
                link(acting, case, causes[made.name])
        said = Message.objects.filter(case__in=cases, direction=Message.Direction.OUT, automatic=False)
        for message in said.select_related("case").order_by("sent_at"):
            quotes = _quotes(message)
            if quotes:
                record_told(
                    acting,
                    case=message.case,
                    message=message,
                    quote=" ".join(quotes),
                    at=message.sent_at,
                    everyone=message.public,
                    language=message.language,
                )


def sweep_away() -> int:
    """Take made-up causes away once the demonstration is gone and none of the house's own cases has them.

    Returns:
        How many went.
    """
    if Case.objects.filter(customer__demo=True).exists():
        return 0
    gone = Cause.objects.filter(demo=True, links=None, told=None, recurrences=None, merged=None)
    gone = gone.exclude(pk__in=CaseCause.objects.values("cause"))
    with transaction.atomic():
        keys = list(gone.values_list("pk", flat=True))
        Prevention.objects.filter(cause__in=keys).delete()
        Told.objects.filter(cause__in=keys).delete()
        Recurrence.objects.filter(cause__in=keys).delete()
        Cause.objects.filter(pk__in=keys).delete()
    return len(keys)


def _prevent(acting: Acting, causes: dict[str, Cause], lead: Person | None, agent: Person | None) -> None:
    today = timezone.localdate()
    for made in _MADE:
        if not made.act:
            continue
        row = plan_prevention(
            acting, causes[made.name], act=made.act, owner=agent, due=today + timedelta(days=made.due), checker=lead
        )
        if made.done:
            moment = timezone.now() + timedelta(days=made.due)
            done_prevention(acting, row, words="", at=moment)
            Prevention.objects.filter(pk=row.pk).update(created_at=moment - timedelta(days=5))
            if lead is not None and made.due < -15:
                check_prevention(lead, row, "works", "Forty parcels looked at, all of them right.")


def _quotes(message: Message) -> list[str]:
    from amends.checker import check

    found = quotes_of(message)
    if found or message.review is not None:
        return found
    review = check(message.text, language=message.language or None)
    return [quote for part in review.components if part.label == "prevention" for quote in review.quotes(part.spans)]
