"""The side-car with every product: its own made payloads, and a server on this machine that plays the other desk."""

import base64
import hmac
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import set_aside
from amends.desk.customers.models import ContactPoint
from amends.desk.ledger.models import Promise
from amends.desk.privacy.erasing import erase_customer
from amends.desk.sidecar import products as products_package
from amends.desk.sidecar.clockwork import KEPT, forget
from amends.desk.sidecar.models import Connection, Conversation, Delivery, Note, Said
from amends.desk.sidecar.products import all_products
from amends.desk.sidecar.services import add_connection, noting, post_again, read_again, switch

FOLDER = Path(products_package.__file__).parent
PRODUCTS = ("chatwoot", "freescout", "freshdesk", "intercom", "zammad", "zendesk")
SIGNED = tuple(name for name in PRODUCTS if name != "freshdesk")
OPTIONS = {"chatwoot": {"account": "7"}, "zendesk": {"mail": "ana@bakery.example"}, "freescout": {"user": "5"}}
SECRET = "a shared secret of the tests"
TOKEN = "token-of-the-tests"


class Desk(BaseHTTPRequestHandler):
    """Plays the other desk: keeps notes in the way of each product, and answers as it is told when it is told."""

    def do_GET(self):
        self.answer(None)

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    do_PUT = do_POST  # noqa: N815

    def answer(self, data):
        desk = self.server
        desk.asked.append((self.command, self.path, dict(self.headers), data))
        status = desk.fails.pop(0) if desk.fails else 200
        if data is not None and status in (200, "then broken"):
            text = data.get("content") or data.get("body") or data.get("text") or data["ticket"]["comment"]["body"]
            desk.notes.append({"id": 7000 + len(desk.notes), "text": text, "sent": data})
        if status == "then broken":
            # It was taken, and the answer is lost.
            status = 502
        content = json.dumps(desk.tells(self.path, data) if status == 200 else {"error": "no luck"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_some):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, product):
        super().__init__(("127.0.0.1", 0), Desk)
        self.product = product
        self.notes, self.asked, self.fails, self.ticket = [], [], [], {}
        self.conversations = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def tells(self, path, data):
        listed = [{"id": one["id"], "content": one["text"], "body": one["text"]} for one in self.notes]
        if path.startswith("/api/v2/tickets/52?"):
            return self.ticket
        if "/api/v2/tickets/52/conversations" in path:
            return self.conversations + [one | {"private": True} for one in listed]
        if "/users/91" in path:
            return {"user": {"id": 91, "name": "Mia Field", "email": "mia@mail.example"}}
        if path.endswith(("/me", "/me.json", "/profile", "/users/5")):
            return {"id": 5, "name": "Ana", "user": {"email": "a@b.example", "name": "Ana"}, "contact": {"name": "Ana"},
                    "firstName": "Ana", "firstname": "Ana"}  # fmt: skip
        if data is not None:
            made = listed[-1]
            return made | {
                "audit": {"events": [{"type": "Comment", "id": made["id"]}]},
                "conversation_parts": {"conversation_parts": [made]},
            }
        if "by_ticket" in path:
            return listed
        return {
            "payload": [] if "before" in path else listed,
            "comments": listed,
            "_embedded": {"threads": listed},
            "conversation_parts": {"conversation_parts": listed},
        }


@pytest.fixture
def other_desk(settings):
    """`other_desk("zammad")` is a running desk."""
    settings.WEBHOOKS_TO_PRIVATE = True
    made = []

    def start(product):
        server = Server(product)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        made.append((server, thread))
        return server

    yield start
    for server, thread in made:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def connected(other_desk, business, owner):
    """`connected("zammad")` is a connection and its desk."""

    def connect(product, **values):
        server = other_desk(product)
        row, _made = add_connection(
            owner,
            product,
            name="Shop",
            address=server.address,
            token=TOKEN,
            secret=SECRET,
            options=OPTIONS.get(product, {}),
            **values,
        )
        return row, server

    return connect


def fixture(product, name, **changed):
    """A payload of a product's folder, as if it came now."""
    text = (FOLDER / product / "fixtures" / f"{name}.json").read_text(encoding="utf-8")
    now = timezone.now()
    base = int(datetime(2031, 5, 6, 9, tzinfo=UTC).timestamp())

    def moment(match):
        return (now + timedelta(seconds=int(match[1]) - 40)).strftime("%Y-%m-%dT%H:%M:%S")

    def number(match):
        return str(int(now.timestamp()) + (int(match[0]) - base) // 100)

    text = re.sub(r"2031-05-06T09:(\d\d):00", moment, text)
    text = re.sub(r"\b19\d{8}\b", number, text)
    for old, new in changed.items():
        text = text.replace(old.replace("_", " "), new)
    return json.loads(text)


def signed(product, body, *, secret=SECRET, at=None):
    """The headers with which a product sends a body."""

    def mac(content, algorithm):
        return hmac.new(secret.encode(), content, algorithm)

    at = at or timezone.now()
    stamp = str(int(at.timestamp()))
    iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "chatwoot": lambda: {
            "X-Chatwoot-Timestamp": stamp,
            "X-Chatwoot-Signature": "sha256=" + mac(f"{stamp}.".encode() + body, "sha256").hexdigest(),
        },
        "zendesk": lambda: {
            "X-Zendesk-Webhook-Signature-Timestamp": iso,
            "X-Zendesk-Webhook-Signature": base64.b64encode(mac(iso.encode() + body, "sha256").digest()).decode(),
        },
        "zammad": lambda: {"X-Hub-Signature": "sha1=" + mac(body, "sha1").hexdigest()},
        "intercom": lambda: {"X-Hub-Signature": "sha1=" + mac(body, "sha1").hexdigest()},
        "freescout": lambda: {"X-FreeScout-Signature": base64.b64encode(mac(body, "sha1").digest()).decode()},
        "freshdesk": lambda: {"X-Amends-Secret": secret},
    }[product]()


def tell(row, data, *, headers=None, **how):
    """Post a telling as the other desk does."""
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    headers = headers if headers is not None else signed(row.product, body, **how)
    return Client().post(f"/hooks/desk/{row.public_id}/", body, content_type="application/json", headers=headers)


def say(row, server, name, **changed):
    """Something is said over there, and told; words are changed by others, with "_" for blanks."""
    if row.product != "freshdesk":
        return tell(row, fixture(row.product, name, **changed))
    if name in ("customer", "thanks"):
        server.ticket = fixture("freshdesk", "ticket" if name == "customer" else "thanks", **changed)
    else:
        server.ticket = server.ticket or fixture("freshdesk", "ticket")
        server.conversations.append(fixture("freshdesk", name, **changed))
    return tell(row, fixture("freshdesk", "called"))


def wait():
    """The time until notes that failed are tried again is over."""
    Note.objects.exclude(next_at=None).update(next_at=timezone.now() - timedelta(seconds=5))
    Connection.objects.update(paused_until=None)


def why(row):
    return list(row.deliveries.order_by("pk").values_list("state", "why"))


def test_every_product_is_found_by_itself_and_brings_its_page():
    assert tuple(sorted(all_products())) == PRODUCTS
    for name in PRODUCTS:
        guide = (FOLDER / name / "guide.md").read_text(encoding="utf-8")
        assert all_products()[name].label in guide
        assert (FOLDER / name / "fixtures").is_dir()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_complaint_its_reply_its_promise_and_the_note(product, connected, run_clock, make_person):
    ana = make_person(email="ana@bakery.example", name="Ana Agent")
    row, server = connected(product)
    assert say(row, server, "customer").status_code == 202
    assert Case.objects.count() == 0, "nothing is read before the clock reads it"
    run_clock()
    case = Case.objects.get()
    message = case.messages.get()
    assert "it never came" in message.text and message.hearing.is_complaint
    assert case.customer.name == "Mia Field"
    assert case.customer.contacts.get().value == "mia@mail.example"
    assert case.state == Case.State.NEW

    assert say(row, server, "reply").status_code == 202
    run_clock()
    case.refresh_from_db()
    out = case.messages.get(direction="out")
    assert out.review["verdict"] == "non-apology"
    assert out.delivery == Message.Delivery.SENT
    assert case.state == Case.State.WAITING_FOR_CUSTOMER
    promise = Promise.objects.get()
    assert promise.case == case and promise.message == out and "cake" in promise.act and promise.due_at is not None
    if product != "zendesk":  # which tells no mail address of the agent
        assert out.author == ana and promise.owner == ana

    note = Note.objects.get()
    assert note.state == Note.State.POSTED and note.remote_id == "7000" and note.findings and note.promises == 1
    assert len(server.notes) == 1
    text, sent = server.notes[0]["text"], server.notes[0]["sent"]
    assert "if you were inconvenienced" in text and "cake" in text and f"[amends {note.marker}]" in text
    assert case.public_id in text
    private = {
        "chatwoot": lambda: sent["private"] is True and sent["message_type"] == "outgoing",
        "zendesk": lambda: sent["ticket"]["comment"]["public"] is False,
        "zammad": lambda: sent["internal"] is True and sent["type"] == "note" and sent["ticket_id"] == 52,
        "freescout": lambda: sent["type"] == "note" and sent["user"] == 5,
        "freshdesk": lambda: sent["private"] is True,
        "intercom": lambda: sent["message_type"] == "note" and sent["admin_id"] == "5",
    }[product]
    assert private()
    assert TOKEN not in json.dumps(why(row))
    row.refresh_from_db()
    assert row.heard_at and row.posted_at and row.trouble == ""


@pytest.mark.parametrize("product", PRODUCTS)
def test_told_twice_is_taken_once(product, connected, run_clock):
    row, server = connected(product)
    data = {}
    for name in ("customer", "reply"):
        if product == "freshdesk":
            say(row, server, name)
            run_clock()
            say(row, server, "note")
        else:
            data[name] = json.dumps(fixture(product, name)).encode()
            assert tell(row, data[name]).status_code == 202
            assert tell(row, data[name]).status_code == 200
            run_clock()
            assert tell(row, data[name]).status_code == 200
        run_clock()
    assert Case.objects.count() == 1
    assert Message.objects.count() == 2 and Promise.objects.count() == 1
    assert len(server.notes) == 1


@pytest.mark.parametrize("product", SIGNED)
def test_the_same_words_in_other_bytes_are_taken_once(product, connected, run_clock):
    row, server = connected(product)
    for name in ("customer", "reply"):
        first = fixture(product, name)
        tell(row, first)
        run_clock()
        tell(row, json.dumps(first, indent=3).encode())
        run_clock()
    assert row.deliveries.count() == 4
    assert Message.objects.count() == 2 and Promise.objects.count() == 1 and len(server.notes) == 1


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_not_signed_rightly_is_refused_and_counted(product, connected, run_clock):
    row, server = connected(product)
    server.ticket = {}
    name = "called" if product == "freshdesk" else "customer"
    body = json.dumps(fixture(product, name)).encode()
    assert tell(row, body, headers={}).status_code == 401
    assert tell(row, body, secret="another").status_code == 401
    spoiled = {key: value[:-1] + "é" for key, value in signed(product, body).items()}
    assert tell(row, body, headers=spoiled).status_code == 401
    if product != "freshdesk":
        assert tell(row, body + b" ", headers=signed(product, body)).status_code == 401
    row.refresh_from_db()
    assert row.refused >= 3 and row.refused_since and not Delivery.objects.exists()
    run_clock()
    assert not Case.objects.exists()


@pytest.mark.parametrize("product", ["chatwoot", "zendesk"])
@pytest.mark.parametrize("away", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_what_was_signed_long_ago_or_ahead_is_refused(product, away, connected):
    row, _server = connected(product)
    body = json.dumps(fixture(product, "customer")).encode()
    assert tell(row, body, at=timezone.now() + away).status_code == 401
    row.refresh_from_db()
    assert row.refused_why == "old" and row.refused_since
    assert tell(row, body).status_code == 202
    row.refresh_from_db()
    assert row.refused_since is None


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_no_complaint_is_counted_and_opens_no_case(product, connected, run_clock, lead):
    row, server = connected(product)
    say(row, server, "thanks")
    run_clock()
    row.refresh_from_db()
    assert row.no_complaints == 1 and not Case.objects.exists() and not ContactPoint.objects.exists()
    assert why(row) == [("nothing", "no-complaint")]
    read_again(lead, row.deliveries.get())
    run_clock()
    case = Case.objects.get()
    assert "opening hours" in case.messages.get().text and case.state == Case.State.NEW
    assert case.messages.get().hearing_corrections.get().corrected is True


@pytest.mark.parametrize("product", PRODUCTS)
def test_notes_among_us_and_our_own_are_left_alone(product, connected, run_clock):
    row, server = connected(product)
    say(row, server, "customer")
    say(row, server, "note")
    run_clock()
    say(row, server, "reply")
    run_clock()
    assert len(server.notes) == 1
    ours = json.dumps(server.notes[0]["text"])[1:-1]
    say(row, server, "note", **{"Ask_the_baker_about_it_before_lunch.": "@amends " + ours})
    run_clock()
    # Even when it were told as a reply to the customer.
    say(row, server, "reply", **{"Dear_Mia,": ours + " Dear Mia,", "1003": "1009"})
    run_clock()
    assert len(server.notes) == 1 and Note.objects.count() == 1
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_draft_is_checked_when_a_note_calls_us(product, connected, run_clock):
    row, server = connected(product)
    say(row, server, "customer")
    run_clock()
    draft = "@Amends: We are sorry if this upset you. I will send you a new cake tomorrow."
    say(row, server, "note", **{"Ask_the_baker_about_it_before_lunch.": draft})
    run_clock()
    assert len(server.notes) == 1 and "“sorry if this" in server.notes[0]["text"]
    assert not Promise.objects.exists() and not Message.objects.filter(direction="out").exists()
    assert ("taken", "draft") in why(row)


def test_a_draft_that_freescout_keeps_is_checked_anew_when_it_changes(connected, run_clock):
    row, server = connected("freescout")
    say(row, server, "draft")
    run_clock()
    say(row, server, "draft", **{"Best_regards,_Ana": "Ana"})
    run_clock()
    assert len(server.notes) == 2 and not Promise.objects.exists()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("product", PRODUCTS)
def test_killed_between_posting_and_keeping_a_note_is_posted_once(product, connected, run_clock, monkeypatch):
    row, server = connected(product)
    say(row, server, "customer")

    def killed(*_some):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(noting, "_kept", killed)
        say(row, server, "reply")
        with pytest.raises(Killed):
            run_clock()
    assert len(server.notes) == 1 and Note.objects.get().state == Note.State.WAITING
    run_clock(timezone.now() + timedelta(minutes=20))
    note = Note.objects.get()
    assert len(server.notes) == 1
    assert note.state == Note.State.POSTED and note.remote_id == "7000"


def test_killed_before_posting_it_is_posted_then(connected, run_clock, monkeypatch):
    row, server = connected("zammad")
    say(row, server, "customer")
    product = all_products()["zammad"]

    def killed(*_some):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(type(product), "post", killed)
        say(row, server, "reply")
        with pytest.raises(Killed):
            run_clock()
    assert server.notes == []
    run_clock(timezone.now() + timedelta(minutes=20))
    assert len(server.notes) == 1 and Note.objects.get().state == Note.State.POSTED


def test_killed_while_reading_nothing_is_half_done(connected, run_clock, monkeypatch):
    from amends.desk.sidecar.services import reading

    row, server = connected("chatwoot")
    say(row, server, "customer")

    def killed(*_some, **_more):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_note", killed)
        say(row, server, "reply")
        with pytest.raises(Killed):
            run_clock()
    assert not Promise.objects.exists() and Message.objects.filter(direction="out").count() == 0
    run_clock(timezone.now() + timedelta(minutes=6))
    assert Promise.objects.count() == 1 and Message.objects.filter(direction="out").count() == 1
    assert len(server.notes) == 1


@pytest.mark.parametrize("lost", [500, "then broken"])
def test_a_desk_that_fails_gets_the_note_once_later(lost, connected, run_clock):
    row, server = connected("chatwoot")
    say(row, server, "customer")
    run_clock()
    server.fails = [lost]
    say(row, server, "reply")
    run_clock()
    row.refresh_from_db()
    assert row.trouble == "broken" and row.failures == 1 and Note.objects.get().state == Note.State.WAITING
    wait()
    run_clock()
    row.refresh_from_db()
    assert len(server.notes) == 1 and Note.objects.get().state == Note.State.POSTED
    assert row.trouble == "" and row.failures == 0


def test_a_token_that_is_refused_holds_all_notes_and_says_what_to_do(connected, run_clock, signed_in, owner):
    row, server = connected("zammad")
    say(row, server, "customer")
    server.fails = [401] * 50
    say(row, server, "reply")
    say(row, server, "reply", **{"1003": "1006", "Dear_Mia": "Hello Mia"})
    run_clock()
    row.refresh_from_db()
    assert row.trouble == "refused" and row.paused_until is not None
    assert len([one for one in server.asked if one[0] == "POST"]) == 1
    page = signed_in(owner).get(f"/settings/other-desks/{row.pk}/").content.decode()
    assert "does not accept the token" in page and "Make a token" in page


def test_a_note_that_is_not_taken_is_given_up_and_can_be_posted_again(connected, run_clock, lead):
    row, server = connected("zammad")
    say(row, server, "customer")
    server.fails = [422, 200, 422, 200, 422]
    say(row, server, "reply")
    for _time in range(3):
        run_clock()
        wait()
    note = Note.objects.get()
    assert note.state == Note.State.GIVEN_UP and "422" in note.problem and server.notes == []
    server.fails = []
    post_again(lead, note)
    run_clock()
    note.refresh_from_db()
    assert note.state == Note.State.POSTED and len(server.notes) == 1


@pytest.mark.parametrize("product", SIGNED)
@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"[]", b'"words"', b"{" * 5_000, b"[" * 100_000, b"null"],
)
def test_what_is_no_payload_is_kept_raw_and_shown(product, body, connected, run_clock, signed_in, lead):
    row, _server = connected(product)
    assert tell(row, body).status_code == 202
    run_clock()
    delivery = row.deliveries.get()
    assert delivery.state == Delivery.State.UNREADABLE and bytes(delivery.content) == body
    client = signed_in(lead)
    page = client.get(f"/settings/other-desks/{row.pk}/came/?state=unreadable")
    assert "It is not what this product sends" in page.content.decode()
    if body:
        file = client.get(f"/settings/other-desks/came/{delivery.pk}/bytes/")
        assert file.content == body and file["X-Content-Type-Options"] == "nosniff"


def spoiled(value):
    """A payload in which each value in turn is something else."""
    for other in (None, 7, "x", [], {}, [None], {"id": {}}, "../../x"):
        if isinstance(value, dict):
            for name, inner in value.items():
                yield {**value, name: other}
                for changed in spoiled(inner):
                    yield {**value, name: changed}


@pytest.mark.parametrize("product", SIGNED)
def test_a_payload_with_anything_in_it_is_read_or_said_to_be_unreadable(product, business):
    from amends.desk.sidecar.asking import Api
    from amends.desk.sidecar.product import Came, Nothing, Told, Unreadable

    found, api = all_products()[product], Api("http://desk.example", {}, {"account": "7"})
    seen = set()
    for number, data in enumerate(spoiled(fixture(product, "reply"))):
        if number % 7 and number > 2_000:
            continue
        try:
            told = found.read(Came({}, json.dumps(data).encode()), api)
        except Unreadable:
            seen.add(Unreadable)
            continue
        seen.add(type(told))
        if isinstance(told, Told):
            assert re.fullmatch(r"[\w.-]{1,80}", told.conversation) and not told.conversation.startswith(".")
            assert all(isinstance(words.text, str) and words.text for words in told.words)
    assert seen == {Unreadable, Nothing, Told} or product in ("freescout", "intercom", "zammad")


def test_what_is_too_large_is_not_taken(connected):
    row, _server = connected("zammad")
    assert tell(row, b" " * (2 * 1024 * 1024 + 1)).status_code == 413
    assert tell(row, b" " * (6 * 1024 * 1024)).status_code == 413
    assert not Delivery.objects.exists()


def test_one_that_cannot_be_read_stops_no_other(connected, run_clock):
    row, server = connected("chatwoot")
    tell(row, b"{}}")
    say(row, server, "customer")
    run_clock()
    assert why(row) == [("unreadable", "broken"), ("taken", "complaint")]


def test_a_fault_of_ours_leaves_it_shown(connected, run_clock, monkeypatch):
    row, server = connected("chatwoot")
    product = all_products()["chatwoot"]

    def broken(*_some):
        raise RuntimeError("a fault")

    monkeypatch.setattr(type(product), "read", broken)
    say(row, server, "customer")
    for hours in range(8):
        run_clock(timezone.now() + timedelta(hours=hours))
    assert why(row) == [("unreadable", "failed")]


def test_a_desk_that_cannot_be_asked_is_asked_again(connected, run_clock):
    row, server = connected("freshdesk")
    server.fails = [503]
    say(row, server, "customer")
    run_clock()
    row.refresh_from_db()
    assert row.trouble == "broken" and why(row) == [("waiting", "")]
    run_clock(timezone.now() + timedelta(minutes=2))
    row.refresh_from_db()
    assert row.trouble == "" and Case.objects.count() == 1


def test_a_call_that_waits_already_is_not_added(connected, run_clock):
    row, server = connected("freshdesk")
    server.ticket = fixture("freshdesk", "ticket")
    assert [tell(row, fixture("freshdesk", "called")).status_code for _time in range(3)] == [202, 200, 200]
    run_clock()
    assert tell(row, fixture("freshdesk", "called")).status_code == 202
    run_clock()
    assert why(row) == [("taken", "complaint"), ("nothing", "known")]


def test_a_ticket_told_as_begun_and_as_comment_is_one_word(connected, run_clock):
    row, server = connected("zendesk")
    for name in ("created", "customer", "created"):
        say(row, server, name)
        run_clock()
    assert Message.objects.count() == 1
    # The same words once more are said once more.
    say(row, server, "customer", **{"1001": "1055"})
    run_clock()
    assert Message.objects.count() == 2


def test_words_go_to_the_case_of_their_conversation(connected, run_clock):
    row, server = connected("chatwoot")
    say(row, server, "customer")
    say(row, server, "thanks")
    other = fixture("chatwoot", "customer")
    other["conversation"]["id"], other["id"] = 53, 1077
    tell(row, other)
    run_clock()
    first, second = Case.objects.order_by("pk")
    assert first.messages.count() == 2 and second.messages.count() == 1
    assert first.customer == second.customer
    assert set(Conversation.objects.values_list("remote_id", "case_id")) == {("52", first.pk), ("53", second.pk)}


def test_replies_without_a_complaint_are_left_alone_unless_all_are_wanted(connected, run_clock):
    row, server = connected("chatwoot")
    say(row, server, "thanks")
    say(row, server, "reply")
    run_clock()
    assert server.notes == [] and not Case.objects.exists() and why(row)[1] == ("nothing", "no-case")
    Connection.objects.update(check_all=True)
    say(row, server, "reply", **{"1003": "1008"})
    run_clock()
    assert len(server.notes) == 1 and not Case.objects.exists() and not Promise.objects.exists()


def test_a_case_that_somebody_set_aside_gets_no_notes(connected, run_clock, agent):
    row, server = connected("chatwoot")
    say(row, server, "customer")
    run_clock()
    set_aside(agent, Case.objects.get(), "no-complaint")
    say(row, server, "reply")
    run_clock()
    assert server.notes == [] and not Promise.objects.exists()


def test_what_was_said_before_we_were_connected_is_context_alone(connected, run_clock):
    row, server = connected("freescout")
    Connection.objects.update(created_at=timezone.now() + timedelta(hours=1))
    say(row, server, "reply")
    run_clock()
    assert Case.objects.count() == 1 and not Promise.objects.exists() and server.notes == []


def test_a_program_that_answers_is_checked_and_answers_for_nobody(connected, run_clock):
    row, server = connected("chatwoot")
    say(row, server, "customer")
    data = fixture("chatwoot", "reply")
    data["sender"]["type"] = "agent_bot"
    tell(row, data)
    run_clock()
    case = Case.objects.get()
    automatic = case.messages.filter(direction="out", automatic=True)
    assert automatic.count() == 1 and len(server.notes) == 1
    assert case.state == Case.State.NEW, "a person has not answered yet"
    assert Promise.objects.filter(message__in=automatic).count() == 1


def test_the_note_is_in_its_language_and_the_check_in_that_of_the_reply(connected, run_clock):
    row, server = connected("chatwoot", language="lt")
    say(row, server, "customer")
    run_clock()
    words = "Atsiprašome, jei sukėlėme nepatogumų. Rytoj atsiųsime jums naują tortą."
    data = fixture("chatwoot", "reply")
    data["content"] = words
    tell(row, data)
    run_clock()
    review = Message.objects.get(direction="out").review
    assert review["lang"] == "lt"
    from amends import check, messages

    with messages.use("lt"):
        title = check(words).findings[0].title
    assert title in server.notes[0]["text"]


def test_html_of_strangers_comes_as_text_and_leaves_as_text(connected, run_clock):
    row, server = connected("intercom")
    say(row, server, "customer", My_order_4711="<script>alert(1)</script>My order 4711")
    run_clock()
    assert "<" not in Message.objects.get().text
    reply = (
        "Dear Mia, we are sorry if &lt;b&gt;you&lt;/b&gt; were upset. I will send a &lt;i&gt;cake&lt;/i&gt; tomorrow."
    )
    data = fixture("intercom", "reply")
    data["data"]["item"]["conversation_parts"]["conversation_parts"][0]["body"] = reply
    tell(row, data)
    run_clock()
    posted = server.notes[0]["text"]
    assert "<b>" not in posted and "<i>" not in posted


def test_erased_with_the_customer(connected, run_clock, owner):
    row, server = connected("zammad")
    body = json.dumps(fixture("zammad", "customer")).encode()
    tell(row, body)
    say(row, server, "reply")
    run_clock()
    erase_customer(owner, Case.objects.get().customer, reason="asked for it")
    assert not Conversation.objects.exists() and not Said.objects.exists() and not Note.objects.exists()
    assert Delivery.objects.count() == 2 and all(one.content is None for one in Delivery.objects.all())
    # Whoever recorded it cannot bring it back.
    assert tell(row, body).status_code == 200
    run_clock()
    assert Case.objects.count() == 1


def test_bytes_are_forgotten_in_the_end(connected, run_clock):
    row, server = connected("zammad")
    say(row, server, "customer")
    run_clock()
    forget()
    assert row.deliveries.get().content is not None
    row.deliveries.update(received_at=timezone.now() - KEPT - timedelta(hours=1))
    forget()
    assert row.deliveries.get().content is None and row.deliveries.get().key


def test_while_it_is_off_nothing_is_taken_in(connected, owner):
    row, server = connected("zammad")
    switch(owner, row, on=False)
    assert say(row, server, "customer").status_code == 403
    assert Client().get(f"/hooks/desk/{row.public_id}/").json() == {"ready": False}
    assert Client().get("/hooks/desk/nobody/").status_code == 404


def test_without_a_secret_nothing_is_taken_in(connected):
    row, _server = connected("zammad")
    row.secret = ""
    row.save(update_fields=["secret"])
    assert tell(row, b"{}", secret="").status_code == 401
    row.refresh_from_db()
    assert row.refused_why == "no-secret"
