"""Where sentences begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.text import sentences


def split(text: str, language: str | None = None) -> list[str]:
    """The sentences of a text as strings."""
    return [text[start:end] for start, end in sentences(text, language=language)]


# Each text is written with a bar where a sentence ends; the bar and one space before it are taken out.
CASES = {
    "en": [
        "We lost it.| We are sorry!| Was it dear?| It was.",
        "Mr. Bell and Dr. Lee met at 5 p.m. in the shop.| The fee is 4.90 EUR.| No. 12 is closed.",
        "We close at 5 p.m.| The next day we open at 9.30 a.m. as usual.",
        "J. K. Moore signed it.| So did I.| We agree.",
        "See https://shop.example/a?b=1.Now or write to jo.bell@shop.example.| Thanks!",
        "So sorry... we forgot.| Then...| We found it…| It is here.",
        "It is done.|We will call you.|Soon!|Bye",
        "so sorry about that. |please send us the number. |we fix it today",
        "Thanks 😊| We are on it 🙏🙏| See you",
        "Sorry! 😢| We will call :)| Promise.",
        '"We lost it."| That is all she said.| "Why?" he asked.',
        "(It was our fault.)| We know.",
        "Yahoo?!| Really?!!| Yes.",
        "It costs 3.50, e.g. in town, i.e. here, etc.| We pay.",
        "We owe you £3.| On 12.3.2025 it was paid.| See Fig. 3 and p. 4 for more.",
    ],
    "lt": [
        "SKAMBINKITE NUO 10 VAL. RYTO.| LAUKSIME.",
        "Labai atsiprašome.| Pinigus grąžinsime iki kovo 3 d. ryto.| Ačiū!",
        "Gerb. p. Kalne, prekė, pvz. lempa, kainuoja 4,90 Eur.| Ją gausite 14 val. bute Nr. 5.",
        "Tai įvyko š. m. kovo 12 d.| Suklydome mes.| T. y. aš.",
    ],
    "hr": [
        "Žao nam je.| Javit ćemo se do 12. ožujka 2025. u 13 sati.| Hvala!",
        "Poštovana gđa. Perak, vaš račun br. 5 iznosi 4,90 eura.| Tvrtka Lampa d.o.o. plaća.",
        "Rok je 3. svibnja 2025.| Novac je vraćen, npr. danas, itd.| Hvala.",
        "JAVIT ĆEMO SE DO 12. OŽUJKA.| VRAĆAMO SVIH 30.| HVALA.",
    ],
    "he": [
        "אנחנו מצטערים.| החבילה אבדה אצלנו!| מתי נוח לך?| נתקשר.",
        'המחיר הוא 30 ש"ח.| ד"ר לוי יחזור אליך בשעה 9.30.| תודה',
        "טעינו.|הכסף הוחזר.|תודה",
        "אבד לנו 😢| נשלח חדש.",
    ],
    "et": [
        "Vabandame väga.| Raha jõuab teieni 3. märtsil kell 14.30.| Aitäh!",
        "Lp. pr. Mets, arve nr. 5 on tasutud, s.t. kõik on korras jne.| Kuller helistab.",
        "Pakk tuleb 12. mail.| Teie tn. 5 ukse taha, nt. hommikul.",
        "VASTAME HILJEMALT 31. OKTOOBRIL.| PAKK TULEB 12. MAIL.",
    ],
    "sk": [
        "Je nám to ľúto.| Ozveme sa do 3. marca o 14.30.| Ďakujeme!",
        "Vážená p. Ing. Dubová, faktúra č. 5 je uhradená, t. j. vybavená atď.| Kuriér zavolá.",
        "Firma Lampa s. r. o. vráti 4,90 €.| Napr. dnes.",
    ],
}


@pytest.mark.parametrize(
    ("language", "marked"), [(language, marked) for language, cases in CASES.items() for marked in cases]
)
def test_sentences_of_one_line(language: str, marked: str) -> None:
    assert split(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hi Fay,\nwe lost your lamp.\nIt was our fault\n\nKind regards,\nJo",
            ["Hi Fay,", "we lost your lamp.", "It was our fault", "Kind regards,", "Jo"],
        ),
        (
            "We packed the lamp in the wrong box and then sent the box to\nanother customer. We\nare sorry.",
            ["We packed the lamp in the wrong box and then sent the box to\nanother customer.", "We\nare sorry."],
        ),
        (
            "We packed the lamp in the wrong box and then sent it to Mr Arthur\nMoore in Leeds.",
            ["We packed the lamp in the wrong box and then sent it to Mr Arthur\nMoore in Leeds."],
        ),
        ("We do:\n- refund\n- a new lamp\n\n1. Open it\n2. Call us. Today", [
            "We do:", "- refund", "- a new lamp", "1. Open it", "2. Call us.", "Today",
        ]),
        ("Javit ćemo se najkasnije do\n12. ožujka.", ["Javit ćemo se najkasnije do\n12. ožujka."]),
        ("One\n\nTwo\r\n\r\nThree\u2029Four", ["One", "Two", "Three", "Four"]),
        ("שלום דנה,\nהמנורה אבדה\nנשלח חדשה\nבברכה", ["שלום דנה,", "המנורה אבדה", "נשלח חדשה", "בברכה"]),
        ("Dobrý deň, pani Dubová,\nstratili sme ju.", ["Dobrý deň, pani Dubová,", "stratili sme ju."]),
        ("> Javit ćemo se do 12.\n> ožujka.\n> Hvala", ["Javit ćemo se do 12.\n> ožujka.", "Hvala"]),
        ("> We lost the\n> lamp. Sorry.\n>\n> Jo", ["We lost the\n> lamp.", "Sorry.", "Jo"]),
        ("   \n\t ", []),
        ("", []),
        ("...", ["..."]),
        ("😊 Thanks", ["😊 Thanks"]),
    ],
)  # fmt: skip
def test_sentences_of_several_lines(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_a_part_of_a_text() -> None:
    text = "One. Two. Three."
    assert sentences(text, 5) == [(5, 9), (10, 16)]
    assert sentences(text, 5, 9) == [(5, 9)]
    assert sentences(text, 4, 8) == [(5, 8)]
    assert sentences(text, -3, 99) == sentences(text)
    assert sentences(text, 9, 2) == []


def test_an_unknown_language_is_split_all_the_same() -> None:
    assert split("Nous avons tort. Voici M. Petit.", "fr")[0] == "Nous avons tort."
    assert split("This is the end. We stop.") == ["This is the end.", "We stop."]
    assert split("Dr. Lee came. Napr. dnes.") == ["Dr. Lee came.", "Napr. dnes."]


some_text = st.text(
    st.one_of(st.sampled_from("aBcשש .!?…\n\r>-1:)\"'😊@/\u200f\ud800"), st.characters(exclude_categories=[])),
    max_size=60,
)


@given(some_text, st.sampled_from([None, "en", "lt", "hr", "he", "et", "sk"]), st.integers(0, 60), st.integers(0, 60))
def test_sentences_are_ordered_parts_without_white_space_around(
    text: str, language: str | None, start: int, end: int
) -> None:
    before = start
    found = sentences(text, start, end, language)
    for begin, stop in found:
        assert before <= begin < stop <= min(end, len(text))
        assert text[begin:stop] == text[begin:stop].strip()
        before = stop
    # Nothing that can be read is left out.
    kept = "".join(text[begin:stop] for begin, stop in found)
    assert "".join(kept.split()).replace(">", "") == "".join(text[start:end].split()).replace(">", "")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "." * 300_000,
        ("." * 99 + "5") * 3_000,
        "a.B" * 100_000,
        "e.g.\n" * 60_000,
        "a\r" * 200_000,
        "😀 " * 100_000,
        "\u0301" * 300_000,
        ">" * 300_000,
        "1. " * 60_000,
    ],
    ids=range(10),
)
def test_hostile_texts_are_split(text: str) -> None:
    before = 0
    for begin, stop in sentences(text):
        assert before <= begin < stop
        before = stop
