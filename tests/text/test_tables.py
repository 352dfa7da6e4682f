"""The language tables."""

from pathlib import Path

import pytest

import amends.text.tables
from amends.text import LANGUAGES, TableError, fold, table
from amends.text.tables import parse_table

SOURCE = (Path(amends.text.tables.__file__).parent / "languages" / "en.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_full_table(code: str) -> None:
    found = table(code)
    assert found.code == code
    assert set(found.headers.values()) == {"sender", "sent", "to", "copy", "subject"}
    for entries in (found.attribution_verbs, found.separators, found.closings, found.greetings, found.function_words):
        assert entries
        assert all(entry == fold(entry).strip() for entry in entries)


def test_a_table_is_found_by_its_file() -> None:
    folder = Path(amends.text.tables.__file__).parent / "languages"
    pages = {page.stem for page in folder.glob("*.toml")} - {"neighbours"}
    assert pages == set(LANGUAGES)
    assert {"en", "lt", "hr", "he", "et", "sk", "pl"} <= pages


def test_an_unknown_language_has_no_table() -> None:
    with pytest.raises(KeyError):
        table("xx")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("closings =", "closing =", "closing"),
        ("separators = '''", "separators = ['''", "en.toml"),
        ('name = "English"', "name = 3", "name"),
        ('letters = ""', "letters = 3", "letters"),
        ('copy = "cc; bcc; copy"\n', "", "headers"),
        ('copy = "cc; bcc; copy"', "copy = 7", "headers.copy"),
        ("writes\n", "; ; writes\n", "attribution_verbs"),
        ("wrote; writes\n", "\n", "attribution_verbs"),
        ("[headers]", "[header]", "header"),
    ],
)
def test_a_wrong_table_names_file_and_key(old: str, new: str, key: str) -> None:
    assert old in SOURCE
    with pytest.raises(TableError) as caught:
        parse_table(SOURCE.replace(old, new), "en.toml")
    assert "en.toml" in str(caught.value)
    assert key in str(caught.value)
