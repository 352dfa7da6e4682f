"""What comes after, in a browser, in English and Hebrew: advocates, the house's words, figures and the private mirror,
two customers who are one person.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from amends.desk.advocates import services as advocates
from amends.desk.advocates.models import Advocate, Reward
from amends.desk.cases.models import Case
from amends.desk.cases.services import assign, open_case, receive, record_out, record_recovery
from amends.desk.customers.models import Customer
from amends.desk.customers.services import find_or_create
from amends.desk.house.models import House
from amends.desk.insight import reckoning
from amends.desk.people.roles import CLOCK, CUSTOMER, INTAKE

DIRECTION = {"en": "ltr", "he": "rtl"}
LINES = {"en": "guest, guests → customer, customers", "he": "אורח, אורחים → לקוח, לקוחות"}
OF_GUESTS = {"en": "Our guests matter to us.", "he": "כל אורח חשוב לנו."}
MARKED = {"en": "guests", "he": "אורח"}

pytestmark = pytest.mark.parametrize("language", ["en", "he"])


@pytest.fixture
def people(make_person: Any, language: str) -> Any:
    return make_person("agent", name="Ana", language=language), make_person("owner", name="Olga", language=language)


@pytest.fixture
def make_case(people: Any, language: str) -> Any:
    def make(address: str = "rut@mail.example", name: str = "Rut", subject: str = "The cake") -> Case:
        customer, contact = find_or_create(INTAKE, "mail", address, name=name, language=language, verified=True)
        row = open_case(INTAKE, customer, channel="mail", subject=subject, language=language)
        receive(INTAKE, row, text="The cake never came.", channel="mail", contact=contact, language=language)
        assign(people[0], row, people[0])
        return row

    return make


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_a_recovery_to_thanks_and_a_reward(people, make_case, sign_in, live_server, language):
    ana, olga = people
    advocates.find_recovered(CLOCK)
    case = make_case()
    record_recovery(CUSTOMER, case, None)
    advocates.find_recovered(CLOCK)
    advocates.change_settings(olga, per_year=Decimal(100), thank_months=6)
    page = sign_in(ana)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/advocates/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("main .list .row-title").click()
    page.locator("form[action$='/take-up/'] button").click()
    for name, words in (("ask", "May we quote you?"), ("agree", "Yes, gladly.")):
        act = page.locator(f"#{name}")
        if act.get_attribute("open") is None:
            act.locator("summary").click()
        act.locator("[name=words]").fill(words)
        if name == "agree":
            act.locator("input[value=quote]").check()
        act.locator("form button").click()
    expect(page.locator("[aria-labelledby=to-heading] .badge-good")).to_have_count(1)
    fits(page)
    for name, words in (("thank", "I rang her to thank her."), ("deed", "Told her choir of us.")):
        act = page.locator(f"#{name}")
        if act.get_attribute("open") is None:
            act.locator("summary").click()
        act.locator("[name=words]").fill(words)
        act.locator("form button").click()
        expect(page.locator("main")).to_contain_text(words)
    act = page.locator("#reward")
    act.locator("summary").click()
    act.locator("[name=what]").fill("A box of rye bread")
    act.locator("[name=why]").fill("She told her choir.")
    act.locator("[name=cost]").fill("12")
    act.locator("form button").click()
    expect(page.locator("[aria-labelledby=rewards-heading]")).to_contain_text("A box of rye bread")
    fits(page)
    row = Advocate.objects.get()
    assert (row.state, row.agreed_to, row.thanked_on is not None) == ("agreed", ["quote"], True)
    assert Reward.objects.get().cost == 12
    # Hurt again, they are asked for nothing.
    make_case(subject="The bread")
    page.reload()
    expect(page.locator(".notice-warning")).to_be_visible()


def test_words_are_tried_on_sent_replies_and_then_switched_on(people, make_case, sign_in, live_server, language):
    ana, olga = people
    case = make_case()
    for _number in range(3):
        record_out(ana, case, text=OF_GUESTS[language], channel="mail", delivery="sent", language=language)
    page = sign_in(olga)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/settings/words/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    page.locator("[name=text]").fill(LINES[language])
    fits(page)
    page.locator("form:has([name=text]) button").first.click()
    expect(page.locator("mark")).to_have_count(3)
    expect(page.locator("mark").first).to_have_text(MARKED[language])
    fits(page)
    assert House.objects.get().vocabulary == {}
    page.locator("form[action$='/on/'] button").click()
    expect(page.locator("form[action$='/off/'] button")).to_be_visible()
    assert len(House.objects.get().vocabulary) == 2
    page.locator("form[action$='/off/'] button").click()
    expect(page.locator("form[action$='/off/'] button")).to_have_count(0)
    assert House.objects.get().vocabulary == {}


def test_figures_with_their_tables_and_a_mirror_of_ones_own(people, make_case, sign_in, live_server, language):
    ana, olga = people
    case = make_case()
    parts = {"apology": ["words"], "responsibility": ["words"]}
    for days in range(6):
        record_out(
            ana,
            case,
            text=f"I am sorry that we lost it, {days}.",
            channel="mail",
            delivery="sent",
            sent_at=timezone.now() - timedelta(days=days + 1),
            review={
                "verdict": "full",
                "score": 60 + days,
                "components": parts,
                "missing": [{"label": "prevention"}],
                "findings": [],
            },
        )
    reckoning.catch_up()
    page = sign_in(olga)
    page.goto(f"{live_server.url}/insight/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    fits(page)
    addresses = page.locator("nav.tabs a").evaluate_all("all => all.map(one => one.href)")
    for address in addresses:
        page.goto(address)
        fits(page)
        # Every chart has its table; those of the overview have it on the page that they lead to.
        if "/of/" in address and page.locator("main svg[role=img]").count():
            expect(page.locator("main table").first).to_be_attached()
    page.goto(f"{live_server.url}/insight/of/answer/")
    with page.expect_download() as download:
        page.locator("a[href*='.csv']").first.click()
    assert download.value.suggested_filename.endswith(".csv")
    # The owner's mirror shows the owner's own letters, and nobody else's.
    page.goto(f"{live_server.url}/insight/mirror/")
    expect(page.locator("main")).not_to_contain_text("we lost it")


def test_the_mirror_shows_three_best_replies(people, make_case, sign_in, live_server, language):
    ana, _olga = people
    case = make_case()
    for number in range(6):
        record_out(
            ana,
            case,
            text=f"I am sorry that we lost it, {number}.",
            channel="mail",
            delivery="sent",
            sent_at=timezone.now() - timedelta(days=number + 1),
            review={
                "verdict": "full",
                "score": 60 + number,
                "components": {"apology": ["words"], "responsibility": ["words"]},
                "missing": [{"label": "prevention"}],
                "findings": [],
            },
        )
    page = sign_in(ana)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/insight/mirror/")
    for number in (5, 4, 3):
        expect(page.locator("main")).to_contain_text(f"we lost it, {number}.")
    expect(page.locator("main")).not_to_contain_text("we lost it, 2.")
    fits(page)


def test_two_customers_are_one_person_and_two_again(people, make_case, sign_in, live_server, language):
    ana, _olga = people
    kept, gone = make_case().customer, make_case("rut.levi@work.example", "Rut", "The bread").customer
    page = sign_in(ana)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/customers/{kept.public_id}/")
    expect(page.locator("html")).to_have_attribute("dir", DIRECTION[language])
    # The same name is offered; a person looks at both.
    page.locator(f"a[href$='/same/{gone.public_id}/']").click()
    expect(page.locator("main")).to_contain_text("The bread")
    fits(page)
    page.locator("[name=reason]").fill("She said so on the phone.")
    page.locator("main form.card button").click()
    expect(page.locator("[aria-labelledby=same-heading]")).to_contain_text("She said so on the phone.")
    expect(page.locator("main")).to_contain_text("The bread")
    fits(page)
    assert set(Case.objects.values_list("customer", flat=True)) == {kept.pk}
    # Whoever still has the other's address comes here.
    page.goto(f"{live_server.url}/customers/{gone.public_id}/")
    assert page.url.endswith(f"/customers/{kept.public_id}/")
    page.locator("form[action*='/apart/'] button").click()
    expect(page.locator("main")).not_to_contain_text("The cake")
    assert not Customer.objects.exclude(merged_into=None).exists()
    assert set(Case.objects.values_list("customer", flat=True)) == {kept.pk, gone.pk}
