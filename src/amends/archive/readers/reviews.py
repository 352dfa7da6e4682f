"""A review and the reply to it, as messages: what all places that collect reviews have in common."""

from datetime import datetime

from amends.archive.mail import Address
from amends.archive.message import Message

__all__ = ["reply_to", "review"]


def review(
    id: str,
    thread: str,
    place: str,
    customer: Address,
    *,
    sent: datetime | None,
    text: str,
    subject: str = "",
    rating: float | None = None,
) -> Message:
    """What a customer wrote for everybody to read; fields as those of `Message`."""
    return Message(
        id=id,
        thread=thread,
        answers=(),
        channel="review",
        public=True,
        side="customer",
        author=customer,
        recipients=(),
        sent=sent,
        subject=subject,
        text=text,
        place=place,
        rating=rating,
    )


def reply_to(
    told: Message, *, author: Address, recipients: tuple[Address, ...], sent: datetime | None, text: str
) -> Message:
    """What the business answered below a review."""
    return Message(
        id=f"{told.id}/reply" if told.id else "",
        thread=told.thread,
        answers=(told.id,) if told.id else (),
        channel="review",
        public=True,
        side="ours",
        author=author,
        recipients=recipients,
        sent=sent,
        subject="",
        text=text,
        place=f"{told.place}/reply",
    )
