"""Declared moves hold, whichever way a row is changed."""

import pytest
from django.db import IntegrityError, transaction

from amends.desk.cases.models import Case
from amends.desk.cases.services import close_silent, move, record_recovery, set_aside, take_up_again, take_up_set_aside
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.people.roles import CUSTOMER


@pytest.mark.parametrize("state", Case.MOVES)
def test_every_declared_move_leads_to_a_known_state(state):
    assert set(Case.MOVES) == set(Case.State.values)
    assert set(Case.MOVES[state]) <= set(Case.State.values) - {state}


def test_a_wrong_move_is_an_error_and_changes_nothing(make_case, agent):
    case = make_case()
    move(agent, case, "waiting-for-us")
    with pytest.raises(WrongMove):
        close_silent(agent, case)
    case.refresh_from_db()
    assert case.state == "waiting-for-us"
    assert case.closed_at is None


def test_a_state_cannot_be_written_past_the_moves(make_case):
    case = make_case()
    case.state = "closed-silent"
    with pytest.raises(WrongMove):
        case.save()


def test_the_database_knows_no_other_state(make_case):
    case = make_case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="forgotten")


def test_recovery_is_the_customers_word(make_case, agent, first_message):
    case = make_case()
    with pytest.raises(NotAllowed):
        record_recovery(agent, case, None)
    other = make_case()
    with pytest.raises(WrongInput):
        record_recovery(agent, case, first_message(other))
    record_recovery(CUSTOMER, case, None)
    assert case.state == "recovered"
    take_up_again(agent, case, note="They wrote that it leaks again.")
    assert (case.state, case.recovered_at) == ("waiting-for-us", None)
    record_recovery(agent, case, first_message(case))
    assert case.recovered_at is not None


def test_what_was_set_aside_comes_back_with_its_waiting(make_case, agent):
    case = make_case()
    waited = case.waits_since
    set_aside(agent, case, "no-complaint")
    assert case.waits_since is None
    take_up_set_aside(agent, case, note="It is one after all.")
    assert (case.state, case.set_aside_why, case.waits_since) == ("new", "", waited)


def test_each_move_is_in_the_log(make_case, agent):
    case = make_case()
    move(agent, case, "open", note="Mine.")
    entry = case.log.last()
    assert (entry.person, entry.act, entry.note) == (agent, "case.moved", "Mine.")
    assert (entry.before, entry.after) == ({"state": "new"}, {"state": "open"})
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
