"""A mail as a message; shared by the formats that hold mails."""

from collections.abc import Iterator

from amends.archive.mail import Address, Mail, parse
from amends.archive.message import Item, Message, Unreadable
from amends.archive.ours import with_side
from amends.archive.readers.format import Context, Piece

__all__ = ["from_mail", "items"]


def items(piece: Piece, context: Context) -> Iterator[Item]:
    """The message in a piece whose content is the bytes of a mail."""
    mail = parse(piece.content)
    if mail.problem is not None:
        yield Unreadable(piece.place, mail.problem.words)
        return
    yield with_side(from_mail(mail, piece.place), context.ours)


def from_mail(mail: Mail, place: str) -> Message:
    """A mail as a message whose side is not told yet.

    Args:
        mail: The mail.
        place: Where it stands.
    """
    recipients = dict.fromkeys((*mail.to, *mail.cc, *mail.bcc))
    if not recipients:
        # Mails to a list of hidden recipients, and such as were cut: the mailbox that it came to is one of them.
        recipients = dict.fromkeys(mail.delivered_to)
    return Message(
        id=mail.message_id or "",
        thread="",
        answers=tuple(dict.fromkeys((*mail.references, *mail.in_reply_to))),
        channel="email",
        public=False,
        side="unknown",
        author=mail.sender or Address("", ""),
        recipients=tuple(recipients),
        sent=mail.sent,
        subject=mail.subject,
        text=mail.text,
        place=place,
        automatic=mail.automatic.kind if mail.automatic is not None else "",
    )
