"""Customers whom we hurt again: their case goes to a named person, and they are never asked to speak for us."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, CaseLog
from amends.desk.cases.services import assign, log
from amends.desk.causes.models import CauseSettings, SecondFailure
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.house.services import log as desk_log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Role
from amends.desk.states import lock

__all__ = [
    "cause_settings",
    "change_settings",
    "hand_on",
    "may_ask_advocate",
    "may_ask_advocates",
    "named_person",
]

_MOST = 200


def cause_settings() -> CauseSettings:
    """The settings of this room; made with their defaults when first asked for."""
    row = CauseSettings.objects.select_related("second_failures").filter(pk=1).first()
    return row or CauseSettings.objects.get_or_create(pk=1)[0]


def change_settings(acting: Acting, *, second_failures: Person | None, check_after_days: int) -> CauseSettings:
    """Change who takes care of customers whom we hurt again, and when preventions are checked.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: The person works here no more, or the number is not possible.
    """
    require(acting, "causes.settings")
    if second_failures is not None and not second_failures.is_active:
        raise WrongInput(
            _("%(person)s does not work at the desk any more.") % {"person": second_failures}, "second_failures"
        )
    if not 1 <= check_after_days <= 365:
        raise WrongInput(_("Write a number of days from 1 to 365."), "check_after_days")
    cause_settings()
    with transaction.atomic():
        row = lock(CauseSettings(pk=1))
        before = _as_data(row)
        row.second_failures, row.check_after_days = second_failures, check_after_days
        row.save()
        if before != _as_data(row):
            desk_log(acting, "causes", "causes.settings", before=before, after=_as_data(row))
    return row


def named_person(case: Case) -> Person | None:
    """Who takes care of a customer whom we hurt again: as the house has named, else a lead, else the owner."""
    named = cause_settings().second_failures
    if named is not None and named.is_active:
        return named
    active = Person.objects.filter(is_active=True).order_by("pk")
    return (
        (active.filter(role=Role.LEAD, team=case.team_id).first() if case.team_id else None)
        or active.filter(role=Role.LEAD).first()
        or active.filter(role=Role.OWNER).first()
    )


def hand_on(acting: Acting) -> int:
    """Give each case of a customer whom we hurt again to the named person, once: who moves it on later is obeyed.

    Returns:
        How many were handed on.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "second-failure.hand-on")
    waiting = Case.objects.filter(state__in=Case.IN_HAND, failure_number__gt=1, second_failure=None)
    count = 0
    for case in waiting.order_by("pk")[:_MOST]:
        with transaction.atomic():
            lock(case)
            if SecondFailure.objects.filter(case=case).exists():
                continue
            to = named_person(case)
            if to is not None:
                assign(acting, case, to)
            SecondFailure.objects.create(case=case, to=to)
            log(
                acting, case, "second-failure.handed-on", after={"person": to.pk if to else None, "name": str(to or "")}
            )
            count += 1
    return count


def may_ask_advocate(customer: Customer) -> bool:
    """Whether a customer may ever be asked to speak for us: not after a second failure, nor after a case that was not
    put right, however long ago; nor while a case is open (Maxham & Netemeyer 2002).

    Args:
        customer: Who would be asked.
    """
    return customer.erased_at is None and customer.pk in may_ask_advocates([customer.pk])


def may_ask_advocates(customers: Iterable[int]) -> set[int]:
    """Of these customers those who may be asked to speak for us.

    Args:
        customers: Their numbers.
    """
    keys = set(customers)
    real = Case.objects.filter(customer__in=keys).exclude(state=Case.State.SET_ASIDE)
    # Two customers put together have two first cases: counting tells, the number of the failure alone does not.
    twice = real.order_by().values("customer").annotate(count=Count("pk")).filter(count__gt=1)
    not_right = real.filter(~Q(state=Case.State.RECOVERED) | Q(failure_number__gt=1))
    # Once closed in silence stays known by the log, even if the customer came back later.
    silent = CaseLog.objects.filter(
        case__customer__in=keys, act="case.moved", after__state=Case.State.CLOSED_SILENT.value
    ).values_list("case__customer", flat=True)
    barred = {key for rows in (twice, not_right) for key in rows.values_list("customer", flat=True)}
    barred.update(silent)
    erased = Customer.objects.filter(pk__in=keys, erased_at__isnull=False).values_list("pk", flat=True)
    return keys - barred - set(erased)


def _as_data(row: CauseSettings) -> dict[str, object]:
    return {"name": str(row.second_failures or ""), "check_after_days": row.check_after_days}
