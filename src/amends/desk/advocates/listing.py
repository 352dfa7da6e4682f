"""Who stands on the list, and why."""

from typing import Any, Literal

from django.db.models import F, Prefetch, Q, QuerySet

from amends.desk.advocates.models import Advocate, Sign
from amends.desk.advocates.services import today
from amends.desk.people.models import Person

__all__ = ["SHOWN", "Show", "listed", "thanks_owed", "thanks_owed_by"]

Show = Literal["next", "speaking", "quiet"]
SHOWN: dict[Show, tuple[str, ...]] = {
    "next": ("found", "taken-up", "asked"),
    "speaking": ("agreed",),
    "quiet": ("later", "never", "declined", "withdrawn"),
}


def listed(show: Show) -> QuerySet[Advocate]:
    """The advocates and candidates of one page of the list, with their customers and the newest signs."""
    rows = Advocate.objects.filter(state__in=SHOWN[show], customer__erased_at=None, customer__merged_into=None)
    if show == "speaking":
        rows = rows.order_by(F("thank_from").asc(nulls_last=True), "pk")
    elif show == "next":
        # Who has been taken up or asked waits for somebody already.
        rows = rows.order_by("-state", "-found_at", "-pk")
    else:
        rows = rows.order_by(F("quiet_until").asc(nulls_last=True), "-found_at", "-pk")
    signs = Sign.objects.exclude(standing="none").select_related("case", "message")
    return rows.select_related("customer", "keeper").prefetch_related(Prefetch("signs", signs))


def thanks_owed() -> QuerySet[Advocate]:
    """Those whom we have not thanked for too long, or not for what they did; the longest first."""
    rows = Advocate.objects.filter(thank_from__isnull=False, thank_from__lte=today(), state="agreed")
    rows = rows.filter(customer__erased_at=None, customer__merged_into=None)
    return rows.order_by("thank_from", "pk").select_related("customer", "keeper")


def thanks_owed_by(person: Any) -> int:
    """How many of these are this person's to thank, or nobody's."""
    if not isinstance(getattr(person, "_wrapped", person), Person):
        return 0
    return thanks_owed().filter(Q(keeper=person.pk) | Q(keeper=None)).count()
