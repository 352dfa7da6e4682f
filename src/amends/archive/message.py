"""The one type of message that every reader yields, whatever the archive was."""

from datetime import datetime
from typing import Literal, NamedTuple

from amends.archive.mail import Address
from amends.text import zones

__all__ = ["CHANNELS", "Channel", "DateOrder", "Item", "LeftOut", "Message", "Side", "Unreadable", "own_words"]

Side = Literal["ours", "customer", "unknown"]
"""Whose a message is: the business's, the customer's, or nobody can tell."""

Channel = Literal["email", "chat", "social", "review", "form", "call", "other"]
CHANNELS: tuple[Channel, ...] = ("email", "chat", "social", "review", "form", "call", "other")


DateOrder = Literal["", "day", "month", "either"]
"""Of a date with slashes that does not begin with its year: its day must stand first, its month must, or either may."""


class Message(NamedTuple):
    """One message between a business and a customer.

    Attributes:
        id: Its own id: the Message-ID of a mail without angle brackets, or the source's name and its id there
            ("zendesk:48213"); "" when it has none.
        thread: Which conversation it belongs to, where the source says so; "" when it does not.
        answers: The ids of the messages that it answers, the nearest last.
        channel: How it was sent.
        public: Whether others can read it.
        side: Whose it is.
        author: Who wrote it.
        recipients: Whom it was written to, as far as the source says.
        sent: When, with an offset from UTC; None when nothing tells.
        subject: One line; "" for none.
        text: Everything in it as plain text, with what it quotes (see `own_words`).
        place: Where it stands: the file, a colon, and the offset in bytes (of the uncompressed file), the line, or the
            id of the record.
        automatic: Why no person wrote it; "" when one did, as far as can be told.
        rating: The stars that came with it, from 1 to 5; None for none.
        date_order: How `sent` was written, where it was with slashes; "" for any other way. Where either order may be
            meant it is read day first.
    """

    id: str
    thread: str
    answers: tuple[str, ...]
    channel: Channel
    public: bool
    side: Side
    author: Address
    recipients: tuple[Address, ...]
    sent: datetime | None
    subject: str
    text: str
    place: str
    automatic: str = ""
    rating: float | None = None
    date_order: DateOrder = ""

    @property
    def sent_otherwise(self) -> datetime | None:
        """When it was sent, were the month of its date written first; None where that is no other moment."""
        if self.date_order != "either" or self.sent is None:
            return None
        return self.sent.replace(month=self.sent.day, day=self.sent.month)


class Unreadable(NamedTuple):
    """A place in an archive that could not be read, and why, as a sentence."""

    place: str
    reason: str


class LeftOut(NamedTuple):
    """Something that was read and is no message to or from a customer, and why, as a sentence."""

    place: str
    reason: str


Item = Message | Unreadable | LeftOut


def own_words(text: str) -> str:
    """What the author of a message says in it: without quoted mail, signature and standing notices.

    Args:
        text: As in `Message.text`.
    """
    pieces = [text[zone.start : zone.end] for zone in zones(text) if zone.kind in ("author", "repeated")]
    return "".join(pieces).strip()
