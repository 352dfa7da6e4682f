"""The monthly letter: once, in the owner's language, what went well first, nobody blamed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.services import record_out, record_recovery
from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, NotFound
from amends.desk.insight import letters, reckoning
from amends.desk.insight.models import Letter, Progress
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, CUSTOMER

FIRST = date(2026, 10, 1)
MORNING = datetime(2026, 11, 1, 7, tzinfo=UTC)
"""Nine in the morning in Vilnius."""


@pytest.fixture
def october(make_case, agent):
    """Six cases of October, each answered in an hour, one of them right again; reckoned on the first of November."""
    for number in range(6):
        case = make_case(began=datetime(2026, 10, 5 + number, 9, tzinfo=UTC))
        record_out(agent, case, text="Sorry.", channel="mail", sent_at=case.created_at + timedelta(hours=1))
    record_recovery(CUSTOMER, case, None)
    type(case).objects.filter(pk=case.pk).update(recovered_at=datetime(2026, 10, 20, tzinfo=UTC))
    reckoning.catch_up(MORNING)
    Progress.objects.update(looked_at=MORNING)
    return case


def test_each_owner_gets_one_letter_a_month(october, owner, lead, agent, make_person):
    other = make_person("owner", language="he")
    make_person("owner", is_active=False)
    assert letters.write_due(CLOCK, MORNING) == 2
    assert letters.write_due(CLOCK, MORNING) == 0
    assert letters.write_due(CLOCK, MORNING + timedelta(days=20)) == 0
    assert set(Letter.objects.values_list("person", "first")) == {(owner.pk, FIRST), (other.pk, FIRST)}
    assert OutgoingMessage.objects.filter(purpose="monthly-letter").count() == 2
    assert {row.to[0] for row in OutgoingMessage.objects.filter(purpose="monthly-letter")} == {owner.email, other.email}


def test_what_went_well_comes_first_and_nobody_is_named(october, owner, agent):
    letters.write_due(CLOCK, MORNING)
    row = OutgoingMessage.objects.get(purpose="monthly-letter")
    assert row.subject == "How October 2026 went"
    parts = ["What went well", "What customers still wait for", "One thing worth doing next"]
    for text in (row.text, row.html):
        places = [text.index(part) for part in parts]
        assert places == sorted(places)
        for person in Person.objects.exclude(pk=owner.pk):
            assert person.name not in text
            assert person.email not in text
    assert "1 customer told us that it is right now." in row.text
    assert "Half of the customers had a first answer within 60 minutes." in row.text
    letter = Letter.objects.get()
    assert len(letter.content["next"]) == 1
    assert letter.content["next"][0] in row.text
    assert letter.content["address"].startswith("/")


def test_months_are_compared_only_with_enough_cases(october, owner, make_case, agent):
    for number in range(5):
        case = make_case(began=datetime(2026, 9, 5 + number, 9, tzinfo=UTC))
        record_out(agent, case, text="Sorry.", channel="mail", sent_at=case.created_at + timedelta(hours=40))
    reckoning.catch_up(MORNING)
    letters.write_due(CLOCK, MORNING)
    words = " ".join(Letter.objects.get().content["well"])
    assert "within 60 minutes; in September 2026 it took 40 hours." in words


def test_it_is_in_the_owners_language_and_direction(october, make_person):
    make_person("owner", language="he")
    letters.write_due(CLOCK, MORNING)
    row = OutgoingMessage.objects.get(purpose="monthly-letter")
    assert row.language == "he"
    assert '<html lang="he" dir="rtl">' in row.html


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (datetime(2026, 10, 31, 21, 30, tzinfo=UTC), 0),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), 0),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 1),
        (datetime(2026, 11, 9, 2, tzinfo=UTC), 1),
    ],
)
def test_it_leaves_on_the_first_morning_that_the_desk_is_there(moment, count, october, owner):
    assert letters.write_due(CLOCK, moment) == count


def test_it_waits_until_the_month_is_summed_up(october, owner, make_case):
    Progress.objects.update(looked_at=datetime(2026, 10, 31, 12, tzinfo=UTC))
    assert letters.write_due(CLOCK, MORNING) == 0
    Progress.objects.update(looked_at=MORNING)
    make_case(began=datetime(2026, 10, 9, tzinfo=UTC))
    reckoning.refresh(MORNING)
    assert letters.write_due(CLOCK, MORNING) == 0
    reckoning.catch_up(MORNING)
    assert letters.write_due(CLOCK, MORNING) == 1


def test_a_month_without_anything_has_no_letter(owner, business):
    reckoning.catch_up(MORNING)
    Progress.objects.update(looked_at=MORNING)
    assert letters.write_due(CLOCK, MORNING) == 0


def test_it_can_be_switched_off(october, owner, lead, signed_in):
    with pytest.raises(NotAllowed):
        letters.switch(lead, False)
    browser = signed_in(owner)
    assert browser.post(reverse("insight:switch-letters"), {"on": "no"}).status_code == 303
    assert letters.write_due(CLOCK, MORNING) == 0
    assert "none is written" in browser.get(reverse("insight:letters")).content.decode()
    browser.post(reverse("insight:switch-letters"), {"on": "yes"})
    assert letters.write_due(CLOCK, MORNING) == 1


def test_only_the_clock_writes_letters(owner):
    with pytest.raises(NotAllowed):
        letters.write_due(owner, MORNING)


@pytest.mark.parametrize("role", ["lead", "agent", "junior"])
def test_letters_are_the_owners(role, october, owner, make_person, signed_in):
    letters.write_due(CLOCK, MORNING)
    browser = signed_in(make_person(role))
    for address in (reverse("insight:letters"), reverse("insight:letter", args=["2026-10"])):
        assert browser.get(address).status_code == 403
    assert browser.post(reverse("insight:switch-letters"), {"on": "no"}).status_code == 403


def test_an_owner_reads_it_on_the_desk(october, owner, make_person, signed_in):
    letters.write_due(CLOCK, MORNING)
    browser = signed_in(owner)
    assert "October 2026" in browser.get(reverse("insight:letters")).content.decode()
    assert Letter.objects.get().read_at is None
    page = browser.get(reverse("insight:letter", args=["2026-10"])).content.decode()
    assert "1 customer told us that it is right now." in page
    assert Letter.objects.get().read_at is not None
    for month in ("2026-09", "x", "2026-13"):
        assert browser.get(reverse("insight:letter", args=[month])).status_code == 404
    with pytest.raises(NotFound):
        letters.own_letter(make_person("owner"), FIRST)


def test_it_reaches_the_mailbox_once(october, owner):
    for _look in range(3):
        letters.write_due(CLOCK, MORNING)
        run_due(timezone.now())
    found = [one for one in mail.outbox if one.to == [owner.email] and one.subject.startswith("How ")]
    assert len(found) == 1
    assert found[0].alternatives
