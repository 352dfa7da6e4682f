"""The private mirror: what one sees of one's own replies, and that nobody else ever does."""

import inspect
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.models import Message
from amends.desk.cases.services import record_out
from amends.desk.errors import NotAllowed
from amends.desk.insight import mirror, reckoning
from amends.desk.insight.mirror import own_mirror
from amends.desk.people.roles import CLOCK, CUSTOMER, DESK


def review(score, holds=("apology", "responsibility"), missing=("prevention",), findings=(), verdict="full"):
    return {
        "verdict": verdict,
        "score": score,
        "components": {part: ["words"] for part in holds},
        "missing": [{"label": part} for part in missing],
        "findings": [{"label": label} for label in findings],
    }


@pytest.fixture
def write(make_case, make_customer):
    """`write(person, review, days_ago=3)` is a reply that somebody sent."""

    def make(person, said, days_ago=3, text="I am sorry that we lost it.", case=None, **values):
        return record_out(
            person,
            case or make_case(),
            text=text,
            channel="mail",
            sent_at=timezone.now() - timedelta(days=days_ago),
            review=said,
            **values,
        )

    return make


def test_it_shows_what_one_does_well_and_leaves_out(write, agent):
    for number in range(6):
        write(agent, review(50 + number, missing=("prevention", "invitation") if number < 3 else ("prevention",)))
    found = own_mirror(agent)
    assert (found.words, found.replies, found.clean) == (6, 6, 6)
    assert {part.label for part in found.well} == {"apology", "responsibility"}
    assert [(part.label, part.number) for part in found.left_out] == [("prevention", 6), ("invitation", 3)]
    assert all(part.way for part in found.left_out)
    assert [best.score for best in found.best] == [55, 54, 53]


def test_only_ones_own_replies_of_ninety_days_count(write, agent, lead):
    write(agent, review(70))
    write(lead, review(99))
    write(agent, review(90), days_ago=91)
    write(agent, review(95), automatic=True)
    write(agent, review(96), delivery="bounced")
    write(agent, None)
    found = own_mirror(agent)
    assert (found.words, found.replies) == (2, 1)
    assert [best.score for best in found.best] == [70]


def test_a_non_apology_is_nobodys_best_reply(write, agent):
    write(agent, review(40, verdict="non-apology"))
    write(agent, review(80, verdict="none"))
    assert own_mirror(agent).best == []


def test_few_replies_are_no_habit(write, agent, signed_in):
    for _number in range(4):
        write(agent, review(80))
    assert own_mirror(agent).well == own_mirror(agent).left_out == []
    page = signed_in(agent).get(reverse("insight:mirror")).content.decode()
    assert "begins to speak of habits" in page
    assert "80 of 100" in page


def test_the_best_replies_link_to_their_cases(write, agent, signed_in, make_case):
    case = make_case()
    write(agent, review(88), text="We sent only the left shoe.", case=case)
    page = signed_in(agent).get(reverse("insight:mirror")).content.decode()
    assert reverse("cases:case", args=[case.public_id]) in page
    assert "We sent only the left shoe." in page


def test_nobody_without_replies_is_reproached(agent, signed_in):
    page = signed_in(agent).get(reverse("insight:mirror")).content.decode()
    assert "it tells" in page or "tells you what you do well" in page


@pytest.mark.parametrize("role", ["owner", "lead", "agent", "junior"])
def test_nobody_sees_the_mirror_of_somebody_else(role, write, agent, make_person, signed_in):
    for number in range(6):
        write(agent, review(90 + number), text="These are the words of Ana alone.")
    reckoning.catch_up()
    other = make_person(role, name="Somebody Else")
    browser = signed_in(other)
    address = reverse("insight:mirror")
    for query in ({}, {"person": agent.pk}, {"author": agent.pk}, {"of": agent.email}, {"user": agent.pk}):
        page = browser.get(address, query).content.decode()
        assert "words of Ana alone" not in page
        assert "95 of 100" not in page
        assert "You have not written to a customer" in page
    for path in (f"{address}{agent.pk}/", f"{address}{agent.pk}", f"/insight/of/mirror/?person={agent.pk}"):
        assert browser.get(path).status_code == 404
    assert browser.post(address, {"person": agent.pk}).status_code == 405
    found = own_mirror(other)
    assert (found.words, found.best) == (0, [])


@pytest.mark.parametrize("role", ["owner", "lead", "agent", "junior"])
def test_no_page_of_figures_names_a_writer(role, write, agent, make_person, signed_in):
    for _number in range(6):
        write(agent, review(90))
    reckoning.catch_up()
    browser = signed_in(make_person(role, name="Somebody Else"))
    page = browser.get(reverse("insight:overview")).content.decode()
    pages = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/insight/")]
    assert len(pages) > 6
    for address in {one.split("?")[0] for one in pages}:
        text = browser.get(address).content.decode()
        assert agent.name not in text
        assert "of 100" not in text


def test_the_service_takes_nobody_else_and_no_machine():
    assert list(inspect.signature(own_mirror).parameters) == ["acting", "now"]
    for machine in (DESK, CLOCK, CUSTOMER):
        with pytest.raises(NotAllowed):
            own_mirror(machine)


def test_somebody_who_left_sees_nothing(write, make_person):
    person = make_person()
    write(person, review(80))
    person.is_active = False
    person.save()
    with pytest.raises(NotAllowed):
        own_mirror(person)


def test_it_is_kept_by_nobody_and_never_stored(write, agent, signed_in):
    write(agent, review(80))
    answer = signed_in(agent).get(reverse("insight:mirror"))
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]


def test_it_looks_at_the_last_replies_when_there_are_very_many(write, agent, monkeypatch):
    monkeypatch.setattr(mirror, "_MOST", 2)
    for number in range(4):
        write(agent, review(60 + number), days_ago=10 - number)
    assert own_mirror(agent).words == 2
    assert Message.objects.filter(author=agent).count() == 4
