"""Hearing whole messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import amends
from amends.hearing import facts, hear
from amends.hearing.model import hearing_languages


@pytest.mark.parametrize(
    ("language", "complaint", "question"),
    [
        (
            "en",
            "Three weeks and my parcel still has not arrived. Nobody answers my mails.",
            "Hi, what time do you open on Sunday?",
        ),
        (
            "lt",
            "Jau trys savaitės, o siunta taip ir neatėjo. Niekas neatsako į laiškus.",
            "Laba diena, kelintą valandą dirbate sekmadienį?",
        ),
        (
            "hr",
            "Već tri tjedna čekam paket i nitko mi ne odgovara na mailove.",
            "Dobar dan, u koliko sati otvarate nedjeljom?",
        ),
        ("he", "כבר שלושה שבועות שהחבילה לא הגיעה ואף אחד לא עונה לי.", "שלום, באיזו שעה אתם פותחים ביום ראשון?"),
        (
            "et",
            "Juba kolm nädalat ja pakk pole ikka kohale jõudnud. Keegi ei vasta kirjadele.",
            "Tere, mis kell te pühapäeval avate?",
        ),
        (
            "sk",
            "Už tri týždne čakám na balík a nikto mi neodpovedá na maily.",
            "Dobrý deň, o koľkej otvárate v nedeľu?",
        ),
    ],
)
def test_a_complaint_is_told_from_a_question(language: str, complaint: str, question: str) -> None:
    assert hear(complaint, language=language).complaint
    assert not hear(question, language=language).complaint


def test_a_hearing_tells_what_carried_it_in_the_messages_own_words() -> None:
    text = "Three weeks and my parcel still has not arrived."
    heard = hear(text, language="en")
    assert heard.because
    assert all(text[passage.start : passage.end] == passage.text for passage in heard.because)


def test_no_complaint_has_no_severity() -> None:
    heard = hear("Thank you, everything came on time and in one piece!", language="en")
    assert not heard.complaint
    assert heard.severity == "none"
    assert heard.kinds == ()


def test_a_complaint_that_asks_for_nothing_says_so() -> None:
    heard = hear("The soup was cold.", language="en")
    assert heard.asks == ("nothing",)


def test_a_language_that_cannot_be_heard_gives_a_reason_and_the_facts() -> None:
    heard = hear("Zamówienie 48213 nie dotarło.", language="pl")
    assert heard.reason
    assert not heard.complaint
    assert [fact.text for fact in heard.facts] == ["48213"]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("I paid £129.50 for it", "amount", ["£129.50"]),
        ("sumokėjau 12,50 € ir 3 eur", "amount", ["12,50 €", "3 eur"]),
        ('שילמתי 89 ש"ח', "amount", ['89 ש"ח']),
        ("order AB-48213 and 99871234", "reference", ["AB-48213", "99871234"]),
        ("call me on 020 7946 0123", "phone", ["020 7946 0123"]),
        ("since 12.10.2025 nothing", "date", ["12.10.2025"]),
        ("I spoke to Marta Novak at the desk", "name", ["Marta Novak"]),
        ("write to ana@example.org", "mail", ["ana@example.org"]),
    ],
)
def test_facts_are_found_by_their_shape(text: str, kind: str, expected: list[str]) -> None:
    assert [fact.text for fact in facts(text) if fact.kind == kind] == expected


@given(st.text(max_size=400), st.sampled_from([None, *hearing_languages()]))
def test_any_text_can_be_heard(text: str, language: str | None) -> None:
    heard = hear(text, language=language)
    assert 0 <= heard.probability <= 1
    for passage in (*heard.because, *heard.happened, *heard.expected, *heard.harm, *heard.contact):
        assert text[passage.start : passage.end] == passage.text
    for fact in heard.facts:
        assert text[fact.start : fact.end] == fact.text


def test_the_wrong_kind_of_argument_is_an_error() -> None:
    with pytest.raises(TypeError, match="bytes"):
        hear(b"hello")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="radio"):
        hear("hello", channel="radio")


def test_amends_hear_is_the_same() -> None:
    assert amends.hear is hear


@pytest.mark.parametrize(("text", "language"), [("Pathetic.", "en"), ("Grozno!", "hr"), ("מזעזע", "he")])
def test_a_single_word_is_heard_where_one_language_alone_knows_it(text, language):
    heard = hear(text)
    assert (heard.language, heard.complaint, heard.reason) == (language, True, None)


@pytest.mark.parametrize("text", ["Qwxyzzy", "👍", "!!!", "qq zz " * 20])
def test_what_no_language_knows_is_not_guessed(text):
    assert hear(text).language is None
