"""Feeds as a kind of channel."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.feeds import parsing
from amends.desk.channels.feeds.client import fetch
from amends.desk.channels.feeds.form import FeedForm
from amends.desk.channels.kinds import Heard, Keep, Page, Refused
from amends.desk.channels.models import Channel

__all__ = ["KIND", "Feed"]


class Feed:
    """Entries of an Atom or RSS feed; a feed cannot be answered, a person posts the answer on the site."""

    name = "feeds"
    label = _("Feed (RSS, Atom)")
    icon = "feed"
    docs = "how-to/feeds.md"
    limit: int | None = None
    can_answer = False
    every = timedelta(minutes=20)
    form = FeedForm

    def look(self, channel: Channel) -> Page:
        """Fetch the feed when it has changed. What is in it is stored once, however often it is there."""
        address = str(channel.settings["address"])
        cursor = dict(channel.cursor)
        same = cursor.get("address") == address and cursor.get("names") == channel.settings.get("names", "")
        found = fetch(address, *((cursor.get("etag", ""), cursor.get("modified", "")) if same else ()))
        if found is None:
            return Page((), cursor, False)
        wanted = [line.strip() for line in str(channel.settings.get("names", "")).splitlines() if line.strip()]
        items = parsing.entries(found.content, found.address, timezone.now())
        cursor = {
            "address": address,
            "names": channel.settings.get("names", ""),
            "etag": found.etag,
            "modified": found.modified,
        }
        return Page(tuple(raw for raw in items if parsing.names(raw, wanted)), cursor, False)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse an entry."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Not possible."""
        raise Refused(_now("A feed cannot be answered. Copy the answer, and post it on the site."))


KIND = Feed()
