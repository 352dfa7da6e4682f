"""What the log of a Postfix on the same machine tells of a mail whose outcome nobody stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from amends.desk.cases.services import record_out
from amends.desk.outbox.clockwork import look_at_unknown
from amends.desk.outbox.mail_log import fate_in
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import new_mail_id, queue

STATE = OutgoingMessage.State


def cleanup(queue_id, mail_id):
    return f"Nov 23 00:30:00 shop postfix/cleanup[12]: {queue_id}: message-id={mail_id}\n".encode()


def active(queue_id):
    said = "from=<a@b.example>, size=9, nrcpt=1 (queue active)"
    return f"Nov 23 00:30:00 shop postfix/qmgr[9]: {queue_id}: {said}\n".encode()


BEFORE = [cleanup("A1", "<before@b>"), active("A1")]
AFTER = [cleanup("A3", "<after@b>"), active("A3")]
LOST = b"Nov 23 00:30:00 shop postfix/smtpd[7]: lost connection after DATA (12 bytes) from localhost[127.0.0.1]\n"


@pytest.mark.parametrize(
    ("lines", "fate"),
    [
        ([*BEFORE, cleanup("A2", "<mine@b>"), active("A2"), *AFTER], "taken"),
        ([cleanup("A2", "<mine@b>"), active("A2")], "taken"),
        ([*BEFORE, cleanup("A2", "<mine@b>"), LOST, *AFTER], "not-taken"),
        ([*BEFORE, LOST, *AFTER], "not-taken"),
        ([*BEFORE, cleanup("A2", "<mine@b>"), LOST], ""),
        ([cleanup("A2", "<mine@b>"), LOST, *AFTER], ""),
        ([], ""),
        # A name of the queue that is used again speaks of the later mail.
        ([*BEFORE, cleanup("A2", "<mine@b>"), LOST, cleanup("A2", "<after@b>"), active("A2")], "not-taken"),
        ([b"\xff\xfe\x00", b"postfix/cleanup[1]: message-id=<mine@b>\n"], ""),
    ],
)
def test_the_log_tells_or_it_does_not(lines, fate):
    assert fate_in(lines, "<mine@b>", ["<before@b>"], ["<after@b>"]) == fate


@pytest.fixture
def unknown(make_case, agent):
    """A mail cut between content and answer, with one before it and one after."""
    case = make_case()
    rows = []
    for minutes in (20, 10, 5):
        mail_id = new_mail_id()
        message = record_out(agent, case, text="Sorry.", channel="mail", mail_id=mail_id, delivery="waiting")
        row = queue(agent, purpose="reply", to=["r@m.example"], subject="x", text="x", message=message, mail_id=mail_id)
        at = timezone.now() - timedelta(minutes=minutes)
        OutgoingMessage.objects.filter(pk=row.pk).update(state=STATE.SENT, tried_at=at, sent_at=at)
        rows.append(row)
    OutgoingMessage.objects.filter(pk=rows[1].pk).update(state=STATE.HELD, held_why="outcome-unknown", sent_at=None)
    return rows


@pytest.mark.parametrize(("written", "state"), [((0, 1, 2), "sent"), ((0, 2), "waiting"), ((0,), "held"), ((), "held")])
def test_what_was_held_is_settled_by_the_log_alone(unknown, settings, tmp_path, written, state):
    log = tmp_path / "mail.log"
    log.write_bytes(b"".join(cleanup(f"A{one}", unknown[one].mail_id) + active(f"A{one}") for one in written))
    settings.MAIL_LOG = str(log)
    look_at_unknown()
    unknown[1].refresh_from_db()
    assert unknown[1].state == state


def test_without_a_log_a_person_decides(unknown, settings):
    settings.MAIL_LOG = "/nothing/here"
    look_at_unknown()
    unknown[1].refresh_from_db()
    assert unknown[1].state == "held"
