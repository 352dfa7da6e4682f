"""The pages of figures: who sees what, filters, downloads, pages of other rooms, charts in both directions."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.cases.services import record_out
from amends.desk.errors import WrongInput
from amends.desk.insight import chart, downloads, reckoning, sentences, sources
from amends.desk.insight.models import Letter, LetterSettings
from amends.desk.insight.sources import TOO_FEW, Bars, Column, Columns, Figure, Ranges, Series, Source
from amends.desk.insight.subjects import OWN
from amends.desk.insight.summaries import Asked, Tally
from amends.desk.insight.wording import amount, duration
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Team

ROLES = ("owner", "lead", "agent", "junior")
KEYS = [source.key for source in OWN]


def review(verdict="partial", missing=("prevention",)):
    return {
        "verdict": verdict,
        "score": 60,
        "components": {"apology": ["We are sorry"]},
        "missing": [{"label": part} for part in missing],
        "findings": [],
    }


@pytest.fixture
def busy(make_case, make_promise, agent):
    """Six cases of one team by mail, two of none by phone; seven promises that came due."""
    team = Team.objects.create(name="=Shop")
    for number in range(8):
        by_mail = number < 6
        case = make_case(
            channel="mail" if by_mail else "call",
            team=team if by_mail else None,
            kinds=["late"] if number % 2 else ["rude"],
            severity=40,
            began=timezone.now() - timedelta(days=2),
        )
        if number < 7:
            sent_at = case.created_at + timedelta(hours=number + 1)
            record_out(agent, case, text="We are sorry.", channel="mail", sent_at=sent_at, review=review())
            promise = make_promise(case, due=date(2031, 5, 2))
            Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - timedelta(hours=1), state="kept")
    reckoning.catch_up()
    return team


def table(page, heading):
    """The cells of the table under a heading."""
    text = page.split(f">{heading}</h2>")[1].split("</table>")[0]
    rows = text.split("<tbody>")[1].split("<tr>")[1:]
    return [
        [cell.split("<")[0] for cell in row.replace("<bdi>", "").split(">") if cell.split("<")[0].strip()]
        for row in rows
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_how_we_are_doing(role, busy, make_person, signed_in):
    browser = signed_in(make_person(role))
    page = browser.get(reverse("insight:overview")).content.decode()
    assert "How are we doing" in page
    assert "One thing to look at first" in page
    # Each of the six has its chart, or says why there is none.
    assert (page.count('<svg class="chart'), page.count("chart-none")) == (5, 1)
    for key in KEYS:
        assert browser.get(reverse("insight:subject", args=[key])).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("lead", 200), ("agent", 403), ("junior", 403)])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_leads_and_owners_take_tables_away(role, status, kind, busy, make_person, signed_in):
    address = reverse("insight:download", args=["answer", "month", kind])
    assert signed_in(make_person(role)).get(address).status_code == status


@pytest.mark.parametrize("name", ["overview", "mirror", "letters"])
def test_nobody_sees_them_without_signing_in(name, client, business):
    assert client.get(reverse(f"insight:{name}")).status_code == 302


def test_an_empty_desk_says_so_calmly(owner, signed_in, business):
    page = signed_in(owner).get(reverse("insight:overview")).content.decode()
    assert "No complaint came in." in page
    assert "Nobody waits for us at this moment." in page
    assert "still reckoning its first figures" in page
    for key in KEYS:
        assert signed_in(owner).get(reverse("insight:subject", args=[key])).status_code == 200


def test_too_few_are_not_compared(busy, lead, signed_in):
    page = signed_in(lead).get(reverse("insight:subject", args=["answer"])).content.decode()
    rows = {row[0]: row[1:] for row in table(page, "By way")}
    assert rows["Mail"][:3] == ["6", "6", "100%"]
    assert rows["Mail"][4] == "4 hours"
    assert rows["Phone call"] == ["2", "1", *["too few to say"] * 4]


def test_what_is_shown_can_be_narrowed(busy, lead, signed_in):
    browser = signed_in(lead)
    address = reverse("insight:subject", args=["promises"])
    for query, due in (({}, "7"), ({"team": busy.pk}, "6"), ({"team": "0"}, "1"), ({"channel": "call"}, "1")):
        page = browser.get(address, query).content.decode()
        assert table(page, "By month")[-1][1] == due
    page = browser.get(address, {"language": "he"}).content.decode()
    assert table(page, "By month")[-1][1] == "0"
    page = browser.get(address, {"to": "2020-05", "from": "2020-03"}).content.decode()
    assert [row[0] for row in table(page, "By month")] == ["March 2020", "April 2020", "May 2020"]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "x", "to": "2031-99", "team": "nobody", "channel": "'", "language": "<"},
        {"from": "9999-12", "to": "0001-01"},
        {"team": "9" * 30},
        {"from": "2031-05", "to": "1990-01"},
    ],
)
def test_an_odd_link_never_breaks_a_page(query, busy, lead, signed_in):
    for address in (reverse("insight:overview"), reverse("insight:subject", args=["answer"])):
        assert signed_in(lead).get(address, query).status_code == 200


def test_there_are_only_the_pages_that_there_are(busy, owner, signed_in):
    browser = signed_in(owner)
    assert browser.get(reverse("insight:subject", args=["people"])).status_code == 404
    assert browser.get(reverse("insight:download", args=["answer", "person", "csv"])).status_code == 404


def test_a_table_as_csv_is_for_machines_and_safe_in_spreadsheets(busy, lead, signed_in):
    address = reverse("insight:download", args=["answer", "team", "csv"])
    answer = signed_in(lead).get(address)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["team"] for row in rows] == ["'=Shop", "No team"]
    assert rows[0]["team_key"] == str(busy.pk)
    assert rows[0]["median_seconds"] == str(3.5 * 3600)
    assert rows[1]["median_seconds"] == ""


def test_a_table_as_parquet_has_numbers(busy, lead, signed_in):
    parquet = pytest.importorskip("pyarrow.parquet")
    address = reverse("insight:download", args=["answer", "channel", "parquet"])
    answer = signed_in(lead).get(address)
    found = parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    assert [(row["channel_key"], row["cases"], row["median_seconds"]) for row in found] == [
        ("mail", 6, 3.5 * 3600),
        ("call", 2, None),
    ]


def test_without_pyarrow_parquet_says_what_to_do(busy, lead, signed_in, monkeypatch):
    monkeypatch.setattr(downloads, "find_spec", lambda name: None)
    with pytest.raises(WrongInput, match="pip install pyarrow"):
        downloads.as_parquet(Figure("", [], []))
    browser = signed_in(lead)
    answer = browser.get(reverse("insight:download", args=["answer", "month", "parquet"]))
    assert answer.status_code == 422
    assert "pip install pyarrow" in answer.content.decode()
    assert "As Parquet" not in browser.get(reverse("insight:subject", args=["answer"])).content.decode()


def test_other_rooms_add_pages_and_take_the_place_of_ours(busy, lead, agent, signed_in, monkeypatch):
    def figures(asked):
        yield Figure(
            "By cause",
            [
                Column("Cause", "cause", "text"),
                Column("Given back", "given_back", "number"),
                Column("Kept", "kept", "percent"),
            ],
            [("Oven", asked.total["cases"] / 2, TOO_FEW)],
            Bars(["Oven"], [3.0]),
            name="cause",
        )

    monkeypatch.setattr(sources, "_sources", {})
    sources.register(Source("causes", "Our causes", figures, "Grown from our cases."))
    sources.register(Source("secret", "For leads", figures, act="insight.download", order=5))
    page = signed_in(lead).get(reverse("insight:subject", args=["causes"])).content.decode()
    assert "Grown from our cases." in page
    assert table(page, "By cause") == [["Oven", "4.0", "too few to say"]]
    assert "For leads" in page
    browser = signed_in(agent)
    assert "For leads" not in browser.get(reverse("insight:overview")).content.decode()
    assert browser.get(reverse("insight:subject", args=["secret"])).status_code == 404
    answer = signed_in(lead).get(reverse("insight:download", args=["causes", "cause", "csv"]))
    assert answer.content.decode("utf-8-sig").splitlines() == ["cause,given_back,kept", "Oven,4.0,"]


def test_groups_are_in_the_order_of_names_whatever_their_figures(make_case, lead, signed_in):
    for name in ("Zebra", "Alder"):
        team = Team.objects.create(name=name)
        for _number in range(2 if name == "Zebra" else 1):
            make_case(team=team)
    reckoning.catch_up()
    page = signed_in(lead).get(reverse("insight:subject", args=["again"])).content.decode()
    assert [row[0] for row in table(page, "By team")] == ["Alder", "Zebra"]


def test_hebrew_runs_from_right_to_left(busy, make_person, signed_in):
    page = signed_in(make_person("lead", language="he")).get(reverse("insight:overview")).content.decode()
    assert '<html lang="he" dir="rtl"' in page
    assert 'direction="rtl" role="img"' in page


def test_the_navigation_leads_there(agent, signed_in):
    assert reverse("insight:overview") in signed_in(agent).get(reverse("cases:inbox")).content.decode()


@pytest.mark.parametrize("narrowed", [{}, {"team": 0}, {"team": 0, "channel": "mail"}])
def test_figures_come_from_summaries_alone(narrowed, busy, django_assert_max_num_queries):
    month = timezone.now().date().replace(day=1)
    for source in OWN:
        with django_assert_max_num_queries(14) as queries:
            list(source.figures(Asked(month - timedelta(days=300), month, **narrowed)))
        tables = {one["sql"].split('FROM "')[1].split('"')[0] for one in queries}
        assert tables <= {"insight_summary", "people_team"}


# Words


def tally(**counts):
    found = Tally()
    found.add({name.replace("_", "-"): value for name, value in counts.items()})
    return found


NOW = timezone.now()


def test_there_is_always_something_that_went_well():
    assert sentences.what_went_well(tally()) == ["No complaint came in."]
    assert "gave us the chance" in sentences.what_went_well(tally(cases=3))[0]
    assert "3 customers told us" in sentences.what_went_well(tally(cases=3, said_right=3))[0]
    kept = sentences.what_went_well(tally(due_in_time=9, due_late=1))
    assert kept == ["9 of 10 promises were kept in time (90%)."]


@pytest.mark.parametrize(
    ("counts", "standing", "page"),
    [
        ({"cases": 50, "replies": 50}, {"overdue": 2, "unanswered": 3}, reverse("ledger:board")),
        (
            {"cases": 50},
            {"unanswered": 3, "longest": (NOW - timedelta(hours=30)).isoformat()},
            reverse("cases:inbox"),
        ),
        ({"due_in_time": 5, "due_not_kept": 5}, {}, "/insight/of/promises/?team=3"),
        ({"cases": 50, "second": 10}, {}, "/insight/of/again/?team=3"),
        ({"cases": 1}, {}, reverse("insight:overview")),
    ],
)
def test_people_who_wait_come_before_figures(counts, standing, page):
    found = sentences.one_thing_next(tally(**counts), standing, NOW, 24, "team=3")
    assert found.address == page


def test_what_is_left_out_comes_with_a_way_to_write_it():
    found = Tally()
    found.add({"replies": 10, "missing:prevention": 6})
    words = sentences.one_thing_next(found, {}, NOW, 24).words
    assert "6 of 10 replies" in words
    assert len(words) > 60


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 minutes"),
        (60, "1 minute"),
        (5_300, "88 minutes"),
        (5_400, "2 hours"),
        (172_000, "48 hours"),
        (172_800, "2 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert duration(seconds) == words


@given(st.floats(0, 100))
def test_a_hundred_percent_means_all_of_them(value):
    words = amount(value, "percent")
    assert (words == "100%") == (value == 100)
    assert (words == "0%") == (value == 0)


# Charts

numbers = st.integers(0, 10_000)
labels = st.lists(st.text("abc", max_size=40), min_size=1, max_size=24)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=24))
def test_columns_show_what_the_table_says_in_both_directions(rows):
    shown = Columns(
        [str(place) for place in range(len(rows))],
        [Series("kept", [row[0] for row in rows], "good"), Series("broken", [row[1] for row in rows], "bad")],
    )
    drawing, mirrored = chart.draw(shown), chart.draw(shown, right_to_left=True)
    tall = {tone: sum(mark.height for mark in drawing.marks if mark.tone == tone) for tone in ("good", "bad")}
    whole = sum(tall.values())
    if whole:
        share = sum(row[0] for row in rows) / sum(map(sum, rows))
        assert tall["good"] / whole == pytest.approx(share, abs=0.02)
    _inside(drawing)
    _inside(mirrored)
    assert sorted(round(mirrored.width - mark.x - mark.width, 1) for mark in mirrored.marks) == pytest.approx(
        sorted(round(mark.x, 1) for mark in drawing.marks), abs=0.2
    )


@given(
    st.lists(
        st.none() | st.tuples(numbers, numbers, numbers).map(lambda row: tuple(sorted(row))), min_size=1, max_size=24
    )
)
def test_ranges_stand_in_order(values):
    drawing = chart.draw(Ranges([""] * len(values), values))
    assert len(drawing.marks) == 2 * sum(value is not None for value in values)
    _inside(drawing)


@given(st.lists(numbers, min_size=1, max_size=12).map(lambda row: sorted(row, reverse=True)), st.booleans())
def test_bars_that_add_up_end_at_the_end(values, right_to_left):
    drawing = chart.draw(Bars(["a"] * len(values), values, together=True), right_to_left=right_to_left)
    _inside(drawing)
    plain = [mark for mark in drawing.marks if mark.tone == "plain"]
    if sum(values):
        assert sum(mark.width for mark in plain) == pytest.approx(drawing.width, abs=len(values) + 1)


def _inside(drawing):
    for mark in drawing.marks:
        assert -0.1 <= mark.x <= mark.x + mark.width <= drawing.width + 1.1
        assert -0.1 <= mark.y <= mark.y + mark.height <= drawing.height + 2.1
    for words in drawing.words:
        assert 0 <= words.x <= drawing.width


@given(st.floats(0, 1e9), st.sampled_from(["count", "time", "number", "percent"]))
def test_an_axis_reaches_the_highest_value_in_few_steps(highest, kind):
    if kind == "percent":
        highest %= 100
    values = chart.steps(highest, kind)
    assert values[0] == 0
    assert values[-1] >= highest * 0.999999
    assert 2 <= len(values) <= 6


def test_rows_of_letters_exist_for_owners_alone():
    # What a table holds about a person of ours is said here once: who gets letters, nothing else.
    assert {field.name for field in Letter._meta.fields if field.related_model} == {"person", "mail"}
    assert {field.name for field in LetterSettings._meta.fields} == {"id", "on"}
