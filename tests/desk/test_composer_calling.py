"""Speaking instead of writing: the call sheet, what was said, what was promised by word of mouth."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.services import change_outline
from amends.desk.composer.services import record_call
from amends.desk.composer.services.calling import Spoken
from amends.desk.errors import WrongInput
from amends.desk.ledger.services import record
from amends.desk.people.roles import CUSTOMER, DESK
from amends.desk.portal import answering

ANGRY = "I am furious. The cake never came and my daughter cried all evening. I want my money back today."


@pytest.fixture
def talk(make_case, agent, signed_in):
    case = make_case()
    browser = signed_in(agent)
    address = reverse("composer:talk", args=[case.public_id])
    return case, browser, address


def test_what_they_said_on_the_phone_weighs_like_what_they_write(make_case, agent):
    case = make_case(severity=0)
    [message] = record_call(agent, case, Spoken(ANGRY))
    case.refresh_from_db()
    assert message.hearing.is_complaint
    assert case.severity == message.hearing.severity > 0


def test_a_talk_lies_in_the_past(make_case, agent):
    with pytest.raises(WrongInput):
        record_call(agent, make_case(), Spoken("Yes.", at=timezone.now() + timedelta(hours=2)))


def test_a_talk_answers_who_said_not_yet_but_is_no_writing(make_case, agent):
    case = make_case()
    first_word = record(DESK, case, act="A person writes to you", owner=None, found={"by": "first-word"})
    answer = answering.say_not_yet(CUSTOMER, case, "Still no plate.", language="en")
    record_call(agent, case, Spoken(ours="I explained where the plate is."))
    first_word.refresh_from_db()
    answer.refresh_from_db()
    assert (answer.state, first_word.state) == ("kept", "open")


def test_a_talk_from_before_answers_nothing(make_case, agent):
    case = make_case()
    answer = answering.say_not_yet(CUSTOMER, case, "Still no plate.", language="en")
    record_call(agent, case, Spoken(ours="I rang them.", at=timezone.now() - timedelta(days=1)))
    answer.refresh_from_db()
    assert answer.state == "open"


def test_promises_in_what_was_said_are_not_lost(talk, agent):
    case, browser, address = talk
    said = {"ours": "I will bring you a new cake on Monday by 5 pm.", "channel": "call", "at": ""}
    page = browser.post(address, said).content.decode()
    assert 'name="looked" value="yes"' in page
    assert "bring you a new cake" in page.split('id="promise-new-0-act"', 1)[1].split(">", 1)[0]
    assert not case.promises.exists()
    kept = {
        **said, "looked": "yes", "promise-new-0-act": "Bring a new cake", "promise-new-0-day": "2031-05-05",
        "promise-new-0-clock": "", "promise-new-0-owner": str(agent.pk),
    }  # fmt: skip
    browser.post(address, kept)
    promise = case.promises.get()
    assert (promise.act, promise.due_day, promise.owner) == ("Bring a new cake", date(2031, 5, 5), agent)


def test_who_takes_the_found_promise_out_is_not_asked_again(talk):
    case, browser, address = talk
    said = {"ours": "I will bring you a new cake on Monday by 5 pm.", "channel": "call", "at": "", "looked": "yes"}
    assert browser.post(address, said).status_code == 302
    assert not case.promises.exists()


def test_a_promise_that_is_listed_already_is_not_asked_about(talk, agent):
    case, browser, address = talk
    said = {
        "ours": "I will bring you a new cake on Monday by 5 pm.", "channel": "call", "at": "",
        "promise-new-0-act": "Bring a new cake", "promise-new-0-day": "2031-05-05", "promise-new-0-clock": "",
        "promise-new-0-owner": str(agent.pk),
    }  # fmt: skip
    assert browser.post(address, said).status_code == 302
    assert case.promises.get().act == "Bring a new cake"


def test_a_written_confirmation_can_follow(talk):
    _case, browser, address = talk
    said = {
        "theirs": "She wants it at ten.", "channel": "call", "at": "", "confirm": "yes",
        "promise-new-0-act": "Bring it at ten", "promise-new-0-day": "2031-05-02", "promise-new-0-clock": "10:00",
        "promise-new-0-owner": "",
    }  # fmt: skip
    page = browser.post(address, said, follow=True).content.decode()
    assert "this letter does not confirm it" in page
    assert "Bring it at ten" in page


def test_the_sheet_follows_the_order_of_speaking(talk, agent):
    case, browser, address = talk
    for field in ("perceived", "record", "cause", "fix", "make_good", "longer_answer"):
        change_outline(agent, case, field, f"<{field}>")
    page = browser.get(address).content.decode()
    places = [page.index(f"&lt;{field}&gt;") for field in ("perceived", "record", "fix", "make_good", "cause")]
    assert places == sorted(places)
