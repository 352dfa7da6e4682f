"""`amends lsp`: findings while a reply is written, in any editor that speaks the editor protocol."""

import click

from amends.cli.language import TranslatedCommand, messages_option
from amends.cli.output import CommandError
from amends.messages import current_language, translated

__all__ = ["lsp"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
An editor starts it by itself; its configuration names the command:
  amends lsp

\b
Settings of the editor, in the section "amends": language, fault, channel, name,
complaint, jurisdiction, select, ignore, include, missing, messages.
""",
)
@click.option("--stdio", is_flag=True, help="Speak over standard input and output, as it always does.")
@messages_option()
def lsp(stdio: bool) -> int:
    """Serve an editor over standard input and output: findings, why they hurt, and edits."""
    del stdio
    try:
        import markdown_it  # noqa: F401
        import pygls  # noqa: F401
    except ImportError as error:
        raise CommandError(translated("The editor server is not installed. Install amends[editor].")) from error
    from amends.editor.server import make_server

    make_server(current_language()).start_io()
    return 0
