"""Rewards, within the owner's budget of the calendar year, and never for a review."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate, AdvocateSettings, Reward, Use
from amends.desk.advocates.reviews import speaks_of_review
from amends.desk.advocates.services.consenting import checked_day, checked_words
from amends.desk.advocates.services.settings import MOST, advocate_settings, today
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.remedies.money import in_a_sentence, in_cents
from amends.desk.remedies.services import remedy_settings
from amends.desk.states import lock

__all__ = ["drop_reward", "left_of_year", "reward"]


def left_of_year(year: int | None = None) -> Decimal:
    """What is left for rewards in a calendar year, this one if none is named; never below 0."""
    return max(Decimal(0), advocate_settings().per_year - _spent(year or today().year))


def reward(acting: Acting, row: Advocate, *, what: str, why: str, cost: Decimal, day: date, use: str = "") -> Reward:
    """Give something to somebody who speaks for us.

    Args:
        acting: Who gives it.
        row: To whom.
        what: What it is.
        why: For what.
        cost: In the currency of the remedies; 0 is possible.
        day: When it is given; today or before, and it counts to the budget of its year.
        use: What it is for, a value of `Use`, or "" for anything else.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is for a review; the budget of the year does not reach; they do not speak for us; or a value is
            not possible.
    """
    require(acting, "advocate.reward")
    what = " ".join(what.split())
    why = checked_words(why)
    if not what:
        raise WrongInput(_("Write what they get."), "what")
    if not (cost.is_finite() and 0 <= cost <= MOST):
        raise WrongInput(_("Write an amount, 0 or more."), "cost")
    if use and use not in Use.values:
        raise WrongInput(_("Choose one of the list."), "use")
    if use == Use.REVIEW or speaks_of_review(why) or speaks_of_review(what):
        raise WrongInput(
            _(
                "A reward is never for a review: only a review that nobody paid for is an honest one. "
                "Thank them in words."
            ),
            "why",
        )
    cost, day = in_cents(cost), checked_day(day)
    advocate_settings()
    with transaction.atomic():
        # Whoever gives anything waits here, so that two together cannot pass the budget.
        budget = lock(AdvocateSettings(pk=1))
        lock(row)
        if row.state != Advocate.State.AGREED:
            raise WrongInput(_("This customer has not agreed to speak for us."))
        left = budget.per_year - _spent(day.year)
        if cost > left:
            words = in_a_sentence(max(left, Decimal(0)), remedy_settings().currency)
            raise WrongInput(
                _("The budget of the year does not reach: %(left)s is left. The owner sets it.") % {"left": words},
                "cost",
            )
        made = Reward.objects.create(
            advocate=row, what=what[:200], why=why, cost=cost, year=day.year, day=day, person=person_of(acting)
        )
        after = {"what": made.what, "cost": str(cost), "day": day}
        log(acting, f"customer {row.customer.public_id}", "advocate.rewarded", after=after)
    return made


def drop_reward(acting: Acting, made: Reward) -> Reward:
    """It was not given after all; the budget has it again.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "advocate.reward")
    with transaction.atomic():
        lock(AdvocateSettings(pk=1))
        lock(made)
        if made.dropped_at is None:
            made.dropped_at = timezone.now()
            made.save()
            subject = f"customer {made.advocate.customer.public_id}"
            log(acting, subject, "advocate.reward-dropped", before={"what": made.what, "cost": str(made.cost)})
    return made


def _spent(year: int) -> Decimal:
    total = Reward.objects.filter(year=year, dropped_at=None).aggregate(total=Sum("cost"))["total"]
    return Decimal(total or 0)
