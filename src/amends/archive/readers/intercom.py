"""Intercom: conversations with their parts.

Source: Intercom's documentation of the conversation model.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.message import Channel, Item, Message, Side
from amends.archive.readers.format import Context, left_out_note
from amends.archive.readers.values import person, plain, read_moment, read_number, rich

__all__ = ["items", "recognises"]

_SIDES: dict[str, Side] = {
    "user": "customer",
    "lead": "customer",
    "contact": "customer",
    "admin": "ours",
    "bot": "ours",
}
_SIDES["team"] = "ours"
_CHANNELS: dict[str, Channel] = {
    "email": "email", "conversation": "chat", "push": "chat", "sms": "chat", "whatsapp": "chat", "facebook": "social",
    "twitter": "social", "instagram": "social", "phone_call": "call", "phone_switch": "call",
}  # fmt: skip


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a conversation of Intercom."""
    del context
    return "conversation_parts" in record or (
        record.get("type") == "conversation" and isinstance(record.get("source"), dict)
    )


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The messages of a conversation: how it began, its parts, and the rating."""
    del context
    source = record.get("source") or {}
    number = plain(record.get("id"))
    channel: Channel = _CHANNELS.get(plain(source.get("type")), "chat")
    subject = rich(source.get("subject"))
    parts = record.get("conversation_parts") or {}
    parts = parts.get("conversation_parts") if isinstance(parts, dict) else parts
    customer = _customer(record, source)
    begin = {**source, "created_at": record.get("created_at"), "id": source.get("id") or "begin"}
    before = ""
    for index, part in enumerate([begin, *(parts or [])]):
        where = f"{place}/{index}"
        kind = plain(part.get("part_type"))
        text = rich(part.get("body"))
        if not text:
            # Assignments, closings and snoozes without a word.
            continue
        if kind.startswith("note"):
            yield left_out_note(where)
            continue
        author = part.get("author") or {}
        role = plain(author.get("type")).casefold()
        side = _SIDES.get(role, "unknown")
        id = f"intercom:{number}/{plain(part.get('id')) or index}"
        yield Message(
            id=id,
            thread=f"intercom:{number}",
            answers=(before,) if before else (),
            channel=channel,
            public=False,
            side=side,
            author=_who(author),
            recipients=(customer,) if side == "ours" and customer != Address("", "") else (),
            sent=read_moment(part.get("created_at")),
            subject=subject,
            text=text,
            place=where,
            automatic="bot" if role == "bot" else "",
        )
        before = id
    rating = record.get("conversation_rating") or {}
    score = read_number(rating.get("rating"))
    if score is not None:
        yield Message(
            id=f"intercom:{number}/rating",
            thread=f"intercom:{number}",
            answers=(before,) if before else (),
            channel="form",
            public=False,
            side="customer",
            author=customer,
            recipients=(),
            sent=read_moment(rating.get("created_at")),
            subject=subject,
            text=plain(rating.get("remark")),
            place=f"{place}/rating",
            rating=score,
        )


def _who(author: dict[str, Any]) -> Address:
    address = plain(author.get("email"))
    return person(author.get("name"), address or (f"intercom:{plain(author.get('id'))}" if author.get("id") else ""))


def _customer(record: dict[str, Any], source: dict[str, Any]) -> Address:
    author = source.get("author") or {}
    if _SIDES.get(plain(author.get("type")).casefold()) == "customer":
        return _who(author)
    contacts = record.get("contacts") or {}
    listed = contacts.get("contacts") if isinstance(contacts, dict) else contacts
    return _who(listed[0]) if listed else Address("", "")
