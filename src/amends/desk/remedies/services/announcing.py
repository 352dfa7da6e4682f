"""A reply that leaves tells of decided remedies: the person who wrote it need not say so a second time."""

from amends.desk.cases.models import Message
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.reading import Named, named_in
from amends.desk.remedies.services.doing import tell

__all__ = ["told_by_reply"]

State = Remedy.State


def told_by_reply(acting: Acting, message: Message) -> None:
    """Note which decided remedies a reply has told of, each with the promise that the reply makes of it.

    A remedy counts as told when a sentence that leaves nothing open names its amount, or its kind where it is no
    money, and a promise of the ledger stands in that sentence; one that is done already needs no promise. Whatever is
    less sure is left to people: the case goes on to show it as not told.

    Args:
        acting: Who sent it; only what a person sends counts.
        message: What has left, its promises recorded.
    """
    if not isinstance(acting, Person):
        return
    remedies = Remedy.objects.filter(case=message.case, told_at=None).order_by("pk")
    untold = [remedy for remedy in remedies if remedy.is_untold]
    if not untold:
        return
    named = [one for one in named_in(message.text) if one.settled]
    free = list(
        Promise.objects.filter(message=message, remedy=None)
        .exclude(start=None)
        .exclude(state__in=(Promise.State.RELEASED, Promise.State.BROKEN))
        .order_by("start")
    )
    for remedy in untold:
        telling = [one for one in named if one.tells_of(remedy.kind, remedy.amount)]
        if not telling:
            continue
        if remedy.state == State.DONE:
            tell(acting, remedy, message=message)
            continue
        promise = next((promise for promise in free if any(_stands_in(promise, one) for one in telling)), None)
        if promise is not None:
            free.remove(promise)
            tell(acting, remedy, message=message, promise=promise)


def _stands_in(promise: Promise, one: Named) -> bool:
    return promise.start is not None and promise.end is not None and promise.start < one.end and one.start < promise.end
