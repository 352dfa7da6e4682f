"""What goes wrong again and again in the clock: logged once with its traceback, then counted, and kept in the database
for `amends doctor`, which runs in another process.
"""

import logging
import threading
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from amends.desk.clock.models import WorkTrouble

__all__ = ["FORGOTTEN_AFTER", "failed", "forget", "worked"]

logger = logging.getLogger(__name__)

_TOLD_AT = frozenset({10, 100, 1_000, 10_000, 100_000, 1_000_000})
"""Counts of the same failure at which one more line is written."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A failure that has not come again for so long counts as over, whoever saw it."""
_STORED_EVERY = timedelta(minutes=1)
_LONGEST = 2_000
_MOST_KEPT = 500


@dataclass(slots=True)
class _Seen:
    count: int = 0
    last_at: datetime | None = None
    unstored: int = 0
    stored_at: datetime | None = None


_seen: dict[str, dict[str, _Seen]] = {}
"""For each kind of work its failures of this process, by what raised them and where."""
_troubled: set[str] | None = None
"""Names of work that the database holds trouble of, as far as this process knows; None before it has looked."""
_lock = threading.Lock()


def failed(name: str, error: Exception, words: str, *args: object, stored: bool = True) -> None:
    """Say in the log that work failed: the first time with its traceback, later only how often it has.

    Args:
        name: The kind of work, as registered.
        error: What was raised.
        words: What happened, as `logging` takes it; `args` fill it in.
        stored: Whether it is kept for `amends doctor`; rows keep what is wrong with them themselves.
    """
    where = _place_of(error)
    now = timezone.now()
    with _lock:
        kinds = _seen.setdefault(name, {})
        if len(kinds) >= _MOST_KEPT:
            kinds.clear()
        seen = kinds.setdefault(where, _Seen())
        if seen.last_at is not None and now - seen.last_at > FORGOTTEN_AFTER:
            seen.count = 0
        seen.last_at = now
        seen.count += 1
        seen.unstored += 1
        count = seen.count
    if count == 1:
        logger.error(words, *args, exc_info=error)
    elif count in _TOLD_AT:
        logger.error("%s: the same failure %d times so far: %s", name, count, _in_short(error))
    if stored:
        _store(name, where, seen, error, now)


def worked(name: str) -> None:
    """Work of this kind went well: what failed before is over."""
    global _troubled
    with _lock:
        kinds = _seen.pop(name, None)
    if kinds:
        logger.info("%s works again, after %d failures", name, sum(one.count for one in kinds.values()))
    try:
        if _troubled is None:
            _troubled = set(WorkTrouble.objects.values_list("name", flat=True).distinct())
        if name in _troubled:
            WorkTrouble.objects.filter(name=name).delete()
            _troubled.discard(name)
    except Exception:
        _mend_connection()


def forget() -> None:
    """Forget what this process has seen, as after a start."""
    global _troubled
    with _lock:
        _seen.clear()
        _troubled = None


def _store(name: str, where: str, seen: _Seen, error: Exception, now: datetime) -> None:
    """Keep it where `amends doctor` looks; once a minute, as some work fails every two seconds."""
    if seen.stored_at is not None and timedelta() <= now - seen.stored_at < _STORED_EVERY:
        return
    amount, seen.unstored, seen.stored_at = seen.unstored, 0, now
    try:
        _mend_connection()
        known = WorkTrouble.objects.filter(name=name, place=where)
        if not known.update(count=F("count") + amount, last_at=now, problem=_in_short(error)):
            WorkTrouble.objects.create(
                name=name, place=where, count=amount, since=now, last_at=now, problem=_in_short(error)
            )
        if _troubled is not None:
            _troubled.add(name)
    except Exception as trouble:
        # The database itself may be what is wrong. The log has the first traceback already.
        seen.unstored += amount
        logger.warning("%s: its failure could not be stored (%s)", name, type(trouble).__name__)
        _mend_connection()


def _mend_connection() -> None:
    if connection.needs_rollback and not connection.in_atomic_block:
        connection.rollback()


def _place_of(error: Exception) -> str:
    """What was raised and where: the same for the same flaw, whatever row it met."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f"{last.filename.rpartition('/')[2]}:{last.lineno}" if last else "?"
    return f"{type(error).__name__} {place}"[:200]


def _in_short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST]
