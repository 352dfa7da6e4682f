"""The language of the command's messages: which it is, and how help and errors come out in it.

Help is written in English where a command is declared and translated when it is shown, so that a start costs nothing
and one process can speak several languages. The library `click` looks its own messages up in the domain of gettext
that a program has chosen, by the variable LANGUAGE; for the time of a command both are ours.
"""

import gettext
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from amends.messages import (
    DOMAIN,
    FOLDER,
    LANGUAGES,
    RIGHT_TO_LEFT,
    current_language,
    environment_language,
    translated,
    use,
)

__all__ = [
    "CLICK_MESSAGES",
    "TranslatedCommand",
    "TranslatedGroup",
    "asked_language",
    "messages_option",
    "paragraphs",
    "speaking",
]

_MESSAGES_HELP = (
    "en, lt, hr, he, et or sk: the language in which Amends speaks; else AMENDS_LANGUAGE, else your system's."
)
_HELP_OPTION = "Show this message and exit."
_EXPLAIN = "explain"
_AS_WRITTEN = "\b\n"

CLICK_MESSAGES: tuple[str | tuple[str, str], ...] = (
    "Usage:",
    "Options",
    "Positional arguments",
    "Commands",
    "Show the version and exit.",
    _HELP_OPTION,
    "Missing command.",
    "Missing argument",
    "Missing option",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
)
"""The messages of `click` that this command can show; pairs are for one and for many."""


def asked_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language of messages that a command line and an environment ask for.

    Args:
        arguments: Those of the command, without its own name.
        environment: As `os.environ`.

    Raises:
        ValueError: AMENDS_LANGUAGE names no language of ours, and no option decides.
    """
    # Help and errors of usage need it before the options are read.
    names = (argument for argument in arguments if not argument.startswith("-") and argument not in LANGUAGES)
    options = ("--messages", "--language") if next(names, "") == _EXPLAIN else ("--messages",)
    found = None
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        name, given, value = argument.partition("=")
        if name in options:
            value = value if given else "".join(arguments[place + 1 : place + 2])
            found = value if value in LANGUAGES else found
    return found or environment_language(environment)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Messages of Amends and of `click` are in this language, as long as the block runs."""
    variable, domain = os.environ.get("LANGUAGE"), gettext.textdomain()
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    try:
        with use(language):
            yield
    finally:
        gettext.textdomain(domain)
        if variable is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = variable


def messages_option(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that names the language of messages; `asked_language` has read it before.

    Args:
        names: Other names of the option.
    """
    return click.option(
        *names,
        "--messages",
        metavar="LANG",
        type=click.Choice(LANGUAGES),
        expose_value=False,
        help=_MESSAGES_HELP,
    )


def paragraphs(text: str) -> list[tuple[str, bool]]:
    """A help text in the pieces that are translated: paragraphs, and for each whether its lines stay as they are."""
    found = []
    for part in inspect.cleandoc(text).split("\n\n"):
        as_written = part.startswith(_AS_WRITTEN)
        piece = part.removeprefix(_AS_WRITTEN).strip("\n")
        if piece.strip():
            found.append((piece if as_written else " ".join(piece.split()), as_written))
    return found


def _shown(text: str | None) -> str:
    """A help text in the current language."""
    pieces = [f"{_AS_WRITTEN if as_written else ''}{translated(piece)}" for piece, as_written in paragraphs(text or "")]
    return "\n\n".join(pieces)


def _write(formatter: click.HelpFormatter, text: str | None) -> None:
    if text:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_shown(text))


class TranslatedCommand(click.Command):
    """A command whose help is shown in the current language."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option for help; its text is in English, whatever language it was made in."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP_OPTION
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        _write(formatter, self.help)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        records = []
        for parameter in self.get_params(ctx):
            if not isinstance(parameter, click.Option):
                continue
            # Translated before click adds "[default: ...]" to it.
            english = parameter.help
            parameter.help = translated(english) if english else english
            record = parameter.get_help_record(ctx)
            parameter.help = english
            if record is not None:
                records.append(record)
        with formatter.section(gettext.gettext("Options")):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what follows the options."""
        _write(formatter, self.epilog)

    def get_help(self, ctx: click.Context) -> str:
        """The whole help text."""
        written = super().get_help(ctx)
        if current_language() not in RIGHT_TO_LEFT:
            return written
        from amends.render.direction import dressed

        return dressed(written, ctx.make_formatter().width)


class TranslatedGroup(TranslatedCommand, click.Group):
    """A group of commands whose help is shown in the current language."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
