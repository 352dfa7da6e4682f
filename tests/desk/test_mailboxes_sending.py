"""Mailboxes that send: by which server a mail leaves, from which address, with which token; other addresses of ours."""

import base64
import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import formataddr

import pytest
from django.utils import timezone
from mail_provider import authorisation_server, smtp_server

from amends.desk.cases.models import Case, RawMessage
from amends.desk.cases.services import keep_raw, record_out
from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.intake.mail.handed_over import _mailbox_of
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.intake.models import Alias, Mailbox
from amends.desk.intake.services.mailboxes import MailboxTrouble
from amends.desk.mailboxes.models import Connection, Sending, SentCopy
from amends.desk.mailboxes.services import connecting, sending
from amends.desk.mailboxes.told import sending_in_trouble
from amends.desk.outbox.delivery import deliver
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import new_mail_id, queue
from amends.desk.people.roles import DESK, INTAKE

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")

PASSWORD = "a long wooden spoon"
SENDING = {"on": True, "host": "127.0.0.1", "security": "none", "keeps_sent": "nobody", "sent_folder": ""}


@pytest.fixture
def server():
    with smtp_server(password=PASSWORD) as (handler, port):
        handler.port = port
        yield handler


@pytest.fixture
def make_box(business, lead, server):
    """A mailbox that sends through the server of the test."""

    def make(address="hello@bakery.example", aliases="", **values):
        box = Mailbox.objects.create(
            address=address, host="127.0.0.1", port=1, security="none", user=address, secret=PASSWORD
        )
        values = SENDING | {"port": server.port, "user": address} | values
        sending.save_sending(lead, sending.prepared_sending(lead, box, **values))
        sending.set_aliases(lead, box, aliases)
        return box

    return make


@pytest.fixture
def wrote(business):
    """A customer wrote to an address, and the case that it opened."""

    def write(to, box=None, cc="", number=1, handed=""):
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = f"Ruta <ruta{number}@mail.test>", to, "Cake"
        if cc:
            made["Cc"] = cc
        made["Message-ID"] = f"<cake{number}@mail.test>"
        made.set_content("The cake never came. I want my money back.")
        envelope = {"to": [handed]} if handed else {}
        row, _new = keep_raw(INTAKE, box.raw_name if box else "elsewhere", made.as_bytes(), envelope=envelope)
        run_due(timezone.now())
        row.refresh_from_db()
        return Case.objects.filter(messages__raw=row).first()

    return write


@pytest.fixture
def answer(agent):
    """Our answer in a case, delivered."""

    def send(case, **values):
        mail_id = new_mail_id()
        said = record_out(agent, case, text="Sorry.", channel="mail", mail_id=mail_id, delivery="waiting")
        values = {"sender": formataddr(("Rūta Agentė, Corner Bakery", "amends@localhost"))} | values
        row = queue(
            agent,
            purpose="reply",
            message=said,
            mail_id=mail_id,
            to=["ruta@mail.test"],
            subject="Sorry",
            text="We are sorry that the cake never came.",
            **values,
        )
        deliver(row)
        row.refresh_from_db()
        return row

    return send


def left(server, number=-1):
    return email.message_from_bytes(server.taken[number].content, policy=default)


def test_an_answer_leaves_from_the_address_that_the_customer_wrote_to(make_box, wrote, answer, server):
    make_box("hello@bakery.example")
    make_box("orders@bakery.example", aliases="cakes@bakery.example\nbread@other.example")
    for to, expected in (
        ("Orders <Orders@Bakery.example>", "orders@bakery.example"),
        ("hello@bakery.example", "hello@bakery.example"),
        ("cakes@bakery.example", "cakes@bakery.example"),
        ("someone@else.example, hello+abc@bakery.example", "hello@bakery.example"),
    ):
        case = wrote(to, number=len(server.taken))
        row = answer(case)
        mail = left(server)
        assert row.state == "sent"
        assert mail["From"].addresses[0].addr_spec == expected
        assert mail["From"].addresses[0].display_name == "Rūta Agentė, Corner Bakery"
        assert server.taken[-1].mail_from == expected
        assert row.mail_id == mail["Message-ID"]


def test_the_address_is_found_in_cc_and_where_no_header_has_it(make_box, wrote, answer, server):
    box = make_box("orders@bakery.example")
    assert left_from(answer(wrote("a@else.example", cc="orders@bakery.example", number=1)), server) == box.address
    assert left_from(answer(wrote("undisclosed@else.example", box=box, number=2)), server) == box.address
    handed = wrote("list@else.example", handed="orders+x@bakery.example", number=3)
    assert left_from(answer(handed), server) == box.address


def left_from(row, server):
    assert row.state == "sent"
    return left(server)["From"].addresses[0].addr_spec


def test_when_the_customer_turns_to_another_address_the_answer_follows(make_box, wrote, answer, server):
    make_box("hello@bakery.example")
    make_box("orders@bakery.example")
    case = wrote("hello@bakery.example", number=1)
    assert left_from(answer(case), server) == "hello@bakery.example"
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "ruta1@mail.test", "orders@bakery.example", "Re: Cake"
    made["In-Reply-To"], made["Message-ID"] = "<cake1@mail.test>", "<more@mail.test>"
    made.set_content("Are you still there? The cake never came.")
    keep_raw(INTAKE, "elsewhere", made.as_bytes())
    run_due(timezone.now())
    assert case.messages.filter(direction="in").count() == 2
    assert left_from(answer(case), server) == "orders@bakery.example"


def test_mail_from_elsewhere_leaves_by_the_server_of_the_settings(make_box, wrote, answer, server, mailoutbox):
    make_box("hello@bakery.example")
    case = wrote("forgotten@bakery.example")
    row = answer(case)
    assert row.state == "sent"
    assert not server.taken
    assert "amends@localhost" in mailoutbox[-1].from_email


def test_a_mailbox_that_does_not_send_changes_nothing(make_box, wrote, answer, server, mailoutbox):
    make_box("hello@bakery.example", on=False)
    answer(wrote("hello@bakery.example"))
    assert not server.taken
    assert "amends@localhost" in mailoutbox[-1].from_email


def test_without_a_server_in_the_settings_everything_leaves_by_the_first_mailbox(make_box, server, settings, business):
    settings.MAIL_CAN_LEAVE = False
    row = queue(DESK, purpose="reminder", to=["lena@mail.test"], subject="A promise", text="Due.")
    deliver(row)
    row.refresh_from_db()
    assert (row.state, row.held_why) == ("held", "no-mail-server")
    make_box("hello@bakery.example")
    assert new_mail_id().endswith("@bakery.example>")
    again = queue(DESK, purpose="reminder", to=["lena@mail.test"], subject="A promise", text="Due.")
    deliver(again)
    again.refresh_from_db()
    assert again.state == "sent"
    assert left(server)["From"].addresses[0].addr_spec == "hello@bakery.example"


def test_a_wrong_password_is_shown_and_the_mail_waits(make_box, wrote, answer, server, lead, signed_in):
    make_box("hello@bakery.example", secret="a wrong word")
    case = wrote("hello@bakery.example")
    with pytest.raises(OSError):
        answer(case)
    row = OutgoingMessage.objects.get()
    assert row.state == "waiting"
    assert Sending.objects.get().trouble == "sign-in"
    assert "does not take this user name" in signed_in(lead).get("/settings/mailboxes/").content.decode()
    Sending.objects.update(secret="")
    run_due(timezone.now() + timedelta(hours=2))
    row.refresh_from_db()
    assert row.state == "sent"
    assert Sending.objects.get().trouble == ""
    assert len(server.taken) == 1


def test_those_who_look_after_mailboxes_are_told_that_one_cannot_send(make_box, wrote, answer, lead):
    make_box("hello@bakery.example", secret="a wrong word")
    with pytest.raises(OSError):
        answer(wrote("hello@bakery.example"))
    (trouble,) = sending_in_trouble()
    assert (trouble.name, trouble.address) == (
        "hello@bakery.example",
        f"/settings/mailboxes/{Mailbox.objects.get().pk}/",
    )
    assert "does not take this user name" in trouble.words()
    # When it cannot be read either, that is told, and once.
    Mailbox.objects.update(failing_since=timezone.now())
    assert not list(sending_in_trouble())


def test_an_address_that_may_not_send_is_shown(make_box, wrote, answer, server):
    make_box("hello@bakery.example")
    server.refuses_sender = True
    with pytest.raises(OSError):
        answer(wrote("hello@bakery.example"))
    assert Sending.objects.get().trouble == "sender"
    assert OutgoingMessage.objects.get().state == "failed"


def test_what_other_addresses_of_ours_send_is_ours(make_box, wrote):
    box = make_box("hello@bakery.example", aliases="cakes@bakery.example")
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Cakes@bakery.example", "ruta@mail.test", "Your cake"
    made["Message-ID"] = "<ours@bakery.example>"
    made.set_content("The cake never came, you write. That is terrible and our fault.")
    row, _new = keep_raw(INTAKE, box.raw_name, made.as_bytes())
    run_due(timezone.now())
    row.refresh_from_db()
    assert row.state == RawMessage.State.NO_CASE
    assert not Case.objects.exists()


def test_servers_may_hand_over_mail_for_other_addresses(make_box):
    box = make_box("hello@bakery.example", aliases="cakes@bakery.example")
    assert _mailbox_of("Cakes+tag@bakery.example") == box
    assert _mailbox_of("nobody@bakery.example") is None
    Mailbox.objects.update(state="paused")
    assert _mailbox_of("cakes@bakery.example") is None


def test_of_several_mailboxes_answers_come_to_the_one_that_was_written_to(make_box, wrote):
    make_box("hello@bakery.example")
    make_box("orders@bakery.example", aliases="cakes@bakery.example")
    Mailbox.objects.update(takes_replies=True)
    assert reply_address(wrote("cakes@bakery.example", number=1)).startswith("orders+")
    assert reply_address(wrote("hello@bakery.example", number=2)).startswith("hello+")
    assert reply_address(wrote("other@bakery.example", number=3)).startswith("hello+")


@pytest.mark.parametrize("text", ["no address", "a@b", "@bakery.example", "a@b@c.example", "orders@bakery.example"])
def test_an_alias_has_to_be_an_address_that_is_free(make_box, lead, text):
    make_box("orders@bakery.example")
    box = make_box("hello@bakery.example", aliases="cakes@bakery.example")
    with pytest.raises(WrongInput):
        sending.set_aliases(lead, box, text)
    assert [one.address for one in Alias.objects.all()] == ["cakes@bakery.example"]
    sending.set_aliases(lead, box, "")
    assert not Alias.objects.exists()


def test_a_password_is_never_sent_to_another_server(make_box, lead):
    box = make_box("hello@bakery.example", secret="its own")
    with pytest.raises(WrongInput):
        sending.prepared_sending(lead, box, **SENDING | {"host": "evil.example", "security": "tls", "user": "eve"})
    with pytest.raises(WrongInput):
        sending.prepared_sending(lead, box, **SENDING | {"host": "smtp.example"})


def test_only_leads_and_the_owner_set_it_up(make_box, agent, junior):
    box = make_box("hello@bakery.example")
    for person in (agent, junior):
        for act in (
            lambda: sending.prepared_sending(person, box, **SENDING),  # noqa: B023 - called at once
            lambda: sending.save_sending(person, box.sending),  # noqa: B023
            lambda: sending.try_sending(person, box.sending),  # noqa: B023
            lambda: sending.set_aliases(person, box, ""),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()


def test_the_page_tries_saves_and_says_what_is_wrong(make_box, lead, signed_in, server):
    box = make_box("hello@bakery.example")
    desk = signed_in(lead)
    page = f"/settings/mailboxes/{box.pk}/"
    values = {
        "which": "sending",
        "on": "on",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "user": box.address,
        "keeps_sent": "desk",
    }
    assert "It works" in desk.post(page, values | {"try": "yes"}).content.decode()
    wrong = desk.post(page, values | {"try": "yes", "secret": "wrong"}).content.decode()
    assert "does not take this user name" in wrong
    away = desk.post(page, values | {"try": "yes", "port": 1, "secret": PASSWORD}).content.decode()
    assert "Usual are 587" in away
    assert desk.post(page, values | {"host": "no such host!"}).status_code == 422
    assert desk.post(page, values).status_code == 302
    assert Sending.objects.get().keeps_sent == "desk"
    assert desk.post(page, {"which": "aliases", "aliases": "cakes@bakery.example"}).status_code == 302
    assert desk.post(page, {"which": "aliases", "aliases": "nonsense"}).status_code == 422
    shown = desk.get("/settings/mailboxes/").content.decode()
    assert "cakes@bakery.example" in shown
    assert PASSWORD not in shown + desk.get(page).content.decode()


def test_a_changed_key_troubles_mailboxes_and_no_page(make_box, wrote, answer, lead, signed_in, settings):
    from amends.desk.sealed import _keys

    box = make_box("hello@bakery.example", secret="its own")
    case = wrote("hello@bakery.example")
    _keys.cache_clear()
    settings.SECRET_KEY = "another secret, of which the mailbox knows nothing"
    with pytest.raises(Exception, match="AMENDS_SECRET_KEY"):
        answer(case)
    assert Sending.objects.get().trouble == "sealed"
    desk = signed_in(lead)
    assert "Write the password anew" in desk.get("/settings/mailboxes/").content.decode()
    assert desk.get(f"/settings/mailboxes/{box.pk}/").status_code == 200


class TestByToken:
    """Sending with an access token (XOAUTH2)."""

    @pytest.fixture
    def provider(self, monkeypatch):
        with authorisation_server(monkeypatch, imap=("127.0.0.1", 1, "none")) as provider:
            yield provider

    @pytest.fixture
    def by_token(self, provider):
        with smtp_server(tokens=provider.access) as (handler, port):
            handler.port = port
            yield handler

    @pytest.fixture
    def connected(self, provider, by_token, business, lead):
        row = connecting.connect_mailbox(
            lead, provider="google", address="hello@bakery.example", client_id="desk", client_secret="a copper kettle"
        )
        Sending.objects.update(host="127.0.0.1", port=by_token.port, security="none")
        asked = connecting.question(lead, row, "https://desk.example/back")
        return connecting.complete(lead, asked.kept, provider.agree(asked.address))

    def test_an_answer_leaves_with_the_token(self, connected, by_token, wrote, answer):
        row = answer(wrote("hello@bakery.example"))
        assert row.state == "sent"
        assert left(by_token)["From"].addresses[0].addr_spec == "hello@bakery.example"
        assert Sending.objects.get().sent_at is not None
        # Gmail keeps sent mail by itself.
        assert not SentCopy.objects.exists()

    def test_a_token_that_ended_is_replaced_before_anybody_is_called(
        self, connected, provider, by_token, wrote, answer
    ):
        Connection.objects.update(expires_at=timezone.now())
        assert answer(wrote("hello@bakery.example")).state == "sent"
        assert len(by_token.taken) == 1

    def test_a_token_that_the_server_refuses_is_replaced_for_the_next_try(
        self, connected, provider, by_token, wrote, answer
    ):
        provider.access.clear()
        with pytest.raises(OSError):
            answer(wrote("hello@bakery.example"))
        assert OutgoingMessage.objects.get().state == "waiting"
        assert Sending.objects.get().trouble == "token"
        run_due(timezone.now() + timedelta(minutes=1))
        run_due(timezone.now() + timedelta(hours=2))
        assert OutgoingMessage.objects.get().state == "sent"
        assert len(by_token.taken) == 1
        assert Sending.objects.get().trouble == ""

    def test_without_access_the_mail_waits_and_leaves_once_when_it_is_connected_again(
        self, connected, provider, by_token, wrote, answer, lead
    ):
        provider.revoke_all()
        Connection.objects.update(expires_at=timezone.now())
        case = wrote("hello@bakery.example")
        with pytest.raises(Exception, match="expired or revoked"):
            answer(case)
        assert OutgoingMessage.objects.get().state == "waiting"
        assert Connection.objects.get().state == "lapsed"
        asked = connecting.question(lead, Connection.objects.get(), "https://desk.example/back")
        connecting.complete(lead, asked.kept, provider.agree(asked.address))
        run_due(timezone.now() + timedelta(hours=2))
        run_due(timezone.now() + timedelta(hours=3))
        assert OutgoingMessage.objects.get().state == "sent"
        assert len(by_token.taken) == 1

    def test_trying_it_signs_in_and_sends_nothing(self, connected, provider, by_token, lead):
        ready = Sending.objects.get()
        sending.try_sending(lead, ready)
        assert not by_token.taken
        provider.access.clear()
        with pytest.raises(MailboxTrouble) as raised:
            sending.try_sending(lead, ready)
        assert raised.value.code == "token"
        assert base64.b64encode(b"hello").decode() not in raised.value.detail
