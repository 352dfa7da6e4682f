"""Zammad: tickets with their articles, as its webhooks send them and as its interface gives them.

Source: Zammad's documentation of webhooks, tickets and articles.
"""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.mail.headers import addresses, ids
from amends.archive.message import Channel, Item, Message, Side
from amends.archive.readers.format import Context, left_out_note
from amends.archive.readers.values import person, plain, read_moment, rich

__all__ = ["items", "recognises"]

_SIDES: dict[str, Side] = {"customer": "customer", "agent": "ours", "system": "ours"}
_CHANNELS: dict[str, Channel] = {
    "email": "email", "web": "form", "phone": "call", "chat": "chat", "sms": "chat", "whatsapp message": "chat",
    "telegram personal-message": "chat", "twitter status": "social", "twitter direct-message": "social",
    "facebook feed post": "social", "facebook feed comment": "social",
}  # fmt: skip
_PUBLIC = ("twitter status", "facebook feed post", "facebook feed comment")


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is an article with its ticket, or a ticket with its articles."""
    del context
    if isinstance(record.get("ticket"), dict):
        return isinstance(record.get("article"), dict)
    articles = record.get("articles")
    if isinstance(articles, list) and articles:
        return isinstance(articles[0], dict) and "sender" in articles[0]
    return "sender" in record and "content_type" in record and "body" in record and "internal" in record


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The article, or those of the ticket."""
    del context
    if "article" in record:
        yield from _article(record["article"], record["ticket"], place)
    elif "articles" in record:
        for index, article in enumerate(record["articles"], 1):
            yield from _article(article, record, f"{place}/{index}")
    else:
        yield from _article(record, {}, place)


def _article(article: dict[str, Any], ticket: dict[str, Any], place: str) -> Iterator[Item]:
    if article.get("internal") is True:
        yield left_out_note(place)
        return
    told = article.get("sender")
    role = plain(told.get("name") if isinstance(told, dict) else told).casefold()
    kind = article.get("type")
    kind = plain(kind.get("name") if isinstance(kind, dict) else kind).casefold()
    body = article.get("body")
    customer = ticket.get("customer") or {}
    known = person(_full_name(customer), customer.get("email")) if isinstance(customer, dict) else person("", customer)
    side = _SIDES.get(role, "unknown")
    sender, wrong = addresses(plain(article.get("from")).encode("utf-8"))
    receivers, _ = addresses(plain(article.get("to")).encode("utf-8"))
    author = (
        sender[0] if sender else (person(wrong[0]) if wrong else (known if side == "customer" else Address("", "")))
    )
    number = plain(ticket.get("id") or article.get("ticket_id"))
    message_ids = ids(plain(article.get("message_id")).encode("utf-8"))
    yield Message(
        id=message_ids[0] if message_ids else f"zammad:{number}/{plain(article.get('id')) or place}",
        thread=f"zammad:{number}" if number else "",
        answers=ids(plain(article.get("in_reply_to")).encode("utf-8")),
        channel=_CHANNELS.get(kind, "other"),
        public=kind in _PUBLIC,
        side=side,
        author=author,
        recipients=tuple(receivers) or ((known,) if side == "ours" and known.address else ()),
        sent=read_moment(article.get("created_at")),
        subject=plain(article.get("subject")) or plain(ticket.get("title")),
        text=rich(body) if "html" in plain(article.get("content_type")) else plain(body),
        place=place,
        automatic="system" if role == "system" else "",
    )


def _full_name(customer: dict[str, Any]) -> str:
    return " ".join(filter(None, (plain(customer.get("firstname")), plain(customer.get("lastname")))))
