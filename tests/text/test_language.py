"""Which of our languages a text is written in."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.text import LANGUAGES, TableError, fold, identify
from amends.text.language import _neighbours

OURS = {
    "en": [
        "We are sorry that your lamp arrived broken. A new one leaves today.",
        "hey soz bout that mate, dm us ur order no pls",
        "@fay_m Thx 4 letting us know! Pls follow + DM us https://short.example/x1 ^JK",
        "Hi there, thanks",
        "Sorry!",
        "Mrs Žemaitytė-Horvatić and Mr Šimunović can collect the parcel in Šiauliai.",
        "Our shop in Ústí nad Labem is closed today, we are sorry.",
    ],
    "lt": [
        "Atsiprašome, kad lempa atkeliavo sudužusi. Naują išsiųsime šiandien.",
        "Ačiū!",
        "Pinigus grąžinome dar vakar",
        "Labas, siunta jau pas jus",
    ],
    "hr": [
        "Ispričavamo se što je svjetiljka stigla razbijena. Nova kreće danas.",
        "Oprostite!",
        "Novac smo vam vratili danas",
        "Žao nam je što ste čekali, porudžbina je poslata juče.",
    ],
    "he": [
        "אנחנו מצטערים שהמנורה הגיעה שבורה. חדשה יוצאת היום.",
        "סליחה",
        "ההזמנה של Galaxy Lamp Pro Max יצאה עם FedEx",
    ],
    "et": [
        "Vabandame, et lamp saabus katkisena. Uus läheb teele täna.",
        "Tere!",
        "Raha on teile tagasi kantud",
        "Kuller tuleb homme õhtul",
    ],
    "sk": [
        "Ospravedlňujeme sa, že lampa prišla rozbitá. Nová odchádza dnes.",
        "Prepáčte!",
        "Dobrý deň",
        "Peniaze sme vám vrátili dnes",
        "Kuriér si pomýlil adresu",
    ],
    "pl": [
        "Przepraszamy, że lampa dotarła uszkodzona, zwrócimy pieniądze jeszcze dzisiaj.",
        "Przepraszam!",
        "Dzień dobry",
        "Kurier będzie jutro wieczorem",
        "Pieniądze zwróciliśmy Panu wczoraj",
    ],
}
OTHERS = {
    "French": "Nous sommes désolés, votre lampe est arrivée cassée et nous vous remboursons.",
    "German": "Es tut uns leid, dass Ihre Lampe kaputt angekommen ist, wir erstatten das Geld.",
    "Spanish": "Lamentamos que la lámpara llegara rota, le devolvemos el dinero hoy.",
    "Italian": "Ci dispiace che la lampada sia arrivata rotta, le rimborsiamo la spesa.",
    "Czech": "Omlouváme se, že lampa dorazila rozbitá, peníze vám vrátíme ještě dnes.",
    "Latvian": "Atvainojamies, ka lampa atnākusi saplīsusi, naudu atmaksāsim šodien.",
    "Finnish": "Pahoittelemme, että lamppu saapui rikki, palautamme rahat tänään.",
    "Slovenian": "Opravičujemo se, ker je svetilka prišla razbita, denar vam bomo vrnili danes.",
    "Russian": "Приносим извинения, лампа пришла разбитой, деньги вернём сегодня.",
    "Japanese": "ご迷惑をおかけして申し訳ございません。",
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in OURS.items() for text in texts])
def test_our_languages(language: str, text: str) -> None:
    found = identify(text)
    assert found.language == language
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in OURS.items() for text in texts])
def test_our_languages_without_diacritics(language: str, text: str) -> None:
    assert identify(fold(text)).language == language


@pytest.mark.parametrize(("name", "text"), OTHERS.items())
def test_other_languages_are_named_and_not_taken_for_ours(name: str, text: str) -> None:
    found = identify(text)
    assert found.language is None
    assert found.reason == "unsupported"
    assert found.looks_like == name


@pytest.mark.parametrize(
    "text", ["", "  \n", "12 345", "😀😀", "@jo https://short.example/x #lamp", "\x00\ud800", "Xqzv"]
)
def test_no_evidence(text: str) -> None:
    found = identify(text)
    assert (found.language, found.reason, found.looks_like) == (None, "too short", None)


@pytest.mark.parametrize(
    "text", ["Dobrý den, balík dorazí zítra.", "Peníze pošleme zítra", "Kurýr to nenašel, omlouváme se."]
)
def test_czech_is_not_taken_for_its_neighbours(text: str) -> None:
    assert identify(text).looks_like == "Czech"
    assert identify(fold(text)).language not in ("pl", "en")


def test_a_neighbour_with_a_table_of_its_own_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "neighbours.toml"
    page.write_text('[pl]\nname = "Polish"\nletters = ""\nwords = "nie"\n', encoding="utf-8")
    monkeypatch.setattr("amends.text.language._NEIGHBOURS", page)
    with pytest.raises(TableError, match=r"neighbours\.toml: pl: there is a table pl\.toml now"):
        _neighbours()


def test_the_script_decides_for_hebrew() -> None:
    assert identify("סליחה, נחזיר לך").reason == "script"
    assert identify("We wrote to דנה and she answered us.").language == "en"


def test_the_model_is_imported_only_when_it_is_needed() -> None:
    program = (
        "import sys; import amends.text as text;"
        "assert text.identify('We are sorry that we lost it.').language == 'en';"
        "assert 'py3langid' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    found = identify(text)
    assert found.language is None or found.language in LANGUAGES
    assert 0 <= found.confidence <= 1


@pytest.mark.parametrize("text", ["a" * 1_000_000, "a@" * 500_000, "\u0301" * 300_000, "&" * 300_000, "'a" * 300_000])
def test_hostile_texts_have_an_answer(text: str) -> None:
    assert identify(text).confidence <= 1
