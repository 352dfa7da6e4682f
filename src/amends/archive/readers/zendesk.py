"""Zendesk: tickets of the JSON export or of the incremental one, with their comments where these come along.

Source: Zendesk's documentation of tickets, comments and users.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.message import Channel, Item, Message, Side, Unreadable
from amends.archive.readers.format import Context, left_out_note
from amends.archive.readers.values import person, plain, read_moment, rich
from amends.messages import translated

__all__ = ["items", "recognises"]

_CHANNELS: dict[str, Channel] = {
    "email": "email", "web": "form", "web_form": "form", "web_widget": "form", "chat": "chat",
    "chat_transcript": "chat", "native_messaging": "chat", "sms": "chat", "whatsapp": "chat", "line": "chat",
    "telegram": "chat", "facebook": "social", "twitter": "social", "instagram_dm": "social", "twitter_dm": "social",
    "voice": "call", "phone": "call", "api": "other", "mobile": "form", "mobile_sdk": "form", "sample_ticket": "other",
}  # fmt: skip
_RATINGS = {"good": 5.0, "bad": 1.0}
_STAFF = frozenset({"agent", "admin"})


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a ticket, or a comment of one."""
    del context
    if "requester_id" in record and ("description" in record or "comments" in record):
        return "description_text" not in record and "conversations" not in record
    return (
        "author_id" in record
        and "public" in record
        and ("plain_body" in record or "html_body" in record or "body" in record)
    )


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The messages of a ticket: its comments, or its description where they did not come along."""
    if "requester_id" not in record:
        yield from _comment(record, {}, place, context)
        return
    comments = record.get("comments")
    if isinstance(comments, list) and comments:
        for number, comment in enumerate(comments, 1):
            if isinstance(comment, dict):
                yield from _comment(comment, record, f"{place}/{number}", context)
            else:
                yield Unreadable(f"{place}/{number}", translated("this is no record, but a single value."))
    elif plain(record.get("description")):
        described = {
            "id": "description",
            "author_id": record["requester_id"],
            "plain_body": record["description"],
            "created_at": record.get("created_at"),
            "via": record.get("via"),
        }
        yield from _comment(described, record, place, context)
    else:
        yield Unreadable(place, translated("the ticket has no comments and no description."))
    yield from _rating(record, place)


def _comment(comment: dict[str, Any], ticket: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    if comment.get("public") is False:
        yield left_out_note(place)
        return
    text = plain(comment.get("plain_body")) or rich(comment.get("html_body")) or plain(comment.get("body"))
    via = comment.get("via") or ticket.get("via") or {}
    source = via.get("source") or {}
    sender, receiver = source.get("from") or {}, source.get("to") or {}
    author = str(comment.get("author_id"))
    side = _side(author, comment, ticket, context)
    requester = _someone(ticket.get("requester"))
    who = person(sender.get("name"), sender.get("address"))
    told = _someone(comment.get("author"))
    if side == "customer" and author == str(ticket.get("requester_id")):
        who = Address(who.name or told.name or requester.name, who.address or told.address or requester.address)
    else:
        who = Address(told.name or who.name, told.address or who.address)
    if not who.address:
        who = Address(who.name, f"zendesk:{author}" if author != "None" else "")
    number = str(ticket.get("id") or comment.get("ticket_id") or "")
    own = str(comment.get("id") or place)
    to = person(receiver.get("name"), receiver.get("address"))
    if side == "ours" and not to.address:
        to = requester if requester.address else Address(requester.name, f"zendesk:{ticket.get('requester_id', '')}")
    yield Message(
        id=f"zendesk:{number}/{own}",
        thread=f"zendesk:{number}" if number else "",
        answers=(),
        channel=_CHANNELS.get(plain(via.get("channel")), "other"),
        public=plain(via.get("channel")) in ("facebook", "twitter"),
        side=side,
        author=who,
        recipients=(to,) if to != Address("", "") else (),
        sent=read_moment(comment.get("created_at")),
        subject=plain(ticket.get("subject") or ticket.get("raw_subject")),
        text=text,
        place=place,
        automatic="trigger" if via.get("channel") in ("rule", "trigger", "automation") else "",
    )


def _side(author: str, comment: dict[str, Any], ticket: dict[str, Any], context: Context) -> Side:
    told = comment.get("author")
    role = plain(told.get("role")).casefold() if isinstance(told, dict) else ""
    if role:
        return "ours" if role in _STAFF else "customer"
    if author in context.staff:
        return "ours"
    if "requester_id" not in ticket:
        return "unknown" if not context.staff else "customer"
    if author == str(ticket["requester_id"]):
        return "customer"
    # Where it is known who is staff, others in the conversation are people whom the customer brought along.
    return "customer" if context.staff else "ours"


def _someone(value: Any) -> Address:
    return person(value.get("name"), value.get("email")) if isinstance(value, dict) else Address("", "")


def _rating(ticket: dict[str, Any], place: str) -> Iterator[Item]:
    """What the customer said of the answer when asked."""
    rating = ticket.get("satisfaction_rating")
    score = plain(rating.get("score")) if isinstance(rating, dict) else ""
    if score not in _RATINGS:
        return
    assert isinstance(rating, dict)
    requester = _someone(ticket.get("requester"))
    number = str(ticket.get("id") or "")
    yield Message(
        id=f"zendesk:{number}/rating",
        thread=f"zendesk:{number}",
        answers=(),
        channel="form",
        public=False,
        side="customer",
        author=requester if requester.address else Address(requester.name, f"zendesk:{ticket.get('requester_id', '')}"),
        recipients=(),
        sent=read_moment(rating.get("updated_at") or rating.get("created_at") or ticket.get("updated_at")),
        subject=plain(ticket.get("subject")),
        text=plain(rating.get("comment")),
        place=f"{place}/rating",
        rating=_RATINGS[score],
    )
