"""Fetching a feed, only when it has changed."""

from datetime import timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.outward import ask, refused

__all__ = ["Fetched", "fetch"]

_MOST_BYTES = 4 * 1024 * 1024
_KINDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


class Fetched(NamedTuple):
    """A feed as it came; `etag` and `modified` say which edition, for the next time."""

    content: bytes
    address: str
    etag: str
    modified: str


def fetch(address: str, etag: str = "", modified: str = "") -> Fetched | None:
    """A feed; None when it is the edition that is known.

    Raises:
        ChannelTrouble: It does not come.
    """
    headers = {"Accept": _KINDS}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    reply = ask("GET", address, headers=headers, redirects=4, most=_MOST_BYTES)
    if reply.status == 304:
        return None
    if reply.status == 410:
        raise ChannelTrouble(
            _("This feed has ended."), timedelta(days=1), _("Enter another address, or remove this channel.")
        )
    if reply.status not in range(200, 300):
        raise refused(reply, _("The site"))
    etag, modified = (reply.headers.get(name, "")[:200] for name in ("etag", "last-modified"))
    return Fetched(reply.body, reply.address, etag, modified)
