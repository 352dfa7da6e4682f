"""A unit of work: what one message, or many, set in motion is written once, not once for every step.

Services stay as they are: each locks its row, changes it, has its place reckoned anew and writes into the log. Inside
`one_unit` a row that this unit has locked already is not read again, a case is reckoned and saved once at the end,
and entries of logs are written together. In a unit for many, new rows get their numbers at once and are inserted
together at the end. All of it is one transaction: it happens altogether, or not at all.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from amends.desk.log import Logged

__all__ = ["Unit", "current_unit", "insert", "once", "one_unit", "write"]

Row = TypeVar("Row", bound=models.Model)
Entry = TypeVar("Entry", bound=Logged)
Found = TypeVar("Found")
_Key = tuple[type[models.Model], object]

_NUMBERS = 64
"""How many numbers of new rows are taken from the database at once."""


class Unit:
    """What a unit of work holds and still has to write.

    Args:
        many: Whether new rows are inserted together at the end. They have their numbers before, but a query of the
            database does not find them.
    """

    def __init__(self, *, many: bool = False) -> None:
        self._many = many
        self._held: dict[_Key, models.Model] = {}
        self._unsettled: dict[_Key, Callable[[], None]] = {}
        self._entries: list[Logged] = []
        self._new: dict[type[models.Model], list[Any]] = {}
        self._new_ids: set[int] = set()
        self._numbers: dict[type[models.Model], Iterator[int]] = {}
        self._changed: dict[_Key, tuple[models.Model, tuple[str, ...]]] = {}
        self._found: dict[str, Any] = {}
        self._made: set[_Key] = set()
        self._marks: set[tuple[str, _Key]] = set()

    def holds(self, row: models.Model) -> bool:
        """Whether this very object was locked in this unit, so that it is as the database has it or newer."""
        return self._held.get(_key(row)) is row

    def hold(self, row: models.Model) -> None:
        """Remember that this object was locked, or made, in this unit."""
        self._held[_key(row)] = row

    def waits(self, row: models.Model) -> bool:
        """Whether this object is inserted later, with the values that it has then."""
        return id(row) in self._new_ids

    def insert(self, row: models.Model) -> None:
        """Insert a new row, or give it its number and have it inserted with the others."""
        if not self._many:
            row.save(force_insert=True)
            self._made.add(_key(row))
            return
        row.pk = self._next_number(type(row))
        self._made.add(_key(row))
        self._new.setdefault(type(row), []).append(row)
        self._new_ids.add(id(row))

    def mark(self, what: str, row: models.Model) -> None:
        """Remember that something hangs on a row now, see `bare`."""
        self._marks.add((what, _key(row)))

    def bare(self, what: str, row: models.Model) -> bool:
        """Whether a row was made in this unit and nothing of this kind was hung on it: no need to look for any."""
        return _key(row) in self._made and (what, _key(row)) not in self._marks

    def before_reading(self, row: models.Model) -> None:
        """Another object of a held row is about to be read: what waits to be written about it is written first."""
        if _key(row) not in self._held:
            return
        settle = self._unsettled.pop(_key(row), None)
        if settle is not None:
            settle()
        self._insert_new()

    def settle_later(self, row: models.Model, settle: Callable[[], None]) -> bool:
        """Have something about a held row done once, at the end.

        Returns:
            Whether it will be; False when the row is not held, and it has to be done now.
        """
        if not self.holds(row):
            return False
        self._unsettled[_key(row)] = settle
        return True

    def save_later(self, row: models.Model, *fields: str) -> None:
        """Save fields of a row at the end; rows that have the same values there are saved together."""
        self._changed[_key(row)] = (row, fields)

    def write_later(self, entry: Logged) -> None:
        """Have an entry of a log written with the others."""
        self._entries.append(entry)

    def once(self, name: str, find: Callable[[], Found]) -> Found:
        """What is looked up once in a unit of work."""
        if name not in self._found:
            self._found[name] = find()
        found: Found = self._found[name]
        return found

    def forget(self, name: str) -> None:
        """Look something up anew the next time, as it has changed."""
        self._found.pop(name, None)

    def finish(self) -> None:
        """Write all that waits."""
        while self._unsettled:
            key = next(iter(self._unsettled))
            self._unsettled.pop(key)()
        self._insert_new()
        kinds = dict.fromkeys(type(entry) for entry in self._entries)
        for kind in kinds:
            kind._default_manager.bulk_create([entry for entry in self._entries if type(entry) is kind])
        self._entries.clear()
        self._save_changed()

    def _insert_new(self) -> None:
        # Foreign keys are looked at when the transaction ends, so that the order does not matter.
        for kind, rows in self._new.items():
            kind._default_manager.bulk_create(rows)
        inserted = [row for rows in self._new.values() for row in rows]
        self._new.clear()
        self._new_ids.clear()
        for row in inserted:
            if (tell := getattr(row, "was_inserted", None)) is not None:
                tell()

    def _save_changed(self) -> None:
        alike: dict[tuple[type[models.Model], str], tuple[list[object], dict[str, Any]]] = {}
        for row, fields in self._changed.values():
            values = {field: getattr(row, field) for field in fields}
            same = json.dumps(values, cls=_Exact, sort_keys=True)
            alike.setdefault((type(row), same), ([], values))[0].append(row.pk)
        for (kind, _same), (keys, values) in alike.items():
            kind._default_manager.filter(pk__in=keys).update(**values)
        self._changed.clear()

    def _next_number(self, kind: type[models.Model]) -> int:
        numbers = self._numbers.get(kind)
        number = next(numbers, None) if numbers is not None else None
        if number is None:
            numbers = self._numbers[kind] = iter(_taken_numbers(kind._meta.db_table))
            number = next(numbers)
        return number


class _Exact(DjangoJSONEncoder):
    """Plain data with moments to the microsecond."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


_current: ContextVar[Unit | None] = ContextVar("unit of work", default=None)


def current_unit() -> Unit | None:
    """The unit of work that is going on, if any."""
    return _current.get()


@contextmanager
def one_unit(*, many: bool = False) -> Iterator[Unit]:
    """Do a unit of work, in one transaction. Inside another unit it is a part of that one.

    Args:
        many: Whether new rows are inserted together at the end.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    unit = Unit(many=many)
    token = _current.set(unit)
    try:
        with transaction.atomic():
            yield unit
            unit.finish()
    finally:
        _current.reset(token)


def insert(row: Row) -> Row:
    """Insert a new row: now, or with the others of the unit of work that is going on. It has its number either way."""
    unit = _current.get()
    if unit is None:
        row.save(force_insert=True)
    else:
        unit.insert(row)
    return row


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


def once(name: str, find: Callable[[], Found]) -> Found:
    """What `find` finds; within a unit of work it is asked once."""
    unit = _current.get()
    return find() if unit is None else unit.once(name, find)


def _taken_numbers(table: str) -> Iterator[int]:
    """The next free numbers of a table; no other row gets them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), _NUMBERS],
            )
            return iter([number for (number,) in cursor.fetchall()])
        # The transaction began with the lock for writing, so nobody else takes numbers meanwhile.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = found[0] if found else 0
        if found:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + _NUMBERS, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, _NUMBERS])
    return iter(range(last + 1, last + 1 + _NUMBERS))


def _key(row: models.Model) -> _Key:
    return type(row), row.pk
