"""Setting webhooks up: who may, what addresses are refused, the secret that is shown once."""

import pytest
from django.db import connection
from django.test import Client

from amends.desk import outward
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.webhooks.models import Delivery, Endpoint
from amends.desk.webhooks.services import add_endpoint, switch
from amends.desk.webhooks.services import test_event as try_out

ADDRESS = "https://shop.example/hooks"


@pytest.fixture
def row(business, owner):
    return add_endpoint(owner, name="Shop", address=ADDRESS, events=["case.opened"])[0]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "shop.example",
        "ftp://shop.example/",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a:0/",
        "https://user:pass@shop.example/",
        "https://shop.example/#x",
        "https://shop.example/a b",
        "https://shop.example:99999/",
        "https://[bad/",
        "file:///etc/passwd",
        "https://shop.example/" + "a" * 500,
        "https://šop.example/\r\nX: y",
        "http://localhost/",
        "http://localhost:8765/",
        "http://desk.local/",
        "http://db.internal/",
        "http://127.0.0.1/",
        "http://127.1.2.3/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_addresses_that_are_refused(address, owner, business):
    with pytest.raises(WrongInput) as caught:
        add_endpoint(owner, name="x", address=address, events=["case.opened"])
    assert caught.value.field == "address"


@pytest.mark.parametrize(
    "address", ["https://shop.example/hooks?a=b", "http://93.184.215.14:8080/", "https://[2606:4700::1]/x"]
)
def test_addresses_that_are_taken(address, owner, business):
    assert add_endpoint(owner, name="x", address=address, events=["case.opened"])[0].address == address


@pytest.mark.parametrize(
    "ways",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        ["::1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["2130706433"],
    ],
)
def test_a_name_that_leads_inside_is_not_posted_to(ways, monkeypatch, db):
    def resolve(host, port, **_more):
        return [(2, 1, 6, "", (way if way != "2130706433" else "127.0.0.1", port)) for way in ways]

    def connect(*_some):
        raise AssertionError("nobody may be connected to")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(outward.NotThereError):
        outward.post("https://rebind.example/", b"{}", {})


def test_a_number_written_strangely_is_looked_at_as_what_it_is(db):
    # Some resolvers read these as 127.0.0.1.
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1"):
        with pytest.raises((outward.NotThereError, outward.NotReachedError)):
            outward.post(f"http://{host}:9/", b"{}", {}, seconds=1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"events": []}, "events"),
        ({"events": ["case.flown"]}, "events"),
    ],
)
def test_what_an_endpoint_cannot_be(values, field, owner, business):
    with pytest.raises(WrongInput) as caught:
        add_endpoint(owner, **({"name": "x", "address": ADDRESS, "events": ["case.opened"]} | values))
    assert caught.value.field == field


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_agents_set_nothing_up(role, make_person, signed_in, row):
    person = make_person(role)
    with pytest.raises(NotAllowed):
        add_endpoint(person, name="x", address=ADDRESS, events=["case.opened"])
    with pytest.raises(NotAllowed):
        switch(person, row, on=False)
    client = signed_in(person)
    assert client.get("/settings/webhooks/").status_code == 403
    assert client.get(f"/settings/webhooks/{row.pk}/").status_code == 403
    for do in ("off", "secret", "test", "remove"):
        assert client.post(f"/settings/webhooks/{row.pk}/do/", {"do": do}).status_code == 403
    row.refresh_from_db()
    assert row.state == "on" and not Delivery.objects.exists()
    assert "Webhooks" not in client.get("/settings/programs/").content.decode()


def test_the_secret_is_shown_once_and_kept_sealed(lead, signed_in, business):
    client = signed_in(lead)
    data = {"name": "Till", "address": ADDRESS, "events": ["case.opened", "promise.kept"]}
    page = client.post("/settings/webhooks/", data)
    secret = page.context["secret"]
    assert secret.startswith("whsec_") and secret in page.content.decode()
    assert secret not in client.get("/settings/webhooks/").content.decode()
    row = Endpoint.objects.get()
    assert secret not in client.get(f"/settings/webhooks/{row.pk}/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM webhooks_endpoint")
        assert secret not in cursor.fetchone()[0]
    assert secret not in str(list(DeskLog.objects.values()))
    assert row.secret == secret


def test_a_form_says_what_is_wrong(lead, signed_in, business):
    page = signed_in(lead).post(
        "/settings/webhooks/", {"name": "x", "address": "http://10.0.0.1/", "events": ["case.opened"]}
    )
    assert page.status_code == 422
    assert "own network" in page.content.decode()
    assert not Endpoint.objects.exists()


def test_the_page_of_an_endpoint(lead, signed_in, row):
    client = signed_in(lead)
    at = f"/settings/webhooks/{row.pk}/"
    assert client.post(f"{at}do/", {"do": "test"}).status_code == 302
    page = client.get(at).content.decode()
    assert "webhook.test" in page and ADDRESS in page
    new = client.post(f"{at}do/", {"do": "secret"})
    row.refresh_from_db()
    assert new.context["secret"] == row.secret != row.old_secret
    client.post(f"{at}do/", {"do": "off"})
    row.refresh_from_db()
    assert row.state == "off"
    delivery = Delivery.objects.get()
    assert client.post(f"/settings/webhooks/sent/{delivery.pk}/again/").status_code == 409
    client.post(f"{at}do/", {"do": "on"})
    assert client.post(f"/settings/webhooks/sent/{delivery.pk}/again/").status_code == 302
    changed = client.post(at, {"name": "Shop two", "address": ADDRESS, "events": ["promise.kept"], "with_words": "on"})
    assert changed.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.events, row.with_words) == ("Shop two", ["promise.kept"], True)
    client.post(f"{at}do/", {"do": "remove"})
    assert client.get(at).status_code == 404
    assert Client().get("/settings/webhooks/").status_code == 302


def test_what_an_address_answers_is_shown_as_text(lead, signed_in, row):
    try_out(lead, row)
    Delivery.objects.update(problem="500 <script>alert(1)</script>", attempts=1)
    assert "<script>alert" not in signed_in(lead).get(f"/settings/webhooks/{row.pk}/").content.decode()
