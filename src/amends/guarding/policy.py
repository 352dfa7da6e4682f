"""What makes a reply wait: the guard's policy, as data.

Each thing that the guard can see has an outcome of its own, and the ruling is the gravest of them. So another fault
never makes a ruling milder, whatever the settings are.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from amends.checker.catalogue import COMPONENTS, CONCEPTS
from amends.checker.review import Severity
from amends.configuration import did_you_mean
from amends.hearing import SEVERITIES as TONES
from amends.messages import translated

__all__ = ["OUTCOMES", "PROMISE_KINDS", "Outcome", "Policy", "PolicyError", "PromiseKind", "gravest", "read_policy"]

Outcome = Literal["pass", "rewrite-needed", "hold"]
OUTCOMES: tuple[Outcome, ...] = ("pass", "rewrite-needed", "hold")
"""From the mildest on: it may be sent; it has to be written anew first; a person decides."""

PromiseKind = Literal["remedy", "time", "act"]
PROMISE_KINDS: tuple[PromiseKind, ...] = ("remedy", "time", "act")
"""A remedy: money, goods or work for this customer, promised or told as done. A time: when something will be. An act:
whatever else is promised."""

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# The language has a setting of its own.
_FINDINGS = tuple(label for label in CONCEPTS if label not in COMPONENTS and label != "other-language")


class PolicyError(ValueError):
    """A policy that cannot be used; the message names the setting."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes the guard hold a reply, and what makes it ask for another one.

    Attributes:
        severities: The outcome of a finding by its severity. An error is what makes an apology worse than none when
            the fault is ours (Robbennolt 2003), so it holds.
        labels: The outcome of a finding by its label, whatever its severity; for another language see
            `wrong_language`.
        required: The parts of an apology that the first reply must hold when the fault is ours.
        missing: The outcome when one of them is missing.
        may_promise: The kinds of promises that the writer may make by itself; a caller can allow others.
        unconfirmed: The outcome of a promise that is neither allowed nor confirmed.
        wrong_language: The outcome of a reply in another language than the customer's.
        unread: The outcome of a reply that could not be checked: its language is not known or not supported, or it
            is too long.
        preview: The outcome of a reply in a language whose check is only begun, so that it misses much.
        for_people: How severe a complaint is that software does not answer alone; of `amends.hearing.SEVERITIES`.
        longest: From how many characters on a reply is not checked.

    Raises:
        PolicyError: A setting is none of what it can be.
    """

    severities: Mapping[Severity, Outcome] = field(
        default_factory=lambda: {"error": "hold", "warning": "rewrite-needed", "note": "pass"}
    )
    labels: Mapping[str, Outcome] = field(
        default_factory=lambda: {
            "denial": "hold",
            "invented-admission": "hold",
            "off-the-point": "rewrite-needed",
            "wrong-word": "rewrite-needed",
        }
    )
    required: frozenset[str] = frozenset({"apology", "responsibility"})
    missing: Outcome = "rewrite-needed"
    may_promise: frozenset[PromiseKind] = frozenset({"act"})
    unconfirmed: Outcome = "hold"
    wrong_language: Outcome = "hold"
    unread: Outcome = "hold"
    preview: Outcome = "hold"
    for_people: frozenset[str] = frozenset({"grave"})
    longest: int = 20_000

    def __post_init__(self) -> None:
        """Refuse what would later be a surprise: a policy that names something that is not there never holds it."""
        for severity, outcome in self.severities.items():
            _one_of("severities", severity, _SEVERITIES)
            _one_of(f"severities.{severity}", outcome, OUTCOMES)
        for label, outcome in self.labels.items():
            _one_of("labels", label, _FINDINGS)
            _one_of(f"labels.{label}", outcome, OUTCOMES)
        for name in ("missing", "unconfirmed", "wrong_language", "unread", "preview"):
            _one_of(name, getattr(self, name), OUTCOMES)
        for label in self.required:
            _one_of("required", label, COMPONENTS)
        for kind in self.may_promise:
            _one_of("may_promise", kind, PROMISE_KINDS)
        for tone in self.for_people:
            _one_of("for_people", tone, TONES)
        if not isinstance(self.longest, int) or isinstance(self.longest, bool) or self.longest < 1:
            raise PolicyError(
                translated(
                    "{setting}: a number above 0 is expected, not {value}.", setting="longest", value=self.longest
                )
            )

    def of_finding(self, label: str, severity: Severity) -> Outcome:
        """The outcome of a finding."""
        return self.labels.get(label) or self.severities.get(severity, "pass")


def gravest(outcomes: Collection[Outcome]) -> Outcome:
    """The gravest of some outcomes; "pass" when there are none."""
    return max(outcomes, key=OUTCOMES.index, default="pass")


def read_policy(path: Path) -> Policy:
    """A policy from a file of TOML, its keys as the attributes of `Policy`, with "-" or "_".

        unconfirmed = "rewrite-needed"
        may-promise = ["act", "time"]

        [labels]
        self-praise = "hold"

    What the file does not name stays as it is by default; `[severities]` and `[labels]` add to the defaults.

    Raises:
        PolicyError: The file cannot be read or a setting is wrong; the message begins with the file.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return _policy(table)
    except OSError as error:
        problem = translated("{file}: cannot be read ({problem}).", file=path, problem=error.strerror or error)
        raise PolicyError(problem) from error
    except UnicodeDecodeError as error:
        problem = translated("{file}: cannot be read ({problem}).", file=path, problem="UTF-8")
        raise PolicyError(problem) from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(translated("{file}: is no TOML ({problem}).", file=path, problem=error)) from error
    except PolicyError as error:
        raise PolicyError(f"{path}: {error}") from error


def _policy(table: Mapping[str, Any]) -> Policy:
    known = [one.name for one in fields(Policy)]
    usual = Policy()
    given: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            meant = did_you_mean(name, known).replace("_", "-")
            raise PolicyError(translated("there is no setting '{name}'.", name=key) + meant)
        own = getattr(usual, name)
        if isinstance(own, frozenset):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise PolicyError(
                    translated("{setting}: a list of words is expected, not {value}.", setting=key, value=repr(value))
                )
            value = frozenset(value)
        elif isinstance(own, Mapping):
            if not isinstance(value, dict):
                raise PolicyError(
                    translated("{setting}: a table is expected, not {value}.", setting=key, value=repr(value))
                )
            value = {**own, **value}
        given[name] = value
    return Policy(**given)


def _one_of(setting: str, value: object, choices: Collection[str]) -> None:
    if value not in choices:
        raise PolicyError(
            translated(
                "{setting}: one of {choices} is expected, not {value}.",
                setting=setting.replace("_", "-"),
                choices=", ".join(choices),
                value=repr(value),
            )
            + (did_you_mean(value, choices) if isinstance(value, str) else "")
        )
