"""The outbox: queued once, sent once, held back, and nothing smuggled in."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from amends.desk.errors import WrongInput, WrongMove
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import hold, queue, retry
from amends.desk.people.roles import DESK


def letter(**values):
    values = {"purpose": "notice", "to": ["ruta@mail.example"], "subject": "Hello", "text": "Good day."} | values
    return queue(DESK, **values)


def test_a_mail_leaves_once_with_the_id_it_was_given(db, run_clock):
    row = letter()
    run_clock()
    run_clock(timezone.now() + timedelta(hours=1))
    row.refresh_from_db()
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == row.mail_id
    assert (row.state, row.attempts) == ("sent", 1)


def test_the_same_name_is_queued_once(db, run_clock):
    assert letter(once="promise 1 before") == letter(once="promise 1 before")
    run_clock()
    assert len(mail.outbox) == 1


def test_a_mail_waits_for_its_moment_and_can_be_held_until_then(db, agent, run_clock):
    later = timezone.now() + timedelta(seconds=10)
    kept, undone = letter(not_before=later), letter(not_before=later)
    run_clock()
    assert mail.outbox == []
    hold(agent, undone, "undone")
    run_clock(later + timedelta(seconds=1))
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [kept.mail_id]
    kept.refresh_from_db()
    with pytest.raises(WrongMove):
        hold(agent, kept, "undone")
    retry(agent, undone)
    run_clock(later + timedelta(minutes=1))
    assert len(mail.outbox) == 2


def test_without_a_mail_server_mail_is_held_and_said_so(db, settings, run_clock):
    settings.MAIL_CAN_LEAVE = False
    row = letter()
    run_clock()
    row.refresh_from_db()
    assert (row.state, row.held_why) == ("held", "no-mail-server")
    assert mail.outbox == []


def test_made_up_people_get_no_mail(db, settings, run_clock):
    row = letter(to=["olga@demo.example"])
    run_clock()
    row.refresh_from_db()
    assert (row.state, mail.outbox) == ("sent", [])
    mixed = letter(to=["olga@demo.example", "real@mail.example"])
    run_clock()
    mixed.refresh_from_db()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": []},
        {"to": ["a@b.example\r\nBcc: c@d.example"]},
        {"subject": "Hello\nBcc: c@d.example"},
        {"headers": {"X-A": "1\r\nBcc: c@d.example"}},
        {"reply_to": "a@b.example\nBcc: x@y.example"},
    ],
)
def test_nobody_smuggles_a_header_in(db, wrong):
    with pytest.raises(WrongInput):
        letter(**wrong)
    assert not OutgoingMessage.objects.exists()
