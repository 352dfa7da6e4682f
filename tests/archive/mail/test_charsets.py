"""Letters from bytes, whatever a mail says about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import mail

from amends.archive.mail import parse
from amends.archive.mail.charsets import codec_name, decode

WORDS = {
    "en": "Hello, we’re still waiting – the café’s order didn’t come.",
    "lt": "Sveiki, mano užsakymas vis dar neatėjo, jau dvi savaitės. Kodėl niekas neatsako?",
    "hr": "Poštovani, moja narudžba još uvijek nije stigla, već dva tjedna čekam.",
    "he": "שלום, ההזמנה שלי לא הגיעה כבר שבועיים ואף אחד לא עונה לי",
    "et": "Tere, minu tellimus ei ole ikka veel saabunud, juba kaks nädalat ootan. Kõik on väga halb.",
    "sk": "Dobrý deň, moja objednávka stále neprišla, už dva týždne čakám a nikto neodpovedá.",
}
OLDER = {"en": "windows-1252", "lt": "windows-1257", "hr": "windows-1250", "he": "windows-1255", "et": "windows-1257"}
OLDER["sk"] = "windows-1250"


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("declared", ["right", None, "utf-8", "us-ascii", "iso-8859-1", "x-unheard-of", "rot13"])
def test_the_encodings_that_people_used_before(language: str, declared: str | None) -> None:
    encoding = OLDER[language]
    data = WORDS[language].encode(encoding)
    assert decode(data, encoding if declared == "right" else declared).text == WORDS[language]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1", "windows-1257", "iso-8859-8-i", "us-ascii", "what"])
def test_utf_8_whatever_is_said(language: str, declared: str | None) -> None:
    assert decode(WORDS[language].encode(), declared).text == WORDS[language]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ('"utf8"', "utf-8"),
        ("iso-8859-8-i", "cp1255"),
        ("ISO_8859-1", "cp1252"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("ks_c_5601-1987", "cp949"),
        ("utf-8*en", "utf-8"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_names_of_encodings(declared: str, codec: str) -> None:
    assert codec_name(declared) == codec


@pytest.mark.parametrize(
    "declared", ["rot13", "zlib", "base64", "idna", "punycode", "unicode_escape", "undefined", "", "\0"]
)
def test_codecs_that_are_no_encoding_of_mail(declared: str) -> None:
    assert codec_name(declared) is None


def test_what_was_wrong_is_told() -> None:
    body = WORDS["lt"].encode("windows-1257")
    told = [defect.code for defect in parse(mail(body, Content_Type="text/plain; charset=utf-8")).defects]
    assert told == ["charset"]
    told = [defect.code for defect in parse(mail(body, Content_Type="text/plain; charset=x-none")).defects]
    assert told == ["unknown-charset"]


def test_one_damaged_letter_does_not_change_the_encoding() -> None:
    data = WORDS["lt"].encode().replace("ė".encode(), b"\xc4", 1)
    found = decode(data, "utf-8")
    assert found.encoding == "utf-8"
    assert found.text == WORDS["lt"].replace("ė", "\ufffd", 1)
    assert not found.lossless


def test_a_text_that_was_cut_within_a_letter() -> None:
    data = "Aš vis dar laukiu atsakymo, kodė".encode()
    assert decode(data[:-1], "utf-8").text.rstrip("\ufffd") == "Aš vis dar laukiu atsakymo, kod"


def test_hebrew_that_was_stored_as_it_stands_on_a_screen() -> None:
    """RFC 1556: "iso-8859-8" is in visual order; the letters that only end words tell."""
    logical = "שלום, הזמנה 48213 לא הגיעה (עדיין)"
    visual = "(ןיידע) העיגה אל 48213 הנמזה ,םולש"
    assert decode(visual.encode("iso-8859-8"), "iso-8859-8").text == logical
    assert decode(logical.encode("iso-8859-8"), "iso-8859-8-i").text == logical


def test_plain_letters_that_claim_two_bytes_each() -> None:
    assert decode(b"It never came.", "utf-16").text == "It never came."
    assert decode("Užsakymas".encode("utf-16"), "utf-16").text == "Užsakymas"


def test_japanese_in_seven_bits() -> None:
    assert decode("注文が届きません".encode("iso2022_jp"), "iso-2022-jp").text == "注文が届きません"


def test_the_page_says_what_the_mail_does_not() -> None:
    body = f'<html><head><meta charset="windows-1250"></head><p>{WORDS["hr"]}</p></html>'.encode("windows-1250")
    assert parse(mail(body, Content_Type="text/html")).text == WORDS["hr"]


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=20), st.sampled_from(sorted(OLDER.values()))))
def test_any_bytes_become_text(data: bytes, declared: str | None) -> None:
    found = decode(data, declared)
    found.text.encode("utf-8")
    assert found.lossless or "\ufffd" in found.text


@given(st.text(max_size=200))
def test_utf_8_comes_back_as_it_went(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode().removeprefix("\ufeff")
    assert decode(text.encode(), "utf-8").text == text
