"""Cases that resemble one another: found in the background, explained, decided by a person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.cases.models import Case
from amends.desk.cases.services import set_aside
from amends.desk.causes import comparing, services
from amends.desk.causes.copying import Written
from amends.desk.causes.likeness import Features, Rarity, compare, features_of, shared_words
from amends.desk.causes.lookup import CaseIndex, packed
from amends.desk.causes.models import Similar, Trace
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.people.roles import CLOCK
from amends.desk.privacy.erasing import erase_customer

COLD_EN = "The soup came cold and the bread was mouldy. I threw the bread away."
COLD_HR = "Juha je bila hladna, a kruh pljesniv. Bacila sam ga."
OTHER = "Your website does not let me log in, the password link is dead."


@pytest.fixture(autouse=True)
def _fresh_index():
    comparing.forget_index()
    yield
    comparing.forget_index()


@pytest.fixture
def compared(make_case, run_clock):
    """Cases with these words, compared by the clock."""

    def make(*stories, **values):
        cases = [make_case(text=text, subject="", language=language, **values) for language, text in stories]
        comparing.find_untraced()
        run_clock()
        return cases

    return make


def pairs():
    return {(row.first_id, row.second_id) for row in Similar.objects.all()}


def test_the_same_failure_in_two_languages_is_suggested_with_why(compared, agent, signed_in):
    english, croatian, other = compared(("en", COLD_EN), ("hr", COLD_HR), ("en", OTHER))
    assert pairs() == {(english.pk, croatian.pk)}
    why = dict(Similar.objects.get().why)
    assert ["soup", "Juha"] in why["subject"]
    assert ["cold", "hladna"] in why["subject"]
    assert "day" in why
    page = signed_in(agent).get(reverse("cases:case", args=[croatian.public_id])).content.decode()
    assert "“\u2068Juha\u2069” – “\u2068soup\u2069”" in page
    assert "Perhaps the same cause" in page
    assert (
        "Perhaps the same cause"
        not in signed_in(agent).get(reverse("cases:case", args=[other.public_id])).content.decode()
    )


def test_nearly_the_same_words_are_near(compared):
    text = "I called at nine and again at noon and the person on the line hung up on me both times."
    compared(("en", text), ("en", text.replace("noon", "one") + " Truly."))
    row = Similar.objects.get()
    assert row.near
    assert row.score >= 95


def test_comparing_twice_makes_nothing_twice(compared, run_clock):
    compared(("en", COLD_EN), ("hr", COLD_HR))
    for trace in Trace.objects.all():
        assert comparing.compare_case(CLOCK, trace) == 0
    assert Similar.objects.count() == 1
    comparing.forget_index()
    for trace in Trace.objects.all():
        comparing.compare_case(CLOCK, trace)
    assert Similar.objects.count() == 1


def test_only_the_clock_compares(compared, agent):
    compared(("en", COLD_EN))
    with pytest.raises(NotAllowed):
        comparing.compare_case(agent, Trace.objects.get())


def test_what_was_set_aside_resembles_nothing(compared, make_case, agent, run_clock):
    [aside] = compared(("en", COLD_EN))
    set_aside(agent, aside, "spam")
    compared(("hr", COLD_HR))
    assert pairs() == set()


def test_the_same_cause_gives_it_to_the_other(compared, junior):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    zips = services.make_cause(junior, "Cold food")
    services.link(junior, first, zips)
    assert services.decide(junior, Similar.objects.get(), "same") == (zips, zips)
    link = second.cause_links.get(until=None)
    assert (link.cause, link.main, link.how) == (zips, True, "similar")


def test_without_a_name_both_get_it_when_it_has_one(compared, agent):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    assert services.decide(agent, Similar.objects.get(), "same") == (None, None)
    services.link(agent, second, services.make_cause(agent, "Cold food"))
    assert services.main_cause_of(first) == services.main_cause_of(second) is not None


def test_two_names_stay_until_a_lead_puts_them_together(compared, agent):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    one, other = services.make_cause(agent, "Cold food"), services.make_cause(agent, "Mould")
    services.link(agent, first, one)
    services.link(agent, second, other)
    assert services.decide(agent, Similar.objects.get(), "same") == (one, other)


def test_not_related_is_kept_and_not_asked_again(compared, agent, signed_in):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    row = Similar.objects.get()
    browser = signed_in(agent)
    at = reverse("causes:similar", args=[row.pk])
    assert browser.post(at, {"state": "unrelated"}).status_code == 303
    for trace in Trace.objects.all():
        comparing.compare_case(CLOCK, trace)
    row.refresh_from_db()
    assert (Similar.objects.count(), row.state, row.decided_by) == (1, "unrelated", agent)
    page = browser.get(reverse("cases:case", args=[first.public_id])).content.decode()
    assert "Perhaps the same cause" not in page
    assert not second.cause_links.exists()
    assert browser.post(at, {"state": "same"}).status_code == 303
    with pytest.raises(WrongInput):
        services.decide(agent, row, "suggested")


def test_cases_of_one_cause_need_no_asking(compared, agent, signed_in):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    row = services.make_cause(agent, "Cold food")
    services.link(agent, first, row)
    services.link(agent, second, row)
    page = signed_in(agent).get(reverse("cases:case", args=[first.public_id])).content.decode()
    assert "Perhaps the same cause" not in page


def test_an_erased_customer_leaves_no_trace(compared, lead):
    first, second = compared(("en", COLD_EN), ("hr", COLD_HR))
    erase_customer(lead, first.customer, reason="asked for it")
    assert not Trace.objects.filter(case=first).exists()
    assert pairs() == set()
    comparing.find_untraced()
    assert set(Trace.objects.values_list("pk", flat=True)) == {second.pk}


def test_a_case_that_we_opened_is_compared_by_our_record(compared, agent, make_customer, run_clock):
    [first] = compared(("en", COLD_EN))
    [ours] = services.tell_first(
        agent,
        [make_customer()],
        subject="",
        outline={"record": "The soup left us cold and the bread was mouldy."},
        teller=agent,
        how="mail",
        by=timezone.now() + timedelta(days=1),
    )
    comparing.find_untraced()
    run_clock()
    assert (first.pk, ours.pk) in pairs()


def test_a_mail_without_words_stops_nobody(compared, make_case, run_clock):
    case = make_case(text="")
    case.subject = ""
    case.save()
    comparing.find_untraced()
    run_clock()
    assert Trace.objects.get(case=case).made_at is not None


@given(st.text(max_size=300), st.sampled_from(["", "en", "he", "lt", "xx"]))
def test_any_text_is_reduced_and_back(text, language):
    features = features_of(text, language=language)
    assert Features.of_dict(features.to_dict()) == features
    assert all(0 <= key < 2**32 for key in features.keys)
    shared_words(text, features.language, features.concepts)


@given(st.text(max_size=120), st.text(max_size=120))
def test_likeness_is_mutual_and_within_bounds(one, other):
    first, second = features_of(one, language="en"), features_of(other, language="en")
    there, back = compare(first, second, Rarity()), compare(second, first, Rarity())
    assert there.score == pytest.approx(back.score)
    assert 0 <= there.score <= 1
    assert there.near == back.near


@given(st.lists(st.sets(st.sampled_from("abcdefgh"), min_size=1, max_size=4), min_size=1, max_size=30))
def test_the_index_finds_whatever_shares_a_rare_thing(sets):
    index = CaseIndex()
    index.extend((number, packed(Features(concepts=frozenset(held)))) for number, held in enumerate(sets[:10]))
    for number, held in enumerate(sets[10:], 10):
        index.add(number, Features(concepts=frozenset(held)))
    assert len(index) == len(sets)
    for held in sets:
        asked = Features(concepts=frozenset(held))
        expected = {number for number, other in enumerate(sets) if other & held}
        assert set(index.candidates(asked, most=len(sets))) == expected
        for key in asked.keys:
            assert index.rarity.counts.get(key, 0) == index.count(key) > 0


def test_facts_are_told_from_common_words():
    features = features_of(
        "Narudžba AB-1203 od 3.5. nije stigla, jakna Lumo za 49,90 €.", language="hr", name="Lumo Horvat"
    )
    assert "ref:ab1203" in features.facts
    assert "day:05-03" in features.facts
    assert "amount:4990" in features.facts
    assert not any(fact.startswith("name:lumo") for fact in features.facts)


def test_written_before():
    before = Written(["I am sorry that the cake came cold. We forgot to heat it and nobody looked into the box."])
    assert before.nearly_copied(
        "Dear Ana,\n\nI am sorry that the cake came cold. We forgot to heat it and nobody looked into the box.\n\nBest"
    )
    assert not before.nearly_copied("I am sorry. The oven broke at six and we sent the cake as it was.")
    assert not Written([]).nearly_copied("Anything at all")
    assert before.repeats("We forgot to heat it and nobody looked into the box!")
    assert before.repeats("The oven broke.") == ""


def test_case_page_reads_rows_only(compared, agent, signed_in, monkeypatch):
    [case, _other] = compared(("en", COLD_EN), ("hr", COLD_HR))

    def never(*args, **kwargs):
        raise AssertionError("a page reckons nothing")

    monkeypatch.setattr(comparing, "features_of", never)
    monkeypatch.setattr(comparing, "compare", never)
    assert signed_in(agent).get(reverse("cases:case", args=[case.public_id])).status_code == 200
    assert Case.objects.count() == 2
