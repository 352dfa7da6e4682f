"""The plan from its first step to one sheet of paper, and a drill, in two languages."""

import re

import pytest
from playwright.sync_api import expect

from amends.desk.plan import services
from amends.desk.plan.content import ROWS, TEXTS
from amends.desk.plan.models import Drill, Part

DIRECTION = {"en": "ltr", "he": "rtl"}

pytestmark = pytest.mark.parametrize("language", ["en", "he"])


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def full_plan(owner):
    """As much as fits into every field."""
    long = "Say what happened, who does what, by when. "
    for part in Part:
        given = {name: (long * 20)[:most] for name, most in TEXTS[part].items()}
        if part in ROWS:
            most, fields = ROWS[part]
            row = {name: (long * 4)[:length] if length else 5 for name, length in fields.items()}
            given["rows"] = [row] * most
        services.write_part(owner, part, given)


def test_the_plan_is_written_step_by_step_and_printed(make_person, sign_in, live_server, language):
    owner = make_person("owner", language=language)
    page = sign_in(owner)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/settings/plan/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    fits(page)
    page.locator("a[href='/settings/plan/write/first-hour/']").click()
    page.locator("[name=rows-0-minute]").fill("5")
    page.locator("[name=rows-0-step]").fill("Stop the oven")
    page.locator("button[name=next]").click()
    page.locator("[name=rows-0-name]").fill("Olga")
    page.locator("[name=rows-0-phone]").fill("+370 600 00001")
    fits(page)
    page.locator("button[name=next]").click()
    page.locator("[name=first_word_hours]").fill("4")
    page.locator("button[name=next]").click()
    page.goto(f"{live_server.url}/settings/plan/print/")
    expect(page.locator("main")).to_contain_text("Stop the oven")
    expect(page.locator("main")).to_contain_text("+370 600 00001")
    fits(page)


def test_even_a_plan_as_full_as_can_be_is_one_page(make_person, sign_in, live_server, language):
    owner = make_person("owner", language=language)
    full_plan(owner)
    page = sign_in(owner)
    page.goto(f"{live_server.url}/settings/plan/print/")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_a_drill_keeps_what_is_being_written_while_more_arrives(make_person, sign_in, live_server, language):
    owner = make_person("owner", language=language)
    services.write_part(owner, Part.FIRST_HOUR, {"rows": [{"minute": 5, "step": "Stop the oven"}]})
    page = sign_in(owner)
    page.goto(f"{live_server.url}/settings/plan/drills/")
    page.locator("#story-oven").check()
    page.locator("main form button").click()
    page.locator("#step-0-does").fill("Ring everybody")
    page.locator("#first-hour button").click()
    expect(page.locator("#first-hour .badge")).to_be_visible()
    expect(page.locator("#step-0-does")).to_have_value("Ring everybody")
    services.hasten(owner, Drill.objects.get())
    expect(page.locator("#step-1")).to_be_visible(timeout=20_000)
    expect(page.locator("#step-0-does")).to_have_value("Ring everybody")
    page.locator("#step-0 form button").click()
    expect(page.locator("#step-0 .said")).to_contain_text("Ring everybody")
    page.locator("header form button").click()
    expect(page.locator("main")).to_contain_text("Stop the oven")
