"""Deciding within one's authority. All limits are judged under locks, so that they hold however many decide at once.

Order of locks: the case, the remedy, then budgets and purses in one fixed order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.services import log
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.remedies.causes import cause_of, same_cause
from amends.desk.remedies.models import ApprovalLink, Budget, Purse, Remedy, Spending
from amends.desk.remedies.money import in_a_sentence
from amends.desk.remedies.services.limits import authority_of, remedy_settings
from amends.desk.remedies.services.proposing import refuse_unexplained_twin
from amends.desk.remedies.services.vouchers import issue
from amends.desk.states import lock

__all__ = [
    "AboveAuthority",
    "Passed",
    "as_data",
    "decide",
    "grant",
    "lock_purses",
    "may_decide",
    "month_of",
    "passed_by",
    "within",
]

_ROLLING = timedelta(days=365)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Passed:
    """A limit that a remedy would pass.

    Attributes:
        limit: "kind", "kind-most", "case", "customer", "month", "cause", "budget" or "team-budget".
        most: The limit, in the house's currency; None when the kind may not be given at all.
        so_far: What counts against it already.
    """

    limit: str
    most: Decimal | None
    so_far: Decimal

    @property
    def is_budget(self) -> bool:
        """Whether it is a budget, which nobody passes."""
        return self.limit in ("budget", "team-budget")

    def words(self, currency: str) -> str:
        """What it says, for people."""
        known = {
            "kind": _("this kind is not among those that you decide alone"),
            "kind-most": _("one of this kind: up to %(most)s"),
            "case": _("for one case: up to %(most)s, so far %(so_far)s"),
            "customer": _("for one customer in 365 days: up to %(most)s, so far %(so_far)s"),
            "month": _("in this month: up to %(most)s, so far %(so_far)s"),
            "cause": _("for one cause in 365 days: up to %(most)s, so far %(so_far)s"),
            "budget": _("the budget of this month: %(most)s, so far %(so_far)s"),
            "team-budget": _("the team's budget of this month: %(most)s, so far %(so_far)s"),
        }
        return known[self.limit] % {
            "most": in_a_sentence(self.most, currency),
            "so_far": in_a_sentence(self.so_far, currency),
        }


class AboveAuthority(WrongInput):
    """A remedy is more than somebody decides alone.

    Attributes:
        passed: The limits that it would pass.
    """

    def __init__(self, passed: tuple[Passed, ...]) -> None:
        currency = remedy_settings().currency
        limits = "; ".join(one.words(currency) for one in passed)
        if any(one.is_budget for one in passed):
            advice = _("The owner can make the budget larger in the settings.")
        else:
            advice = _("Write why it should be so, and somebody else decides.")
        super().__init__(_("This is more than you decide alone (%(limits)s).") % {"limits": limits} + " " + advice)
        self.field = "reason"
        self.passed = passed


def decide(acting: Person, remedy: Remedy, *, why_again: str = "") -> Remedy:
    """Decide a proposed remedy within one's own authority.

    Args:
        acting: Who decides.
        remedy: Proposed.
        why_again: Why there is a second one for the same thing, when there is one.

    Raises:
        NotAllowed: The acting one may not.
        AboveAuthority: It is more than they decide alone.
        WrongInput: There is one for the same thing already, and nobody said why there should be a second.
        WrongMove: It is not proposed any more.
    """
    require(acting, "remedy.decide")
    with transaction.atomic():
        lock(remedy.case)
        lock(remedy)
        if remedy.state != Remedy.State.PROPOSED:
            raise WrongMove(remedy.state, Remedy.State.DECIDED)
        if why_again.strip():
            remedy.why_again = why_again.strip()
        grant(acting, remedy)
    return remedy


def grant(acting: Person, remedy: Remedy, words: str = "") -> None:
    """Decide a remedy; inside the transaction that has locked its case and itself.

    Raises:
        AboveAuthority: It is more than the acting one decides.
        WrongInput: There is one for the same thing already, and nobody said why there should be a second.
    """
    now = timezone.now()
    remedy.cause = cause_of(remedy.case)
    lock_purses(acting, remedy)
    refuse_unexplained_twin(remedy)
    if passed := passed_by(acting, remedy, now):
        raise AboveAuthority(passed)
    before = as_data(remedy)
    remedy.spending = Spending.objects.create(
        person=acting,
        role=acting.role,
        customer=remedy.case.customer,
        team=remedy.case.team,
        kind=remedy.kind,
        cause=remedy.cause,
        amount=remedy.cost,
        at=now,
    )
    remedy.move_to(Remedy.State.DECIDED)
    remedy.decided_by, remedy.decided_at, remedy.decision_words = acting, now, words
    if remedy.kind == Remedy.Kind.VOUCHER:
        issue(remedy)
    remedy.save()
    ApprovalLink.objects.filter(remedy=remedy, used_at=None, revoked_at=None).update(revoked_at=now)
    log(
        acting,
        remedy.case,
        "remedy.decided",
        before=before,
        after=as_data(remedy),
        note=words,
    )


def within(person: Person, remedy: Remedy) -> bool:
    """Whether somebody's authority covers a remedy now, budgets left aside."""
    return not any(not one.is_budget for one in passed_by(person, remedy, timezone.now()))


def may_decide(person: Person, remedy: Remedy) -> bool:
    """Whether somebody could approve what waits for approval: not their own, and within their authority."""
    if not person.is_active or person.pk in (remedy.proposed_by_id, remedy.asked_by_id):
        return False
    return within(person, remedy)


def lock_purses(person: Person, remedy: Remedy) -> None:
    """Lock what the remedy counts against, in a fixed order, so that two who decide at once wait for each other."""
    list(Budget.objects.select_for_update(of=("self",)).filter(_budgets_of(remedy)).order_by("pk"))
    keys = [f"customer {remedy.case.customer_id}", f"person {person.pk}"]
    if remedy.cause:
        keys.append(f"cause {same_cause(remedy.cause)[0]}")
    for key in sorted(keys):
        Purse.objects.get_or_create(key=key)
        Purse.objects.select_for_update().get(key=key)


def passed_by(person: Person, remedy: Remedy, now: datetime) -> tuple[Passed, ...]:
    """The limits that a remedy would pass if somebody decided it now.

    Args:
        person: Who would decide.
        remedy: Not decided yet.
        now: Aware.

    Returns:
        Empty when it is within all. To be relied upon only while the purses are locked.
    """
    return tuple(_passed(person, remedy, now))


def _passed(person: Person, remedy: Remedy, now: datetime) -> Iterable[Passed]:
    authority = authority_of(person.role)
    cost = remedy.cost
    if remedy.kind not in authority.kinds:
        yield Passed("kind", None, _NOTHING)
        return
    most_of_kind = authority.kinds[remedy.kind]
    if most_of_kind is not None and cost > Decimal(most_of_kind):
        yield Passed("kind-most", Decimal(most_of_kind), _NOTHING)
    counted = Spending.objects.filter(released_at=None)
    lately = counted.filter(at__gt=now - _ROLLING)
    month = counted.filter(month_of(now))
    checks: list[tuple[str, Decimal | None, QuerySet[Spending]]] = [
        ("case", authority.per_case, counted.filter(remedy__case=remedy.case_id)),
        ("customer", authority.per_customer, lately.filter(customer=remedy.case.customer_id)),
        ("month", authority.per_month, month.filter(person=person)),
    ]
    if remedy.cause:
        checks.append(("cause", authority.per_cause, lately.filter(cause__in=same_cause(remedy.cause))))
    for budget in Budget.objects.filter(_budgets_of(remedy)):
        spent = month.filter(team=budget.team_id) if budget.team_id else month
        checks.append(("team-budget" if budget.team_id else "budget", budget.per_month, spent))
    for limit, most, rows in checks:
        if most is not None and (so_far := _sum(rows)) + cost > most:
            yield Passed(limit, most, so_far)


def month_of(moment: datetime) -> Q:
    """The condition of rows whose `at` lies in the calendar month of a moment, in the house's time zone."""
    zone = ZoneInfo(house().time_zone)
    first = moment.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return Q(at__gte=first, at__lt=following)


def as_data(remedy: Remedy) -> dict[str, object]:
    """A remedy for the log."""
    return {
        "remedy": remedy.pk,
        "remedy_state": remedy.state,
        "remedy_kind": remedy.kind,
        "what": remedy.what,
        "amount": remedy.amount,
        "currency": remedy.currency,
        "cost": remedy.cost,
        "for_what": remedy.for_what,
        "order_number": remedy.order_number,
    }


def _budgets_of(remedy: Remedy) -> Q:
    condition = Q(team=None)
    return condition | Q(team=remedy.case.team_id) if remedy.case.team_id else condition


def _sum(rows: QuerySet[Spending]) -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return total or _NOTHING
