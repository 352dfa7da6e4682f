"""The command `amends`. Each command is a file of its own, loaded when it is called."""

import os
import sys
from collections.abc import Sequence
from gettext import gettext
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

import amends
from amends.cli.language import TranslatedGroup, asked_language, messages_option, speaking
from amends.messages import message, translated

__all__ = ["main"]

# Command -> its help in the list of commands, which so needs none of them loaded.
_COMMANDS = {
    "check": message("Check replies before they are sent."),
    "hear": message("Hear customers' messages: complaint or not, what kind, how severe, what is asked."),
    "promises": message("List what replies promise, and until when."),
    "audit": message("Show from an archive how well complaints were answered and promises kept."),
    "explain": message("Explain what Amends looks for."),
    "dismiss": message("Leave one finding of a reply as it is, and remember that."),
    "schema": message("Print the JSON Schema of the output."),
    "lsp": message("Serve an editor: findings while a reply is written."),
    "mcp": message("Serve an assistant over MCP: check, hear, promises, guard."),
    "gateway": message("Hold back a language model's answers to customers until they pass the guard."),
    "desk": message("Start the desk: from a complaint to a kept promise, in the browser."),
    "worker": message("Run the desk's clock alone, beside several web processes."),
    "backup": message("Write all of the desk's data into one file."),
    "restore": message("Bring back what a backup holds."),
    "doctor": message("Look for what is unwell with the desk."),
    "incident-export": message("Write an incident's public page as files that stay up when the desk is down."),
}
# Commands that share a file with another one.
_FILES = {"worker": "desk", "backup": "desk", "restore": "desk", "doctor": "desk"}
_BROKEN_PIPE = 141


class _Commands(TranslatedGroup):
    """Loads a command when it is asked for, and tells errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"amends.cli.{_FILES.get(cmd_name, name)}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, translated(text)) for name, text in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # `amends reply.txt` is what everybody tries first.
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and Path(name).exists():
            ctx.fail(translated("'{name}' is a file and no command. Write: amends check {name}", name=name))
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run, and end the process: 0 all well, 1 findings, 2 wrong usage or unreadable input."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            language = asked_language(given, os.environ)
        except ValueError as error:
            _say(str(error))
            sys.exit(2)
        with speaking(language):
            self._run(given, extra)

    def _run(self, given: list[str], extra: dict[str, Any]) -> NoReturn:
        extra["standalone_mode"] = False
        extra.setdefault("prog_name", "amends")
        try:
            status = super().main(given, **extra)
        except click.ClickException as error:
            _tell(error)
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        except BrokenPipeError:
            # Whoever read us, `head` perhaps, has enough. What is still buffered would raise once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_BROKEN_PIPE)
        except Exception as error:
            if os.environ.get("AMENDS_TRACE"):
                raise
            _say(
                translated(
                    "something went wrong inside Amends ({error}). Please report it to the project; AMENDS_TRACE=1 "
                    "shows where.",
                    error=f"{type(error).__name__}: {error}",
                )
            )
            sys.exit(2)
        sys.exit(status if isinstance(status, int) else 0)


def _tell(error: click.ClickException) -> None:
    message = " ".join(error.format_message().split())
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = " " + translated("See '{command} --help'.", command=error.ctx.command_path)
    _say(message.rstrip(".") + "." + hint if message[-1:] not in ".!?" else message + hint)


def _say(sentence: str) -> None:
    from amends.cli.output import say

    say(sentence)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 wrong usage or unreadable input.",
)
@messages_option()
@click.version_option(amends.__version__, "-V", "--version", message="%(prog)s %(version)s", prog_name="amends")
def main() -> None:
    """Reads a reply to a customer whom we failed, before it is sent.

    Shows which parts of a sincere apology the reply holds, what spoils it, what is missing, and how to mend it.

    \b
    amends check reply.txt                one reply
    amends check replies/                 a folder of them
    amends check - < reply.txt            standard input
    amends hear message.txt               what a customer's message says
    amends promises reply.txt             what a reply promises, until when
    amends explain favour                 what a finding means
    """
