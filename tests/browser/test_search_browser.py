"""The inbox by keyboard, in Chromium, in English and Hebrew."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from amends.desk.cases.models import Case
from amends.desk.cases.services import open_case, receive
from amends.desk.customers.services import find_or_create
from amends.desk.people.roles import INTAKE


@pytest.fixture
def three(business: Any) -> list[Case]:
    """Three cases, in the order of the inbox: One, Two, Three."""
    cases = []
    for number, name in enumerate(("One", "Two", "Three")):
        customer, _contact = find_or_create(INTAKE, "mail", f"{name}@mail.example", name=name, verified=True)
        case = open_case(INTAKE, customer, channel="mail", subject=f"Subject {name}", language="en")
        receive(INTAKE, case, text=f"The cake of {name} never came.", channel="mail")
        Case.objects.filter(pk=case.pk).update(place=f"2031-05-0{number + 1}T10:00:00Z")
        cases.append(case)
    return cases


@pytest.mark.parametrize("language", ["en", "he"])
def test_through_the_list_and_into_a_case_and_back(
    language: str, three: list[Case], make_person: Any, sign_in: Any, live_server: Any
) -> None:
    page = sign_in(make_person("agent", language=language))
    page.goto(f"{live_server.url}/?channel=mail")
    titles = page.locator(".row-title")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(titles.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(three[1].public_id))
    page.wait_for_load_state("load")
    page.keyboard.press("n")
    expect(page.locator("#note_text")).to_be_focused()
    page.keyboard.type("urgent, just in")
    expect(page.locator("#note_text")).to_have_value("urgent, just in")
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    expect(page.locator("#answer-text")).to_be_focused()
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page).to_have_url(f"{live_server.url}/?channel=mail")
    page.wait_for_load_state("load")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/promises/"))


def test_the_help_and_the_search(three: list[Case], make_person: Any, sign_in: Any, live_server: Any) -> None:
    page = sign_in(make_person("agent"))
    page.goto(live_server.url)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".row-title").nth(0)).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("cakes two jkx?")
    expect(page.locator("#q")).to_have_value("cakes two jkx?")
    page.locator("#q").fill("cakes two")
    page.keyboard.press("Enter")
    expect(page.locator(".row-title")).to_have_count(1)
    expect(page.locator("mark").first).to_have_text("cake")


def test_several_by_keyboard(three: list[Case], make_person: Any, sign_in: Any, live_server: Any) -> None:
    ana = make_person("agent", name="Ana")
    page = sign_in(ana)
    page.goto(live_server.url)
    expect(page.locator("#several")).to_be_hidden()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#several")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text(re.compile("2"))
    page.keyboard.press("a")
    expect(page.locator(".notice-success")).to_be_visible()
    page.wait_for_load_state("load")
    assert set(Case.objects.filter(assignee=ana)) == set(three[:2])
    for key in ("j", "j", "j", "e"):
        page.keyboard.press(key)
    expect(page.locator("#several-why")).to_be_focused()
    page.locator("#several-why").select_option("spam")
    page.locator('[name="act"][value="set-aside"]').click()
    expect(page.locator(".row-title")).to_have_count(2)
    assert Case.objects.get(pk=three[2].pk).set_aside_why == "spam"


def test_a_view_with_its_count(three: list[Case], make_person: Any, sign_in: Any, live_server: Any) -> None:
    page = sign_in(make_person("lead"))
    page.goto(f"{live_server.url}/?channel=mail")
    page.locator(".save-view summary").click()
    page.locator("#view-name").fill("Mail")
    page.locator("#view-shared").check()
    page.locator(".save-view button").click()
    tab = page.locator(".tab-saved")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab.locator(".badge")).to_have_text("3")
