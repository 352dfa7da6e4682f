"""`amends mcp`: tools for assistants, over the Model Context Protocol."""

import os

import click

from amends.cli.language import TranslatedCommand, messages_option
from amends.cli.output import CommandError
from amends.messages import translated

__all__ = ["mcp"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
An assistant starts it by itself; its configuration names the command:
  {"mcpServers": {"amends": {"command": "amends", "args": ["mcp"]}}}

\b
With AMENDS_DESK_URL and AMENDS_DESK_TOKEN in the environment it can also open
cases at a desk. The token is made in the desk's settings.
""",
)
@click.option(
    "--policy", metavar="FILE", help="What makes the guard hold a reply (TOML); the usual policy if not given."
)
@messages_option()
def mcp(policy: str | None) -> int:
    """Serve an assistant over standard input and output (MCP): check, hear, promises, guard, open_case."""
    try:
        import httpx  # noqa: F401
        import mcp.server.mcpserver  # noqa: F401
    except ImportError as error:
        raise CommandError(translated("The MCP server is not installed. Install amends[mcp].")) from error
    from amends.cli.assistant import server
    from amends.cli.open_case import DeskError, desk_of
    from amends.cli.policy import read_policy_file

    try:
        desk = desk_of(os.environ)
    except DeskError as error:
        raise CommandError(str(error)) from error
    server(read_policy_file(policy), desk).run("stdio")
    return 0
