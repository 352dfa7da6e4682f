"""The log in the reader's words."""

from datetime import timedelta

from django.utils import timezone, translation

from amends.desk.cases.services import move
from amends.desk.ledger.services import keep, record
from amends.desk.pages.log_words import act_words, changes, value_words


def test_states_are_said_in_words_of_their_own_subject(make_case, agent):
    case = make_case()
    move(agent, case, "open")
    entry = case.log.last()
    assert changes(entry.act, entry.before, entry.after) == [("state", {"before": "New", "after": "Being worked on"})]
    promise = record(agent, case, act="Bring a cake", owner=agent, due=timezone.now() + timedelta(days=1))
    keep(agent, promise)
    entry = case.log.last()
    shown = dict(changes(entry.act, entry.before, entry.after))
    assert shown["state"] == {"before": "Open", "after": "Kept"}
    assert "promise" not in shown


def test_an_act_without_words_is_shown_by_its_plain_name():
    assert act_words("new-thing.was-done") == "new thing: was done"


def test_values_are_never_taken_for_more_than_they_are():
    assert value_words("why", "spam") == "Spam"
    assert value_words("words", "spam") == "spam"
    assert value_words("due_at", "soon") == "soon"
    assert value_words("kinds", ["late", "wrong"]) == "too late, the wrong thing"
    assert value_words("complaint", False) == "no"


def test_the_log_can_be_read_in_every_language(make_case, agent):
    case = make_case()
    for language in ("lt", "hr", "he", "et", "sk"):
        with translation.override(language):
            for entry in case.log.all():
                assert act_words(entry.act)
                changes(entry.act, entry.before, entry.after)


def test_days_and_kinds_of_failure_are_told_in_words():
    assert value_words("due_day", "2031-05-02") == "2 May 2031"
    assert value_words("kinds", ["late", "unanswered"]) == "too late, not answered"
    assert value_words("number", "2031-05-02-7") == "2031-05-02-7"
