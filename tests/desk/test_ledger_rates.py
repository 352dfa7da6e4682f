"""Rates of kept promises: what counts, and who sees whose."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.errors import NotAllowed
from amends.desk.ledger import rates
from amends.desk.ledger.chart import HEIGHT, bars, months_back
from amends.desk.ledger.models import Promise
from amends.desk.ledger.rates import Month, Rate
from amends.desk.people.models import Team

counts = st.integers(0, 500)


@given(counts, counts, counts)
def test_a_hundred_means_all_of_them(in_time, late, not_kept):
    rate = Rate(in_time, late, not_kept)
    if not rate.all:
        assert rate.percent is None
        return
    assert 0 <= rate.percent <= 100
    assert (rate.percent == 100) == (late == not_kept == 0)


@given(st.dates(date(2000, 3, 1), date(2100, 1, 1)), st.integers(1, 30))
def test_months_follow_each_other_and_end_with_the_day(today, count):
    months = months_back(today, count)
    assert len(months) == count
    assert months[-1] == today.replace(day=1)
    assert all((second - first).days in (28, 29, 30, 31) for first, second in pairwise(months))


@given(st.lists(st.tuples(counts, counts, counts), min_size=1, max_size=12))
def test_the_chart_shows_what_the_table_says_in_both_directions(rows):
    months = [Month(date(2031, 1 + place, 1), Rate(*row)) for place, row in enumerate(rows)]
    highest = max(month.rate.all for month in months) or 1
    drawn = bars(months)
    for bar, month in zip(drawn, months, strict=True):
        tall = sum(height for _kind, _top, height in bar.parts)
        assert tall == pytest.approx(HEIGHT * month.rate.all / highest, abs=0.05)
        assert all(top >= -0.05 for _kind, top, _height in bar.parts)
    assert [bar.x for bar in bars(months, right_to_left=True)] == [bar.x for bar in reversed(drawn)]


@pytest.fixture
def settled(make_promise):
    def make(state, owner, days_ago=5):
        promise = make_promise(owner=owner, due=date(2031, 5, 2))
        Promise.objects.filter(pk=promise.pk).update(state=state, due_at=timezone.now() - timedelta(days=days_ago))
        return promise

    return make


def since():
    return timezone.now() - timedelta(days=90)


def test_what_counts(settled, agent, make_promise):
    for state in ("kept", "kept", "late", "broken", "open", "released"):
        settled(state, agent)
    settled("broken", agent, days_ago=200)
    make_promise(owner=agent, due=date(2031, 5, 2))
    make_promise(owner=agent)
    rate = rates.of_person(agent, agent, since())
    assert (rate.in_time, rate.late, rate.not_kept, rate.percent) == (2, 1, 2, 40)
    assert rates.of_everybody(agent, since()) == rate


def test_a_persons_rate_is_theirs_and_the_leads(settled, agent, make_person, lead, owner, signed_in):
    settled("kept", agent)
    other = make_person()
    with pytest.raises(NotAllowed):
        rates.of_person(other, agent, since())
    with pytest.raises(NotAllowed):
        rates.by_month(other, [date(2031, 1, 1)], agent)
    for role in (lead, owner):
        assert rates.of_person(role, agent, since()).percent == 100
    assert [person for person, _rate in rates.of_people(lead, since())] == [agent]
    assert rates.of_people(other, since()) == []
    address = reverse("ledger:kept")
    assert signed_in(other).get(address, {"person": agent.pk}).status_code == 403
    assert signed_in(agent).get(address, {"person": agent.pk}).status_code == 200
    assert agent.name not in signed_in(other).get(address).content.decode()


def test_people_are_in_the_order_of_names_whatever_their_rates(settled, make_person, lead):
    zoe, adam = make_person(name="Zoe"), make_person(name="Adam")
    settled("kept", zoe)
    settled("broken", adam)
    assert [str(person) for person, _rate in rates.of_people(lead, since())] == ["Adam", "Zoe"]


def test_teams_count_their_people(settled, agent, lead):
    agent.team = Team.objects.create(name="Shop")
    agent.save()
    settled("kept", agent)
    settled("late", lead)
    ((team, rate),) = rates.of_teams(agent, since())
    assert (team.name, rate.all, rate.percent) == ("Shop", 1, 100)


def test_months_are_those_of_the_house(make_promise, agent, business):
    promise = make_promise(owner=agent)
    # The last hour of January in UTC is February in Vilnius.
    Promise.objects.filter(pk=promise.pk).update(state="kept", due_at=datetime(2026, 1, 31, 23, tzinfo=UTC))
    found = rates.by_month(agent, [date(2026, 1, 1), date(2026, 2, 1)])
    assert [month.rate.all for month in found] == [0, 1]
