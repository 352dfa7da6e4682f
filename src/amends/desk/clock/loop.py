"""The loop: finds what is due, takes each row under a lease, does the work, goes on whatever happens to one of them."""

import os
import secrets
import socket
import threading
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from amends.desk.clock import failing
from amends.desk.clock.leases import Leased
from amends.desk.clock.models import RegularWork
from amends.desk.clock.registry import DueRows, Regular, registered, regular

__all__ = ["Clock", "nudge", "run_due"]

_AT_ONCE = 100
"""Rows taken in one look, so that one kind of work cannot keep the others waiting."""
_PAUSE = 2.0
"""Seconds between looks when nothing is due and nobody nudges."""
_FIRST_BACKOFF = timedelta(seconds=15)
_LONGEST_BACKOFF = timedelta(hours=1)
_LONGEST_PROBLEM = 2_000

_LOOP = "clock"
"""The loop itself, among the names of work."""

_nudged = threading.Event()


def nudge() -> None:
    """Something may be due now: the clock of this process looks at once. Others look within seconds by themselves."""
    _nudged.set()


class Clock:
    """Looks for due work until it is stopped."""

    def __init__(self) -> None:
        self.holder = f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._stop = threading.Event()

    def stop(self) -> None:
        """Stop after the row that is being worked on."""
        self._stop.set()
        _nudged.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def run(self) -> None:
        """Look, work, wait, until stopped. An error in looking, such as a database that is away, is waited out."""
        while not self._stop.is_set():
            _nudged.clear()
            busy = False
            try:
                close_old_connections()
                connection.ensure_connection()
                busy = self.look() > 0
            except Exception as error:
                failing.failed(_LOOP, error, "the clock could not look; it tries again in a moment")
                connection.close()
            else:
                failing.worked(_LOOP)
            if not busy:
                _nudged.wait(_PAUSE)
        connection.close()

    def look(self, now: datetime | None = None, *, only: str | None = None) -> int:
        """Do what is due once.

        Args:
            now: The moment to look from; now if not given.
            only: Do this work alone, by its name, such as "intake.read".

        Returns:
            How many rows and regular works were taken up, whether they went well or not.
        """
        taken = 0
        works: list[Regular | DueRows] = [*regular(), *registered()]
        works = [entry for entry in works if only in (None, entry.name)]
        for entry in works:
            if self._stop.is_set():
                break
            try:
                if isinstance(entry, Regular):
                    taken += self._do_regular(entry, now or timezone.now())
                else:
                    taken += self._do_rows(entry, now)
            except Exception as error:
                # One kind of work that cannot even be looked for keeps none of the others waiting.
                failing.failed(_finding(entry.name), error, "%s: what is due could not be found", entry.name)
                _make_usable()
            else:
                failing.worked(_finding(entry.name))
        return taken

    def _do_rows(self, due_work: DueRows, now: datetime | None) -> int:
        taken = 0
        begin = now or timezone.now()
        condition = due_work.due(begin) & _free(begin)
        due = due_work.model._default_manager.filter(condition).order_by(*due_work.order)
        keys = list(due.values_list("pk", flat=True)[:_AT_ONCE])
        if due_work.together is not None and len(keys) > 1:
            return self._do_together(due_work, keys, now or timezone.now())
        for key in keys:
            if self._stop.is_set():
                break
            moment = now or timezone.now()
            if self._claim(due_work.model, key, due_work.due(moment) & _free(moment), moment + due_work.lease):
                taken += 1
                self._do_row(due_work, key, moment)
        return taken

    def _do_together(self, due_work: DueRows, keys: list[int], moment: datetime) -> int:
        """Take several rows at once and do the work on them together."""
        assert due_work.together is not None
        rows = due_work.model._default_manager
        condition = due_work.due(moment) & _free(moment)
        rows.filter(condition, pk__in=keys).update(lease_until=moment + due_work.lease, lease_holder=self.holder)
        mine = rows.filter(pk__in=keys, lease_holder=self.holder).order_by(*due_work.order)
        claimed = list(mine.values_list("pk", flat=True))
        try:
            failed = dict(due_work.together(list(mine)))
        except Exception as error:
            # One of them spoils it for all: each is worked on alone, so that the others are done.
            words = "%s: %d rows could not be worked on together; each is worked on alone"
            failing.failed(due_work.name, error, words, due_work.name, len(claimed), stored=False)
            _make_usable()
            for key in claimed:
                self._do_row(due_work, key, moment)
            return len(claimed)
        for key, problem in failed.items():
            self._went_wrong(due_work, key, moment, problem)
        self._went_well(due_work, [key for key in claimed if key not in failed], moment)
        return len(claimed)

    def _claim(self, model: type[Leased], key: int, condition: Q, until: datetime) -> bool:
        """Take a row, unless another worker has or it is due no more: one conditional UPDATE is the lock."""
        rows = model._default_manager.filter(condition, pk=key)
        return bool(rows.update(lease_until=until, lease_holder=self.holder))

    def _do_row(self, due_work: DueRows, key: int, moment: datetime) -> None:
        """Do the work on one row. A row that cannot even be read is pushed on like any other."""
        try:
            row = due_work.model._default_manager.filter(pk=key).first()
            if row is not None:
                due_work.work(row)
        except Exception as error:
            self._went_wrong(due_work, key, moment, error)
        else:
            self._went_well(due_work, [key], moment)

    def _went_wrong(self, due_work: DueRows, key: int, moment: datetime, error: Exception) -> None:
        words = "%s: row %s failed; it is tried again later"
        failing.failed(due_work.name, error, words, due_work.name, key, stored=False)
        self._push_on(due_work.model, key, moment, error)

    def _went_well(self, due_work: DueRows, keys: list[int], moment: datetime) -> None:
        # What is still due although the work went well would be taken up again at once, for ever: its lease stays.
        done = due_work.model._default_manager.filter(pk__in=keys, lease_holder=self.holder)
        done.exclude(due_work.due(moment)).update(lease_until=None, lease_holder="", tries=0, problem="")

    def _do_regular(self, work: Regular, moment: datetime) -> int:
        row, _made = RegularWork.objects.get_or_create(name=work.name, defaults={"next_at": moment})
        due = Q(next_at__lte=moment)
        if row.next_at > moment or not self._claim(RegularWork, row.pk, due & _free(moment), moment + work.lease):
            return 0
        try:
            work.work()
        except Exception as error:
            failing.failed(work.name, error, "%s failed; it is tried again later", work.name)
            self._push_on(RegularWork, row.pk, moment, error)
        else:
            failing.worked(work.name)
            RegularWork.objects.filter(pk=row.pk).update(
                next_at=moment + work.every,
                done_at=moment,
                lease_until=None,
                lease_holder="",
                tries=0,
                problem="",
            )
        return 1

    def _push_on(self, model: type[Leased], key: int, moment: datetime, error: Exception) -> None:
        """The row is left alone for a while, longer after each failure, so that it never stops the others."""
        _make_usable()
        tries = model._default_manager.filter(pk=key).values_list("tries", flat=True).first() or 0
        wait = min(_FIRST_BACKOFF * 2 ** min(tries, 12), _LONGEST_BACKOFF)
        model._default_manager.filter(pk=key).update(
            lease_until=moment + wait,
            lease_holder="",
            tries=min(tries + 1, 32_000),
            problem=f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM],
        )


def _finding(name: str) -> str:
    """The name under which it is kept that due work could not be found: doing it may still go well."""
    return f"{name} (finding)"


def _make_usable() -> None:
    """After an error the connection must serve the next one."""
    if connection.needs_rollback and not connection.in_atomic_block:
        connection.rollback()


def _free(moment: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=moment)


def run_due(now: datetime | None = None, *, looks: int = 20) -> int:
    """Do all that is due until nothing is, in this thread: for tests and for `amends worker --once`.

    Args:
        now: The moment to look from; now if not given.
        looks: How many times at most.

    Returns:
        How many rows and regular works were taken up.
    """
    clock = Clock()
    taken = 0
    for _look in range(looks):
        found = clock.look(now)
        if not found:
            break
        taken += found
    return taken
