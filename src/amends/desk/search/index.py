"""The full-text index: one small interface, and how SQLite (FTS5) and PostgreSQL (tsvector with GIN) fill it.

Triggers of the database say what changed, whoever changed it and how: services, `queryset.update`, a hand at the
database's own console. Where words were changed or taken away they take the case's words out of the index in the same
transaction, so that what is erased is not found even before the index is made anew.

A migration of the tables that are watched would find triggers in its way: PostgreSQL does not change the type of a
column that one names, and SQLite loses those of a table that Django remakes. So they are taken away before such a
migration and put back after it (`apps`), and everything is read anew. A trigger names nothing but its own row and the
tables of this app, so that a table can be remade even where that was not foreseen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

from amends.desk.search.words import GAP, Form, Question, Term

__all__ = ["WATCHED", "Index", "index_of"]

Written = tuple[int, int, Sequence[str]]
"""A case, its customer, its words."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A table whose words are searched.

    Attributes:
        kind, key: What is to be read anew when a row changes: a kind of `Changed`, and the column that names it.
        columns: Those whose change counts.
        gone: Column of the index by which the words of a changed row are taken out at once; "" when the change of
            another table that goes with it sees to that.
        new: Whether a new row has words of a case already.
    """

    kind: str
    key: str
    columns: tuple[str, ...]
    gone: str = ""
    new: bool = True


WATCHED: Mapping[str, _Watched] = {
    "cases_case": _Watched("case", "id", ("public_id", "subject", "customer_id"), "case_id"),
    "cases_message": _Watched(
        "case", "case_id", ("case_id", "subject", "text", "own_text", "sender_name", "sender_address"), "case_id"
    ),
    "cases_attachment": _Watched("message", "message_id", ("message_id", "name")),
    "cases_outline": _Watched(
        "case",
        "case_id",
        ("perceived", "record", "cause", "fix", "prevention", "make_good", "longer_answer"),
        "case_id",
    ),
    "cases_outlineevent": _Watched("outline", "outline_id", ("outline_id", "words")),
    "customers_customer": _Watched("customer", "id", ("name", "notes"), "customer_id", new=False),
    "customers_contactpoint": _Watched(
        "customer", "customer_id", ("customer_id", "value", "normalised"), "customer_id"
    ),
}
"""Tables whose words are searched, by name."""
_PREFIX = "amends_search_"
_NEW_ID = "$new_id"


@dataclass(frozen=True, slots=True)
class _Watch:
    """One trigger: `body` holds statements with `_NEW_ID` where the database gives a random id."""

    name: str
    event: str
    table: str
    columns: tuple[str, ...]
    body: tuple[str, ...]


def _watches() -> Iterator[_Watch]:
    for table, watched in WATCHED.items():
        take_out = f"DELETE FROM search_casewords WHERE {watched.gone} = OLD.{watched.key};" if watched.gone else ""
        read_anew = {
            row: "INSERT INTO search_changed (id, kind, key) VALUES "
            f"({_NEW_ID}, '{watched.kind}', {row}.{watched.key});"
            for row in ("OLD", "NEW")
        }
        moved = watched.key in watched.columns
        bodies = {
            "INSERT": (read_anew["NEW"],) if watched.new else (),
            "UPDATE": (take_out, read_anew["NEW"], *((read_anew["OLD"],) if moved else ())),
            # Of a case that is deleted nothing is left to be read.
            "DELETE": (take_out, *(() if table == "cases_case" else (read_anew["OLD"],))),
        }
        for event, body in bodies.items():
            if body:
                name = f"{_PREFIX}{table}_{event.lower()}"
                columns = watched.columns if event == "UPDATE" else ()
                yield _Watch(name, event, table, columns, tuple(filter(None, body)))


class Index(Protocol):
    """What a kind of database does for the search."""

    def install(self) -> bool:
        """Make what is missing of tables of the index and triggers; whether any was."""

    def drop_triggers(self) -> None:
        """Take the triggers away; the index stays as it is."""

    def uninstall(self) -> None:
        """Take all of it away again."""

    def write(self, rows: Iterable[Written]) -> None:
        """Write the words of cases, new or anew."""

    def matching(self, question: Question) -> RawSQL | None:
        """The ids of cases with all that is wanted and nothing that is not; None when nothing is wanted."""

    def unwanted(self, question: Question) -> RawSQL:
        """The ids of cases with anything that is not wanted."""

    def hold(self, *, wait: bool) -> bool:
        """Keep others from writing to the index until the transaction ends; False when they do and we do not wait."""

    def begin_tidying(self) -> None:
        """Let the next pieces of `tidy` clean up everything."""

    def tidy(self) -> bool:
        """Do a piece of cleaning up after words that went; whether more is left."""


def index_of(connection: BaseDatabaseWrapper | None = None) -> Index:
    """The index of a database."""
    found = connection or connections["default"]
    return PostgresIndex(found) if found.vendor == "postgresql" else SqliteIndex(found)


class SqliteIndex:
    """FTS5 over the words of `CaseWords`, which it does not keep twice."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def install(self) -> bool:
        """See `Index`."""
        wanted = dict(self._triggers())
        with self._connection.cursor() as cursor:
            cursor.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(words, content='search_casewords', "
                "content_rowid='case_id', columnsize=0, tokenize='ascii tokenchars ''=''')"
            )
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{_PREFIX}%"])
            missing = wanted.keys() - {row[0] for row in cursor.fetchall()}
            for name in sorted(missing):
                cursor.execute(wanted[name])
        return bool(missing)

    def drop_triggers(self) -> None:
        """See `Index`."""
        with self._connection.cursor() as cursor:
            for name, _sql in self._triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")

    def uninstall(self) -> None:
        """See `Index`."""
        self.drop_triggers()
        with self._connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS search_fts")

    def write(self, rows: Iterable[Written]) -> None:
        """See `Index`."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_casewords (case_id, customer_id, words) VALUES (%s, %s, %s) ON CONFLICT (case_id) "
                "DO UPDATE SET customer_id = excluded.customer_id, words = excluded.words",
                [(case, customer, " ".join(words)) for case, customer, words in rows],
            )

    def matching(self, question: Question) -> RawSQL | None:
        """See `Index`."""
        if not question.wanted:
            return None
        asked = " AND ".join(map(self._term, question.wanted))
        if question.unwanted:
            asked = f"({asked}) NOT ({' OR '.join(map(self._term, question.unwanted))})"
        return RawSQL("SELECT rowid FROM search_fts WHERE search_fts MATCH %s", [asked])

    def unwanted(self, question: Question) -> RawSQL:
        """See `Index`."""
        asked = " OR ".join(map(self._term, question.unwanted))
        return RawSQL("SELECT rowid FROM search_fts WHERE search_fts MATCH %s", [asked])

    def hold(self, *, wait: bool) -> bool:
        """See `Index`. The transaction itself has kept other writers out since it began."""
        return True

    def tidy(self) -> bool:
        """See `Index`. Words that went stay in FTS5 beside a note that they went, until what holds them is merged."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT total_changes()")
            (before,) = cursor.fetchone()
            cursor.execute("INSERT INTO search_fts (search_fts, rank) VALUES ('merge', 300)")
            cursor.execute("SELECT total_changes()")
            (after,) = cursor.fetchone()
        return bool(after - before >= 2)

    def begin_tidying(self) -> None:
        """See `Index`: everything is to be merged into one."""
        with self._connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_fts (search_fts, rank) VALUES ('merge', -300)")

    @staticmethod
    def _term(term: Term) -> str:
        forms = (f'"{" ".join(form.words)}"{" *" if form.begins else ""}' for form in term.forms)
        return f"({' OR '.join(forms)})"

    @staticmethod
    def _triggers() -> Iterator[tuple[str, str]]:
        out = "INSERT INTO search_fts (search_fts, rowid, words) VALUES ('delete', OLD.case_id, OLD.words);"
        into = "INSERT INTO search_fts (rowid, words) VALUES (NEW.case_id, NEW.words);"
        for event, body in (("INSERT", into), ("DELETE", out), ("UPDATE", f"{out} {into}")):
            name = f"{_PREFIX}words_{event.lower()}"
            yield name, f"CREATE TRIGGER {name} AFTER {event} ON search_casewords BEGIN {body} END"
        for one in _watches():
            body = " ".join(one.body).replace(_NEW_ID, "lower(hex(randomblob(16)))")
            when = f" OF {', '.join(one.columns)}" if one.columns else ""
            if_so = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in one.columns)
            yield (
                one.name,
                f"CREATE TRIGGER {one.name} AFTER {one.event}{when} ON {one.table}"
                f"{f' WHEN {if_so}' if if_so else ''} BEGIN {body} END",
            )


class PostgresIndex:
    """`tsvector` with a GIN index. We cut words ourselves, so that no dictionary and no locale has a say in it."""

    _LAST_POSITION = 16_383
    _MOST_POSITIONS = 255

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def install(self) -> bool:
        """See `Index`."""
        with self._connection.cursor() as cursor:
            cursor.execute("CREATE INDEX IF NOT EXISTS search_words_gin ON search_casewords USING gin (words)")
            cursor.execute(
                "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
                "WHERE tgname LIKE %s AND relnamespace = current_schema()::regnamespace",
                [f"{_PREFIX}%"],
            )
            there = {row[0] for row in cursor.fetchall()}
            missing = False
            for name, function, trigger in self._triggers():
                if name not in there:
                    missing = True
                    cursor.execute(function)
                    cursor.execute(trigger)
        return missing

    def drop_triggers(self) -> None:
        """See `Index`."""
        with self._connection.cursor() as cursor:
            for name, _function, _trigger in self._triggers():
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")

    def uninstall(self) -> None:
        """See `Index`."""
        self.drop_triggers()
        with self._connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS search_words_gin")

    def write(self, rows: Iterable[Written]) -> None:
        """See `Index`."""
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_casewords (case_id, customer_id, words) VALUES (%s, %s, %s::tsvector) "
                "ON CONFLICT (case_id) DO UPDATE SET customer_id = excluded.customer_id, words = excluded.words",
                [(case, customer, self._vector(words)) for case, customer, words in rows],
            )

    def matching(self, question: Question) -> RawSQL | None:
        """See `Index`."""
        if not question.wanted:
            return None
        parts = [*map(self._term, question.wanted), *("!" + self._term(term) for term in question.unwanted)]
        return self._ids(" & ".join(parts))

    def unwanted(self, question: Question) -> RawSQL:
        """See `Index`."""
        return self._ids(" | ".join(map(self._term, question.unwanted)))

    def hold(self, *, wait: bool) -> bool:
        """See `Index`. Whoever has changed words holds a lock of the table that this one waits for, and nobody gets
        one while it lasts: so what is read afterwards is what stands, and several writers never wait in a circle."""
        try:
            with transaction.atomic(using=self._connection.alias), self._connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE search_casewords IN SHARE ROW EXCLUSIVE MODE{'' if wait else ' NOWAIT'}")
        except OperationalError:
            if wait:
                raise
            return False
        return True

    def tidy(self) -> bool:
        """See `Index`. PostgreSQL does it by itself."""
        return False

    def begin_tidying(self) -> None:
        """See `Index`."""

    @staticmethod
    def _ids(asked: str) -> RawSQL:
        return RawSQL("SELECT case_id FROM search_casewords WHERE words @@ %s::tsquery", [asked])

    @staticmethod
    def _term(term: Term) -> str:
        return f"({' | '.join(map(PostgresIndex._form, term.forms))})"

    @staticmethod
    def _form(form: Form) -> str:
        words = [f"'{word}'" for word in form.words]
        if form.begins:
            words[-1] += ":*"
        return f"({' <-> '.join(words)})" if len(words) > 1 else words[0]

    def _vector(self, words: Sequence[str]) -> str:
        places: dict[str, list[int]] = {}
        for number, word in enumerate(words, 1):
            if word != GAP:
                at = places.setdefault(word, [])
                if len(at) < self._MOST_POSITIONS:
                    at.append(min(number, self._LAST_POSITION))
        return " ".join(f"'{word}':{','.join(map(str, dict.fromkeys(at)))}" for word, at in places.items())

    @staticmethod
    def _triggers() -> Iterator[tuple[str, str, str]]:
        """Name, function and trigger."""
        for one in _watches():
            body = " ".join(one.body).replace(_NEW_ID, "gen_random_uuid()")
            when = f" OF {', '.join(one.columns)}" if one.columns else ""
            if_so = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in one.columns)
            yield (
                one.name,
                f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {body} RETURN NULL; END $$",
                f"CREATE TRIGGER {one.name} AFTER {one.event}{when} ON {one.table} FOR EACH ROW"
                f"{f' WHEN ({if_so})' if if_so else ''} EXECUTE FUNCTION {one.name}()",
            )
