"""Bluesky as a kind of channel."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.desk.channels.bluesky import parsing
from amends.desk.channels.bluesky.client import AtProto, Session, parts_of
from amends.desk.channels.bluesky.form import BlueskyForm, terms_of
from amends.desk.channels.bluesky.rich_text import graphemes
from amends.desk.channels.keeping import keep_secrets
from amends.desk.channels.kinds import Heard, Keep, Page, Raw
from amends.desk.channels.models import Channel
from amends.desk.channels.newest_first import Entry, walk

__all__ = ["KIND", "Bluesky"]

_REASONS = ("mention", "reply", "quote")
_PAGE = 50
_BEFORE = timedelta(days=1)
"""How far back the first look goes."""
_LATE = timedelta(minutes=10)
_WATCHED = 25

_Ask = Callable[[str | None], tuple[Sequence[Entry], str | None]]


class Bluesky:
    """Mentions, replies, quotes, and posts that hold the business's names; answers below them."""

    name = "bluesky"
    label = _("Bluesky")
    icon = "mention"
    docs = "how-to/bluesky.md"
    limit: int | None = 300
    can_answer = True
    every = timedelta(minutes=2)
    form = BlueskyForm
    place = "social"

    def limit_of(self, channel: Channel) -> int | None:
        """Of each post."""
        return self.limit

    def measure(self, text: str) -> int:
        """In graphemes, as Bluesky counts."""
        return graphemes(text)

    def look(self, channel: Channel) -> Page:
        """Ask one source after the other: notifications, each name, our own answers, what is watched.

        The cursor holds which source is next and, for each, until when it was read.
        """
        account = _account(channel)
        cursor = dict(channel.cursor)
        sources: list[tuple[str, _Ask]] = [
            ("notes", partial(_notes, account)),
            *((f"search {term}", partial(_search, account, term)) for term in terms_of(channel.settings)),
            ("own", partial(_own, account)),
        ]
        turn = int(cursor.get("turn", 0))
        if turn >= len(sources):
            cursor["turn"] = 0
            return Page(tuple(_watched(account, channel)), cursor, False)
        name, ask = sources[turn]
        # A search shows some posts later than others that are younger.
        overlap = _LATE if name.startswith("search ") else timedelta(0)
        walked = walk(cursor.get(name) or {}, ask, begin=channel.created_at - _BEFORE, overlap=overlap)
        cursor[name] = walked.cursor
        if walked.done:
            cursor["turn"] = turn + 1
        return Page(tuple(_stored(account, walked.found)), cursor, True)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a post."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Post the parts below each other."""
        account = _account(channel)
        stand = list(done)

        def kept(uri: str) -> None:
            stand.append(uri)
            keep(uri)

        account.reply(to, parts, done, kept)
        return f"https://bsky.app/profile/{account.did}/post/{parts_of(stand[0])[2]}" if stand else None

    def whisper(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Write to the author of a post by Bluesky's chat."""
        account = _account(channel)
        for part in parts[len(done) :]:
            keep(account.whisper(parts_of(to)[0], part))
        return None


KIND = Bluesky()


def _account(channel: Channel) -> AtProto:
    settings, secrets = channel.settings, channel.secret_values
    service, user = str(settings["service"]), str(settings["user"])
    whose = f"{service} {user}"
    session = Session()
    if kept := secrets.get("session"):
        found = json.loads(kept)
        # Of the account that was set up before: not for this one.
        if found.pop("whose", "") == whose:
            session = Session(**found)

    def keep(fresh: Session) -> None:
        values = {"did": fresh.did, "access": fresh.access, "refresh": fresh.refresh, "whose": whose}
        keep_secrets(channel, session=json.dumps(values))

    return AtProto(service, user, secrets.get("password", ""), session, keep)


def _notes(account: AtProto, page: str | None) -> tuple[Sequence[Entry], str | None]:
    answer = account.get("app.bsky.notification.listNotifications", reasons=list(_REASONS), limit=_PAGE, cursor=page)
    # Older servers do not know of reasons and send all of them.
    notes = _list(answer, "notifications")
    return [_entry(note, wanted=note.get("reason") in _REASONS) for note in notes], _next(answer)


def _search(account: AtProto, term: str, page: str | None) -> tuple[Sequence[Entry], str | None]:
    quoted = '"' + term.replace('"', " ") + '"'
    answer = account.get("app.bsky.feed.searchPosts", q=quoted, sort="latest", limit=_PAGE, cursor=page)
    return [_entry(post) for post in _list(answer, "posts")], _next(answer)


def _own(account: AtProto, page: str | None) -> tuple[Sequence[Entry], str | None]:
    """Our own answers, also those that somebody wrote in the app of Bluesky."""
    answer = account.get(
        "app.bsky.feed.getAuthorFeed", actor=account.did, filter="posts_with_replies", limit=_PAGE, cursor=page
    )
    posts = [entry["post"] for entry in _list(answer, "feed") if isinstance(entry.get("post"), dict)]
    return [_entry(post, wanted=_is_answer(post, account.did)) for post in posts], _next(answer)


def _entry(post: dict[str, Any], *, wanted: bool = True) -> Entry:
    uri = post.get("uri")
    return Entry(str(post.get("indexedAt")), uri if wanted and isinstance(uri, str) else "", post)


def _stored(account: AtProto, found: Sequence[Entry]) -> Iterable[Raw]:
    """What was found, with what can be known about its reach."""
    if not found:
        return
    shown = account.posts([entry.id for entry in found if "likeCount" not in entry.thing])
    writers = {_did(entry.thing) for entry in found} - {"", account.did}
    followers = account.followers(sorted(writers)) if writers else {}
    for entry in found:
        post = shown.get(entry.id, entry.thing)
        yield parsing.kept(post, me=account.did, followers=followers.get(_did(post), 0))


def _watched(account: AtProto, channel: Channel) -> Iterable[Raw]:
    """What customers wrote in cases that are in hand: still there, and how far has it gone?"""
    uris = [uri for uri in channel.watched(_WATCHED) if uri.startswith("at://")]
    if not uris:
        return
    shown = account.posts(uris)
    followers = account.followers(sorted({_did(post) for post in shown.values()} - {""}))
    for uri in uris:
        post = shown.get(uri)
        if post is None:
            yield parsing.gone(uri, me=account.did)
        else:
            yield parsing.kept(post, me=account.did, followers=followers.get(_did(post), 0))


def _list(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _next(answer: Mapping[str, Any]) -> str | None:
    cursor = answer.get("cursor")
    return cursor if isinstance(cursor, str) and cursor else None


def _did(post: Mapping[str, Any]) -> str:
    author = post.get("author")
    did = author.get("did") if isinstance(author, dict) else None
    return did if isinstance(did, str) else ""


def _is_answer(post: Mapping[str, Any], me: str) -> bool:
    record = post.get("record")
    return isinstance(record, dict) and bool(record.get("reply")) and _did(post) == me
