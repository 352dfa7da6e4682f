"""Asking a Mastodon server, with what it says put into words for people.

Source: the REST API of Mastodon 4, https://docs.joinmastodon.org/api/.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from amends.desk.channels.kinds import ChannelTrouble, Refused
from amends.desk.outward import NotReachedError, NotThereError, Said, ask

__all__ = ["Client", "NotFound"]

_SECONDS = 20.0
_MOST_BYTES = 4 << 20
_LONGEST_WORDS = 300

Query = Sequence[tuple[str, str]]


class NotFound(Exception):  # noqa: N818 - it says what happened
    """There is no such thing there, or not for us."""


class Client:
    """One account's way to its server.

    Args:
        server: Its address without a slash at its end: "https://mastodon.example".
        token: The access token; "" for what everybody may ask.
    """

    def __init__(self, server: str, token: str = "") -> None:
        self.server = server
        self.token = token

    def get(self, path: str, query: Query = ()) -> Any:
        """What is at a path of the API.

        Raises:
            NotFound: Nothing is.
            ChannelTrouble: The server cannot be asked, or does not answer as it should.
        """
        said = self._ask("GET", path + (f"?{urlencode(query)}" if query else ""))
        return _data(said)

    def post(self, path: str, values: Mapping[str, str], once: str) -> Any:
        """Post something.

        Args:
            path: Where.
            values: What, as a form.
            once: Names this post: the same one again within an hour is the same post.

        Raises:
            Refused: The server does not take it.
            ChannelTrouble: The server cannot be asked, or nobody knows how it ended.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": once}
        try:
            said = self._ask("POST", path, urlencode(values).encode(), headers)
        except NotFound as error:
            raise Refused(_("What it answers is not there any more.")) from error
        return _data(said)

    def _ask(self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] | None = None) -> Said:
        headers = {"Accept": "application/json", "User-Agent": "Amends-Channels/1", **(more or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            said = ask(method, self.server + path, body=body, headers=headers, seconds=_SECONDS, most=_MOST_BYTES)
        except NotThereError as error:
            raise ChannelTrouble(
                _("The address of the server cannot be used: %(why)s.") % {"why": error}, None, _("Correct it.")
            ) from error
        except NotReachedError as error:
            raise ChannelTrouble(_("The server does not answer: %(why)s.") % {"why": error}) from error
        if 200 <= said.status < 300:
            return said
        self._raise(method, said)
        raise AssertionError

    def _raise(self, method: str, said: Said) -> None:
        words = _words(said)
        if said.status in (404, 410):
            raise NotFound(words)
        if said.status == 401:
            raise ChannelTrouble(
                _("The server does not take the access token."), None, _("Make a new one there, and put it in here.")
            )
        if said.status == 403 and method == "GET":
            raise ChannelTrouble(
                _("The access token does not reach that far: %(why)s") % {"why": words},
                None,
                _("Give it the four rights that the guide names."),
            )
        if said.status == 429:
            raise ChannelTrouble(_("The server asks us to wait."), _reset(said))
        if method == "POST" and said.status in (400, 403, 413, 422):
            raise Refused(_("The server did not take it: %(why)s") % {"why": words})
        raise ChannelTrouble(
            _("The server answered with %(status)s: %(why)s") % {"status": said.status, "why": words}, _reset(said)
        )


def _data(said: Said) -> Any:
    try:
        if not said.whole:
            raise ValueError("too long")
        return json.loads(said.body)
    except (ValueError, RecursionError) as error:
        raise ChannelTrouble(_("The server's answer cannot be read."), None, _("Is this a Mastodon server?")) from error


def _words(said: Said) -> str:
    try:
        data = json.loads(said.body)
        words = str(data.get("error", "")) if isinstance(data, dict) else ""
    except (ValueError, RecursionError):
        words = ""
    return "".join(sign if sign.isprintable() else " " for sign in words)[:_LONGEST_WORDS]


def _reset(said: Said) -> timedelta | None:
    """How long the server asks us to wait."""
    if said.retry_after is not None:
        return timedelta(seconds=said.retry_after)
    try:
        reset = parse_datetime(said.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        reset = None
    if reset is None or said.status != 429:
        return None
    moment: datetime = reset if reset.tzinfo else reset.replace(tzinfo=UTC)
    return max(moment - timezone.now(), timedelta())
