"""Mail that servers hand over: aiosmtpd's own doors, a real Postfix in front of them, and processes killed midway."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from mail_servers import dovecot, free_port, postfix, why_not

from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.clock.loop import run_due
from amends.desk.intake.mail.handed_over import Doors
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.intake.models import Mailbox

ADDRESS = "hello@bakery.example"


@pytest.fixture
def mailbox(business) -> Mailbox:
    return Mailbox.objects.create(address=ADDRESS, kind="delivered", takes_replies=True)


@pytest.fixture
def ports(mailbox, settings) -> Iterator[dict[str, int]]:
    """The desk's doors, open."""
    numbers = {"smtp": free_port(), "lmtp": free_port()}
    settings.SMTP_IN, settings.LMTP_IN = (("127.0.0.1", number) for number in numbers.values())
    with Doors():
        yield numbers


def raw(number: int, to: str = ADDRESS, sender: int | None = None) -> bytes:
    return (
        f"From: customer{sender or number}@mail.example\r\nTo: {to}\r\nSubject: Cake {number}\r\n"
        f"Message-ID: <cake{number}@mail.example>\r\n\r\nThe cake never came.\r\n"
    ).encode()


def subjects() -> list[str]:
    run_due(timezone.now())
    return sorted(Message.objects.filter(direction="in").values_list("subject", flat=True))


def test_smtp_takes_mail_for_known_addresses_alone(ports):
    with smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp:
        refused = smtp.sendmail("c@mail.example", [ADDRESS, "stranger@elsewhere.example"], raw(1))
        assert refused["stranger@elsewhere.example"][0] == 550
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("c@mail.example", ["nobody@bakery.example"], raw(2))
    row = RawMessage.objects.get()
    assert row.raw() == raw(1)
    assert row.envelope["to"] == [ADDRESS]
    assert subjects() == ["Cake 1"]


def test_smtp_takes_signed_reply_addresses(ports):
    with smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp:
        smtp.sendmail("customer1@mail.example", [ADDRESS], raw(1))
        assert subjects() == ["Cake 1"]
        smtp.sendmail("customer1@mail.example", [reply_address(Case.objects.get())], raw(2, "undisclosed", sender=1))
    assert subjects() == ["Cake 1", "Cake 2"]
    assert Case.objects.count() == 1


def test_a_paused_mailbox_takes_nothing(ports, mailbox):
    mailbox.move_to("paused")
    mailbox.save()
    with smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail("c@mail.example", [ADDRESS], raw(1))


def test_what_is_too_large_is_refused_before_it_is_sent(ports):
    with smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp:
        smtp.ehlo()
        assert int(smtp.esmtp_features["size"]) == settings.LARGEST_UPLOAD * 2
        code, _words = smtp.mail("c@mail.example", [f"SIZE={settings.LARGEST_UPLOAD * 2 + 1}"])
        assert code == 552


def test_when_it_cannot_be_stored_the_other_server_keeps_it(ports, monkeypatch):
    from amends.desk.intake.mail import handed_over

    def broken(*_args, **_values):
        raise OSError("disk full")

    with monkeypatch.context() as patched, smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp:
        patched.setattr(handed_over, "keep_raw", broken)
        with pytest.raises(smtplib.SMTPDataError) as raised:
            smtp.sendmail("c@mail.example", [ADDRESS], raw(1))
        assert raised.value.smtp_code == 451
    with smtplib.SMTP("127.0.0.1", ports["smtp"]) as smtp:
        smtp.sendmail("c@mail.example", [ADDRESS], raw(1))
    assert subjects() == ["Cake 1"]


def test_lmtp_answers_for_each_recipient(ports, mailbox):
    Mailbox.objects.create(address="info@bakery.example", kind="delivered")
    with socket.create_connection(("127.0.0.1", ports["lmtp"]), timeout=10) as connection:
        stream = connection.makefile("rwb")

        def say(line: bytes) -> bytes:
            stream.write(line + b"\r\n")
            stream.flush()
            answer = stream.readline()
            while answer[3:4] == b"-":
                answer = stream.readline()
            return answer

        stream.readline()
        assert say(b"LHLO here").startswith(b"250")
        assert say(b"MAIL FROM:<c@mail.example>").startswith(b"250")
        assert say(b"RCPT TO:<hello@bakery.example>").startswith(b"250")
        assert say(b"RCPT TO:<nobody@bakery.example>").startswith(b"550")
        assert say(b"RCPT TO:<info@bakery.example>").startswith(b"250")
        assert say(b"DATA").startswith(b"354")
        stream.write(raw(1))
        assert say(b".").startswith(b"250")
        assert stream.readline().startswith(b"250")
        assert say(b"NOOP").startswith(b"250")
    assert subjects() == ["Cake 1"]


@pytest.mark.skipif(bool(why_not("postfix")), reason=why_not("postfix"))
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_real_postfix_hands_mail_over(ports, protocol):
    with (
        postfix(hands_over_to=f"{protocol}:inet:127.0.0.1:{ports[protocol]}".replace("smtp:inet:", "smtp:")) as port,
        smtplib.SMTP("127.0.0.1", port) as smtp,
    ):
        for number in range(1, 6):
            smtp.sendmail("c@mail.example", [ADDRESS], raw(number))
        assert _until(lambda: RawMessage.objects.count() == 5)
    assert subjects() == [f"Cake {number}" for number in range(1, 6)]


@pytest.mark.skipif(bool(why_not("postfix", "dovecot")), reason=why_not("postfix", "dovecot"))
def test_the_whole_way_from_postfix_through_dovecot_by_imap(business):
    from mail_servers import PASSWORD

    from amends.desk.intake.mail.listener import listen_once

    with dovecot() as server, postfix(hands_over_to=f"lmtp:inet:127.0.0.1:{server['lmtp']}") as port:
        box = Mailbox.objects.create(
            address=ADDRESS,
            takes_replies=True,
            host="127.0.0.1",
            port=server["imap"],
            security="none",
            user=ADDRESS,
            secret=PASSWORD,
        )
        listen_once(box)
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("customer1@mail.example", [ADDRESS], raw(1))
            assert _until(lambda: listen_once(Mailbox.objects.get()))
            assert subjects() == ["Cake 1"]
            smtp.sendmail(
                "customer1@mail.example", [reply_address(Case.objects.get())], raw(2, "undisclosed", sender=1)
            )
        # Dovecot writes down to which address it delivered: that is enough to find the case.
        assert _until(lambda: listen_once(Mailbox.objects.get()))
    assert subjects() == ["Cake 1", "Cake 2"]
    assert Case.objects.count() == 1


_SERVER = """
import sys
sys.path.insert(0, {tests!r})
import desk_setup
import threading
from django.conf import settings
settings.SMTP_IN = ("127.0.0.1", {port})
from django.db import connections
connections.settings["default"]["NAME"] = {database!r}
from amends.desk.clock.loop import Clock
from amends.desk.intake.mail.handed_over import Doors
with Doors():
    print("ready", flush=True)
    Clock().run()
"""


@pytest.mark.skipif(
    "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="the file is shared by two processes"
)
def test_a_process_killed_again_and_again_loses_and_doubles_nothing(mailbox, tmp_path):
    """kill -9 at arbitrary moments while mail is taken in and read; a sender tries again until it has an answer."""
    from django.db import connection

    port = free_port()
    program = tmp_path / "serve.py"
    tests = str(Path(__file__).parents[1] / "desk")
    program.write_text(_SERVER.format(tests=tests, port=port, database=str(connection.settings_dict["NAME"])))
    environment = {**os.environ, "AMENDS_TEST_DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}
    wanted = 60
    accepted = 0
    kills = 0
    process = _started(program, environment)
    try:
        for number in range(wanted):
            for _try in range(100):
                try:
                    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
                        smtp.sendmail(f"customer{number}@mail.example", [ADDRESS], raw(number))
                    accepted += 1
                    break
                except (OSError, smtplib.SMTPException):
                    if process.poll() is not None:
                        process = _started(program, environment)
                    time.sleep(0.05)
            if number % 12 == 7:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
                process = _started(program, environment)
        time.sleep(0.3)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kills += 1
    assert kills == 6
    # What a killed worker held is free again when its lease has run out.
    run_due(timezone.now() + timezone.timedelta(minutes=6))
    assert accepted == wanted
    assert not RawMessage.objects.exclude(state="read").exists()
    assert subjects() == sorted(f"Cake {number}" for number in range(wanted))
    assert Case.objects.count() == wanted


def _started(program: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(program)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def _until(condition, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError):
            if condition():
                return True
        time.sleep(0.1)
    return False
