"""What remedies know of causes: a lookup that the room of causes registers. Without one there is no limit per cause."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from amends.desk.cases.models import Case

__all__ = ["CauseLookup", "cause_of", "cause_words", "register_causes", "same_cause"]


def _itself(key: str) -> Collection[str]:
    return (key,)


@dataclass(frozen=True, slots=True)
class CauseLookup:
    """How causes are found.

    Attributes:
        of_case: The key of a case's cause, at most 64 signs, "" while it is not known.
        words: A key's name for people.
        same: All keys under which a cause was known, its own among them: after two were merged, both.
    """

    of_case: Callable[[Case], str]
    words: Callable[[str], str]
    same: Callable[[str], Collection[str]] = _itself


_lookups: list[CauseLookup] = []


def register_causes(lookup: CauseLookup) -> None:
    """Let remedies know of causes; call it in `AppConfig.ready`. The last one registered counts."""
    _lookups[:] = [lookup]


def cause_of(case: Case) -> str:
    """The key of a case's cause; "" when it is not known, or nobody keeps causes."""
    return _lookups[0].of_case(case)[:64] if _lookups else ""


def cause_words(key: str) -> str:
    """What a cause is called; its key when nobody keeps causes."""
    return (_lookups[0].words(key) or key) if _lookups and key else key


def same_cause(key: str) -> list[str]:
    """All keys of a cause, sorted, so that the first one names it."""
    return sorted({key, *(_lookups[0].same(key) if _lookups else ())})
