"""Reminders, lapses, digests, words owed: who hears what, and only once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.cases.services import record_out
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.ledger.looking import next_look, shortly_before
from amends.desk.ledger.models import Promise, WordOwed
from amends.desk.ledger.reminding import send_digests
from amends.desk.ledger.services import cannot_keep, correct, keep, not_needed, told
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Team

moments = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(["UTC", "Europe/Vilnius", "Asia/Jerusalem", "Pacific/Kiritimati", "America/Los_Angeles"])


@given(moments, moments, zones, st.booleans(), st.booleans())
def test_the_clock_never_looks_back_nor_past_the_moment(due, now, zone, names_a_day, reminded):
    day = due.date() if names_a_day else None
    look = next_look(due, day, zone, now, reminded=reminded)
    assert look is not None
    assert look >= now
    assert look <= max(due, now)
    assert shortly_before(due, day, zone) < due


@given(moments, zones)
def test_looking_goes_on_until_the_moment_and_ends_there(due, zone):
    now, looks, reminded = due - timedelta(days=3), 0, False
    while now < due:
        now = next_look(due, None, zone, now, reminded=reminded) or due
        reminded = True
        looks += 1
    assert looks == 2


def test_nothing_is_looked_at_without_a_moment():
    assert next_look(None, None, "UTC", timezone.now()) is None


def due_in(promise, **span):
    moment = timezone.now() + timedelta(**span)
    Promise.objects.filter(pk=promise.pk).update(due_at=moment, due_day=None, look_at=timezone.now())
    promise.refresh_from_db()
    return promise


def sent(purpose):
    return [(row.to, row.subject) for row in OutgoingMessage.objects.filter(purpose=purpose).order_by("pk")]


def test_the_owner_hears_once_shortly_before(make_promise, agent, run_clock):
    promise = due_in(make_promise(), minutes=90)
    run_clock()
    run_clock()
    assert sent("promise-reminder") == [([agent.email], "Soon due: Bring a new cake")]
    promise.refresh_from_db()
    assert promise.look_at == promise.due_at


def test_a_lapse_goes_to_the_owner_and_to_the_lead_once(make_promise, agent, lead, owner, run_clock):
    promise = due_in(make_promise(), minutes=-5)
    run_clock()
    Promise.objects.filter(pk=promise.pk).update(look_at=timezone.now())
    run_clock()
    assert {to[0] for to, _subject in sent("promise-overdue")} == {agent.email, lead.email}
    assert len(sent("promise-overdue")) == 2
    promise.refresh_from_db()
    assert (promise.state, promise.look_at, promise.is_overdue) == ("open", None, True)
    assert promise.case.log.filter(act="promise.lapsed").count() == 1


def test_a_lapse_goes_to_the_lead_of_the_owners_team(make_promise, agent, lead, make_person, run_clock):
    team = Team.objects.create(name="Shop")
    own = make_person("lead", team=team)
    agent.team = team
    agent.save()
    due_in(make_promise(owner=agent), minutes=-5)
    run_clock()
    assert {to[0] for to, _subject in sent("promise-overdue")} == {agent.email, own.email}


def test_without_an_owner_the_leads_hear(make_promise, lead, run_clock):
    due_in(make_promise(owner=None), minutes=60)
    run_clock()
    assert [to for to, _subject in sent("promise-reminder")] == [[lead.email]]


def test_settled_promises_are_left_alone(make_promise, agent, run_clock):
    promise = keep(agent, make_promise())
    due_in(promise, minutes=-5)
    run_clock()
    assert not OutgoingMessage.objects.exists()


def test_a_new_day_is_reminded_of_anew(make_promise, agent, run_clock):
    promise = due_in(make_promise(), minutes=90)
    run_clock()
    later = timezone.now() + timedelta(minutes=100)
    correct(agent, promise, act=promise.act, owner=agent, due=later)
    Promise.objects.filter(pk=promise.pk).update(look_at=timezone.now())
    run_clock()
    assert len(sent("promise-reminder")) == 2


def test_reminders_are_in_the_language_and_time_of_their_reader(make_promise, agent, run_clock):
    agent.language, agent.time_zone = "he", "Asia/Jerusalem"
    agent.save()
    promise = due_in(make_promise(), minutes=90)
    run_clock()
    letter = OutgoingMessage.objects.get(purpose="promise-reminder")
    assert letter.language == "he"
    local = promise.due_at.astimezone(ZoneInfo("Asia/Jerusalem"))
    assert f"{local.hour}:{local:%M}" in letter.text


def test_one_digest_a_day_with_what_matters(make_promise, agent, business):
    business.time_zone = "UTC"
    business.save()
    morning = datetime(2031, 5, 2, 8, tzinfo=UTC)
    make_promise(act="Today one", due=date(2031, 5, 2))
    make_promise(act="Week one", due=date(2031, 5, 6))
    make_promise(act="Far one", due=date(2031, 7, 6))
    make_promise(act="Overdue one", due=date(2031, 5, 1))
    assert send_digests(morning) == 1
    assert send_digests(morning + timedelta(hours=3)) == 0
    row = OutgoingMessage.objects.get(purpose="promise-digest")
    assert row.to == [agent.email]
    assert all(words in row.text for words in ("Today one", "Week one", "Overdue one"))
    assert "Far one" not in row.text
    assert send_digests(morning + timedelta(days=1)) == 1


@pytest.mark.parametrize("hour", [3, 6, 19, 23])
def test_no_digest_at_night(hour, make_promise, agent, business):
    business.time_zone = "UTC"
    business.save()
    make_promise(due=date(2031, 5, 2))
    assert send_digests(datetime(2031, 5, 2, hour, tzinfo=UTC)) == 0


def test_nobody_gets_an_empty_digest(agent, business):
    assert send_digests(datetime(2031, 5, 2, 10, tzinfo=UTC)) == 0


def test_the_digest_of_a_lead_names_what_others_owe(make_promise, agent, lead, business):
    make_promise(act="Overdue of Ana", due=date(2031, 5, 1))
    send_digests(datetime(2031, 5, 3, 10, tzinfo=UTC))
    row = OutgoingMessage.objects.get(purpose="promise-digest", to=[lead.email])
    assert "Overdue of Ana" in row.text


def test_a_word_is_owed_before_the_promise_lapses_and_moves_the_case_up(make_promise, agent):
    promise = make_promise(due=date(2031, 5, 2))
    word = cannot_keep(agent, promise, why="The oven is broken", offer_day=date(2031, 5, 5))
    promise.case.refresh_from_db()
    assert word.by < promise.due_at
    assert promise.case.next_word_at <= word.by
    again = cannot_keep(agent, promise, why="The oven is still broken")
    assert (again.pk, again.by) == (word.pk, word.by)
    assert WordOwed.objects.count() == 1


def test_an_automatic_mail_is_no_word(make_promise, agent):
    promise = make_promise(due=date(2031, 5, 2))
    word = cannot_keep(agent, promise, why="The oven is broken")
    record_out(agent, promise.case, text="We got it", channel="mail", automatic=True, delivery="sent")
    record_out(agent, promise.case, text="Later", channel="mail", delivery="held")
    with pytest.raises(WrongInput):
        told(agent, word)


def test_a_word_ends_when_it_is_not_needed_or_the_promise_is_kept(make_promise, agent):
    promise = make_promise(due=date(2031, 5, 2))
    word = cannot_keep(agent, promise, why="The oven is broken")
    with pytest.raises(WrongInput):
        not_needed(agent, word, note=" ")
    not_needed(agent, word, note="It is mended")
    with pytest.raises(WrongMove):
        not_needed(agent, word, note="Again")
    second = cannot_keep(agent, promise, why="The car too")
    keep(agent, promise)
    second.refresh_from_db()
    assert second.outcome == "not-needed"
    with pytest.raises(WrongInput):
        cannot_keep(agent, promise, why="Settled already")


def test_the_clock_takes_what_a_person_said_as_the_word(make_promise, agent, run_clock):
    promise = make_promise(due=date(2031, 5, 2))
    word = cannot_keep(agent, promise, why="The oven is broken")
    record_out(agent, promise.case, text="It takes until Monday.", channel="call")
    due_in(promise, minutes=60)
    run_clock()
    word.refresh_from_db()
    assert word.outcome == "told"
