"""Two customers who are the same person: putting them together, and taking them apart again.

What hangs on a customer belongs to rooms above this one, so each registers how its rows go over and come back. The row
of the one who goes stays, empty, and leads to the one who is kept: no address of a page stops working. What belongs to
a case, such as the customer's own page, promises and remedies, goes with its case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.customers.models import ContactPoint, Customer, Merger
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of

__all__ = [
    "Follower",
    "Rows",
    "bring_after",
    "followers",
    "merge",
    "merged_names",
    "perhaps_the_same",
    "register_follower",
    "standing",
    "take_apart",
]

_TOLD = ("name", "form_of_address", "gendered_form", "language", "reach", "reach_words")
_JOINED = ("cares_about", "notes")
_LONGEST_CHAIN = 20
_LIKELY = 5


class Follower(Protocol):
    """How a room's rows go over to the one who is kept, and come back. Called in the transaction of the change."""

    def go(self, acting: Acting, kept: Customer, gone: Customer) -> Mapping[str, list[int]]:
        """Give the rows of `gone` to `kept`. Called again with nothing left, it does nothing.

        Returns:
            Numbers of what went over, by names of the room's own; `back` gets them.
        """

    def back(self, acting: Acting, kept: Customer, gone: Customer, moved: Mapping[str, list[int]]) -> None:
        """Give back what went over, and what came since and belongs to it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that simply name their customer.

    Attributes:
        model: With a foreign key `customer`.
        by_case: Lookup of the case they belong to; what came since goes back with its case.
    """

    model: type[models.Model]
    by_case: str = ""

    def go(self, _acting: Acting, kept: Customer, gone: Customer) -> Mapping[str, list[int]]:
        """Give them over."""
        rows = self.model._default_manager.filter(customer=gone)
        numbers = sorted(rows.values_list("pk", flat=True))
        self.model._default_manager.filter(pk__in=numbers).update(customer=kept)
        return {"rows": numbers}

    def back(self, _acting: Acting, kept: Customer, gone: Customer, moved: Mapping[str, list[int]]) -> None:
        """Give back what is still there of them."""
        theirs = Q(pk__in=moved.get("rows", []))
        if self.by_case:
            theirs |= Q(**{f"{self.by_case}__customer": gone})
        numbers = list(self.model._default_manager.filter(theirs, customer=kept).values_list("pk", flat=True))
        self.model._default_manager.filter(pk__in=numbers).update(customer=gone)


followers: dict[str, Follower] = {"contacts": Rows(ContactPoint)}
"""By room, in the order in which they go over. Places where they are reached come first: cases that came since are
known by them."""


def register_follower(room: str, follower: Follower) -> None:
    """Have a room's rows follow; call it in the app's `AppConfig.ready`."""
    followers.setdefault(room, follower)


def standing(customer: Customer) -> Customer:
    """The one under whom a customer is kept: themselves, or the same person with whom they were put together."""
    for _step in range(_LONGEST_CHAIN):
        if customer.merged_into is None:
            break
        customer = customer.merged_into
    return customer


def merged_names(customer: Customer) -> list[Customer]:
    """All rows of the same person that lead to this one."""
    found: list[Customer] = []
    around = [customer.pk]
    while around:
        more = list(Customer.objects.filter(merged_into__in=around))
        found += more
        around = [one.pk for one in more]
    return found


def perhaps_the_same(customer: Customer) -> list[Customer]:
    """Customers with the same name or the same phone, a few. A person decides whether they are the same."""
    phones = list(customer.contacts.filter(kind=ContactPoint.Kind.PHONE).values_list("normalised", flat=True))
    same = Q(contacts__kind=ContactPoint.Kind.PHONE, contacts__normalised__in=phones)
    if customer.name:
        same |= Q(name__iexact=customer.name)
    others = Customer.objects.filter(same, erased_at=None, merged_into=None, demo=customer.demo)
    return list(others.exclude(pk=customer.pk).distinct().order_by("-pk")[:_LIKELY])


def merge(acting: Acting, kept: Customer, gone: Customer, *, reason: str) -> Merger:
    """Put two together who are the same person. It can be taken apart again.

    Args:
        acting: Who does it.
        kept: Whose page shows both from now on; what is known of them stays, what is not known comes from the other.
        gone: Whose page leads there.
        reason: How it is known.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason, it is one and the same row, one was erased or put together already, or one
            belongs to the demonstration and the other does not.
    """
    require(acting, "customer.merge")
    reason = reason.strip()[:300]
    if not reason:
        raise WrongInput(_("Write how you know that they are the same person."), "reason")
    if kept.pk == gone.pk:
        raise WrongInput(_("This is one customer already."))
    with transaction.atomic():
        _lock_both(kept, gone)
        if kept.erased_at is not None or gone.erased_at is not None:
            raise WrongInput(_("This customer was erased; nothing is kept about them any more."))
        if kept.merged_into_id is not None or gone.merged_into_id is not None:
            raise WrongInput(_("One of the two was put together with somebody already. Look at their page again."))
        if kept.demo != gone.demo:
            raise WrongInput(_("Made-up customers of the demonstration stay by themselves."))
        row = Merger(kept=kept, gone=gone, reason=reason, person=person_of(acting), completed=_complete(kept, gone))
        gone.merged_into = kept
        gone.save()
        row.moved = {room: dict(one.go(acting, kept, gone)) for room, one in followers.items()}
        row.save()
        log(acting, _subject(kept), "customer.merged", after={"customer": gone.public_id}, note=reason)
        log(acting, _subject(gone), "customer.merged", after={"into": kept.public_id}, note=reason)
    return row


def take_apart(acting: Acting, merger: Merger) -> Customer:
    """Make two customers of one again: what went over goes back, with what came since and belongs to it.

    Returns:
        The one who stands alone again.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: They have been taken apart already, somebody else was put together with them later, or they belong
            to somebody else by now.
        NotFound: It is not kept any more.
    """
    require(acting, "customer.merge")
    with transaction.atomic():
        found = Merger.objects.select_for_update(of=("self",)).filter(pk=merger.pk).first()
        if found is None:
            raise NotFound(_("There is no such customer."))
        merger = found
        kept, gone = merger.kept, merger.gone
        _lock_both(kept, gone)
        if merger.undone_at is not None:
            raise WrongInput(_("They have been taken apart already."))
        if kept.merged_into_id is not None or gone.merged_into_id != kept.pk:
            raise WrongInput(_("One of the two was put together with somebody already. Look at their page again."))
        if Merger.objects.filter(kept=kept, undone_at=None, pk__gt=merger.pk).exists():
            raise WrongInput(_("Somebody was put together with them later. Take those apart first."))
        gone.merged_into = None
        gone.save()
        for room, one in followers.items():
            one.back(acting, kept, gone, merger.moved.get(room, {}))
        for name, (before, after) in merger.completed.items():
            # What somebody changed since stays as it is.
            if getattr(kept, name) == after:
                setattr(kept, name, before)
        kept.save()
        merger.undone_at = timezone.now()
        merger.save()
        log(acting, _subject(kept), "customer.taken-apart", after={"customer": gone.public_id})
        log(acting, _subject(gone), "customer.taken-apart", after={"customer": kept.public_id})
    return gone


def bring_after(acting: Acting) -> int:
    """Bring over what was written for one who has just gone, in the moment in which they were put together.

    Returns:
        How many rows.
    """
    count = 0
    since = timezone.now() - timedelta(hours=1)
    for key in Merger.objects.filter(at__gt=since, undone_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            row = Merger.objects.select_for_update(of=("self",)).filter(pk=key, undone_at=None).first()
            if row is None or row.kept.merged_into_id is not None:
                continue
            late = {room: one.go(acting, row.kept, row.gone) for room, one in followers.items()}
            more = sum(len(numbers) for moved in late.values() for numbers in moved.values())
            if more:
                for room, moved in late.items():
                    known = row.moved.setdefault(room, {})
                    for name, numbers in moved.items():
                        known[name] = [*known.get(name, []), *numbers]
                row.save()
            count += more
    return count


def _lock_both(kept: Customer, gone: Customer) -> None:
    """Read both anew. Rows that name them can be written meanwhile by others, which wait for no one here."""
    rows = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[kept.pk, gone.pk])
    list(rows.order_by("pk"))
    kept.refresh_from_db()
    gone.refresh_from_db()


def _complete(kept: Customer, gone: Customer) -> dict[str, list[str]]:
    completed: dict[str, list[str]] = {}
    for name in (*_TOLD, *_JOINED):
        ours, theirs = getattr(kept, name), getattr(gone, name)
        both = name in _JOINED and ours and theirs not in ours
        fresh = f"{ours}\n\n{theirs}" if both and theirs else ours or theirs
        if fresh != ours:
            completed[name] = [ours, fresh]
            setattr(kept, name, fresh)
    kept.save()
    return completed


def _subject(customer: Customer) -> str:
    return f"customer {customer.public_id}"
