"""In a browser: files beside a reply, an answer that one posts oneself, and a talk written down, in two directions."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from test_composer_browser import COMPLAINTS, GOOD

from amends.desk.cases.services import change_outline, open_case, receive
from amends.desk.composer.models import Draft, ReplyFile
from amends.desk.customers.services import find_or_create
from amends.desk.people.roles import INTAKE

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 40
THERE = "https://reviews.example/bakery/77"
LANGUAGES = ["en", "he"]
PROMISED = {"en": "I will bring you a new cake tomorrow by 5 pm.", "he": "אני אביא לך עוגה חדשה מחר עד 17:00."}


@pytest.fixture
def make_case(make_person):
    def make(language, channel="mail", **values):
        address = f"{language}@mail.example"
        customer, contact = find_or_create(INTAKE, "mail", address, name="Rūta", language=language, verified=True)
        case = open_case(INTAKE, customer, channel=channel, subject="The cake", language=language)
        receive(INTAKE, case, text=COMPLAINTS[language], channel=channel, contact=contact, language=language, **values)
        return case

    return make


@pytest.fixture
def show(live_server, sign_in):
    def go(person, name, case, query=""):
        page = sign_in(person)
        page.goto(live_server.url + reverse(name, args=[case.public_id]) + query)
        return page

    return go


def chosen(page, *files):
    with page.expect_response(lambda answer: answer.url.endswith("/files/")):
        page.set_input_files("#answer-file-choice", list(files))
    page.wait_for_function("() => !document.querySelector('#answer-files.htmx-request, #answer-files .htmx-request')")


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_go_up_as_they_are_chosen_and_leave_with_the_mail(language, make_case, make_person, show, run_clock):
    agent = make_person(name="Ana", language=language)
    case = make_case(language)
    page = show(agent, "cases:case", case)
    chosen(page, {"name": "cake.png", "mimeType": "image/png", "buffer": PNG})
    chosen(page, {"name": "list.txt", "mimeType": "text/plain", "buffer": b"eggs, flour"})
    assert page.locator(".reply-file-list li").count() == 2
    with page.expect_response(lambda answer: answer.url.endswith("/files/")):
        page.locator(".reply-file-list button").nth(1).click()
    page.wait_for_function("() => document.querySelectorAll('.reply-file-list li').length === 1")
    with page.expect_response(lambda answer: answer.url.endswith("/draft/") and answer.ok):
        page.fill("#answer-text", GOOD[language])
    # Saving the words has sent no file again.
    assert ReplyFile.objects.count() == 1
    page.click("button[value=send]")
    page.wait_for_selector(".reply-card .attachments")
    run_clock(timezone.now() + timedelta(seconds=12))
    [sent] = mail.outbox
    assert [part.get_filename() for part in sent.message().walk() if part.get_filename()] == ["cake.png"]


def test_undo_brings_files_back_into_the_composer(make_case, make_person, show):
    agent = make_person(name="Ana")
    page = show(agent, "cases:case", make_case("en"))
    chosen(page, {"name": "cake.png", "mimeType": "image/png", "buffer": PNG})
    page.fill("#answer-text", GOOD["en"])
    page.click("button[value=send]")
    page.click(".reply-card form[action$='/undo/'] button")
    page.wait_for_selector(".reply-file-list li")
    assert Draft.objects.get().files.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_in_public_is_copied_posted_and_said(language, make_case, make_person, show, run_clock, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    agent = make_person(name="Ana", language=language)
    case = make_case(language, "review", public=True, headers={"address": THERE})
    page = show(agent, "cases:case", case, "?answer=public")
    assert page.locator("#answer-files").count() == 0
    page.fill("#answer-text", GOOD[language])
    page.click("button[value=send]")
    page.wait_for_selector(".reply-waiting")
    run_clock(timezone.now() + timedelta(seconds=12))
    page.wait_for_selector(".reply-to-post", timeout=10_000)
    page.click("[data-copy]")
    assert page.evaluate("() => navigator.clipboard.readText()") == GOOD[language]
    link = page.locator(f'.reply-card a[href="{THERE}"]')
    assert link.get_attribute("rel") == "noopener noreferrer"
    page.fill("input[name=address]", f"{THERE}#answer")
    page.click("form[action$='/posted/'] .button")
    page.wait_for_selector(".said-out")
    assert case.messages.get(direction="out").headers == {"address": f"{THERE}#answer"}
    assert case.promises.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_promised_on_the_phone_is_found_and_confirmed(language, make_case, make_person, show):
    agent = make_person(name="Ana", language=language)
    case = make_case(language)
    page = show(agent, "composer:talk", case)
    page.fill("#talk-ours", PROMISED[language])
    page.check("#talk-confirm")
    page.click(".talk form .button >> nth=-1")
    page.wait_for_selector("input[name=looked]", state="attached")
    assert page.locator("#promise-new-0-act").input_value()
    assert page.locator("#promise-new-0-clock").input_value() == "17:00"
    page.click(".talk form .button >> nth=-1")
    page.wait_for_selector("#answer .prompts")
    assert case.promises.get().owner == agent


def test_the_call_sheet_is_one_page_of_paper(make_case, make_person, show):
    agent = make_person(name="Ana")
    case = make_case("en")
    for field in ("perceived", "record", "cause", "fix", "prevention", "make_good"):
        change_outline(agent, case, field, "Orders by phone are written on slips. On Fridays two people take them. ")
    change_outline(agent, case, "longer_answer", "The list was typed before the last slip was there. " * 8)
    paper = show(agent, "composer:talk", case).pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
