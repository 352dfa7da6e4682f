"""An incident on the list of causes: named, given to its cases, told to everybody, told to programs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amends.desk.causes.models import CaseCause, Recurrence, Told
from amends.desk.causes.services import link, main_cause_of, make_cause
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.incidents.models import Link
from amends.desk.incidents.services import causing, noting, opening, publishing, sending, writing
from amends.desk.incidents.services.recipients import from_cases
from amends.desk.webhooks.models import Endpoint, Event
from amends.desk.webhooks.services.telling import forget_wanted

pytestmark = pytest.mark.django_db
APOLOGY = (
    "On Saturday morning our ovens failed and your bread came late. That is our fault. We are sorry: you stood before "
    "a closed door. We have repaired both ovens. It will not happen again: from now on we check them every morning."
)


@pytest.fixture
def incident(business, lead):
    return opening.open_incident(lead, title="Ovens down", since=timezone.now() - timedelta(hours=6), fault="system")


def put(person, incident, kind="page", language="en", text=APOLOGY, update=None):
    words = writing.writing_of(person, incident, kind, language, update)
    writing.keep(person, words, subject="Ovens", text=text, happened="Both.", reason="Read by two.")
    return words


def test_the_cause_is_named_and_given_to_cases_without_one(incident, lead, agent, junior, make_case):
    bare, named, by_note = make_case(), make_case(), make_case()
    other = make_cause(agent, "Wrong order")
    link(agent, named, other)
    opening.link(lead, incident, [bare, named])
    opening.link(lead, incident, [by_note], Link.NOTE)
    with pytest.raises(NotAllowed):
        causing.name_cause(junior, incident, "The oven")
    with pytest.raises(WrongInput):
        causing.name_cause(agent, incident, "  ")
    assert causing.give_cause(agent, incident) == 0
    cause = causing.name_cause(agent, incident, "The oven")
    assert causing.give_cause(agent, incident) == 1
    assert causing.give_cause(agent, incident) == 0
    assert [main_cause_of(one) for one in (bare, named, by_note)] == [cause, other, None]


def test_what_everybody_was_told_makes_the_next_case_a_recurrence(incident, lead, agent, make_case):
    cause = causing.name_cause(lead, incident, "The oven")
    page = put(lead, incident)
    publishing.publish_page(lead, page)
    publishing.publish_page(lead, page)
    told = Told.objects.get()
    assert (told.cause, told.everyone, "not happen again" in told.quote) == (cause, True, True)
    case = make_case()
    link(agent, case, cause)
    row = Recurrence.objects.get(case=case)
    assert (row.state, row.told_to) == ("raised", 0)
    # What a customer of their own is told counts as told to somebody.
    assert CaseCause.objects.filter(cause=cause, case=incident.house_case).exists()


def test_the_notes_tell_it_too_and_once(incident, lead, make_case, run_clock):
    case = make_case(language="en")
    opening.link(lead, incident, [case])
    noting.set_text(lead, put(lead, incident, "note"))
    from_cases(lead, incident)
    for _time in range(3):
        run_clock(timezone.now())
    assert not Told.objects.exists()
    row = incident.sending
    row.refresh_from_db()
    sending.start(lead, row)
    sending.pause(lead, row)
    sending.resume(lead, row)
    assert [one.everyone for one in Told.objects.filter(case=incident.house_case)] == [True]


def test_programs_are_told_and_never_of_the_demonstration(business, lead, owner, monkeypatch):
    kinds = ["incident.opened", "incident.moved", "incident.published", "incident.updated", "incident.notes-done"]
    Endpoint.objects.create(name="Shop", address="https://shop.example/", secret="whsec_eA==", events=kinds)
    forget_wanted()
    opening.open_incident(lead, title="Made up", since=timezone.now(), demo=True)
    assert not Event.objects.exists()
    row = opening.open_incident(lead, title="Ovens", since=timezone.now(), fault="system")
    publishing.publish_page(lead, put(lead, row))
    row.refresh_from_db()
    draft = publishing.draft_update(lead, row)
    put(lead, row, "update", text="The first oven works.", update=draft)
    publishing.publish_update(lead, draft, next_by=timezone.now() + timedelta(hours=2))
    opening.move(lead, row, "fixed")
    found = {event.kind: event.data for event in Event.objects.all()}
    assert {data["incident"] for data in found.values()} == {row.public_id}
    assert found["incident.moved"] == {"incident": row.public_id, "from": "open", "to": "fixed"}
    assert found["incident.published"]["page"].endswith(f"/i/{row.slug}/en/")
    assert found["incident.updated"]["languages"] == ["en"]
    assert "Ovens" not in str(found)
    forget_wanted()


def test_the_pages_lead_to_each_other(incident, agent, junior, signed_in, make_case):
    opening.link(agent, incident, [make_case()])
    page = reverse("incidents:incident", args=[incident.public_id])
    address = reverse("incidents:cause", args=[incident.public_id])
    browser = signed_in(agent)
    assert browser.post(address, {"name": "The oven"}).headers["Location"] == page + "#cause"
    cause = main_cause_of(incident.house_case)
    assert reverse("causes:cause", args=[cause.pk]) in browser.get(page).content.decode()
    assert browser.post(address, {"do": "give"}).status_code == 303
    assert cause.links.filter(until=None).count() == 2
    shown = browser.get(reverse("causes:cause", args=[cause.pk])).content.decode()
    assert page in shown
    assert signed_in(junior).post(address, {"name": "Another"}).status_code == 403
