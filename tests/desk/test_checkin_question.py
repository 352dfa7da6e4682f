"""The check-in: who is asked, when, once; and what an answer or silence does."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import receive, record_out
from amends.desk.checkin import services
from amends.desk.checkin.models import CheckIn
from amends.desk.customers.models import Customer
from amends.desk.errors import NotAllowed
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import break_promise, keep
from amends.desk.outbox.finishing import finished
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import CLOCK, CUSTOMER, INTAKE
from amends.desk.portal.answering import say_right


@pytest.fixture
def kept(make_case, make_promise, agent):
    """A case that was answered, whose one promise is kept."""
    case = make_case()
    record_out(agent, case, text="I am sorry. I bring a new cake.", channel="mail", delivery="sent")
    keep(agent, make_promise(case=case, due=date(2031, 5, 2)))
    case.refresh_from_db()
    return case


def long_ago(case, days=10):
    moment = timezone.now() - timedelta(days=days)
    Promise.objects.filter(case=case).update(settled_at=moment, kept_at=moment)
    Case.objects.filter(pk=case.pk).update(last_out_at=moment)


def asked(case):
    long_ago(case)
    services.plan(CLOCK)
    row = CheckIn.objects.get(case=case, state="planned")
    return services.ask(CLOCK, row)


def link_in(row):
    text, _html = finished(OutgoingMessage.objects.get(message=row.message))
    return "/c/" + next(line for line in text.splitlines() if "/c/" in line).rsplit("/c/", 1)[1].split("#")[0]


def test_the_question_is_planned_some_days_after_the_last_promise(kept):
    assert services.plan(CLOCK) == 1
    assert services.plan(CLOCK) == 0
    row = CheckIn.objects.get()
    last = kept.promises.get().settled_at
    assert timedelta(days=2) < row.ask_at - last < timedelta(days=4)


@pytest.mark.parametrize("why", ["open", "broken", "ours", "none", "erased", "off", "demo"])
def test_who_is_not_asked(why, kept, make_promise, agent, owner):
    if why == "open":
        make_promise(case=kept, due=date(2031, 6, 2))
    elif why == "broken":
        break_promise(agent, make_promise(case=kept))
    elif why == "ours":
        receive(INTAKE, kept, text="And the spoon?", channel="mail")
    elif why == "none":
        Promise.objects.all().delete()
    elif why == "off":
        services.change_settings(owner, on=False, days=3, silent_days=14)
    else:
        changed = {"erased": {"erased_at": timezone.now()}, "demo": {"demo": True}}[why]
        Customer.objects.update(**changed)
    assert services.plan(CLOCK) == 0


def test_one_mail_with_one_question_and_a_link_in_the_customers_language(kept, run_clock):
    Customer.objects.update(language="lt")
    row = asked(kept)
    services.ask(CLOCK, row)
    mail = OutgoingMessage.objects.get(purpose="check-in")
    assert mail.to == [kept.customer.contacts.get().value]
    assert mail.language == "lt"
    assert 'lang="lt"' in Client().get(link_in(row)).content.decode()
    kept.refresh_from_db()
    assert kept.state == "waiting-for-customer"


def test_the_secret_of_the_link_is_in_the_mail_alone(kept):
    row = asked(kept)
    token = link_in(row).split("/")[2]
    assert not Message.objects.filter(text__contains=token).exists()
    assert not OutgoingMessage.objects.filter(text__contains=token).exists()


def test_the_clock_asks_when_the_day_has_come(kept, run_clock):
    long_ago(kept)
    run_clock()
    assert CheckIn.objects.get().state == "asked"
    assert OutgoingMessage.objects.filter(purpose="check-in").count() == 1


def test_a_case_that_went_on_is_not_asked(kept):
    long_ago(kept)
    services.plan(CLOCK)
    receive(INTAKE, kept, text="And the spoon?", channel="mail")
    services.ask(CLOCK, CheckIn.objects.get())
    assert CheckIn.objects.get().state == "off"
    assert not OutgoingMessage.objects.exists()


def test_it_is_asked_again_after_the_case_went_on(kept, agent):
    test_a_case_that_went_on_is_not_asked(kept)
    kept.refresh_from_db()
    record_out(agent, kept, text="The spoon is in the box.", channel="call")
    assert services.plan(CLOCK) == 1


def test_without_an_address_a_person_is_asked_to_ask(kept):
    kept.customer.contacts.update(verified_at=None)
    row = asked(kept)
    assert row.state == "no-address"
    assert kept.messages.filter(direction="internal").count() == 1


def test_right_is_the_customers_word(kept):
    row = asked(kept)
    Client().post(link_in(row) + "right")
    row.refresh_from_db()
    kept.refresh_from_db()
    assert (row.state, kept.state) == ("right", "recovered")


def test_not_yet_takes_the_case_up_with_a_promise(kept, lead):
    row = asked(kept)
    Client().post(link_in(row) + "not-yet", {"not-yet-text": "Cold again"})
    row.refresh_from_db()
    kept.refresh_from_db()
    assert (row.state, kept.state) == ("not-yet", "waiting-for-us")
    assert kept.promises.filter(state="open").get().owner is not None


def test_silence_is_silence(kept):
    row = asked(kept)
    services.end_in_silence(CLOCK, row)
    kept.refresh_from_db()
    assert (row.state, kept.state, kept.recovered_at) == ("silent", "closed-silent", None)


def test_the_clock_waits_before_it_calls_it_silence(kept, run_clock):
    row = asked(kept)
    run_clock()
    row.refresh_from_db()
    assert row.state == "asked"
    CheckIn.objects.update(silent_at=timezone.now() - timedelta(minutes=1))
    run_clock()
    row.refresh_from_db()
    assert row.state == "silent"


def test_who_is_silent_can_still_speak(kept):
    row = asked(kept)
    address = link_in(row)
    services.end_in_silence(CLOCK, row)
    Client().post(address + "right")
    row.refresh_from_db()
    kept.refresh_from_db()
    assert (row.state, kept.state) == ("right", "recovered")


def test_a_mail_instead_of_a_click_is_an_answer_and_no_recovery(kept):
    row = asked(kept)
    receive(INTAKE, kept, text="It is wonderful now, thank you!", channel="mail")
    services.end_in_silence(CLOCK, row)
    kept.refresh_from_db()
    assert (row.state, kept.state, kept.recovered_at) == ("answered", "waiting-for-us", None)


def test_who_said_it_unasked_is_not_asked(kept, agent):
    say_right(CUSTOMER, kept)
    assert CheckIn.objects.get().state == "right"
    assert services.plan(CLOCK) == 0


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_people_without_the_right_change_nothing(role, make_person, business):
    with pytest.raises(NotAllowed):
        services.change_settings(make_person(role), on=False, days=5, silent_days=20)
    with pytest.raises(NotAllowed):
        services.plan(make_person(role))
    assert services.check_in_settings().on


def test_the_settings_page(lead, agent, signed_in):
    address = reverse("checkin:settings")
    assert signed_in(agent).get(address).status_code == 200
    assert signed_in(agent).post(address, {"days": 5, "silent_days": 20}).status_code == 403
    assert signed_in(lead).post(address, {"on": "on", "days": 0, "silent_days": 20}).status_code == 422
    assert signed_in(lead).post(address, {"on": "on", "days": 5, "silent_days": 20}).status_code == 302
    rules = services.check_in_settings()
    assert (rules.on, rules.days, rules.silent_days) == (True, 5, 20)
