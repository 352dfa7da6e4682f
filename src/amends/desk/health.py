"""What is misconfigured or unwell, in words that say what to do."""

import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

__all__ = ["Trouble", "check_setup", "examine"]

_SCARCE = 500 * 1024 * 1024
_SECONDS = 5
_LOCAL = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong.

    Attributes:
        gravity: "error" when something does not work, "note" when somebody should know.
        words: What it is and what to do, in English.
    """

    gravity: Literal["error", "note"]
    words: str


def check_setup() -> list[Trouble]:
    """Look at settings, folders, the database and the mail server; changes nothing."""
    return [*_folder(), *_address(), *_database(), *_mail()]


def examine() -> list[Trouble]:
    """Look at everything that `check_setup` does, and at the data: integrity, missing files, work that is stuck."""
    found = check_setup()
    if any(trouble.gravity == "error" and trouble.words.startswith("The database") for trouble in found):
        return found
    return [*found, *_integrity(), *_files(), *_stuck()]


def _folder() -> Iterator[Trouble]:
    data = Path(settings.DATA)
    key = data / "secret-key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Trouble("error", f"Others on this machine can read {key}. Run: chmod 600 {key}")
    if stat.S_IMODE(data.stat().st_mode) & 0o007:
        yield Trouble("note", f"Others on this machine can look into {data}. Run: chmod 700 {data}")
    if shutil.disk_usage(data).free < _SCARCE:
        yield Trouble("error", f"Less than 500 MB are left where {data} is. Make room; nothing can be stored without.")


def _address() -> Iterator[Trouble]:
    if settings.DEBUG:
        yield Trouble("error", "AMENDS_DEBUG is on: strangers would see the inside of errors. Unset it.")
    if not settings.PUBLIC_URL.startswith("https://") and settings.ALLOWED_HOSTS[0] not in _LOCAL:
        yield Trouble(
            "error", "AMENDS_URL is no https address: passwords would travel open. Put a proxy with TLS in front."
        )
    if settings.ALLOWED_HOSTS[0] in _LOCAL:
        yield Trouble(
            "note", "AMENDS_URL is this machine: links in mail work here alone. Set it to the public address."
        )
    if settings.PUBLIC_URL.startswith("https://") and not settings.TRUSTED_PROXY:
        yield Trouble(
            "note",
            "AMENDS_URL is https and AMENDS_TRUSTED_PROXY is not set: all visitors seem to come from the proxy, and "
            "one who guesses passwords locks everybody out. Set it to the proxy's IP address.",
        )


def _database() -> Iterator[Trouble]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        # The error may quote the address with its password: only its kind is told.
        yield Trouble("error", f"The database does not answer ({type(error).__name__}). Look at DATABASE_URL.")
        return
    if waiting:
        yield Trouble("note", f"{len(waiting)} changes of the schema wait; `amends desk` makes them when it starts.")
    if connection.vendor == "postgresql" and connection.pg_version < 150_000:  # type: ignore[attr-defined]
        yield Trouble("error", "PostgreSQL is older than 15. Use 15 or newer.")

    if not waiting:
        yield from _demonstration()


def _demonstration() -> Iterator[Trouble]:
    from amends.desk.people.models import Person

    made_up = Person.objects.filter(demo=True, is_active=True).exists()
    if made_up and settings.ALLOWED_HOSTS[0] not in _LOCAL:
        yield Trouble(
            "error",
            "The demonstration's people, whose password everybody knows, can sign in at a public address. Remove the "
            "demonstration in the settings.",
        )


def _mail() -> Iterator[Trouble]:
    if not settings.MAIL_CAN_LEAVE:
        if not _a_mailbox_sends():
            yield Trouble("note", "No mail leaves: AMENDS_SMTP_HOST is not set. Mail is kept and shown as held.")
        return
    if settings.DEFAULT_FROM_EMAIL == "amends@localhost":
        yield Trouble("error", "AMENDS_MAIL_FROM is not set: mail would come from amends@localhost.")
    try:
        with socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), _SECONDS):
            pass
    except OSError as error:
        yield Trouble(
            "error",
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not answer "
            f"({error.strerror or type(error).__name__}). Look at AMENDS_SMTP_HOST and AMENDS_SMTP_PORT.",
        )


def _a_mailbox_sends() -> bool:
    from amends.desk.outbox.routes import mail_can_leave

    try:
        return mail_can_leave()
    except DatabaseError:
        # Away, or not laid out yet: that is told as a trouble of its own.
        return False


def _integrity() -> Iterator[Trouble]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(10)")
        wrong = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        loose = cursor.fetchall()
    if wrong:
        yield Trouble("error", f"The database file is damaged: {'; '.join(wrong)[:300]}. Restore the latest backup.")
    if loose:
        yield Trouble("error", f"{len(loose)} rows point to rows that are not there. Restore the latest backup.")


def _files() -> Iterator[Trouble]:
    from amends.desk import store

    named = store.every_name()
    there = set(store.every_hash())
    if missing := named - there:
        first = ", ".join(sorted(missing)[:3])
        yield Trouble("error", f"{len(missing)} stored files are missing ({first} ...). Bring them back from a backup.")
    if spare := there - named:
        yield Trouble("note", f"{len(spare)} stored files belong to no message. They do no harm.")


def _stuck() -> Iterator[Trouble]:
    from amends.desk.cases.models import RawMessage
    from amends.desk.clock.failing import FORGOTTEN_AFTER
    from amends.desk.clock.models import RegularWork, WorkTrouble
    from amends.desk.clock.registry import registered
    from amends.desk.outbox.models import OutgoingMessage

    now = timezone.now()
    for work in registered():
        try:
            failing = work.model._default_manager.filter(work.due(now), tries__gte=3)
            count = failing.count()
            problem = failing.order_by("-tries").values_list("problem", flat=True).first() if count else ""
        except Exception as error:
            # One kind of work that cannot be looked for must not hide what is wrong with the others.
            yield Trouble("error", f"{work.name}: what is due cannot be found ({type(error).__name__}: {error}).")
            continue
        if count:
            yield Trouble("error", f"{work.name}: {count} rows keep failing. The last words: {problem}")
    for trouble in WorkTrouble.objects.filter(last_at__gte=now - FORGOTTEN_AFTER):
        yield Trouble(
            "error",
            f"{trouble.name} has failed {trouble.count} times since {trouble.since:%Y-%m-%d %H:%M} UTC, last at "
            f"{trouble.last_at:%Y-%m-%d %H:%M}. The last words: {trouble.problem}",
        )
    for row in RegularWork.objects.filter(next_at__lt=now - timedelta(hours=2)):
        yield Trouble(
            "note", f"{row.name} was due {row.next_at:%Y-%m-%d %H:%M} UTC and is not done: does the clock run?"
        )
    if count := RawMessage.objects.filter(state=RawMessage.State.UNREADABLE).count():
        yield Trouble(
            "note", f"{count} messages came in and could not be read. They are kept; look at them in the inbox."
        )
    if count := OutgoingMessage.objects.filter(state=OutgoingMessage.State.FAILED).count():
        yield Trouble("note", f"{count} mails could not be sent. The outbox says why.")
    if count := OutgoingMessage.objects.filter(held_why="no-mail-server").count():
        yield Trouble(
            "note", f"{count} mails wait for a mail server. Set AMENDS_SMTP_HOST, then send them from the outbox."
        )
