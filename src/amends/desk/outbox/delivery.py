"""Handing one mail to the mail server: at most once without a person's word, and never lost.

No protocol tells a sender that died while the server took the mail over whether it was taken. So the moment is kept
as short as can be: "sending" is stored when the server has accepted sender and recipients and the content is about to
go, and "sent" as soon as the server has agreed. A mail found in "sending" by another worker has an unknown outcome.
Where the log of a mail server on the same machine tells what became of it, see `mail_log`, that counts. Else mail to a
customer is then held, shown in its case, and a person decides; mail to our own people is sent again under
the same Message-ID, as a reminder twice does no harm and one too few might.
"""

import smtplib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils import timezone

from amends.desk.outbox.finishing import attached, finished
from amends.desk.outbox.lanes import STEP_ASIDE, ordinary_waits, passes
from amends.desk.outbox.made_up import is_made_up
from amends.desk.outbox.mail_log import Fate, fate_of
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.routes import Route, from_line, route_of, sender_for
from amends.desk.outbox.services import lock_mail, note_failure, note_held, note_sent, note_waiting
from amends.desk.states import lock
from amends.desk.store import StoreError

__all__ = ["GIVES_UP_AFTER", "clear_up", "deliver", "mail_of", "sign_in", "sign_in_only"]

GIVES_UP_AFTER = timedelta(days=3)
"""How long a server that is away or says "later" is tried; RFC 5321 4.5.4.1 wants four to five days of a relay."""
_REFUSED = 500
_ASKED_AFTER = 1.0
"""Seconds after which the server is asked whether it still listens on an open connection."""
_KEPT_OPEN = 20.0
"""Seconds for which a connection of the bulk lane is kept open without use; servers end idle ones after minutes."""

State = OutgoingMessage.State


def deliver(row: OutgoingMessage) -> None:
    """Send a mail that is due. The clock calls it under a lease.

    Raises:
        OSError, smtplib.SMTPException: The server is away or says "later"; the clock tries again.
    """
    bulk = row.lane == OutgoingMessage.Lane.BULK
    with transaction.atomic():
        _lock_own(row)
        if row.state == State.SENDING:
            # Whoever had it died between handing it over and storing the answer.
            fate = _fate(row)
            if fate == "taken":
                note_sent(row)
                return
            if row.message_id is not None and not fate:
                note_held(row, "outcome-unknown")
                return
            row.move_to(State.WAITING)
            row.save()
        if row.state != State.WAITING:
            return
        if bulk and not _may_go(row):
            return
        made_up = is_made_up([*row.to, *row.cc])
        if row.message is not None and not bulk and not row.attempts:
            # At the first try, not before: what the customer wrote last is stored by then.
            row.sender = sender_for(row.message.case, row.sender)
        route = None if made_up else route_of(row)
        if not made_up and route is None and not settings.MAIL_CAN_LEAVE:
            note_held(row, "no-mail-server")
            return
        row.attempts += 1
        row.tried_at = timezone.now()
        if made_up or not bulk:
            row.save()
        if made_up:
            # The demonstration's people read no mail; everything but the last step is as in life.
            row.move_to(State.SENDING)
            note_sent(row)
            return

    def about_to_go() -> None:
        with transaction.atomic():
            attempts, tried_at = row.attempts, row.tried_at
            _lock_own(row)
            row.attempts, row.tried_at = attempts, tried_at
            row.move_to(State.SENDING)
            row.save(update_fields=["state", "attempts", "tried_at"])

    try:
        _send(mail_of(row, route), about_to_go, keep_open=bulk, route=route)
    except Exception as error:
        _not_sent(row, error)
        if route is not None:
            route.told(error)
        raise
    if route is not None:
        route.told(None)
    with transaction.atomic():
        _lock_own(row)
        note_sent(row)


def clear_up(row: OutgoingMessage) -> None:
    """Look once more for what became of a mail that is held because nobody knows; the server's log may tell by now."""
    with transaction.atomic():
        lock_mail(row)
        if row.state != State.HELD or row.held_why != "outcome-unknown":
            return
        fate = _fate(row)
        if fate == "taken":
            note_sent(row)
        elif fate == "not-taken":
            note_waiting(row)


def _fate(row: OutgoingMessage) -> Fate:
    """What the log of the settings' server says; a mail that leaves by another way is not in it."""
    return fate_of(row) if route_of(row) is None else ""


def _may_go(row: OutgoingMessage) -> bool:
    """Whether a mail of the bulk lane may leave now; call it in the transaction that has locked the mail."""
    why = passes(row)
    if why and why != "later":
        note_held(row, why)
        return False
    if why or ordinary_waits(timezone.now()):
        row.not_before = timezone.now() + STEP_ASIDE
        row.save()
        return False
    return True


def _lock_own(row: OutgoingMessage) -> None:
    """Lock a mail for what changes no more than its own row and how far its message got.

    The case is left alone in the bulk lane: with many mails that is half of the work.
    """
    if row.lane == OutgoingMessage.Lane.BULK:
        lock(row)
    else:
        lock_mail(row)


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
    if isinstance(error, StoreError):
        # A file of it is missing: half a letter does not leave, and a person has to see to it.
        return True
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


def _send(
    mail: EmailMultiAlternatives,
    about_to_go: Callable[[], None],
    *,
    keep_open: bool = False,
    route: Route | None = None,
) -> None:
    connection: BaseEmailBackend = get_connection()
    if route is not None or type(connection) is EmailBackend:
        if keep_open:
            _send_on_kept(mail, about_to_go, route)
            return
        connection = _TellingBackend(about_to_go, route)
    else:
        # Another way out, such as a provider's API: all of it is one step to us.
        about_to_go()
    connection.send_messages([mail])


_kept = threading.local()
"""The open connection of each thread that sends bulk mail."""


def _send_on_kept(mail: EmailMultiAlternatives, about_to_go: Callable[[], None], route: Route | None) -> None:
    """Send over a connection that stays open for the next mail; after an error it is a new one."""
    backend: _TellingBackend | None = getattr(_kept, "backend", None)
    if backend is not None and backend.way != (route.name if route is not None else ""):
        _drop_kept()
        backend = None
    idle = time.monotonic() - _kept.used if backend is not None else 0.0
    if backend is None or idle > _KEPT_OPEN or (idle > _ASKED_AFTER and not backend.alive()):
        _drop_kept()
        backend = _TellingBackend(about_to_go, route)
        backend.open()
        _kept.backend, _kept.used = backend, time.monotonic()
    backend.about_to_go = about_to_go
    try:
        backend.send_messages([mail])
    except Exception:
        _drop_kept()
        raise
    _kept.used = time.monotonic()


def _drop_kept() -> None:
    backend: _TellingBackend | None = getattr(_kept, "backend", None)
    _kept.backend = None
    if backend is not None:
        # The server may have ended it already.
        with suppress(OSError, smtplib.SMTPException):
            backend.close()


class _TellingBackend(EmailBackend):
    """Sends by SMTP, and tells when the content is about to go."""

    def __init__(self, about_to_go: Callable[[], None], route: Route | None = None) -> None:
        if route is None:
            super().__init__(fail_silently=False)
        else:
            super().__init__(
                host=route.host,
                port=route.port,
                username="",
                password="",
                use_tls=route.security == "starttls",
                use_ssl=route.security == "tls",
                fail_silently=False,
            )
        self.about_to_go = about_to_go
        self.way = route.name if route is not None else ""
        self._route = route

    def open(self) -> bool | None:
        """Connect and sign in."""
        # The secret is asked for before anybody is called: there may be none.
        secret = self._route.secret() if self._route is not None and self.connection is None else ""
        opened: bool | None = super().open()
        if opened and self.connection is not None and self._route is not None and self._route.user:
            try:
                sign_in(self.connection, self._route.user, secret, token=self._route.token)
            except BaseException:
                self.close()
                raise
        return opened

    def alive(self) -> bool:
        """Whether the server still answers on the open connection."""
        try:
            return self.connection is not None and self.connection.noop()[0] < _REFUSED - 100
        except (OSError, smtplib.SMTPException):
            return False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The client of the standard library, which calls back before DATA."""
        backend = self
        base: type[smtplib.SMTP] = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP

        class Telling(base):  # type: ignore[misc, valid-type]
            def data(self, msg: Any) -> tuple[int, bytes]:
                backend.about_to_go()
                answer: tuple[int, bytes] = super().data(msg)
                return answer

        return Telling


def sign_in(connection: smtplib.SMTP, user: str, secret: str, *, token: bool) -> None:
    """Sign in at a mail server.

    Args:
        connection: An open one.
        user: Whom to sign in as.
        secret: The password, or the access token.
        token: Whether it is an access token (XOAUTH2).

    Raises:
        smtplib.SMTPException: The server does not take it.
    """
    if not token:
        connection.login(user, secret)
        return
    connection.ehlo_or_helo_if_needed()
    said = f"user={user}\1auth=Bearer {secret}\1\1"
    # A server that refuses says why in a challenge, which is answered with nothing.
    connection.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")


def sign_in_only(route: Route) -> None:
    """Connect and sign in, and send nothing.

    Raises:
        Exception: It does not work: an `OSError` for most troubles, or what `route.secret` raises.
    """
    backend = _TellingBackend(lambda: None, route)
    try:
        backend.open()
    finally:
        backend.close()


def mail_of(row: OutgoingMessage, route: Route | None = None) -> EmailMultiAlternatives:
    """A mail as it leaves, or as it left.

    Raises:
        StoreError: A stored file of it is missing.
    """
    headers = {**row.headers, "Message-ID": row.mail_id}
    if row.language:
        headers.setdefault("Content-Language", row.language)
    text, html = finished(row)
    mail = EmailMultiAlternatives(
        subject=row.subject,
        body=text,
        from_email=from_line(row, route),
        to=row.to,
        cc=row.cc,
        reply_to=[row.reply_to] if row.reply_to else None,
        headers=headers,
        attachments=attached(row),
    )
    if html:
        mail.attach_alternative(html, "text/html")
    return mail
