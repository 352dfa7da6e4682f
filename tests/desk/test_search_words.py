"""How words of six languages are read, kept and looked for; no database."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.search.words import GAP, Marker, question, words_of

INFLECTED = {
    "en": "cake cakes, refunded refunds, delivery deliveries, promise promises, orders ordered",
    "lt": "šaltas šalta, šalto šaltą, žuvis žuvies, žuvų žuvimi, tortas tortais, siuntinys siuntinio, užsakymų "
    "užsakymuose, klientė klientės, Rūta Rūtos, sąskaita sąskaitoje, kambarys kambaryje, knyga knygos",
    "hr": "torta tortama, račun računima, narudžba narudžbom, soba sobe, čaša čaše, đak đaka, stol stolova",
    "et": "kook koogi, tort tordi, õun õunad, arvega arvele, tellimuse tellimused, klient kliendile, saun saunas",
    "sk": "koláč koláčov, koláčmi koláčom, objednávka objednávkou, izba izby, faktúra faktúry, mesto mesta, žena ženy",
    "he": "העוגה עוגה, עוגה עוגות, בעוגה לעוגות, חשבון החשבונות, שהזמנתי הזמנתי, שָׁלוֹם שלום, הדלת דלת, והחדר חדרים, "
    "מהמלון מלון, הזמנות ההזמנה, כשהגענו הגענו",
}


def finds(asked, *texts):
    return question(asked).fits(words_of(texts))


@pytest.mark.parametrize("language", INFLECTED)
def test_one_form_of_a_word_finds_another(language):
    for pair in INFLECTED[language].split(", "):
        one, other = pair.split()
        assert finds(one, f"x {other} x"), pair
        assert finds(other, f"x {one} x"), pair


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("salta", "Labai ŠALTA žuvis"),
        ("ŠALTA", "salta zuvis"),
        ("oun", "Õun"),
        ("cevapi", "Ćevapi"),
        ("dak", "Đak"),
        ("caj", "ČAJ"),
        ("שלום", "שָׁלוֹם"),
        ("שָׁלוֹם", "שלום"),
        ("tom@mail.example", "Tom@Mail.example"),
        ("don't", "I don’t know"),
        ("12345", "order 12345-A"),
        ("deliv", "delivery"),
        ("a\N{COMBINING DIAERESIS}ra", "ära"),
    ],
)
def test_writing_does_not_matter(asked, text):
    assert finds(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("late", "the latter, a lattice"),
        ("cake", "the baker"),
        ("123", "9123"),
        ("שלום", "לומר"),
        ("tom@mail.example", "mail.example tom"),
        ('"cold fish"', "fish cold"),
        ('"cold fish"', "cold fishes"),
        ("fish meat", "fish"),
        ("fish -cold", "cold fish"),
        ("-fish", "fish"),
        ("%", "100 %"),
        ("_", "a_b"),
    ],
)
def test_what_is_not_there_is_not_found(asked, text):
    assert not finds(asked, text)


def test_all_words_anywhere_in_the_case_a_phrase_in_one_text():
    assert finds("cold ana", "cold fish", "Ana")
    assert finds('"cold fish" ana', "cold fish", "Ana")
    assert not finds('"fish ana"', "cold fish", "Ana")
    assert finds("-meat fish", "fish")
    assert finds("-meat", "fish")
    assert finds('-"fish cold" fish', "cold fish")


def test_an_open_quotation_is_one_to_the_end():
    assert finds('"cold fish', "a cold fish")
    assert not finds('"fish cold', "a cold fish")


@given(st.text(max_size=200), st.text(max_size=400))
def test_whatever_is_typed_and_written_has_an_answer(asked, text):
    read = question(asked)
    for word in words_of([text]):
        assert word == GAP or word.removeprefix(GAP).isalnum()
    for term in read.terms:
        assert all(word.removeprefix(GAP).isalnum() for form in term.forms for word in form.words)
    read.fits(words_of([text]))
    spans = Marker(read).hits(text)
    assert all(0 <= begin < end <= len(text) for begin, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(st.text(alphabet="abčžšõאהשלבםnst -'\"", min_size=1, max_size=60))
def test_every_word_of_a_text_finds_the_text_and_is_marked_in_it(text):
    for word in text.replace("-", " ").replace('"', " ").split():
        read = question(word)
        if not read.nothing:
            assert read.fits(words_of([text])), word
            assert Marker(read).hits(text), word


@given(st.text(alphabet="abcd ", max_size=40), st.text(alphabet='abcd "-', max_size=20))
def test_a_text_is_marked_when_it_has_all_that_is_wanted(text, asked):
    read = question(asked)
    if read.wanted and not read.unwanted and read.fits(words_of([text])):
        assert Marker(read).hits(text)


def test_marks_are_in_the_writers_own_characters():
    text = "Labai  ŠALTÀ žuvis 😀, šaltoje"
    assert [text[begin:end] for begin, end in Marker(question("salta")).hits(text)] == ["ŠALTÀ", "šaltoje"]
    text = "זו הָעוּגָה שלי"
    assert [text[begin:end] for begin, end in Marker(question("עוגה")).hits(text)] == ["הָעוּגָה"]


def test_a_very_long_question_is_cut():
    assert len(question("cake " * 5_000).terms) == 1
    assert len(question(" ".join(f"word{number}" for number in range(500))).terms) <= 12
    assert question("x" * 10_000).terms
