"""Causes in a browser, in English and Hebrew: named, prevented, told, come back; telling first; a second failure."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from amends.desk.cases.models import Case
from amends.desk.cases.services import assign, open_case, receive
from amends.desk.causes import comparing, services
from amends.desk.causes.models import Disclosure, Prevention, Recurrence
from amends.desk.composer.services import keep_draft, send
from amends.desk.customers.services import find_or_create
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import INTAKE

DIRECTION = {"en": "ltr", "he": "rtl"}
SORRY = {
    "en": "Dear Rut,\n\nI am sorry that the cake came cold. We forgot to heat it, and that was our mistake. From "
    "Monday two people look into every box before it leaves, so this will not happen again.\n\nAna",
    "he": "רות שלום,\n\nאני מצטערת שהעוגה הגיעה קרה. שכחנו לחמם אותה, וזו הטעות שלנו. מיום שני שני אנשים בודקים כל "
    "קופסה לפני שהיא יוצאת, כדי שזה לא יקרה שוב.\n\nאנה",
}
COMPLAINT = {"en": "The cake was cold when it came.", "he": "העוגה הגיעה קרה."}
SOUP = {
    "en": "The soup came cold and the bread was mouldy. I threw the bread away.",
    "he": "המרק הגיע קר והלחם היה עבש. זרקתי את הלחם לפח.",
    "hr": "Juha je bila hladna, a kruh pljesniv. Bacila sam ga.",
}

pytestmark = pytest.mark.parametrize("language", ["en", "he"])


@pytest.fixture
def people(make_person: Any, language: str) -> Any:
    return make_person("agent", name="Ana", language=language), make_person("lead", name="Lena", language=language)


@pytest.fixture
def make_case(business: Any, people: Any, language: str) -> Any:
    def make(address: str = "rut@mail.example", name: str = "Rut", text: str = "", said_in: str = "") -> Case:
        customer, contact = find_or_create(INTAKE, "mail", address, name=name, language=language, verified=True)
        row = open_case(INTAKE, customer, channel="mail", subject="The cake", language=language)
        text, said_in = text or COMPLAINT[language], said_in or language
        receive(INTAKE, row, text=text, channel="mail", contact=contact, language=said_in)
        assign(people[0], row, people[0])
        return row

    return make


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_named_prevented_told_and_come_back(people, make_case, sign_in, live_server, language, run_clock, context):
    ana, lena = people
    first = make_case()
    page = sign_in(ana)
    page.goto(f"{live_server.url}/cases/{first.public_id}/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("#cause-name").fill("Cake cold on arrival")
    page.wait_for_load_state("networkidle")
    page.locator("#causes form.cause-add button").click()
    page.locator("#causes .cause-line a").click()
    expect(page.locator("main h1")).to_have_text("Cake cold on arrival")
    # What is done about it, by whom, by when, and when somebody looks.
    plan = page.locator("#plan")
    today = timezone.localdate()
    plan.locator("[name=plan-act]").fill("Two people look into every box")
    plan.locator("[name=plan-due]").fill((today + timedelta(days=1)).isoformat())
    plan.locator("[name=plan-check]").fill((today + timedelta(days=8)).isoformat())
    plan.locator("button").click()
    row = Prevention.objects.get()
    card = page.locator(f"#prevention-{row.pk}")
    expect(card).to_contain_text("Two people look into every box")
    card.locator("details.act").first.locator("summary").click()
    card.locator("form[action$='/done/'] textarea").fill("The list hangs at the door.")
    card.locator("form[action$='/done/'] button").click()
    expect(page.locator(f"#prevention-{row.pk}")).to_contain_text("The list hangs at the door.")
    fits(page)

    send(ana, keep_draft(ana, first, "reply", text=SORRY[language]))
    run_clock(timezone.now() + timedelta(seconds=12))
    second = make_case("dan@mail.example", "Dan")
    Case.objects.filter(pk=second.pk).update(created_at=timezone.now() + timedelta(seconds=30))
    page.goto(f"{live_server.url}/cases/{second.public_id}/")
    # What is on the list is suggested while one types.
    page.locator("#cause-name").press_sequentially("cold")
    expect(page.locator("#cause-options option")).to_have_count(1)
    page.locator("#cause-name").fill("Cake cold on arrival")
    page.wait_for_load_state("networkidle")
    page.locator("#causes form.cause-add button").click()
    expect(page.locator("#causes .notice-error")).to_be_visible()
    page.close()

    assert [lena.email] in [mail.to for mail in OutgoingMessage.objects.filter(message=None)]
    context.clear_cookies()
    page = sign_in(lena)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/causes/")
    expect(page.locator(".raised")).to_contain_text("Dan")
    fits(page)
    page.goto(f"{live_server.url}/cases/{second.public_id}/")
    page.locator("#seen-word").fill("The list was not read on Sunday.")
    page.locator("#causes .notice-error form button").click()
    expect(page.locator("#causes .notice-error")).to_contain_text("The list was not read on Sunday.")
    fits(page)
    assert Recurrence.objects.get().state == "seen"
    page.goto(f"{live_server.url}/causes/{row.cause_id}/")
    card = page.locator(f"#prevention-{row.pk}")
    card.locator("form[action$='/check/']").locator("xpath=ancestor::details").locator("summary").click()
    card.locator("form[action$='/check/'] input[value=failed]").check()
    card.locator("form[action$='/check/'] textarea").fill("Nobody looks on Sundays.")
    card.locator("form[action$='/check/'] button").click()
    expect(page.locator(f"#prevention-{row.pk}")).to_contain_text("Nobody looks on Sundays.")
    row.refresh_from_db()
    assert row.state == "failed"


def test_a_similar_case_in_another_language_is_suggested_with_why_and_a_person_decides(
    people, make_case, sign_in, live_server, language, run_clock
):
    ana, _lena = people
    comparing.forget_index()
    first = make_case(text=SOUP["hr"], said_in="hr")
    second = make_case("dan@mail.example", "Dan", text=SOUP[language])
    services.link(ana, first, services.make_cause(ana, "Cake cold on arrival"))
    comparing.find_untraced()
    run_clock(timezone.now())
    page = sign_in(ana)
    page.goto(f"{live_server.url}/cases/{second.public_id}/")
    one = page.locator(".similar-one")
    expect(one).to_have_count(1)
    expect(one).to_contain_text("Cake cold on arrival")
    # Why: words of the one beside those of the other.
    expect(one.locator("p.soft").last).to_contain_text("Juha")
    one.locator("button[value=same]").click()
    expect(page.locator("#causes .cause-line")).to_contain_text("Cake cold on arrival")
    fits(page)


def test_a_customer_is_told_before_they_find_out(people, sign_in, live_server, language):
    ana, _lena = people
    page = sign_in(ana)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/causes/first/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("[name=customers]").fill("Rut <rut@mail.example>")
    page.locator("[name=subject]").fill("Two charges")
    page.locator("[name=record]").fill("We charged her card twice on Monday.")
    page.locator("[name=how]").select_option("call")
    page.locator("[name=day]").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    fits(page)
    page.locator("main form button").click()
    panel = page.locator("#disclosure")
    expect(panel.locator(".badge-wait").first).to_be_visible()
    fits(page)
    case = Case.objects.get()
    assert (case.opened_by_us, case.outline.record) == (True, "We charged her card twice on Monday.")
    panel.locator("details.act").first.locator("summary").click()
    panel.locator("[name=told-words]").fill("We charged your card twice. It is our mistake; it goes back today.")
    panel.locator("form[action$='/told/'] button").click()
    expect(page.locator("#disclosure .badge-good")).to_be_visible()
    assert Disclosure.objects.get().state == "told"


def test_hurt_again_goes_to_a_named_person_and_is_no_copy(
    people, make_case, sign_in, live_server, language, run_clock, context
):
    ana, lena = people
    services.change_settings(lena, second_failures=lena, check_after_days=30)
    first = make_case()
    send(ana, keep_draft(ana, first, "reply", text=SORRY[language]))
    run_clock(timezone.now() + timedelta(seconds=12))
    second = make_case()
    run_clock(timezone.now() + timedelta(minutes=2))
    second.refresh_from_db()
    assert second.assignee == lena
    # A page of our own beside the watched one: that a reply is held (422) is an error to the browser's console.
    sign_in(lena).close()
    page = context.new_page()
    page.goto(f"{live_server.url}/cases/{second.public_id}/")
    expect(page.locator("[aria-labelledby=second-heading]")).to_contain_text("Lena")
    page.locator("#answer-text").fill(SORRY[language])
    expect(page.locator("#answer-panel .notice-error")).to_be_visible(timeout=15_000)
    page.locator("#answer button[value=send]").first.click()
    expect(page.locator("#answer-text")).to_have_value(SORRY[language])
    assert not second.messages.filter(direction="out", automatic=False).exists()
    fits(page)
