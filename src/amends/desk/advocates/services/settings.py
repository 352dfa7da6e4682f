"""The yearly budget for rewards, and how often advocates are thanked; both are the owner's."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate, AdvocateSettings
from amends.desk.errors import WrongInput
from amends.desk.house.services import house, log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = [
    "MOST",
    "advocate_settings",
    "change_settings",
    "look_at",
    "months_after",
    "plan_thanks",
    "thanks_due",
    "today",
]

MOST = Decimal("9999999.99")


def advocate_settings() -> AdvocateSettings:
    """The settings; made with their defaults when first asked for."""
    return AdvocateSettings.objects.get_or_create(pk=1)[0]


def today() -> date:
    """Today in the house's time zone."""
    return timezone.localdate(timezone=ZoneInfo(house().time_zone))


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of that month where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    first_of_next = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(date(number // 12, number % 12 + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def thanks_due(row: Advocate, months: int) -> date | None:
    """From which day on thanks are due; None for whoever does not speak for us.

    At once for whoever agreed and was never thanked, and for whoever did something for us since.
    """
    if row.state != Advocate.State.AGREED:
        return None
    last_deed = row.deeds.order_by("-day").values_list("day", flat=True).first()
    if row.thanked_on is None or (last_deed is not None and last_deed > row.thanked_on):
        first = row.consents.filter(step="agreed").order_by("-day").values_list("day", flat=True).first()
        return last_deed or first or today()
    return months_after(row.thanked_on, months)


def change_settings(acting: Acting, *, per_year: Decimal, thank_months: int) -> AdvocateSettings:
    """Change the budget of a year and the months between thanks.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A number is not possible.
    """
    require(acting, "advocate.settings")
    if not (per_year.is_finite() and 0 <= per_year <= MOST):
        raise WrongInput(_("Write an amount, 0 or more."), "per_year")
    if not 1 <= thank_months <= 24:
        raise WrongInput(_("Write a number of months from 1 to 24."), "thank_months")
    advocate_settings()
    with transaction.atomic():
        row = lock(AdvocateSettings(pk=1))
        before = {"per_year": str(row.per_year), "thank_months": row.thank_months}
        earlier = row.thank_months
        row.per_year, row.thank_months = per_year.quantize(Decimal("0.01")), thank_months
        row.save()
        after = {"per_year": str(row.per_year), "thank_months": thank_months}
        if before != after:
            log(acting, "advocates", "advocate.settings-changed", before=before, after=after)
        if earlier != thank_months:
            for one in Advocate.objects.filter(state="agreed").order_by("pk").iterator(500):
                plan_thanks(lock(one), thank_months)
                one.save()
    return row


def plan_thanks(row: Advocate, months: int) -> None:
    """Set from when thanks are due, and the clock's next look; save the row afterwards."""
    due = thanks_due(row, months)
    if due != row.thank_from:
        row.thank_from = due
        row.look_at = None if due is None else look_at(due)


def look_at(day: date) -> datetime:
    """The morning of a day in the house's time zone, at nine."""
    return datetime.combine(day, time(9), ZoneInfo(house().time_zone))
