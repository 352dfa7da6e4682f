"""The customer's page in a browser: with and without scripts, in English and Hebrew, by keyboard, on a phone."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from amends.desk.cases.models import Case
from amends.desk.cases.services import assign, open_case, receive, record_out
from amends.desk.customers.services import find_or_create
from amends.desk.ledger.services import keep, record
from amends.desk.people.roles import DESK, INTAKE
from amends.desk.portal.services import issue

WORDS = {
    "en": {
        "right": "It is right now",
        "not-yet": "Not yet",
        "send": "Send",
        "thanks": "We are glad that it is right now",
        "answers": "answers you by the end of",
        "dir": "ltr",
    },
    "he": {
        "right": "עכשיו זה בסדר",
        "not-yet": "עדיין לא",
        "send": "שליחה",
        "thanks": "אנחנו שמחים שעכשיו זה בסדר",
        "answers": "התשובה תגיע מאת",
        "dir": "rtl",
    },
}


@pytest.fixture
def answered(make_person: Any) -> Any:
    """`answered("he")` is a case in a language, answered, with two promises, and the path of its page."""

    def make(language: str) -> tuple[Case, str]:
        ana = make_person(name="Ana")
        customer, contact = find_or_create(
            INTAKE, "mail", "rut@mail.example", name="Rut", language=language, verified=True
        )
        case = open_case(INTAKE, customer, channel="mail", subject="The cake", language=language)
        receive(INTAKE, case, text="The cake never came.", channel="mail", contact=contact, language=language)
        assign(ana, case, ana)
        record_out(ana, case, text="I am sorry. I bring a new cake.", channel="mail", delivery="sent")
        record(ana, case, act="Refund 48 euros", owner=ana, due=date(2031, 5, 2), confirmed=True)
        record(ana, case, act="Bring a new cake", owner=ana, due=date(2031, 5, 3), confirmed=True)
        return case, f"/c/{issue(DESK, case)}/"

    return make


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def reader(request: Any, browser: Any, live_server: Any) -> Any:
    """A page of a phone's browser, with or without scripts; an error in it fails the test."""
    wrong: list[str] = []
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 800}, java_script_enabled=request.param
    )
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert not wrong


@pytest.mark.parametrize("language", ["en", "he"])
def test_not_yet_and_then_right(language: str, answered: Any, reader: Page) -> None:
    case, address = answered(language)
    words = WORDS[language]
    reader.goto(address)
    expect(reader.locator("html")).to_have_attribute("dir", words["dir"])
    expect(reader.locator("html")).to_have_attribute("lang", language)
    expect(reader.get_by_text("Bring a new cake", exact=True)).to_be_visible()
    asking = reader.locator("#right-now")
    asking.locator("summary").click()
    asking.locator("textarea").fill("The new one is cold.")
    asking.get_by_role("button", name=words["send"]).click()
    expect(reader.locator("#notices")).to_contain_text(words["answers"])
    expect(reader.locator(".talk-theirs").last).to_contain_text("The new one is cold.")
    expect(reader.locator(".pledge")).to_have_count(3)
    reader.get_by_role("button", name=words["right"], exact=True).click()
    expect(reader.locator("#notices")).to_contain_text(words["thanks"])
    case.refresh_from_db()
    assert case.state == "recovered"


@pytest.mark.parametrize("language", ["en", "he"])
def test_writing_with_a_file_and_wishes(language: str, answered: Any, reader: Page) -> None:
    case, address = answered(language)
    words = WORDS[language]
    reader.goto(address)
    writing = reader.locator("#write")
    writing.locator("textarea").fill("When exactly?")
    writing.locator("input[type=file]").set_input_files(
        {"name": "cake.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 64}
    )
    writing.get_by_role("button", name=words["send"]).click()
    expect(reader.locator(".talk-theirs").last).to_contain_text("cake.png")
    reader.locator("#wishes summary").click()
    reader.locator("#wishes input[type=tel]").fill("+370 600 00000")
    reader.locator("#wishes button").click()
    expect(reader.locator("#notices")).not_to_be_empty()
    assert case.customer.contacts.filter(kind="phone", private=True).exists()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("language", ["en", "he"])
def test_nothing_runs_out_of_the_page(language: str, width: int, answered: Any, page: Page, live_server: Any) -> None:
    _case, address = answered(language)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + address)
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond == 0


def test_the_keyboard_reaches_the_answer(answered: Any, page: Page, live_server: Any) -> None:
    case, address = answered("en")
    page.goto(live_server.url + address)
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "It is right now":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("We are glad")
    case.refresh_from_db()
    assert case.state == "recovered"


def test_a_kept_promise_appears_by_itself(answered: Any, page: Page, live_server: Any) -> None:
    case, address = answered("en")
    page.clock.install()
    page.goto(live_server.url + address)
    expect(page.locator(".pledge-kept")).to_have_count(0)
    promise = case.promises.first()
    keep(promise.owner, promise)
    page.clock.run_for(25_000)
    expect(page.locator(".pledge-kept")).to_have_count(1)
    assert settings.SESSION_COOKIE_NAME not in {cookie["name"] for cookie in page.context.cookies()}
