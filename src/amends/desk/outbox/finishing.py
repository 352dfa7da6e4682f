"""What is put into a mail only as it leaves: secrets that must not lie in the database, such as the link to a
customer's page.

A room registers a finisher for a purpose. It gets text and HTML as they are stored and gives them as they leave. It is
called at each try, so it must give the same each time.
"""

from collections.abc import Callable
from email.encoders import encode_base64
from email.mime.base import MIMEBase

from amends.desk import store
from amends.desk.cases.models import Attachment
from amends.desk.outbox.models import OutgoingMessage

__all__ = ["Finisher", "attached", "finished", "register_finisher"]

Finisher = Callable[[OutgoingMessage, str, str], tuple[str, str]]
"""Is given the mail, its text and its HTML ("" when there is none); gives text and HTML."""

_finishers: dict[str, list[Finisher]] = {}


def register_finisher(purpose: str, finisher: Finisher) -> None:
    """Have mails of a purpose finished as they leave; call it in the app's `AppConfig.ready`."""
    known = _finishers.setdefault(purpose, [])
    if finisher not in known:
        known.append(finisher)


def finished(row: OutgoingMessage) -> tuple[str, str]:
    """Text and HTML of a mail as they leave."""
    text, html = row.text, row.html
    for finisher in _finishers.get(row.purpose, ()):
        text, html = finisher(row, text, html)
    return text, html


def attached(row: OutgoingMessage) -> list[MIMEBase]:
    """The files that leave with a mail: those of the message that it carries, byte for byte.

    Raises:
        StoreError: A stored file is missing.
    """
    if row.message_id is None:
        return []
    return [_part(file) for file in Attachment.objects.filter(message=row.message_id).exclude(content_hash="")]


def _part(file: Attachment) -> MIMEBase:
    main, _slash, sub = file.content_type.partition("/")
    if not sub or main in ("multipart", "message"):
        # Those would be taken for parts of our own mail.
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(store.read(file.content_hash))
    encode_base64(part)
    name = file.name if file.name.isascii() else ("utf-8", "", file.name)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part
