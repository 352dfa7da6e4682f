"""One mail and its server: taken, refused, put off, cut off in the middle."""

import smtplib
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from amends.desk.cases.services import record_out
from amends.desk.errors import NotAllowed, WrongMove
from amends.desk.outbox.delivery import deliver
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import hold, new_mail_id, queue, retry, settle_unknown
from amends.desk.people.roles import DESK

pytestmark = pytest.mark.django_db


class Line:
    """A mail server that follows a script: what it answers to each command, or that it hangs up."""

    def __init__(self, **answers):
        self.answers = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "content": "250 taken"} | answers
        self.contents = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                self.talk(connection, lines)

    def talk(self, connection, lines):
        def say(words):
            connection.sendall(words.encode() + b"\r\n")

        say("220 here")
        for line in lines:
            verb = line[:4].decode("ascii", "replace").upper().strip()
            answer = self.answers.get(verb, "250 ok")
            if answer is None:
                return
            say(answer)
            if verb == "QUIT":
                return
            if verb == "DATA" and answer.startswith("354"):
                content = b""
                for part in lines:
                    if part == b".\r\n":
                        break
                    content += part
                self.contents.append(content)
                if self.answers["content"] is None:
                    return
                say(self.answers["content"])


@contextmanager
def server(**answers):
    line = Line(**answers)
    settings = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": line.port,
        "EMAIL_USE_TLS": False,
        "EMAIL_HOST_USER": "",
        "EMAIL_TIMEOUT": 5,
    }
    with override_settings(**settings):
        yield line
    line.socket.close()


@pytest.fixture
def make_mail(make_case, agent):
    def make(to_customer=True, **values):
        mail_id = new_mail_id()
        message = None
        if to_customer:
            message = record_out(agent, make_case(), text="Sorry.", channel="mail", mail_id=mail_id, delivery="waiting")
        values = {"to": ["ruta@mail.test"], "subject": "Sorry", "text": "Sorry."} | values
        return queue(DESK, purpose="reply", message=message, mail_id=mail_id, **values)

    return make


def fresh(row):
    row.refresh_from_db()
    if row.message is not None:
        row.message.refresh_from_db()
        row.message.case.refresh_from_db()
    return row


def test_what_the_server_takes_is_sent(make_mail):
    with server() as line:
        row = make_mail()
        deliver(row)
    row = fresh(row)
    assert (row.state, row.message.delivery, row.attempts) == ("sent", "sent", 1)
    assert row.mail_id.encode() in line.contents[0]


@pytest.mark.parametrize(
    "answers", [{"MAIL": "451 later"}, {"RCPT": "450 later"}, {"DATA": "451 later"}, {"content": "452 full"}]
)
def test_what_is_put_off_is_tried_again(make_mail, answers):
    row = make_mail()
    with server(**answers), pytest.raises(smtplib.SMTPException):
        deliver(row)
    assert (fresh(row).state, row.message.delivery) == ("waiting", "waiting")
    with server() as line:
        deliver(row)
    assert fresh(row).state == "sent"
    assert len(line.contents) == 1


@pytest.mark.parametrize("answers", [{"MAIL": "550 no"}, {"RCPT": "550 nobody here"}, {"content": "554 no"}])
def test_what_is_refused_comes_back_to_the_case(make_mail, answers):
    row = make_mail()
    assert fresh(row).message.case.state == "waiting-for-customer"
    with server(**answers), pytest.raises(smtplib.SMTPException):
        deliver(row)
    row = fresh(row)
    assert (row.state, row.message.delivery, row.message.case.state) == ("failed", "failed", "waiting-for-us")
    assert row.message.delivery_words[:3] in ("550", "554")
    assert row.message.case.log.filter(act="mail.failed").exists()


@pytest.mark.parametrize("answers", [{"EHLO": None, "HELO": None}, {"MAIL": None}, {"RCPT": None}])
def test_a_line_that_breaks_before_the_content_is_tried_again(make_mail, answers):
    row = make_mail()
    with server(**answers), pytest.raises((OSError, smtplib.SMTPException)):
        deliver(row)
    assert fresh(row).state == "waiting"


def test_a_line_that_breaks_in_the_content_is_for_a_person(make_mail, agent, junior):
    row = make_mail()
    with server(content=None) as line:
        with pytest.raises((OSError, smtplib.SMTPException)):
            deliver(row)
        deliver(fresh(row))
        assert len(line.contents) == 1
    assert (row.state, row.held_why, row.message.delivery) == ("held", "outcome-unknown", "held")
    with pytest.raises(NotAllowed):
        retry(junior, row)
    retry(agent, row)
    with server() as line:
        deliver(row)
        assert row.mail_id.encode() in line.contents[0]
    assert fresh(row).state == "sent"


def test_somebody_knows_that_it_has_arrived(make_mail, agent):
    row = make_mail()
    with server(content=None), pytest.raises((OSError, smtplib.SMTPException)):
        deliver(row)
    settle_unknown(agent, fresh(row))
    assert (fresh(row).state, row.message.delivery) == ("sent", "sent")
    with pytest.raises(WrongMove):
        settle_unknown(agent, row)


def test_a_worker_that_died_in_the_content_leaves_it_to_a_person(make_mail):
    row = make_mail()
    row.move_to("sending")
    row.save()
    with server() as line:
        deliver(row)
    assert (fresh(row).state, row.held_why, line.contents) == ("held", "outcome-unknown", [])


def test_mail_to_our_own_people_is_sent_again(make_mail):
    row = make_mail(to_customer=False)
    row.move_to("sending")
    row.save()
    with server() as line:
        deliver(row)
    assert (fresh(row).state, len(line.contents)) == ("sent", 1)


def test_after_days_of_trying_it_is_given_up(make_mail):
    row = make_mail()
    long_ago = timezone.now() - timedelta(days=4)
    OutgoingMessage.objects.filter(pk=row.pk).update(created_at=long_ago, not_before=long_ago)
    with server(RCPT="450 later"), pytest.raises(smtplib.SMTPException):
        deliver(fresh(row))
    assert fresh(row).state == "failed"


def test_without_a_server_it_is_held_and_says_so(make_mail):
    row = make_mail()
    with override_settings(MAIL_CAN_LEAVE=False):
        deliver(row)
    assert (fresh(row).state, row.message.delivery) == ("held", "held")


def test_people_who_are_made_up_get_no_mail(make_mail):
    row = make_mail(to=["ruta@demo.example"])
    with server() as line:
        deliver(row)
    assert (fresh(row).state, line.contents) == ("sent", [])


def test_what_is_held_does_not_leave(make_mail, agent):
    row = hold(agent, make_mail(), "person")
    with server() as line:
        deliver(row)
    assert (fresh(row).state, line.contents) == ("held", [])


def test_hebrew_arrives_whole(make_mail):
    from email import message_from_bytes, policy

    words = 'רותה היקרה,\n\nאני מצטערת. 🎂 ש"ח 28'
    row = make_mail(text=words, subject="העוגה", html='<p dir="rtl">רותה</p>', language="he")
    with server() as line:
        deliver(row)
    mail = message_from_bytes(line.contents[0], policy=policy.default)
    assert mail["Subject"] == "העוגה"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == words
    assert 'dir="rtl"' in mail.get_body(("html",)).get_content()
