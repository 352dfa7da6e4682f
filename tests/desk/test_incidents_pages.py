"""The desk's pages of incidents: open, forms, errors, and who may not."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from amends.desk.incidents.models import Incident, Note, Suspicion, Update
from amends.desk.incidents.services import noting, opening, publishing, recipients, sending, writing

TEXT = (
    "Dear {name},\n\nyour order {order} came cold on Saturday. That is our fault: our ovens failed. I am sorry that "
    "your breakfast was spoilt. We have repaired the ovens. We will pay back {amount} by 2031-06-01.\n\nAna"
)
APOLOGY = (
    "On Saturday morning our ovens failed and your bread came late. That is our fault. We are sorry: you stood before "
    "a closed door. We have repaired both ovens and check them every morning now."
)
LIST = b"mail,name,language,order,amount\na@mail.example,Ann,en,1,2 EUR\nnobody,No,en,1,2\n"


@pytest.fixture
def incident(business, lead):
    since = timezone.now() - timedelta(hours=6)
    return opening.open_incident(lead, title="Ovens <down>", since=since, happened="Both failed.", fault="system")


@pytest.fixture
def at(incident):
    return f"/incidents/{incident.public_id}/"


@pytest.fixture
def with_notes(incident, lead):
    row = writing.writing_of(lead, incident, "note", "en")
    writing.keep(lead, row, subject="Your order", text=TEXT)
    noting.set_text(lead, row)
    listed = recipients.upload(lead, incident, "list.csv", LIST)
    recipients.take_list(lead, listed, listed.mapping)
    noting.check_some(incident.sending)
    return incident


def test_every_page_opens_for_everybody_of_staff(signed_in, junior, with_notes, make_case, at):
    case = make_case()
    opening.link(junior, with_notes, [case])
    note = with_notes.notes.get()
    client = signed_in(junior)
    pages = [
        "/incidents/", at, f"{at}cases/", f"{at}cases/?q=cake", f"{at}notes/", f"{at}notes/progress",
        f"{at}notes/list/", f"{at}notes/list/?state=ready&q=ann", f"{at}notes/{note.pk}/", f"{at}write/page/en/",
        f"{at}write/page/he/", f"{at}write/note/en/", f"{at}update/", f"{at}write/update/lt/",
        f"/cases/{case.public_id}/", f"/cases/{with_notes.house_case.public_id}/",
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert b"<down>" not in answer.content


@pytest.mark.parametrize("language", ["he", "lt"])
def test_the_pages_open_in_other_languages(signed_in, make_person, with_notes, at, language):
    client = signed_in(make_person("lead", language=language))
    for page in ("/incidents/", at, f"{at}notes/", f"{at}write/note/he/", f"{at}notes/import/"):
        assert client.get(page).status_code == 200


def test_what_a_junior_may_not_do_is_refused(signed_in, junior, with_notes, at):
    client = signed_in(junior)
    assert client.get("/incidents/new/").status_code == 403
    assert client.get(f"{at}edit/").status_code == 403
    assert client.post(f"{at}move", {"state": "fixed"}).status_code == 403
    assert client.get(f"{at}notes/import/").status_code == 403
    assert client.get(f"{at}notes/notes.csv").status_code == 403
    for do in ("start", "pause", "resume", "stop", "cases"):
        assert client.post(f"{at}notes/do", {"do": do, "reason": "x"}).status_code == 403
    assert client.post(f"{at}write/page/en/", {"do": "publish", "text": APOLOGY}).status_code == 403
    assert client.post(f"{at}update/", {"next_by": ""}).status_code == 403


def test_an_incident_is_opened_from_a_case_and_the_navigation_counts_it(signed_in, agent, make_case):
    case = make_case()
    client = signed_in(agent)
    assert client.get(f"/incidents/new/?case={case.public_id}").status_code == 200
    form = {"title": "Ovens", "since": "2026-01-02T08:00", "happened": "x", "fault": "system", "led_by": agent.pk}
    answer = client.post(f"/incidents/new/?case={case.public_id}", form)
    incident = Incident.objects.get()
    assert answer.headers["Location"] == f"/incidents/{incident.public_id}/"
    assert list(incident.cases.all()) == [case]
    assert "Ovens" in client.get(f"/cases/{case.public_id}/").content.decode()
    assert client.post("/incidents/new/", {**form, "title": ""}).status_code == 422


def test_facts_are_changed(signed_in, lead, incident, at):
    form = {"title": "Ovens", "since": "2026-01-02T08:00", "cause": "Fuse", "fault": "supplier", "led_by": lead.pk}
    signed_in(lead).post(f"{at}edit/", form)
    incident.refresh_from_db()
    assert (incident.cause, incident.house_case.fault) == ("Fuse", "supplier")
    assert incident.house_case.outline.cause == "Fuse"


def test_cases_are_chosen_and_taken_away(signed_in, lead, incident, make_case, at):
    case = make_case()
    client = signed_in(lead)
    client.post(f"{at}cases/", {"case": [case.public_id], "how": "search"})
    assert incident.links.get().how == "search"
    client.post(f"{at}unlink", {"case": case.public_id})
    assert not incident.links.exists()
    client.post(f"/cases/{case.public_id}/incident", {"incident": incident.public_id})
    assert incident.links.get().how == "hand"
    client.post(f"/cases/{case.public_id}/incident", {"incident": incident.public_id, "do": "unlink"})
    assert not incident.links.exists()


def test_a_page_is_written_checked_and_published(signed_in, agent, incident, at):
    client = signed_in(agent)
    checked = client.post(f"{at}write/page/en/check", {"text": "We are sorry if you were hurt.", "happened": "But."})
    assert checked.json()["errors"]
    assert checked.json()["marks"]
    kept = client.post(f"{at}write/page/en/draft", {"text": "We are sor", "revision": "0"})
    assert kept.json() == {"revision": 1}
    conflict = client.post(f"{at}write/page/en/draft", {"text": "Other", "revision": "0"})
    assert conflict.status_code == 409
    refused = client.post(f"{at}write/page/en/", {"text": "We are sorry if you were hurt.", "do": "publish"})
    assert refused.status_code == 422
    answer = client.post(f"{at}write/page/en/", {"text": APOLOGY, "subject": "Our ovens failed", "do": "publish"})
    assert answer.status_code == 303
    incident.refresh_from_db()
    assert incident.published_at is not None


def test_an_update_is_written_and_published(signed_in, agent, incident, at):
    row = writing.writing_of(agent, incident, "page", "en")
    writing.keep(agent, row, text=APOLOGY)
    publishing.publish_page(agent, row)
    client = signed_in(agent)
    client.post(f"{at}write/update/en/", {"text": "The first oven works.", "do": "publish"})
    assert client.post(f"{at}update/", {"next_by": ""}).status_code == 422
    assert client.post(f"{at}update/", {"next_by": "2020-01-01T10:00"}).status_code == 422
    soon = timezone.localtime(timezone.now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{at}update/", {"next_by": soon}).status_code == 303
    assert Update.objects.get().state == "published"


def test_a_list_is_looked_at_before_anybody_is_taken_in(signed_in, agent, incident, at):
    client = signed_in(agent)
    answer = client.post(f"{at}notes/import/", {"file": SimpleUploadedFile("list.csv", LIST)})
    address = answer.headers["Location"]
    assert "Ann" in client.get(address).content.decode()
    assert not Note.objects.exists()
    columns = {f"column-{place}": what for place, what in enumerate(["address", "name", "language", "fact", ""])}
    assert client.post(address, {**columns, "column-1": "address"}).status_code == 422
    client.post(address, {**columns, "fact-3": "Order No."})
    assert Note.objects.get().facts == {"order_no": "1"}
    page = client.get(address).content.decode()
    assert "nobody" in page
    assert client.post(f"{at}notes/import/", {"file": SimpleUploadedFile("x.csv", b"\x00\x01")}).status_code == 422


def test_a_list_can_be_thrown_away(signed_in, agent, incident, at):
    row = recipients.upload(agent, incident, "list.csv", LIST)
    signed_in(agent).post(f"{at}notes/import/{row.pk}/", {"do": "discard"})
    assert not incident.lists.exists()


def test_a_note_is_mended_left_out_and_taken_in(signed_in, lead, with_notes, at):
    note = with_notes.notes.get()
    client = signed_in(lead)
    address = f"{at}notes/{note.pk}/"
    fields = {"do": "mend", "name": "Anna", "language": "en", "fact-order": "7", "fact-amount": "3 EUR"}
    assert client.post(address, fields).status_code == 303
    note.refresh_from_db()
    assert (note.name, note.facts["order"], note.state) == ("Anna", "7", "planned")
    client.post(address, {"do": "leave-out", "reason": "Asked us not to."})
    note.refresh_from_db()
    assert (note.state, note.held_words) == ("left-out", "Asked us not to.")
    client.post(address, {"do": "take-in"})
    note.refresh_from_db()
    assert note.state == "planned"
    assert client.post(address, {"do": "allow", "reason": ""}).status_code == 422


def test_notes_are_started_paused_and_stopped_from_the_page(signed_in, lead, with_notes, at):
    client = signed_in(lead)
    row = with_notes.sending
    client.post(f"{at}notes/do", {"do": "pace", "per_minute": "60"})
    client.post(f"{at}notes/do", {"do": "start"})
    row.refresh_from_db()
    assert (row.state, row.per_minute) == ("sending", 60)
    assert 'hx-trigger="every 3s"' in client.get(f"{at}notes/progress").content.decode()
    client.post(f"{at}notes/do", {"do": "pause"})
    client.post(f"{at}notes/do", {"do": "resume"})
    client.post(f"{at}notes/do", {"do": "stop", "reason": ""})
    row.refresh_from_db()
    assert row.state == "sending"
    client.post(f"{at}notes/do", {"do": "stop", "reason": "Wrong amounts."})
    row.refresh_from_db()
    assert row.state == "stopped"


def test_a_suspicion_is_decided_on_its_page(signed_in, agent, junior, make_case):
    cases = [make_case() for _number in range(2)]
    now = timezone.now()
    values = {"channel": "mail", "hours": 3, "began": now - timedelta(hours=3), "until": now, "count": 9}
    row = Suspicion.objects.create(**values, kind="late", usual=0.5, before=[0, 1], chance=1e-6)
    row.cases.set(cases)
    address = f"/incidents/suspicions/{row.pk}/"
    assert "usually about 0.5" in signed_in(junior).get(address).content.decode()
    assert signed_in(junior).post(address, {"do": "dismiss"}).status_code == 403
    client = signed_in(agent)
    assert client.post(address, {"do": "take", "title": "Ovens"}).status_code == 422
    client.post(address, {"do": "take", "title": "Ovens", "case": [cases[0].public_id]})
    row.refresh_from_db()
    assert row.state == "taken"
    assert list(row.incident.cases.all()) == cases[:1]
    assert client.get(address).status_code == 200


def test_progress_counts_what_came_back(lead, with_notes, signed_in, at, run_clock):
    row = with_notes.sending
    sending.start(lead, row)
    sending.hand_some(row, timezone.now() + timedelta(seconds=10))
    run_clock(timezone.now() + timedelta(seconds=20))
    sending.settle_some(row)
    note = with_notes.notes.get()
    note.message.delivery = "bounced"
    note.message.save()
    assert sending.progress_of(row).counts["bounced"] == 1
    assert "Ann" in signed_in(lead).get(f"{at}notes/list/?state=bounced").content.decode()
