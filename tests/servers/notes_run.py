"""Notes through a real Postfix, with the desk killed while they leave: what was sent, lost and doubled."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from mail_servers import _open_folder, _postfix, free_port

__all__ = ["Run", "run"]

_WORKER = Path(__file__).with_name("notes_worker.py")


class _Readers:
    """Counts what arrives for whom."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.update(address.casefold() for address in envelope.rcpt_tos)
        return "250 taken"


class _Door(Controller):
    def factory(self) -> LMTP:
        return LMTP(self.handler, enable_SMTPUTF8=True)


@dataclass(frozen=True)
class Run:
    """What came of it.

    Attributes:
        mails: How many mails arrived for each address.
        states: How many notes ended in each state.
        promises: How many promises stand in the ledger, but for the one that stands for all.
        cut: How many mails were between "about to go" and "taken" when the desk was killed.
        seconds: From the first mail to the last note written back, without imports and checks.
        told: What filling printed.
    """

    mails: Counter[str]
    states: Counter[str]
    promises: int
    cut: int
    seconds: float
    told: str


@contextmanager
def _readers() -> Iterator[tuple[_Readers, int]]:
    readers, port = _Readers(), free_port()
    door = _Door(readers, hostname="127.0.0.1", port=port)
    door.start()
    try:
        yield readers, port
    finally:
        door.stop()


def run(number: int, *, kills: int, data: Path, patience: float = 120.0, seed: int = 7) -> Run:
    """Send so many notes and kill the desk now and then.

    Args:
        number: How many people.
        kills: How often it is killed, at moments by chance.
        data: An empty folder.
        patience: Seconds until it is given up.
        seed: Of the chance.
    """
    chance = random.Random(seed)
    with _readers() as (readers, door), _open_folder() as folder:
        with _postfix(folder, f"lmtp:inet:127.0.0.1:{door}") as port:
            environment = os.environ | {
                "AMENDS_DATA": str(data),
                "AMENDS_SMTP_HOST": "127.0.0.1",
                "AMENDS_SMTP_PORT": str(port),
                "AMENDS_SMTP_SECURITY": "none",
                "AMENDS_MAIL_FROM": "hello@bakery.example",
                "AMENDS_LOG": "error",
                "DATABASE_URL": "",
                "DJANGO_SETTINGS_MODULE": "amends.desk.settings",
                "NOTES_MAIL_LOG": str(folder / "postfix.log"),
            }
            filled = [sys.executable, str(_WORKER), "fill", str(number)]
            told = subprocess.run(filled, env=environment, check=True, capture_output=True, text=True).stdout
            database = data / "amends.sqlite3"
            began = time.monotonic()
            marks = sorted(chance.uniform(0.1, 0.9) * number for _kill in range(kills))
            cut = 0
            for mark in [*marks, number]:
                worker = subprocess.Popen([sys.executable, str(_WORKER), "work"], env=environment)
                try:
                    _until(database, lambda mark=mark: sum(readers.mails.values()) >= mark, mark == number, patience)
                    time.sleep(chance.random() * 0.05)
                finally:
                    os.kill(worker.pid, signal.SIGKILL)
                    worker.wait()
                cut += _leases_run_out(database)
            seconds = time.monotonic() - began
            _settle(readers, number)
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            states = Counter(dict(connection.execute("SELECT state, count(*) FROM incidents_note GROUP BY state")))
            query = "SELECT count(*) FROM ledger_promise WHERE bundle <> ''"
            [(promises,)] = connection.execute(query).fetchall()
    return Run(readers.mails, states, promises, cut, seconds, told)


def _until(database: Path, enough: object, last: bool, patience: float) -> None:
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        if last and _left(database) == 0:
            return
        if not last and enough():  # type: ignore[operator]
            return
        time.sleep(0.05 if last else 0.005)


def _left(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20) as connection:
        [(left,)] = connection.execute(
            "SELECT count(*) FROM incidents_note WHERE state IN ('planned', 'ready', 'handed', 'unknown')"
        ).fetchall()
    return int(left)


def _leases_run_out(database: Path) -> int:
    """As if the minutes had passed after which another worker takes over what a dead one held.

    Returns:
        How many mails it had in hand, of which nobody knows whether they left.
    """
    with sqlite3.connect(database, timeout=20) as connection:
        [(cut,)] = connection.execute("SELECT count(*) FROM outbox_outgoingmessage WHERE state = 'sending'").fetchall()
        for table in ("incidents_sending", "outbox_outgoingmessage", "clock_regularwork"):
            connection.execute(f"UPDATE {table} SET lease_until = NULL WHERE lease_holder <> ''")
    return int(cut)


def _settle(readers: _Readers, number: int) -> None:
    """Postfix hands over what it has."""
    give_up = time.monotonic() + 60
    while sum(readers.mails.values()) < number and time.monotonic() < give_up:
        time.sleep(0.1)
    time.sleep(1.0)
