"""Mastodon, against a small local server that behaves as its API is documented."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from mastodon_server import RUTA, TOKEN, TOM, Mastodon, long_ago, serve

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.mastodon.channel import KIND
from amends.desk.channels.mastodon.form import MastodonForm
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.composer.services import keep_draft, send

COMPLAINT = "I ordered a cake for Saturday and it never came. The party was ruined. I want my money back."
LONG = " ".join(
    f"We are sorry, Rūta, number {number}. We forgot your cake on Saturday, and that was our mistake alone."
    for number in range(9)
)


@pytest.fixture
def there():
    return Mastodon()


@pytest.fixture
def server(there, settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    running = serve(there)
    yield running
    running.shutdown()
    running.server_close()


def filled(server, **values):
    given = {"server": server.address, "account": "@bakery", "token": TOKEN, "names": "Corner Bakery"} | values
    return MastodonForm(given)


@pytest.fixture
def channel(server, business, lead):
    form = filled(server)
    assert form.is_valid(), form.errors
    return services.add_channel(lead, KIND, "Mastodon", form)


def listen(channel, run_clock):
    Channel.objects.update(look_at=timezone.now(), lease_until=None)
    run_clock()
    channel.refresh_from_db()
    assert not channel.last_trouble, channel.last_trouble


def look_for_changes(channel, run_clock):
    cursor = {**channel.cursor, "watched": ""}
    Channel.objects.filter(pk=channel.pk).update(cursor=cursor)
    listen(channel, run_clock)


def answer(case, person, text, run_clock):
    reply = send(person, keep_draft(person, case, "public", text=text, reason="It is a test of parts."))
    run_clock(reply.not_before + timedelta(seconds=1))
    return Answer.objects.get(message__case=case, private=False)


def test_the_form_asks_the_server_who_we_are(channel, there):
    assert channel.settings["account_id"] == "109"
    assert (channel.settings["domain"], channel.settings["limit"]) == ("mastodon.example", 500)
    assert "token" not in channel.settings and channel.secret_values == {"token": TOKEN}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"token": "wrong"}, "does not take the access token"),
        ({"account": "@nobody"}, "does not know this account"),
    ],
)
def test_the_form_says_what_the_server_refuses(server, business, lead, signed_in, values, words):
    given = {"name": "M", "server": server.address, "account": "bakery", "token": TOKEN, "names": ""} | values
    page = signed_in(lead).post("/settings/channels/add/mastodon/", given)
    assert page.status_code == 422 and words in page.content.decode()
    assert not Channel.objects.exists()


@pytest.mark.parametrize("typed", ["mastodon.example/path", "ftp://x.example", "http://mastodon.example", "", "//"])
def test_addresses_that_are_none_are_refused(typed, settings):
    settings.WEBHOOKS_TO_PRIVATE = False
    form = MastodonForm({"server": typed, "account": "x", "token": "t"})
    assert not form.is_valid() and "server" in form.errors


def test_our_own_network_is_not_asked(business, lead, signed_in, settings):
    settings.WEBHOOKS_TO_PRIVATE = False
    for typed in ("127.0.0.1", "localhost", "10.0.0.7", "[::1]"):
        given = {"name": "M", "server": typed, "account": "bakery", "token": TOKEN, "names": ""}
        page = signed_in(lead).post("/settings/channels/add/mastodon/", given)
        assert page.status_code == 422 and "cannot be used" in page.content.decode()


def test_a_mention_becomes_a_case(channel, there, run_clock):
    key = there.say(RUTA, COMPLAINT, reblogs_count=4)
    listen(channel, run_clock)
    case = Case.objects.get()
    message = case.messages.get()
    assert message.text == COMPLAINT and message.public
    assert message.headers["address"] == f"https://mastodon.example/@ruta@elsewhere.example/{key}"
    contact = case.customer.contacts.get()
    assert (contact.network, contact.value, case.customer.name) == ("mastodon", "@ruta@elsewhere.example", "Rūta K.")
    assert case.urgency >= 50, "eight hundred may have read it"


def test_nothing_is_heard_twice_by_mention_search_and_restart(channel, there, run_clock):
    there.say(RUTA, f"Corner Bakery: {COMPLAINT}")
    listen(channel, run_clock)
    listen(channel, run_clock)
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    assert Case.objects.count() == 1 and HeardItem.objects.count() == 1


def test_after_a_long_silence_every_mention_is_heard_in_turn(channel, there, run_clock):
    there.say(TOM, "Hello, are you open on Sunday?")
    listen(channel, run_clock)
    for number in range(95):
        there.say({**RUTA, "id": str(number), "acct": f"c{number}"}, COMPLAINT)
    for minutes in range(1, 5):
        run_clock(timezone.now() + timedelta(minutes=10 * minutes))
    assert HeardItem.objects.count() == 96
    assert Case.objects.exclude(state="set-aside").count() == 95


def test_searches_find_our_name_and_leave_old_posts_alone(channel, there, run_clock):
    there.say(RUTA, f"Never again Corner Bakery. {COMPLAINT}", mention=False, at=long_ago())
    there.say(TOM, f"Corner Bakery forgot me. {COMPLAINT}", mention=False)
    listen(channel, run_clock)
    assert Case.objects.get().customer.contacts.get().value == "@tom@mastodon.example"
    there.say(RUTA, f"Corner Bakery again! {COMPLAINT}", mention=False)
    listen(channel, run_clock)
    assert Case.objects.count() == 2


def test_a_private_message_is_no_public_word(channel, there, run_clock):
    there.say(RUTA, COMPLAINT, visibility="direct")
    listen(channel, run_clock)
    case = Case.objects.get()
    assert not case.messages.get().public and "public" not in case.flags


@pytest.mark.parametrize("old", [False, True])
def test_edits_and_deletions_are_seen(channel, there, run_clock, old):
    there.old = old
    key = there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    there.edit(key, COMPLAINT + " Two days now.")
    look_for_changes(channel, run_clock)
    case = Case.objects.get()
    assert [one.text for one in case.messages.all()] == [COMPLAINT, COMPLAINT + " Two days now."]
    there.delete(key)
    look_for_changes(channel, run_clock)
    look_for_changes(channel, run_clock)
    assert case.messages.filter(direction="internal").count() == 1
    assert case.messages.filter(direction="in").last().headers["gone"]
    assert channel.watched() == []


def test_boosts_raise_the_urgency(channel, there, run_clock):
    key = there.say(TOM, "The bread was stale and nobody wanted to hear of it. I am disappointed.")
    listen(channel, run_clock)
    before = Case.objects.get().urgency
    there.statuses[key]["reblogs_count"] = 60
    look_for_changes(channel, run_clock)
    case = Case.objects.get()
    assert case.urgency > max(before, 70) and case.messages.count() == 1


def test_the_answer_is_a_thread_within_the_limit(channel, there, run_clock, agent):
    key = there.say(RUTA, COMPLAINT, visibility="unlisted")
    listen(channel, run_clock)
    case = Case.objects.get()
    row = answer(case, agent, LONG, run_clock)
    assert row.state == "posted" and len(row.parts) > 1
    assert row.remote_ids == [one["id"] for one in there.ours]
    assert [one["in_reply_to_id"] for one in there.ours] == [key, *row.remote_ids[:-1]]
    assert {one["visibility"] for one in there.ours} == {"unlisted"}
    assert all("@<span>ruta</span>" in one["content"] for one in there.ours)
    message = row.message
    assert message.delivery == "sent" and message.headers["address"] == there.ours[0]["url"]
    there.say(RUTA, "Thank you for the honest word.", to=row.remote_ids[-1])
    listen(channel, run_clock)
    assert Case.objects.count() == 1 and case.messages.filter(direction="in").count() == 2


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_lost_answer_is_not_posted_again(channel, there, run_clock, agent, forgotten):
    there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    there.lose = 1
    row = answer(Case.objects.get(), agent, LONG, run_clock)
    assert row.state == "waiting" and not row.remote_ids and len(there.ours) == 1
    if forgotten:
        there.keys.clear()
    run_clock(timezone.now() + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.state == "posted" and len(there.ours) == len(row.parts)


def test_out_of_public_view(channel, there, run_clock, agent, settings):
    settings.PUBLIC_URL = "https://desk.bakery.example"
    key = there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    case = Case.objects.get()
    services.hand_over(agent, case)
    run_clock()
    (sent,) = there.ours
    assert (sent["visibility"], sent["in_reply_to_id"]) == ("direct", key)
    assert "desk.bakery.example/c/" in sent["content"]
    assert not case.messages.get(direction="out").public
    there.say(RUTA, "My number is 8 600 00000.", to=sent["id"], visibility="direct")
    listen(channel, run_clock)
    last = case.messages.filter(direction="in").last()
    assert not last.public
    # What we say now answers a private message, so that it is private too.
    answer(case, agent, "We ring you today at six. We are sorry for the cake.", run_clock)
    assert there.ours[-1]["visibility"] == "direct"
    assert not case.messages.filter(direction="out").last().public


def test_an_answer_to_what_is_deleted_is_refused(channel, there, run_clock, agent):
    key = there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    there.delete(key)
    row = answer(Case.objects.get(), agent, "We are sorry. We forgot your cake.", run_clock)
    assert (row.state, row.words) == ("failed", "What it answers is not there any more.")
    assert Case.objects.get().state == "waiting-for-us"


def test_what_a_colleague_answers_there_counts(channel, there, run_clock):
    key = there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    there.post(
        {"status": ["Corner Bakery is sorry. We ring you."], "in_reply_to_id": [key], "visibility": ["public"]}, "k"
    )
    listen(channel, run_clock)
    case = Case.objects.get()
    assert case.messages.get(direction="out").text == "Corner Bakery is sorry. We ring you."


def trouble_of(channel):
    services.look(channel)
    channel.refresh_from_db()
    return channel.last_trouble


def test_health(channel, there, run_clock):
    there.fail["/api/v1/notifications"] = (
        429,
        {},
        {"X-RateLimit-Reset": (datetime.now(UTC) + timedelta(hours=3)).isoformat()},
    )
    assert "asks us to wait" in trouble_of(channel)
    assert channel.look_at > timezone.now() + timedelta(hours=2)
    there.fail["/api/v1/notifications"] = (503, b"<html>gone fishing", {})
    assert "503" in trouble_of(channel)
    there.fail["/api/v1/notifications"] = (200, b"<html>welcome", {})
    assert "cannot be read" in trouble_of(channel)
    there.fail.clear()
    there.rights.discard("read:search")
    assert "outside the authorized scopes" in trouble_of(channel) and channel.what_to_do
    there.rights.add("read:search")
    there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    assert Case.objects.count() == 1 and channel.troubles == 0


def test_a_server_that_is_away_is_waited_for(channel, server, there):
    server.shutdown()
    server.server_close()
    assert "does not answer" in trouble_of(channel)
    assert channel.cursor == {}
    assert TOKEN not in channel.last_trouble


def test_only_the_rights_that_the_guide_names_are_used(channel, there, run_clock, agent):
    there.say(RUTA, COMPLAINT)
    listen(channel, run_clock)
    look_for_changes(channel, run_clock)
    answer(Case.objects.get(), agent, "We are sorry. We forgot your cake.", run_clock)
    paths = {path for _method, path, _query in there.asked}
    known = (
        "/api/v1/notifications",
        "/api/v2/search",
        "/api/v1/statuses",
        "/api/v2/instance",
        "/api/v1/accounts/lookup",
    )
    assert all(path.startswith(known) for path in paths)
    assert there.ours
