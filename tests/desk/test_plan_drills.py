"""Drills: a clock, answers that are checked, looking back; and nothing of it anywhere else."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail, serializers
from django.urls import reverse

from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.people.roles import DESK
from amends.desk.plan import services
from amends.desk.plan.models import Drill, Part, PlanVersion
from amends.desk.plan.stories import stories
from amends.messages import LANGUAGES
from amends.text.language import identify

HOUR = {
    "rows": [
        {"minute": 5, "step": "Stop the oven", "who": "The kitchen"},
        {"minute": 30, "step": "Find who is hurt", "who": "Lena"},
        {"minute": 60, "step": "Write to all", "who": "Olga"},
    ]
}


def text_of(response):
    return response.content.decode()


@pytest.fixture
def drill(business, owner, agent):
    services.write_part(owner, Part.FIRST_HOUR, HOUR)
    return services.begin(agent, "oven")


def rows_elsewhere():
    """Every row of every table but those of drills and of sessions, word by word."""
    models = [one for one in apps.get_models() if one is not Session and not one.__name__.startswith("Drill")]
    return {one.__name__: serializers.serialize("json", one._base_manager.order_by("pk")) for one in models}


def test_four_stories_are_told_in_order():
    assert len(stories("en")) == 4
    for story in stories("en"):
        minutes = [step.minute for step in story.steps]
        assert minutes[0] == 0
        assert minutes == sorted(set(minutes))
        assert story.minutes > minutes[-1]
    assert stories("fr") == stories("en")


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_the_same_stories_are_told_in_every_language(language):
    for ours, english in zip(stories(language), stories("en"), strict=True):
        assert ours.language == language
        assert (ours.key, ours.fault, ours.minutes) == (english.key, english.fault, english.minutes)
        when = [[(step.minute, step.complaint) for step in one.steps] for one in (ours, english)]
        assert when[0] == when[1]
        said = " ".join(f"{step.source} {step.text} {step.asks}" for step in ours.steps)
        assert identify(said).language == language
        assert all(step.asks.endswith("?") or "." in step.asks for step in ours.steps)


def test_a_whole_drill_touches_nothing_else(make_case, make_promise, owner, agent, junior, signed_in, run_clock):
    make_promise(make_case())
    services.write_part(owner, Part.FIRST_HOUR, HOUR)
    browser, other = signed_in(agent), signed_in(junior)
    browser.get(reverse("cases:inbox"))
    before, mails = rows_elsewhere(), len(mail.outbox)
    browser.post(reverse("plan:drills:list"), {"story": "oven", "pace": 4})
    row = Drill.objects.get()
    place = [row.pk]
    for index in range(6):
        says = {"does": "Ring the lead.", "says": "We are sorry: our cake had nuts. I will ring you by six today."}
        assert other.post(reverse("plan:drills:answer", args=[*place, index]), says).status_code == 302
        assert browser.post(reverse("plan:drills:hasten", args=place)).status_code == 302
    browser.post(reverse("plan:drills:tick", args=[*place, 0]))
    browser.post(reverse("plan:drills:tick", args=[*place, 1]))
    other.post(reverse("plan:drills:tick", args=[*place, 1]), {"untick": 1})
    other.post(reverse("plan:drills:end", args=place))
    back = {"well": "We were calm.", "lacked": "A list of buyers.", "proposal_part": "first-hour", "proposal": "A list"}
    assert browser.post(reverse("plan:drills:back", args=place), back).status_code == 302
    assert row.answers.count() == 6
    assert rows_elsewhere() == before
    run_clock()
    assert len(mail.outbox) == mails


def test_steps_arrive_as_minutes_pass(drill):
    start = drill.started_at
    assert services.minute_of(drill, start + timedelta(minutes=7)) == 7
    drill.pace = 4
    assert services.minute_of(drill, start + timedelta(minutes=7)) == 28
    assert services.minute_of(drill, start + timedelta(days=2)) == 52


def test_what_has_not_arrived_cannot_be_seen_or_answered(drill, agent, signed_in):
    page = text_of(signed_in(agent).get(reverse("plan:drills:drill", args=[drill.pk])))
    assert "lemon cake" in page
    assert "hazelnut base" not in page
    with pytest.raises(WrongInput):
        services.answer(agent, drill, 1, does="Ring", says="")
    fragment = text_of(signed_in(agent).get(reverse("plan:drills:arriving", args=[drill.pk, 1])))
    assert "hazelnut base" not in fragment
    services.hasten(agent, drill)
    fragment = text_of(signed_in(agent).get(reverse("plan:drills:arriving", args=[drill.pk, 1])))
    assert "hazelnut base" in fragment
    assert "lemon cake from you" not in fragment


def test_the_checker_reads_what_would_be_said(drill, agent, signed_in):
    address = reverse("plan:drills:answer", args=[drill.pk, 0])
    said = {"says": "We are sorry if you were upset, but it was the new colleague's fault."}
    page = text_of(signed_in(agent).post(address, said, headers={"HX-Request": "true"}))
    assert drill.answers.get().review["findings"]
    assert "Ana Agent" in page
    assert set(drill.answers.get().review) == {"components", "findings"}


def test_an_empty_answer_is_asked_for(drill, agent, signed_in):
    address = reverse("plan:drills:answer", args=[drill.pk, 0])
    assert signed_in(agent).post(address, {"does": " ", "says": ""}).status_code == 422
    assert signed_in(agent).post(address, {}, headers={"HX-Request": "true"}).status_code == 422


def test_looking_back_begins_with_what_went_well_and_gives_no_mark(drill, agent, junior, signed_in):
    services.tick(agent, drill, 0)
    drill.hastened = 40 * 60
    drill.save()
    services.tick(junior, drill, 1)
    services.tick(agent, drill, 1)
    services.end(agent, drill)
    page = text_of(signed_in(junior).get(reverse("plan:drills:back", args=[drill.pk])))
    assert page.index("What went well") < page.index("What the plan may lack")
    assert "In minute 0, as planned:" in page
    assert "Planned for minute 30, done in minute 40:" in page
    assert "The time did not reach for:" in page
    assert "score" not in page.lower()
    assert "Ana Agent" not in page[page.index("What went well") :]


def test_a_proposal_goes_to_the_owner_who_writes_it_into_the_plan(drill, agent, owner, signed_in):
    services.end(agent, drill)
    services.look_back(agent, drill, well="", lacked="", part="people", proposal="Who knows cash buyers?")
    browser = signed_in(owner)
    assert "Who knows cash buyers?" in text_of(browser.get(reverse("plan:plan")))
    assert "Who knows cash buyers?" in text_of(browser.get(reverse("plan:write", args=["people"])))
    address = reverse("plan:drills:settle", args=[drill.pk])
    assert signed_in(agent).post(address, {"taken": 1}).status_code == 403
    browser.post(address, {"taken": 1})
    assert "Who knows cash buyers?" not in text_of(browser.get(reverse("plan:plan")))
    with pytest.raises(WrongMove):
        services.settle_proposal(owner, drill, taken=False)
    with pytest.raises(WrongInput):
        services.look_back(agent, drill, well="", lacked="", part="people", proposal="Another")
    services.look_back(agent, drill, well="Calm.", lacked="", part="people", proposal="Who knows cash buyers?")
    drill.refresh_from_db()
    assert (drill.well, drill.proposal_state) == ("Calm.", "taken")


def test_a_drill_that_is_over_takes_nothing_more(drill, agent):
    services.end(agent, drill)
    for act in (
        lambda: services.answer(agent, drill, 0, does="x", says=""),
        lambda: services.tick(agent, drill, 0),
        lambda: services.hasten(agent, drill),
        lambda: services.end(agent, drill),
    ):
        with pytest.raises(WrongMove):
            act()


def test_the_plan_of_a_drill_is_a_copy(drill, owner, agent, signed_in):
    services.write_part(owner, Part.FIRST_HOUR, {"rows": [{"minute": 1, "step": "Another plan"}]})
    page = text_of(signed_in(agent).get(reverse("plan:drills:drill", args=[drill.pk])))
    assert "Stop the oven" in page
    assert "Another plan" not in page
    assert PlanVersion.objects.count() == 2


def test_machines_take_no_part(business):
    with pytest.raises(NotAllowed):
        services.begin(DESK, "oven")


def test_a_story_that_is_not_there_is_asked_for(business, agent, signed_in):
    assert signed_in(agent).post(reverse("plan:drills:list"), {"story": "x", "pace": 1}).status_code == 422
    assert not Drill.objects.exists()
