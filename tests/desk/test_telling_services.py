"""Telling staff, against real servers on this machine: a push service that opens what it gets, and one like Slack's."""

import base64
import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core import mail
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.cases.services import assign, receive
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.ledger.models import Promise
from amends.desk.ledger.reminding import look_at
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Team
from amends.desk.people.roles import DESK, INTAKE
from amends.desk.privacy.erasing import erase_customer
from amends.desk.telling import services
from amends.desk.telling.clockwork import forget
from amends.desk.telling.kinds import KINDS
from amends.desk.telling.models import Delivery, Notice, Preferences, Way
from amends.desk.telling.services import Words, tell_people
from amends.desk.telling.trouble import PATIENCE, Trouble, look, register_source
from amends.desk.telling.trouble import _sources as trouble_sources
from amends.desk.webhooks.models import Endpoint


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Listening(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        answers = self.server.answers
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args):
        pass


@pytest.fixture
def server(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    listening.came, listening.answers = [], [200]
    listening.address = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield listening
    listening.shutdown()
    listening.server_close()
    thread.join()


class Browser:
    """A browser that subscribes and opens what is pushed to it, by RFC 8291 from the other side."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"
        self.point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def subscribe(self, person, address):
        return services.add_push(
            person, address=address, p256dh=base64url(self.point), auth=base64url(self.auth), name="Firefox"
        )

    def opened(self, body):
        salt, sender = body[:16], body[21 : 21 + body[20]]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)

        def derived(secret, salt, info, length):
            return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

        info = b"WebPush: info\0" + self.point + sender
        secret = derived(self.key.exchange(ec.ECDH(), theirs), self.auth, info, 32)
        content_key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(content_key).decrypt(nonce, body[21 + body[20] :], None)
        assert plain.endswith(b"\x02")
        return json.loads(plain[:-1])


def words(subject="Overdue: the cake for Rūta", text="The whole letter."):
    return lambda person: Words(subject, text)


def say(people, once="one", kind="promise.overdue", **more):
    return tell_people(DESK, kind, people, once=once, words=words(), address="/promises/", **more)


def quiet_now(person, *, urgent_passes=False, chosen=None):
    """Quiet hours that hold for some hours from now on."""
    here = timezone.now().astimezone(ZoneInfo("Europe/Vilnius"))
    return services.choose(
        person,
        chosen=chosen or {},
        quiet_from=(here - timedelta(hours=2)).time().replace(second=0, microsecond=0, tzinfo=None),
        quiet_until=(here + timedelta(hours=3)).time().replace(second=0, microsecond=0, tzinfo=None),
        urgent_passes=urgent_passes,
    )


def night_over():
    """The quiet hours of `quiet_now` have ended: what was held is due now."""
    now = timezone.now()
    waiting = Delivery.objects.filter(state="waiting")
    assert all(timedelta(hours=2) < row.due_at - now <= timedelta(hours=3) for row in waiting)
    waiting.update(due_at=now)


def mails(person):
    return [row.subject for row in OutgoingMessage.objects.order_by("pk") if row.to == [person.email]]


def test_one_event_is_told_once_per_person_and_way_however_often_it_is_said(business, agent, lead, server, run_clock):
    browser = Browser()
    browser.subscribe(agent, f"{server.address}/push")
    services.add_slack(agent, name="", address=f"{server.address}/slack")
    for _again in range(3):
        say([agent, agent, lead])
        run_clock()
    assert sorted(path for path, _headers, _body in server.came) == ["/push", "/slack"]
    assert len(mails(agent)) == len(mails(lead)) == 1
    say([agent], once="another")
    run_clock()
    assert len(server.came) == 4
    assert len(mails(agent)) == 2


def test_push_and_slack_show_the_kind_and_the_number_and_nothing_more(
    business, agent, owner, server, run_clock, make_case
):
    case = make_case()
    browser = Browser()
    browser.subscribe(agent, f"{server.address}/push")
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    assign(agent, case, agent)
    case.refresh_from_db()
    receive(INTAKE, case, text="My secret word is marzipan.", channel="mail")
    run_clock()
    found = {path: (headers, body) for path, headers, body in server.came}
    headers, body = found["/push"]
    told = browser.opened(body)
    assert told["title"] == "A customer wrote on your case"
    assert told["body"] == f"Case {case.public_id}"
    assert told["address"].endswith(f"/cases/{case.public_id}/")
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["Authorization"].startswith("vapid t=")
    assert int(headers["TTL"]) > 0
    slack = json.loads(found["/slack"][1])["text"]
    assert case.public_id in slack
    assert told["address"] in slack
    for shown in (json.dumps(told, ensure_ascii=False), slack):
        assert "marzipan" not in shown
        assert case.customer.name not in shown
    assert mails(agent) == []

    services.allow_words(owner, allowed=True)
    server.came.clear()
    receive(INTAKE, case, text="And <b>*nuts*</b> & more.", channel="mail")
    run_clock()
    found = {path: body for path, _headers, body in server.came}
    assert case.customer.name in browser.opened(found["/push"])["body"]
    assert case.customer.name in json.loads(found["/slack"])["text"]


def test_slack_marks_in_names_stay_words(business, agent, owner, server, run_clock):
    services.allow_words(owner, allowed=True)
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    hostile = lambda person: Words("<!channel> *hi* <http://bad.example|here> & more", "x")  # noqa: E731
    tell_people(DESK, "promise.overdue", [agent], once="x", words=hostile, address="/")
    run_clock()
    text = json.loads(server.came[0][2])["text"]
    assert "<!channel>" not in text
    assert "&lt;!channel&gt; hi &lt;http://bad.examplehere&gt; &amp; more" in text


def test_a_case_given_by_somebody_else_is_told_and_one_taken_is_not(
    business, agent, lead, server, run_clock, make_case
):
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    case = make_case()
    assign(agent, case, agent)
    run_clock()
    assert server.came == []
    assign(lead, case, None)
    assign(lead, case, agent)
    run_clock()
    assert len(server.came) == 1
    assert "A case was given to you" in server.came[0][2].decode()
    chosen = {"case.given": ["mail"]}
    services.choose(agent, chosen=chosen)
    assign(lead, case, None)
    assign(lead, case, agent)
    run_clock()
    assert len(server.came) == 1
    assert mails(agent) == [f"A case for you: {case.customer}"]


def test_each_person_chooses_kind_and_way(business, agent, lead, server, run_clock):
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    services.choose(agent, chosen={"promise.overdue": ["slack"], "promise.soon": []})
    say([agent, lead])
    say([agent, lead], once="two", kind="promise.soon")
    run_clock()
    assert mails(agent) == []
    assert len(mails(lead)) == 2
    assert len(server.came) == 1
    # What was not chosen for stays as it comes.
    say([agent], once="three", kind="prevention.due")
    run_clock()
    assert len(mails(agent)) == 1
    assert len(server.came) == 2


def test_what_a_role_may_not_do_it_is_not_told_of(business, agent, junior, lead):
    notice = tell_people(DESK, "cause.again", [agent, junior, lead], once="x", words=words(), address="/")
    assert [row.way.person for row in notice.deliveries.all()] == [lead]


def test_quiet_hours_hold_mail_push_and_slack_and_many_come_together(business, agent, server, run_clock):
    browser = Browser()
    browser.subscribe(agent, f"{server.address}/push")
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    quiet_now(agent)
    for number in range(5):
        say([agent], once=f"event {number}")
    run_clock()
    assert server.came == []
    assert not OutgoingMessage.objects.exists()
    night_over()
    run_clock()
    assert mails(agent) == ["5 things for you"]
    letter = OutgoingMessage.objects.get()
    assert letter.text.count("Overdue: the cake for Rūta") == 5
    assert "/promises/" in letter.text
    assert sorted(path for path, _headers, _body in server.came) == ["/push", "/slack"]
    told = next(browser.opened(body) for path, _headers, body in server.came if path == "/push")
    assert told["title"] == "5 things for you"
    assert "A promise is overdue (5)" in told["body"]
    # The words are not kept longer than they are needed.
    assert not Delivery.objects.exclude(subject="", text="").exists()
    run_clock()
    assert len(server.came) == 2


def test_what_is_urgent_passes_when_the_person_says_so(business, agent, lead):
    quiet_now(agent, urgent_passes=True)
    quiet_now(lead)
    say([agent, lead], kind="promise.overdue")
    say([agent, lead], once="calm", kind="promise.soon")
    assert len(mails(agent)) == 1
    assert mails(lead) == []


def test_other_quiet_hours_let_what_waits_come_at_their_own_time(business, agent, run_clock):
    quiet_now(agent)
    say([agent])
    run_clock()
    assert mails(agent) == []
    services.choose(agent, chosen={})
    run_clock()
    assert len(mails(agent)) == 1


def test_a_slow_or_broken_way_is_tried_again_less_and_less_and_nothing_comes_twice(business, agent, server, run_clock):
    services.choose(agent, chosen={"promise.overdue": ["slack"]})
    way = services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    server.answers[:] = [500, 500, 200]
    say([agent])
    now = timezone.now()
    run_clock(now)
    run_clock(now)
    way.refresh_from_db()
    assert (len(server.came), way.failures) == (1, 1)
    assert way.last_problem.startswith("500")
    run_clock(now + timedelta(seconds=30))
    assert len(server.came) == 2
    run_clock(now + timedelta(seconds=60))
    assert len(server.came) == 2
    run_clock(now + timedelta(minutes=5))
    run_clock(now + timedelta(minutes=10))
    way.refresh_from_db()
    assert (len(server.came), way.failures, way.last_problem) == (3, 0, "")
    assert Delivery.objects.get().state == "arrived"


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_way_is_switched_off_shown_and_what_waited_comes_by_mail(
    business, agent, server, run_clock, status, signed_in
):
    services.choose(agent, chosen={"promise.overdue": ["push"]})
    way = Browser().subscribe(agent, f"{server.address}/push")
    server.answers[:] = [status]
    say([agent])
    run_clock()
    run_clock()
    way.refresh_from_db()
    assert way.state == "off"
    assert len(server.came) == 1
    assert mails(agent) == ["Switched off, as nothing arrives there: Firefox", "Overdue: the cake for Rūta"]
    assert {row.state for row in way.deliveries.all()} == {"by-mail"}
    page = signed_in(agent).get("/me/told/").content.decode()
    assert "The desk switched it off:" in page
    assert f"Nothing is at this address any more ({status})." in page
    assert DeskLog.objects.filter(act="telling.way-off").exists()
    # Off, it hears of nothing more.
    say([agent], once="later")
    run_clock()
    assert len(server.came) == 1


def test_a_way_that_fails_for_days_is_switched_off(business, agent, server, run_clock):
    services.choose(agent, chosen={"promise.overdue": ["slack"]})
    way = services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    server.answers[:] = [503]
    say([agent])
    now = timezone.now()
    for hours in range(8):
        run_clock(now + timedelta(hours=2 * hours))
    Way.objects.filter(pk=way.pk).update(failing_since=now - timedelta(days=3))
    run_clock(now + timedelta(hours=20))
    way.refresh_from_db()
    assert way.state == "off"
    assert "Overdue: the cake for Rūta" in mails(agent)


def test_one_message_that_is_refused_holds_up_none_of_the_others(business, agent, server, run_clock):
    services.choose(agent, chosen={"promise.overdue": ["slack"]})
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    server.answers[:] = [400, 200]
    say([agent], once="first")
    say([agent], once="second")
    run_clock()
    run_clock()
    assert len(server.came) == 2
    assert [row.state for row in Delivery.objects.filter(way__how="slack").order_by("pk")] == ["by-mail", "arrived"]
    assert len(mails(agent)) == 1


def test_after_a_crash_between_posting_and_noting_a_second_push_takes_the_place_of_the_first(
    business, agent, server, run_clock
):
    services.choose(agent, chosen={"promise.overdue": ["push"]})
    browser = Browser()
    browser.subscribe(agent, f"{server.address}/push")
    say([agent])
    run_clock()
    row = Delivery.objects.get()
    # As if the note of it had been lost.
    Delivery.objects.filter(pk=row.pk).update(state="waiting", due_at=timezone.now(), over_at=None)
    run_clock()
    tags = {browser.opened(body)["tag"] for _path, _headers, body in server.came}
    assert (len(server.came), len(tags)) == (2, 1)


def test_held_mail_is_queued_once_even_when_the_note_of_it_is_lost(business, agent, run_clock):
    quiet_now(agent)
    say([agent])
    row = Delivery.objects.get()
    night_over()
    run_clock()
    assert mails(agent) == ["Overdue: the cake for Rūta"]
    Delivery.objects.filter(pk=row.pk).update(
        state="waiting", due_at=timezone.now(), over_at=None, subject="x", text="y"
    )
    run_clock()
    assert mails(agent) == ["Overdue: the cake for Rūta"]


def test_a_team_hears_of_its_own_once_for_all(business, make_person, owner, lead, server, run_clock, make_case):
    bakers, drivers = Team.objects.create(name="Bakers"), Team.objects.create(name="Drivers")
    one, two = make_person(team=bakers), make_person(team=bakers)
    for team, path in ((bakers, "bakers"), (drivers, "drivers"), (None, "all")):
        services.add_team_slack(
            lead, name=path, address=f"{server.address}/{path}", kinds=["promise.overdue"], team=team
        )
    say([one, two])
    say([one, two])
    say([one], once="own", kind="promise.soon")
    run_clock()
    assert sorted(path for path, _headers, _body in server.came) == ["/all", "/bakers"]
    # Nobody's quiet hours hold back what a team reads.
    quiet_now(one)
    say([one], once="night")
    run_clock()
    assert len(server.came) == 4
    with pytest.raises(NotAllowed):
        services.add_team_slack(one, name="x", address=f"{server.address}/x", kinds=["promise.overdue"])
    with pytest.raises(WrongInput):
        services.add_team_slack(lead, name="x", address=f"{server.address}/x", kinds=["promise.soon"])


def test_people_of_a_dead_team_address_are_told(business, lead, owner, server, run_clock):
    services.add_team_slack(lead, name="All", address=f"{server.address}/all", kinds=["promise.overdue"])
    server.answers[:] = [410]
    say([lead])
    run_clock()
    assert "Switched off, as nothing arrives there: All" in mails(owner)


def test_a_browser_that_somebody_else_used_tells_them_nothing_more(business, agent, lead, server, run_clock):
    browser = Browser()
    first = browser.subscribe(agent, f"{server.address}/push")
    quiet_now(agent, chosen={"promise.overdue": ["push"]})
    say([agent])
    second = browser.subscribe(lead, f"{server.address}/push")
    assert first.pk == second.pk
    night_over()
    run_clock()
    assert server.came == []
    say([lead], once="lead's")
    run_clock()
    assert len(server.came) == 1


def test_a_removed_way_keeps_no_address_and_tells_nothing(business, agent, lead, server, run_clock):
    way = Browser().subscribe(agent, f"{server.address}/push")
    quiet_now(agent)
    say([agent])
    with pytest.raises(NotAllowed):
        services.remove_way(lead, way)
    services.remove_way(agent, way)
    way.refresh_from_db()
    assert (way.address, way.keys, way.deliveries.count()) == ("", "", 0)
    night_over()
    run_clock()
    assert server.came == []


def test_who_works_here_no_more_is_told_nothing(business, agent, server, run_clock):
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    quiet_now(agent)
    say([agent])
    agent.is_active = False
    agent.save()
    night_over()
    run_clock()
    say([agent], once="later")
    assert server.came == []
    assert not OutgoingMessage.objects.exists()
    assert not Delivery.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(
    "address", ["", "nonsense", "ftp://x.example/", "http://127.0.0.1/", "http://10.0.0.1/x", "https://desk.local/x"]
)
def test_addresses_that_nothing_is_posted_to_are_refused(business, agent, lead, settings, address):
    settings.WEBHOOKS_TO_PRIVATE = False
    for add in (
        lambda: services.add_slack(agent, name="x", address=address),
        lambda: services.add_team_slack(lead, name="x", address=address, kinds=["promise.overdue"]),
        lambda: Browser().subscribe(agent, address),
    ):
        with pytest.raises(WrongInput):
            add()
    assert not Way.objects.exists()


def test_addresses_and_keys_are_sealed_and_never_in_the_log(business, agent, server, run_clock):
    from django.db import connection

    services.add_slack(agent, name="Mine", address=f"{server.address}/T0/B0/verysecret")
    Browser().subscribe(agent, f"{server.address}/push/verysecret")
    say([agent])
    run_clock()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, keys FROM telling_way")
        assert "verysecret" not in str(cursor.fetchall())
        cursor.execute("SELECT push_key FROM telling_tellingsettings")
        assert "PRIVATE KEY" not in str(cursor.fetchall())
    assert "verysecret" not in str(list(DeskLog.objects.values()))


def test_a_promise_is_told_by_the_ways_that_its_owner_chose(business, agent, lead, server, make_promise, run_clock):
    services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    services.choose(agent, chosen={"promise.overdue": ["slack"]})
    promise = make_promise(due=timezone.now() + timedelta(hours=1), owner=agent)
    Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    promise.refresh_from_db()
    look_at(promise)
    look_at(promise)
    run_clock()
    told = [json.loads(body)["text"] for _path, _headers, body in server.came]
    # In the morning hours the promises of the day are told as well.
    shown = [text for text in told if "A promise is overdue" in text]
    assert [promise.case.public_id in text for text in shown] == [True]
    told_at_once = [row for row in OutgoingMessage.objects.all() if row.purpose != "promise-digest"]
    assert [row.to for row in told_at_once] == [[lead.email]]


def test_a_promise_without_time_or_a_day_is_no_trouble(business, make_promise, agent, run_clock):
    make_promise(due=None, owner=agent)
    make_promise(due=date(2031, 5, 2), owner=agent)
    run_clock()
    assert not Notice.objects.filter(kind="promise.overdue").exists()


def test_when_a_customer_is_erased_what_waits_about_them_is_gone(business, agent, lead, run_clock, make_case):
    case = make_case()
    quiet_now(agent)
    say([agent], case=case)
    assert Delivery.objects.filter(state="waiting").count() == 1
    erase_customer(lead, case.customer, reason="asked for it")
    night_over()
    run_clock()
    assert not Delivery.objects.exists()
    assert mails(agent) == []


def test_a_channel_in_trouble_is_told_once_for_each_time(business, lead, owner, agent):
    since = timezone.now() - PATIENCE * 2
    troubles = [Trouble("mailbox 1", "hello@shop.example", since, lambda: "Write the password anew.", "/settings/")]
    source = lambda: list(troubles)  # noqa: E731
    register_source(source)
    try:
        look()
        look()
        assert len(mails(lead)) == len(mails(owner)) == 1
        assert mails(agent) == []
        assert "Write the password anew." in OutgoingMessage.objects.first().text
        troubles[0] = Trouble("mailbox 1", "hello@shop.example", timezone.now(), lambda: "x", "/settings/")
        look()
        assert len(mails(lead)) == 1
        look(timezone.now() + PATIENCE)
        assert len(mails(lead)) == 2
    finally:
        trouble_sources.remove(source)


def test_a_mailbox_that_does_not_answer_is_a_trouble(business, lead):
    from amends.desk.intake.models import Mailbox

    Mailbox.objects.create(
        address="hello@shop.example", trouble="network", failing_since=timezone.now() - PATIENCE * 2, failures=9
    )
    look()
    assert mails(lead) == ["Does not work at the moment: hello@shop.example"]


def test_an_old_notice_is_forgotten_and_one_that_waits_is_not(business, agent):
    say([agent])
    quiet_now(agent)
    say([agent], once="waits")
    Notice.objects.update(at=timezone.now() - timedelta(days=200))
    forget()
    assert [row.once for row in Notice.objects.all()] == ["waits"]


def test_a_test_comes_at_once_even_in_quiet_hours(business, agent, server, run_clock):
    way = services.add_slack(agent, name="Mine", address=f"{server.address}/slack")
    quiet_now(agent)
    services.test_way(agent, way)
    run_clock()
    assert "A test" in server.came[0][2].decode()


def test_mail_leaves_as_before_when_nobody_chose_anything(business, agent, run_clock):
    say([agent])
    run_clock()
    assert [one.subject for one in mail.outbox] == ["Overdue: the cake for Rūta"]
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(("quiet_from", "quiet_until"), [("22:00", None), (None, "07:00"), ("07:00", "07:00")])
def test_quiet_hours_that_cannot_be_are_refused(business, agent, quiet_from, quiet_until):
    from datetime import time

    times = {
        name: time.fromisoformat(value) if value else None
        for name, value in (("quiet_from", quiet_from), ("quiet_until", quiet_until))
    }
    with pytest.raises(WrongInput):
        services.choose(agent, chosen={}, **times)
    assert not Preferences.objects.exists()


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_event_reaches_every_person_by_each_chosen_way_exactly_once(business, make_person, data):
    people = [make_person("lead"), make_person("owner"), make_person("agent")]
    names = [kind.name for kind in KINDS.values() if kind.choosable and not kind.act]
    wants = {}
    for person in people:
        for how in ("push", "slack"):
            Way.objects.create(key=f"{how} {person.pk}", how=how, person=person)
        chosen = {name: data.draw(st.sets(st.sampled_from(["mail", "push", "slack"]))) for name in names}
        wants[person.pk] = chosen
        services.choose(person, chosen=chosen)
    events = data.draw(st.lists(st.tuples(st.sampled_from(names), st.integers(0, 3)), min_size=1, max_size=8))
    before = Delivery.objects.count()
    for kind, number in events:
        say(people, once=f"{people[0].pk} {kind} {number}", kind=kind)
    expected = {
        (f"{people[0].pk} {kind} {number}", person.pk, how)
        for kind, number in events
        for person in people
        for how in wants[person.pk][kind]
    }
    rows = Delivery.objects.filter(way__person__in=people).values_list("notice__once", "way__person", "way__how")
    assert len(rows) == Delivery.objects.count() - before
    assert sorted(rows) == sorted(expected)
