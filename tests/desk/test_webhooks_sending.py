"""Webhooks against a real server on this machine: good, failing, slow, pointing elsewhere, and addresses inside."""

import base64
import hashlib
import hmac
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from amends.desk import outward
from amends.desk.cases.services import add_note, move, record_recovery, set_aside
from amends.desk.composer.services import keep_draft, send
from amends.desk.ledger.services import break_promise, keep, release
from amends.desk.webhooks.events import EVENTS
from amends.desk.webhooks.models import Delivery, Endpoint, Event
from amends.desk.webhooks.services import (
    add_endpoint,
    again,
    happened,
    new_secret_for,
    remove_endpoint,
    switch,
)
from amends.desk.webhooks.services import (
    test_event as try_out,
)
from amends.desk.webhooks.services.sending import SCHEDULE


class Listening(BaseHTTPRequestHandler):
    """Answers as it is told and remembers what came."""

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.came.append((dict(self.headers), body, self.path))
        answer = server.answers[min(len(server.came), len(server.answers)) - 1]
        if answer == "drip":
            try:
                for sign in b"HTTP/1.1 200 OK\r\n" * 100:
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                    if server.stop.wait(0.05):
                        return
            except OSError:
                return
            return
        status, headers, content = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            return

    def log_message(self, *_some):
        pass


@pytest.fixture
def listener():
    """`listener((500, {}, b""), (200, {}, b""))` answers so, the last for ever."""
    made = []

    def start(*answers):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
        server.daemon_threads = True
        server.came, server.answers, server.stop = [], answers or ((200, {}, b"ok"),), threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        made.append((server, thread))
        server.address = f"http://127.0.0.1:{server.server_address[1]}/hooks/amends?shop=1"
        return server

    yield start
    for server, thread in made:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def endpoint(business, owner, settings):
    settings.WEBHOOKS_TO_PRIVATE = True

    def make(server, events=tuple(EVENTS), **values):
        return add_endpoint(owner, name="Shop", address=server.address, events=list(events), **values)

    return make


def told(server):
    return [json.loads(body) for _headers, body, _path in server.came]


def kinds(server):
    return [one["type"] for one in told(server)]


OK = (200, {}, b"ok")
BROKEN = (500, {}, b"no <b>luck</b>")


def test_what_happens_to_a_case_and_its_promises(
    listener, endpoint, make_case, make_promise, agent, run_clock, first_message
):
    server = listener()
    endpoint(server)
    case = make_case()
    move(agent, case, "open")
    keep(agent, make_promise(case))
    keep(agent, make_promise(case, due=datetime(2020, 1, 1, tzinfo=UTC)))
    break_promise(agent, make_promise(case))
    release(agent, make_promise(case), evidence="Never mind, she said.")
    record_recovery(agent, case, first_message(case))
    add_note(agent, case, "Nothing for others")
    run_clock()
    assert kinds(server) == [
        "case.opened",
        "message.received",
        "case.moved",
        "promise.recorded",
        "promise.kept",
        "promise.recorded",
        "promise.late",
        "promise.recorded",
        "promise.broken",
        "promise.recorded",
        "promise.released",
        "case.moved",
        "case.recovered",
    ]
    assert {one["data"]["case"]["id"] for one in told(server)} == {case.public_id}
    assert told(server)[2]["data"] | {"case": None} == {"from": "new", "to": "open", "case": None}
    assert Endpoint.objects.get().last_ok_at and not Delivery.objects.exclude(state="arrived").exists()


def test_the_signature_is_that_of_the_standard(listener, endpoint, make_case, run_clock):
    server = listener()
    _row, secret = endpoint(server)
    make_case(text="")
    run_clock()
    headers, body, path = server.came[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert secret.startswith("whsec_") and 24 <= len(key) <= 64
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert path == "/hooks/amends?shop=1"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    assert headers["Content-Type"] == "application/json"


def test_for_a_day_the_old_secret_signs_too(listener, endpoint, owner, make_case, run_clock):
    server = listener()
    row, _secret = endpoint(server)
    new_secret_for(owner, row)
    make_case(text="")
    run_clock()
    Endpoint.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    make_case(text="")
    run_clock()
    assert [len(headers["webhook-signature"].split()) for headers, _body, _path in server.came] == [2, 1]


def test_no_words_leave_unless_they_are_wanted(listener, endpoint, make_case, make_promise, run_clock):
    server = listener()
    row, _secret = endpoint(server)
    promise = make_promise(make_case(text="My mother cried.", subject="The cake of my mother"), act="Ring Rūta at home")
    run_clock()
    said = b"".join(body for _headers, body, _path in server.came).decode()
    for words in ("mother", "Ring", "Rūta", "mail.example"):
        assert words not in said
    Endpoint.objects.filter(pk=row.pk).update(with_words=True)
    for delivery in Delivery.objects.order_by("pk"):
        again(row.created_by, delivery)
    server.came.clear()
    run_clock()
    by_kind = {one["type"]: one["data"] for one in told(server)}
    assert by_kind["message.received"]["words"] == "My mother cried."
    assert by_kind["promise.recorded"]["act"] == promise.act
    assert by_kind["case.opened"]["case"]["customer_name"] == "Rūta Kalnienė"


def test_nothing_of_an_erased_customer_waits_to_be_sent(listener, endpoint, make_case, lead, run_clock):
    from amends.desk.privacy.erasing import erase_customer

    server = listener()
    endpoint(server, with_words=True)
    case = make_case(text="My mother cried.")
    erase_customer(lead, case.customer, reason="They asked.")
    run_clock()
    assert "mother" not in "".join(body.decode() for _headers, body, _path in server.came)


def test_a_change_that_is_taken_back_tells_nothing(listener, endpoint, make_case, agent, run_clock):
    from django.db import transaction

    server = listener()
    endpoint(server)
    case = make_case(text="")
    run_clock()
    with pytest.raises(RuntimeError), transaction.atomic():
        move(agent, case, "open")
        raise RuntimeError
    run_clock()
    assert kinds(server) == ["case.opened"]


def test_only_what_was_chosen(listener, endpoint, make_case, agent, run_clock):
    server = listener()
    endpoint(server, ["case.moved"])
    set_aside(agent, make_case(), "spam")
    run_clock()
    assert kinds(server) == ["case.moved"]
    assert told(server)[0]["data"]["why"] == "spam"


def test_a_reply_is_sent_when_the_mail_server_has_it(listener, endpoint, make_case, agent, run_clock, mailoutbox):
    server = listener()
    endpoint(server, ["message.sent"])
    case = make_case()
    draft = keep_draft(agent, case, "reply", text="We are sorry that the cake never came, Rūta.", reason="Short.")
    send(agent, draft)
    run_clock()
    assert kinds(server) == []
    run_clock(timezone.now() + timedelta(minutes=1))
    assert len(mailoutbox) == 1
    run_clock(timezone.now() + timedelta(minutes=2))
    assert kinds(server) == ["message.sent"]
    assert told(server)[0]["data"]["automatic"] is False


def test_demonstration_customers_are_told_to_nobody(listener, endpoint, make_customer, make_case, run_clock):
    server = listener()
    endpoint(server)
    make_case(make_customer(demo=True))
    run_clock()
    assert server.came == []


def test_it_is_tried_again_under_the_same_id(listener, endpoint, make_case, run_clock):
    server = listener(BROKEN, BROKEN, OK)
    endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status) == ("waiting", 1, 500)
    assert "luck" in row.problem
    assert row.next_at - row.tried_at == SCHEDULE[0]
    for _ in range(2):
        run_clock()
        assert Delivery.objects.get().attempts == len(server.came)
        Delivery.objects.update(next_at=timezone.now())
        run_clock()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.next_at) == ("arrived", 3, None)
    assert len({headers["webhook-id"] for headers, _body, _path in server.came}) == 1
    assert len({body for _headers, body, _path in server.came}) == 1
    assert Endpoint.objects.get().failures == 0


def test_one_event_that_is_refused_holds_up_no_other(listener, endpoint, make_case, run_clock):
    server = listener(BROKEN, OK)
    endpoint(server, ["case.opened"])
    make_case()
    make_case()
    run_clock()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["arrived", "waiting"]


def test_it_is_given_up_after_a_day_and_sent_again_by_hand(listener, endpoint, owner, make_case, run_clock):
    server = listener(*[BROKEN] * (len(SCHEDULE) + 1), OK)
    endpoint(server, ["case.opened"])
    make_case()
    for _ in range(len(SCHEDULE) + 1):
        Delivery.objects.update(next_at=timezone.now())
        run_clock()
    row = Delivery.objects.get()
    assert (row.state, row.next_at, row.attempts) == ("given-up", None, len(SCHEDULE) + 1)
    assert timedelta(hours=24) < sum(SCHEDULE, timedelta()) < timedelta(hours=36)
    again(owner, row)
    run_clock()
    row.refresh_from_db()
    assert row.state == "arrived"


def test_nobody_at_home_pauses_the_endpoint(listener, endpoint, make_case, run_clock):
    server = listener()
    server.shutdown()
    server.server_close()
    endpoint(server, ["case.opened"])
    make_case()
    make_case()
    run_clock()
    row = Endpoint.objects.get()
    assert row.paused_until is not None and row.failures == 1
    assert row.last_problem == "nobody listens there: connection refused"
    assert Delivery.objects.filter(attempts=0).count() == 1


def test_who_speaks_a_letter_at_a_time_is_not_waited_for(listener, endpoint, make_case, run_clock, monkeypatch):
    server = listener("drip")
    monkeypatch.setattr("amends.desk.webhooks.services.sending.post", lambda *some: outward.post(*some, seconds=0.4))
    endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    row = Delivery.objects.get()
    assert (row.state, row.problem) == ("waiting", "no answer within 0.4 seconds")


def test_redirects_are_not_followed(listener, endpoint, make_case, run_clock):
    inside = listener()
    server = listener((302, {"Location": inside.address}, b""))
    endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    assert inside.came == []
    assert "redirects are not followed" in Delivery.objects.get().problem


def test_only_the_beginning_of_an_answer_is_read(listener, endpoint, make_case, run_clock):
    server = listener((500, {}, b"x" * 5_000_000))
    endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    assert len(Delivery.objects.get().problem) <= 500


def test_an_address_that_is_gone_is_switched_off_and_the_owner_told(
    listener, endpoint, make_case, run_clock, mailoutbox
):
    server = listener((410, {}, b""))
    endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    row = Endpoint.objects.get()
    assert (row.state, row.off_why) == ("off", "410")
    run_clock()
    assert [mail.subject for mail in mailoutbox] == ["A webhook was switched off: Shop"]
    assert f"/settings/webhooks/{row.pk}/" in mailoutbox[0].body
    make_case()
    assert Event.objects.count() == 1


def test_what_fails_for_days_is_switched_off(listener, endpoint, owner, make_case, run_clock):
    server = listener(BROKEN)
    row, _secret = endpoint(server, ["case.opened"])
    make_case()
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=4), failures=3)
    run_clock()
    row.refresh_from_db()
    assert row.state == "on"
    Endpoint.objects.update(failures=50)
    Delivery.objects.update(next_at=timezone.now())
    run_clock()
    row.refresh_from_db()
    assert row.state == "off"
    switch(owner, row, on=True)
    assert (row.state, row.failures, row.failing_since) == ("on", 0, None)


def test_too_many_requests_are_heeded(listener, endpoint, make_case, run_clock):
    server = listener((429, {"Retry-After": "120"}, b""))
    endpoint(server, ["case.opened"])
    make_case()
    make_case()
    run_clock()
    row = Endpoint.objects.get()
    assert len(server.came) == 1
    assert timedelta(seconds=90) < row.paused_until - timezone.now() <= timedelta(seconds=120)


def test_a_test_event_is_for_one_endpoint(listener, endpoint, owner, run_clock):
    server = listener()
    row, _secret = endpoint(server, ["case.moved"])
    try_out(owner, row)
    run_clock()
    assert kinds(server) == ["webhook.test"]


def test_an_event_of_another_room_is_told_once(listener, endpoint, run_clock, monkeypatch):
    from amends.desk.webhooks import events

    monkeypatch.setattr(events, "EVENTS", EVENTS)
    events.register("incident.opened", "An incident was opened")
    try:
        server = listener()
        endpoint(server, ["incident.opened"])
        assert happened("incident.opened", {"incident": 3}, once="incident 3") is not None
        assert happened("incident.opened", {"incident": 3}, once="incident 3") is None
        run_clock()
        assert told(server)[0]["data"] == {"incident": 3}
        assert kinds(server) == ["incident.opened"]
    finally:
        EVENTS.pop("incident.opened")


def test_what_is_over_is_forgotten_and_a_removed_endpoint_hears_nothing(
    listener, endpoint, owner, make_case, run_clock
):
    server = listener()
    row, _secret = endpoint(server, ["case.opened"])
    make_case()
    run_clock()
    Event.objects.update(at=timezone.now() - timedelta(days=31))
    run_clock(timezone.now() + timedelta(hours=7))
    assert not Event.objects.exists() and not Delivery.objects.exists()
    remove_endpoint(owner, row)
    make_case()
    run_clock()
    row.refresh_from_db()
    assert len(server.came) == 1 and row.secret == ""


def test_the_example_of_the_documentation_checks_a_signature(listener, endpoint, make_case, run_clock):
    import re
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "how-to" / "webhooks.md"
    names = {}
    exec(re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)[1], names)
    server = listener()
    _row, secret = endpoint(server)
    make_case(text="")
    run_clock()
    headers, body, _path = server.came[0]
    assert names["is_from_the_desk"](headers, body, secret)
    assert not names["is_from_the_desk"](headers, body + b" ", secret)
    assert not names["is_from_the_desk"](headers | {"webhook-timestamp": "1"}, body, secret)


def test_only_a_certificate_that_somebody_vouches_for_is_accepted(listener, db, tmp_path, settings, monkeypatch):
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    settings.WEBHOOKS_TO_PRIVATE = True
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    file = tmp_path / "own.pem"
    none = serialization.NoEncryption()
    file.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)
    )
    server = listener()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    address = server.address.replace("http://127.0.0.1", "https://localhost")
    with pytest.raises(outward.NotReachedError, match="certificate"):
        outward.post(address, b"{}", {})
    assert server.came == []
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert outward.post(address, b"{}", {}).status == 200
    with pytest.raises(outward.NotReachedError, match="certificate"):
        outward.post(address.replace("localhost", "127.0.0.1"), b"{}", {})
    assert len(server.came) == 1
