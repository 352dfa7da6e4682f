"""Reads what waits: each raw message once, whatever happens to the one before it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from amends.desk.cases.models import RawMessage
from amends.desk.intake.form.reading import read_form
from amends.desk.intake.form.submitting import FORM
from amends.desk.intake.mail.reading import read_mail, read_mails
from amends.desk.intake.outcomes import Why, close_raw
from amends.desk.states import lock
from amends.desk.store import StoreError

__all__ = ["LEASE", "MOST_TRIES", "read", "read_together"]

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_TRIES = 5
"""After so many failures a message is shown as one that could not be read; a person can have it tried again."""


def read(row: RawMessage) -> None:
    """Read one raw message. The clock calls it under a lease; it stands being done twice.

    Raises:
        DatabaseError: The database is away; this is no fault of the message.
        Exception: Reading went wrong; it is tried again later, `MOST_TRIES` times in all.
    """
    if row.state != RawMessage.State.WAITING:
        return
    if timezone.now() - row.received_at > LEASE:
        # It may have brought down the process that read it, and then nobody counted: count before, not after.
        RawMessage.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        row.tries += 1
        if row.tries > MOST_TRIES:
            _give_up(row, Why.FAILED)
            return
    try:
        raw = row.raw()
        if row.mailbox == FORM:
            read_form(row, raw)
        else:
            read_mail(row, raw)
    except DatabaseError:
        raise
    except StoreError:
        logger.exception("raw message %s: its bytes are missing", row.pk)
        _give_up(row, Why.GONE)
    except Exception:
        if row.tries + 1 < MOST_TRIES:
            raise
        logger.exception("raw message %s could not be read; it is kept and shown as such", row.pk)
        _give_up(row, Why.FAILED)


def read_together(rows: Sequence[RawMessage]) -> Mapping[int, Exception]:
    """Read several raw messages: ordinary mails at once, which takes a fraction of the time, and the others one by one.

    Args:
        rows: Raw messages whose leases are held.

    Returns:
        What went wrong, by the numbers of the rows that it went wrong with.
    """
    ordinary: dict[RawMessage, bytes] = {}
    alone = []
    for row in rows:
        # Whatever waits longer may have brought down a process that read it: it keeps no others from being read.
        fresh = row.tries == 0 and timezone.now() - row.received_at <= LEASE
        if row.state != RawMessage.State.WAITING:
            continue
        if not fresh or row.mailbox == FORM or row.content is None:
            alone.append(row)
        else:
            ordinary[row] = row.raw()
    failed: dict[int, Exception] = {}
    for row in [*(read_mails(ordinary) if len(ordinary) > 1 else ordinary), *alone]:
        try:
            row.refresh_from_db()
            read(row)
        except Exception as error:
            failed[row.pk] = error
    return failed


def _give_up(row: RawMessage, why: Why) -> None:
    with transaction.atomic():
        if lock(row).state == RawMessage.State.WAITING:
            close_raw(row, RawMessage.State.UNREADABLE, why)
