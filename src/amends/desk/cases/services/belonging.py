"""Cases of customers who are put together, or taken apart: whose they are, and the how-manieth failure each is."""

from collections.abc import Iterable, Mapping

from django.db.models import OuterRef, Subquery

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services.recording import log
from amends.desk.customers.models import Customer
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["CasesFollow"]


class CasesFollow:
    """Cases go with their customer; see `customers.merging`."""

    def go(self, acting: Acting, kept: Customer, gone: Customer) -> Mapping[str, list[int]]:
        """Give the cases over and count the failures of both as those of one."""
        numbers = list(Case.objects.filter(customer=gone).order_by("pk").values_list("pk", flat=True))
        if numbers:
            _give(acting, numbers, gone, kept)
        return {"cases": numbers}

    def back(self, acting: Acting, kept: Customer, gone: Customer, moved: Mapping[str, list[int]]) -> None:
        """Give back the cases, with those that began since with a word from where the other is reached."""
        first = Message.objects.filter(case=OuterRef("pk"), direction=Message.Direction.IN).order_by("sent_at", "pk")
        ours = Case.objects.filter(customer=kept)
        since = ours.annotate(whose=Subquery(first.values("contact__customer")[:1])).filter(whose=gone.pk)
        numbers = {*ours.filter(pk__in=moved.get("cases", [])).values_list("pk", flat=True)}
        numbers |= set(since.values_list("pk", flat=True))
        _give(acting, sorted(numbers), kept, gone)


def _give(acting: Acting, numbers: Iterable[int], giver: Customer, taker: Customer) -> None:
    going = set(numbers)
    rows = Case.objects.filter(customer__in=[giver, taker]).order_by("pk")
    cases = [lock(row) for row in rows]
    for case in cases:
        if case.pk in going:
            case.customer = taker
            log(
                acting,
                case,
                "case.customer",
                before={"customer": giver.public_id},
                after={"customer": taker.public_id},
            )
    for customer in (giver, taker):
        earlier = 0
        for case in sorted(cases, key=lambda one: (one.created_at, one.pk)):
            if case.customer_id != customer.pk:
                continue
            before = case.failure_number
            case.failure_number = earlier + 1
            # Cases set aside are no failures of ours that count.
            earlier += case.state != Case.State.SET_ASIDE
            if case.pk in going:
                case.save()
            elif case.failure_number != before:
                case.save()
                log(acting, case, "case.customer")
