"""The list of causes: naming, linking, putting together, splitting; no link and no name is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.cases.models import Case
from amends.desk.cases.services import open_case, set_aside
from amends.desk.causes import chart, figures, services
from amends.desk.causes.models import CaseCause, Cause, Prevention
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.house.models import DeskLog
from amends.desk.people.roles import INTAKE


def current(case):
    return {(link.cause.name, link.main) for link in case.cause_links.filter(until=None)}


def test_a_few_words_make_a_cause_and_known_ones_are_found_again(agent, make_case):
    first = services.make_cause(agent, "  Zip of the   rain jacket ")
    assert first.name == "Zip of the rain jacket"
    assert services.make_cause(agent, "zip of the RAIN jacket") == first
    assert services.suggest("rain zip") == [first]
    assert services.suggest("Zip of teh rain jacket") == [first]
    assert services.suggest("") == []
    assert services.suggest("heating") == []


def test_a_name_is_folded_in_any_language(agent):
    assert services.make_cause(agent, "Šaltas tortas") == services.make_cause(agent, "saltas tortas")


@pytest.mark.parametrize("name", ["", "   ", "\n"])
def test_a_cause_without_a_name_is_none(agent, name):
    with pytest.raises(WrongInput):
        services.make_cause(agent, name)


def test_the_first_cause_is_the_main_one_and_another_can_become_it(agent, make_case):
    case = make_case()
    zips, sizes = services.make_cause(agent, "Zips"), services.make_cause(agent, "Sizes")
    services.link(agent, case, zips)
    services.link(agent, case, sizes)
    assert current(case) == {("Zips", True), ("Sizes", False)}
    services.link(agent, case, sizes, main=True)
    assert current(case) == {("Zips", False), ("Sizes", True)}
    assert services.main_cause_of(case) == sizes
    services.unlink(agent, case, sizes)
    assert current(case) == {("Zips", True)}
    assert case.log.filter(act="cause.unlinked").exists()
    with pytest.raises(WrongInput):
        services.unlink(agent, case, sizes)


def test_linking_twice_is_once(agent, make_case):
    case, zips = make_case(), services.make_cause(agent, "Zips")
    assert services.link(agent, case, zips).pk == services.link(agent, case, zips).pk
    assert case.log.filter(act="cause.linked").count() == 1


def test_a_renamed_cause_keeps_its_names(agent, lead):
    row = services.make_cause(agent, "Zips")
    services.rename(lead, row, "Zips of jackets")
    services.rename(lead, row, "Fasteners")
    row.refresh_from_db()
    assert [one["name"] for one in row.earlier_names] == ["Zips", "Zips of jackets"]
    assert services.suggest("zips of jac") == [row]
    other = services.make_cause(agent, "Buttons")
    with pytest.raises(WrongInput):
        services.rename(lead, other, "fasteners")


def test_what_is_archived_comes_back_when_a_case_needs_it(agent, lead, make_case):
    row = services.make_cause(agent, "Zips")
    services.archive(lead, row)
    assert [one.cause for one in figures.standings(agent)] == []
    assert [one.cause for one in figures.standings(agent, archived=True)] == [row]
    services.link(agent, make_case(), row)
    row.refresh_from_db()
    assert row.state == "in-use"


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_only_leads_put_the_list_in_order(role, make_person, make_case):
    person = make_person(role)
    one, other = services.make_cause(person, "One"), services.make_cause(person, "Other")
    case = make_case()
    services.link(person, case, one)
    for act in (
        lambda: services.rename(person, one, "New"),
        lambda: services.merge(person, one, other),
        lambda: services.split(person, one, "Part", [case]),
        lambda: services.archive(person, one),
    ):
        with pytest.raises(NotAllowed):
            act()
    one.refresh_from_db()
    assert (one.name, one.state) == ("One", "in-use")


def test_put_together_cases_move_and_figures_of_earlier_days_stay(agent, lead, make_case):
    zips, fasteners = services.make_cause(agent, "Zips"), services.make_cause(agent, "Fasteners")
    alone, both = make_case(), make_case()
    services.link(agent, alone, zips)
    services.link(agent, both, fasteners)
    services.link(agent, both, zips, main=True)
    planned = services.plan_prevention(agent, zips, act="Stronger zips", owner=agent, due=None)
    before = timezone.now()
    assert services.merge(lead, zips, fasteners, note="The same thing") == fasteners
    assert current(alone) == {("Fasteners", True)}
    assert current(both) == {("Fasteners", True)}
    assert figures.counts_at(before) == {zips.pk: 2, fasteners.pk: 1}
    assert figures.counts_at(timezone.now()) == {fasteners.pk: 2}
    planned.refresh_from_db()
    zips.refresh_from_db()
    assert planned.cause == fasteners
    assert (zips.state, zips.merged_into) == ("merged", fasteners)
    assert services.suggest("zips") == [fasteners]
    assert DeskLog.objects.filter(act="cause.merged").count() == 2
    assert alone.log.filter(act="cause.moved").count() == 1
    # A name that was taken in can be given anew, and links to it go where it went.
    assert services.link(agent, make_case(), zips).cause == fasteners
    for act in (lambda: services.merge(lead, zips, fasteners), lambda: services.archive(lead, zips)):
        with pytest.raises(WrongMove):
            act()
    with pytest.raises(WrongInput):
        services.merge(lead, fasteners, fasteners)


def test_split_moves_the_chosen_cases_alone(agent, lead, make_case):
    row = services.make_cause(agent, "Cold food")
    soup, cake, stranger = make_case(), make_case(), make_case()
    for case in (soup, cake):
        services.link(agent, case, row)
    before = timezone.now()
    other = services.split(lead, row, "Cold soup", [soup])
    assert current(soup) == {("Cold soup", True)}
    assert current(cake) == {("Cold food", True)}
    assert figures.counts_at(before) == {row.pk: 2}
    assert figures.counts_at(timezone.now()) == {row.pk: 1, other.pk: 1}
    link = soup.cause_links.get(until=None)
    assert (link.how, link.came_from.cause) == ("split", row)
    for bad in ([], [stranger]):
        with pytest.raises(WrongInput):
            services.split(lead, row, "Something", bad)
    with pytest.raises(WrongInput):
        services.split(lead, row, "Cold food", [cake])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("link"), st.integers(0, 5), st.integers(0, 3), st.booleans()),
            st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3), st.just(False)),
            st.tuples(st.just("split"), st.integers(0, 3), st.integers(0, 5), st.just(False)),
        ),
        max_size=14,
    )
)
def test_no_sequence_loses_a_link(agent, lead, make_customer, business, steps):
    from django.db import transaction

    point = transaction.savepoint()
    try:
        customer = make_customer()
        cases = [open_case(INTAKE, customer, channel="mail") for _ in range(6)]
        causes = [services.make_cause(agent, f"Cause {number}") for number in range(4)]
        history = []
        for kind, first, second, main in steps:
            had = set(CaseCause.objects.filter(until=None).values_list("case", flat=True))
            standing = figures.counts_at(timezone.now())
            rows = CaseCause.objects.count()
            moment = timezone.now()
            try:
                if kind == "link":
                    services.link(agent, cases[first], causes[second], main=main)
                elif kind == "merge":
                    services.merge(lead, causes[first], causes[second])
                else:
                    services.split(lead, causes[first], f"Part of {first}", [cases[second]])
            except (WrongInput, WrongMove):
                pass
            history.append((moment, standing))
            # Who had a cause still has one, exactly one of them the main one; and no row has gone.
            for case in had:
                links = CaseCause.objects.filter(case=case, until=None)
                assert links.exists()
                assert links.filter(main=True).count() == 1
            assert CaseCause.objects.count() >= rows
            assert not CaseCause.objects.filter(until=None, cause__state="merged").exists()
        for moment, standing in history:
            assert figures.counts_at(moment) == standing
        for cause in Cause.objects.all():
            assert services.living(cause).state != "merged"
    finally:
        transaction.savepoint_rollback(point)


def test_the_figures_of_the_list(agent, make_case):
    zips, sizes = services.make_cause(agent, "Zips"), services.make_cause(agent, "Sizes")
    for severity, stakes in ((40, []), (70, ["health", "money"])):
        services.link(agent, make_case(severity=severity, stakes=stakes), zips)
    light = make_case(severity=10)
    services.link(agent, light, sizes)
    services.link(agent, light, zips)
    aside = make_case(severity=100)
    services.link(agent, aside, sizes)
    set_aside(agent, aside, "spam")
    services.plan_prevention(agent, zips, act="Other zips", owner=agent, due=None)
    first, second = figures.standings(agent)
    assert (first.cause, first.cases, first.main, first.harm) == (zips, 3, 2, 110)
    assert first.stakes == [("health", 1), ("money", 1)]
    assert (first.pending, first.in_force, first.overdue) == (1, 0, 0)
    assert (second.cause, second.cases, second.harm) == (sizes, 1, 10)
    Case.objects.update(created_at=timezone.now() - timedelta(days=100))
    assert [row.cases for row in figures.standings(agent, days=90)] == [0, 0]
    assert [row.cases for row in figures.standings(agent, days=365)] == [3, 1]


def test_in_a_large_house_the_clock_reckons_ahead(agent, make_case, monkeypatch, signed_in):
    zips = services.make_cause(agent, "Zips")
    services.link(agent, make_case(severity=40, stakes=["health"]), zips)
    live = figures.standings(agent, days=90)
    assert figures.reckon() is False
    monkeypatch.setattr(figures, "_MANY", 0)
    assert figures.reckon() is True
    ahead = figures.standings(agent, days=90)
    assert ahead == live
    services.link(agent, make_case(severity=40), zips)
    assert figures.standings(agent)[0].cases == 1
    assert "reckoned every five minutes" in signed_in(agent).get(reverse("causes:list")).content.decode()
    figures.reckon()
    assert figures.standings(agent)[0].cases == 2


def test_the_chart_adds_up_and_runs_with_the_language(agent, make_case):
    for name, severity in (("A", 50), ("B", 30), ("C", 20)):
        services.link(agent, make_case(severity=severity), services.make_cause(agent, name))
    rows = figures.standings(agent)
    bars = chart.pareto(rows)
    assert [bar.percent for bar in bars] == [50, 80, 100]
    assert bars[0].x < bars[1].x < bars[2].x
    mirrored = chart.pareto(rows, right_to_left=True)
    assert mirrored[0].x > mirrored[1].x > mirrored[2].x
    assert chart.pareto([]) == []


def test_the_csv_holds_no_formula(agent, make_case, signed_in):
    services.link(agent, make_case(severity=20), services.make_cause(agent, '=HYPERLINK("x")'))
    response = signed_in(agent).get(reverse("causes:csv"))
    text = b"".join(response.streaming_content).decode()
    assert "attachment" in response["Content-Disposition"]
    assert text.splitlines()[0].startswith("Cause,Earlier names,Cases")
    assert "\"'=HYPERLINK" in text


def test_the_pages(agent, lead, junior, make_case, signed_in):
    case = make_case(severity=40)
    row = services.make_cause(agent, "Zips")
    services.link(agent, case, row)
    at = reverse("causes:cause", args=[row.pk])
    for person in (junior, agent, lead):
        browser = signed_in(person)
        assert "Zips" in browser.get(reverse("causes:list")).content.decode()
        assert browser.get(reverse("causes:list"), {"at": timezone.localdate().isoformat()}).status_code == 200
        assert browser.get(reverse("causes:list"), {"at": "nonsense", "days": "x"}).status_code == 200
        assert str(case) in browser.get(at).content.decode()
        assert "Zips" in browser.get(reverse("cases:case", args=[case.public_id])).content.decode()
        assert b"Zips" in browser.get(reverse("causes:suggest"), {"name": "zi"}).content
    for action, data in (
        ("rename", {"rename-name": "New"}),
        ("merge", {"merge-target": row.pk}),
        ("split", {"split-name": "x", "cases": [case.public_id]}),
        ("archive", {}),
    ):
        assert signed_in(agent).post(reverse(f"causes:{action}", args=[row.pk]), data).status_code == 403
    browser = signed_in(lead)
    assert browser.post(reverse("causes:rename", args=[row.pk]), {"rename-name": " "}).status_code == 422
    assert browser.post(reverse("causes:rename", args=[row.pk]), {"rename-name": "Fasteners"}).status_code == 303
    assert browser.post(reverse("causes:split", args=[row.pk]), {"split-name": "Part"}).status_code == 422
    assert browser.post(reverse("causes:notes", args=[row.pk]), {"notes-notes": "From one supplier"}).status_code == 303
    other = services.make_cause(lead, "Other")
    assert browser.post(reverse("causes:merge", args=[row.pk]), {"merge-target": row.pk}).status_code == 422
    answer = browser.post(reverse("causes:merge", args=[row.pk]), {"merge-target": other.pk})
    assert answer["Location"] == reverse("causes:cause", args=[other.pk])
    assert browser.get(at)["Location"] == reverse("causes:cause", args=[other.pk])
    page = browser.get(answer["Location"]).content.decode()
    assert "Fasteners" in page


def test_the_panel_names_a_cause_and_takes_it_away(junior, make_case, signed_in):
    case = make_case()
    browser = signed_in(junior)
    at = reverse("causes:link", args=[case.public_id])
    assert browser.post(at, {"name": "Zips"})["Location"].endswith("#causes")
    assert current(case) == {("Zips", True)}
    browser.post(at, {"name": "  "})
    assert CaseCause.objects.count() == 1
    row = Cause.objects.get()
    browser.post(reverse("causes:unlink", args=[case.public_id, row.pk]))
    assert current(case) == set()


def test_strangers_see_nothing(client, db):
    assert client.get(reverse("causes:list")).status_code == 302
    assert client.post(reverse("causes:add"), {"name": "x"}).status_code == 302
    assert not Cause.objects.exists()
    assert not Prevention.objects.exists()
