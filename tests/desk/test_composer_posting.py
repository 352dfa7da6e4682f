"""Answers where the world reads: ready, to be posted, posted by hand or by a program, and never twice unseen."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.services import receive
from amends.desk.composer import posting
from amends.desk.composer.models import Reply
from amends.desk.composer.posting import NotPosted, TryLater, checked_address, register_poster, where_they_wrote
from amends.desk.composer.services import approve, keep_draft, posted, send, undo
from amends.desk.customers.services import add_contact
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.people.roles import CUSTOMER, INTAKE

GOOD = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)
THERE = "https://reviews.example/bakery/77"


@pytest.fixture(autouse=True)
def _no_posters(monkeypatch):
    monkeypatch.setattr(posting, "_posters", [])


@pytest.fixture
def reviewed(make_case):
    case = make_case(channel="review", text="")
    receive(INTAKE, case, text="The cake never came.", channel="review", public=True, headers={"address": THERE})
    return case


@pytest.fixture
def ready(reviewed, agent, run_clock):
    send(agent, keep_draft(agent, reviewed, "public", text=GOOD))
    run_clock(later(seconds=12))
    return Reply.objects.get()


def later(**parts):
    return timezone.now() + timedelta(**parts)


def test_it_waits_to_be_posted_and_nothing_is_said_or_promised_yet(ready, reviewed):
    reviewed.refresh_from_db()
    assert (ready.state, reviewed.state, reviewed.promises.count(), mail.outbox) == ("to-post", "new", 0, [])
    assert not reviewed.messages.filter(direction="out").exists()
    assert reviewed.log.filter(act="reply.to-post").exists()


def test_posted_it_is_said_and_its_promises_count_from_that_moment(ready, reviewed, agent):
    message = posted(agent, ready, f" {THERE}#answer ")
    reviewed.refresh_from_db()
    assert (message.public, message.channel, message.headers) == (True, "review", {"address": f"{THERE}#answer"})
    assert (reviewed.state, ready.state, ready.message) == ("waiting-for-customer", "gone", message)
    assert reviewed.promises.get().message == message
    assert reviewed.log.get(act="reply.posted").person == agent
    with pytest.raises(WrongMove):
        posted(agent, ready)
    assert reviewed.messages.filter(direction="out").count() == 1


def test_the_address_may_be_missing_but_not_dangerous(ready, agent):
    for wrong in ("javascript:alert(1)", "not an address", "https://", "ftp://host/x"):
        with pytest.raises(WrongInput):
            posted(agent, ready, wrong)
    assert posted(agent, ready, "").headers == {}


def test_until_it_is_posted_it_can_be_taken_back(ready, agent):
    assert undo(agent, ready).text == GOOD


def test_who_may_not_send_posts_only_what_they_wrote(reviewed, junior, make_person, agent, run_clock):
    reply = send(junior, keep_draft(junior, reviewed, "public", text=GOOD))
    approve(agent, reply)
    run_clock(later(seconds=24))
    reply.refresh_from_db()
    with pytest.raises(NotAllowed):
        posted(make_person("junior"), reply)
    assert posted(junior, reply, THERE).author == junior


@pytest.fixture
def poster():
    """What the program on the other side does: a list of answers or errors, one a call."""

    class Poster:
        def __init__(self):
            self.outcomes, self.asked = [], []

        def __call__(self, post):
            self.asked.append(post)
            outcome = self.outcomes.pop(0)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

    made = Poster()
    register_poster("review", lambda case: True, made)
    return made


def sent(agent, case, run_clock):
    reply = send(agent, keep_draft(agent, case, "public", text=GOOD))
    run_clock(later(seconds=12))
    reply.refresh_from_db()
    return reply


def test_a_program_posts_where_one_can(poster, reviewed, agent, run_clock):
    poster.outcomes = [f"{THERE}#1"]
    reply = sent(agent, reviewed, run_clock)
    [post] = poster.asked
    assert (post.text, post.answers.public, post.case) == (GOOD, True, reviewed)
    assert (reply.state, reply.message.headers["address"]) == ("gone", f"{THERE}#1")
    assert reviewed.promises.count() == 1


def test_what_is_refused_is_left_to_a_person_with_the_reason(poster, reviewed, agent, run_clock):
    poster.outcomes = [NotPosted("The review was taken down.")]
    reply = sent(agent, reviewed, run_clock)
    assert (reply.state, reply.posting_why, reply.posting_words) == ("to-post", "refused", "The review was taken down.")


def test_what_may_work_later_is_tried_again(poster, reviewed, agent, run_clock):
    poster.outcomes = [TryLater("too many requests"), THERE]
    reply = sent(agent, reviewed, run_clock)
    assert reply.state == "waiting"
    run_clock(later(minutes=2))
    reply.refresh_from_db()
    assert (reply.state, len(poster.asked)) == ("gone", 2)


def test_after_a_day_of_trying_a_person_is_asked(poster, reviewed, agent, run_clock):
    poster.outcomes = [TryLater("away")] * 3
    reply = sent(agent, reviewed, run_clock)
    Reply.objects.update(not_before=timezone.now() - timedelta(days=2))
    run_clock(later(minutes=2))
    reply.refresh_from_db()
    assert (reply.state, reply.posting_why) == ("to-post", "refused")


def test_an_unknown_outcome_is_never_posted_again_by_itself(poster, reviewed, agent, run_clock):
    poster.outcomes = [ConnectionResetError("gone")]
    reply = sent(agent, reviewed, run_clock)
    run_clock(later(hours=2))
    reply.refresh_from_db()
    assert (reply.state, reply.posting_why, len(poster.asked)) == ("to-post", "unknown", 1)


def test_a_worker_that_died_while_posting_leaves_it_to_a_person(poster, reviewed, agent, run_clock):
    reply = send(agent, keep_draft(agent, reviewed, "public", text=GOOD))
    Reply.objects.update(posting_at=timezone.now())
    with pytest.raises(WrongMove):
        undo(agent, reply)
    run_clock(later(seconds=12))
    reply.refresh_from_db()
    assert (reply.state, reply.posting_why, poster.asked) == ("to-post", "unknown", [])


def test_a_program_posts_only_its_own_channel(reviewed, agent, run_clock):
    register_poster("social", lambda case: True, lambda post: pytest.fail("another channel"))
    register_poster("review", lambda case: False, lambda post: pytest.fail("cannot"))
    assert sent(agent, reviewed, run_clock).state == "to-post"


def test_where_they_wrote_is_told_only_when_it_is_an_address(make_case, reviewed):
    assert where_they_wrote(reviewed) == THERE
    assert where_they_wrote(make_case()) == ""
    assert checked_address("https://user@host\n.example/") == ""
    assert checked_address("javascript:alert(1)//https://x") == ""


@pytest.mark.parametrize("shown", ["+370 600 12-345", "8 600 12345", "00370 (600) 12345"])
def test_a_number_given_to_us_alone_gets_into_no_public_answer(reviewed, agent, shown):
    add_contact(CUSTOMER, reviewed.customer, "phone", "+370 600 12345", private=True)
    draft = keep_draft(
        agent, reviewed, "public", text=f"{GOOD} I ring you at {shown}.", reason="No reason gets past it."
    )
    with pytest.raises(WrongInput):
        send(agent, draft)
    assert send(agent, keep_draft(agent, reviewed, "reply", text=f"{GOOD} I ring you at {shown}.")).state == "waiting"


class TestPages:
    def test_the_case_shows_text_place_and_form(self, ready, reviewed, agent, signed_in):
        page = signed_in(agent).get(reverse("cases:case", args=[reviewed.public_id])).content.decode()
        assert "To be posted" in page
        assert f'data-copy="reply-text-{ready.pk}"' in page
        assert f'href="{THERE}" target="_blank" rel="noopener noreferrer"' in page
        assert reverse("composer:posted", args=[ready.pk]) in page

    def test_what_stands_in_public_is_linked_and_nothing_else_is(self, ready, reviewed, agent, signed_in):
        posted(agent, ready, f"{THERE}#answer")
        receive(INTAKE, reviewed, text="Hm.", channel="review", public=True, headers={"address": "javascript:alert(1)"})
        page = signed_in(agent).get(reverse("cases:case", args=[reviewed.public_id])).content.decode()
        assert f'href="{THERE}#answer"' in page
        assert "javascript:" not in page

    def test_it_is_counted_for_those_who_can_post_it(self, ready, agent, junior, signed_in):
        address = f'href="{reverse("composer:replies")}"'
        assert address in signed_in(agent).get(reverse("cases:inbox")).content.decode()
        assert address not in signed_in(junior).get(reverse("cases:inbox")).content.decode()

    def test_the_list_shows_it(self, ready, agent, signed_in):
        assert "To be posted" in signed_in(agent).get(reverse("composer:replies")).content.decode()

    def test_saying_that_it_is_posted(self, ready, reviewed, agent, signed_in, client):
        address = reverse("composer:posted", args=[ready.pk])
        assert client.post(address).status_code == 302
        browser = signed_in(agent)
        page = browser.post(address, {"address": "what?"}, follow=True).content.decode()
        assert "begins with https://" in page
        page = browser.post(address, {"address": THERE}, follow=True).content.decode()
        assert "its promises count from this moment" in page
        assert browser.post(address, {"address": THERE}).status_code == 409

    def test_who_may_not_is_refused(self, ready, junior, signed_in):
        assert signed_in(junior).post(reverse("composer:posted", args=[ready.pk])).status_code == 403
