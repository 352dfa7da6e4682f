"""Backups of everything: the database, the stored files and the secret key, in one archive.

A backup may be made while the desk runs. The database is copied first, in one snapshot; the files after it, and as a
file is always stored before the row that names it, none is missing. SQLite is copied by its own backup interface.
PostgreSQL is read table by table with COPY in one REPEATABLE READ transaction.
"""

import gzip
import io
import json
import os
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from amends import __version__
from amends.desk import store
from amends.desk.locking import standing_still

__all__ = ["BackupError", "Summary", "make", "restore"]

_FORMAT = 1
_MANIFEST = "manifest.json"
_SQLITE = "database.sqlite3"
_KEY = "secret-key"
_TABLE = re.compile(r"tables/([a-z0-9_]+)\.copy\Z")
_STORED = re.compile(r"store/([0-9a-f]{64})\Z")
_CHUNK = 1 << 20


class BackupError(Exception):
    """The backup cannot be made or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds.

    Attributes:
        made_at: ISO 8601.
        rows: Number of cases.
        files: Number of stored files.
        missing: Hashes of files that rows name and that are not there.
    """

    made_at: str
    rows: int
    files: int
    missing: tuple[str, ...] = ()


def make(target: Path) -> Summary:
    """Write a backup.

    Args:
        target: The file, which must not exist. It is complete or not there at all.

    Raises:
        BackupError: The file exists or cannot be written.
    """
    if target.exists():
        raise BackupError(f"{target} is there already. Name another file; a backup is never overwritten.")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as archive:
                summary = _write(archive)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror or error}).") from error
    finally:
        draft.unlink(missing_ok=True)
    return summary


def restore(source: Path, *, replace: bool = False) -> Summary:
    """Bring a backup back; the desk must not run.

    Args:
        source: A file that `make` wrote.
        replace: Whether data that is there may be replaced.

    Raises:
        BackupError: The file is none of ours, damaged, newer than this program, of another kind of database, or there
            is data already.
        AlreadyRunningError: The desk is running.
    """
    with standing_still(Path(settings.DATA)):
        try:
            with tarfile.open(source, mode="r:gz") as archive:
                return _read(archive, replace)
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise BackupError(f"{source} is no backup of Amends, or it is damaged.") from error
        except FileNotFoundError as error:
            raise BackupError(f"{source} is not there.") from error


def _write(archive: tarfile.TarFile) -> Summary:
    from amends.desk.cases.models import Case

    manifest: dict[str, Any] = {
        "format": _FORMAT,
        "version": __version__,
        "made_at": timezone.now().isoformat(),
        "database": connection.vendor,
    }
    with tempfile.TemporaryDirectory(dir=settings.DATA, prefix="backup-") as folder:
        if connection.vendor == "sqlite":
            copy = Path(folder) / _SQLITE
            _copy_sqlite(copy)
            manifest |= _facts_of_sqlite(copy)
            tables: list[tuple[str, Path]] = [(_SQLITE, copy)]
        else:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                manifest["migrations"] = sorted(MigrationRecorder(connection).applied_migrations())
                manifest["cases"] = Case.objects.count()
                manifest["files"] = sorted(store.every_name())
                manifest["columns"] = _columns()
                tables = list(_copy_tables(Path(folder), manifest["columns"]))
        missing = [name for name in manifest["files"] if not store.path_of(name).is_file()]
        manifest["missing"] = missing
        _add_bytes(archive, _MANIFEST, json.dumps(manifest, indent=1).encode())
        for name, path in tables:
            archive.add(path, arcname=name)
    key = Path(settings.DATA) / _KEY
    if key.exists():
        archive.add(key, arcname=_KEY)
    kept = 0
    for name in manifest["files"]:
        if name not in missing:
            archive.add(store.path_of(name), arcname=f"store/{name}")
            kept += 1
    return Summary(manifest["made_at"], manifest["cases"], kept, tuple(missing))


def _copy_sqlite(copy: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(copy)) as target:
        connection.connection.backup(target)


def _facts_of_sqlite(copy: Path) -> dict[str, Any]:
    """What the manifest says, read from the copy itself so that it fits it."""
    with closing(sqlite3.connect(copy)) as database:
        migrations = database.execute("SELECT app, name FROM django_migrations").fetchall()
        (cases,) = database.execute("SELECT count(*) FROM cases_case").fetchone()
        files = database.execute(" UNION ".join(_naming_queries())).fetchall()
    return {"migrations": sorted(migrations), "cases": cases, "files": sorted(row[0] for row in files)}


def _naming_queries() -> Iterator[str]:
    """What asks a copy of the database for the stored files that its rows name."""
    quote = connection.ops.quote_name
    for rows in store.rows_naming():
        table = quote(rows.model._meta.db_table)
        in_the_row = any(field.name == "content" for field in rows.model._meta.concrete_fields)
        condition = "content IS NULL" if in_the_row else "content_hash <> ''"
        yield f"SELECT content_hash FROM {table} WHERE {condition}"


def _columns() -> dict[str, list[str]]:
    """The columns of each of our tables, without those that the database makes by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' "
            "ORDER BY c.table_name, c.ordinal_position"
        )
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if _is_ours(table) and table != "django_migrations":
                found.setdefault(table, []).append(column)
    return found


def _copy_tables(folder: Path, columns: dict[str, list[str]]) -> Iterator[tuple[str, Path]]:
    quote = connection.ops.quote_name
    for table, names in columns.items():
        path = folder / f"{table}.copy"
        statement = f"COPY {quote(table)} ({', '.join(map(quote, names))}) TO STDOUT"
        with path.open("wb") as stream, connection.cursor() as cursor, cursor.copy(statement) as rows:
            for piece in rows:
                stream.write(bytes(piece))
        yield f"tables/{table}.copy", path


def _read(archive: tarfile.TarFile, replace: bool) -> Summary:
    first = archive.next()
    if first is None or first.name != _MANIFEST:
        raise tarfile.TarError("no manifest")
    manifest = json.loads(_bytes_of(archive, first))
    if manifest.get("format") != _FORMAT:
        raise BackupError("This backup was made by a newer Amends. Install that version, then restore.")
    if manifest["database"] != connection.vendor:
        raise BackupError(
            f"This backup is of a {manifest['database']} database and the desk uses {connection.vendor}. "
            "Set DATABASE_URL to the same kind."
        )
    known = set(MigrationLoader(connection, ignore_no_migrations=True).disk_migrations)
    if unknown := {(app, name) for app, name in manifest["migrations"]} - known:
        first_unknown = ".".join(min(unknown))
        raise BackupError(
            f"This backup was made by a newer Amends ({first_unknown}). Install that version, then restore."
        )
    if not replace and _holds_data():
        raise BackupError("There is data already. Use --replace to put the backup in its place.")
    columns: dict[str, list[str]] = manifest.get("columns", {})
    if connection.vendor == "sqlite":
        summary = _read_sqlite(archive, manifest)
    else:
        with transaction.atomic():
            _prepare_tables(manifest["migrations"])
            summary = _read_members(archive, manifest, columns)
            _reset_sequences()
    call_command("migrate", interactive=False, verbosity=0)
    return summary


def _read_sqlite(archive: tarfile.TarFile, manifest: dict[str, Any]) -> Summary:
    with tempfile.TemporaryDirectory(dir=settings.DATA, prefix="restore-") as folder:
        copy = Path(folder) / _SQLITE
        summary = _read_members(archive, manifest, {}, copy)
        if not copy.exists():
            raise tarfile.TarError("no database")
        with closing(sqlite3.connect(copy)) as database:
            if database.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise BackupError("The database in this backup is damaged. Use another backup.")
            connection.ensure_connection()
            # Page by page into the file in use, so that it is the old or the new database, never half of each.
            database.backup(connection.connection)
    connection.close()
    return summary


def _read_members(
    archive: tarfile.TarFile, manifest: dict[str, Any], columns: dict[str, list[str]], sqlite_copy: Path | None = None
) -> Summary:
    """Take in what the archive holds; names that are none of ours are left alone."""
    files = 0
    for member in archive:
        if not member.isreg():
            continue
        if stored := _STORED.match(member.name):
            _take_stored(archive, member, stored[1])
            files += 1
        elif member.name == _SQLITE and sqlite_copy is not None:
            with sqlite_copy.open("wb") as target:
                for piece in _pieces(archive, member):
                    target.write(piece)
        elif (table := _TABLE.match(member.name)) and table[1] in columns:
            quote = connection.ops.quote_name
            statement = f"COPY {quote(table[1])} ({', '.join(map(quote, columns[table[1]]))}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(statement) as rows:
                for piece in _pieces(archive, member):
                    rows.write(piece)
        elif member.name == _KEY:
            _take_key(_bytes_of(archive, member))
    return Summary(manifest["made_at"], manifest["cases"], files, tuple(manifest.get("missing", ())))


def _take_stored(archive: tarfile.TarFile, member: tarfile.TarInfo, content_hash: str) -> None:
    written, _size = store.write(_pieces(archive, member))
    if written != content_hash:
        store.remove(written)
        raise BackupError(f"The stored file {content_hash[:12]} in this backup is damaged. Use another backup.")


def _take_key(key: bytes) -> None:
    """The key of the backup opens what it sealed; one that is there and differs is kept beside it."""
    path = Path(settings.DATA) / _KEY
    if path.exists():
        before = path.read_bytes()
        if before.strip() == key.strip():
            return
        path.replace(path.with_name(f"{_KEY}.before-{timezone.now():%Y%m%d%H%M%S}"))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(key)


def _prepare_tables(migrations: list[list[str]]) -> None:
    """Empty tables as they were when the backup was made."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in filter(_is_ours, connection.introspection.table_names(cursor)):
            cursor.execute(f"DROP TABLE {quote(table)} CASCADE")
    # Of each app the last one in order of name, which is how migrations are numbered.
    latest: dict[str, str] = dict(sorted((app, name) for app, name in migrations))
    for app, name in latest.items():
        call_command("migrate", app, name, interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        names = filter(_is_ours, connection.introspection.table_names(cursor))
        tables = [table for table in names if table != "django_migrations"]
        # What the migrations wrote is checked now, as a table with checks still to come cannot be emptied; what is
        # copied in afterwards comes in any order and is checked at the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(map(quote, tables))} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _reset_sequences() -> None:
    from django.core.management.color import no_style

    models = [model for config in apps.get_app_configs() for model in config.get_models()]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        present = [model for model in models if model._meta.db_table in there]
        for statement in connection.ops.sequence_reset_sql(no_style(), present):
            cursor.execute(statement)


def _holds_data() -> bool:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in ("cases_case", "people_person", "customers_customer"):
            if table in there:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
                if cursor.fetchone():
                    return True
    return False


def _is_ours(table: str) -> bool:
    """Whether a table belongs to an app of the desk; others may live in the same database."""
    return table.startswith(("django_", *(f"{config.label}_" for config in apps.get_app_configs())))


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(content))


def _bytes_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    return b"".join(_pieces(archive, member))


def _pieces(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream: IO[bytes] | None = archive.extractfile(member)
    if stream is None:
        raise tarfile.TarError(f"{member.name} cannot be read")
    while piece := stream.read(_CHUNK):
        yield piece
