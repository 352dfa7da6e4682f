"""Words of the house: proposed per kind of business, tried on sent replies, switched on only then."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from amends import check
from amends.desk.cases.services import record_out
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import House
from amends.desk.plan import services
from amends.desk.plan.models import WordsTrial
from amends.desk.plan.templatetags.plan import marked
from amends.desk.plan.vocabulary import Kind, as_lines, pairs_in, proposal

LANGUAGES = ("en", "hr", "he", "et", "sk", "lt")
LINES = "guest, guests → customer, customers"


def text_of(response):
    return response.content.decode()


@pytest.fixture
def replies(agent, make_case):
    """Twelve sent replies that speak of guests, one that does not, and three that nobody has sent."""
    case = make_case()
    for number in range(12):
        record_out(agent, case, text=f"Our <b>guests</b> matter, {number}.", channel="mail", delivery="sent")
    record_out(agent, case, text="Every customer matters; a suggestion.", channel="mail", delivery="sent")
    record_out(agent, case, text="Dear guest", channel="mail", delivery="draft")
    record_out(agent, case, text="Dear guest", channel="mail", delivery="failed")
    record_out(agent, case, text="Dear guest", channel="mail", delivery="sent", automatic=True)
    return case


def test_a_trial_counts_and_shows_ten_and_switches_nothing_on(replies, lead, signed_in):
    answer = signed_in(lead).post(reverse("plan:words:edit"), {"text": LINES})
    trial = WordsTrial.objects.get()
    assert answer.headers["Location"] == reverse("plan:words:trial", args=[trial.pk])
    assert (trial.read, trial.found, len(trial.examples)) == (13, 12, 10)
    page = text_of(signed_in(lead).get(answer.headers["Location"]))
    assert page.count("<mark>guests</mark> <ins>customers</ins>") == 10
    assert "&lt;b&gt;" in page
    assert House.objects.get().vocabulary == {}


def test_switched_on_the_checker_has_the_finding(replies, lead, signed_in):
    browser = signed_in(lead)
    browser.post(reverse("plan:words:edit"), {"text": LINES})
    browser.post(reverse("plan:words:on", args=[WordsTrial.objects.get().pk]))
    vocabulary = House.objects.get().vocabulary
    assert vocabulary == {"guest": "customer", "guests": "customers"}
    assert "wrong-word" in [
        one.label for one in check("Dear guest, it is our mistake.", vocabulary=vocabulary).findings
    ]
    assert LINES in text_of(browser.get(reverse("plan:words:edit")))
    browser.post(reverse("plan:words:off"))
    assert House.objects.get().vocabulary == {}


def test_only_the_newest_trial_is_switched_on(business, owner):
    first = services.try_out(owner, LINES)
    services.try_out(owner, "client → customer")
    with pytest.raises(WrongInput):
        services.switch_on(owner, first)
    assert House.objects.get().vocabulary == {}


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_words_are_for_leads_and_the_owner(business, owner, make_person, signed_in, role):
    trial = services.try_out(owner, LINES)
    person = make_person(role)
    browser = signed_in(person)
    assert browser.get(reverse("plan:words:edit")).status_code == 403
    assert browser.get(reverse("plan:words:propose"), {"kind": "shop"}).status_code == 403
    assert browser.get(reverse("plan:words:trial", args=[trial.pk])).status_code == 403
    assert browser.post(reverse("plan:words:on", args=[trial.pk])).status_code == 403
    assert browser.post(reverse("plan:words:off")).status_code == 403
    with pytest.raises(NotAllowed):
        services.try_out(person, LINES)
    assert reverse("plan:words:edit") not in text_of(browser.get(reverse("plan:plan")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind.values)
def test_a_proposal_can_be_read_and_does_not_forbid_its_own_words(kind, language):
    pairs = pairs_in(proposal(kind, language))
    assert pairs
    assert not {one.casefold() for one in pairs} & {one.casefold() for one in pairs.values()}


def test_a_proposal_is_in_the_language_of_the_house(business, owner, signed_in):
    House.objects.update(language="he")
    page = text_of(signed_in(owner).get(reverse("plan:words:propose"), {"kind": "hotel"}))
    assert "ללקוח" in page
    assert "לאורח" in page


def test_a_hebrew_reply_is_found_behind_a_prefix(agent, owner, make_case):
    record_out(agent, make_case(), text="אנחנו מצטערים מול האורחים שלנו.", channel="mail", delivery="sent")
    assert services.try_out(owner, proposal("shop", "he")).found == 1


@pytest.mark.parametrize(
    "text", ["guest", "guest →", "a, b → c, d, e", "guest → Guest", "guest → customer\ncustomer → client", "", "\n"]
)
def test_lines_that_cannot_be_read_say_why_and_stay(business, owner, signed_in, text):
    answer = signed_in(owner).post(reverse("plan:words:edit"), {"text": text})
    assert answer.status_code == 422
    assert not WordsTrial.objects.exists()


word = st.text("abcdefgh ", min_size=1).map(str.strip).filter(bool).map(lambda text: " ".join(text.split()))


@given(st.dictionaries(word, word.map(str.upper).map(lambda text: f"{text}Z"), max_size=20))
def test_lines_are_read_back_as_they_were_written(pairs):
    assert pairs_in(as_lines(pairs)) == pairs


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320), st.text(max_size=5))))
def test_marks_never_let_a_text_become_markup(text, marks):
    shown = marked(text, marks)
    for tag in ("<mark>", "</mark>", "<ins>", "</ins>"):
        shown = shown.replace(tag, "")
    assert "<" not in shown
