"""Everything that the desk says is there in all its languages."""

import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "script"))

pytest.importorskip("babel")

import desk_messages
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import translation

LANGUAGES = ("lt", "hr", "he", "et", "sk")


@pytest.fixture(scope="module")
def template() -> Catalog:
    return desk_messages.collected()


def _key(message: Message) -> tuple[object, object]:
    return message.id, message.context


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_and_keeps_its_places(template, language):
    file = desk_messages.FOLDER / language / "LC_MESSAGES" / "django.po"
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    done = {_key(message) for message in catalogue if message.id and all(desk_messages._strings(message))}
    missing = [message.id for message in template if message.id and _key(message) not in done]
    assert missing == [], "run script/desk_messages.py and translate what is empty"
    assert list(desk_messages.problems(catalogue)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_the_translators_wrote(language):
    file = desk_messages.FOLDER / language / "LC_MESSAGES" / "django.po"
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    with translation.override(language):
        for english in ("Inbox", "Promises", "Keep the note"):
            assert translation.gettext(english) == catalogue.get(english).string


def test_messages_are_collected_under_every_name_by_which_they_are_called():
    called = {
        name
        for _path, code in desk_messages.sources()
        for name in re.findall(r"^from .+ import n?p?gettext\w* as (\w+)$", code, re.MULTILINE)
    }
    assert "_" in called
    assert called <= set(desk_messages.KEYWORDS)
