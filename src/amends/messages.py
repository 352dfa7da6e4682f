"""What people read, in the language that they read: one catalogue of messages for the checker, the command, the pages.

English is the source, and the texts themselves are the ids of the messages. The other languages are files of gettext
under `locale`, of which one is loaded when its first message is asked for, and none for English.

    from amends import check, messages

    with messages.use("he"):
        print(check("We are sorry if this upset you.").verdict_words)

The language holds for the running thread or task. `script/messages` writes the files anew; translators find how to
word things in `docs/explanation/terms.md`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = [
    "DOMAIN",
    "FOLDER",
    "LANGUAGES",
    "NAMES",
    "RIGHT_TO_LEFT",
    "VARIABLE",
    "counted",
    "current_language",
    "environment_language",
    "grouped",
    "languages_spoken",
    "message",
    "percent",
    "translated",
    "translator",
    "use",
]

LANGUAGES = ("en", "lt", "hr", "he", "et", "sk")
"""The languages of the messages, ISO 639-1; English is the source."""

NAMES: Mapping[str, str] = {
    "en": "English",
    "lt": "Lietuvių",
    "hr": "Hrvatski",
    "he": "עברית",
    "et": "Eesti",
    "sk": "Slovenčina",
}
"""What each language calls itself."""

RIGHT_TO_LEFT = frozenset({"he"})
"""The languages that run from right to left."""

VARIABLE = "AMENDS_LANGUAGE"
"""The variable of the environment that names the language of the command's messages."""

DOMAIN = "amends"
FOLDER = Path(__file__).parent / "locale"

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_OLDER_CODES = {"iw": "he"}
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
# Source: Unicode CLDR 46, decimal groups and percent patterns of each language.
_GROUPS = {"en": ",", "he": ",", "hr": "."}
_PERCENT_APART = frozenset({"lt", "hr", "sk"})

_language: ContextVar[str] = ContextVar("amends_message_language", default="en")


def current_language() -> str:
    """The language that messages are given in now; English unless `use` says otherwise."""
    return _language.get()


@contextmanager
def use(language: str) -> Iterator[None]:
    """Give messages in a language, as long as the block runs.

    Args:
        language: One of `LANGUAGES`.

    Raises:
        ValueError: It is none of them.
    """
    if language not in LANGUAGES:
        raise ValueError(f"the language of messages is one of {', '.join(LANGUAGES)}, not {language!r}")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def languages_spoken() -> tuple[str, ...]:
    """English, and each of `LANGUAGES` whose catalogue is there; the others are English in disguise."""
    return tuple(
        language
        for language in LANGUAGES
        if language == "en" or (FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo").exists()
    )


@cache
def translator(language: str) -> "NullTranslations":
    """The catalogue of a language, loaded once.

    What it does not hold, and all of it where there is none, comes back in English.

    Args:
        language: One of `LANGUAGES`; English gives each message back as it is.

    Raises:
        ValueError: It is none of them.
    """
    from gettext import NullTranslations, translation

    if language not in LANGUAGES:
        raise ValueError(f"the language of messages is one of {', '.join(LANGUAGES)}, not {language!r}")
    if language == "en":
        return NullTranslations()
    return translation(DOMAIN, FOLDER, [language], fallback=True)


def message(text: str) -> str:
    """The text as it is, marked as a message that is translated when it is shown."""
    return text


def translated(text: str, **values: object) -> str:
    """A message in the current language.

    Args:
        text: The message in English.
        values: What stands in the message's places, written `{name}`; without any, braces mean themselves.
    """
    language = _language.get()
    found = text if language == "en" else translator(language).gettext(text)
    return found.format(**values) if values else found


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message that counts something, by the plural rules of the current language.

    Args:
        one: The message in English for one thing.
        many: The message in English for any other number.
        number: How many; `{number}` in the message, grouped in thousands as the language does.
        values: What stands in the message's other places.
    """
    return translator(_language.get()).ngettext(one, many, number).format(number=grouped(number), **values)


def grouped(number: int) -> str:
    """A whole number, grouped in thousands as the current language does."""
    # Estonian, Lithuanian and Slovak leave numbers of four digits whole or not by taste; one rule is kept for all.
    return f"{number:,}".replace(",", _GROUPS.get(_language.get(), _NO_BREAK_SPACE))


def percent(share: float) -> str:
    """A share from 0 to 1 in percent, as the current language writes it."""
    between = _NO_BREAK_SPACE if _language.get() in _PERCENT_APART else ""
    return f"{100 * share:.0f}{between}%"


def environment_language(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for: AMENDS_LANGUAGE, else the locale if it is one of ours, else English.

    Args:
        environment: As `os.environ`.

    Raises:
        ValueError: AMENDS_LANGUAGE names no language of ours.
    """
    asked = environment.get(VARIABLE, "").strip()
    if asked:
        language = _code(asked)
        if language not in LANGUAGES:
            raise ValueError(f"{VARIABLE}: one of {', '.join(LANGUAGES)} is expected, not {asked!r}.")
        return language
    locale = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    language = _code(locale)
    return language if language in LANGUAGES else "en"


def _code(locale: str) -> str:
    """The language of a locale such as "he_IL.UTF-8" or "he-IL"."""
    code = locale.replace("-", "_").split("_")[0].split(".")[0].split("@")[0].casefold()
    return _OLDER_CODES.get(code, code)
