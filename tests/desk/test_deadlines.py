"""Time limits by place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.deadlines.models import Limit, Profile
from amends.desk.deadlines.services import change_profile, end_of_day, limit_ends, limits_of
from amends.desk.errors import NotAllowed, WrongInput


def limit(amount, unit, country=""):
    return Limit(profile=Profile(name="x", country=country), what="answer", amount=amount, unit=unit)


MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counted", "ends"),
    [
        (limit(4, "hours"), datetime(2026, 3, 2, 13, tzinfo=UTC)),
        (limit(14, "days"), datetime(2026, 3, 16, 21, 59, 59, 999999, tzinfo=UTC)),
        (limit(8, "weeks"), datetime(2026, 4, 27, 20, 59, 59, 999999, tzinfo=UTC)),
        (limit(5, "working-days"), datetime(2026, 3, 9, 21, 59, 59, 999999, tzinfo=UTC)),
        # 11 March is a holiday in Lithuania.
        (limit(8, "working-days", "LT"), datetime(2026, 3, 13, 21, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_limits_end_with_the_day_where_the_business_is(counted, ends):
    assert limit_ends(counted, MONDAY, "Europe/Vilnius") == ends


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Vilnius", "Asia/Jerusalem", "America/New_York", "Pacific/Apia", "UTC"]),
)
def test_the_end_of_a_day_is_in_that_day_and_the_next_moment_is_not(moment, zone):
    end = end_of_day(moment, zone)
    there = ZoneInfo(zone)
    assert end >= moment
    assert end.astimezone(there).date() == moment.astimezone(there).date()
    assert (end + timedelta(microseconds=1)).astimezone(there).date() > moment.astimezone(there).date()


def test_shipped_profiles_are_there_and_are_what_the_guide_says(shipped_profiles):
    found = {
        profile.key: {limit.what: (limit.amount, limit.unit) for limit in profile.limits.all()}
        for profile in Profile.objects.exclude(key="")
    }
    assert found == {
        "lt": {"answer": (14, "days")},
        "hr": {"answer": (15, "days")},
        "ee": {"answer": (15, "days")},
        "sk": {"answer": (30, "days")},
        "uk-fca": {"answer": (3, "working-days"), "final": (8, "weeks")},
        "us-cfpb": {"answer": (15, "days"), "final": (60, "days")},
    }


def test_a_profile_is_changed_by_leads_within_reason(shipped_profiles, lead, agent):
    profile = Profile.objects.get(key="lt")
    with pytest.raises(NotAllowed):
        change_profile(agent, profile, name="x", country="LT", limits={})
    for wrong in ({"answer": (0, "days")}, {"answer": (3, "moons")}, {"party": (3, "days")}):
        with pytest.raises(WrongInput):
            change_profile(lead, profile, name="x", country="LT", limits=wrong)
    with pytest.raises(WrongInput):
        change_profile(lead, profile, name="x", country="XX", limits={})
    change_profile(lead, profile, name="Ours", country="lt", limits={"word": (2, "hours")})
    assert set(limits_of(profile, MONDAY, "UTC")) == {"word"}
    assert limits_of(None, MONDAY, "UTC") == {}
