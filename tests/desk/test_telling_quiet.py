"""Quiet hours across time zones and the nights on which the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amends.desk.telling.quiet import Quiet

ZONES = [
    "Europe/Vilnius",
    "Europe/Zagreb",
    "Asia/Jerusalem",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # left out 30 December 2011
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Havana",  # clocks change at midnight
    "UTC",
]
clocks = st.times(timezones=st.none()).map(lambda clock: clock.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2009, 1, 1), datetime(2034, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@st.composite
def quiets(draw):
    begins = draw(clocks)
    ends = draw(clocks.filter(lambda clock: clock != begins))
    return Quiet(begins, ends, ZoneInfo(draw(st.sampled_from(ZONES))))


def wall_says_quiet(quiet, moment):
    shown = moment.astimezone(quiet.zone).time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= shown < quiet.ends
    return shown >= quiet.begins or shown < quiet.ends


def clocks_change_around(quiet, moment):
    offsets = {(moment + timedelta(hours=hours)).astimezone(quiet.zone).utcoffset() for hours in range(-60, 61)}
    return len(offsets) > 1


APIA = Quiet(time(22), time(7), ZoneInfo("Pacific/Apia"))
VILNIUS = Quiet(time(22), time(3, 30), ZoneInfo("Europe/Vilnius"))


@given(quiets(), moments)
@example(APIA, datetime(2011, 12, 30, 9, 30, tzinfo=UTC))
@example(VILNIUS, datetime(2026, 10, 25, 0, 15, tzinfo=UTC))
@example(VILNIUS, datetime(2026, 3, 29, 0, 15, tzinfo=UTC))
def test_what_waits_comes_at_a_moment_that_is_not_quiet_and_at_the_first_such(quiet, moment):
    free = quiet.free_from(moment)
    assert free >= moment
    assert not quiet.holds(free)
    assert quiet.free_from(free) == free
    assert quiet.holds(moment) == (free > moment)
    for part in range(10):
        between = moment + (free - moment) * part / 10
        if between < free:
            assert quiet.holds(between)
            assert quiet.free_from(between) == free


@given(quiets(), moments)
@example(APIA, datetime(2011, 12, 30, 9, 30, tzinfo=UTC))
@example(VILNIUS, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
def test_nothing_comes_while_the_clock_on_the_wall_says_quiet(quiet, moment):
    if wall_says_quiet(quiet, moment):
        assert quiet.holds(moment)
    assert not wall_says_quiet(quiet, quiet.free_from(moment))


@given(quiets(), moments)
def test_on_ordinary_days_the_clock_on_the_wall_decides_alone(quiet, moment):
    if clocks_change_around(quiet, moment):
        return
    assert quiet.holds(moment) == wall_says_quiet(quiet, moment)
    if quiet.holds(moment):
        assert quiet.free_from(moment).astimezone(quiet.zone).time() == quiet.ends
        assert quiet.free_from(moment) - moment <= timedelta(days=1)


@given(quiets(), moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_what_happens_later_never_comes_earlier(quiet, moment, later):
    assert quiet.free_from(moment) <= quiet.free_from(moment + later)


@pytest.mark.parametrize(
    ("zone", "begins", "ends", "at", "free"),
    [
        # Clocks jump from 3:00 to 4:00: half past three never comes, and four is past it.
        ("Europe/Vilnius", (22, 0), (3, 30), (2026, 3, 29, 0, 0), (2026, 3, 29, 1, 0)),
        # Clocks go back from 4:00 to 3:00: half past three comes twice, and the second one counts.
        ("Europe/Vilnius", (22, 0), (3, 30), (2026, 10, 24, 23, 0), (2026, 10, 25, 1, 30)),
        # It begins at the first half past three, and the second one is quiet still.
        ("Europe/Vilnius", (3, 30), (7, 0), (2026, 10, 25, 0, 45), (2026, 10, 25, 5, 0)),
        ("Europe/Vilnius", (3, 30), (7, 0), (2026, 10, 25, 1, 10), (2026, 10, 25, 5, 0)),
        # The zone of the person decides, not that of the moment.
        ("America/New_York", (22, 0), (7, 0), (2026, 7, 1, 3, 0), (2026, 7, 1, 11, 0)),
        ("America/New_York", (22, 0), (7, 0), (2026, 7, 1, 12, 0), (2026, 7, 1, 12, 0)),
    ],
)
def test_nights_on_which_the_clocks_change(zone, begins, ends, at, free):
    quiet = Quiet(time(*begins), time(*ends), ZoneInfo(zone))
    assert quiet.free_from(datetime(*at, tzinfo=UTC)) == datetime(*free, tzinfo=UTC)
