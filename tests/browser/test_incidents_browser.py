"""Incidents in a browser, in English and Hebrew: opened, told to everybody, followed by mail, a note to each."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from amends.desk.causes.services import main_cause_of
from amends.desk.incidents.models import Incident, Note, Subscriber
from amends.desk.incidents.services import opening, writing
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage

DIRECTION = {"en": "ltr", "he": "rtl"}
APOLOGY = {
    "en": "On Saturday morning our ovens failed and your bread came late. That is our fault. We are sorry: you stood "
    "before a closed door. We have repaired both ovens and check them every morning now.",
    "he": "בשבת בבוקר התנורים שלנו התקלקלו והלחם שלכם הגיע באיחור. זו אשמתנו. אנחנו מצטערים: עמדתם מול דלת סגורה. "
    "תיקנו את שני התנורים, ומעכשיו אנחנו בודקים אותם בכל בוקר.",
}
UPDATE = {"en": "The first oven works again.", "he": "התנור הראשון עובד שוב."}
NOTE = {
    "en": "Dear {name}, on Saturday your order {order} came late, because our ovens failed. That is our fault, and we "
    "are sorry: you waited for your bread. We have repaired both ovens and check them every morning now.",
    "he": "{name} שלום, בשבת ההזמנה {order} הגיעה באיחור, כי התנורים שלנו התקלקלו. זו אשמתנו, ואנחנו מצטערים: חיכיתם "
    "ללחם שלכם. תיקנו את שני התנורים, ומעכשיו אנחנו בודקים אותם בכל בוקר.",
}

pytestmark = pytest.mark.parametrize("language", ["en", "he"])


@pytest.fixture
def lena(make_person: Any, language: str) -> Any:
    return make_person("lead", name="Lena", language=language)


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def publish(page: Page, text: str, subject: str = "") -> None:
    """Write a text and let it go; what the check holds against it, is let pass with a reason."""
    if subject:
        page.locator("#answer-subject").fill(subject)
    page.locator("#answer-text").fill(text)
    expect(page.locator("#answer-saved")).not_to_be_empty(timeout=15_000)
    page.wait_for_timeout(700)
    if page.locator("#answer-why").is_visible():
        page.locator("#answer-why").fill("Read by two of us.")
    page.locator("button[value=publish]").click()


def test_opened_named_published_and_followed(lena, sign_in, live_server, language, run_clock, browser):
    page = sign_in(lena)
    page.goto(f"{live_server.url}/incidents/new/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("[name=title]").fill("Ovens down")
    page.locator("[name=fault]").select_option("system")
    page.locator("main form .button").first.click()
    expect(page.locator("main h1")).to_have_text("Ovens down")
    page.locator("#cause-name").fill("Oven fails")
    page.wait_for_load_state("networkidle")
    page.locator("#cause form.cause-add button").click()
    expect(page.locator("#cause")).to_contain_text("Oven fails")
    incident = Incident.objects.get()
    assert str(main_cause_of(incident.house_case)) == "Oven fails"
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/write/page/{language}/")
    publish(page, APOLOGY[language], "Our ovens")
    expect(page.locator("main .once a")).to_be_visible()
    fits(page)

    # A reader on a phone, without an account, in their own language.
    phone = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    reader = phone.new_page()
    incident.refresh_from_db()
    reader.goto(f"{live_server.url}/i/{incident.slug}/")
    expect(reader.locator("html")).to_have_attribute("dir", DIRECTION[language])
    expect(reader.locator(".apology")).to_contain_text(APOLOGY[language][:30])
    fits(reader)
    reader.locator("[name=address]").fill("rut@mail.example")
    reader.locator("form button").click()
    expect(reader.locator("main h1")).to_be_visible()
    asked = OutgoingMessage.objects.get(purpose="updates-asked")
    link = re.search(r"/i/\S+/yes/\S+", asked.text)
    assert link is not None
    # Nobody is followed by opening a link: a button says yes.
    reader.goto(live_server.url + link[0])
    assert Subscriber.objects.get().confirmed_at is None
    reader.locator("form button").click()
    expect(reader.locator("main form")).to_have_count(0)
    assert Subscriber.objects.get().confirmed_at is not None

    page.goto(f"{live_server.url}/incidents/{incident.public_id}/write/update/{language}/")
    publish(page, UPDATE[language])
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/update/")
    by = timezone.localtime(timezone.now() + timedelta(hours=5))
    page.locator("[name=next_by]").fill(by.strftime("%Y-%m-%dT%H:%M"))
    fits(page)
    page.locator("main form.card .button").click()
    expect(page.locator("article.update")).to_contain_text(UPDATE[language])
    assert Promise.objects.filter(case=incident.house_case, state="open").count() >= 1
    # The page may be kept for half a minute by whoever has read it; they look anew.
    reader.goto(f"{live_server.url}/i/{incident.slug}/")
    reader.reload()
    expect(reader.locator(".updates")).to_contain_text(UPDATE[language])
    expect(reader.locator(".next")).to_be_visible()
    fits(reader)
    run_clock(timezone.now() + timedelta(seconds=90))
    told = OutgoingMessage.objects.filter(to=["rut@mail.example"]).exclude(pk=asked.pk).get()
    assert UPDATE[language] in told.text
    leaving = re.search(r"/i/\S+/no/\S+", told.text)
    assert leaving is not None
    reader.goto(live_server.url + leaving[0])
    reader.locator("form button").click()
    expect(reader.locator("main form")).to_have_count(0)
    assert not Subscriber.objects.exists()
    phone.close()


def test_a_note_to_each_is_planned_checked_paused_and_sent(lena, sign_in, live_server, language, run_clock, tmp_path):
    incident = opening.open_incident(lena, title="Ovens", since=timezone.now() - timedelta(hours=6), fault="system")
    words = writing.writing_of(lena, incident, "note", language)
    page = sign_in(lena)
    page.set_viewport_size({"width": 390, "height": 844})
    table = tmp_path / "orders.csv"
    rows = [
        "mail,name,language,order",
        f"rut@mail.example,Rut,{language},A-17",
        f"RUT@mail.example,Rut,{language},A-18",
        f"dan@mail.example,Dan,{language},A-19",
        f"noa@mail.example,Noa,{language},",
        "no address,Jonas,en,A-20",
    ]
    table.write_text("\n".join(rows), encoding="utf-8")
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/notes/import/")
    page.locator("[name=file]").set_input_files(str(table))
    page.locator("main form .button").click()
    fits(page)
    for place, what in enumerate(["address", "name", "language", "fact"]):
        page.locator(f"#column-{place}").select_option(what)
    page.locator("#fact-3").fill("order")
    page.locator("main form .button").first.click()
    expect(page.locator(".counts")).to_be_visible()
    # One address is one person, however it is written; a row without an address says why it was left.
    assert sorted(Note.objects.values_list("name", flat=True)) == ["Dan", "Noa", "Rut"]
    writing.keep(lena, words, subject="Saturday", text=NOTE[language], reason="Read by two.")
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/write/note/{language}/")
    expect(page.locator("main code").first).to_be_visible()
    fits(page)
    page.locator("button[value=publish]").click()
    expect(page.locator("#progress")).to_be_visible()
    run_clock(timezone.now())
    page.reload()
    states = dict(Note.objects.values_list("name", "state"))
    assert states == {"Rut": "ready", "Dan": "ready", "Noa": "held"}
    # Whoever lacks a fact is shown, and mended by a person.
    noa = Note.objects.get(name="Noa")
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/notes/{noa.pk}/")
    expect(page.locator(".notice-warning")).to_be_visible()
    page.locator("[name=fact-order]").fill("A-21")
    with page.expect_navigation():
        page.locator("button[value=mend]").click()
    run_clock(timezone.now())
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/notes/")
    fits(page)
    page.locator("button[value=start]").click()
    page.locator("button[value=pause]").click()
    expect(page.locator("button[value=resume]")).to_be_visible()
    page.locator("button[value=resume]").click()
    expect(page.locator("button[value=pause]")).to_be_visible()
    for seconds in range(1, 1_400, 90):
        run_clock(timezone.now() + timedelta(seconds=seconds))
    sent = OutgoingMessage.objects.filter(purpose="note")
    assert sorted(mail.to[0] for mail in sent) == ["dan@mail.example", "noa@mail.example", "rut@mail.example"]
    assert "A-21" in sent.get(to=["noa@mail.example"]).text
    page.goto(f"{live_server.url}/incidents/{incident.public_id}/notes/list/?state=sent")
    expect(page.locator("main .list .row")).to_have_count(3)
    fits(page)
