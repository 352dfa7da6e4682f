"""Pages of advocates: the list, one of them, the settings, the case page, insight, the demonstration; per role."""

from decimal import Decimal

import pytest
from django.urls import reverse

from amends.desk.advocates import services
from amends.desk.advocates.models import Advocate, Reward
from amends.desk.cases.services import record_recovery
from amends.desk.demonstration.services import load, remove
from amends.desk.people.roles import CLOCK, CUSTOMER


def text_of(response):
    return response.content.decode()


@pytest.fixture
def row(make_case):
    case = make_case()
    record_recovery(CUSTOMER, case, None)
    services.find_recovered(CLOCK)
    return Advocate.objects.get()


@pytest.fixture
def do(row, agent, signed_in):
    """`do("ask", words="...")` sends a form of the advocate's page."""
    browser = signed_in(agent)

    def send(act, **values):
        values = {"day": str(services.today()), **values}
        return browser.post(reverse("advocates:do", args=[row.customer.public_id, act]), values)

    return send


def page_of(browser, row):
    return browser.get(reverse("advocates:advocate", args=[row.customer.public_id]))


def test_from_the_list_to_a_reward_by_forms(row, do, agent, owner, signed_in):
    browser = signed_in(agent)
    page = text_of(browser.get(reverse("advocates:list")))
    assert "A first failure was put right" in page and "Rūta Kalnienė" in page
    assert do("take-up").status_code == 302
    assert do("ask", words="May we quote you?").status_code == 302
    assert do("agree", words="").status_code == 422
    assert do("agree", words="Gladly.", agreed_to=["quote"]).status_code == 302
    assert "Not thanked yet" in text_of(browser.get(reverse("advocates:list")))
    assert do("thank", words="A card").status_code == 302
    assert do("deed", words="On the bag", use="quote").status_code == 302
    answer = do("reward", what="Bread", why="For her words", cost="5")
    assert answer.status_code == 422 and "The budget of the year does not reach" in text_of(answer)
    signed_in(owner).post(reverse("advocates:settings"), {"per_year": "50", "thank_months": "6"})
    assert "never for a review" in text_of(do("reward", what="Bread", why="For her review", cost="5"))
    assert do("reward", what="Bread", why="For her words", cost="5").status_code == 302
    made = Reward.objects.get()
    assert made.cost == Decimal(5)
    page = text_of(page_of(browser, row))
    assert all(words in page for words in ("Gladly.", "A card", "On the bag", "For her words"))
    browser.post(reverse("advocates:drop-reward", args=[made.pk]))
    assert services.left_of_year() == Decimal(50)
    assert do("withdraw", words="Please stop.").status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Left in peace" in text_of(browser.get(reverse("advocates:list") + "?show=quiet"))


def test_not_now_and_never(row, do):
    assert do("later", until="2000-01-01").status_code == 422
    assert do("later", until=str(services.today().replace(year=services.today().year + 1, day=1))).status_code == 302
    assert do("never").status_code == 302
    assert do("take-up").status_code == 409


def test_an_act_that_is_none(do):
    assert do("fly").status_code == 404


def test_a_junior_sees_and_decides_nothing(row, junior, signed_in):
    browser = signed_in(junior)
    page = text_of(page_of(browser, row))
    assert "I will ask them" not in page
    for act in ("take-up", "later", "never", "ask", "agree", "change", "reward"):
        answer = browser.post(reverse("advocates:do", args=[row.customer.public_id, act]))
        assert answer.status_code == 403, act
    row.refresh_from_db()
    assert row.state == "found"


@pytest.mark.parametrize("role", ["junior", "agent", "lead"])
def test_settings_are_seen_by_all_and_changed_by_the_owner(role, make_person, signed_in, business):
    browser = signed_in(make_person(role))
    page = text_of(browser.get(reverse("advocates:settings")))
    assert "The owner can change this." in page
    answer = browser.post(reverse("advocates:settings"), {"per_year": "50", "thank_months": "6"})
    assert answer.status_code == 403
    assert services.advocate_settings().per_year == 0


def test_praise_at_the_counter_is_written_down(junior, signed_in, make_customer, business):
    customer = make_customer(mail="kind@mail.example")
    browser = signed_in(junior)
    address = reverse("advocates:heard")
    assert browser.post(address, {"contact": "nobody@mail.example", "words": "Lovely"}).status_code == 422
    assert browser.post(address, {"contact": "kind@mail.example", "words": "Lovely bread"}).status_code == 302
    assert "Lovely bread" in text_of(page_of(browser, Advocate.objects.get(customer=customer)))


def test_the_case_page_says_so_only_of_advocates_and_candidates(row, agent, signed_in, make_case, make_customer):
    browser = signed_in(agent)
    other = make_case(customer=make_customer())
    address = reverse("advocates:advocate", args=[row.customer.public_id])
    assert address in text_of(browser.get(reverse("cases:case", args=[row.customer.cases.get().public_id])))
    assert "advocate-heading" not in text_of(browser.get(reverse("cases:case", args=[other.public_id])))


def test_insight_counts_by_month(row, do, lead, signed_in):
    do("take-up")
    do("ask", words="May we?")
    do("agree", words="Yes.", agreed_to=["quote", "call"])
    do("thank", words="A card")
    answer = signed_in(lead).get(reverse("insight:download", args=["advocates", "month", "csv"]))
    last = text_of(answer).strip().splitlines()[-1]
    assert last.endswith("1,1,0,0,1")
    assert signed_in(lead).get(reverse("insight:subject", args=["advocates"])).status_code == 200


def test_the_demonstration_shows_one_advocate_and_candidates_and_goes(db, signed_in, owner):
    load()
    assert Advocate.objects.filter(state="agreed").count() == 1
    assert Advocate.objects.filter(state="found").count() >= 2
    page = text_of(signed_in(owner).get(reverse("advocates:list")))
    assert "Eleanor Finch" in page and "Marta Kask" in page
    remove(owner)
    assert not Advocate.objects.exists() and not Reward.objects.exists()
    assert services.advocate_settings().per_year == 0
