"""`amends audit`: how a business has been apologising, from the archive that it has."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amends.cli.language import TranslatedCommand, messages_option
from amends.cli.output import CommandError
from amends.messages import counted, grouped, translated

if TYPE_CHECKING:
    from amends.archive.audit.running import Progress

__all__ = ["audit"]

_FORMATS = ("mbox", "eml", "json", "csv", "parquet")
_CHANNELS = ("email", "chat", "social", "review", "form", "call", "other")
_LINE_EVERY = 15.0


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends audit inbox.mbox sent.mbox --out audit
  amends audit Maildir/ --out audit --ours shop.example
  amends audit tickets.json.gz --out audit --country HR --zone Europe/Zagreb
  amends audit reviews.csv --out audit --map text=Comment --map sent=Posted
  zcat mail.mbox.gz | amends audit - --out audit
  amends audit --compare audit-spring audit-autumn

\b
Archives: mbox, Maildir and folders of .eml; exports of Zendesk, Intercom,
Freshdesk, Chatwoot and Zammad; Google Business reviews; CSV and Parquet, with
the Customer Support on Twitter and Google Play layouts known by themselves;
JSON lines of conversations, one a line:
  {"id": "1", "channel": "email", "subject": "...", "customer": {"name": "...",
   "address": "..."}, "messages": [{"at": "2025-02-11T13:05:00+02:00",
   "from": "customer", "text": "..."}, {"from": "business", "text": "..."}]}
Files may be compressed (gz, bz2, xz, zstd) or packed (zip, tar).

\b
In the folder of results: report.html for you; messages, reviews, promises and
threads as Parquet; summary.json; not-read.csv with what could not be read.

\b
Exit codes: 0 the audit is written; 2 wrong usage, or nothing could be read;
130 stopped by Ctrl-C, what was done is kept for --resume.
""",
)
@click.argument("archives", nargs=-1, metavar="[ARCHIVE|-]...")
@click.option("--out", metavar="DIR", help="The folder for the results; it is made.")
@click.option(
    "--ours",
    multiple=True,
    metavar="WHO",
    help="Your address, your domain, or your name there; repeatable. Else found from the archive.",
)
@click.option(
    "--format",
    "form",
    metavar="FORM",
    type=click.Choice(_FORMATS),
    help="mbox, eml, json, csv or parquet; else recognised.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="WHAT=COLUMN",
    help="For tables: text, sent, author, side and others, and the column that holds it; repeatable.",
)
@click.option(
    "--channel", metavar="CHANNEL", type=click.Choice(_CHANNELS), help="For tables: how the messages were sent."
)
@click.option("--names", is_flag=True, help="Leave names, addresses and numbers in the results; they are masked else.")
@click.option("--country", metavar="CODE", help="ISO 3166 code: whose weekend and holidays are no working days.")
@click.option("--zone", metavar="ZONE", help="Your time zone (Europe/Vilnius), for what is promised by a day.")
@click.option(
    "--dates",
    metavar="FIRST",
    type=click.Choice(("day", "month")),
    help="day or month: what stands first in dates like 03/04/2025; else told from all dates of the archive.",
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 256), help="How many processes work; one for each core if not given."
)
@click.option("--dask", metavar="ADDRESS", help="A Dask scheduler (tcp://...), whose workers do the work instead.")
@click.option("--resume", is_flag=True, help="Go on with an audit that was stopped.")
@click.option(
    "--compare", nargs=2, metavar="BEFORE AFTER", help="Two folders of results: what became better, what worse."
)
@messages_option()
def audit(
    archives: tuple[str, ...],
    out: str | None,
    ours: tuple[str, ...],
    form: str | None,
    columns: tuple[str, ...],
    channel: Any,
    names: bool,
    country: str | None,
    zone: str | None,
    dates: Any,
    jobs: int | None,
    dask: str | None,
    resume: bool,
    compare: tuple[str, str] | None,
) -> int:
    """Show how you have been apologising: read the mail or the help desk's export that you have.

    Finds complaints, how they were answered and how soon, which replies own the failure and what spoils the others,
    what was promised and kept, which complaints come back, who is still waiting, and who deserves thanks. Nothing
    leaves this machine.
    """
    if compare is not None:
        if archives:
            raise click.UsageError(
                translated("--compare takes two folders of results and no archives."), click.get_current_context()
            )
        return _compare(compare, out)
    if not archives:
        sentence = translated("Name an archive: a file, a folder, or - for standard input.")
        raise click.UsageError(sentence, click.get_current_context())
    if out is None:
        raise click.UsageError(translated("Name a folder for the results: --out DIR."), click.get_current_context())
    from amends.archive.audit import AuditError, Options, run
    from amends.archive.readers.flat import FIELDS

    options = Options(
        archives,
        ours,
        _columns(columns, FIELDS),
        form,
        channel,
        names,
        _country(country),
        _zone(zone),
        dates,
        jobs or os.cpu_count() or 1,
        dask,
        resume,
    )
    folder = Path(out)
    try:
        with _progress() as progress:
            summary = run(options, folder, stdin=sys.stdin.buffer, progress=progress)
    except (AuditError, ValueError) as error:
        raise CommandError(str(error)) from error
    except ModuleNotFoundError as error:
        sentence = translated(
            "{library} is not installed. Install amends with what the audit needs: amends[audit].", library=error.name
        )
        raise CommandError(sentence) from error
    except OSError as error:
        raise CommandError(
            translated("the results cannot be written or the workers not reached ({problem}).", problem=error)
        ) from error
    except KeyboardInterrupt:
        _say(translated("Stopped. What was done is kept: give the same command with --resume to go on."))
        raise
    return _told(summary, folder)


def _say(sentence: str) -> None:
    from amends.cli.output import say

    say(sentence)


def _columns(pairs: tuple[str, ...], fields: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        what, given, column = pair.partition("=")
        if not given or not column or what not in fields:
            sentence = translated(
                "--map: write WHAT=COLUMN; what there is to look for: {fields}.", fields=", ".join(fields)
            )
            raise click.UsageError(sentence, click.get_current_context())
        found[what] = column
    return found


def _country(code: str | None) -> str | None:
    if code is None:
        return None
    from amends.promises.calendar import Calendar

    try:
        Calendar(code.upper())
    except ValueError as error:
        raise CommandError(str(error)) from error
    return code.upper()


def _zone(name: str | None) -> str | None:
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        sentence = translated("'{name}' is no time zone. Write it like Europe/Vilnius.", name=name)
        raise CommandError(sentence) from error
    return name


def _told(summary: dict[str, Any], folder: Path) -> int:
    """Say what was read and where the report is."""
    from amends.archive.audit.advice import advice

    archive = summary["archive"]
    lost = archive["not_read"]["kinds"]
    if not archive["messages"]:
        for _, place, reason in archive["not_read"]["first"]:
            _say(f"{place}: {reason}")
        raise CommandError(
            translated("no message could be read. See {file} for the reasons.", file=folder / "not-read.csv")
        )
    _say(
        counted("{number} message read,", "{number} messages read,", archive["messages"])
        + " "
        + translated(
            "{unreadable} unreadable, {left_out} left out (see {file}).",
            unreadable=grouped(lost.get("unreadable", 0)),
            left_out=grouped(lost.get("left out", 0)),
            file=folder / "not-read.csv",
        )
    )
    dates = archive.get("dates")
    if dates is not None and not dates["sure"]:
        _say(
            translated(
                "Dates like 03/04/2025 may be day first or month first, and the archive does not tell which. Say it by "
                "--dates."
            )
        )
    for number, one in enumerate(advice(summary), 1):
        click.echo(f"{number}. {one.what} {one.why}")
    click.echo(str(folder / "report.html"))
    return 0


def _compare(folders: tuple[str, str], out: str | None) -> int:
    """Show two audits side by side; with --out as a page too."""
    from amends.archive.audit import AuditError, compared_page, read_summary
    from amends.archive.audit import compare as compared

    try:
        rows = compared(*(read_summary(Path(folder)) for folder in folders))
    except AuditError as error:
        raise CommandError(str(error)) from error
    widths = [max(len(getattr(row, name)) for row in rows) for name in ("name", "before", "after")]
    for row in rows:
        before, after = row.before.rjust(widths[1]), row.after.rjust(widths[2])
        click.echo(f"{row.name.ljust(widths[0])}  {before}  {after}  {row.change_words}")
    if out is not None:
        path = Path(out)
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / "compare.html").write_text(compared_page(rows), encoding="utf-8")
        except OSError as error:
            raise CommandError(translated("the results cannot be written ({problem}).", problem=error)) from error
        click.echo(str(path / "compare.html"))
    return 0


@contextmanager
def _progress() -> Iterator["Progress"]:
    """How far it is, on standard error: a bar for people, a line now and then for logs."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bars(bar)


def _stages() -> dict[str, str]:
    return {
        "reading": translated("reading"),
        "judging": translated("hearing and checking"),
        "writing": translated("writing"),
    }


def _rate(stage: str, done: int, seconds: float) -> str:
    """How fast it goes: megabytes when reading, messages when judging."""
    if seconds <= 0 or stage == "writing":
        return ""
    if stage == "reading":
        return translated("{number} MB a second", number=f"{done / seconds / 1e6:.1f}")
    return translated("{number} messages a second", number=grouped(round(done / seconds)))


class _Bars:
    """A bar for each stage."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._tasks: dict[str, tuple[Any, float]] = {}

    def __call__(self, stage: str, done: int, whole: int) -> None:
        if stage not in self._tasks:
            task = self._bar.add_task(_stages()[stage], total=whole or None, rate="")
            self._tasks[stage] = (task, time.monotonic())
        task, begun = self._tasks[stage]
        self._bar.update(task, completed=done, total=whole or None, rate=_rate(stage, done, time.monotonic() - begun))


class _Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}
        self._last = time.monotonic()

    def __call__(self, stage: str, done: int, whole: int) -> None:
        now = time.monotonic()
        begun = self._begun.setdefault(stage, now)
        if now - self._last < _LINE_EVERY:
            return
        self._last = now
        left = ""
        if whole and done:
            minutes = (now - begun) * (whole - done) / done / 60
            left = ", " + counted("{number} minute left", "{number} minutes left", round(minutes))
        share = f" {100 * done // whole} %" if whole else ""
        _say(f"{_stages()[stage]}{share}, {_rate(stage, done, now - begun)}{left}")
