"""What the editor tells about the replies that are written in it.

Settings come when the server starts, and whenever the writer changes them. They go before those of `amends.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amends.checker.check import CHANNELS
from amends.checker.pack import available_languages
from amends.checker.scoring import FAULT_PARTIES
from amends.configuration import check_labels, did_you_mean
from amends.messages import LANGUAGES, translated

__all__ = ["SECTION", "SettingError", "Settings", "read_settings"]

SECTION = "amends"
"""The section of the editor's settings that is ours."""

_TEXTS = ("language", "fault", "channel", "name", "complaint", "jurisdiction", "messages")
_LISTS = ("select", "ignore", "include")


class SettingError(ValueError):
    """A setting that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an editor.

    Attributes:
        language: ISO 639-1 code of the replies; recognised if not given.
        fault, channel, name, jurisdiction: As in `amends.check`.
        complaint: The file with the customer's message, relative to the reply's folder; "{stem}" stands for the
            reply's name without its ending.
        select: Labels to show; empty for all.
        ignore: Labels not to show.
        include: Patterns of the files that are replies, relative to the workspace ("replies/**"); empty for all that
            the editor opens.
        missing: Whether missing parts are shown as hints.
        messages: The language of what is shown, one of `amends.messages.LANGUAGES`; that of the command if not given.
    """

    language: str | None = None
    fault: str | None = None
    channel: str | None = None
    name: str | None = None
    complaint: str | None = None
    jurisdiction: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    include: tuple[str, ...] = ()
    missing: bool = True
    messages: str | None = None


def read_settings(given: object) -> Settings:
    """The settings in what an editor sends: an object, or one that holds it under "amends"; nothing for the usual ones.

    Raises:
        SettingError: One cannot be used.
    """
    if isinstance(given, Mapping) and isinstance(given.get(SECTION), Mapping):
        given = given[SECTION]
    if given is None:
        return Settings()
    if not isinstance(given, Mapping):
        raise SettingError(
            translated("{setting}: a table is expected, not {value}.", setting=SECTION, value=repr(given))
        )
    made: dict[str, Any] = {}
    known = (*_TEXTS, *_LISTS, "missing")
    for key, value in given.items():
        if key not in known:
            meant = did_you_mean(str(key), known)
            raise SettingError(translated("there is no setting '{name}'.", name=f"{SECTION}.{key}") + meant)
        # Editors send an empty text, or nothing, for what is not set.
        if value is None or value == "":
            continue
        name = f"{SECTION}.{key}"
        if key in _TEXTS:
            if not isinstance(value, str):
                raise SettingError(translated("'{key}' is not a text.", key=name))
            made[key] = value
        elif key == "missing":
            if not isinstance(value, bool):
                raise SettingError(translated("'{key}' is neither true nor false.", key=name))
            made[key] = value
        else:
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise SettingError(translated("'{key}' is not a list of texts.", key=name))
            made[key] = tuple(value) if key == "include" else _labels(name, value)
    for key, choices in (
        ("fault", FAULT_PARTIES),
        ("channel", CHANNELS),
        ("language", available_languages()),
        ("messages", LANGUAGES),
    ):
        if key in made and made[key] not in choices:
            raise SettingError(
                translated(
                    "'{key}' is one of {choices}, not '{value}'.",
                    key=f"{SECTION}.{key}",
                    choices=", ".join(choices),
                    value=made[key],
                )
            )
    return Settings(**made)


def _labels(name: str, labels: list[str]) -> frozenset[str]:
    try:
        return check_labels(labels)
    except ValueError as error:
        raise SettingError(f"{name}: {error}") from error
