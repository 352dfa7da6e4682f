"""How much waits here for somebody: the number beside the entry of the navigation."""

from django.db.models import Q
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.causes.models import Disclosure, Prevention, Recurrence
from amends.desk.people.authority import may
from amends.desk.people.models import Person

__all__ = ["waiting_for"]


def waiting_for(person: Person) -> int:
    """Recurrences that no lead has seen and what is late with anybody, for leads; for others what is late with them."""
    now = timezone.now()
    late = Prevention.objects.filter(
        Q(state=Prevention.State.PLANNED, due_at__lt=now) | Q(state=Prevention.State.DONE, check_at__lt=now)
    )
    untold = Disclosure.objects.filter(state=Disclosure.State.PLANNED, by__lt=now)
    if may(person, "recurrence.see"):
        raised = Recurrence.objects.filter(state=Recurrence.State.RAISED).exclude(case__state=Case.State.SET_ASIDE)
        return raised.count() + late.count() + untold.count()
    mine = Q(state=Prevention.State.PLANNED, owner=person) | Q(state=Prevention.State.DONE, checker=person)
    return late.filter(mine).count() + untold.filter(teller=person).count()
