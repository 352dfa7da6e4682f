"""What we know of advocates when customers are put together, or taken apart."""

from collections.abc import Mapping

from django.db import models

from amends.desk.advocates.models import Advocate, Consent, Deed, Reward, Sign, Thanks
from amends.desk.customers.models import Customer
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["AdvocateFollows"]

_STANDING = ("never", "withdrawn", "declined", "agreed", "asked", "taken-up", "later", "lapsed", "found")
"""What holds of two: whatever spares the customer a question, or what they said themselves, comes first."""
_OF_STATE = ("state", "quiet_until", "keeper_id", "note", "agreed_to", "thanked_on", "thank_from", "look_at")
_PARTS: Mapping[str, type[models.Model]] = {
    "signs": Sign,
    "consents": Consent,
    "thanks": Thanks,
    "deeds": Deed,
    "rewards": Reward,
}


class AdvocateFollows:
    """Signs, consent, thanks and rewards go with their customer; see `customers.merging`."""

    def go(self, _acting: Acting, kept: Customer, gone: Customer) -> Mapping[str, list[int]]:
        """Give over what is known; of two states the one holds that spares the customer more."""
        theirs = Advocate.objects.filter(customer=gone).first()
        ours = Advocate.objects.filter(customer=kept).first()
        if theirs is None:
            return {}
        lock(theirs)
        if ours is None:
            theirs.customer = kept
            theirs.save()
            return {"row": [theirs.pk]}
        lock(ours)
        moved = {}
        for name, model in _PARTS.items():
            numbers = sorted(model._default_manager.filter(advocate=theirs).values_list("pk", flat=True))
            model._default_manager.filter(pk__in=numbers).update(advocate=ours)
            moved[name] = numbers
        if _STANDING.index(theirs.state) < _STANDING.index(ours.state):
            _exchange(ours, theirs)
            moved["exchanged"] = [theirs.pk]
        return moved

    def back(self, _acting: Acting, kept: Customer, gone: Customer, moved: Mapping[str, list[int]]) -> None:
        """Give back what went over."""
        if moved.get("row"):
            for row in Advocate.objects.filter(pk__in=moved["row"], customer=kept):
                lock(row)
                row.customer = gone
                row.save()
            return
        theirs = Advocate.objects.filter(customer=gone).first()
        ours = Advocate.objects.filter(customer=kept).first()
        if theirs is None or ours is None:
            return
        lock(theirs)
        lock(ours)
        for name, model in _PARTS.items():
            model._default_manager.filter(pk__in=moved.get(name, []), advocate=ours).update(advocate=theirs)
        if moved.get("exchanged"):
            _exchange(ours, theirs)


def _exchange(one: Advocate, other: Advocate) -> None:
    """Each row holds the state of the other. It is no move of a state: both were reached by moves already, and a
    customer has one row."""
    first = {name: getattr(one, name) for name in _OF_STATE}
    second = {name: getattr(other, name) for name in _OF_STATE}
    Advocate.objects.filter(pk=one.pk).update(**second)
    Advocate.objects.filter(pk=other.pk).update(**first)
