"""Our own layout: one conversation a record, as the desk writes and reads it.

    {"id": "48213", "channel": "email", "subject": "Parcel", "customer": {"name": "Fay Moore", "address": "fay@..."},
     "messages": [{"id": "1", "at": "2025-02-11T13:05:00+02:00", "from": "customer", "author": "Fay", "text": "..."}]}

Of a message only `text` is needed, and `from` ("customer" or "business"); `automatic` (true or a reason), `rating`,
`public` and `address` may be told. A record is a line of JSON lines or an element of a list.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.message import CHANNELS, Channel, Item, Message, Side, Unreadable
from amends.archive.readers.format import Context
from amends.archive.readers.values import person, plain, read_moment, read_number, read_yes
from amends.messages import translated

__all__ = ["items", "recognises"]

_SIDES: dict[str, Side] = {"customer": "customer", "business": "ours"}
_PUBLIC = ("social", "review")


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a conversation in our layout."""
    del context
    messages = record.get("messages")
    if not isinstance(messages, list):
        return False
    return all(isinstance(one, dict) and "text" in one for one in messages) and (bool(messages) or "customer" in record)


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The messages of a conversation."""
    del context
    given = plain(record.get("channel"))
    channel: Channel = next((one for one in CHANNELS if one == given), "other")
    thread = plain(record.get("id"))
    subject = plain(record.get("subject"))
    told = record.get("customer")
    customer = person(told.get("name"), told.get("address")) if isinstance(told, dict) else person(told)
    before = ""
    for number, one in enumerate(record["messages"], 1):
        where = f"{place}/{number}"
        text = plain(one.get("text"))
        side: Side = _SIDES.get(plain(one.get("from")).casefold(), "unknown")
        if not text and read_number(one.get("rating")) is None:
            yield Unreadable(where, translated("the message has no text."))
            continue
        own = plain(one.get("id"))
        id = f"own:{thread}/{own or number}" if thread else ""
        automatic = one.get("automatic")
        author = person(one.get("author"), one.get("address"))
        if side == "customer":
            author = person(author.name or customer.name, author.address or customer.address)
        public = read_yes(one.get("public"))
        yield Message(
            id=id,
            thread=f"own:{thread}" if thread else f"own:{place}",
            answers=(before,) if before else (),
            channel=channel,
            public=channel in _PUBLIC if public is None else public,
            side=side,
            author=author,
            recipients=(customer,) if side == "ours" and customer != person() else (),
            sent=read_moment(one.get("at")),
            subject=subject,
            text=text,
            place=where,
            automatic=""
            if automatic in (None, False, "")
            else (plain(automatic) if isinstance(automatic, str) else "yes"),
            rating=read_number(one.get("rating")),
        )
        before = id
