"""Other desks on pages: who may, what cannot be, secrets that are shown once, what came, what to do."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.sidecar.models import Connection, Delivery, Note, Said
from amends.desk.sidecar.products import all_products
from amends.desk.sidecar.services import add_connection, change_connection, read_again, remove_connection, switch
from amends.desk.telling.trouble import look

ADDRESS = "https://help.shop.example"
FORM = {"name": "Shop", "address": ADDRESS, "token": "t-o-k-e-n", "secret": "", "language": ""}


@pytest.fixture
def row(business, owner):
    return add_connection(owner, "zammad", name="Shop", address=ADDRESS, token="t-o-k-e-n", secret="s-e-c-r-e-t")[0]


def a_delivery(row, **values):
    return Delivery.objects.create(
        **({"connection": row, "key": f"k{Delivery.objects.count()}", "content": b"{}", "size": 2} | values)
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"address": "help.shop.example"}, "address"),
        ({"address": "http://help.shop.example"}, "address"),
        ({"address": "https://127.0.0.1/"}, "address"),
        ({"address": "https://10.1.2.3/"}, "address"),
        ({"address": "https://shop.example/?a=b"}, "address"),
        ({"address": "https://user:pass@shop.example/"}, "address"),
        ({"token": " "}, "token"),
        ({"language": "xx"}, "language"),
        ({"options": {}}, "account"),
        ({"options": {"account": "7/../8"}}, "account"),
    ],
)
def test_what_a_connection_cannot_be(values, field, owner, business):
    usual = {"name": "x", "address": ADDRESS, "token": "t", "options": {"account": "7"}}
    with pytest.raises(WrongInput) as caught:
        add_connection(owner, "chatwoot", **(usual | values))
    assert caught.value.field == field
    assert not Connection.objects.exists()


@pytest.mark.parametrize("role", ["lead", "agent", "junior"])
def test_the_owner_alone_connects(role, make_person, signed_in, row):
    person = make_person(role)
    for attempt in (
        lambda: add_connection(person, "zammad", name="x", address=ADDRESS, token="t"),
        lambda: change_connection(person, row, name="x", address=ADDRESS),
        lambda: switch(person, row, on=False),
        lambda: remove_connection(person, row),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    client = signed_in(person)
    assert client.get("/settings/other-desks/new/zammad/").status_code == 403
    assert client.post("/settings/other-desks/new/zammad/", FORM).status_code == 403
    assert client.post(f"/settings/other-desks/{row.pk}/", FORM).status_code == 403
    for do in ("off", "secret", "remove"):
        assert client.post(f"/settings/other-desks/{row.pk}/do/", {"do": do}).status_code == 403
    row.refresh_from_db()
    assert row.state == "on" and row.name == "Shop" and Connection.objects.count() == 1


@pytest.mark.parametrize(("role", "status"), [("lead", 200), ("agent", 403), ("junior", 403)])
def test_who_sees_what_came(role, status, make_person, signed_in, row):
    person, delivery = make_person(role), a_delivery(row, state="unreadable")
    client = signed_in(person)
    for page in ("", f"{row.pk}/", f"{row.pk}/came/", f"came/{delivery.pk}/bytes/"):
        assert client.get(f"/settings/other-desks/{page}").status_code == status
    if status == 403:
        with pytest.raises(NotAllowed):
            read_again(person, delivery)
        assert client.post(f"/settings/other-desks/came/{delivery.pk}/again/").status_code == 403
    assert ("Other desks" in client.get("/settings/intake/").content.decode()) == (status == 200)


@pytest.mark.parametrize("product", sorted(all_products()))
def test_each_product_is_connected_on_its_page(product, owner, signed_in, business):
    client = signed_in(owner)
    assert client.get(f"/settings/other-desks/new/{product}/").status_code == 200
    assert client.post(f"/settings/other-desks/new/{product}/", {}).status_code == 422
    found = all_products()[product]
    data = FORM | {field.name: "7" for field in found.fields}
    page = client.post(f"/settings/other-desks/new/{product}/", data, follow=True)
    row = Connection.objects.get()
    words = page.content.decode()
    assert page.status_code == 200 and f"/hooks/desk/{row.public_id}/" in words
    assert "t-o-k-e-n" not in words
    if found.makes_secret:
        assert row.secret in words and len(row.secret) > 40
        assert row.secret not in client.get(f"/settings/other-desks/{row.pk}/").content.decode()
    else:
        assert row.secret == ""


def test_secrets_are_kept_sealed_and_shown_to_nobody(row, owner, signed_in, caplog):
    with database.cursor() as cursor:
        cursor.execute("SELECT secret, token FROM sidecar_connection")
        stored = str(cursor.fetchall())
    assert "s-e-c-r-e-t" not in stored and "t-o-k-e-n" not in stored
    change_connection(owner, row, name="Shop 2", address=ADDRESS, token="n-e-w")
    fresh = Connection.objects.get()
    assert fresh.token == "n-e-w" and fresh.secret == "s-e-c-r-e-t"
    client = signed_in(owner)
    shown = (
        client.get(f"/settings/other-desks/{row.pk}/").content.decode() + client.get("/settings/log/").content.decode()
    )
    logged = str(list(DeskLog.objects.values_list("before", "after", "note"))) + caplog.text
    for one in ("s-e-c-r-e-t", "t-o-k-e-n", "n-e-w"):
        assert one not in shown and one not in logged


def test_a_changed_key_troubles_no_page(row, owner, signed_in, settings):
    settings.SECRET_KEY = "another key altogether, of which nobody has heard"
    settings.SECRET_KEY_FALLBACKS = []
    client = signed_in(owner)
    assert client.get("/settings/other-desks/").status_code == 200
    page = client.get(f"/settings/other-desks/{row.pk}/")
    assert page.status_code == 200
    assert client.post(f"/hooks/desk/{row.public_id}/", b"{}", content_type="application/json").status_code == 503


def test_removed_for_good(row, owner, signed_in):
    a_delivery(row)
    client = signed_in(owner)
    assert client.post(f"/settings/other-desks/{row.pk}/do/", {"do": "remove"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.state == "removed" and row.secret == row.token == "" and not Delivery.objects.exists()
    assert client.get(f"/settings/other-desks/{row.pk}/").status_code == 404
    assert client.post(f"/hooks/desk/{row.public_id}/", b"{}", content_type="application/json").status_code == 404


def test_what_came_with_its_state(row, lead, signed_in):
    for number, (state, why) in enumerate(
        [("waiting", ""), ("taken", "complaint"), ("nothing", "no-complaint"), ("unreadable", "broken")]
    ):
        a_delivery(row, state=state, why=why, why_words="<b>no JSON</b>" if number == 3 else "")
    client = signed_in(lead)
    words = client.get(f"/settings/other-desks/{row.pk}/came/").content.decode()
    for one in ("Waiting to be read", "A complaint: it is in a case", "No complaint: counted", "It is not what this"):
        assert one in words
    assert "<b>no JSON</b>" not in words and words.count("This is a complaint") == 1
    words = client.get(f"/settings/other-desks/{row.pk}/came/?state=nothing").content.decode()
    assert "No complaint: counted" in words and "A complaint: it is in a case" not in words
    assert client.get(f"/settings/other-desks/{row.pk}/came/?state=%00&page=x").status_code == 200


def test_health_says_what_to_do(row, owner, signed_in):
    now = timezone.now()
    Connection.objects.update(refused=3, refused_since=now, refused_why="wrong", trouble="unreached", trouble_since=now)
    client = signed_in(owner)
    for page in ("", f"{row.pk}/"):
        words = client.get(f"/settings/other-desks/{page}").content.decode()
        assert "Copy it again" in words and "does not answer" in words and "Compare the address" in words


def test_those_who_look_after_it_are_told(row, owner, lead, agent, run_clock, mailoutbox):
    long_ago = timezone.now() - timedelta(hours=1)
    Connection.objects.update(refused_since=long_ago, refused_why="wrong", trouble="refused", trouble_since=long_ago)
    for _time in range(2):
        look()
        run_clock()
    told = [(mail.to[0], mail.body) for mail in mailoutbox]
    assert sorted(to for to, _body in told) == sorted([owner.email, lead.email] * 2)
    assert any("Copy it again" in body for _to, body in told) and any("Make a token" in body for _to, body in told)


def test_the_case_leads_to_the_other_desk(row, make_case, agent, signed_in):
    case = make_case()
    conversation = row.conversations.create(remote_id="52", case=case, address=f"{ADDRESS}/#ticket/zoom/52")
    said = Said.objects.create(conversation=conversation, remote_id="1", side="ours")
    Note.objects.create(connection=row, said=said, text="x", state="posted", findings=2, promises=1, next_at=None)
    words = signed_in(agent).get(f"/cases/{case.public_id}/").content.decode()
    assert f"{ADDRESS}/#ticket/zoom/52" in words and "Open it in Zammad" in words and "2 findings" in words


def test_trying_it_says_what_is_wrong(row, owner, signed_in, settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    Connection.objects.update(address="http://127.0.0.1:9")
    page = signed_in(owner).post(f"/settings/other-desks/{row.pk}/do/", {"do": "try"}, follow=True)
    assert "does not answer" in page.content.decode()
    row.refresh_from_db()
    assert row.trouble == "unreached"
