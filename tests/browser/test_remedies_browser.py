"""Remedies in a browser, in English and Hebrew: offered, approved from the mail, told, done; a voucher at the till."""

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from amends.desk.cases.models import Case
from amends.desk.cases.services import assign, open_case, receive, record_out
from amends.desk.customers.services import find_or_create
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import INTAKE
from amends.desk.remedies import services
from amends.desk.remedies.models import Remedy, Voucher

DIRECTION = {"en": "ltr", "he": "rtl"}


@pytest.fixture(params=["en", "he"])
def language(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def people(make_person: Any, language: str) -> Any:
    return make_person("agent", name="Ana", language=language), make_person("lead", name="Lena", language=language)


@pytest.fixture
def case(people: Any, language: str) -> Case:
    ana, _lena = people
    customer, contact = find_or_create(INTAKE, "mail", "rut@mail.example", name="Rut", language=language, verified=True)
    row = open_case(INTAKE, customer, channel="mail", subject="The cake", language=language, kinds=["missing"])
    receive(INTAKE, row, text="The cake of 200 € never came.", channel="mail", contact=contact, language=language)
    assign(ana, row, ana)
    return row


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_the_offer_to_its_proof(people, case, sign_in, live_server, language, context):
    ana, lena = people
    # A page of our own beside the watched one: that a form is shown again (422) is an error to the browser's console.
    sign_in(ana).close()
    page = context.new_page()
    page.goto(f"{live_server.url}/cases/{case.public_id}/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    panel = page.locator("#remedies")
    panel.locator("> details > summary").click()
    # What is no money has a cost, money has none of its own.
    expect(panel.locator("[name=remedy-cost]")).to_be_hidden()
    panel.locator("[name=remedy-kind]").select_option("replacement")
    expect(panel.locator("[name=remedy-cost]")).to_be_visible()
    panel.locator("[name=remedy-kind]").select_option("refund")
    panel.locator("[name=remedy-amount]").fill("320")
    panel.locator("[name=remedy-amount]").press("Tab")
    expect(panel.locator(".remedy-advice")).to_contain_text("300.00")
    panel.locator("button[value=decide]").click()
    # More than Ana decides: what was written is still there, and she is asked why.
    expect(page.locator("[name=remedy-amount]")).to_have_value("320")
    page.locator("[name=remedy-reason]").fill("It was her wedding.")
    page.locator("button[value=decide]").click()
    expect(page.locator(".remedy-waiting")).to_be_visible()
    row = Remedy.objects.get()
    page.close()

    link = re.search(r"/remedies/approve/\S+", OutgoingMessage.objects.get(purpose="remedy-approval").text)
    assert link is not None
    context.clear_cookies()
    reader = sign_in(lena)
    reader.goto(live_server.url + link[0])
    row.refresh_from_db()
    assert row.state == "waiting"
    fits(reader)
    reader.locator("button[value=approve]").click()
    expect(reader.locator(".remedy-decided")).to_be_visible()
    reader.close()

    record_out(ana, case, text="We pay back 320.00 € by Friday.", channel="mail", delivery="sent")
    context.clear_cookies()
    page = sign_in(ana)
    page.goto(f"{live_server.url}/cases/{case.public_id}/")
    card = page.locator(f"#remedy-{row.pk}")
    card.locator("details.act").first.locator("summary").click()
    card.locator(f"[name=tell-{row.pk}-day]").fill("2031-06-12")
    card.locator("form[action$='/told'] button:not([type=hidden])").click()
    expect(page.locator(".remedy-told")).to_be_visible()
    card = page.locator(f"#remedy-{row.pk}")
    card.locator("details.act").first.locator("summary").click()
    card.locator(f"[name=finish-{row.pk}-proof]").fill("Transfer 4471")
    card.locator("form[action$='/done'] button").click()
    expect(page.locator(".remedy-done")).to_be_visible()
    row.refresh_from_db()
    assert (row.state, row.promise.state, row.proof) == ("done", "kept", "Transfer 4471")


def test_a_voucher_at_the_till_of_a_phone(people, case, live_server, browser, language):
    ana, lena = people
    row = services.propose(ana, case, services.Offer("voucher", amount=Decimal(20)))
    _till, token = services.make_till(lena, "Counter", 30)
    phone = browser.new_context(viewport={"width": 390, "height": 800}, locale=language)
    page = phone.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{live_server.url}/till/{token}/")
    assert token not in page.url
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("[name=code]").fill(row.voucher.code[:-1])
    page.locator("button[value=look]").click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("#till-form [name=code]").fill(row.voucher.code.lower())
    page.locator("button[value=look]").click()
    expect(page.locator(".voucher-amount")).to_contain_text("20")
    fits(page)
    page.locator("button[value=redeem]").click()
    expect(page.locator("button[value=undo]")).to_be_visible()
    assert Voucher.objects.get().state == "redeemed"
    page.locator("button[value=undo]").click()
    expect(page.locator("button[value=redeem]")).to_be_visible()
    assert Voucher.objects.get().state == "issued"
    phone.close()
    assert not wrong
