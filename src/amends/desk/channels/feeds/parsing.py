"""From a feed to its entries, and from an entry to what was heard."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from amends.archive.readers.values import plain, read_moment, read_number, rich
from amends.desk.channels.feeds.markup import Entry, read_feed
from amends.desk.channels.kinds import ChannelTrouble, Heard, Raw, Unreadable
from amends.desk.channels.stored import as_bytes

__all__ = ["entries", "names", "read"]

_LONGEST = 20_000
_MAILED = re.compile(r"([^\s()<>@]{1,100}@[^\s()<>@]{1,150})(?:\s+\(([^()]{0,200})\))?")
_LINES = re.compile(r"[ \t]*\n\s*")


def entries(content: bytes, address: str, now: datetime) -> list[Raw]:
    """The entries of a feed, oldest first, two hundred at the most.

    Args:
        content: The feed.
        address: Where the feed is, for links that are not whole.
        now: Stands for the moment of entries that have none.

    Raises:
        ChannelTrouble: It is no feed.
    """
    feed = read_feed(content, address)
    if not feed.is_feed:
        raise ChannelTrouble(
            _("There is no feed at this address."),
            what_to_do=_("Look for a link named RSS or Atom on the page, and enter its address."),
        )
    language = plain(feed.language)
    found = [_kept(entry, language, now) for entry in feed.entries]
    return [raw for _moment, raw in sorted(found, key=lambda one: one[0])]


def _kept(entry: Entry, language: str, now: datetime) -> tuple[str, Raw]:
    held = entry.held
    written, changed = _moment(held.get("written")), _moment(held.get("changed"))
    author, mail = _author(held.get("author", ""))
    stored = {
        "title": _words(entry, "title"),
        "words": max(_words(entry, "content"), _words(entry, "summary"), key=len)[:_LONGEST],
        "link": plain(held.get("link")),
        "author": author,
        "author_address": plain(held.get("author_address")) or mail or plain(held.get("author_mail")),
        "rating": plain(held.get("rating")),
        "language": plain(held.get("language")) or language,
        "written": written or changed,
        "changed": changed if written else "",
        "answers": plain(entry.answers),
    }
    id = plain(held.get("id")) or stored["link"] or hashlib.sha256(as_bytes(stored)).hexdigest()
    version = hashlib.sha256(as_bytes({**stored, "changed": ""})).hexdigest()
    stored["id"], stored["seen"] = id[:400], now.isoformat()
    return written or changed or now.isoformat(), Raw(id[:400], as_bytes(stored), version)


def _words(entry: Entry, name: str) -> str:
    words = entry.held.get(name, "")
    return plain(_LINES.sub("\n\n", words)) if name in entry.plain else rich(words)


def _author(words: str) -> tuple[str, str]:
    """A name and a mail address: RSS writes "ana@mail.example (Ana)"."""
    words = plain(words)[:300]
    mailed = _MAILED.fullmatch(words)
    return (mailed[2] or "", mailed[1]) if mailed else (words, "")


def names(raw: Raw, wanted: Sequence[str]) -> bool:
    """Whether an entry holds one of the names, in its title or words; all do when none is given."""
    stored = json.loads(raw.content)
    text = f"{stored['title']}\n{stored['words']}"
    return not wanted or any(re.search(rf"(?<!\w){re.escape(one)}", text, re.IGNORECASE) for one in wanted)


def read(raw: bytes) -> list[Heard]:
    """A stored entry as what was heard.

    Raises:
        Unreadable: It holds none.
    """
    try:
        stored = json.loads(raw)
        title, words = str(stored["title"]), str(stored["words"])
        rating = read_number(stored["rating"])
        changed = stored["changed"]
        author = str(stored["author"])
        return [
            Heard(
                id=str(stored["id"]),
                words="\n\n".join(dict.fromkeys(filter(None, (title if title not in words else "", words)))),
                moment=datetime.fromisoformat(stored["written"] or stored["seen"]),
                author=str(stored["author_address"]) or author,
                author_name=author,
                address=str(stored["link"]),
                language=str(stored["language"]) or None,
                thread=str(stored["answers"]),
                rating=round(rating) if rating is not None and 1 <= rating <= 5 else None,
                edited=datetime.fromisoformat(changed) if changed and changed != stored["written"] else None,
            )
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("This is no entry of a feed.")) from error


def _moment(value: str | None) -> str:
    found = read_moment(value)
    return found.astimezone(UTC).isoformat() if found is not None else ""
