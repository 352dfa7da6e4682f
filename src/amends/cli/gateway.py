"""`amends gateway`: hold back the answers of a language model that fail the guard."""

import logging
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal
from urllib.parse import urlsplit

import click

from amends.cli.check import house_settings
from amends.cli.language import TranslatedCommand, messages_option
from amends.cli.output import CommandError, say
from amends.messages import current_language, translated

__all__ = ["gateway"]

_PORT = 8787
_MOST_BODY = 50_000_000
_FAULTS = ("owner", "team", "system", "supplier", "expectation", "nobody", "unknown")


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends gateway --upstream http://127.0.0.1:11434/v1
  amends gateway --upstream https://models.example/v1 --fault team --again 1
  amends gateway --upstream https://models.example/v1 --policy guard.toml --hand-over error

\b
Point your software at http://127.0.0.1:8787/v1 in the place of the model's own
address. Keys go through with each request; none is kept and none is logged.
""",
)
@click.option("--upstream", metavar="URL", required=True, help="The model's server, up to and with its version (…/v1).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=_PORT, show_default=True, type=click.IntRange(0, 65535), help="Its port.")
@click.option(
    "--again",
    default=2,
    show_default=True,
    type=click.IntRange(0, 10),
    help="How often the model is asked again when its answer fails.",
)
@click.option("--policy", metavar="FILE", help="What makes an answer wait (TOML); the usual policy if not given.")
@click.option("--fault", metavar="WHO", type=click.Choice(_FAULTS), help=f"Who failed: {', '.join(_FAULTS)}.")
@click.option("--language", metavar="CODE", help="The language in which customers are answered; else theirs.")
@click.option("--channel", type=click.Choice(["private", "public"]), help="Who will read the answer.")
@click.option(
    "--hand-over",
    default="answer",
    show_default=True,
    type=click.Choice(["answer", "error"]),
    help="What comes when no answer passes: an answer with HTTP 200, or an error with HTTP 422.",
)
@click.option("--hand-over-text", metavar="TEXT", help="The words of that answer; a plain sentence if not given.")
@click.option("--finish-reason", default="content_filter", show_default=True, metavar="WORD", help="Its finish_reason.")
@click.option(
    "--timeout",
    default=120.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="Seconds that the model's server may be silent.",
)
@click.option(
    "--also",
    multiple=True,
    metavar="PATH",
    help="Let another address through unread, such as /embeddings. Repeatable.",
)
@click.option(
    "--threads",
    default=16,
    show_default=True,
    type=click.IntRange(1, 500),
    help="Requests that may be under way at once.",
)
@click.option("--config", metavar="FILE", help="Settings; else amends.toml, here or in a folder above.")
@messages_option()
def gateway(
    upstream: str,
    host: str,
    port: int,
    again: int,
    policy: str | None,
    fault: str | None,
    language: str | None,
    channel: str | None,
    hand_over: Literal["answer", "error"],
    hand_over_text: str | None,
    finish_reason: str,
    timeout: float,
    also: tuple[str, ...],
    threads: int,
    config: str | None,
) -> int:
    """Stand in front of a language model and hold back its answers to customers until they pass the guard.

    Requests of any OpenAI-compatible chat endpoint go through as they are, streams too. An answer that fails is asked
    for again with what has to change; when none passes, the caller gets a hand-over that a program can tell.
    """
    try:
        import httpx  # noqa: F401
        from waitress.server import create_server
    except ImportError as error:
        raise CommandError(translated("The gateway is not installed. Install amends[gateway].")) from error
    from amends.cli.policy import read_policy_file
    from amends.guarding import warm
    from amends.guarding.gateway import Gateway, Settings

    _check_address(upstream)
    house = house_settings(config)
    known = {
        "fault": fault or house.fault,
        "language": language or house.language,
        "channel": channel or house.channel,
        "vocabulary": house.vocabulary or None,
    }
    settings = Settings(
        upstream,
        again,
        hand_over,
        hand_over_text,
        finish_reason,
        timeout,
        read_policy_file(policy),
        {key: value for key, value in known.items() if value is not None},
        frozenset("/" + path.strip("/") for path in also if path.strip("/")),
        current_language(),
    )
    _log_to_stderr()
    application = Gateway(settings, connections=threads)
    try:
        server: Any = create_server(
            application, host=host, port=port, threads=threads, ident=None, max_request_body_size=_MOST_BODY,
            clear_untrusted_proxy_headers=True,
        )  # fmt: skip
    except OSError as error:
        raise CommandError(
            translated(
                "Port {port} cannot be used ({problem}). Name another one with --port.",
                port=port,
                problem=error.strerror or type(error).__name__,
            )
        ) from error
    warm([settings.context["language"]] if "language" in settings.context else None)
    _serve(server, application.close)
    return 0


def _check_address(upstream: str) -> None:
    try:
        parts = urlsplit(upstream)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        # The address itself is not repeated: it may hold a secret.
        raise CommandError(translated("--upstream: an address like https://models.example/v1 is expected."))


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # These write the addresses that they call.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _serve(server: Any, close: Callable[[], None]) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    # With several addresses of one name there are several sockets.
    listening = getattr(server, "effective_listen", None) or [(server.effective_host, server.effective_port)]
    host, port = listening[0]
    shown = f"[{host}]" if ":" in str(host) else host
    say(translated("The gateway: {address}. Ctrl-C ends it.", address=f"http://{shown}:{port}/v1"))
    sys.stderr.flush()
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        close()
