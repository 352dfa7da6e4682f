"""Google Business reviews with the owner's replies, as the Business Profile interface and Takeout give them."""

from collections.abc import Iterator
from typing import Any

from amends.archive.mail import Address
from amends.archive.message import Item
from amends.archive.readers.format import Context
from amends.archive.readers.reviews import reply_to, review
from amends.archive.readers.values import person, plain, read_moment, read_number

__all__ = ["items", "recognises"]

_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
# Google puts its translation before or behind what was written.
_TRANSLATED = "(Translated by Google)"
_ORIGINAL = "(Original)"


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record is a review."""
    del context
    return "starRating" in record and ("reviewer" in record or "reviewId" in record or "createTime" in record)


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The review and the reply to it."""
    del context
    reviewer = record.get("reviewer") or {}
    number = plain(record.get("reviewId")) or plain(record.get("name")).rpartition("/")[2]
    id = f"google:{number}" if number else ""
    thread = id or f"google:{place}"
    name = "" if reviewer.get("isAnonymous") is True else plain(reviewer.get("displayName"))
    customer = person(name)
    stars = record.get("starRating")
    told = review(
        id,
        thread,
        place,
        customer,
        sent=read_moment(record.get("createTime") or record.get("updateTime")),
        text=_as_written(plain(record.get("comment"))),
        rating=_STARS.get(plain(stars), read_number(stars)),
    )
    yield told
    reply = record.get("reviewReply")
    if isinstance(reply, dict) and plain(reply.get("comment")):
        yield reply_to(
            told,
            author=Address("", ""),
            recipients=(customer,) if customer.name else (),
            sent=read_moment(reply.get("updateTime")),
            text=_as_written(plain(reply.get("comment"))),
        )


def _as_written(comment: str) -> str:
    """The words of the person, without the translation that Google adds."""
    if _TRANSLATED not in comment:
        return comment
    if _ORIGINAL in comment:
        return comment.partition(_ORIGINAL)[2].strip()
    before = comment.partition(_TRANSLATED)[0].strip()
    return before or comment.partition(_TRANSLATED)[2].strip()
