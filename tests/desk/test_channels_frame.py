"""The frame of channels with a kind of our own making: looking, reading, answering, health, and nothing twice."""

import json
from collections import deque
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.channels import kinds as kinds_module
from amends.desk.channels import services
from amends.desk.channels.kinds import ChannelForm, ChannelTrouble, Heard, Page, Raw, Refused, Unreadable
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.composer.services import keep_draft, send
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.privacy.erasing import erase_customer
from amends.desk.telling import trouble


class SquareForm(ChannelForm):
    secrets = ("key",)
    place = forms.CharField()
    key = forms.CharField()


class Square:
    """A market square: what is said there is in `says`, what we say in `stands`."""

    name, label, icon, docs = "square", "Market square", "mention", "how-to/channels.md"
    limit, can_answer, every = 100, True, timedelta(minutes=5)
    form = SquareForm

    def __init__(self):
        self.says, self.stands, self.whispers, self.trouble = deque(), {}, {}, None
        self.dies_after = None

    def look(self, channel):
        if self.trouble:
            raise self.trouble
        at = channel.cursor.get("at", 0)
        found = list(self.says)[at : at + 2]
        return Page(tuple(found), {"at": at + len(found)}, more=at + len(found) < len(self.says))

    def read(self, raw):
        try:
            data = json.loads(raw)
        except ValueError as error:
            raise Unreadable("These bytes are none of the square.") from error
        if data.get("bug"):
            raise KeyError("bug")
        data = {"moment": datetime.now(UTC), "author": "ruta@square", "author_name": "Rūta"} | data
        return [Heard(**data)]

    def _post(self, where, channel, to, parts, done, keep):
        if self.trouble:
            raise self.trouble
        for number in range(len(done), len(parts)):
            key = f"{to}/{number}"
            # The same key again is the same post, as with an idempotency key.
            where.setdefault(key, parts[number])
            if self.dies_after == number:
                self.dies_after = None
                raise SystemExit
            keep(f"ours-{key}")
        return f"https://square.example/{to}"

    def answer(self, *some):
        return self._post(self.stands, *some)

    def whisper(self, *some):
        return self._post(self.whispers, *some)


def said(id, words, **more):
    return Raw(id, json.dumps({"id": id, "words": words} | more).encode())


COMPLAINT = "The cake I ordered never came. I am very disappointed, the party was ruined. I want my money back."


@pytest.fixture
def square(monkeypatch):
    kind = Square()
    known = {**kinds_module.kinds(), "square": kind}
    monkeypatch.setattr(kinds_module, "kinds", lambda: known)
    monkeypatch.setattr("amends.desk.channels.views.kinds", lambda: known)
    return kind


@pytest.fixture
def channel(square, business, lead):
    form = SquareForm({"place": "north", "key": "k-123"})
    assert form.is_valid()
    return services.add_channel(lead, square, "The square", form)


def listen(channel, run_clock, *raws):
    kind = channel.of_kind
    kind.says.extend(raws)
    Channel.objects.update(look_at=timezone.now(), lease_until=None)
    run_clock()
    run_clock(timezone.now() + timedelta(seconds=2))
    channel.refresh_from_db()


def test_a_complaint_opens_a_case_in_public(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT, address="https://square.example/1", reach=5000))
    case = Case.objects.get()
    assert (case.channel, case.state) == ("social", "new")
    message = case.messages.get()
    assert message.public and message.text == COMPLAINT
    assert message.headers["address"] == "https://square.example/1"
    assert case.urgency >= 70, "five thousand may read it"
    assert "public" in case.flags
    contact = case.customer.contacts.get()
    assert (contact.kind, contact.network, contact.value) == ("handle", "square", "ruta@square")
    assert channel.last_heard_at and channel.looked_at and not channel.last_trouble


def test_nothing_is_taken_in_twice(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT), said("2", COMPLAINT, author="ona@square"), said("1", COMPLAINT))
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    assert Case.objects.count() == 2
    assert HeardItem.objects.count() == 2


def test_praise_is_set_aside_and_a_low_rating_never_is(channel, run_clock):
    listen(
        channel,
        run_clock,
        said("1", "Thank you, the best bread in town!", author="a"),
        said("2", "", author="b", rating=1),
        said("3", "", author="c", rating=5),
        said("4", "Nice place.", author="d", rating=2),
    )
    states = {case.customer.contacts.get().value: case for case in Case.objects.all()}
    assert states["a"].state == states["c"].state == "set-aside"
    assert states["b"].state == states["d"].state == "new"
    assert states["b"].channel == "review" and states["b"].severity >= 45
    assert states["b"].messages.get().text == "★☆☆☆☆"


def test_a_reply_joins_its_thread_and_a_stranger_does_not(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT))
    listen(channel, run_clock, said("2", "And nobody answers the phone.", thread="1"))
    listen(channel, run_clock, said("3", "They never answer me either, terrible.", thread="1", author="tom@square"))
    first, second = Case.objects.order_by("pk")
    assert first.messages.count() == 2
    assert second.customer != first.customer


def test_edits_come_in_and_what_was_said_first_stays(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT))
    listen(channel, run_clock, said("1", COMPLAINT + " My daughter cried.", edited=None))
    case = Case.objects.get()
    assert [one.text for one in case.messages.all()] == [COMPLAINT, COMPLAINT + " My daughter cried."]
    listen(channel, run_clock, said("1", COMPLAINT + " My daughter cried.", reach=9000))
    assert case.messages.count() == 2, "only more people have read it"
    case.refresh_from_db()
    assert case.urgency >= 79


def test_a_deletion_is_seen_and_nothing_is_lost(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT))
    listen(channel, run_clock, said("1", "", gone=True))
    case = Case.objects.get()
    words = case.messages.get(direction="in")
    assert words.text == COMPLAINT and words.headers["gone"]
    assert case.messages.filter(direction="internal").count() == 1
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    assert case.messages.filter(direction="internal").count() == 1


def test_what_cannot_be_read_stops_nothing_and_can_be_read_again(channel, run_clock, agent, monkeypatch):
    listen(channel, run_clock, Raw("1", b"\xff\0"), said("2", COMPLAINT))
    assert Case.objects.count() == 1
    item = HeardItem.objects.get(remote_id="1")
    assert (item.state, item.words) == ("unreadable", "These bytes are none of the square.")
    monkeypatch.setattr(Square, "read", lambda self, raw: [])
    services.read_again(agent, item)
    run_clock()
    item.refresh_from_db()
    assert item.state == "read"


def test_a_flaw_in_parsing_is_tried_again_and_then_shown(channel, run_clock):
    listen(channel, run_clock, said("1", "x", bug=1))
    for hours in range(1, 12):
        run_clock(timezone.now() + timedelta(hours=hours))
    assert HeardItem.objects.get().state == "unreadable"


def test_trouble_is_shown_and_waits_longer_each_time(channel, square, run_clock):
    square.trouble = ChannelTrouble("The key is not taken any more.", None, "Make a new one.")
    waits = []
    for _turn in range(3):
        Channel.objects.update(look_at=timezone.now(), lease_until=None)
        services.look(channel)
        channel.refresh_from_db()
        waits.append(channel.look_at - timezone.now())
    assert waits == sorted(waits) and waits[2] > timedelta(minutes=3)
    assert (channel.last_trouble, channel.what_to_do) == ("The key is not taken any more.", "Make a new one.")
    square.trouble = ChannelTrouble("Too many requests.", timedelta(hours=2))
    services.look(channel)
    channel.refresh_from_db()
    assert channel.look_at > timezone.now() + timedelta(hours=1)
    square.trouble = None
    listen(channel, run_clock, said("1", COMPLAINT))
    assert not channel.last_trouble and channel.troubles == 0 and Case.objects.count() == 1


def test_it_goes_on_where_it_stopped_after_being_killed(channel, square, run_clock, monkeypatch):
    square.says.extend([said("1", COMPLAINT), said("2", COMPLAINT, author="b"), said("3", COMPLAINT, author="c")])
    with monkeypatch.context() as patch:
        patch.setattr(HeardItem.objects, "bulk_create", lambda rows: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            services.look(channel)
    channel.refresh_from_db()
    assert channel.cursor == {}
    listen(channel, run_clock)
    assert Case.objects.count() == 3


def answer(case, person, text, run_clock):
    draft = keep_draft(person, case, "public", text=text, reason="It is a test of parts.")
    reply = send(person, draft)
    run_clock(reply.not_before + timedelta(seconds=1))
    reply.refresh_from_db()
    return reply


LONG = (
    "We are sorry, Rūta. We forgot your cake on Saturday, and that was our mistake alone. "
    "You stood there without a cake in front of your guests. We have given your money back today. "
    "From now on two people look at each order. On Monday we write to you how it goes."
)


def test_an_answer_is_posted_in_parts_within_the_limit(channel, square, run_clock, agent):
    listen(channel, run_clock, said("1", COMPLAINT, address="https://square.example/1"))
    case = Case.objects.get()
    reply = answer(case, agent, LONG, run_clock)
    assert reply.state == "gone"
    parts = list(square.stands.values())
    assert len(parts) > 1 and all(len(one) <= 100 for one in parts)
    assert " ".join(one.rpartition(" (")[0] for one in parts) == LONG
    message = reply.message
    message.refresh_from_db()
    assert (message.delivery, message.public, message.channel) == ("sent", True, "social")
    assert message.headers["address"] == "https://square.example/1"
    case.refresh_from_db()
    assert case.state == "waiting-for-customer"
    listen(channel, run_clock, said("5", "Thank you.", thread="ours-1/0"))
    assert case.messages.filter(direction="in").count() == 2


def test_killed_between_post_and_keep_nothing_is_there_twice(channel, square, run_clock, agent):
    listen(channel, run_clock, said("1", COMPLAINT))
    case = Case.objects.get()
    square.dies_after = 1
    with pytest.raises(SystemExit):
        answer(case, agent, LONG, run_clock)
    row = Answer.objects.get()
    assert row.state == "waiting" and len(row.remote_ids) == 1
    # Our own words come round before we know that they stand there.
    listen(channel, run_clock, said("ours-1/1", "We are", thread="1", ours=True, author="us"))
    run_clock(timezone.now() + timedelta(minutes=10))
    row.refresh_from_db()
    assert row.state == "posted" and row.remote_ids == [f"ours-1/{number}" for number in range(len(row.parts))]
    assert len(square.stands) == len(row.parts)
    assert case.messages.filter(direction="out").count() == 1


def test_what_is_refused_is_ours_to_move_again(channel, square, run_clock, agent, junior, signed_in):
    listen(channel, run_clock, said("1", COMPLAINT))
    case = Case.objects.get()
    square.trouble = Refused("They have blocked us.")
    answer(case, agent, "We are sorry. We forgot your cake. We give your money back today.", run_clock)
    row = Answer.objects.get()
    case.refresh_from_db()
    assert (row.state, row.words, case.state) == ("failed", "They have blocked us.", "waiting-for-us")
    assert row.message.delivery == "failed"
    page = signed_in(agent).get(f"/cases/{case.public_id}/").content.decode()
    assert "They have blocked us." in page and "Post it again" in page
    with pytest.raises(NotAllowed):
        services.post_again(junior, row)
    square.trouble = None
    services.post_again(agent, row)
    run_clock()
    row.refresh_from_db()
    assert row.state == "posted"
    with pytest.raises(WrongMove):
        services.post_again(agent, row)


def test_posted_by_hand(channel, square, run_clock, agent):
    listen(channel, run_clock, said("1", COMPLAINT))
    case = Case.objects.get()
    square.trouble = Refused("No.")
    answer(case, agent, "We are sorry. We forgot your cake. We give your money back today.", run_clock)
    row = Answer.objects.get()
    with pytest.raises(WrongInput):
        services.posted_by_hand(agent, row, "javascript:alert(1)")
    services.posted_by_hand(agent, row, "https://square.example/9")
    row.message.refresh_from_db()
    assert row.message.delivery == "sent" and row.message.headers["address"] == "https://square.example/9"
    assert not square.stands


def test_what_we_wrote_there_by_hand_counts_as_our_answer(channel, run_clock):
    listen(channel, run_clock, said("1", COMPLAINT))
    listen(channel, run_clock, said("2", "We are sorry, we call you.", thread="1", ours=True, author="us"))
    case = Case.objects.get()
    assert case.messages.get(direction="out").text == "We are sorry, we call you."
    assert case.state == "waiting-for-customer"
    assert Case.objects.count() == 1


def test_out_of_public_view(channel, square, run_clock, agent, junior, settings):
    settings.PUBLIC_URL = "https://desk.bakery.example"
    listen(channel, run_clock, said("1", COMPLAINT))
    case = Case.objects.get()
    with pytest.raises(NotAllowed):
        services.hand_over(junior, case)
    row = services.hand_over(agent, case)
    with pytest.raises(WrongMove):
        services.hand_over(agent, case)
    assert "https://desk.bakery.example/c/" not in json.dumps(row.parts)
    run_clock()
    whispered = " ".join(square.whispers.values())
    assert "https://desk.bakery.example/c/" in whispered and not square.stands
    assert all(len(one) <= 100 for one in square.whispers.values())
    row.message.refresh_from_db()
    assert not row.message.public and "/c/" not in row.message.text
    case.refresh_from_db()
    assert case.state == "new", "they still wait for our answer"


def test_a_link_that_leads_nowhere_is_not_given_away(channel, run_clock, agent, settings):
    settings.PUBLIC_URL = "http://localhost:8765"
    listen(channel, run_clock, said("1", COMPLAINT))
    with pytest.raises(WrongInput):
        services.hand_over(agent, Case.objects.get())


def test_erased_stays_erased(channel, run_clock, lead):
    listen(channel, run_clock, said("1", COMPLAINT))
    erase_customer(lead, Case.objects.get().customer, reason="asked for it")
    item = HeardItem.objects.get()
    assert bytes(item.content) == b"" and item.contact is None
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    listen(channel, run_clock, said("1", COMPLAINT + " More."))
    assert Case.objects.count() == 1
    assert not any(COMPLAINT.encode() in bytes(one.content or b"") for one in HeardItem.objects.all())


def test_secrets_are_sealed_and_kept_when_left_empty(channel, square, lead, agent):
    channel.refresh_from_db()
    assert channel.secret_values == {"key": "k-123"} and "key" not in channel.settings
    form = SquareForm({"place": "south", "key": ""}, channel=channel)
    assert form.is_valid(), form.errors
    services.change_channel(lead, channel, "The square", form)
    fresh = Channel.objects.get()
    assert (fresh.settings, fresh.secret_values) == ({"place": "south"}, {"key": "k-123"})
    with pytest.raises(NotAllowed):
        services.switch(agent, channel, on=False)
    services.switch(lead, channel, on=False)
    with pytest.raises(WrongMove):
        services.look_now(agent, channel)
    services.remove_channel(lead, channel)
    assert not Channel.objects.get().secrets


def test_pages(channel, square, run_clock, lead, agent, signed_in):
    listen(channel, run_clock, said("1", COMPLAINT), Raw("2", b"?"))
    for person in (lead, agent):
        client = signed_in(person)
        assert "The square" in client.get("/settings/channels/").content.decode()
        page = client.get(f"/settings/channels/{channel.public_id}/").content.decode()
        assert "k-123" not in page and "These bytes are none of the square." in page
    at = f"/settings/channels/{channel.public_id}/"
    client = signed_in(agent)
    assert client.get("/settings/channels/add/square/").status_code == 403
    assert client.post(at, {"name": "x", "place": "y"}).status_code == 403
    assert client.post(f"{at}do/", {"do": "remove"}).status_code == 403
    assert client.post(f"{at}do/", {"do": "look"}).status_code == 302
    client = signed_in(lead)
    assert client.get("/settings/channels/add/nothing/").status_code == 404
    assert client.post("/settings/channels/add/square/", {"name": "", "place": ""}).status_code == 422
    made = client.post("/settings/channels/add/square/", {"name": "Other", "place": "p", "key": "z"})
    assert made.status_code == 302 and Channel.objects.count() == 2
    assert client.post(at, {"name": "Renamed", "place": "p", "key": ""}).status_code == 302
    assert client.post(f"{at}do/", {"do": "off"}).status_code == 302
    assert client.post(f"{at}do/", {"do": "remove"}).status_code == 302
    assert client.get(at).status_code == 404


def test_owners_hear_once_that_nothing_is_heard(channel, square, owner, mailoutbox, run_clock):
    square.trouble = ChannelTrouble("The key is not taken any more.", None, "Make a new one.")
    services.look(channel)
    Channel.objects.update(failing_since=timezone.now() - timedelta(hours=30))
    for _turn in range(3):
        services.look(channel)
        trouble.look()
    run_clock()
    told = [mail for mail in mailoutbox if mail.to == [owner.email]]
    assert len(told) == 1
    assert "The key is not taken any more. Make a new one." in told[0].body and channel.public_id in told[0].body


def test_what_belongs_to_no_case_is_forgotten_in_time(channel, run_clock):
    listen(channel, run_clock, Raw("1", b"\xff"), said("2", COMPLAINT))
    HeardItem.objects.update(came_at=timezone.now() - timedelta(days=91))
    run_clock(timezone.now() + timedelta(days=1))
    kept = {one.remote_id: bytes(one.content) for one in HeardItem.objects.all()}
    assert kept["1"] == b"" and kept["2"]


def test_ids_that_no_database_takes(channel, run_clock):
    listen(channel, run_clock, said("a\0b" + "x" * 900, COMPLAINT, thread="\0\ud800"))
    assert Case.objects.count() == 1
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    assert Case.objects.count() == HeardItem.objects.count() == 1


class Ringing(Square):
    """A square that tells us by itself."""

    def hook(self, channel, request):
        if request.headers.get("X-Key") != channel.secret_values["key"]:
            return None
        return Page((Raw("77", request.body),))


def test_the_other_side_tells_us(channel, square, run_clock, client, monkeypatch):
    at = Channel.objects.get().hook_address.partition("//")[2].partition("/")[2]
    body = said("77", COMPLAINT).content
    assert client.post(f"/{at}", body, "application/json").status_code == 404, "this kind is not told"
    square.__class__ = Ringing
    assert client.post(f"/{at}", body, "application/json").status_code == 403
    for _twice in range(2):
        said_ok = client.post(f"/{at}", body, "application/json", headers={"X-Key": "k-123"})
        assert said_ok.status_code == 204
    run_clock()
    assert Case.objects.count() == 1
    wrong = f"/channels/hook/{channel.public_id}/{'x' * 43}/"
    assert client.post(wrong, body, "application/json", headers={"X-Key": "k-123"}).status_code == 404


def test_a_channel_that_is_switched_off_holds_answers_back(channel, square, run_clock, agent, lead):
    listen(channel, run_clock, said("1", COMPLAINT))
    case = Case.objects.get()
    square.trouble = ChannelTrouble("Away.")
    answer(case, agent, "We are sorry. We forgot your cake. We give your money back today.", run_clock)
    with pytest.raises(WrongInput):
        services.remove_channel(lead, channel)
    services.switch(lead, channel, on=False)
    run_clock(timezone.now() + timedelta(hours=1))
    row = Answer.objects.get()
    assert row.state == "held" and row.message.delivery == "held"
    case.refresh_from_db()
    assert case.state == "waiting-for-us"
    # Now a person posts it, and the composer says so.
    assert not services.can_carry(case)


def test_every_folder_of_a_kind_is_found():
    folder = Path(kinds_module.__file__).parent
    assert set(kinds_module.kinds()) == {path.parent.name for path in folder.glob("*/channel.py")}


def test_a_kind_whose_library_is_missing_takes_no_other_away(monkeypatch, caplog):
    def missing(name):
        if name.endswith("mastodon.channel"):
            raise ModuleNotFoundError(name)
        return import_module(name)

    monkeypatch.setattr(kinds_module, "import_module", missing)
    kinds_module.kinds.cache_clear()
    try:
        assert "mastodon" not in kinds_module.kinds() and "mastodon" in caplog.text
    finally:
        kinds_module.kinds.cache_clear()
