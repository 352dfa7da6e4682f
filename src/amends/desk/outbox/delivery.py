"""Handing one mail to the mail server: at most once without a person's word, and never lost.

No protocol tells a sender that died while the server took the mail over whether it was taken. So the moment is kept
as short as can be: "sending" is stored when the server has accepted sender and recipients and the content is about to
go, and "sent" as soon as the server has agreed. A mail found in "sending" by another worker has an unknown outcome.
Mail to a customer is then held, shown in its case, and a person decides; mail to our own people is sent again under
the same Message-ID, as a reminder twice does no harm and one too few might.
"""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils import timezone

from amends.desk.outbox.made_up import is_made_up
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import lock_mail, note_failure, note_held, note_sent

__all__ = ["GIVES_UP_AFTER", "deliver"]

GIVES_UP_AFTER = timedelta(days=3)
"""How long a server that is away or says "later" is tried; RFC 5321 4.5.4.1 wants four to five days of a relay."""
_REFUSED = 500

State = OutgoingMessage.State


def deliver(row: OutgoingMessage) -> None:
    """Send a mail that is due. The clock calls it under a lease.

    Raises:
        OSError, smtplib.SMTPException: The server is away or says "later"; the clock tries again.
    """
    with transaction.atomic():
        lock_mail(row)
        if row.state == State.SENDING:
            # Whoever had it died between handing it over and storing the answer.
            if row.message_id is not None:
                note_held(row, "outcome-unknown")
                return
            row.move_to(State.WAITING)
        if row.state != State.WAITING:
            return
        made_up = is_made_up([*row.to, *row.cc])
        if not made_up and not settings.MAIL_CAN_LEAVE:
            note_held(row, "no-mail-server")
            return
        row.attempts += 1
        row.tried_at = timezone.now()
        row.save()
        if made_up:
            # The demonstration's people read no mail; everything but the last step is as in life.
            row.move_to(State.SENDING)
            note_sent(row)
            return

    def about_to_go() -> None:
        with transaction.atomic():
            lock_mail(row)
            row.move_to(State.SENDING)
            row.save()

    try:
        _send(_mail(row), about_to_go)
    except Exception as error:
        _not_sent(row, error)
        raise
    with transaction.atomic():
        lock_mail(row)
        note_sent(row)


def _not_sent(row: OutgoingMessage, error: Exception) -> None:
    """Store what an error says of the mail: refused for good, not taken this time, or unknown."""
    with transaction.atomic():
        lock_mail(row)
        if row.state == State.SENDING:
            if isinstance(error, smtplib.SMTPResponseException):
                row.move_to(State.WAITING)
                row.save()
            else:
                # The line broke after the content had begun to go: nobody can say.
                note_held(row, "outcome-unknown")
                return
        if row.state != State.WAITING:
            return
        words = _words_of(error)
        if _for_good(error) or timezone.now() - max(row.created_at, row.not_before) > GIVES_UP_AFTER:
            note_failure(row, words)


def _for_good(error: Exception) -> bool:
    """Whether trying again cannot help: the server refuses the sender, every recipient, or the content."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= _REFUSED for code, _words in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # A wrong password is ours to mend; the mail waits for it.
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _REFUSED


def _words_of(error: Exception) -> str:
    """What the server said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(words)}" for code, words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _send(mail: EmailMultiAlternatives, about_to_go: Callable[[], None]) -> None:
    connection: BaseEmailBackend = get_connection()
    if type(connection) is EmailBackend:
        connection = _TellingBackend(about_to_go)
    else:
        # Another way out, such as a provider's API: all of it is one step to us.
        about_to_go()
    connection.send_messages([mail])


class _TellingBackend(EmailBackend):
    """Sends by SMTP, and tells when the content is about to go."""

    def __init__(self, about_to_go: Callable[[], None]) -> None:
        super().__init__(fail_silently=False)
        self._about_to_go = about_to_go

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The client of the standard library, which calls back before DATA."""
        about_to_go = self._about_to_go
        base: type[smtplib.SMTP] = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP

        class Telling(base):  # type: ignore[misc, valid-type]
            def data(self, msg: Any) -> tuple[int, bytes]:
                about_to_go()
                answer: tuple[int, bytes] = super().data(msg)
                return answer

        return Telling


def _mail(row: OutgoingMessage) -> EmailMultiAlternatives:
    headers = {**row.headers, "Message-ID": row.mail_id}
    if row.language:
        headers.setdefault("Content-Language", row.language)
    mail = EmailMultiAlternatives(
        subject=row.subject,
        body=row.text,
        from_email=row.sender or settings.DEFAULT_FROM_EMAIL,
        to=row.to,
        cc=row.cc,
        reply_to=[row.reply_to] if row.reply_to else None,
        headers=headers,
    )
    if row.html:
        mail.attach_alternative(row.html, "text/html")
    return mail
