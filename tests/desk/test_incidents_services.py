"""Incidents: opening, cases, the page and its updates, who may do what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.errors import NotAllowed, NotFound, WrongInput, WrongMove
from amends.desk.incidents.models import Incident, Update
from amends.desk.incidents.public import languages_of, page_of
from amends.desk.incidents.services import opening, publishing, suggesting, writing
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage

APOLOGY = (
    "On Saturday morning our ovens failed and your bread came late or not at all. That is our fault. We are sorry: "
    "you stood before a closed door with your family waiting. We have repaired both ovens and check them every "
    "morning now. We will pay back every order by Friday."
)
LITHUANIAN = (
    "Šeštadienio rytą sugedo mūsų krosnys ir jūsų duona vėlavo. Tai mūsų kaltė. Atsiprašome. Krosnis sutaisėme. "
    "Pinigus už kiekvieną užsakymą grąžinsime iki penktadienio."
)


@pytest.fixture
def incident(business, agent):
    since = timezone.now() - timedelta(hours=6)
    return opening.open_incident(
        agent, title="Ovens down on Saturday", since=since, happened="Both ovens failed.", fault="system"
    )


@pytest.fixture
def published(incident, agent):
    text = writing.writing_of(agent, incident, "page", "en")
    writing.keep(agent, text, subject="Our ovens failed", text=APOLOGY)
    publishing.publish_page(agent, text)
    incident.refresh_from_db()
    return incident


def write_update(person, incident, **texts):
    row = publishing.draft_update(person, incident)
    for language, text in texts.items():
        writing.keep(person, writing.writing_of(person, incident, "update", language, row), text=text)
    return row


def test_an_incident_has_a_case_that_stands_for_everybody_and_is_in_no_inbox(incident):
    case = incident.house_case
    case.refresh_from_db()
    assert case.state == "set-aside"
    assert case.place is None
    assert case.next_word_at is None
    assert case.fault == "system"
    assert case.outline.record == "Both ovens failed."


@pytest.mark.parametrize("title", ["", "   "])
def test_an_incident_has_a_title(agent, business, title):
    with pytest.raises(WrongInput):
        opening.open_incident(agent, title=title, since=timezone.now())


def test_an_incident_has_begun(agent, business):
    with pytest.raises(WrongInput) as raised:
        opening.open_incident(agent, title="Ovens", since=timezone.now() + timedelta(hours=1))
    assert raised.value.field == "since"


def test_a_junior_opens_and_publishes_nothing_but_writes_and_links(junior, incident, make_case):
    with pytest.raises(NotAllowed):
        opening.open_incident(junior, title="Ovens", since=timezone.now())
    with pytest.raises(NotAllowed):
        opening.move(junior, incident, "fixed")
    text = writing.writing_of(junior, incident, "page", "en")
    writing.keep(junior, text, text=APOLOGY)
    with pytest.raises(NotAllowed):
        publishing.publish_page(junior, text)
    assert opening.link(junior, incident, [make_case()]) == 1


def test_cases_are_linked_once_and_taken_away(agent, incident, make_case):
    case = make_case()
    assert opening.link(agent, incident, [case, case, incident.house_case]) == 1
    assert opening.link(agent, incident, [case], "search") == 0
    assert list(incident.cases.all()) == [case]
    assert case.log.filter(act="incident.linked").count() == 1
    opening.unlink(agent, incident, case)
    assert not incident.cases.exists()


def test_a_closed_incident_takes_no_cases(agent, incident, make_case):
    opening.move(agent, incident, "closed")
    with pytest.raises(WrongMove):
        opening.link(agent, incident, [make_case()])
    opening.move(agent, incident, "open")
    assert incident.closed_at is None


def test_the_page_is_checked_like_a_public_reply(agent, incident):
    text = writing.writing_of(agent, incident, "page", "en")
    writing.keep(agent, text, text="We are sorry if you were inconvenienced, but suppliers fail everywhere.")
    with pytest.raises(WrongInput) as raised:
        publishing.publish_page(agent, text)
    assert raised.value.field == "reason"
    assert languages_of(incident) == []
    writing.keep(agent, text, reason="Counsel wants these words.")
    publishing.publish_page(agent, text)
    assert languages_of(incident) == ["en"]
    assert incident.house_case.messages.get().sent_despite == "Counsel wants these words."


def test_what_is_written_in_another_language_than_it_stands_under_needs_a_reason(agent, incident):
    text = writing.writing_of(agent, incident, "page", "lt")
    writing.keep(agent, text, text=APOLOGY)
    with pytest.raises(WrongInput, match="English"):
        publishing.publish_page(agent, text)


def test_promises_of_the_page_stand_in_the_ledger_once(agent, published):
    promises = Promise.objects.filter(case=published.house_case)
    assert [promise.owner for promise in promises] == [agent]
    assert "Friday" in promises.get().quote
    text = writing.writing_of(agent, published, "page", "en")
    writing.keep(agent, text, text=APOLOGY + " Olga wrote this.")
    publishing.publish_page(agent, text)
    assert promises.count() == 1
    other = writing.writing_of(agent, published, "page", "lt")
    writing.keep(agent, other, text=LITHUANIAN, reason="Read by Ona.")
    publishing.publish_page(agent, other)
    assert promises.count() == 1
    assert languages_of(published) == ["en", "lt"]


def test_readers_see_what_was_published_not_what_is_being_written(agent, published):
    text = writing.writing_of(agent, published, "page", "en")
    writing.keep(agent, text, text="Half a sente")
    assert page_of(published, "en").apology.text == APOLOGY


def test_two_windows_never_overwrite_each_other(agent, incident):
    text = writing.writing_of(agent, incident, "page", "en")
    writing.keep(agent, text, revision=0, text="First.")
    with pytest.raises(WrongMove):
        writing.keep(agent, text, revision=0, text="Second.")
    text.refresh_from_db()
    assert text.text == "First."


def test_an_update_promises_the_next_one_and_keeps_the_last_promise(agent, published):
    soon = timezone.now() + timedelta(hours=3)
    first = publishing.publish_update(agent, write_update(agent, published, en="The first oven works."), next_by=soon)
    assert first.promise.due_at == soon
    assert first.promise.owner == published.led_by
    assert first.promise.look_at is not None
    opening.move(agent, published, "fixed")
    publishing.publish_update(agent, write_update(agent, published, en="Both ovens work."), next_by=None)
    first.promise.refresh_from_db()
    assert first.promise.state == "kept"
    assert [update.text for update in page_of(published, "en").updates] == ["Both ovens work.", "The first oven works."]


def test_a_missed_update_escalates_and_is_late_for_readers(agent, owner, published, run_clock):
    due = timezone.now() + timedelta(hours=1)
    update = publishing.publish_update(agent, write_update(agent, published, en="The first oven works."), next_by=due)
    assert not page_of(published, "en").updates[0].late
    past = timezone.now() - timedelta(minutes=5)
    Update.objects.filter(pk=update.pk).update(next_by=past)
    Promise.objects.filter(pk=update.promise_id).update(due_at=past, look_at=past)
    run_clock()
    mails = OutgoingMessage.objects.filter(purpose="promise-overdue")
    assert {to for mail in mails for to in mail.to} == {agent.email, owner.email}
    assert page_of(published, "en").updates[0].late
    opening.move(agent, published, "fixed")
    publishing.publish_update(agent, write_update(agent, published, en="Both work."), next_by=None)
    update.promise.refresh_from_db()
    assert update.promise.state == "late"


def test_while_it_goes_on_an_update_names_the_next_one(agent, published):
    row = write_update(agent, published, en="The first oven works.")
    with pytest.raises(WrongInput) as raised:
        publishing.publish_update(agent, row, next_by=None)
    assert raised.value.field == "next_by"
    with pytest.raises(WrongInput):
        publishing.publish_update(agent, row, next_by=timezone.now() - timedelta(minutes=1))


def test_each_language_of_an_update_is_checked_by_itself(agent, published):
    row = write_update(agent, published, en="The first oven works.", lt="We are sorry, but the oven is old.")
    with pytest.raises(WrongInput, match="English"):
        publishing.publish_update(agent, row, next_by=timezone.now() + timedelta(hours=1))
    row.refresh_from_db()
    assert row.state == "draft"
    assert not Promise.objects.filter(act__contains="Next update").exists()


def test_an_incident_is_not_closed_while_readers_wait(agent, published):
    soon = timezone.now() + timedelta(hours=3)
    publishing.publish_update(agent, write_update(agent, published, en="The first oven works."), next_by=soon)
    with pytest.raises(WrongInput):
        opening.move(agent, published, "closed")
    opening.move(agent, published, "fixed")
    publishing.publish_update(agent, write_update(agent, published, en="Both ovens work."), next_by=None)
    opening.move(agent, published, "closed")
    assert published.state == Incident.State.CLOSED


def test_an_update_stands_on_a_page(agent, incident):
    with pytest.raises(WrongInput):
        publishing.publish_update(agent, write_update(agent, incident, en="It works."), next_by=None)


def test_a_page_can_be_taken_away_with_a_reason(agent, published):
    text = writing.writing_of(agent, published, "page", "en")
    with pytest.raises(WrongInput):
        publishing.withdraw_page(agent, text, reason=" ")
    publishing.withdraw_page(agent, text, reason="A name stood in it.")
    published.refresh_from_db()
    assert published.published_at is None
    text.refresh_from_db()
    assert text.text == APOLOGY


def test_there_is_one_update_at_a_time(agent, published):
    assert publishing.draft_update(agent, published) == publishing.draft_update(agent, published)
    assert Update.objects.count() == 1


def test_cases_that_are_like_it_are_suggested_with_why(agent, incident, make_case, make_customer):
    Case.objects.filter(pk=incident.house_case_id).update(created_at=incident.since)
    told = "The ovens were cold and the rolls for our wedding breakfast never came."
    linked = [make_case(make_customer(), text=told, kinds=["missing"]) for _number in range(3)]
    opening.link(agent, incident, linked)
    like = make_case(make_customer(), text="No rolls for the breakfast, the ovens failed?", kinds=["missing"])
    other = make_case(make_customer(), text="The invoice shows the wrong amount.", kinds=["billing"], subject="Invoice")
    found = {one.case: one.why for one in suggesting.suggested(incident)}
    assert like in found
    assert other not in found
    assert any("ovens" in why for why in found[like])
    assert suggesting.search(incident, {"q": "invoice"}) == [other]


def test_there_is_no_text_of_an_unknown_kind(agent, incident):
    with pytest.raises(WrongInput):
        writing.writing_of(agent, incident, "page", "xx")
    with pytest.raises(NotFound):
        publishing.publish_page(agent, writing.writing_of(agent, incident, "note", "en"))
