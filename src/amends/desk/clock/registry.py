"""What the clock works on. Each app registers its own in a module `clockwork`, which is found by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from amends.desk.clock.leases import Leased

__all__ = ["DueRows", "Regular", "due_rows", "every", "registered", "regular"]


Together = Callable[[Sequence[Any]], Mapping[int, Exception]]


@dataclass(frozen=True, slots=True)
class DueRows:
    """Rows that are due one by one.

    Attributes:
        name: Unique, for logs: "outbox.send".
        model: A model that is `Leased`.
        due: Gives the condition of rows that are due at a moment. It must stop holding once the work is done.
        work: Does the work on one row, in transactions of its own. It must stand being done again after a crash.
        lease: How long a worker may take before another one takes over.
        order: Which rows come first.
        together: Does the work on several rows at once, where that is quicker; gives what went wrong by the numbers of
            the rows that it went wrong with.
    """

    name: str
    model: type[Leased]
    due: Callable[[datetime], Q]
    work: Callable[[Any], None]
    lease: timedelta = timedelta(minutes=5)
    order: tuple[str, ...] = ("pk",)
    together: Together | None = None


@dataclass(frozen=True, slots=True)
class Regular:
    """Work that is done now and then.

    Attributes:
        name: Unique: "people.sweep".
        every: How often.
        work: Does it; it must stand being done again after a crash.
        lease: How long a worker may take before another one takes over.
    """

    name: str
    every: timedelta
    work: Callable[[], None]
    lease: timedelta = timedelta(minutes=10)


_registered: dict[str, DueRows | Regular] = {}


def due_rows(
    name: str,
    model: type[Leased],
    due: Callable[[datetime], Q],
    *,
    lease: timedelta = timedelta(minutes=5),
    order: tuple[str, ...] = ("pk",),
    together: Together | None = None,
) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a function that works on one due row; see `DueRows`."""

    def register(work: Callable[[Any], None]) -> Callable[[Any], None]:
        _add(DueRows(name, model, due, work, lease, order, together))
        return work

    return register


def every(
    name: str, interval: timedelta, *, lease: timedelta = timedelta(minutes=10)
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that is called now and then; see `Regular`."""

    def register(work: Callable[[], None]) -> Callable[[], None]:
        _add(Regular(name, interval, work, lease))
        return work

    return register


def registered() -> list[DueRows]:
    """All work on due rows, in the order of registration."""
    return [entry for entry in _registered.values() if isinstance(entry, DueRows)]


def regular() -> list[Regular]:
    """All regular work, in the order of registration."""
    return [entry for entry in _registered.values() if isinstance(entry, Regular)]


def _add(entry: DueRows | Regular) -> None:
    known = _registered.get(entry.name)
    if known is not None and known.work is not entry.work:
        raise ValueError(f"there are two kinds of clock work named {entry.name!r}")
    _registered[entry.name] = entry
