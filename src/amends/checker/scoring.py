"""From components and faults to a verdict, a score and severities: documented, configurable, monotone.

Responsibility ranks first and repair second; regret, explanation and repentance tie (Lewicki, Polin & Lount 2016).
The weights are settings. The score has two factors: the share of the components' weight that the reply holds, and a
product of what each fault leaves over. A component more never lowers it, a fault more never raises it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from amends.checker.catalogue import COMPONENTS
from amends.checker.review import Severity, Verdict

__all__ = [
    "COMPONENT_WEIGHTS",
    "FAULT_COSTS",
    "FAULT_PARTIES",
    "OURS",
    "Weights",
    "order_of_help",
    "score",
    "severity",
    "verdict",
]

FAULT_PARTIES = ("owner", "team", "system", "supplier", "expectation", "nobody", "unknown")
"""Who failed, by the field guide's terms (G5.1, G3.4)."""

OURS = frozenset({"owner", "team", "system", "supplier", "expectation"})
"""The parties for which the apology is ours to give (G1.2: a supplier's failure is ours also)."""

COMPONENT_WEIGHTS: Mapping[str, float] = {
    "responsibility": 22.0,
    "repair": 18.0,
    "apology": 14.0,
    "names-offence": 12.0,
    "explanation": 8.0,
    "empathy": 8.0,
    "prevention": 8.0,
    "next-step": 6.0,
    "invitation": 4.0,
}
"""How much each part helps, in shares of their sum."""

FAULT_COSTS: Mapping[str, float] = {
    "conditional": 0.25,
    "but": 0.25,
    "feelings-shift": 0.25,
    "denial": 0.25,
    "blame-customer": 0.25,
    "regret-only": 0.25,
    "invented-admission": 0.25,
    "policy-shield": 0.2,
    "blame-third-party": 0.2,
    "beyond-control": 0.15,
    "minimising": 0.15,
    "favour": 0.15,
    "hedged-fact": 0.15,
    "scripted": 0.15,
    "agentless": 0.1,
    "vague-offence": 0.1,
    "meta-apology": 0.1,
    "intent-defence": 0.1,
    "self-praise": 0.1,
    "empty-promise": 0.1,
    "forced-closure": 0.1,
    "facts-first": 0.1,
    "off-the-point": 0.1,
    "other-language": 0.1,
    "over-apology": 0.05,
    "long-explanation": 0.05,
    "no-name": 0.05,
    "wrong-word": 0.05,
}
"""The share of the score that each kind of fault takes away."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The settings of the score.

    Attributes:
        components: Weight of each component, not negative.
        faults: Cost of each fault, 0 to 1.

    Raises:
        ValueError: A weight is negative or a cost outside 0 to 1; the score would not be monotone.
    """

    components: Mapping[str, float] = field(default_factory=lambda: COMPONENT_WEIGHTS)
    faults: Mapping[str, float] = field(default_factory=lambda: FAULT_COSTS)

    def __post_init__(self) -> None:
        """Refuse what would break the order of scores."""
        for label, weight in self.components.items():
            if weight < 0:
                raise ValueError(f"the weight of '{label}' is {weight}, it must not be negative")
        for label, cost in self.faults.items():
            if not 0 <= cost <= 1:
                raise ValueError(f"the cost of '{label}' is {cost}, it must lie between 0 and 1")


_DEFAULT = Weights()


def score(components: Collection[str], faults: Collection[str], weights: Weights = _DEFAULT) -> int:
    """How much of a sincere apology a reply is, 0 to 100.

    Args:
        components: The labels that it holds.
        faults: The labels that spoil it, each counted once.
        weights: The settings.
    """
    whole = sum(weights.components.values())
    held = sum(weight for label, weight in weights.components.items() if label in components)
    left = 1.0
    for label, cost in weights.faults.items():
        if label in faults:
            left *= 1.0 - cost
    return round(100 * held / whole * left) if whole else 0


_UNDOING = frozenset({"conditional", "but", "feelings-shift", "denial", "blame-customer", "blame-third-party"})
_DEEDS = frozenset({"repair", "next-step", "prevention"})


def verdict(components: Collection[str], faults: Collection[str]) -> Verdict:
    """What kind of apology it is.

    * ``none``: nothing is apologised for and no failing is named or owned.
    * ``full``: it apologises, names the failing, owns it, says what is done, and nothing takes that back.
    * ``non-apology``: it says sorry, owns nothing, and either offers nothing or takes it back; or it names a failing
      only to excuse it.
    * ``partial``: all between.
    """
    held, wrong = set(components), set(faults)
    if "apology" not in held:
        if "responsibility" in held:
            return "partial"
        if "names-offence" in held:
            return "partial" if "repair" in held and not wrong & _UNDOING else "non-apology"
        return "non-apology" if wrong & _UNDOING else "none"
    undone = wrong & _UNDOING
    if {"responsibility", "names-offence"} <= held and held & _DEEDS and not undone:
        return "full"
    if "responsibility" not in held and (undone or not held & _DEEDS):
        return "non-apology"
    return "partial"


_ALWAYS_NOTE = frozenset({"over-apology", "long-explanation", "no-name", "wrong-word", "off-the-point"})
_PARTIAL = frozenset(
    {
        "conditional",
        "but",
        "feelings-shift",
        "regret-only",
        "denial",
        "blame-customer",
        "blame-third-party",
        "policy-shield",
        "favour",
        "hedged-fact",
    }
)
# With nobody at fault, what is said of causes and circumstances may simply be true.
_MILD_WITHOUT_FAULT = frozenset(
    {"agentless", "beyond-control", "blame-third-party", "policy-shield", "hedged-fact", "conditional", "regret-only"}
)


def severity(label: str, fault: str | None) -> Severity:
    """How much a finding weighs, given who failed.

    With our fault a conditional or partial apology is worse than none and an error; with the fault unknown it still
    beats silence and is a warning (Robbennolt 2003). With nobody at fault an invented admission is the error.

    Args:
        label: The finding's label.
        fault: One of `FAULT_PARTIES`, or None for unknown.
    """
    if label == "invented-admission":
        return "error"
    if label in _ALWAYS_NOTE:
        return "note"
    if fault in OURS:
        return "error" if label in _PARTIAL else "warning"
    if fault == "nobody" and label in _MILD_WITHOUT_FAULT:
        return "note"
    return "warning"


def order_of_help(weights: Weights = _DEFAULT) -> tuple[str, ...]:
    """The components, those that help most first; ties in the catalogue's order."""
    return tuple(sorted(COMPONENTS, key=lambda label: -weights.components.get(label, 0.0)))
