"""The Customer Support on Twitter layout: a table of posts between customers and companies.

Columns: tweet_id, author_id, inbound, created_at, text, response_tweet_id, in_response_to_tweet_id.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from amends.archive.mail import Address
from amends.archive.message import Item, Message, Side, Unreadable
from amends.archive.readers.format import Context
from amends.archive.readers.values import person, plain, read_moment, read_yes
from amends.messages import translated

__all__ = ["items", "recognises"]

_COLUMNS = frozenset({"tweet_id", "author_id", "inbound", "text"})
_MENTIONS = re.compile(r"(?:@(\w{1,40})\s+)")


def recognises(columns: frozenset[str]) -> bool:
    """Whether a table has these columns, in small letters."""
    return columns >= _COLUMNS


def items(row: Mapping[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The post of a row."""
    del context
    text = unescape(plain(row.get("text")))
    inbound = read_yes(row.get("inbound"))
    if not text or inbound is None:
        yield Unreadable(place, translated("the row has no text."))
        return
    mentioned = []
    place_in_text = 0
    while (mention := _MENTIONS.match(text, place_in_text)) is not None:
        mentioned.append(mention[1])
        place_in_text = mention.end()
    answered = plain(row.get("in_response_to_tweet_id")).removesuffix(".0")
    side: Side = "customer" if inbound else "ours"
    author = plain(row.get("author_id"))
    yield Message(
        id=f"twitter:{plain(row.get('tweet_id')).removesuffix('.0')}",
        thread="",
        answers=(f"twitter:{answered}",) if answered else (),
        channel="social",
        public=True,
        side=side,
        author=person(author, f"@{author}"),
        recipients=tuple(Address(one, f"@{one}") for one in dict.fromkeys(mentioned)),
        sent=read_moment(row.get("created_at")),
        subject="",
        text=text,
        place=place,
    )
