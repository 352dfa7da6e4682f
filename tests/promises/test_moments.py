"""Moments in words: each language's own ways, counted from one Tuesday morning."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amends
from amends.promises.calendar import Calendar
from amends.promises.lexicon import lexicon_languages
from amends.promises.moments import latest_moment, mentions
from amends.text import fold

TUESDAY = datetime(2026, 3, 3, 9, 15)


def due(text: str, language: str, sent: datetime = TUESDAY, country: str | None = None) -> str | None:
    moment = latest_moment(mentions(fold(text), language, sent, Calendar(country)), sent)
    return (
        moment.latest.isoformat(timespec="minutes")
        if isinstance(moment and moment.latest, datetime)
        else (moment.latest.isoformat() if moment else None)
    )


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I'll ring you tomorrow", "2026-03-04"),
        ("en", "by Friday", "2026-03-06"),
        ("en", "on Tuesday", "2026-03-03"),
        ("en", "on Thursday by 5pm", "2026-03-05T17:00"),
        ("en", "within 3 business days", "2026-03-06"),
        ("en", "within five working days", "2026-03-10"),
        ("en", "in 24 hours", "2026-03-04T09:15"),
        ("en", "within the hour", "2026-03-03T10:15"),
        ("en", "tomorrow morning", "2026-03-04T12:00"),
        ("en", "tonight at half seven", "2026-03-03T19:30"),
        ("en", "between 9 and 10am on Saturday", "2026-03-07T10:00"),
        ("en", "this week", "2026-03-08"),
        ("en", "by the end of the month", "2026-03-31"),
        ("en", "by 16 October", "2026-10-16"),
        ("en", "before Easter", "2026-04-04"),
        ("en", "in a day or two", "2026-03-05"),
        ("lt", "pervesime iki kovo 12 d.", "2026-03-12"),
        ("lt", "rytoj iki 15 val. paskambinsiu", "2026-03-04T15:00"),
        ("lt", "grąžinsime per 3–5 darbo dienas", "2026-03-10"),
        ("lt", "atvešiu ketvirtadienį", "2026-03-05"),
        ("lt", "iki šios savaitės pabaigos", "2026-03-08"),
        ("lt", "iki menesio pabaigos", "2026-03-31"),
        ("hr", "javit ću se do petka 6. ožujka", "2026-03-06"),
        ("hr", "dolazim sutra u 17 sati", "2026-03-04T17:00"),
        ("hr", "u roku od 30 dana", "2026-04-02"),
        ("hr", "do kraja tjedna", "2026-03-08"),
        ("hr", "sutra u pola osam", "2026-03-04T07:30"),
        ("he", "אתקשר אליך מחר עד שש בערב", "2026-03-04T18:00"),
        ("he", "ביום ראשון", "2026-03-08"),
        ("he", "תוך שלושה ימי עסקים", "2026-03-06"),
        ("he", "עד ה-12 במרץ", "2026-03-12"),
        ("he", "יגיע תוך 48 שעות", "2026-03-05T09:15"),
        ("et", "helistan homme kell 10", "2026-03-04T10:00"),
        ("et", "kolme tööpäeva jooksul", "2026-03-06"),
        ("et", "hiljemalt 16. märtsiks", "2026-03-16"),
        ("et", "nädala lõpuks", "2026-03-08"),
        ("et", "reedeks", "2026-03-06"),
        ("sk", "zavolám zajtra o 17.30", "2026-03-04T17:30"),
        ("sk", "vrátime do 14 dní", "2026-03-17"),
        ("sk", "vo štvrtok do obeda", "2026-03-05T12:00"),
        ("sk", "do konca týždňa", "2026-03-08"),
        ("sk", "v utorok 10. marca o 8.00", "2026-03-10T08:00"),
    ],
)
def test_each_language_names_moments_in_its_own_way(language: str, text: str, expected: str) -> None:
    assert due(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I'll refund the £8.30 straight away"),
        ("en", "as soon as possible"),
        ("en", "we sell 12 of them"),
        ("en", "every Friday we write to you"),
        ("en", "it may take a while"),
        ("en", "your order from last Friday"),
        ("lt", "grąžinsime 38,50 € į kortelę"),
        ("hr", "vraćam vam 38 eura"),
        ("he", 'החזר של 120 ש"ח'),
        ("et", "32.60 eurot"),
        ("sk", "za opravu vraciam 96 €"),
        ("sk", "každý piatok"),
    ],
)
def test_what_names_no_moment_has_none(language: str, text: str) -> None:
    assert due(text, language) is None


def test_what_counts_from_the_customers_act_has_no_moment_yet() -> None:
    assert due("within 14 days of receiving the parcel", "en") is None
    assert due("do 14 dní od doručenia", "sk") is None


def test_holidays_of_a_country_are_no_working_days() -> None:
    before_independence_day = datetime(2026, 3, 9, 9)
    assert due("per 3 darbo dienas", "lt", before_independence_day) == "2026-03-12"
    assert due("per 3 darbo dienas", "lt", before_independence_day, "LT") == "2026-03-13"


def test_an_unknown_country_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="XX"):
        Calendar("XX")


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.sampled_from([None, "LT", "IL", "GB"]))
def test_working_days_add_up(day: date, count: int, country: str | None) -> None:
    calendar = Calendar(country)
    after = calendar.after(day, count)
    between = sum(calendar.works_on(day + timedelta(days=step)) for step in range(1, (after - day).days + 1))
    assert between == count
    assert count == 0 or calendar.works_on(after)


@given(
    st.text(max_size=300),
    st.sampled_from(lexicon_languages()),
    st.datetimes(datetime(2001, 1, 1), datetime(2050, 1, 1)),
)
def test_any_text_can_be_read(text: str, language: str, sent: datetime) -> None:
    folded = fold(text)
    found = mentions(folded, language, sent)
    edges = [(mention.start, mention.end) for mention in found]
    assert all(0 <= start < end <= len(folded) for start, end in edges)
    assert all(one[1] <= other[0] for one, other in pairwise(edges))
    moment = latest_moment(found, sent)
    if moment is not None:
        latest = moment.latest.date() if isinstance(moment.latest, datetime) else moment.latest
        assert latest >= sent.date()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Pinigus grąžinsime iki 2028 m. sausio 5 d.", date(2028, 1, 5)),
        ("Atsakysime iki 2026 m. gruodžio 5 d.", date(2026, 12, 5)),
        ("Pinigus grąžinsime iki sausio 5 d.", date(2027, 1, 5)),
    ],
)
def test_a_lithuanian_date_has_its_year_first(text, due):
    (promise,) = amends.promises(text, language="lt", sent=datetime(2026, 11, 3, 9))
    assert promise.due == due
