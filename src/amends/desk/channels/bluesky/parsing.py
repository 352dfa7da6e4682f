"""From a post as Bluesky gives it to what was heard."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from amends.desk.channels.bluesky.rich_text import with_whole_links
from amends.desk.channels.kinds import Heard, Raw, Unreadable
from amends.desk.channels.newest_first import moment_of
from amends.desk.channels.stored import as_bytes

__all__ = ["gone", "kept", "read"]

_LONGEST = 10_000
_COUNTS = ("likeCount", "repostCount", "quoteCount")


def kept(post: Mapping[str, Any], *, me: str, followers: int = 0) -> Raw:
    """A post as it is stored.

    Args:
        post: As the service shows it, with its address, author and record.
        me: Our own DID.
        followers: How many follow its author.
    """
    counts = {name: post[name] for name in _COUNTS if isinstance(post.get(name), int)}
    stored = {
        "post": {name: post.get(name) for name in ("uri", "cid", "author", "record", "indexedAt")} | counts,
        "me": me,
        "followers": followers,
    }
    # A like more is no edition of its own; ten times as many are.
    spread = len(str(sum(counts.values()))) - 1
    return Raw(str(post["uri"]), as_bytes(stored), f"{str(post.get('cid'))[:60]}:{spread}")


def gone(uri: str, *, me: str) -> Raw:
    """A post that is not there any more."""
    return Raw(uri, as_bytes({"gone": uri, "me": me, "at": datetime.now(UTC).isoformat()}), "gone")


def read(raw: bytes) -> list[Heard]:
    """What was stored, as what was heard.

    Raises:
        Unreadable: It holds no post.
    """
    try:
        stored = json.loads(raw)
        if "gone" in stored:
            uri = str(stored["gone"])
            moment = datetime.fromisoformat(stored["at"])
            return [Heard(uri, "", moment, author=_repo(uri), ours=_repo(uri) == stored["me"], gone=True)]
        return [_heard(stored["post"], str(stored["me"]), stored.get("followers"))]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("This is no post.")) from error


def _heard(post: Mapping[str, Any], me: str, followers: Any) -> Heard:
    record, author, uri = post["record"], post["author"], str(post["uri"])
    text = record.get("text")
    words = with_whole_links(text, record.get("facets")) if isinstance(text, str) else ""
    languages = record.get("langs")
    spoken = languages[0] if isinstance(languages, list) and languages else None
    counts = [post.get(name) for name in _COUNTS]
    reach = sum(count for count in (followers, *counts) if isinstance(count, int) and count > 0)
    did = str(author["did"])
    return Heard(
        id=uri,
        words="\n".join(filter(None, [words.strip(), *_pictures(record)]))[:_LONGEST],
        moment=_written(record, post),
        author=did,
        author_name=_name(author),
        address=f"https://bsky.app/profile/{did}/post/{uri.rpartition('/')[2]}",
        language=spoken.partition("-")[0].lower()[:8] if isinstance(spoken, str) and spoken else None,
        thread=_above(record),
        public=True,
        reach=reach,
        ours=did == me,
    )


def _written(record: Mapping[str, Any], post: Mapping[str, Any]) -> datetime:
    """The earlier of what its author says and when it was seen: anybody can write any moment into a post."""
    moments = [moment_of(record.get("createdAt")), moment_of(post.get("indexedAt"))]
    known = [moment for moment in moments if moment is not None]
    if not known:
        raise ValueError("no moment")
    return min(known)


def _name(author: Mapping[str, Any]) -> str:
    shown, handle = author.get("displayName"), author.get("handle")
    for name in (shown, handle):
        if isinstance(name, str) and name.strip():
            return name.strip()[:200]
    return ""


def _above(record: Mapping[str, Any]) -> str:
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, Mapping) else None
    uri = parent.get("uri") if isinstance(parent, Mapping) else None
    return uri if isinstance(uri, str) else ""


def _pictures(record: Mapping[str, Any]) -> list[str]:
    """What its author says about its pictures."""
    embed = record.get("embed")
    media = embed.get("media", embed) if isinstance(embed, Mapping) else None
    images = media.get("images") if isinstance(media, Mapping) else None
    words = [image.get("alt") for image in images if isinstance(image, Mapping)] if isinstance(images, list) else []
    return [f"[{one.strip()}]" for one in words if isinstance(one, str) and one.strip()]


def _repo(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]
