"""Reading mailboxes of a real Dovecot."""

import imaplib
import smtplib
import threading
import time
from collections.abc import Iterator

import pytest
from django.utils import timezone
from mail_servers import PASSWORD, USER, dovecot, free_port, why_not

from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.clock.loop import run_due
from amends.desk.intake.mail.imap import try_out
from amends.desk.intake.mail.listener import Listener, listen_once
from amends.desk.intake.mail.trouble import code_of, words_of
from amends.desk.intake.models import Mailbox

pytestmark = pytest.mark.skipif(bool(why_not("dovecot")), reason=why_not("dovecot"))


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, int]]:
    with dovecot() as ports:
        yield ports


@pytest.fixture
def folder(server) -> str:
    """A new folder on the server."""
    name = f"Folder{time.monotonic_ns()}"
    with account(server) as imap:
        imap.create(name)
    return name


def account(server) -> imaplib.IMAP4:
    imap = imaplib.IMAP4("127.0.0.1", server["imap"])
    imap.login(USER, PASSWORD)
    return imap


def put(server, folder: str, number: int, text: str = "The cake never came. I want my money back.") -> None:
    raw = (
        f"From: customer{number}@mail.example\r\nTo: {USER}\r\nSubject: Cake {number}\r\n"
        f"Message-ID: <cake{number}@mail.example>\r\n\r\n{text}\r\n"
    )
    with account(server) as imap:
        assert imap.append(folder, "", imaplib.Time2Internaldate(time.time()), raw.encode())[0] == "OK"


@pytest.fixture
def mailbox(business, server, folder) -> Mailbox:
    return Mailbox.objects.create(
        address=USER,
        host="127.0.0.1",
        port=server["imap"],
        security="none",
        user=USER,
        secret=PASSWORD,
        folder=folder,
    )


def subjects() -> list[str]:
    run_due(timezone.now())
    return sorted(Message.objects.values_list("subject", flat=True))


def test_it_begins_with_what_comes_from_now_on_and_resumes_where_it_was(server, folder, mailbox):
    put(server, folder, 1)
    assert listen_once(mailbox) == 0
    put(server, folder, 2)
    put(server, folder, 3)
    assert listen_once(mailbox) == 2
    assert listen_once(Mailbox.objects.get()) == 0
    put(server, folder, 4)
    assert listen_once(Mailbox.objects.get()) == 1
    assert subjects() == ["Cake 2", "Cake 3", "Cake 4"]


def test_it_takes_earlier_mail_when_asked_to(server, folder, mailbox):
    put(server, folder, 1)
    mailbox.begin_days = 3
    assert listen_once(mailbox) == 1
    assert subjects() == ["Cake 1"]


def test_nothing_on_the_server_is_changed(server, folder, mailbox):
    mailbox.begin_days = 3
    put(server, folder, 1)
    listen_once(mailbox)
    with account(server) as imap:
        imap.select(folder, readonly=True)
        assert imap.search(None, "UNSEEN") == ("OK", [b"1"])


def test_a_folder_that_was_numbered_anew_is_read_again_and_nothing_is_doubled(server, folder, mailbox):
    listen_once(mailbox)
    put(server, folder, 1)
    listen_once(mailbox)
    with account(server) as imap:
        imap.delete(folder)
        time.sleep(1.1)  # Dovecot's validity is a second's number
        imap.create(folder)
    put(server, folder, 1)
    put(server, folder, 2)
    mailbox.refresh_from_db()
    before = mailbox.uid_validity
    listen_once(mailbox)
    mailbox.refresh_from_db()
    assert mailbox.uid_validity != before
    assert subjects() == ["Cake 1", "Cake 2"]


def test_mail_that_was_deleted_meanwhile_does_not_matter(server, folder, mailbox):
    listen_once(mailbox)
    put(server, folder, 1)
    put(server, folder, 2)
    with account(server) as imap:
        imap.select(folder)
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
    assert listen_once(mailbox) == 1
    assert subjects() == ["Cake 2"]


def test_a_mail_that_is_too_large_is_kept_by_its_beginning(server, folder, mailbox, settings):
    settings.LARGEST_UPLOAD = 1_000_000
    listen_once(mailbox)
    put(server, folder, 1, "The cake never came.\r\n" + "la la la la la la la\r\n" * 150_000)
    listen_once(mailbox)
    row = RawMessage.objects.get()
    assert row.size < 1_100_000
    assert row.envelope["cut"] > 3_000_000
    assert subjects() == ["Cake 1"]


def test_when_it_arrived_is_the_servers_word(server, folder, mailbox):
    listen_once(mailbox)
    with account(server) as imap:
        long_ago = time.time() - 7200
        raw = b"From: c@mail.example\r\nDate: Mon, 1 Jan 2035 00:00:00 +0000\r\n\r\nIt never came.\r\n"
        imap.append(folder, "", imaplib.Time2Internaldate(long_ago), raw)
    listen_once(mailbox)
    run_due(timezone.now())
    assert abs(Case.objects.get().waits_since.timestamp() - long_ago) < 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"secret": "misspelt"}, "sign-in"),
        ({"folder": "Nowhere"}, "no-folder"),
        ({"security": "tls"}, "no-tls"),
        ({"security": "starttls"}, "no-starttls"),
        ({"host": "no-such-server.invalid"}, "no-such-server"),
        ({"host": "mail.example", "security": "none"}, "not-safe"),
        ({"port": 0}, "refused"),
        ({"sign_in": "oauth", "secret": "token"}, "token"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_and_tried_again_later(mailbox, change, code):
    if change.get("port") == 0:
        change = {"port": free_port()}
    if change.get("host", "").endswith("invalid"):
        change["security"] = "tls"
    for name, value in change.items():
        setattr(mailbox, name, value)
    mailbox.save()
    with pytest.raises(Exception) as raised:
        try_out(mailbox)
    assert code_of(raised.value, sign_in=mailbox.sign_in) == code
    assert words_of(code)
    assert listen_once(mailbox) == 0
    mailbox.refresh_from_db()
    assert mailbox.trouble == code
    assert mailbox.failures == 1
    assert mailbox.next_try_at > timezone.now()
    assert "misspelt" not in mailbox.trouble_detail


def test_trying_out_takes_nothing_in(server, folder, mailbox):
    put(server, folder, 1)
    tried = try_out(mailbox)
    assert (tried.mails, tried.idle) == (1, True)
    assert not RawMessage.objects.exists()


def test_the_listener_hears_at_once_what_comes(server, folder, mailbox):
    listener = Listener()
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        assert _until(lambda: Mailbox.objects.get().heard_at)
        put(server, folder, 1)
        assert _until(RawMessage.objects.exists)
        put(server, folder, 2)
        assert _until(lambda: RawMessage.objects.count() == 2)
    finally:
        listener.stop()
        thread.join(30)
    assert not thread.is_alive()
    row = Mailbox.objects.get()
    assert (row.trouble, row.idle) == ("", True)


def test_mail_handed_over_by_lmtp_to_the_server_is_read_from_it(server, business):
    box = Mailbox.objects.create(
        address=USER, host="127.0.0.1", port=server["imap"], security="none", user=USER, secret=PASSWORD
    )
    listen_once(box)
    with smtplib.LMTP("127.0.0.1", server["lmtp"]) as lmtp:
        lmtp.sendmail("c@mail.example", [USER], b"From: c@mail.example\r\nSubject: By LMTP\r\n\r\nIt never came.\r\n")
    assert listen_once(box) == 1
    assert subjects() == ["By LMTP"]


def _until(condition, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
