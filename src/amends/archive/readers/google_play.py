"""The layout of Google Play's review files: a review in each row, and the developer's reply to it.

Source: the columns of the monthly files of the Play Console (which are UTF-16), and of what others make of them.
"""

from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from amends.archive.mail import Address
from amends.archive.message import Item, Unreadable
from amends.archive.readers.format import Context
from amends.archive.readers.reviews import reply_to, review
from amends.archive.readers.values import plain, read_moment, read_number
from amends.messages import translated

__all__ = ["items", "recognises"]

_COLUMNS = frozenset({"star rating", "review text", "developer reply text"})


def recognises(columns: frozenset[str]) -> bool:
    """Whether a table has these columns, in small letters."""
    return columns >= _COLUMNS


def items(row: Mapping[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The review of a row and the reply to it."""
    del context
    held = {name.lower(): value for name, value in row.items()}
    # The console writes "&gt;" and "&amp;" in texts.
    text, reply = unescape(plain(held["review text"])), unescape(plain(held["developer reply text"]))
    rating = read_number(held["star rating"])
    if not text and not reply and rating is None:
        yield Unreadable(place, translated("the row has no text."))
        return
    title = plain(held.get("review title"))
    number = plain(held.get("id")) or _review_id(plain(held.get("review link")))
    id = f"play:{number}" if number else ""
    thread = id or f"play:{place}"
    # A review that was changed after our reply would seem to be unanswered.
    sent = _moment(held, "review submit") or _moment(held, "review last update")
    # The files do not tell who wrote; the review's own id stands for the person.
    customer = Address("", id)
    told = review(
        id,
        thread,
        place,
        customer,
        sent=sent,
        subject="" if title == "null" else title,
        text="" if text == "null" else text,
        rating=rating,
    )
    yield told
    if reply and reply != "null":
        yield reply_to(
            told,
            author=Address("", plain(held.get("package name"))),
            recipients=(customer,) if id else (),
            sent=_moment(held, "developer reply"),
            text=reply,
        )


def _moment(held: Mapping[str, Any], what: str) -> Any:
    return read_moment(held.get(f"{what} date and time")) or read_moment(held.get(f"{what} millis since epoch"))


def _review_id(link: str) -> str:
    """The id in the address of a review; it stands behind the "#" as if it were a query."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    found = parse_qs(parts.query) or parse_qs(parts.fragment)
    return next(iter(found.get("reviewid") or found.get("reviewId") or ("",)))
