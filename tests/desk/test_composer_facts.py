"""Facts that the outline contradicts, promises as rows, words with marks: plain functions."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.composer.contradictions import contradictions, known_facts
from amends.desk.composer.promised import Row, corrections_from, rows_of
from amends.desk.composer.words import MARKS, passages, pieces
from amends.promises import Promise

TODAY = date(2031, 3, 20)


def asked(reply, outline, customer=(), language="en", **values):
    known = known_facts(outline, customer, language=language, today=TODAY, **values)
    return {(one.kind, one.words) for one in contradictions(reply, known, language=language, today=TODAY)}


@pytest.mark.parametrize(
    ("language", "reply", "outline", "words"),
    [
        ("en", "On 15 March we forgot you.", "Forgotten on 14 March.", "15 March"),
        ("lt", "Kovo 15 d. pamiršome Jūsų tortą.", "Kovo 14 d. tortas liko kepykloje.", "Kovo 15 d"),
        ("hr", "Dana 15. ožujka smo zaboravili tortu.", "14. ožujka torta je ostala.", "15. ožujka"),
        ("et", "15. märtsil unustasime teie tordi.", "14. märtsil jäi tort pagarikotta.", "15. märtsil"),
        ("sk", "15. marca sme zabudli na tortu.", "14. marca torta ostala v pekárni.", "15. marca"),
        ("he", "ב-15 במרץ שכחנו את העוגה.", "ב-14 במרץ העוגה נשארה.", "15 במרץ"),
    ],
)
def test_another_day_is_seen_in_each_language(language, reply, outline, words):
    assert words in {found for _kind, found in asked(reply, [outline], language=language)}
    assert not asked(outline, [outline], language=language)


def test_the_day_of_an_event_counts():
    events = [(date(2031, 3, 14), "09:14")]
    assert asked("On 14 March at 9:14 the van left.", [], events=events) == set()
    assert asked("On 13 March at 9:04 the van left.", [], events=events) == {("date", "13 March"), ("time", "9:04")}


@pytest.mark.parametrize("same", ["28 €", "28.00 EUR", "28,00 €", "€28"])
def test_an_amount_is_the_same_however_it_is_written(same):
    assert asked(f"You paid {same}.", ["Paid 28 € by card."]) == set()


def test_thousands_are_told_from_hundredths():
    assert asked("You paid 1,340 €.", ["Paid 1340 €."]) == set()
    assert asked("You paid 1,34 €.", ["Paid 1340 €."]) == {("amount", "1,34 €")}


def test_what_the_customer_wrote_may_be_picked_up():
    assert asked("Your 12 € for the taxi come too.", ["Paid 28 €."], ["I paid 12 € for a taxi."]) == set()


def test_a_slip_is_seen_though_the_outline_is_empty():
    assert asked("Your 1,430 € go back.", [], ["I want the 1,340 € back."]) == {("amount", "1,430 €")}
    assert asked("I add 10 € for flowers.", [], ["I want the 28 € back."]) == set()


def test_promised_days_lie_ahead():
    reply = "You waited since 14 March. I come on 22 March."
    known = known_facts(["Waits since 14 March."], [], language="en", today=TODAY)
    promised = [(reply.index("I come"), len(reply))]
    assert contradictions(reply, known, language="en", today=TODAY, ahead=promised) == []
    assert [one.words for one in contradictions(reply, known, language="en", today=TODAY)] == ["22 March"]


def test_names_are_known_in_any_form():
    outline = ["Petraitis packed it."]
    assert asked("Dear Rūta, I told Petraičiui so.", outline, names=["Rūta Kalnienė"], persons=["Ana"]) == set()
    assert asked("It was Jonas who packed it.", outline, names=["Rūta Kalnienė"]) == {("name", "Jonas")}


def test_nothing_is_asked_where_the_outline_knows_nothing():
    assert asked("On 15 March at 9:04 Jonas took 38 €, order AB12345.", []) == set()


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_read(reply, outline):
    for one in contradictions(
        reply, known_facts([outline], [], language="en", today=TODAY), language="en", today=TODAY
    ):
        assert reply[one.start : one.end] == one.words


def promise(quote="I will ring you", due=None, who="I", name=None):
    return Promise(quote, 0, len(quote), who, name, quote, None, due, "day" if due else None, False)


def test_rows_take_corrections_by_their_words():
    found = [
        promise(due=date(2031, 5, 2)),
        promise("We refund you", who="we"),
        promise("Tomas comes", who="other", name="Tomas"),
    ]
    rows = rows_of(found, {}, owner="7", named={"tomas kask": "9"})
    assert [(row.day, row.owner) for row in rows] == [("2031-05-02", "7"), ("", "7"), ("", "9")]
    changed = rows_of(found[::-1], {"found": {rows[0].key: {"day": "2031-05-03", "clock": "10:00"}}}, owner="7")
    assert changed[2].due("Europe/Vilnius").isoformat() == "2031-05-03T10:00:00+03:00"
    assert changed[1].day == ""


def test_the_same_words_twice_are_two_rows():
    keys = [row.key for row in rows_of([promise(), promise()], {}, owner="1")]
    assert len(set(keys)) == 2


def test_a_form_that_changed_nothing_corrects_nothing():
    [row] = rows_of([promise(due=datetime(2031, 5, 2, 10))], {}, owner="1")
    form = {f"promise-{row.key}-{name}": getattr(row, name) for name in ("act", "day", "clock", "owner")}
    form |= {f"promise-{row.key}-was-{name}": value for name, value in row.was.items()}
    assert corrections_from(form) == {}
    assert corrections_from(form | {f"promise-{row.key}-removed": "yes"}) == {"found": {row.key: {"removed": True}}}


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=8))
def test_any_form_can_be_read(form):
    form = {f"promise-{name}": value for name, value in form.items()} | {"promise-x-act": "y"}
    rows_of([], corrections_from(form), owner="1")


@pytest.mark.parametrize(
    ("day", "clock", "due"), [("", "10:00", None), ("soon", "", None), ("2031-05-02", "soon", date(2031, 5, 2))]
)
def test_a_moment_that_cannot_be_read_is_none(day, clock, due):
    assert Row("new-0", "x", day, clock, "").due("UTC") == due


@given(
    st.text(max_size=200),
    st.lists(st.tuples(st.sampled_from(MARKS), st.integers(-5, 210), st.integers(-5, 210)), max_size=8),
)
def test_pieces_are_the_text(text, spans):
    result = {}
    for mark, start, end in spans:
        result.setdefault(mark, []).append([start, end])
    cut = pieces(text, passages(text, result))
    assert "".join(piece.text for piece in cut) == text


def test_a_passage_may_be_kept_as_its_words():
    text = "You promised Friday. It is Monday."
    marked = passages(text, {"expected": ["You promised Friday."], "happened": [{"start": 21, "end": 34}]})
    assert [piece.marks for piece in pieces(text, marked)] == [("expected",), (), ("happened",)]
