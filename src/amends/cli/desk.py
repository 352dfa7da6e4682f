"""`amends desk`, `worker`, `backup`, `restore`, `doctor`: the web desk and what keeps it well."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from amends.cli.language import TranslatedCommand
from amends.cli.output import CommandError, say, write
from amends.messages import counted, translated

if TYPE_CHECKING:
    from amends.desk.health import Trouble

__all__ = ["backup", "desk", "doctor", "restore", "worker"]

_PORT = 8765


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends desk                           on this machine, port 8765
  amends desk --demo                    with a made-up business to try
  amends desk --host 0.0.0.0 --port 80  for others, behind your own proxy
  amends desk --processes 4             for many people; run 'amends worker' beside it
  amends desk --check                   what is misconfigured
""",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=_PORT, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option("--demo", is_flag=True, help="Begin with a made-up business, clearly marked, gone with one click.")
@click.option("--check", is_flag=True, help="Say what is misconfigured, and start nothing.")
@click.option(
    "--processes",
    default=0,
    type=click.IntRange(0, 64),
    help="Serve pages by so many processes, and leave the clock to 'amends worker'.",
)
def desk(host: str, port: int, demo: bool, check: bool, processes: int) -> int:
    """Start the desk: the web pages and the clock, in one process.

    Settings come from the environment; the data folder is AMENDS_DATA, or ~/.local/share/amends.
    """
    _start_django(port)
    if check:
        return _tell_troubles("check")
    from amends.desk.locking import AlreadyRunningError
    from amends.desk.serving import migrate, serve, serve_many

    migrate(waiting=_print_waiting)
    if demo:
        from amends.desk.demonstration.services import load

        load()
    try:
        if processes:
            serve_many(host, port, processes, ready=lambda: _print_links(demo))
        else:
            serve(host, port, ready=lambda: _print_links(demo))
    except ImportError as error:
        if error.name != "granian":
            raise
        raise CommandError(
            translated(
                "Several processes need one more part. Run: {command}", command="pip install 'amends[desk,scale]'"
            )
        ) from error
    except AlreadyRunningError as error:
        raise CommandError(translated("A backup is being restored just now. Start again when it is done.")) from error
    except OSError as error:
        raise CommandError(
            translated(
                "Port {port} cannot be used ({problem}). Name another one with --port.",
                port=port,
                problem=error.strerror or type(error).__name__,
            )
        ) from error
    return 0


@click.command(cls=TranslatedCommand)
def worker() -> int:
    """Run the clock alone, beside web processes that serve the pages of the same database."""
    _start_django(_PORT)
    from amends.desk.locking import AlreadyRunningError
    from amends.desk.serving import migrate, work

    migrate(waiting=_print_waiting)
    try:
        work()
    except AlreadyRunningError as error:
        raise CommandError(translated("A backup is being restored just now. Start again when it is done.")) from error
    return 0


@click.command(cls=TranslatedCommand)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> int:
    """Write everything into FILE: the database, attachments and the secret key. The desk may run meanwhile.

    Whoever has the file can read all of it: keep it where only you can.
    """
    _start_django(_PORT)
    from amends.desk.backup import BackupError, make

    try:
        summary = make(file)
    except BackupError as error:
        raise CommandError(str(error)) from error
    say(_summary_words(file, summary.rows, summary.files))
    if summary.missing:
        say(
            counted(
                "{number} stored file is missing and is not in the backup. 'amends doctor' tells more.",
                "{number} stored files are missing and are not in the backup. 'amends doctor' tells more.",
                len(summary.missing),
            )
        )
    return 1 if summary.missing else 0


@click.command(cls=TranslatedCommand)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put it in the place of data that is there.")
def restore(file: Path, replace: bool) -> int:
    """Bring back what `amends backup` wrote into FILE. The desk must not run meanwhile."""
    _start_django(_PORT)
    from amends.desk.backup import BackupError
    from amends.desk.backup import restore as bring_back
    from amends.desk.locking import AlreadyRunningError

    try:
        summary = bring_back(file, replace=replace)
    except AlreadyRunningError as error:
        raise CommandError(translated("The desk is running. Stop it first, and its workers too.")) from error
    except BackupError as error:
        raise CommandError(str(error)) from error
    say(_summary_words(file, summary.rows, summary.files))
    return 0


@click.command(cls=TranslatedCommand)
def doctor() -> int:
    """Look for what is unwell: settings, database, missing files, work that is stuck. Changes nothing."""
    _start_django(_PORT)
    return _tell_troubles("doctor")


def _start_django(port: int) -> None:
    """Settings are read here; one that is wrong ends the command with its name and what to do."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings")
    os.environ.setdefault("AMENDS_URL", f"http://127.0.0.1:{port}")
    try:
        import django

        from amends.desk.environment import SettingError
    except ImportError as error:
        raise CommandError(translated("The desk is not installed. Install amends[desk].")) from error
    try:
        django.setup()
    except SettingError as error:
        raise CommandError(str(error)) from error


def _tell_troubles(which: str) -> int:
    from amends.desk.health import check_setup, examine

    troubles = check_setup() if which == "check" else examine()
    write([_trouble_words(trouble) for trouble in troubles])
    if not troubles:
        say(translated("All is well."))
    return 1 if any(trouble.gravity == "error" for trouble in troubles) else 0


def _trouble_words(trouble: "Trouble") -> str:
    mark = translated("error") if trouble.gravity == "error" else translated("note")
    return f"{mark}: {trouble.words}\n"


def _summary_words(file: Path, cases: int, files: int) -> str:
    return translated("{file}: {cases} cases, {files} stored files.", file=file, cases=cases, files=files)


def _print_waiting() -> None:
    write([translated("The desk is being made ready. The first time this takes up to a minute.") + "\n"])


def _print_links(demo: bool) -> None:
    from django.conf import settings
    from django.urls import reverse

    from amends.desk.people.services import first_owner_link, needs_first_owner

    lines = [translated("The desk: {address}", address=settings.PUBLIC_URL + "/")]
    if demo:
        lines.append(translated("Its people are made up; the page for signing in names them."))
    if needs_first_owner():
        address = settings.PUBLIC_URL + reverse("people:first-owner", args=[first_owner_link()])
        lines.append(
            translated("Your own account as owner, by a link that works once, for a day: {address}", address=address)
        )
    lines.append(translated("Ctrl-C ends it."))
    write([line + "\n" for line in lines])
    sys.stdout.flush()
