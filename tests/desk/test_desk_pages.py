"""The inbox, the case page, customers and settings as a browser sees them."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.cases.services import add_note, assign, record_out, set_aside, stamp
from amends.desk.customers.models import Customer
from amends.desk.deadlines.models import Profile
from amends.desk.people.models import Team


@pytest.fixture
def browser(agent, signed_in, business):
    return signed_in(agent)


def text_of(response):
    return response.content.decode()


def subjects(response):
    return [row.case.subject for row in response.context["rows"]]


def test_views_of_the_inbox(browser, make_case, agent):
    make_case(subject="Ours")
    theirs = make_case(subject="Theirs")
    record_out(agent, theirs, text="I am sorry.", channel="mail")
    aside = make_case(subject="No complaint")
    set_aside(agent, aside, "no-complaint")
    assert subjects(browser.get("/")) == ["Ours"]
    assert subjects(browser.get("/?view=customer")) == ["Theirs"]
    assert subjects(browser.get("/?view=aside")) == ["No complaint"]
    assert set(subjects(browser.get("/?view=all"))) == {"Ours", "Theirs", "No complaint"}
    assert subjects(browser.get("/?view=nonsense&page=-4")) == ["Ours"]


def test_filters_of_the_inbox(browser, make_case, agent, lead):
    mine = make_case(subject="Mine", kinds=["late"])
    assign(agent, mine, agent)
    theirs = make_case(subject="Lead's", language="he", kinds=["late-night"])
    assign(lead, theirs, lead)
    make_case(subject="Nobody's", channel="review")
    assert subjects(browser.get("/?whose=mine")) == ["Mine"]
    assert subjects(browser.get("/?whose=nobody")) == ["Nobody's"]
    assert subjects(browser.get("/?language=he")) == ["Lead's"]
    assert subjects(browser.get("/?channel=review")) == ["Nobody's"]
    assert subjects(browser.get("/?kind=late")) == ["Mine"]


def test_search_finds_names_subjects_words_addresses_and_numbers(browser, make_case, make_customer):
    case = make_case(
        make_customer(name="Tom Ashdown", mail="tom@mail.example"), text="My sheet is torn.", subject="Sheet"
    )
    make_case(subject="Another")
    for sought in ("ashdown", "torn", "sheet torn", "tom@mail.example", case.public_id, "SHEET"):
        assert subjects(browser.get("/", {"q": sought})) == ["Sheet"], sought
    assert subjects(browser.get("/", {"q": "nowhere"})) == []
    assert subjects(browser.get("/", {"q": "%"})) == []


def test_the_inbox_goes_on_after_thirty(browser, make_case, make_customer):
    customer = make_customer()
    for number in range(31):
        make_case(customer, text="", subject=f"Number {number}")
    first, second = browser.get("/"), browser.get("/?page=2")
    assert (len(subjects(first)), len(subjects(second))) == (30, 1)
    assert 'rel="next"' in text_of(first)
    assert 'rel="next"' not in text_of(second)


def test_the_inbox_asks_the_database_little_however_many_cases(browser, make_case, django_assert_max_num_queries):
    for number in range(12):
        make_case(subject=f"Number {number}")
    with django_assert_max_num_queries(12):
        browser.get("/")


def test_hostile_words_are_shown_as_words(browser, make_case, make_customer):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    case = make_case(make_customer(name=evil), text=evil, subject=evil)
    for path in ("/", f"/cases/{case.public_id}/", "/customers/", f"/customers/{case.customer.public_id}/"):
        page = text_of(browser.get(path))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_case_page_shows_the_customers_words_and_history(browser, make_case, make_customer, agent):
    customer = make_customer(cares_about="Her guest house")
    make_case(customer, subject="The first failure")
    case = make_case(customer, text="It never came.", subject="The second")
    add_note(agent, case, "Ring her first.")
    page = text_of(browser.get(f"/cases/{case.public_id}/"))
    for words in ("It never came.", "The first failure", "Her guest house", "Ring her first."):
        assert words in page


def test_a_case_is_found_by_its_random_name_alone(browser, make_case):
    case = make_case()
    assert browser.get(f"/cases/{case.pk}/").status_code == 404
    assert len(case.public_id) == 10


def test_a_field_of_the_outline_saves_itself(browser, make_case):
    case = make_case()
    address = f"/cases/{case.public_id}/outline/cause/"
    htmx = {"HX-Request": "true"}
    answer = text_of(browser.post(address, {"cause": "The oven was off.", "seen_cause": stamp("")}, headers=htmx))
    assert "Saved" in answer
    assert stamp("The oven was off.") in answer
    stale = text_of(browser.post(address, {"cause": "Other words", "seen_cause": stamp("")}, headers=htmx))
    assert "Somebody else changed this" in stale
    case.outline.refresh_from_db()
    assert case.outline.cause == "The oven was off."


def test_the_outline_can_be_saved_without_scripts(browser, make_case):
    case = make_case()
    data = {"perceived": "Let down", "record": "Sent late", "fault": "team"}
    assert browser.post(f"/cases/{case.public_id}/outline/", data).status_code == 302
    case.refresh_from_db()
    assert (case.outline.perceived, case.outline.record, case.fault) == ("Let down", "Sent late", "team")


def test_events_are_added_and_taken_out(browser, make_case):
    case = make_case()
    address = f"/cases/{case.public_id}/events/"
    added = browser.post(address, {"words": "The order came", "day": "2026-03-01"}, headers={"HX-Request": "true"})
    assert "The order came" in text_of(added)
    assert browser.post(address, {"words": " "}, headers={"HX-Request": "true"}).status_code == 422
    event = case.outline.events.get()
    other = make_case()
    browser.post(f"/cases/{other.public_id}/events/", {"remove": event.pk})
    assert case.outline.events.count() == 1
    browser.post(address, {"remove": event.pk})
    assert case.outline.events.count() == 0


def test_moves_from_the_page(browser, make_case, agent, first_message):
    case = make_case()
    address = f"/cases/{case.public_id}/move/"
    browser.post(address, {"to": "recovered", "word": first_message(case).pk})
    case.refresh_from_db()
    assert case.state == "recovered"
    browser.post(address, {"to": "again", "note": "It leaks."})
    case.refresh_from_db()
    assert case.state == "waiting-for-us"
    assert browser.post(address, {"to": "closed-silent"}).status_code == 409
    browser.post(address, {"to": "set-aside", "why": "spam"})
    case.refresh_from_db()
    assert (case.state, case.set_aside_why) == ("set-aside", "spam")


def test_taking_care_of_a_case(browser, make_case, agent, lead):
    Team.objects.create(name="Evening")
    case = make_case()
    browser.post(f"/cases/{case.public_id}/assign/", {"me": "yes"})
    case.refresh_from_db()
    assert case.assignee == agent
    browser.post(f"/cases/{case.public_id}/assign/", {"assignee": lead.pk, "team": ""})
    case.refresh_from_db()
    assert case.assignee == lead


def test_a_customer_is_changed_and_reached(browser, make_customer):
    customer = make_customer(name="Rūta")
    address = f"/customers/{customer.public_id}/"
    data = {"name": "Rūta K.", "form_of_address": "formal", "gendered_form": "feminine", "language": "lt"}
    assert browser.post(address, data).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.form_of_address) == ("Rūta K.", "formal")
    assert browser.post(f"{address}contacts/", {"kind": "phone", "value": "00370 600 00000"}).status_code == 302
    assert customer.contacts.get(kind="phone").normalised == "+37060000000"
    taken = make_customer(mail="taken@mail.example")
    refused = browser.post(f"{address}contacts/", {"kind": "mail", "value": "Taken@mail.example"})
    assert refused.status_code == 422
    assert taken.contacts.count() == 1


def test_a_new_customer(browser):
    assert browser.post("/customers/new/", {"name": "Noa", "language": "he"}).status_code == 302
    assert Customer.objects.get(name="Noa").language == "he"


@pytest.mark.parametrize("language", ["en", "lt", "hr", "he", "et", "sk"])
def test_every_page_opens_in_every_language(language, make_person, signed_in, make_case, make_promise):
    owner = make_person("owner", language=language)
    case = make_case(
        began=timezone.now() - timedelta(days=3), severity=80, stakes=["health"], flags=["repeat", "public"]
    )
    make_promise(case, due=timezone.now() + timedelta(days=1))
    client = signed_in(owner)
    paths = ["/", "/?view=all", f"/cases/{case.public_id}/", "/customers/", f"/customers/{case.customer.public_id}/"]
    paths += ["/customers/new/", "/settings/", "/settings/limits/", "/settings/log/", "/people/", "/me/"]
    profile = Profile.objects.create(key="test-place", name="A place", country="LT")
    paths += ["/me/second-factor/", f"/settings/limits/{profile.pk}/"]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        page = text_of(response)
        assert f'<html lang="{language}" dir="{"rtl" if language == "he" else "ltr"}"' in page
        assert not re.search(r"\son[a-z]+=|\sstyle=", re.sub(r"hx-[a-z-]+=", "", page)), path
        assert Labels.problems(page) == [], path


class Labels(HTMLParser):
    """Finds fields without a label, ids that stand twice, and pages without one main heading."""

    def __init__(self):
        super().__init__()
        self.fields, self.labels, self.ids, self.headings = [], set(), [], 0

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "h1":
            self.headings += 1
        if tag == "label" and "for" in known:
            self.labels.add(known["for"])
        hidden = known.get("type") in ("hidden", "submit") or "hidden" in known
        if tag in ("input", "select", "textarea") and not hidden and "aria-label" not in known:
            self.fields.append(known.get("id"))

    @classmethod
    def problems(cls, page):
        parser = cls()
        parser.feed(page)
        found = [f"no label: {field}" for field in parser.fields if field not in parser.labels]
        found += [f"twice: {one}" for one in set(parser.ids) if parser.ids.count(one) > 1]
        return found + ([] if parser.headings == 1 else [f"{parser.headings} main headings"])


def test_static_files_are_served_with_a_stamp(browser, client):
    page = text_of(browser.get("/"))
    address = re.search(r'href="(/static/pages/desk\.css\?v=[0-9a-f]{12})"', page)[1]
    response = client.get(address)
    assert response.status_code == 200
    assert b"@layer" in b"".join(response.streaming_content)


def test_choices_before_signing_in_are_kept(client, db):
    response = client.post("/appearance", {"language": "lt", "theme": "dark", "next": "//evil.example/"})
    assert response.headers["Location"] == "/"
    page = text_of(client.get("/sign-in/"))
    assert '<html lang="lt" dir="ltr" data-theme="dark"' in page


def test_alive_answers_without_signing_in(client, db):
    assert client.get("/alive").json() == {"alive": True}


def test_cases_in_hand_are_those_that_count(db):
    assert set(Case.OURS_TO_MOVE) < set(Case.IN_HAND) < set(Case.State.values)
