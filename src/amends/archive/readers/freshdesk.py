"""Freshdesk: tickets with their conversations.

Source: Freshdesk's documentation of tickets and conversations.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.mail.headers import addresses
from amends.archive.message import Channel, Item, Message, Side
from amends.archive.readers.format import Context, left_out_note
from amends.archive.readers.values import person, plain, read_moment, rich

__all__ = ["items", "recognises"]

# By the number of the source of a ticket, and of a conversation.
_TICKET_CHANNELS: dict[str, Channel] = {
    "1": "email", "2": "form", "3": "call", "5": "social", "6": "social", "7": "chat", "9": "form", "10": "email",
    "13": "chat",
}  # fmt: skip
_PART_CHANNELS: dict[str, Channel] = {
    "0": "email",
    "5": "social",
    "6": "form",
    "7": "social",
    "8": "email",
    "10": "call",
}
_NOTE = "2"


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a ticket, or a conversation of one."""
    del context
    if "requester_id" in record:
        return "description_text" in record or "conversations" in record
    return "body_text" in record and "incoming" in record


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The messages of a ticket: its description and its conversations."""
    del context
    if "requester_id" not in record:
        yield from _part(record, {}, Address("", ""), place)
        return
    told = record.get("requester") or {}
    customer = person(told.get("name"), told.get("email") or f"freshdesk:{plain(record['requester_id'])}")
    text = plain(record.get("description_text")) or rich(record.get("description"))
    number = plain(record.get("id"))
    if text:
        yield Message(
            id=f"freshdesk:{number}/description",
            thread=f"freshdesk:{number}",
            answers=(),
            channel=_TICKET_CHANNELS.get(plain(record.get("source")), "other"),
            public=False,
            # A ticket that an agent opened towards the customer begins with our words.
            side="ours" if plain(record.get("source")) == "10" else "customer",
            author=customer if plain(record.get("source")) != "10" else Address("", ""),
            recipients=(customer,) if plain(record.get("source")) == "10" else (),
            sent=read_moment(record.get("created_at")),
            subject=plain(record.get("subject")),
            text=text,
            place=place,
        )
    for index, part in enumerate(record.get("conversations") or [], 1):
        yield from _part(part, record, customer, f"{place}/{index}")


def _part(part: dict[str, Any], ticket: dict[str, Any], customer: Address, place: str) -> Iterator[Item]:
    if part.get("private") is True or (plain(part.get("source")) == _NOTE and part.get("private") is not False):
        yield left_out_note(place)
        return
    number = plain(ticket.get("id") or part.get("ticket_id"))
    side: Side = "customer" if part.get("incoming") is True else "ours"
    sender, _ = addresses(plain(part.get("from_email")).encode("utf-8"))
    to = part.get("to_emails")
    receivers, _ = addresses(", ".join(map(plain, to)).encode("utf-8") if isinstance(to, list) else b"")
    author = (
        sender[0] if sender else Address("", f"freshdesk:{plain(part.get('user_id'))}" if part.get("user_id") else "")
    )
    if side == "customer" and not author.address:
        author = customer
    yield Message(
        id=f"freshdesk:{number}/{plain(part.get('id')) or place}",
        thread=f"freshdesk:{number}" if number else "",
        answers=(),
        channel=_PART_CHANNELS.get(plain(part.get("source")), "email"),
        public=False,
        side=side,
        author=author,
        recipients=tuple(receivers) or ((customer,) if side == "ours" and customer.address else ()),
        sent=read_moment(part.get("created_at")),
        subject=plain(ticket.get("subject")),
        text=plain(part.get("body_text")) or rich(part.get("body")),
        place=place,
    )
