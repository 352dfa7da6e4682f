"""A connected mailbox at a real Dovecot that asks our authorisation server whose a token is; its sent folder."""

import imaplib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from mail_provider import AuthorisationServer, authorisation_server
from mail_servers import PASSWORD, USER, dovecot, why_not

from amends.desk.cases.models import Message, RawMessage
from amends.desk.clock.loop import run_due
from amends.desk.intake.mail import imap
from amends.desk.intake.mail.listener import Listener, listen_once
from amends.desk.intake.models import Mailbox
from amends.desk.intake.services.mailboxes import try_mailbox
from amends.desk.mailboxes.models import Connection, Sending, SentCopy
from amends.desk.mailboxes.sent import keep
from amends.desk.mailboxes.services import connecting
from amends.desk.mailboxes.tokens import refresh
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import new_mail_id, note_sent, queue
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Role

pytestmark = pytest.mark.skipif(bool(why_not("dovecot")), reason=why_not("dovecot"))


@pytest.fixture(scope="module")
def provider() -> Iterator[AuthorisationServer]:
    with pytest.MonkeyPatch.context() as patch, authorisation_server(patch) as server:
        yield server


@pytest.fixture(scope="module")
def server(provider) -> Iterator[dict[str, int]]:
    with dovecot(f"{provider.address}/introspect") as ports:
        yield ports


def account(server) -> imaplib.IMAP4:
    imap = imaplib.IMAP4("127.0.0.1", server["imap"])
    imap.login(USER, PASSWORD)
    return imap


def put(server, number: int) -> None:
    raw = (
        f"From: customer{number}@mail.example\r\nTo: {USER}\r\nSubject: Cake {number}\r\n"
        f"Message-ID: <cake{number}@mail.example>\r\n\r\nThe cake never came. I want my money back.\r\n"
    )
    with account(server) as there:
        assert there.append("INBOX", "", imaplib.Time2Internaldate(time.time()), raw.encode())[0] == "OK"


@pytest.fixture
def lead(business) -> Person:
    return Person.objects.create(role=Role.LEAD, email="lena@bakery.example", name="Lena", language="en")


@pytest.fixture
def connected(provider, server, lead) -> Connection:
    row = connecting.connect_mailbox(
        lead, provider="google", address=USER, client_id="desk", client_secret="a copper kettle"
    )
    Mailbox.objects.update(host="127.0.0.1", port=server["imap"], security="none")
    asked = connecting.question(lead, row, "https://desk.example/back")
    return connecting.complete(lead, asked.kept, provider.agree(asked.address))


def subjects() -> list[str]:
    run_due(timezone.now())
    return sorted(Message.objects.filter(direction="in").values_list("subject", flat=True))


def test_a_connected_mailbox_is_read_with_its_token(connected, server, lead):
    assert try_mailbox(lead, Mailbox.objects.get()).mails >= 0
    assert listen_once(Mailbox.objects.get()) == 0
    put(server, 1)
    assert listen_once(Mailbox.objects.get()) == 1
    assert listen_once(Mailbox.objects.get()) == 0
    assert subjects() == ["Cake 1"]


def test_a_token_that_was_taken_away_is_replaced_and_reading_goes_on_where_it_was(connected, provider, server):
    listen_once(Mailbox.objects.get())
    provider.access.clear()
    put(server, 2)
    assert listen_once(Mailbox.objects.get()) == 0
    row = Mailbox.objects.get()
    assert row.trouble == "token"
    # The next try comes soon, as it comes with a new token.
    assert row.next_try_at - timezone.now() < timedelta(minutes=1)
    assert listen_once(Mailbox.objects.get()) == 1
    assert Mailbox.objects.get().trouble == ""
    assert subjects() == ["Cake 2"]


def test_access_that_was_revoked_is_said_and_nothing_is_lost_until_it_is_connected_again(
    connected, provider, server, lead
):
    listen_once(Mailbox.objects.get())
    provider.revoke_all()
    Connection.objects.update(expires_at=timezone.now())
    put(server, 3)
    assert listen_once(Mailbox.objects.get()) == 0
    row = Mailbox.objects.get()
    assert row.trouble == "lapsed"
    asked = connecting.question(lead, Connection.objects.get(), "https://desk.example/back")
    connecting.complete(lead, asked.kept, provider.agree(asked.address))
    assert Mailbox.objects.get().next_try_at <= timezone.now()
    assert listen_once(Mailbox.objects.get()) == 1
    assert subjects() == ["Cake 3"]


def test_a_second_look_over_one_connection_takes_in_no_earlier_mail(connected, server):
    put(server, 9)
    with imap.connected(Mailbox.objects.get()) as open_connection:
        mailbox = Mailbox.objects.get()
        assert imap.take_new(mailbox, open_connection) == 0
        open_connection.client.noop()
        assert imap.take_new(mailbox, open_connection) == 0
        assert Mailbox.objects.get().uid_validity
        put(server, 10)
        open_connection.client.noop()
        assert imap.take_new(mailbox, open_connection) == 1
    assert listen_once(Mailbox.objects.get()) == 0
    assert subjects() == ["Cake 10"]


def test_the_listener_connects_anew_with_each_token_and_nothing_is_called_trouble(connected, provider, server):
    Mailbox.objects.update(trouble="", folder="INBOX")
    listener = Listener()
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    try:
        until(lambda: Mailbox.objects.get().heard_at)
        put(server, 4)
        until(lambda: RawMessage.objects.exists())
        refresh(Connection.objects.get())
        # The old token ends with the connection that it opened; the new one goes on.
        put(server, 5)
        until(lambda: RawMessage.objects.count() == 2)
        assert Mailbox.objects.get().trouble == ""
    finally:
        listener.stop()
        thread.join(20)
    assert subjects() == ["Cake 4", "Cake 5"]


def until(true) -> None:
    end = time.monotonic() + 75
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.3)


@pytest.fixture
def sending(server, lead) -> Sending:
    box = Mailbox.objects.create(
        address=USER, host="127.0.0.1", port=server["imap"], security="none", user=USER, secret=PASSWORD
    )
    return Sending.objects.create(mailbox=box, host="127.0.0.1", port=1, security="none", user=USER)


def sent(number: int) -> OutgoingMessage:
    """A mail that the mail server has just taken."""
    row = queue(
        DESK,
        purpose="reply",
        mail_id=new_mail_id(),
        to=["ruta@mail.test"],
        sender=f"Bakery <{USER}>",
        subject=f"Answer {number}",
        text="We are sorry that the cake never came. Tortas neatėjo. העוגה לא הגיעה.",
    )
    OutgoingMessage.objects.filter(pk=row.pk).update(state="sending")
    row.refresh_from_db()
    note_sent(row)
    return row


def in_folder(server, folder: str, mail_id: str) -> list[bytes]:
    with account(server) as imap:
        imap.select(f'"{folder}"', readonly=True)
        _status, found = imap.search(None, "HEADER", "Message-ID", mail_id)
        return found[0].split()


def test_a_sent_mail_is_put_into_the_sent_folder_once(sending, server):
    row = sent(1)
    copy = SentCopy.objects.get()
    assert copy.not_before > timezone.now()
    run_due(timezone.now() + timedelta(minutes=2))
    copy.refresh_from_db()
    assert (copy.state, copy.folder) == ("kept", "Sent")
    assert len(in_folder(server, "Sent", row.mail_id)) == 1
    with account(server) as imap:
        imap.select("Sent", readonly=True)
        _status, answer = imap.fetch(in_folder(server, "Sent", row.mail_id)[0].decode(), "(FLAGS BODY.PEEK[])")
    assert b"\\Seen" in answer[0][0]
    assert b"Subject: Answer 1" in answer[0][1]


def test_a_crash_after_putting_it_there_puts_no_second_one(sending, server):
    row = sent(2)
    copy = SentCopy.objects.get()
    keep(copy)
    # As if nothing of it had been stored.
    SentCopy.objects.update(state="waiting", folder="")
    keep(SentCopy.objects.get())
    assert SentCopy.objects.get().state == "there"
    assert len(in_folder(server, "Sent", row.mail_id)) == 1


def test_what_the_server_put_there_itself_is_left_alone(sending, server):
    row = sent(3)
    raw = f"From: {USER}\r\nTo: ruta@mail.test\r\nMessage-ID: {row.mail_id}\r\nSubject: Answer 3\r\n\r\nSorry.\r\n"
    with account(server) as imap:
        imap.create("Sent")
        imap.append("Sent", "", imaplib.Time2Internaldate(time.time()), raw.encode())
    run_due(timezone.now() + timedelta(minutes=2))
    assert SentCopy.objects.get().state == "there"
    assert len(in_folder(server, "Sent", row.mail_id)) == 1


def test_a_folder_may_be_named_and_is_made_when_it_is_missing(sending, server):
    Sending.objects.update(sent_folder="Išsiųsta")
    row = sent(4)
    run_due(timezone.now() + timedelta(minutes=2))
    copy = SentCopy.objects.get()
    assert (copy.state, copy.folder) == ("kept", "Išsiųsta")
    assert not in_folder(server, "Sent", row.mail_id)


def test_a_server_that_is_away_is_tried_again(sending, server):
    Mailbox.objects.update(port=1)
    row = sent(5)
    run_due(timezone.now() + timedelta(minutes=2))
    assert SentCopy.objects.get().state == "waiting"
    Mailbox.objects.update(port=server["imap"])
    run_due(timezone.now() + timedelta(hours=2))
    assert SentCopy.objects.get().state == "kept"
    assert len(in_folder(server, "Sent", row.mail_id)) == 1
