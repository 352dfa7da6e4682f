"""The outbox under kill -9: what left, what is held, what came twice, all counted at the mail server."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

_WORKER = Path(__file__).with_name("outbox_worker.py")
_LEASE = 6 * 60
_MAILS = 60
_KILLS = 8


class Counting:
    """Takes mail over, slowly enough to be interrupted in every phase, and remembers what it has agreed to."""

    def __init__(self):
        self.agreed = Counter()
        self.random = random.Random(7)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        import asyncio

        await asyncio.sleep(self.random.random() * 0.01)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        import asyncio

        await asyncio.sleep(self.random.random() * 0.02)
        self.agreed[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 taken"


@pytest.fixture
def server():
    handler = Counting()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def desk(tmp_path, server):
    """A desk with its own data folder, whose mails to customers wait to be sent."""
    _handler, port = server
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AMENDS_", "DJANGO_"))}
    environment |= {
        "AMENDS_DATA": str(tmp_path),
        "DATABASE_URL": "",
        "AMENDS_SMTP_HOST": "127.0.0.1",
        "AMENDS_SMTP_PORT": str(port),
        "AMENDS_SMTP_SECURITY": "none",
        "DJANGO_SETTINGS_MODULE": "amends.desk.settings",
    }
    filled = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from amends.desk.cases.services import open_case, record_out
from amends.desk.customers.services import find_or_create
from amends.desk.outbox.services import new_mail_id, queue
from amends.desk.people.roles import DESK, INTAKE
customer, _contact = find_or_create(INTAKE, "mail", "ruta@mail.test", name="Ruta")
case = open_case(INTAKE, customer, channel="mail")
for number in range({_MAILS}):
    mail_id = new_mail_id()
    message = record_out(DESK, case, text="Sorry.", channel="mail", automatic=True, mail_id=mail_id, delivery="waiting")
    values = {{"to": ["ruta@mail.test"], "subject": str(number), "text": "Sorry."}}
    queue(DESK, purpose="reply", message=message, mail_id=mail_id, **values)
"""
    subprocess.run([sys.executable, "-c", filled], env=environment, check=True, timeout=120)
    return environment, tmp_path / "amends.sqlite3"


def rows_of(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return {
            mail_id: (state, why)
            for mail_id, state, why in connection.execute("SELECT mail_id, state, held_why FROM outbox_outgoingmessage")
        }


def waiting(database):
    return sum(state in ("waiting", "sending") for state, _why in rows_of(database).values())


def test_killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice(desk, server):
    environment, database = desk
    handler, _port = server
    chance = random.Random(11)
    for kill in range(_KILLS):
        before = sum(handler.agreed.values())
        worker = subprocess.Popen([sys.executable, str(_WORKER), str(kill * _LEASE)], env=environment)
        give_up = time.monotonic() + 30
        while sum(handler.agreed.values()) == before and waiting(database) and time.monotonic() < give_up:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.15)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    worker = subprocess.Popen([sys.executable, str(_WORKER), str((_KILLS + 1) * _LEASE)], env=environment)
    give_up = time.monotonic() + 60
    while waiting(database) and time.monotonic() < give_up:
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()

    rows = rows_of(database)
    held = {mail_id for mail_id, (state, why) in rows.items() if (state, why) == ("held", "outcome-unknown")}
    sent = {mail_id for mail_id, (state, _why) in rows.items() if state == "sent"}
    doubled = [mail_id for mail_id, count in handler.agreed.items() if count > 1]
    print(f"sent {len(sent)}, held for a person {len(held)}, doubled {len(doubled)}")
    assert len(rows) == _MAILS
    assert not doubled
    assert sent | held == set(rows)
    assert all(handler.agreed[mail_id] == 1 for mail_id in sent)
    assert len(held) <= _KILLS
