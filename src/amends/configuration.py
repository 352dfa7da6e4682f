"""The house's settings: `amends.toml`, looked for in a folder and in those above it.

    language = "en"                  # when every reply is in one language
    fault = "team"                   # who fails, when it is nearly always the same
    channel = "private"              # private or public
    jurisdiction = "LT"              # a country or a part of one, as in ISO 3166
    select = ["conditional", "but"]  # report only these
    ignore = ["self-praise"]         # report all but these
    fail-on = "warning"              # error, warning, note or never
    dismissals = "amends-dismissals.toml"

    [vocabulary]                     # a word that is not ours = our word
    guest = "customer"

    [weights.components]             # see `amends.checker.scoring`
    empathy = 12

    [weights.faults]
    favour = 0.3

Everything is optional. Everything wrong in the file is an error that names the file and the key.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amends.checker.catalogue import COMPONENTS, CONCEPTS
from amends.checker.scoring import COMPONENT_WEIGHTS, FAULT_COSTS, FAULT_PARTIES, Weights
from amends.messages import translated
from amends.text import LANGUAGES

__all__ = [
    "CHANNELS",
    "DISMISSALS_NAME",
    "FAIL_ON",
    "FILE_NAME",
    "Configuration",
    "ConfigurationError",
    "check_labels",
    "did_you_mean",
    "find_configuration",
    "no_such_label",
    "read_configuration",
]

FILE_NAME = "amends.toml"
"""The name of the settings file."""

DISMISSALS_NAME = "amends-dismissals.toml"
"""The name of the file of dismissals, beside the settings, when the settings name no other."""

CHANNELS = ("private", "public")
"""Where a reply is read: by the customer alone, or by everybody."""

FAIL_ON = ("error", "warning", "note", "never")
"""From which severity on a finding makes the command fail."""


class ConfigurationError(ValueError):
    """Settings that cannot be used; the message begins with the file and names the key."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of a house.

    Attributes:
        path: The file they come from; None when there is none and all are the defaults.
        language: ISO 639-1 code; None to recognise it.
        fault: One of `FAULT_PARTIES`, or None.
        channel: One of `CHANNELS`, or None.
        jurisdiction: ISO 3166 code, or None.
        select: Labels to report; empty for all.
        ignore: Labels not to report.
        fail_on: One of `FAIL_ON`.
        vocabulary: Word -> the house's word.
        weights: The weights of the score; None for the usual ones.
        dismissals: Where dismissed findings are remembered.
    """

    path: Path | None = None
    language: str | None = None
    fault: str | None = None
    channel: str | None = None
    jurisdiction: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    fail_on: str = "error"
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    weights: Weights | None = None
    dismissals: Path = Path(DISMISSALS_NAME)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the nearest known word, or the empty string when none is near.

    Args:
        word: What was written.
        known: What could have been meant.
    """
    near = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return " " + translated("Did you mean '{word}'?", word=near[0]) if near else ""


def check_labels(labels: Iterable[str]) -> frozenset[str]:
    """The labels as a set, when the catalogue knows them all.

    Raises:
        ValueError: One is unknown; the message suggests the nearest.
    """
    found = frozenset(labels)
    for label in sorted(found):
        if label not in CONCEPTS:
            raise ValueError(no_such_label(label, did_you_mean(label, CONCEPTS)))
    return found


def no_such_label(label: str, meant: str) -> str:
    """The sentence for a label that the catalogue does not know.

    Args:
        label: What was written.
        meant: A question for what was meant, with a blank before it; or the empty string.
    """
    unknown = translated("there is no label '{label}'.", label=label)
    return unknown + meant + " " + translated("'amends explain' lists all labels.")


def find_configuration(start: Path | None = None) -> Path | None:
    """The settings file that applies in a folder: there or in the nearest folder above.

    Args:
        start: The folder; the current one when not given.
    """
    folder = (start or Path.cwd()).absolute()
    for place in (folder, *folder.parents):
        candidate = place / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def read_configuration(path: Path) -> Configuration:
    """The settings in a file.

    Raises:
        ConfigurationError: It cannot be read, is not TOML, or a key is unknown or has a value that it cannot have.
    """
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(
            translated("{file}: cannot be read ({problem}).", file=path, problem=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(translated("{file}: is not UTF-8; save it as UTF-8.", file=path)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(translated("{file}: is not TOML: {problem}.", file=path, problem=error)) from error
    return _Reader(path, table).configuration()


_KEYS = (
    "language", "fault", "channel", "jurisdiction",
    "select", "ignore", "fail-on", "dismissals", "vocabulary", "weights",
)  # fmt: skip


class _Reader:
    """Takes the keys of one file, and says which one is wrong."""

    def __init__(self, path: Path, table: Mapping[str, Any]) -> None:
        self.path = path
        self.table = table

    def configuration(self) -> Configuration:
        """All keys, checked."""
        self.only(self.table, _KEYS, "")
        folder = self.path.absolute().parent
        return Configuration(
            path=self.path,
            language=self.choice("language", LANGUAGES),
            fault=self.choice("fault", FAULT_PARTIES),
            channel=self.choice("channel", CHANNELS),
            jurisdiction=self.text("jurisdiction"),
            select=self.labels("select"),
            ignore=self.labels("ignore"),
            fail_on=self.choice("fail-on", FAIL_ON) or "error",
            vocabulary=self.vocabulary(),
            weights=self.weights(),
            dismissals=folder / (self.text("dismissals") or DISMISSALS_NAME),
        )

    def wrong(self, key: str, message: str) -> ConfigurationError:
        """The error to raise for a key."""
        return ConfigurationError(f"{self.path}: {key}: {message}")

    def only(self, table: Mapping[str, Any], known: Iterable[str], prefix: str) -> None:
        """Refuse keys that nobody reads: a typo would otherwise change nothing and say nothing."""
        allowed = list(known)
        for key in table:
            if key not in allowed:
                raise self.wrong(f"{prefix}{key}", translated("there is no such key.") + did_you_mean(key, allowed))

    def text(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip() or "\0" in value):
            raise self.wrong(key, translated("a text is expected, not {value}.", value=repr(value)))
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        value = self.table.get(key)
        if value is not None and value not in choices:
            raise self.wrong(
                key,
                translated("one of {choices} is expected, not {value}.", choices=", ".join(choices), value=repr(value)),
            )
        return value

    def labels(self, key: str) -> frozenset[str]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
            raise self.wrong(key, translated("a list of labels is expected, not {value}.", value=repr(value)))
        try:
            return check_labels(value)
        except ValueError as error:
            raise self.wrong(key, str(error)) from error

    def subtable(self, table: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(name, translated("a table is expected, not {value}.", value=repr(value)))
        return value

    def vocabulary(self) -> dict[str, str]:
        words = self.subtable(self.table, "vocabulary", "vocabulary")
        for word, ours in words.items():
            if not isinstance(ours, str) or not ours.strip() or not word.strip():
                sentence = translated("the house's word is expected, not {value}.", value=repr(ours))
                raise self.wrong(f"vocabulary.{word}", sentence)
        return dict(words)

    def weights(self) -> Weights | None:
        if "weights" not in self.table:
            return None
        table = self.subtable(self.table, "weights", "weights")
        self.only(table, ("components", "faults"), "weights.")
        components = self.numbers(table, "components", COMPONENTS)
        faults = self.numbers(table, "faults", [label for label in CONCEPTS if label not in COMPONENTS])
        for label, cost in faults.items():
            if cost > 1:
                sentence = translated("a number from 0 to 1 is expected, not {value}.", value=f"{cost:g}")
                raise self.wrong(f"weights.faults.{label}", sentence)
        if not any({**COMPONENT_WEIGHTS, **components}.values()):
            raise self.wrong("weights.components", translated("at least one weight has to be above 0."))
        return Weights({**COMPONENT_WEIGHTS, **components}, {**FAULT_COSTS, **faults})

    def numbers(self, table: Mapping[str, Any], key: str, labels: Iterable[str]) -> dict[str, float]:
        name = f"weights.{key}"
        values = self.subtable(table, key, name)
        self.only(values, labels, f"{name}.")
        for label, value in values.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value < float("inf"):
                sentence = translated("a number not below 0 is expected, not {value}.", value=repr(value))
                raise self.wrong(f"{name}.{label}", sentence)
        return {label: float(value) for label, value in values.items()}
