"""The log of a case."""

from collections.abc import Callable, Mapping
from typing import Any

from amends.desk.cases.models import Case, CaseLog
from amends.desk.people.roles import Acting, acting_words, person_of
from amends.desk.unit import write

__all__ = ["Listener", "log", "on_log"]

Listener = Callable[[CaseLog], None]
"""Told of each entry in the transaction of the change. The entry may have no number yet."""

_listeners: list[Listener] = []


def on_log(listener: Listener) -> Listener:
    """Be told of every change of a case, as outgoing webhooks are; call it in the app's `AppConfig.ready`.

    A listener that raises keeps the change from happening, so it does little and writes rows that are worked on later.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def log(
    acting: Acting,
    case: Case,
    act: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> CaseLog:
    """Write into a case's log; call it inside the transaction of the change.

    Args:
        acting: Who did it.
        case: The case.
        act: What was done, such as "case.assigned" or "outline.cause".
        before, after: The changed values by name, as plain data; moments and decimals are fine.
        note: Words of whoever did it, such as a reason.
    """
    entry = CaseLog(
        case=case,
        person=person_of(acting),
        actor=acting_words(acting),
        act=act,
        before=dict(before or {}),
        after=dict(after or {}),
        note=note,
    )
    write(entry)
    for listener in _listeners:
        listener(entry)
    return entry
