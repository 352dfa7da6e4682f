"""Amends: the open-source service-recovery desk. Its checker reads a reply before it is sent.

    import amends

    review = amends.check("We apologise for any inconvenience.", fault="team")
    print(review.verdict_words, review.score)

What is here is loaded when it is first used: `import amends` itself costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "EarlierReplies",
    "Hearing",
    "Policy",
    "Promise",
    "Review",
    "Ruling",
    "Weights",
    "__version__",
    "check",
    "guard",
    "hear",
    "promises",
]

if TYPE_CHECKING:
    from amends.checker import EarlierReplies, Review, Weights, check
    from amends.guarding import Policy, Ruling, guard
    from amends.hearing import Hearing, hear
    from amends.promises import Promise
    from amends.promises import find as promises

_HOMES = {
    "EarlierReplies": "amends.checker",
    "Hearing": "amends.hearing",
    "Policy": "amends.guarding",
    "Promise": "amends.promises",
    "Review": "amends.checker",
    "Ruling": "amends.guarding",
    "Weights": "amends.checker",
    "check": "amends.checker",
    "guard": "amends.guarding",
    "hear": "amends.hearing",
}


def __getattr__(name: str) -> Any:
    if name == "promises":
        # The package is its own main function.
        from importlib import import_module

        return import_module("amends.promises")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'amends' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
