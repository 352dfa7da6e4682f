"""The kind "mastodon"."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from amends.desk.channels.kinds import ChannelTrouble, Heard, Keep, Page, Raw, Refused
from amends.desk.channels.mastodon import parsing
from amends.desk.channels.mastodon.client import Client, NotFound
from amends.desk.channels.mastodon.form import USUAL_LIMIT, MastodonForm
from amends.desk.channels.models import Channel

__all__ = ["KIND", "Mastodon"]

_AT_ONCE = 40
_MOST_WATCHED = 20
_MOST_ASKED_ALONE = 5
_FIRST_SEARCH_BACK = timedelta(days=7)
_WATCHED_EVERY = timedelta(minutes=10)
_NAME_ROOM = 34
"""Characters for the name that a post begins with; of an account elsewhere only the part before its server counts."""
_ADDRESS = re.compile(r"https?://\S+")
_ADDRESS_COUNTS = "x" * 23
_BLANKS = re.compile(r"\s+")


class Mastodon:
    """Listens to our account's mentions and to searches of our names, and answers in threads."""

    name = "mastodon"
    label = "Mastodon"
    icon = "mention"
    docs = "how-to/mastodon.md"
    limit: int | None = USUAL_LIMIT
    can_answer = True
    every = timedelta(minutes=2)
    form = MastodonForm

    def look(self, channel: Channel) -> Page:
        """Ask for new mentions; when there are no more, for what the searches find, then for edits and deletions."""
        client = _client(channel)
        cursor: dict[str, Any] = dict(channel.cursor)
        mentions, more = self._mentions(client, cursor)
        statuses = list(mentions)
        away: list[Raw] = []
        if not more:
            for name in str(channel.settings.get("names", "")).splitlines():
                statuses.extend(self._found(client, name, cursor))
            changed, away = self._watched(client, channel, cursor)
            statuses.extend(changed)
        unlike = {str(status["id"]): status for status in statuses}
        ordered = sorted(unlike.values(), key=lambda status: _number(status["id"]))
        return Page((*(self._raw(channel, status) for status in ordered), *away), cursor, more)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a stored status."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Post an answer under a status, each part under the one before, as visible as what it answers."""
        return self._post(channel, to, parts, done, keep, private=False)

    def whisper(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Write to the author of a status so that nobody else reads it."""
        self._post(channel, to, parts, done, keep, private=True)
        return None

    def limit_of(self, channel: Channel) -> int | None:
        """What the server allows, less the name that each part begins with."""
        return int(channel.settings.get("limit", USUAL_LIMIT)) - _NAME_ROOM

    def measure(self, text: str) -> int:
        """As Mastodon counts: every address is 23 characters long."""
        return len(_ADDRESS.sub(_ADDRESS_COUNTS, text))

    def _raw(self, channel: Channel, status: Mapping[str, Any]) -> Raw:
        account, domain = str(channel.settings.get("account_id", "")), str(channel.settings.get("domain", ""))
        return parsing.raw_of(status, account=account, domain=domain)

    def _mentions(self, client: Client, cursor: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        query = [("types[]", "mention"), ("limit", str(_AT_ONCE))]
        if cursor.get("mentions"):
            query.append(("min_id", str(cursor["mentions"])))
        found = _listed(client.get("/api/v1/notifications", query))
        if found:
            cursor["mentions"] = str(max((one["id"] for one in found), key=_number))
        # Without a place to go on from, the server gives the newest ones: there is nothing between them and now.
        more = len(found) >= _AT_ONCE and any(name == "min_id" for name, _value in query)
        return [one["status"] for one in found if _is_status(one.get("status"))], more

    def _found(self, client: Client, name: str, cursor: dict[str, Any]) -> Iterator[dict[str, Any]]:
        places: dict[str, str] = dict(cursor.get("searches") or {})
        last = places.get(name, "")
        query = [("q", f'"{name}"'), ("type", "statuses"), ("limit", str(_AT_ONCE))]
        if last:
            query.append(("min_id", last))
        data = client.get("/api/v2/search", query)
        found = _listed(data.get("statuses") if isinstance(data, dict) else None)
        oldest = timezone.now() - _FIRST_SEARCH_BACK
        for status in found:
            if not _is_status(status) or _number(status["id"]) <= _number(last):
                continue
            if last or _moment(status) >= oldest:
                yield status
        if found:
            places[name] = str(max([last, *(one["id"] for one in found)], key=_number))
            cursor["searches"] = places

    def _watched(
        self, client: Client, channel: Channel, cursor: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], list[Raw]]:
        """Look again at what customers wrote in cases in hand: what has changed there, and what is gone."""
        before = parse_datetime(str(cursor.get("watched", "")))
        now = timezone.now()
        if before is not None and now - before < _WATCHED_EVERY:
            return [], []
        cursor["watched"] = now.isoformat()
        ids = channel.watched(_MOST_WATCHED)
        if not ids:
            return [], []
        try:
            found = _listed(client.get("/api/v1/statuses", [("id[]", one) for one in ids]))
        except NotFound:
            # Servers before 4.3 tell of one at a time.
            found = []
        there = {str(status["id"]): status for status in found if _is_status(status)}
        away: list[Raw] = []
        for one in [identity for identity in ids if identity not in there][:_MOST_ASKED_ALONE]:
            try:
                status = client.get(f"/api/v1/statuses/{one}")
            except NotFound:
                away.append(parsing.gone(one))
            else:
                if _is_status(status):
                    there[one] = status
        return list(there.values()), away

    def _post(
        self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep, *, private: bool
    ) -> str:
        client = _client(channel)
        try:
            target = client.get(f"/api/v1/statuses/{to}")
        except NotFound as error:
            raise Refused(_("What it answers is not there any more.")) from error
        if not _is_status(target):
            raise ChannelTrouble(_("The server's answer cannot be read."), None, _("Is this a Mastodon server?"))
        name = "@" + str(target["account"].get("acct", ""))
        visibility = "direct" if private else str(target.get("visibility") or "public")
        address = ""
        standing = list(done)
        for number in range(len(standing), len(parts)):
            words = f"{name} {parts[number]}"
            under = standing[-1] if standing else to
            status = self._standing(client, channel, under, words, visibility) if number == len(done) else None
            if status is None:
                status = client.post(
                    "/api/v1/statuses",
                    {"status": words, "in_reply_to_id": under, "visibility": visibility},
                    once=_key(channel, under, visibility, number, words),
                )
            if not _is_status(status):
                raise ChannelTrouble(_("The server's answer cannot be read."), None, _("Is this a Mastodon server?"))
            standing.append(str(status["id"]))
            keep(standing[-1])
            address = address or str(status.get("url") or "")
        return address if not done else self._address(client, standing[0])

    def _standing(
        self, client: Client, channel: Channel, under: str, words: str, visibility: str
    ) -> dict[str, Any] | None:
        """A part of ours that stands there already although its answer was lost. The server forgets the key of a post
        after an hour, so that it is looked for too.
        """
        try:
            context = client.get(f"/api/v1/statuses/{under}/context")
        except NotFound:
            return None
        for status in _listed(context.get("descendants") if isinstance(context, dict) else None):
            if (
                _is_status(status)
                and str(status["account"].get("id")) == str(channel.settings.get("account_id"))
                and str(status.get("in_reply_to_id")) == under
                and status.get("visibility") == visibility
                and _alike(parsing.plain_words(str(status.get("content") or "")), words)
            ):
                return status
        return None

    def _address(self, client: Client, remote_id: str) -> str:
        try:
            status = client.get(f"/api/v1/statuses/{remote_id}")
        except NotFound:
            return ""
        return str(status.get("url") or "") if isinstance(status, dict) else ""


def _client(channel: Channel) -> Client:
    return Client(str(channel.settings.get("server", "")), channel.secret_values.get("token", ""))


def _key(channel: Channel, under: str, visibility: str, number: int, words: str) -> str:
    text = "\0".join((channel.public_id, under, visibility, str(number), words))
    return hashlib.sha256(text.encode()).hexdigest()


def _alike(there: str, ours: str) -> bool:
    """Whether a post is ours: the same signs but blanks, as the server lays them out anew."""
    return _BLANKS.sub("", there) == _BLANKS.sub("", parsing.without_names(ours))


def _listed(data: object) -> list[dict[str, Any]]:
    return [one for one in data if isinstance(one, dict) and one.get("id")] if isinstance(data, list) else []


def _is_status(data: object) -> bool:
    return isinstance(data, dict) and bool(data.get("id")) and isinstance(data.get("account"), dict)


def _number(remote_id: object) -> tuple[int, str]:
    """The order of ids: Mastodon's are numbers in decimal, written as text; those of other software that speaks this
    API sort as text.
    """
    text = str(remote_id)
    return (int(text), "") if text.isascii() and text.isdigit() else (0, text)


def _moment(status: Mapping[str, Any]) -> datetime:
    try:
        moment = parse_datetime(str(status.get("created_at", "")))
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo else timezone.now()


KIND = Mastodon()
