"""A unit of work: what one message sets in motion is written once, not once for every step.

Services stay as they are: each locks its row, changes it, has its place reckoned anew and writes into the log. Inside
`one_unit` a row that this unit has locked already is not read again, a case is reckoned and saved once at the end,
and entries of logs are written together. All of it is one transaction: it happens altogether, or not at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import models, transaction

from amends.desk.log import Logged

__all__ = ["Unit", "current_unit", "one_unit", "write"]

Entry = TypeVar("Entry", bound=Logged)
_Key = tuple[type[models.Model], object]


class Unit:
    """What a unit of work holds and still has to write."""

    def __init__(self) -> None:
        self._held: dict[_Key, models.Model] = {}
        self._unsettled: dict[_Key, Callable[[], None]] = {}
        self._entries: list[Logged] = []

    def holds(self, row: models.Model) -> bool:
        """Whether this very object was locked in this unit, so that it is as the database has it or newer."""
        return self._held.get(_key(row)) is row

    def hold(self, row: models.Model) -> None:
        """Remember that this object was locked, or made, in this unit."""
        self._held[_key(row)] = row

    def before_reading(self, row: models.Model) -> None:
        """Another object of a held row is about to be read: what waits to be written about it is written first."""
        settle = self._unsettled.pop(_key(row), None)
        if settle is not None:
            settle()

    def settle_later(self, row: models.Model, settle: Callable[[], None]) -> bool:
        """Have something about a held row done once, at the end.

        Returns:
            Whether it will be; False when the row is not held, and it has to be done now.
        """
        if not self.holds(row):
            return False
        self._unsettled[_key(row)] = settle
        return True

    def write_later(self, entry: Logged) -> None:
        """Have an entry of a log written with the others."""
        self._entries.append(entry)

    def finish(self) -> None:
        """Write all that waits."""
        while self._unsettled:
            key = next(iter(self._unsettled))
            self._unsettled.pop(key)()
        kinds = dict.fromkeys(type(entry) for entry in self._entries)
        for kind in kinds:
            kind._default_manager.bulk_create([entry for entry in self._entries if type(entry) is kind])
        self._entries.clear()


_current: ContextVar[Unit | None] = ContextVar("unit of work", default=None)


def current_unit() -> Unit | None:
    """The unit of work that is going on, if any."""
    return _current.get()


@contextmanager
def one_unit() -> Iterator[Unit]:
    """Do a unit of work, in one transaction. Inside another unit it is a part of that one."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    unit = Unit()
    token = _current.set(unit)
    try:
        with transaction.atomic():
            yield unit
            unit.finish()
    finally:
        _current.reset(token)


def write(entry: Entry) -> Entry:
    """Write an entry of a log: now, or with the others of the unit of work that is going on.

    Args:
        entry: New; it has no number yet when it is written later.
    """
    unit = _current.get()
    if unit is None:
        entry.save()
    else:
        unit.write_later(entry)
    return entry


def _key(row: models.Model) -> _Key:
    return type(row), row.pk
