"""Listens to all mailboxes, each in a thread of its own, and takes mail from servers that hand it over."""

import logging
import os
import random
import secrets
import socket
import threading
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from amends.desk.intake.mail.access import stamp_of, was_refused
from amends.desk.intake.mail.handed_over import Doors
from amends.desk.intake.mail.imap import connected, take_new, wait_for_mail
from amends.desk.intake.mail.trouble import code_of, detail_of, waits_long
from amends.desk.intake.models import Mailbox

__all__ = ["Listener", "listen_once"]

logger = logging.getLogger(__name__)

_LOOK = 5.0
"""Seconds between looks for mailboxes that nobody listens to."""
_LEASE = timedelta(seconds=120)
"""After a crash another process takes a mailbox over when this has passed."""
_ROUND = 50.0
"""Seconds of one wait for mail, after which the lease is renewed and the settings are looked at."""
_POLL = 60.0
"""Seconds between looks into a folder of a server that cannot tell of new mail."""
_MOST_MAILBOXES = 50
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(minutes=15)
_FIRST_WAIT_AFTER_REFUSAL = timedelta(minutes=5)
_LONGEST_WAIT_AFTER_REFUSAL = timedelta(hours=6)


class Listener:
    """Listens until it is stopped. Several processes may run one: each mailbox has one listener at a time."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._threads: dict[int, threading.Thread] = {}

    def stop(self) -> None:
        """Stop soon: what is being stored is stored."""
        self._stop.set()

    def run(self) -> None:
        """Listen until stopped. An error in looking, such as a database that is away, is waited out."""
        with Doors():
            while not self._stop.is_set():
                try:
                    close_old_connections()
                    self._look()
                except Exception:
                    logger.exception("the listener could not look; it tries again in a moment")
                    connection.close()
                self._stop.wait(_LOOK)
            for thread in self._threads.values():
                thread.join(_LOOK)
        connection.close()

    def _look(self) -> None:
        self._threads = {key: thread for key, thread in self._threads.items() if thread.is_alive()}
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        due = Mailbox.objects.filter(free, kind="imap", state="listening", next_try_at__lte=now).order_by("next_try_at")
        for key in due.values_list("pk", flat=True)[:_MOST_MAILBOXES]:
            if key in self._threads or len(self._threads) >= _MOST_MAILBOXES:
                continue
            if Mailbox.objects.filter(free, pk=key).update(lease_until=now + _LEASE, lease_holder=self.holder):
                thread = threading.Thread(target=self._listen, args=(key,), name=f"mailbox {key}", daemon=True)
                self._threads[key] = thread
                thread.start()

    def _listen(self, key: int) -> None:
        """One mailbox, until stopped, paused, changed, or the connection breaks."""
        try:
            mailbox = Mailbox.objects.filter(pk=key).first()
            if mailbox is not None:
                self._converse(mailbox)
        except DatabaseError:
            logger.exception("mailbox %s: the database is away", key)
        except Exception:
            logger.exception("mailbox %s: listening ended", key)
        finally:
            try:
                Mailbox.objects.filter(pk=key, lease_holder=self.holder).update(lease_until=None, lease_holder="")
            except DatabaseError:
                logger.exception("mailbox %s: its lease runs out by itself", key)
            connection.close()

    def _converse(self, mailbox: Mailbox) -> None:
        try:
            setting = _setting(mailbox)
            with connected(mailbox) as server:
                while not self._stop.is_set():
                    take_new(mailbox, server)
                    _well(mailbox, idle="IDLE" in server.client.capabilities)
                    if not self._hold(mailbox, setting):
                        return
                    if not wait_for_mail(server, _ROUND, self._stop) and not mailbox.idle:
                        self._stop.wait(_POLL)
                        server.client.noop()
        except DatabaseError:
            raise
        except Exception as error:
            _unwell(mailbox, error)

    def _hold(self, mailbox: Mailbox, setting: tuple[object, ...]) -> bool:
        """Renew the lease; False when it is lost, or the mailbox was paused, changed or removed."""
        close_old_connections()
        mine = Mailbox.objects.filter(pk=mailbox.pk, lease_holder=self.holder, state="listening")
        if not mine.update(lease_until=timezone.now() + _LEASE + timedelta(seconds=_POLL)):
            return False
        stored = Mailbox.objects.filter(pk=mailbox.pk).first()
        return stored is not None and _setting(stored) == setting


def listen_once(mailbox: Mailbox) -> int:
    """Take in what is new in one mailbox now, and note how it went: for tests, and for a button.

    Returns:
        How many mails were stored; 0 also when it went wrong.
    """
    try:
        with connected(mailbox) as server:
            stored = take_new(mailbox, server)
            _well(mailbox, idle="IDLE" in server.client.capabilities)
            return stored
    except DatabaseError:
        raise
    except Exception as error:
        _unwell(mailbox, error)
        return 0


def _setting(mailbox: Mailbox) -> tuple[object, ...]:
    return (
        mailbox.host,
        mailbox.port,
        mailbox.security,
        mailbox.user,
        mailbox.sign_in,
        mailbox.secret,
        mailbox.folder,
        # A connection ends with its token: with the next one the listener connects anew before that.
        stamp_of(mailbox),
    )


def _well(mailbox: Mailbox, *, idle: bool) -> None:
    mailbox.idle, mailbox.heard_at = idle, timezone.now()
    mailbox.trouble = mailbox.trouble_detail = ""
    mailbox.failing_since, mailbox.failures = None, 0
    mailbox.save(
        update_fields=["idle", "heard_at", "trouble", "trouble_detail", "failing_since", "failures"],
    )


def _unwell(mailbox: Mailbox, error: Exception) -> None:
    now = timezone.now()
    mailbox.trouble = code_of(error, sign_in=mailbox.sign_in)
    mailbox.trouble_detail = detail_of(error)
    mailbox.failing_since = mailbox.failing_since or now
    first, longest = (
        (_FIRST_WAIT_AFTER_REFUSAL, _LONGEST_WAIT_AFTER_REFUSAL)
        if waits_long(mailbox.trouble)
        else (_FIRST_WAIT, _LONGEST_WAIT)
    )
    if mailbox.trouble == "token" and was_refused(mailbox) and not mailbox.failures:
        # The next try comes with a new token.
        first = _FIRST_WAIT
    wait = min(first * 2 ** min(mailbox.failures, 12), longest)
    # Not all at the same moment, when a server that many mailboxes share comes back.
    mailbox.next_try_at = now + wait * random.uniform(0.9, 1.1)
    mailbox.failures = min(mailbox.failures + 1, 30_000)
    mailbox.save(update_fields=["trouble", "trouble_detail", "failing_since", "failures", "next_try_at"])
    logger.warning("mailbox %s: %s (%s)", mailbox.pk, mailbox.trouble, mailbox.trouble_detail)
