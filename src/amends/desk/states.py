"""Declared states: which move is allowed, checked whenever a row is saved."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from amends.desk.errors import WrongMove
from amends.desk.unit import current_unit

__all__ = ["Stateful", "known_values", "lock"]

Row = TypeVar("Row", bound=models.Model)


def lock(row: Row) -> Row:
    """Read a row anew and keep others from changing it until the transaction ends.

    Every service that changes a row begins with this, inside `transaction.atomic`, so that it judges the row as it is
    now. On SQLite the transaction itself keeps other writers out.

    Returns:
        The same object, refreshed; within one unit of work it is read once.
    """
    unit = current_unit()
    if unit is not None:
        if unit.holds(row) or unit.waits(row):
            return row
        unit.before_reading(row)
        unit.hold(row)
    row.refresh_from_db(from_queryset=type(row)._base_manager.select_for_update(of=("self",)))
    return row


def known_values(field: str, values: Collection[str], name: str) -> models.CheckConstraint:
    """A constraint of the database: the field holds one of these values.

    Args:
        field: The field's name.
        values: What it may hold.
        name: The constraint's name, unique in the database.
    """
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": sorted(values)}), name=name)


class Stateful(models.Model):
    """A row with a `state` whose moves are declared in `MOVES`; saving another move raises `WrongMove`.

    A subclass declares the field `state` and `MOVES`: each state with those that may follow it.
    """

    MOVES: ClassVar[Mapping[str, Collection[str]]]

    state: "models.CharField[str, str]"
    _stored_state: str | None = None
    _moved_to: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """Remember the state as it is stored."""
        row = super().from_db(db, field_names, values)
        row._stored_state = row.__dict__.get("state")
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row anew."""
        super().refresh_from_db(*args, **kwargs)
        self._stored_state = self.__dict__.get("state", self._stored_state)
        self._moved_to = None

    def was_inserted(self) -> None:
        """Remember the state as it is stored now, after an insertion together with others."""
        self._stored_state = self.state
        self._moved_to = None

    def may_move_to(self, state: str) -> bool:
        """Whether the declared moves allow it."""
        return state in self.MOVES.get(self.state, ())

    def move_to(self, state: str) -> None:
        """Set another state; save the row afterwards. Several moves may go before one saving.

        Raises:
            WrongMove: It is not among the declared moves.
        """
        if not self.may_move_to(state):
            raise WrongMove(self.state, state)
        self.state = self._moved_to = state

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, unless the state was changed by a move that is not declared.

        Raises:
            WrongMove: It was.
        """
        unit = current_unit()
        if unit is not None and unit.waits(self):
            return  # It is inserted later, as it is then.
        stored = self._stored_state
        declared = self.state in (stored, self._moved_to) or self.state in self.MOVES.get(stored or "", ())
        if stored is not None and not declared:
            raise WrongMove(stored, self.state)
        super().save(*args, **kwargs)
        self._stored_state = self.state
        self._moved_to = None
