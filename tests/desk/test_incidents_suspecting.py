"""Suspecting an incident from volume: what is learnt, what is raised, what stays quiet."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.incidents.models import Suspicion
from amends.desk.incidents.services import suspecting
from amends.desk.incidents.services.suspecting import Came, chance_of, find_surges
from amends.desk.people.roles import CLOCK

NOW = datetime(2031, 6, 6, 12, tzinfo=UTC)
BEGAN = NOW - timedelta(weeks=30)


def quiet_business(per_week, weeks=9, seed=5, until=NOW):
    """Complaints by chance, mostly by day."""
    chance = random.Random(seed)
    found = []
    for number in range(int(per_week * weeks)):
        at = until - timedelta(weeks=weeks * chance.random())
        at = at.replace(hour=chance.choice(range(7, 20)))
        found.append(Came(min(at, until), "mail", (chance.choice(["late", "wrong", "billing"]),), number, number))
    return found


def surge(count, kind="missing", hours=2.0, customer=100_000):
    return [
        Came(NOW - timedelta(hours=hours * number / count), "mail", (kind,), customer + number, customer + number)
        for number in range(count)
    ]


@given(st.integers(0, 30), st.lists(st.integers(0, 20), min_size=1, max_size=8), st.floats(0, 20))
def test_more_is_never_likelier(count, before, average):
    expected, chance = chance_of(count, before, average)
    _same, more = chance_of(count + 1, before, average)
    assert 0 <= more <= chance + 1e-9 <= 1 + 2e-9
    assert expected > 0


@pytest.mark.parametrize("per_week", [2, 15, 60])
def test_half_a_year_of_chance_raises_next_to_nothing(per_week):
    alarms = 0
    cases = quiet_business(per_week, weeks=36)
    for hour in range(0, 24 * 7 * 26, 17):
        moment = NOW - timedelta(hours=hour)
        near = [came for came in cases if moment - timedelta(weeks=9) <= came.at <= moment]
        alarms += bool(find_surges(near, moment, NOW - timedelta(weeks=36)))
    assert alarms <= 4


@pytest.mark.parametrize("per_week", [2, 15, 200])
def test_a_surge_is_found_and_told_by_its_kind(per_week):
    found = find_surges([*quiet_business(per_week), *surge(25)], NOW, BEGAN)
    assert [(one.channel, one.kind) for one in found] == [("mail", "missing")]
    assert found[0].count == 25
    assert found[0].usual < 8


def test_a_handful_alarms_nobody():
    assert find_surges([*quiet_business(2), *surge(4)], NOW, BEGAN) == []


def test_one_customer_who_writes_often_is_no_surge():
    rows = [Came(NOW - timedelta(minutes=number), "mail", ("late",), 7, number) for number in range(40)]
    assert find_surges(rows, NOW, BEGAN) == []


def test_without_weeks_to_learn_from_there_is_no_alarm():
    assert find_surges(surge(40), NOW, NOW - timedelta(weeks=2)) == []


def test_what_is_usual_at_that_time_of_the_week_is_no_surge():
    rows = [
        Came(NOW - timedelta(weeks=week, minutes=number), "mail", ("late",), 1000 * week + number, 1000 * week + number)
        for week in range(9)
        for number in range(12)
    ]
    assert find_surges(rows, NOW, BEGAN) == []


@pytest.fixture
def busy(business, make_case, make_customer):
    now = timezone.now()
    make_case(began=now - timedelta(weeks=20), channel="form")
    return [make_case(make_customer(), kinds=["missing"], began=now - timedelta(minutes=number)) for number in range(8)]


def test_it_is_raised_once_with_its_cases_and_grows(busy, make_case, make_customer):
    [row] = suspecting.look(CLOCK)
    assert set(row.cases.all()) == set(busy)
    assert any("8 customers" in sentence for sentence in suspecting.why(row))
    make_case(make_customer(), kinds=["missing"])
    [again] = suspecting.look(CLOCK)
    assert (again.pk, again.count) == (row.pk, 9)


def test_what_was_dismissed_stays_quiet_for_a_week(busy, agent, junior):
    [row] = suspecting.look(CLOCK)
    with pytest.raises(NotAllowed):
        suspecting.dismiss(junior, row)
    suspecting.dismiss(agent, row, note="A campaign of ours.")
    assert suspecting.look(CLOCK) == []
    with pytest.raises(WrongMove):
        suspecting.dismiss(agent, row)
    assert Suspicion.objects.count() == 1


def test_what_became_an_incident_is_not_raised_again(busy, agent):
    [row] = suspecting.look(CLOCK)
    with pytest.raises(WrongInput):
        suspecting.take(agent, row, title="Ovens", cases=[])
    incident = suspecting.take(agent, row, title="Ovens", cases=busy)
    assert incident.cases.count() == 8
    assert set(incident.links.values_list("how", flat=True)) == {"suspicion"}
    assert suspecting.look(CLOCK) == []


def test_only_the_clock_looks(agent, business):
    with pytest.raises(NotAllowed):
        suspecting.look(agent)
