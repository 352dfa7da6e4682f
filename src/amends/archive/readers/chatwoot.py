"""Chatwoot: messages as its webhooks send them, and conversations with their messages.

Source: Chatwoot's documentation of webhooks and of the conversation API.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.message import Channel, Item, Message, Side
from amends.archive.readers.format import Context, left_out_note
from amends.archive.readers.values import person, plain, read_moment

__all__ = ["items", "recognises"]

_SIDES: dict[str, Side] = {"incoming": "customer", "0": "customer", "outgoing": "ours", "1": "ours"}
_SIDES |= {"template": "ours", "3": "ours"}
_TEMPLATES = frozenset({"template", "3"})
_ACTIVITIES = frozenset({"activity", "2"})
_CHANNELS: dict[str, Channel] = {
    "channel::email": "email", "channel::webwidget": "chat", "channel::api": "other", "channel::sms": "chat",
    "channel::whatsapp": "chat", "channel::telegram": "chat", "channel::line": "chat", "channel::twiliosms": "chat",
    "channel::facebookpage": "social", "channel::instagram": "social", "channel::twitterprofile": "social",
}  # fmt: skip


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a message, or a conversation, of Chatwoot."""
    del context
    if "message_type" in record:
        return "content" in record
    messages = record.get("messages")
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(isinstance(one, dict) and "message_type" in one for one in messages)
    )


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The message, or those of the conversation."""
    del context
    if "message_type" in record:
        yield from _message(record, record.get("conversation") or {}, place)
        return
    for index, one in enumerate(record["messages"], 1):
        yield from _message(one, record, f"{place}/{index}")


def _message(record: dict[str, Any], conversation: dict[str, Any], place: str) -> Iterator[Item]:
    kind = plain(record.get("message_type")).casefold()
    if kind in _ACTIVITIES:
        return
    if record.get("private") is True:
        yield left_out_note(place)
        return
    text = plain(record.get("content"))
    if not text:
        return
    sender = record.get("sender") or {}
    meta = conversation.get("meta") or {}
    contact = meta.get("sender") or {}
    number = plain(conversation.get("id") or record.get("conversation_id"))
    side = _SIDES.get(kind, "unknown")
    customer = _who(contact)
    channel = plain(conversation.get("channel") or meta.get("channel")).casefold()
    bot = plain(sender.get("type")).casefold() in ("agent_bot", "captain_assistant")
    details = conversation.get("additional_attributes") or {}
    yield Message(
        id=f"chatwoot:{number}/{plain(record.get('id')) or place}",
        thread=f"chatwoot:{number}" if number else "",
        answers=(),
        channel=_CHANNELS.get(channel, "chat"),
        public=False,
        side=side,
        author=_who(sender) if sender else (customer if side == "customer" else Address("", "")),
        recipients=(customer,) if side == "ours" and customer != Address("", "") else (),
        sent=read_moment(record.get("created_at")),
        subject=plain(details.get("mail_subject")) if isinstance(details, dict) else "",
        text=text,
        place=place,
        automatic="bot" if bot else ("template" if kind in _TEMPLATES else ""),
    )


def _who(sender: dict[str, Any]) -> Address:
    address = plain(sender.get("email")) or plain(sender.get("phone_number"))
    return person(sender.get("name"), address or (f"chatwoot:{plain(sender.get('id'))}" if sender.get("id") else ""))
