"""Mail about a second look: to those who may approve, and to the writer of what was decided; each once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from amends.desk.composer.services import approve, keep_draft, send, send_back
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Team

GOOD = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)


@pytest.fixture
def asked(make_case, junior):
    def ask(case=None, writer=None):
        return send(writer or junior, keep_draft(writer or junior, case or make_case(), "reply", text=GOOD))

    return ask


def receivers(purpose="second-look"):
    return sorted(address for row in OutgoingMessage.objects.filter(purpose=purpose) for address in row.to)


def leave(run_clock):
    run_clock(timezone.now() + timedelta(seconds=30))


def test_those_who_may_approve_are_asked_once_with_a_link(asked, agent, lead, make_person, run_clock):
    make_person("agent", is_active=False)
    make_person("junior")
    reply = asked()
    assert receivers() == sorted([agent.email, lead.email])
    leave(run_clock)
    [sent] = [one for one in mail.outbox if one.to == [agent.email]]
    assert f"/cases/{reply.case.public_id}/#reply-{reply.pk}" in sent.body
    assert reply.author.name in sent.body
    assert GOOD not in sent.body


def test_it_comes_in_the_readers_language(asked, make_person):
    reader = make_person("agent", language="lt", name="Lina")
    asked()
    assert OutgoingMessage.objects.get(to=[reader.email]).language == "lt"


def test_the_writer_of_a_second_failure_is_not_asked_about_their_own(asked, make_case, make_customer, lead, agent):
    customer = make_customer()
    make_case(customer)
    reply = asked(make_case(customer), agent)
    assert reply.state == "approval"
    assert receivers() == [lead.email]


def test_those_near_are_asked_before_the_whole_house(asked, make_case, make_person, agent, lead):
    team = Team.objects.create(name="Cakes")
    near = make_person("agent", team=team)
    asked(make_case(team=team))
    assert receivers() == [near.email]


def test_nobody_is_asked_when_it_needs_no_second_person(make_case, agent, lead):
    send(agent, keep_draft(agent, make_case(), "reply", text=GOOD))
    assert receivers() == []


def test_the_writer_hears_that_it_was_sent_back_and_why(asked, agent, junior):
    reply = asked()
    send_back(agent, reply, "Name the day.")
    told = OutgoingMessage.objects.get(to=[junior.email])
    assert "Name the day." in told.text
    assert agent.name in told.text
    assert f"/cases/{reply.case.public_id}/#answer" in told.text


def test_the_writer_hears_that_it_goes(asked, agent, junior):
    reply = asked()
    approve(agent, reply)
    told = OutgoingMessage.objects.get(to=[junior.email])
    assert "lets it go" in told.text


def test_each_round_tells_anew_and_never_twice(asked, agent, junior):
    case = (reply := asked()).case
    send_back(agent, reply, "Name the day.")
    approve(agent, asked(case))
    assert len(receivers()) == len(set(OutgoingMessage.objects.values_list("once", flat=True)))
    assert receivers().count(junior.email) == 2
    assert receivers().count(agent.email) == 2
