"""When something must have happened, by the limits of a profile."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.deadlines.models import Limit, Profile
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting

__all__ = ["change_profile", "end_of_day", "limit_ends", "limits_of"]


def end_of_day(moment: datetime, zone: str) -> datetime:
    """The last moment of the day that a moment falls on.

    Args:
        moment: Aware.
        zone: Name of the time zone whose days count.

    Returns:
        Aware, in UTC; the microsecond before the next day begins there.
    """
    day = moment.astimezone(ZoneInfo(zone)).date()
    following = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return following.astimezone(UTC) - timedelta(microseconds=1)


def limit_ends(limit: Limit, begin: datetime, zone: str) -> datetime:
    """The moment at which a limit ends.

    Args:
        limit: With its profile.
        begin: From when it runs, aware: the moment the complaint came in.
        zone: Name of the time zone whose days count. Days run to the end of the last day, the first day not counted.

    Returns:
        Aware, in UTC.
    """
    if limit.unit == Limit.Unit.HOURS:
        return (begin + timedelta(hours=limit.amount)).astimezone(UTC)
    local = begin.astimezone(ZoneInfo(zone))
    if limit.unit == Limit.Unit.WORKING_DAYS:
        from amends.promises import Calendar

        day = Calendar(limit.profile.country or None).after(local.date(), limit.amount)
    else:
        days = limit.amount * (7 if limit.unit == Limit.Unit.WEEKS else 1)
        day = local.date() + timedelta(days=days)
    return end_of_day(datetime.combine(day, time(12), ZoneInfo(zone)), zone)


def limits_of(profile: Profile | None, begin: datetime, zone: str) -> dict[str, datetime]:
    """For each thing that a profile limits ("word", "answer", "final") the moment by which it must have happened."""
    if profile is None:
        return {}
    return {limit.what: limit_ends(limit, begin, zone) for limit in profile.limits.select_related("profile")}


def change_profile(
    acting: Acting, profile: Profile, *, name: str, country: str, limits: Mapping[str, tuple[int, str]]
) -> Profile:
    """Change a profile, or make a new one.

    Args:
        acting: Who does it.
        profile: Stored, or new.
        name: Its name.
        country: ISO 3166 code, or "".
        limits: What ("word", "answer", "final") to amount and unit; what is not named has no limit.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible.
    """
    from amends.desk.house.services import log

    require(acting, "deadlines.edit")
    if not name.strip():
        raise WrongInput(_("Give the time limits a name."), "name")
    for what, (amount, unit) in limits.items():
        if what not in Limit.What.values or unit not in Limit.Unit.values or amount < 1:
            raise WrongInput(_("A time limit is a number of hours, days, working days or weeks, one at least."), what)
    country = country.strip().upper()
    if country:
        from amends.promises import Calendar

        try:
            Calendar(country)
        except ValueError as error:
            raise WrongInput(_("Write the two letters of a country, such as LT."), "country") from error
    with transaction.atomic():
        before = {} if profile.pk is None else _as_data(profile)
        profile.name, profile.country = name.strip(), country
        profile.save()
        profile.limits.all().delete()
        Limit.objects.bulk_create(
            Limit(profile=profile, what=what, amount=amount, unit=unit) for what, (amount, unit) in limits.items()
        )
        log(acting, f"profile {profile.pk}", "profile.changed", before=before, after=_as_data(profile))
    return profile


def _as_data(profile: Profile) -> dict[str, object]:
    limits = {limit.what: [limit.amount, limit.unit] for limit in profile.limits.all()}
    return {"name": profile.name, "country": profile.country, "limits": limits}
