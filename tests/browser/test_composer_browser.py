"""In a browser: reading a case, outlining it, writing with the live check, mending, sending, taking back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.services import change_fault, change_outline, open_case, receive
from amends.desk.composer.models import Draft, Reply
from amends.desk.customers.services import find_or_create
from amends.desk.people.roles import INTAKE

COMPLAINTS = {
    "en": "I ordered a cake for Saturday and you promised to bring it by ten. It never came. I want my 28 € back.",
    "he": 'הזמנתי עוגה לשבת והבטחתם להביא אותה עד עשר. היא לא הגיעה. אני רוצה את ה-28 ש"ח בחזרה.',
}
POOR = {
    "en": "Dear Rūta 🎂,\n\nWe are sorry if the cake was late. We would like to apologise for the cake.",
    "he": "רותה היקרה 🎂,\n\nאנו מצטערים אם נגרמה לך אי נוחות.",
}
GOOD = {
    "en": (
        "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
        "I will send your 28 € back to your card today. I will ring you tomorrow by 10 am. What else do you need?"
    ),
    "he": (
        "רותה היקרה,\n\nאני מצטערת שהעוגה לא הגיעה בשבת. שכחתי לרשום את ההזמנה שלך. "
        'אני אחזיר לך את ה-28 ש"ח היום. אני אתקשר אלייך מחר עד 10:00.'
    ),
}


@pytest.fixture
def make_case(make_person):
    def make(language="en"):
        customer, contact = find_or_create(
            INTAKE, "mail", f"{language}@mail.example", name={"en": "Rūta", "he": "רותה"}[language],
            language=language, verified=True,
        )  # fmt: skip
        case = open_case(INTAKE, customer, channel="mail", subject="The cake", language=language)
        receive(INTAKE, case, text=COMPLAINTS[language], channel="mail", contact=contact, language=language)
        return case

    return make


@pytest.fixture
def open_page(live_server, sign_in):
    def go(person, case):
        page = sign_in(person)
        page.goto(live_server.url + reverse("cases:case", args=[case.public_id]))
        return page

    return go


def write(page, words):
    with page.expect_response(lambda answer: answer.url.endswith("/check/") and answer.ok):
        page.fill("#answer-text", words)
    page.wait_for_function(
        "words => document.getElementById('answer-form').dataset.checked === String(words.length)", arg=words
    )


def highlighted(page, kind):
    """The words that a kind of mark lies on, as the browser shows them."""
    return page.evaluate("kind => [...CSS.highlights.get(`amends-${kind}`)].map(range => range.toString())", kind)


@pytest.mark.parametrize("language", ["en", "he"])
def test_from_reading_to_a_kept_promise(language, make_case, make_person, open_page, run_clock):
    agent = make_person(name="Ana", language=language)
    case = change_fault(agent, make_case(language), "team")
    page = open_page(agent, case)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "he" else "ltr")
    assert page.locator(".said mark").count() > 0

    page.fill("#outline-cause", "The slip fell behind the oven.")
    page.locator("#saved-words-cause:not(:empty)").wait_for()
    page.locator("#outline-prevention").focus()

    write(page, POOR[language])
    assert any(word in " ".join(highlighted(page, "error")) for word in ("if", "אם"))
    assert page.locator("#answer-panel").get_by_text("The slip fell behind the oven.").is_visible()
    page.click("button.button[value=send]")
    page.locator("#answer-reason").wait_for()
    assert page.input_value("#answer-text") == POOR[language]
    assert not Reply.objects.exists()

    write(page, GOOD[language])
    assert highlighted(page, "error") == []
    assert page.locator(".parts-held .is-held").count() >= 5
    assert page.locator(".found-row").count() >= 1
    page.click("button.button[value=send]")
    page.locator(".reply-waiting").wait_for()
    page.click(".reply-waiting form[action$='/undo/'] button")
    page.locator("#answer-text").wait_for()
    assert page.input_value("#answer-text") == GOOD[language]
    page.click("button.button[value=send]")
    page.locator(".reply-waiting").wait_for()
    run_clock(timezone.now() + timedelta(seconds=12))
    page.locator(".reply-gone a").click()
    page.locator(".said-out").wait_for()
    assert GOOD[language].split("\n")[0] in page.locator(".said-out").inner_text()
    assert len(mail.outbox) == 1
    promise = case.promises.order_by("-due_at").first()
    assert promise is not None
    assert promise.owner == agent


def test_a_fix_is_one_click_and_can_be_undone(make_case, make_person, open_page):
    agent = make_person(name="Ana")
    page = open_page(agent, change_fault(agent, make_case(), "team"))
    write(page, POOR["en"])
    page.locator("[data-fix]").first.click()
    page.wait_for_function("() => !document.getElementById('answer-text').value.includes('would like')")
    assert "🎂,\n\nWe are sorry if" in page.input_value("#answer-text")
    page.keyboard.press("Control+z")
    assert page.input_value("#answer-text") == POOR["en"]


def test_marks_stay_on_their_words_while_somebody_types(make_case, make_person, open_page):
    agent = make_person(name="Ana")
    page = open_page(agent, change_fault(agent, make_case(), "team"))
    write(page, POOR["en"])
    before = highlighted(page, "error")
    page.route("**/check/", lambda route: route.abort())
    page.evaluate("() => document.getElementById('answer-text').setSelectionRange(0, 0)")
    page.locator("#answer-text").press_sequentially("🎂 Oh ")
    assert before
    assert highlighted(page, "error") == before


def test_the_mirror_lies_exactly_under_the_words(make_case, make_person, open_page):
    agent = make_person(name="Ana")
    page = open_page(agent, make_case())
    mixed = "\n\n".join(
        [POOR["en"], POOR["he"], "wide " * 80, "עברית " * 60, "x" * 200, "\ttab  two  spaces ", "🎂" * 40]
    )
    write(page, mixed)
    sizes = page.evaluate(
        """() => [".mirror", "#answer-text"].map((name) => {
          const one = document.querySelector(name); return [one.clientWidth, one.clientHeight, one.scrollHeight]; })"""
    )
    assert sizes[0] == sizes[1]


def test_what_is_typed_is_there_after_leaving(make_case, make_person, open_page, live_server):
    agent = make_person(name="Ana")
    case = make_case()
    page = open_page(agent, case)
    with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.ok):
        page.locator("#answer-text").press_sequentially("I am so")
    page.locator("#answer-text").press_sequentially("rry")
    page.goto(live_server.url + reverse("cases:inbox"))
    page.go_back()
    page.reload()
    assert page.input_value("#answer-text") == "I am sorry"
    assert Draft.objects.get().text == "I am sorry"


def test_promises_are_corrected_before_sending(make_case, make_person, open_page, run_clock):
    agent = make_person(name="Ana")
    make_person("lead", name="Lena")
    case = make_case()
    page = open_page(agent, case)
    write(page, GOOD["en"])
    row = page.locator(".found-row").last
    row.locator("summary").click()
    row.locator(".found-act input").fill("Ring Rūta")
    row.locator("select").select_option(label="Lena")
    row.locator("[type=date]").fill("2031-05-02")
    page.locator(".found-row").first.locator("summary").click()
    page.locator(".found-row").first.locator("[type=checkbox]").check()
    page.click("button.button[value=send]")
    page.locator(".reply-waiting").wait_for()
    run_clock(timezone.now() + timedelta(seconds=12))
    promise = case.promises.get()
    assert (promise.act, promise.owner.name, promise.due_at.year) == ("Ring Rūta", "Lena", 2031)


def test_another_amount_than_in_the_outline_is_underlined(make_case, make_person, open_page):
    agent = make_person(name="Ana")
    case = make_case()
    change_outline(agent, case, "record", "Paid 28 € on 14 March.")
    page = open_page(agent, case)
    write(page, "Dear Rūta, I am sorry. Your 38 € go back to your card today.")
    assert highlighted(page, "fact") == ["38 €"]


@pytest.mark.parametrize("java_script_enabled", [False])
def test_without_scripts(java_script_enabled, browser, live_server, make_case, make_person, run_clock):
    from django.conf import settings
    from django.test import Client

    agent = make_person(name="Ana")
    case = change_fault(agent, make_case(), "team")
    client = Client()
    client.force_login(agent)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(java_script_enabled=java_script_enabled)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("cases:case", args=[case.public_id]))
    page.fill("#answer-text", POOR["en"])
    page.click(".composer-foot button")
    assert page.locator(".finding-error").count() >= 1
    page.fill("#answer-text", GOOD["en"])
    page.click("button.button[value=send]")
    assert page.locator(".reply-waiting").count() == 1
    run_clock(timezone.now() + timedelta(seconds=12))
    assert len(mail.outbox) == 1
    context.close()
