"""Promises: recorded, kept, late, broken, released, opened again; never moved in another way."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.errors import DeskError, NotAllowed, WrongInput, WrongMove
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import break_promise, correct, keep, record, release, reopen
from amends.desk.people.roles import CUSTOMER


def ahead(**span):
    return timezone.now() + timedelta(**span)


def test_a_day_ends_where_the_business_is(make_promise, business):
    promise = make_promise(due=date(2031, 5, 2))
    # Vilnius is three hours ahead of UTC in May.
    assert promise.due_at == datetime(2031, 5, 2, 20, 59, 59, 999999, tzinfo=UTC)
    assert (promise.due_day, promise.precision) == (date(2031, 5, 2), "day")


def test_a_moment_is_kept_as_it_is_and_none_is_none(make_promise):
    moment = datetime(2031, 5, 2, 12, tzinfo=UTC)
    assert make_promise(due=moment).due_at == moment
    promise = make_promise(due=None)
    assert (promise.due_at, promise.look_at, promise.is_overdue) == (None, None, False)


def test_kept_in_time_or_late_follows_from_when_it_was_done(make_promise, agent):
    promise = make_promise(due=ahead(hours=2))
    assert keep(agent, promise, evidence="Receipt").state == "kept"
    late = make_promise(due=timezone.now() - timedelta(hours=2))
    assert late.is_overdue
    assert keep(agent, late).state == "late"
    backdated = make_promise(due=timezone.now() - timedelta(hours=2))
    assert keep(agent, backdated, kept_at=timezone.now() - timedelta(hours=3)).state == "kept"


def test_what_broke_can_still_be_done_and_is_late(make_promise, agent):
    promise = make_promise(due=ahead(hours=2))
    break_promise(agent, promise)
    assert keep(agent, promise).state == "late"


def test_nothing_is_kept_in_the_future_or_twice(make_promise, agent):
    promise = make_promise(due=ahead(hours=2))
    with pytest.raises(WrongInput):
        keep(agent, promise, kept_at=ahead(hours=1))
    keep(agent, promise)
    for again in (keep, break_promise):
        with pytest.raises(WrongMove):
            again(agent, promise)


def test_only_the_customer_lets_us_off(make_promise, agent, junior, first_message):
    promise = make_promise(due=ahead(hours=2))
    with pytest.raises(WrongInput):
        release(agent, promise)
    with pytest.raises(NotAllowed):
        release(junior, promise, evidence="She said so.")
    release(agent, promise, message=first_message(promise.case))
    assert promise.state == "released"
    other = make_promise(due=ahead(hours=2))
    assert release(CUSTOMER, other).state == "released"


def test_a_mistake_is_taken_back_with_a_reason_and_stays_in_the_log(make_promise, agent):
    promise = make_promise(due=ahead(hours=2))
    keep(agent, promise)
    with pytest.raises(WrongInput):
        reopen(agent, promise, note=" ")
    reopen(agent, promise, note="It was the other parcel.")
    assert (promise.state, promise.kept_at, promise.settled_at) == ("open", None, None)
    acts = list(promise.case.log.filter(act__startswith="promise.").values_list("act", flat=True))
    assert acts == ["promise.recorded", "promise.kept", "promise.reopened"]


def test_a_settled_promise_is_not_corrected(make_promise, agent):
    promise = make_promise(due=ahead(hours=2))
    correct(agent, promise, act="Bring two cakes", owner=agent, due=date(2031, 5, 3))
    assert (promise.act, promise.precision) == ("Bring two cakes", "day")
    keep(agent, promise)
    with pytest.raises(WrongInput):
        correct(agent, promise, act="Nothing", owner=agent, due=None)


def test_a_junior_gives_no_promise_to_somebody_else(make_promise, agent, junior, lead):
    promise = make_promise(due=ahead(hours=2))
    with pytest.raises(NotAllowed):
        correct(junior, promise, act=promise.act, owner=lead, due=promise.due_at)
    correct(junior, promise, act=promise.act, owner=junior, due=promise.due_at)
    assert promise.owner == junior


def test_a_promise_needs_an_act_and_a_known_precision(make_case, agent):
    case = make_case()
    for wrong in ({"act": "  "}, {"act": "x", "precision": "roughly"}):
        with pytest.raises(WrongInput):
            record(agent, case, owner=agent, **wrong)
    with pytest.raises(ValueError, match="time zone"):
        record(agent, case, act="x", owner=agent, due=datetime(2031, 5, 2))
    assert not Promise.objects.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(["keep", "break", "release", "reopen"]), max_size=6))
def test_no_sequence_of_acts_leaves_the_declared_states(make_promise, agent, steps):
    promise = make_promise(due=ahead(hours=2))
    acts = {
        "keep": lambda: keep(agent, promise),
        "break": lambda: break_promise(agent, promise),
        "release": lambda: release(agent, promise, evidence="said so"),
        "reopen": lambda: reopen(agent, promise, note="mistake"),
    }
    for step in steps:
        before = promise.state
        try:
            acts[step]()
        except DeskError:
            promise.refresh_from_db()
            assert promise.state == before
        else:
            assert promise.state in Promise.MOVES[before]
    promise.refresh_from_db()
    assert (promise.state == "open") == (promise.settled_at is None)
