"""The inbox as people use it: search, filters, saved views, acts on several cases; who may what."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from amends.desk.cases.listing import Asked, asked_from
from amends.desk.cases.models import Case
from amends.desk.cases.services import record_out
from amends.desk.customers.models import Customer
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.people.models import Team
from amends.desk.search.models import SavedView
from amends.desk.search.saving import keep_view, move_view, remove_view, rename_view, views_of
from amends.desk.search.several import on_several


@pytest.fixture
def browser(agent, signed_in, business):
    return signed_in(agent)


def text_of(response):
    return response.content.decode()


def subjects(response):
    return [row.case.subject for row in response.context["rows"]]


def test_the_words_found_are_marked_and_escaped(browser, make_case):
    make_case(
        subject="Cake", text="First of all, " + "so it goes on and on, " * 20 + "<b>šalta</b> <script>alert(1)</script>"
    )
    page = text_of(browser.get("/", {"q": "salta"}))
    assert "<mark>šalta</mark>" in page
    assert "&lt;b&gt;" in page
    assert "<script>alert" not in page
    assert "First of all" not in page


def test_a_case_found_by_its_customer_shows_how_the_message_begins(browser, make_case, make_customer):
    make_case(make_customer(name="Zoltan"), text="The cake never came.")
    page = text_of(browser.get("/", {"q": "zoltan"}))
    assert "The cake never came." in page


def test_search_in_one_view_leads_to_all(browser, make_case, agent):
    case = make_case(subject="Elsewhere", text="spoon")
    record_out(agent, case, text="I am sorry.", channel="mail")
    response = browser.get("/", {"q": "spoon"})
    assert subjects(response) == []
    assert "view=all&amp;q=spoon" in text_of(response)
    assert subjects(browser.get("/?view=all&q=spoon")) == ["Elsewhere"]


@pytest.mark.parametrize("words", ['"', "\0", "a" * 10_000, "NEAR(", "-", "%%%", "<script>"])
def test_pages_stand_hostile_questions(browser, make_case, words):
    make_case()
    response = browser.get("/", {"q": words, "view": "all"})
    assert response.status_code == 200
    assert "<script>" not in text_of(response).replace("<script ", "")


@pytest.mark.parametrize(
    "address",
    ["team=x", "team=999999999999999", "language=%00", "severity=1", "page=99999999999", "whose=who", "kind=%27"],
)
def test_wrong_filters_count_as_not_asked(browser, make_case, address):
    make_case(subject="One")
    assert browser.get(f"/?{address}").status_code == 200


def test_every_filter(browser, make_case, make_customer, make_promise, agent):
    team = Team.objects.create(name="Kitchen")
    made_up = make_customer(name="Made Up", demo=True)
    make_case(subject="Bad", severity=90, stakes=["health"], kinds=["broken"])
    promised = make_case(subject="Promised", severity=50)
    make_promise(case=promised, due=date(2031, 5, 2))
    make_case(made_up, subject="Demo", severity=10)
    old = make_case(subject="Old", severity=10)
    Case.objects.filter(pk=old.pk).update(waits_since=timezone.now() - timedelta(days=5), team=team)
    for address, expected in {
        "stake=health": {"Bad"},
        "kind=broken": {"Bad"},
        "severity=bad": {"Bad"},
        "severity=middle": {"Promised"},
        "severity=light": {"Demo", "Old"},
        "waiting=3d": {"Old"},
        "waiting=7d": set(),
        "promise=open": {"Promised"},
        "demo=only": {"Demo"},
        "demo=no": {"Bad", "Promised", "Old"},
        f"team={team.pk}": {"Old"},
        "severity=light&waiting=1d": {"Old"},
    }.items():
        assert set(subjects(browser.get(f"/?{address}"))) == expected, address


def test_what_is_asked_has_one_address():
    asked = Asked(view="customer", channel="mail", words='a "b c" -ž', severity="bad", page=4)
    from django.http import QueryDict

    again = asked_from(QueryDict(asked.address))
    assert again == Asked(view="customer", channel="mail", words='a "b c" -ž', severity="bad")
    assert again.address == asked.address


def test_the_inbox_asks_little_with_views_filters_and_words(
    browser, make_case, agent, lead, django_assert_max_num_queries, client
):
    Team.objects.create(name="Kitchen")
    for number in range(8):
        make_case(subject=f"Number {number}", text="spoon")
        keep_view(agent, f"View {number}", Asked(channel="mail", words=str(number)))
    browser.get("/")
    for address in ("/", "/?channel=mail&severity=light", "/?q=spoon", "/?q=rūta&view=all", "/?q=-fork"):
        browser.get(address)
        # A search looks first whether anything is still to be read into the index.
        with django_assert_max_num_queries(13 if "q=" in address else 12):
            browser.get(address)


# Saved views.


def test_a_view_is_saved_and_is_a_tab(browser, agent, make_case):
    make_case(subject="Review", channel="review")
    make_case(subject="Mail")
    response = browser.post("/views/save/", {"name": "Reviews", "asked": "channel=review&view=ours"}, follow=True)
    assert subjects(response) == ["Review"]
    page = text_of(response)
    assert "Reviews" in page
    assert "Save as a view" not in page
    assert 'class="tab-saved"' in page
    # Its address alone shows the same to somebody else.
    assert response.redirect_chain[0][0] == "/?view=ours&channel=review"


def test_private_views_are_private(agent, lead, junior, signed_in, business):
    mine = keep_view(agent, "Mine", Asked(whose="mine"))
    keep_view(lead, "Shared", Asked(channel="review"), shared=True)
    assert [view.name for view in views_of(agent)] == ["Shared", "Mine"]
    assert [view.name for view in views_of(junior)] == ["Shared"]
    assert "Mine" not in text_of(signed_in(junior).get("/views/"))
    for act in ("rename", "remove", "earlier"):
        assert signed_in(lead).post(f"/views/{mine.public_id}/", {"act": act, "name": "X"}).status_code == 404
    assert SavedView.objects.filter(name="Mine").exists()


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_only_leads_share_and_change_what_is_shared(role, request, lead, owner, signed_in, business):
    person = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        keep_view(person, "For all", Asked(), shared=True)
    view = keep_view(lead, "For all", Asked(channel="mail"), shared=True)
    for change in (
        lambda: rename_view(person, view, "Other"),
        lambda: move_view(person, view, earlier=True),
        lambda: remove_view(person, view),
    ):
        with pytest.raises(NotAllowed):
            change()
    browser = signed_in(person)
    assert browser.post(f"/views/{view.public_id}/", {"act": "remove"}).status_code == 403
    assert browser.post("/views/save/", {"name": "X", "shared": "on", "asked": ""}).status_code == 403
    rename_view(owner, view, "Everybody's")
    remove_view(owner, view)
    acts = list(DeskLog.objects.filter(act__startswith="view.").order_by("pk").values_list("act", flat=True))
    assert acts == ["view.saved", "view.renamed", "view.removed"]


def test_views_are_renamed_ordered_and_removed(browser, agent):
    one, two, three = (keep_view(agent, name, Asked(channel="mail", words=name)) for name in ("One", "Two", "Three"))
    browser.post(f"/views/{three.public_id}/", {"act": "earlier"})
    assert [view.name for view in views_of(agent)] == ["One", "Three", "Two"]
    browser.post(f"/views/{one.public_id}/", {"act": "earlier"})
    browser.post(f"/views/{one.public_id}/", {"act": "later"})
    assert [view.name for view in views_of(agent)] == ["Three", "One", "Two"]
    browser.post(f"/views/{two.public_id}/", {"act": "rename", "name": " Second "})
    browser.post(f"/views/{one.public_id}/", {"act": "remove"})
    assert [view.name for view in views_of(agent)] == ["Three", "Second"]
    assert "Choose one of the list." in text_of(browser.post(f"/views/{two.public_id}/", {"act": "x"}, follow=True))


def test_names_of_views(agent, browser):
    keep_view(agent, "One", Asked())
    for name in ("", "  ", "one", "x" * 41):
        with pytest.raises(WrongInput):
            keep_view(agent, name, Asked(channel="mail"))
    response = browser.post("/views/save/", {"name": "one", "asked": "channel=mail"})
    assert response.status_code == 422
    assert "already" in text_of(response)
    assert "channel=mail" in text_of(response)
    for number in range(19):
        keep_view(agent, f"View {number}", Asked())
    with pytest.raises(WrongInput):
        keep_view(agent, "One more", Asked())


def test_counts_are_those_of_the_views(browser, agent, make_case):
    for _number in range(3):
        make_case(channel="review")
    make_case()
    cheap = keep_view(agent, "Reviews", Asked(channel="review"))
    dear = keep_view(agent, "Spoons", Asked(words="cake"))
    page = text_of(browser.get("/views/counts/"))
    assert f'id="count-{cheap.public_id}"' in page
    assert ">3<" in page
    assert dear.public_id not in page


# Several cases at once.


def names(*cases):
    return [case.public_id for case in cases]


def test_several_cases_are_taken_given_and_set_aside(browser, make_case, agent, lead):
    team = Team.objects.create(name="Kitchen")
    one, two, three = make_case(), make_case(), make_case()
    page = browser.post("/several/", {"case": names(one, two), "act": "me", "next": "/?view=all"}, follow=True)
    assert page.redirect_chain[0][0] == "/?view=all"
    assert "2 cases done." in text_of(page)
    assert set(Case.objects.filter(assignee=agent)) == {one, two}
    browser.post("/several/", {"case": names(one), "act": "assign", "assign": str(lead.pk)})
    browser.post("/several/", {"case": names(one, three), "act": "team", "team": str(team.pk)})
    browser.post("/several/", {"case": names(two), "act": "set-aside", "set-aside": "spam"})
    assert Case.objects.get(pk=one.pk).assignee == lead
    assert Case.objects.filter(team=team).count() == 2
    assert Case.objects.get(pk=two.pk).state == "set-aside"
    assert two.log.filter(act="case.moved").exists()


def test_one_that_cannot_be_never_stops_the_others(browser, make_case, agent):
    good, gone, fine = make_case(), make_case(subject="Over"), make_case()
    browser.post("/several/", {"case": names(gone), "act": "set-aside", "set-aside": "spam"})
    outcome = on_several(agent, [*names(good, gone), "nothere234", *names(fine)], "set-aside", "no-complaint")
    assert outcome.done == [good, fine]
    assert [case for case, _words in outcome.left] == [gone, None]
    page = text_of(
        browser.post("/several/", {"case": names(gone), "act": "set-aside", "set-aside": "spam"}, follow=True)
    )
    assert "notice-error" in page


def test_a_failure_of_the_program_stops_one_case_alone(make_case, agent, monkeypatch):
    from amends.desk.search import several

    broken, fine = make_case(), make_case()
    whole = several.assign

    def fails(acting, case, to):
        if case == broken:
            raise RuntimeError
        return whole(acting, case, to)

    monkeypatch.setattr(several, "assign", fails)
    outcome = on_several(agent, names(broken, fine), "me")
    assert outcome.done == [fine]
    assert outcome.left[0][0] == broken


def test_a_junior_gives_nothing_to_others(make_case, junior, agent, signed_in):
    case = make_case()
    outcome = on_several(junior, names(case), "assign", str(agent.pk))
    assert outcome.done == []
    assert on_several(junior, names(case), "me").done == [case]
    page = text_of(signed_in(junior).get("/"))
    assert 'value="me"' in page
    assert 'value="assign"' not in page


@pytest.mark.parametrize(
    ("given", "act", "value"),
    [
        ([], "me", ""),
        (["x"] * 201, "me", ""),
        (["x"], "delete", ""),
        (["x"], "assign", "999999"),
        (["x"], "team", "abc"),
        (["x"], "set-aside", "because"),
    ],
)
def test_wrong_acts_on_several(agent, given, act, value):
    with pytest.raises(WrongInput):
        on_several(agent, given, act, value)


def test_after_an_act_nobody_is_led_elsewhere(browser, make_case):
    case = make_case()
    response = browser.post("/several/", {"case": names(case), "act": "me", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"


def test_strangers_see_nothing_of_it(client, business):
    for address in ("/views/", "/views/counts/"):
        assert client.get(address).status_code == 302
    assert client.post("/several/", {"case": "x", "act": "me"}).status_code == 302


def test_the_case_page_knows_the_keys(browser, make_case):
    page = text_of(browser.get(f"/cases/{make_case().public_id}/"))
    assert 'id="keys"' in page
    assert "data-go-inbox" in page
    assert Customer.objects.exists()
