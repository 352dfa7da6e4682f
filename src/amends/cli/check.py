"""`amends check`: review replies."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from amends.cli.language import TranslatedCommand, messages_option
from amends.cli.output import CommandError
from amends.messages import translated

if TYPE_CHECKING:
    from datetime import datetime

    from amends.checker.similarity import EarlierReplies
    from amends.cli.reading import Reply
    from amends.cli.reviewing import Reviewer
    from amends.configuration import Configuration
    from amends.render import NotChecked, Result

__all__ = ["check", "context_options", "house_settings", "make_reviewer", "moment_options", "places_of"]

_FAULTS = ("owner", "team", "system", "supplier", "expectation", "nobody", "unknown")
_FAULT_HELP = f"Who failed: {', '.join(_FAULTS)}. Severities follow it."


def _known_language(context: click.Context, option: click.Parameter, code: str | None) -> str | None:
    """The code of a language that has a table; which there are is looked up only when one is named."""
    if code is None:
        return None
    from amends.text import LANGUAGES

    known: str = click.Choice(LANGUAGES).convert(code, option, context)
    return known


def moment_options() -> tuple[Callable[..., Any], ...]:
    """The options that tell from when and in whose calendar due moments are counted."""
    return (
        click.option(
            "--sent",
            metavar="MOMENT",
            callback=_known_moment,
            help="When it is sent (2026-03-02T09:15), for due moments; now if not given.",
        ),
        click.option("--country", metavar="CODE", help="ISO 3166 code (LT): whose holidays are no working days."),
        click.option("--zone", metavar="NAME", help="The business's time zone (Europe/Vilnius)."),
    )


def _known_moment(_context: click.Context, _option: click.Parameter, written: str | None) -> "datetime | None":
    if written is None:
        return None
    from amends.cli.reading import moment

    found = moment(written)
    if found is None:
        raise click.BadParameter(translated("'{key}' is no moment like 2026-03-02T09:15.", key=written))
    return found


def context_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that tell what is known about a reply and where the house's settings are."""
    options: tuple[Callable[..., Any], ...] = (
        click.option(
            "--language",
            metavar="CODE",
            callback=_known_language,
            help="The replies' language; else recognised.",
        ),
        click.option(
            "--fault",
            metavar="WHO",
            type=click.Choice(_FAULTS),
            help=_FAULT_HELP,
        ),
        click.option("--complaint", metavar="FILE", help="The customer's message, to see what the reply picks up."),
        click.option("--name", help="The customer's name."),
        click.option("--channel", type=click.Choice(["private", "public"]), help="Who will read the reply."),
        *moment_options(),
        click.option(
            "--earlier",
            metavar="FILE",
            multiple=True,
            help="Replies sent before (text, JSON lines, or a folder), to find copies. Repeatable.",
        ),
        click.option(
            "--jurisdiction",
            metavar="PLACE",
            help="ISO 3166 code (GB-SCT): what is known of apologies and liability there.",
        ),
        click.option("--config", metavar="FILE", help="Settings; else amends.toml, here or in a folder above."),
        messages_option(),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends check reply.txt
  amends check reply.txt --complaint message.txt --name "Ada Okoro" --fault team
  amends check replies/ --select conditional,but,favour
  amends check --fix reply.txt
  amends check --format sarif replies/ > amends.sarif
  amends check --jsonl archive.jsonl > reviews.jsonl
  pbpaste | amends check -

\b
A finding that is right as it is can be silenced in the text: end its line with
"# amends: ignore favour", or write that alone on a line for the whole reply.
'amends dismiss' remembers it in a file instead.

\b
Exit codes: 0 no finding at or above --fail-on; 1 there is one, or a line of JSON
lines was bad; 2 wrong usage or unreadable input. With --jsonl findings change the
exit code only when --fail-on is given.
""",
)
@click.argument("files", nargs=-1, metavar="[FILES|-]...")
@click.option("--jsonl", is_flag=True, help='Each line in is an object {"id", "reply", ...}; so is each line out.')
@click.option(
    "--format",
    "form",
    metavar="FORM",
    type=click.Choice(["text", "json", "jsonl", "sarif", "github"]),
    help="text, json, jsonl, sarif or github; text if not given, jsonl for JSON lines.",
)
@context_options
@click.option("--select", multiple=True, metavar="LABELS", help="Report only these labels (comma list, repeatable).")
@click.option("--ignore", multiple=True, metavar="LABELS", help="Do not report these labels.")
@click.option(
    "--fail-on",
    metavar="SEVERITY",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="error, warning, note or never: from which severity on a finding gives exit code 1; error if not given.",
)
@click.option("--fix", is_flag=True, help="Make the safe edits: in the file, or on standard output for -.")
def check(
    files: tuple[str, ...],
    jsonl: bool,
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    fix: bool,
    config: str | None,
    **context: Any,
) -> int:
    """Check replies: which parts of a sincere apology they hold, what spoils them, what is missing.

    Each of FILES is one reply as plain text, a stored mail (.eml), JSON lines (.jsonl, many replies) or a folder of
    these; - is standard input.
    """
    from amends.cli.output import say
    from amends.cli.reading import read_replies, sources
    from amends.cli.reviewing import reaches
    from amends.render import Checked, NotChecked

    settings = house_settings(config)
    reviewer = make_reviewer(settings, select=select, ignore=ignore, **context)
    places = places_of(files)
    all_lines = jsonl or all(name.lower().endswith(".jsonl") for name in places)
    if fix:
        _refuse_fix(places, form, jsonl)
        form = form or "text"
    shown_as = form or ("jsonl" if all_lines else "text")
    count = _Outcome()

    def results() -> Iterator["Result"]:
        found = list(sources(places, jsonl=jsonl)) if fix else sources(places, jsonl=jsonl)
        replies = read_replies(found, sys.stdin.buffer, reviewer.notice, language=reviewer.language)
        made = _mended_replies(reviewer, replies) if fix else _reviewed(reviewer, replies)
        for result in made:
            if isinstance(result, NotChecked):
                count.bad_lines += result.line is not None
                count.unreadable += result.line is None
                if result.line is None:
                    say(f"{result.file or translated('standard input')}: {result.error}")
                    if shown_as == "text":
                        continue
            elif isinstance(result, Checked):
                count.failing += reaches(result.review, fail_on or settings.fail_on)
            yield result

    _render(results(), shown_as, places, fix)
    if count.unreadable:
        return 2
    if count.bad_lines or (count.failing and (fail_on is not None or not all_lines)):
        return 1
    return 0


@dataclass(slots=True)
class _Outcome:
    """What decides the exit code."""

    failing: int = 0
    bad_lines: int = 0
    unreadable: int = 0


def places_of(files: tuple[str, ...]) -> list[str]:
    """What the command reads: the arguments, or standard input when something is piped into it."""
    if files:
        return list(files)
    if sys.stdin.isatty():
        sentence = translated("Name a file or a folder, or give - for standard input.")
        raise click.UsageError(sentence, click.get_current_context())
    return ["-"]


def house_settings(config: str | None) -> "Configuration":
    """The settings of a file, or of the `amends.toml` that applies here.

    Raises:
        CommandError: The file is wrong or not there.
    """
    from pathlib import Path

    from amends.configuration import Configuration, ConfigurationError, find_configuration, read_configuration

    path = Path(config) if config is not None else find_configuration()
    try:
        return read_configuration(path) if path is not None else Configuration()
    except ConfigurationError as error:
        raise CommandError(str(error)) from error


def make_reviewer(
    settings: "Configuration",
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    language: str | None = None,
    fault: str | None = None,
    complaint: str | None = None,
    name: str | None = None,
    channel: str | None = None,
    earlier: Iterable[str] = (),
    jurisdiction: str | None = None,
    sent: "datetime | None" = None,
    country: str | None = None,
    zone: str | None = None,
) -> "Reviewer":
    """What checks the replies: the options where they are given, else the house's settings.

    Raises:
        CommandError: A label is unknown or a file cannot be read.
    """
    from datetime import datetime

    from amends.cli.output import say
    from amends.cli.reviewing import Reviewer
    from amends.dismissals import DismissalError, read_dismissals

    try:
        dismissals = read_dismissals(settings.dismissals)
    except DismissalError as error:
        raise CommandError(str(error)) from error
    language = language or settings.language
    return Reviewer(
        language=language,
        complaint=_complaint(complaint, language) if complaint is not None else None,
        name=name,
        fault=fault or settings.fault,
        channel=channel or settings.channel,
        vocabulary=settings.vocabulary,
        earlier=_earlier(earlier, language),
        jurisdiction=jurisdiction or settings.jurisdiction,
        weights=settings.weights,
        sent=sent or datetime.now(),
        country=_known_country(country),
        zone=_known_zone(zone),
        select=_labels("--select", select) or settings.select,
        ignore=_labels("--ignore", ignore) | settings.ignore,
        dismissals=dismissals,
        dismissals_path=settings.dismissals,
        notice=say,
    )


def _known_country(code: str | None) -> str | None:
    """The code of a country whose holidays are known."""
    if code is None:
        return None
    from amends.promises import Calendar

    try:
        Calendar(code.upper())
    except ValueError as error:
        raise CommandError(f"--country: {error}") from error
    return code.upper()


def _known_zone(name: str | None) -> str | None:
    if name is None:
        return None
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        sentence = translated("'{name}' is no time zone like Europe/Vilnius.", name=name)
        raise CommandError(f"--zone: {sentence}") from error
    return name


def _labels(option: str, lists: Iterable[str]) -> frozenset[str]:
    from amends.configuration import check_labels

    try:
        return check_labels(label.strip() for labels in lists for label in labels.split(",") if label.strip())
    except ValueError as error:
        raise CommandError(f"{option}: {error}") from error


def _texts(option: str, arguments: Iterable[str], language: str | None) -> Iterator[str]:
    """The texts in files that are not themselves checked."""
    from amends.cli.output import say
    from amends.cli.reading import read_replies, sources
    from amends.render import NotChecked

    for one in read_replies(sources(list(arguments)), sys.stdin.buffer, say, language=language):
        if isinstance(one, NotChecked):
            place = one.file or "-"
            if one.line is not None:
                place = translated("{name}, line {line}", name=place, line=one.line)
            raise CommandError(f"{option} {place}: {one.error}")
        yield one.text


def _complaint(file: str, language: str | None) -> str:
    return "\n\n".join(_texts("--complaint", [file], language))


def _earlier(files: Iterable[str], language: str | None) -> "EarlierReplies | None":
    names = list(files)
    if not names:
        return None
    import amends

    return amends.EarlierReplies(_texts("--earlier", names, language))


def _reviewed(reviewer: "Reviewer", replies: "Iterable[Reply | NotChecked]") -> "Iterator[Result]":
    from amends.cli.reading import Reply

    for reply in replies:
        yield reviewer.result(reply) if isinstance(reply, Reply) else reply


def _render(results: "Iterable[Result]", form: str, places: list[str], fix: bool) -> None:
    from amends.cli.output import colour_wanted, page_width, progress, write
    from amends.render import renderer

    if fix and "-" in places:
        # Standard output is taken by the mended text.
        pieces = renderer("text", width=page_width(), colour=False)(results)
        for piece in pieces:
            sys.stderr.buffer.write(piece.encode("utf-8", "backslashreplace"))
        return
    shown = renderer(form, width=page_width(), colour=form == "text" and colour_wanted())
    with progress(form != "text") as counter:
        write(shown(counter.over(results)), people=form == "text")


def _refuse_fix(places: list[str], form: str | None, jsonl: bool) -> None:
    """Fixing is for texts: a mail or a file of records would have to be written anew around them."""
    context = click.get_current_context()
    if jsonl or any(name.lower().endswith((".jsonl", ".eml")) for name in places):
        raise click.UsageError(translated("--fix works on text files. Save the reply as a .txt file."), context)
    if "-" in places and (len(places) > 1 or form not in (None, "text")):
        sentence = translated("--fix with - writes the mended reply to standard output: give - alone.")
        raise click.UsageError(sentence, context)


def _mended_replies(reviewer: "Reviewer", replies: "Iterable[Reply | NotChecked]") -> "Iterator[Result]":
    """The results after the safe edits were made and written."""
    from amends.cli.output import say, write
    from amends.cli.reading import Reply
    from amends.cli.reviewing import mended
    from amends.render import NotChecked

    for reply in replies:
        if not isinstance(reply, Reply):
            yield reply
            continue
        if reply.line is not None or not reply.placed:
            # A folder may hold mails and records beside the texts.
            yield reviewer.result(reply)
            continue
        better, result, rounds = mended(reviewer, reply)
        if reply.file is None:
            write([better.text], people=False)
        elif rounds:
            problem = _write_file(reply.file, better)
            if problem:
                yield NotChecked(problem, reply.file)
                continue
            say(translated("{file}: mended.", file=reply.file))
        yield result


def _write_file(file: str, reply: "Reply") -> str | None:
    """Put the mended reply in the place of the file's content; what went wrong, if anything did.

    The file is replaced in one move, so that a full disk never leaves half a reply.
    """
    import os
    import shutil
    import tempfile
    from pathlib import Path

    if not reply.encoding.startswith("utf-8") and "\N{REPLACEMENT CHARACTER}" in reply.text:
        return translated(
            "the file holds bytes that could not be read, so it was left alone. Save it as UTF-8 and try again."
        )
    try:
        data = reply.text.encode(reply.encoding)
    except UnicodeEncodeError:
        return translated(
            "the mended reply cannot be written as {encoding}. Save the file as UTF-8 and try again.",
            encoding=reply.encoding,
        )
    target = Path(file).resolve()
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        shutil.copymode(target, temporary)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return translated("the mended reply cannot be written ({problem}).", problem=error.strerror or error)
    return None
