"""Asking services on the internet whose addresses somebody typed in, without becoming their way into our own network.

The rules are those of `amends.desk.outward`. Redirects are followed only where that is asked for, and each is looked at
like an address that was typed in.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from django.utils.translation import gettext as _

from amends.desk import outward
from amends.desk.channels.kinds import ChannelTrouble

__all__ = ["Reply", "ask", "ask_json", "refused"]

ALL_SECONDS = 15.0
MOST_BYTES = 8 * 1024 * 1024
_AGENT = "Amends-Channels/1"
_MOST_REDIRECTS = 4
_LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said.

    Attributes:
        status: The HTTP status.
        headers: Names in small letters.
        body: Its bytes, never more than was allowed.
        address: Where it came from, after redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str

    def data(self) -> dict[str, Any]:
        """The JSON object in the body; empty when it holds none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def again_after(self) -> timedelta | None:
        """How long the other side asks us to wait, None when it does not say."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit() and len(value) < 8:
            return min(timedelta(seconds=int(value)), _LONGEST_WAIT)
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError):
            moment = None
        for name in ("ratelimit-reset", "x-ratelimit-reset"):
            # Both are used for a moment in seconds since 1970; small numbers are seconds from now.
            stamp = self.headers.get(name, "")
            if moment is None and stamp.isascii() and stamp.isdigit() and len(stamp) == 10:
                moment = datetime.fromtimestamp(int(stamp), UTC)
        if moment is None or moment.tzinfo is None:
            return None
        return max(timedelta(0), min(moment - datetime.now(UTC), _LONGEST_WAIT))


def ask(
    method: str,
    address: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    redirects: int = 0,
    most: int = MOST_BYTES,
    seconds: float = ALL_SECONDS,
) -> Reply:
    """Ask once.

    Args:
        method: GET, POST ...
        address: Where, without the parameters.
        params: Put behind "?"; a list gives the name once for each value, None leaves it out.
        headers: Further headers.
        body: What is sent.
        redirects: How many are followed, of GET alone; headers go along only to the same host.
        most: How many bytes of the answer are read; more is a trouble.
        seconds: After how many seconds it is over.

    Raises:
        ChannelTrouble: Nobody answered, not in time, too much, or the address is none that we ask.
    """
    until = time.monotonic() + seconds
    target = address + _query(params)
    sent = dict(headers or {})
    for _turn in range(min(redirects, _MOST_REDIRECTS) + 1):
        reply = _once(method, target, sent, body, most, max(1.0, until - time.monotonic()))
        onward = reply.headers.get("location", "")
        if reply.status not in (301, 302, 303, 307, 308) or not onward or method != "GET":
            return reply
        before, target = target, urljoin(target, onward)
        if _host(before) != _host(target):
            sent = {}
    return reply


def ask_json(
    method: str,
    address: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
) -> Reply:
    """Ask with JSON or a form in the body, see `ask`."""
    sent = {"Accept": "application/json", **(headers or {})}
    body = b""
    if data is not None:
        sent["Content-Type"] = "application/json"
        body = json.dumps(data, ensure_ascii=False).encode("utf-8")
    elif form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode("ascii")
    return ask(method, address, params=params, headers=sent, body=body)


def refused(reply: Reply, service: str, *, words: str = "") -> ChannelTrouble:
    """The trouble that an answer outside 200 to 299 stands for.

    Args:
        reply: The answer.
        service: How people call the service.
        words: What the service says about it, in its own words; never a secret.
    """
    said = f" ({words[:200]})" if words else ""
    if reply.status in (401, 403):
        return ChannelTrouble(
            _("%(service)s did not let the desk in%(said)s.") % {"service": service, "said": said},
            what_to_do=_("Enter the key or password again, and see that it was not withdrawn there."),
        )
    if reply.status == 404:
        return ChannelTrouble(
            _("%(service)s knows nothing of this name%(said)s.") % {"service": service, "said": said},
            what_to_do=_("Look at the settings of this channel: is everything written as it is there?"),
        )
    if reply.status == 429:
        return ChannelTrouble(
            _("%(service)s asks us to wait.") % {"service": service},
            again_after=reply.again_after() or timedelta(minutes=15),
        )
    if reply.status >= 500:
        return ChannelTrouble(
            _("%(service)s has a trouble of its own (%(status)s).") % {"service": service, "status": reply.status},
            again_after=reply.again_after(),
        )
    return ChannelTrouble(
        _("%(service)s did not accept this: %(status)s%(said)s.")
        % {"service": service, "status": reply.status, "said": said},
    )


def _once(method: str, target: str, headers: Mapping[str, str], body: bytes, most: int, seconds: float) -> Reply:
    try:
        said = outward.ask(
            method, target, body=body or None, headers={"User-Agent": _AGENT, **headers}, seconds=seconds, most=most
        )
    except outward.NotThereError as error:
        raise ChannelTrouble(
            _("This address cannot be asked: %(why)s.") % {"why": error}, what_to_do=_("Write another address.")
        ) from error
    except outward.NotReachedError as error:
        words = _("%(host)s could not be reached: %(why)s.") % {"host": _host(target), "why": error}
        raise ChannelTrouble(words) from error
    if not said.whole:
        words = _("The answer was too large: more than %(megabytes)s MB.") % {"megabytes": max(1, most // 1024 // 1024)}
        raise ChannelTrouble(words)
    return Reply(said.status, said.headers, said.body, target)


def _query(params: Mapping[str, Any] | None) -> str:
    given = {name: value for name, value in (params or {}).items() if value not in (None, "")}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
