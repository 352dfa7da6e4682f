"""Mailboxes connected by OAuth 2: the way to the provider and back, tokens that stay fresh, access that ends."""

import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from mail_provider import authorisation_server

from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.intake.mail.access import secret_of
from amends.desk.intake.mail.trouble import NoAccess
from amends.desk.intake.models import Mailbox
from amends.desk.intake.services import mailboxes as reading
from amends.desk.mailboxes.models import Connection, Sending
from amends.desk.mailboxes.services import connecting
from amends.desk.mailboxes.tokens import refresh

VALUES = {
    "provider": "google",
    "address": "Hello@bakery.example",
    "client_id": "desk",
    "client_secret": "a copper kettle",
}
BACK = "https://desk.example/settings/mailboxes/connected/"


@pytest.fixture
def provider(monkeypatch):
    # Nobody listens at port 1: what matters here are the tokens.
    with authorisation_server(monkeypatch, imap=("127.0.0.1", 1, "none"), smtp=("127.0.0.1", 1, "none")) as server:
        yield server


@pytest.fixture
def wanted(provider, business, lead):
    return connecting.connect_mailbox(lead, **VALUES)


@pytest.fixture
def connected(provider, wanted, lead):
    asked = connecting.question(lead, wanted, BACK)
    return connecting.complete(lead, asked.kept, provider.agree(asked.address))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_the_question_asks_for_reading_and_sending_alone_with_proof_and_state(wanted, lead):
    asked = connecting.question(lead, wanted, BACK)
    said = {name: values[0] for name, values in parse_qs(urlsplit(asked.address).query).items()}
    assert said["scope"] == "https://mail.google.com/"
    assert (said["code_challenge_method"], said["response_type"]) == ("S256", "code")
    assert (said["redirect_uri"], said["client_id"]) == (BACK, "desk")
    assert (said["access_type"], said["login_hint"]) == ("offline", "hello@bakery.example")
    assert len(said["state"]) >= 20
    assert asked.kept["verifier"] not in asked.address
    assert "kettle" not in asked.address


def test_agreeing_connects_the_mailbox_and_the_tokens_are_sealed(connected, provider):
    row = fresh(connected)
    assert (row.state, row.access_token in provider.access, row.refresh_token in provider.refresh) == (
        "connected",
        True,
        True,
    )
    assert Mailbox.objects.get().state == "listening"
    assert Sending.objects.get().on
    assert secret_of(Mailbox.objects.get()) == row.access_token
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM mailboxes_connection")
        stored = str(cursor.fetchall())
    for secret in (row.access_token, row.refresh_token, "a copper kettle"):
        assert secret not in stored
        assert secret not in str(list(DeskLog.objects.values_list("before", "after", "note")))


@pytest.mark.parametrize(
    "change",
    [
        {"state": "of another question"},
        {"state": ""},
        {"code": ""},
        {"error": "access_denied", "code": ""},
        {"code": "a code of somebody else"},
    ],
)
def test_an_answer_that_is_not_ours_connects_nothing(wanted, provider, lead, change):
    asked = connecting.question(lead, wanted, BACK)
    with pytest.raises(WrongInput):
        connecting.complete(lead, asked.kept, provider.agree(asked.address) | change)
    assert fresh(wanted).state == "wanted"
    assert Mailbox.objects.get().state == "paused"


def test_a_code_is_worth_nothing_without_the_proof_of_who_asked(wanted, provider, lead):
    asked = connecting.question(lead, wanted, BACK)
    answer = provider.agree(asked.address)
    with pytest.raises(WrongInput):
        connecting.complete(lead, {**asked.kept, "verifier": "x" * 64}, answer)
    assert fresh(wanted).state == "wanted"


def test_an_answer_that_took_too_long_is_none(wanted, provider, lead):
    asked = connecting.question(lead, wanted, BACK)
    late = {**asked.kept, "until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    with pytest.raises(WrongInput):
        connecting.complete(lead, late, provider.agree(asked.address))
    assert not provider.asked


def test_access_for_an_hour_alone_is_not_taken_for_a_connection(wanted, provider, lead):
    provider.gives_refresh = False
    asked = connecting.question(lead, wanted, BACK)
    with pytest.raises(WrongInput):
        connecting.complete(lead, asked.kept, provider.agree(asked.address))
    assert fresh(wanted).state == "wanted"


def test_the_clock_gets_the_next_token_before_the_old_one_ends(connected, provider):
    old = fresh(connected).access_token
    run_due(timezone.now() + timedelta(minutes=40))
    assert fresh(connected).access_token == old
    run_due(timezone.now() + timedelta(minutes=51))
    new = fresh(connected)
    assert new.access_token != old
    assert new.access_token in provider.access
    assert new.refresh_at > timezone.now()


def test_a_token_that_ended_while_the_desk_was_off_is_replaced_when_it_is_needed(connected, provider):
    old = fresh(connected).access_token
    Connection.objects.update(expires_at=timezone.now() - timedelta(hours=5))
    token = secret_of(Mailbox.objects.get())
    assert token != old
    assert token in provider.access
    # And once: the next connection takes the same.
    assert secret_of(Mailbox.objects.get()) == token


def test_a_new_refresh_token_takes_the_place_of_the_old_one(connected, provider):
    provider.rotates = True
    for _number in range(3):
        Connection.objects.update(expires_at=timezone.now())
        assert secret_of(Mailbox.objects.get()) in provider.access
    assert len(provider.refresh) == 1
    assert fresh(connected).refresh_token in provider.refresh


def test_a_token_that_a_mail_server_refused_is_replaced(connected, provider):
    from amends.desk.intake.mail.access import was_refused

    old = secret_of(Mailbox.objects.get())
    assert was_refused(Mailbox.objects.get())
    assert secret_of(Mailbox.objects.get()) != old


def test_access_that_the_owner_took_away_is_shown_and_asked_for_no_more(connected, provider, lead, signed_in):
    provider.revoke_all()
    run_due(timezone.now() + timedelta(minutes=51))
    row = fresh(connected)
    assert (row.state, row.trouble, row.access_token, row.refresh_token) == ("lapsed", "lapsed", "", "")
    asked = len(provider.asked)
    run_due(timezone.now() + timedelta(days=2))
    with pytest.raises(NoAccess):
        secret_of(Mailbox.objects.get())
    assert len(provider.asked) == asked
    page = signed_in(lead).get("/settings/mailboxes/").content.decode()
    assert "Connect again" in page
    assert "Token has been expired or revoked." in page
    again = connecting.question(lead, row, BACK)
    connecting.complete(lead, again.kept, provider.agree(again.address))
    assert secret_of(Mailbox.objects.get()) in provider.access
    assert "Connect again" not in signed_in(lead).get("/settings/mailboxes/").content.decode()


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ((500, b"oh"), "provider"),
        ((200, b"no json"), "provider"),
        ((503, b'{"error": "temporarily_unavailable"}'), "provider"),
        ((401, b'{"error": "invalid_client", "error_description": "secret has run out"}'), "client"),
        ((200, b'{"token_type": "Bearer"}'), "provider"),
        ((200, b"[]"), "provider"),
    ],
)
def test_a_provider_that_is_unwell_is_asked_again_later_and_later(connected, provider, says, code):
    provider.says = says
    Connection.objects.update(refresh_at=timezone.now(), expires_at=timezone.now())
    waits = []
    for _number in range(3):
        run_due(timezone.now() + timedelta(hours=2))
        row = fresh(connected)
        assert (row.state, row.trouble) == ("connected", code)
        waits.append(row.refresh_at - timezone.now())
        Connection.objects.update(lease_until=None, refresh_at=timezone.now())
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    provider.says = None
    run_due(timezone.now() + timedelta(hours=2))
    assert fresh(connected).trouble == ""
    assert secret_of(Mailbox.objects.get()) in provider.access


def test_a_crash_while_asking_keeps_nobody_from_asking_for_long(connected, provider):
    Connection.objects.update(expires_at=timezone.now(), refreshing_until=timezone.now() + timedelta(milliseconds=300))
    assert secret_of(Mailbox.objects.get()) in provider.access


@pytest.mark.django_db(transaction=True)
def test_two_that_need_a_token_at_once_ask_once(connected, provider):
    provider.rotates = True
    provider.hold = threading.Event()
    Connection.objects.update(expires_at=timezone.now())
    asked = len(provider.asked)
    tokens = []

    def need():
        try:
            tokens.append(refresh(Connection.objects.get()).access_token)
        finally:
            database.close()

    threads = [threading.Thread(target=need) for _number in range(3)]
    for thread in threads:
        thread.start()
    while len(provider.asked) == asked:
        threads[0].join(0.05)
    provider.hold.set()
    for thread in threads:
        thread.join(30)
    assert len(set(tokens)) == 1
    assert len(tokens) == 3
    assert len(provider.asked) == asked + 1
    assert fresh(connected).state == "connected"


def test_disconnecting_tells_the_provider_and_forgets(connected, provider, lead):
    connecting.disconnect(lead, connected)
    row = fresh(connected)
    assert (row.state, row.access_token, row.refresh_token) == ("wanted", "", "")
    assert not provider.refresh
    assert Mailbox.objects.get().state == "paused"
    assert not Sending.objects.get().on


def test_disconnecting_works_while_the_provider_is_away(connected, provider, lead):
    provider.says = (500, b"")
    connecting.disconnect(lead, connected)
    assert fresh(connected).refresh_token == ""


def test_a_directory_cannot_lead_the_desk_elsewhere(provider, business, lead):
    for tenant in ("../evil", "evil.example/x", "a@b", "a?b", ".", "é"):
        with pytest.raises(WrongInput) as raised:
            connecting.connect_mailbox(lead, **VALUES | {"provider": "microsoft", "tenant": tenant})
        assert raised.value.field == "tenant"
    row = connecting.connect_mailbox(lead, **VALUES | {"provider": "microsoft", "tenant": "bakery.example"})
    address = connecting.question(lead, row, BACK).address
    assert urlsplit(address).path == "/bakery.example/authorize"
    assert "offline_access" in address
    assert "IMAP.AccessAsUser.All" in address


def test_the_secret_stays_for_the_same_client_and_goes_with_another(wanted, lead):
    connecting.change_client(lead, wanted, client_id="desk")
    assert fresh(wanted).client_secret == "a copper kettle"
    connecting.change_client(lead, fresh(wanted), client_id="another")
    assert fresh(wanted).client_secret == ""


def test_agents_and_juniors_connect_nothing(wanted, agent, junior):
    for person in (agent, junior):
        for act in (
            lambda: connecting.connect_mailbox(person, **VALUES),  # noqa: B023 - called at once
            lambda: connecting.question(person, wanted, BACK),  # noqa: B023
            lambda: connecting.complete(person, {}, {}),  # noqa: B023
            lambda: connecting.change_client(person, wanted, client_id="x"),  # noqa: B023
            lambda: connecting.disconnect(person, wanted),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()


def test_the_settings_of_a_connected_mailbox_need_no_password(connected, lead):
    row = Mailbox.objects.get()
    values = {name: getattr(row, name) for name in reading.FIELDS} | {"folder": "Complaints"}
    reading.save(lead, reading.prepared(lead, row, **values))
    assert Mailbox.objects.get().folder == "Complaints"


def test_the_whole_way_in_a_browser(provider, business, lead, signed_in):
    desk: Client = signed_in(lead)
    assert desk.get("/settings/mailboxes/connect/google/").status_code == 200
    values = VALUES | {"begin_days": 0, "takes_replies": "on"}
    made = desk.post("/settings/mailboxes/connect/google/", values)
    assert made.status_code == 302
    page = made["Location"]
    assert "Connect with Gmail" in desk.get(page).content.decode()
    question = desk.get(f"{page}ask/")
    assert question.status_code == 302
    answer = provider.agree(question["Location"])
    back = desk.get("/settings/mailboxes/connected/", answer)
    assert back["Location"] == page
    # Nobody listens at port 1, and that is said.
    assert "does not open" in desk.get(page).content.decode()
    assert Connection.objects.get().state == "connected"
    # The same answer a second time is none.
    asked = len(provider.asked)
    desk.get("/settings/mailboxes/connected/", answer)
    assert len(provider.asked) == asked
    assert desk.post(f"{page}disconnect/").status_code == 302
    assert Connection.objects.get().state == "wanted"


def test_an_answer_in_somebody_elses_browser_connects_nothing(provider, wanted, lead, owner, signed_in):
    question = signed_in(lead).get(f"/settings/mailboxes/{wanted.mailbox_id}/ask/")
    signed_in(owner).get("/settings/mailboxes/connected/", provider.agree(question["Location"]))
    assert fresh(wanted).state == "wanted"


@pytest.mark.parametrize("name", ["", "connect/google/", "{pk}/", "{pk}/ask/", "connected/"])
def test_the_pages_are_for_leads_and_the_owner(wanted, agent, client, signed_in, name):
    address = "/settings/mailboxes/" + name.format(pk=wanted.mailbox_id)
    assert signed_in(agent).get(address).status_code == 403
    assert client.get(address)["Location"].startswith("/sign-in")


def test_what_is_wrong_in_a_form_is_said_there(provider, business, lead, signed_in, wanted):
    desk = signed_in(lead)
    again = desk.post("/settings/mailboxes/connect/google/", VALUES | {"begin_days": 0})
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    assert desk.post("/settings/mailboxes/connect/google/", {}).status_code == 422
    assert desk.get("/settings/mailboxes/connect/nobody/").status_code == 302
