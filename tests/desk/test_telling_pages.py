"""The page "How I am told", and the team's."""

import json

import pytest

from amends.desk.outbox.models import OutgoingMessage
from amends.desk.telling import services
from amends.desk.telling.models import Preferences, Way
from amends.desk.telling.web_push import new_key, public_key

SLACK = "https://hooks.slack.example/services/T0/B0/secret"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def subscription(**more):
    keys = {"p256dh": public_key(new_key()), "auth": AUTH}
    return json.dumps({"endpoint": "https://push.example/send/abc", "keys": keys} | more)


def test_everybody_has_the_page_and_it_shows_what_is_chosen(business, agent, signed_in):
    client = signed_in(agent)
    page = client.get("/me/told/").content.decode()
    assert "How I am told" in page
    assert 'name="kind-promise.overdue" value="mail" checked' in page
    assert "A cause came back" not in page
    assert "Europe/Vilnius" in page
    answer = client.post(
        "/me/told/",
        {"kind-promise.overdue": ["slack"], "quiet_from": "22:00", "quiet_until": "07:00", "urgent_passes": "on"},
    )
    assert answer.status_code == 302
    page = client.get("/me/told/").content.decode()
    assert 'name="kind-promise.overdue" value="mail">' in page
    assert 'name="kind-promise.overdue" value="slack" checked' in page
    assert 'value="22:00"' in page
    assert Preferences.objects.get().urgent_passes
    assert "/me/told/" in client.get("/me/").content.decode()


def test_a_wrong_form_keeps_what_was_written(business, agent, signed_in):
    answer = signed_in(agent).post("/me/told/", {"kind-promise.soon": ["push"], "quiet_from": "22:00"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Quiet hours need both times." in page
    assert 'name="kind-promise.soon" value="push" checked' in page
    assert 'name="kind-promise.soon" value="mail">' in page
    assert not Preferences.objects.exists()
    for wrong in ({"quiet_from": "25:00", "quiet_until": "x"}, {"quiet_from": "07:00", "quiet_until": "07:00"}):
        assert signed_in(agent).post("/me/told/", wrong).status_code == 422


def test_kinds_and_ways_that_do_not_exist_are_not_kept(business, agent, signed_in):
    signed_in(agent).post("/me/told/", {"kind-cause.again": ["mail"], "kind-promise.soon": ["pigeon", "mail"]})
    chosen = Preferences.objects.get().chosen
    assert "cause.again" not in chosen
    assert chosen["promise.soon"] == ["mail"]


def test_a_slack_address_is_added_and_never_shown_again(business, agent, signed_in):
    client = signed_in(agent)
    assert client.post("/me/told/slack/", {"name": "Mine", "address": SLACK}).status_code == 302
    page = client.get("/me/told/").content.decode()
    assert "Mine" in page
    assert "secret" not in page
    wrong = client.post("/me/told/slack/", {"name": "Mine", "address": "http://127.0.0.1/"})
    assert wrong.status_code == 422
    assert "Nothing can be posted there" in wrong.content.decode()


def test_a_browser_subscribes(business, agent, signed_in):
    client = signed_in(agent)
    answer = client.post(
        "/me/told/browser/",
        {"subscription": subscription()},
        headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )
    assert answer.status_code == 200
    way = Way.objects.get(how="push")
    assert (way.person, str(way)) == (agent, "Firefox, Linux")
    assert "Firefox, Linux" in client.get("/me/told/").content.decode()
    again = client.post("/me/told/browser/", {"subscription": subscription()})
    assert again.status_code == 200
    assert Way.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        '{"endpoint": 5, "keys": {"p256dh": 1, "auth": 2}}',
        '{"endpoint": "https://push.example/", "keys": []}',
        "[" * 5_000,
        subscription(endpoint="http://127.0.0.1/x"),
        subscription(keys={"p256dh": "AAAA", "auth": "AAAA"}),
    ],
)
def test_what_is_no_subscription_is_refused_with_words(business, agent, signed_in, given):
    answer = signed_in(agent).post("/me/told/browser/", {"subscription": given})
    assert answer.status_code == 422
    assert answer.json()["words"]
    assert not Way.objects.exists()


def test_a_way_is_tried_switched_and_removed_by_its_person_alone(business, agent, owner, signed_in):
    way = services.add_slack(agent, name="Mine", address=SLACK)
    assert signed_in(owner).post(f"/me/told/{way.pk}/do/", {"do": "remove"}).status_code == 404
    client = signed_in(agent)
    for do, state in (("test", "on"), ("off", "off"), ("on", "on"), ("remove", "removed")):
        assert client.post(f"/me/told/{way.pk}/do/", {"do": do}).status_code == 302
        way.refresh_from_db()
        assert way.state == state
    assert client.post(f"/me/told/{way.pk}/do/", {"do": "on"}).status_code == 404
    # It can be added again.
    services.add_slack(agent, name="Mine", address=SLACK)
    assert Way.objects.get().state == "on"


def test_leads_set_up_the_teams_and_the_owner_alone_lets_words_out(business, owner, lead, agent, junior, signed_in):
    for person in (agent, junior):
        client = signed_in(person)
        assert client.get("/settings/telling/").status_code == 403
        assert client.post("/settings/telling/words/", {"allowed": "yes"}).status_code == 403
    client = signed_in(lead)
    page = client.get("/settings/telling/").content.decode()
    assert "Names and words too" not in page
    answer = client.post("/settings/telling/", {"name": "Shop", "address": SLACK, "kinds": ["promise.overdue"]})
    assert answer.status_code == 302
    way = Way.objects.get()
    assert signed_in(agent).post(f"/me/told/{way.pk}/do/", {"do": "remove"}).status_code == 403
    assert signed_in(agent).get(f"/settings/telling/{way.pk}/").status_code == 403
    assert client.post(f"/settings/telling/{way.pk}/", {"name": "Shop", "kinds": ["case.answered"]}).status_code == 302
    way.refresh_from_db()
    assert way.kinds == ["case.answered"]
    assert client.post("/settings/telling/words/", {"allowed": "yes"}).status_code == 403
    assert client.post("/settings/telling/", {"name": "", "address": "x"}).status_code == 422
    client = signed_in(owner)
    assert "Names and words too" in client.get("/settings/telling/").content.decode()
    assert client.post("/settings/telling/words/", {"allowed": "yes"}).status_code == 302
    assert services.telling_settings().with_words
    assert client.post("/settings/telling/words/", {}).status_code == 302
    assert not services.telling_settings().with_words


def test_the_worker_stands_at_one_address(business, client):
    from django.contrib.staticfiles import finders

    assert finders.find("telling/worker.js")
    assert finders.find("telling/push.js")


def test_nobody_gets_in_without_signing_in(business, client):
    for address in ("/me/told/", "/settings/telling/"):
        assert client.get(address).status_code == 302
    assert client.post("/me/told/browser/", {"subscription": subscription()}).status_code == 302
    assert not OutgoingMessage.objects.exists()
    assert not Way.objects.exists()
