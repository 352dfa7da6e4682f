"""Bluesky by a small server of our own that behaves as its servers do: listening, answering, trouble, nothing twice."""

import contextlib
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from standing_in import standing_in

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.bluesky.channel import KIND
from amends.desk.channels.bluesky.client import answer_key
from amends.desk.channels.bluesky.form import BlueskyForm
from amends.desk.channels.bluesky.rich_text import graphemes, link_facets, with_whole_links
from amends.desk.channels.kinds import Unreadable, kinds
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.composer.services import keep_draft, send
from amends.desk.errors import WrongInput

POST = "app.bsky.feed.post"
COMPLAINT = "The cake I ordered never came. I am very disappointed, the party was ruined. I want my money back."
LONG = (
    "Rūta, your cake did not come, and you stood without it in front of your guests on your daughter's day. "
    "That was our failure, and I am sorry for it.\n\n"
    "Our baker wrote Saturday in place of Friday, and nobody read the order a second time. "
    "From today on two of us read each order before it goes to the oven: https://bakery.example/how-we-order\n\n"
    "We have returned the 42 € today, and on Thursday by noon we write to you how it stands."
)


class Sky:
    """Posts of everybody, as a server of Bluesky shows them."""

    def __init__(self, server):
        self.server = server
        self.posts, self.notes, self.chat = {}, [], []
        self.followers, self.tokens, self.refresh = {}, itertools.count(1), None
        self.access, self.password, self.blocked, self.dies_after_post = None, "app-pass-word", False, None
        self.numbers = itertools.count(1)
        for verb, method, answer in (
            ("POST", "com.atproto.server.createSession", self.sign_in),
            ("POST", "com.atproto.server.refreshSession", self.renew),
            ("POST", "com.atproto.repo.createRecord", self.create),
            ("GET", "com.atproto.repo.getRecord", self.record),
            ("GET", "app.bsky.feed.getPosts", self.get_posts),
            ("GET", "app.bsky.actor.getProfiles", self.profiles),
            ("GET", "app.bsky.notification.listNotifications", self.notifications),
            ("GET", "app.bsky.feed.searchPosts", self.search),
            ("GET", "app.bsky.feed.getAuthorFeed", self.feed),
            ("GET", "chat.bsky.convo.getConvoForMembers", self.convo),
            ("GET", "chat.bsky.convo.getMessages", self.messages),
            ("POST", "chat.bsky.convo.sendMessage", self.send_message),
        ):
            server.routes[f"{verb} /xrpc/{method}"] = answer

    def write(self, who, text, *, reply=None, note="mention", likes=0, at=None, key=None, facets=None):
        key = key or f"3k{next(self.numbers):011d}".translate(str.maketrans("0189", "2abc"))
        uri = f"at://did:plc:{who}/{POST}/{key}"
        at = (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z")
        record = {"$type": POST, "text": text, "createdAt": at, "langs": ["en"]}
        if reply:
            root = self.posts[reply]["record"].get("reply", {}).get("root", {"uri": reply})
            record["reply"] = {"root": root, "parent": {"uri": reply, "cid": self.posts[reply]["cid"]}}
        if facets:
            record["facets"] = facets
        author = {"did": f"did:plc:{who}", "handle": f"{who}.example", "displayName": who.title()}
        self.posts[uri] = {
            "uri": uri, "cid": f"bafy{key}", "author": author, "record": record, "indexedAt": at,
            "likeCount": likes, "repostCount": 0, "quoteCount": 0, "replyCount": 0,
        }  # fmt: skip
        if note:
            self.notes.append({**self.posts[uri], "reason": note, "isRead": False})
            for count in ("likeCount", "repostCount", "quoteCount", "replyCount"):
                del self.notes[-1][count]
        return uri

    def _session(self):
        number = next(self.tokens)
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        return 200, {"did": "did:plc:bakery", "accessJwt": self.access, "refreshJwt": self.refresh}

    def sign_in(self, asked):
        if asked.data["password"] != self.password:
            return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
        return self._session()

    def renew(self, asked):
        if asked.headers["authorization"] != f"Bearer {self.refresh}":
            return 400, {"error": "ExpiredToken", "message": "Token has been revoked"}
        return self._session()

    def _in(self, asked):
        return asked.headers.get("authorization") == f"Bearer {self.access}"

    OUT = (400, {"error": "ExpiredToken", "message": "Token has expired"})

    def create(self, asked):
        if not self._in(asked):
            return self.OUT
        data = asked.data
        uri = f"at://{data['repo']}/{POST}/{data['rkey']}"
        assert uri not in self.posts, "posted twice"
        self.write("bakery", data["record"]["text"], note=None, key=data["rkey"])
        self.posts[uri]["record"] = data["record"]
        if self.dies_after_post == len([one for one in self.posts if "bakery" in one]):
            self.dies_after_post = None
            return 502, b"the line broke"
        return 200, {"uri": uri, "cid": self.posts[uri]["cid"]}

    def record(self, asked):
        post = self.posts.get(f"at://{asked.param('repo')}/{POST}/{asked.param('rkey')}")
        if post is None:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, {"uri": post["uri"], "cid": post["cid"], "value": post["record"]}

    def get_posts(self, asked):
        assert len(asked.params["uris"]) <= 25
        return 200, {"posts": [self.posts[uri] for uri in asked.params["uris"] if uri in self.posts]}

    def profiles(self, asked):
        dids = asked.params["actors"]
        return 200, {"profiles": [{"did": did, "followersCount": self.followers.get(did, 0)} for did in dids]}

    def _paged(self, asked, name, some):
        some = sorted(some, key=lambda one: one["indexedAt"], reverse=True)
        begin, limit = int(asked.param("cursor", "0")), int(asked.param("limit"))
        more = {"cursor": str(begin + limit)} if len(some) > begin + limit else {}
        return 200, {name: some[begin : begin + limit], **more}

    def notifications(self, asked):
        return self._paged(asked, "notifications", self.notes) if self._in(asked) else self.OUT

    def search(self, asked):
        words = asked.param("q").strip('"').lower()
        found = [one for one in self.posts.values() if words in one["record"]["text"].lower()]
        return self._paged(asked, "posts", found)

    def feed(self, asked):
        own = [one for one in self.posts.values() if one["author"]["did"] == "did:plc:bakery"]
        status, answer = self._paged(asked, "feed", own)
        return status, {**answer, "feed": [{"post": one} for one in answer["feed"]]}

    def convo(self, asked):
        assert asked.headers["atproto-proxy"] == "did:web:api.bsky.chat#bsky_chat"
        if self.blocked:
            return 400, {"error": "InvalidRequest", "message": "recipient takes messages from people they follow"}
        return 200, {"convo": {"id": "convo-1"}}

    def messages(self, asked):
        return 200, {"messages": list(reversed(self.chat))}

    def send_message(self, asked):
        message = asked.data["message"]
        self.chat.append({"id": f"m{len(self.chat)}", "text": message["text"], "sender": {"did": "did:plc:bakery"}})
        return 200, self.chat[-1]


@pytest.fixture
def sky(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    with standing_in() as server:
        yield Sky(server)


def form_of(sky, **values):
    given = {"user": "@cornerbakery.example", "password": "app-pass-word", "names": "Corner Bakery"}
    return BlueskyForm(given | {"service": sky.server.address} | values)


@pytest.fixture
def channel(sky, business, lead):
    form = form_of(sky)
    assert form.is_valid(), form.errors
    return services.add_channel(lead, kinds()["bluesky"], "Bluesky", form)


def listen(channel, run_clock):
    """All sources, wherever the last look stopped: notifications, the search, our own, the watched; and the reading."""
    for _source in range(5):
        Channel.objects.update(look_at=timezone.now(), lease_until=None)
        run_clock()
    channel.refresh_from_db()
    assert channel.last_trouble == ""


def answer(case, person, text, run_clock):
    reply = send(person, keep_draft(person, case, "public", text=text, reason="It is a test of parts."))
    run_clock(reply.not_before + timedelta(seconds=1))
    return reply


def ours(sky):
    return [one for uri, one in sky.posts.items() if uri.startswith("at://did:plc:bakery/")]


def test_mentions_and_posts_with_our_name_become_cases_once(sky, channel, run_clock):
    sky.followers["did:plc:ruta"] = 4_000
    sky.write("ruta", f"@cornerbakery.example {COMPLAINT}", likes=12)
    sky.write("tom", "Corner Bakery let us down. The bread was mouldy and I want a refund.", note=None)
    sky.write("ann", "Lovely weather today.", note=None)
    listen(channel, run_clock)
    listen(channel, run_clock)
    assert Case.objects.count() == 2
    case = Case.objects.get(customer__contacts__value="did:plc:ruta")
    message = case.messages.get()
    assert message.public and case.channel == "social" and case.customer.name == "Ruta"
    assert message.headers["address"].startswith("https://bsky.app/profile/did:plc:ruta/post/")
    assert case.urgency >= 70, "four thousand follow her"
    assert HeardItem.objects.count() == 2


def test_the_first_look_does_not_go_back_for_years(sky, channel, run_clock):
    sky.write("ruta", COMPLAINT, at=datetime.now(UTC) - timedelta(days=40))
    listen(channel, run_clock)
    assert not HeardItem.objects.exists()


def test_many_pages_are_read_to_where_it_was_before(sky, channel, run_clock):
    for number in range(260):
        sky.write(f"p{number}", f"Number {number}: {COMPLAINT}")
    Channel.objects.update(look_at=timezone.now(), lease_until=None)
    services.look(channel)
    channel.refresh_from_db()
    assert channel.cursor["notes"]["page"] == "200" and "turn" not in channel.cursor
    before = channel.cursor
    services.look(channel)
    channel.refresh_from_db()
    assert HeardItem.objects.count() == 260 and channel.cursor["turn"] == 1
    Channel.objects.update(cursor=before)
    channel.refresh_from_db()
    services.look(channel)
    assert HeardItem.objects.count() == 260, "killed before the place was stored, nothing is there twice"
    Channel.objects.update(cursor=channel.cursor | {"turn": 0})
    sky.write("late", COMPLAINT)
    asked = len(sky.server.to("GET /xrpc/app.bsky.notification.listNotifications"))
    services.look(channel)
    assert HeardItem.objects.count() == 261
    assert len(sky.server.to("GET /xrpc/app.bsky.notification.listNotifications")) == asked + 1


def test_an_answer_is_posted_below_in_parts_with_links(sky, channel, run_clock, agent):
    uri = sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    reply = answer(Case.objects.get(), agent, LONG, run_clock)
    posted = ours(sky)
    assert len(posted) >= 2 and all(graphemes(one["record"]["text"]) <= 300 for one in posted)
    assert [one["record"]["reply"]["parent"]["uri"] for one in posted] == [uri, *(one["uri"] for one in posted[:-1])]
    facets = [facet for one in posted for facet in one["record"].get("facets", ())]
    assert [facet["features"][0]["uri"] for facet in facets] == ["https://bakery.example/how-we-order"]
    reply.refresh_from_db()
    assert reply.message.headers["address"].startswith("https://bsky.app/profile/did:plc:bakery/post/")
    # Our own words come round as posts of ours, and her answer joins the case.
    sky.write("ruta", "Thank you. I wait for Thursday.", reply=posted[-1]["uri"], note="reply")
    listen(channel, run_clock)
    case = Case.objects.get()
    assert [one.direction for one in case.messages.order_by("sent_at")] == ["in", "out", "in"]


def test_a_post_whose_answer_was_lost_is_not_posted_again(sky, channel, run_clock, agent):
    sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    sky.dies_after_post = 2
    answer(Case.objects.get(), agent, LONG, run_clock)
    row = Answer.objects.get()
    assert (row.state, len(row.remote_ids)) == ("waiting", 1)
    run_clock(timezone.now() + timedelta(minutes=10))
    row.refresh_from_db()
    assert row.state == "posted" and row.words == ""
    assert row.remote_ids == [one["uri"] for one in ours(sky)]
    assert len(row.remote_ids) == len(row.parts)


def test_a_session_that_ran_out_is_renewed_and_the_next_one_kept(sky, channel, run_clock):
    listen(channel, run_clock)
    kept = json.loads(channel.secret_values["session"])
    assert kept["refresh"] == sky.refresh
    sky.access = "another"
    listen(channel, run_clock)
    channel.refresh_from_db()
    assert json.loads(channel.secret_values["session"])["refresh"] == sky.refresh != kept["refresh"]
    sky.access, sky.refresh = "another", "another"
    listen(channel, run_clock)
    assert len(sky.server.to("POST /xrpc/com.atproto.server.createSession")) == 3


def test_a_password_that_was_withdrawn_is_a_trouble_with_words(sky, channel, run_clock):
    sky.password, sky.access, sky.refresh = "withdrawn", "x", "y"
    services.look(channel)
    channel.refresh_from_db()
    assert channel.last_trouble and channel.what_to_do
    assert "app-pass-word" not in channel.last_trouble + channel.what_to_do
    assert channel.look_at > timezone.now()


def test_deletions_are_seen(sky, channel, run_clock):
    uri = sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    del sky.posts[uri]
    listen(channel, run_clock)
    listen(channel, run_clock)
    case = Case.objects.get()
    assert case.messages.get(direction="in").headers["gone"]
    assert case.messages.filter(direction="internal").count() == 1


def test_a_post_that_spreads_becomes_more_urgent(sky, channel, run_clock):
    uri = sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    before = Case.objects.get().urgency
    sky.posts[uri]["repostCount"] = 2_000
    listen(channel, run_clock)
    assert Case.objects.get().urgency > before
    assert Case.objects.get().messages.count() == 1


def test_out_of_public_view_by_chat_once(sky, channel, run_clock, agent, settings):
    settings.PUBLIC_URL = "https://desk.bakery.example"
    sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    row = services.hand_over(agent, Case.objects.get())
    services.post(row)
    assert "https://desk.bakery.example/c/" in sky.chat[0]["text"]
    assert not ours(sky), "the secret link is not in public"
    # Killed after the message had arrived: it is found, not sent again.
    Answer.objects.update(state="waiting", remote_ids=[])
    row.refresh_from_db()
    services.post(row)
    assert len(sky.chat) == 1


def test_who_takes_no_messages_is_said(sky, channel, run_clock, agent, settings):
    settings.PUBLIC_URL = "https://desk.bakery.example"
    sky.write("ruta", COMPLAINT)
    listen(channel, run_clock)
    sky.blocked = True
    row = services.hand_over(agent, Case.objects.get())
    services.post(row)
    row.refresh_from_db()
    assert row.state == "failed" and "private" in row.words


def test_the_form_tries_the_password_and_never_sends_it_elsewhere(sky, channel, lead, settings):
    wrong = form_of(sky, password="not-this")
    assert wrong.is_valid()
    with pytest.raises(WrongInput):
        services.add_channel(lead, KIND, "Another", wrong)
    elsewhere = {"user": "cornerbakery.example", "password": "", "names": "", "service": "https://elsewhere.example"}
    moved = BlueskyForm(elsewhere, channel=channel)
    assert not moved.is_valid() and "password" in moved.errors
    settings.WEBHOOKS_TO_PRIVATE = False
    assert "service" in form_of(sky).errors, "never in the clear"
    inside = form_of(sky, service=sky.server.address.replace("http:", "https:"))
    assert inside.is_valid()
    with pytest.raises(WrongInput):
        services.add_channel(lead, KIND, "Inside", inside)


NO_POSTS = (
    *(b"", b"[]", b"{}", b"\xff", b'{"post": 1}', b'{"gone": 1}', b"[" * 5000),
    b'{"post": {"uri": "x", "author": {}, "record": {}}, "me": ""}',
)
NAMES = ("post", "uri", "author", "did", "record", "text", "facets", "reply", "embed", "createdAt", "gone", "me")
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


@pytest.mark.parametrize("raw", NO_POSTS)
def test_bytes_that_are_no_post_are_unreadable(raw):
    with pytest.raises(Unreadable):
        KIND.read(raw)


@given(st.recursive(LEAVES, lambda some: st.lists(some) | st.dictionaries(st.sampled_from(NAMES), some)))
def test_whatever_comes_is_heard_or_unreadable(data):
    with contextlib.suppress(Unreadable):
        assert len(KIND.read(json.dumps(data).encode())) == 1


@given(st.text(max_size=60), st.text(max_size=60))
def test_facets_hold_exactly_the_bytes_of_their_address(before, after):
    text = f"{before} https://shop.example/a?b=1 {after}"
    content = text.encode("utf-8", "surrogatepass") if text.isprintable() else text.encode("utf-8", "replace")
    for facet in link_facets(text):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert content[start:end].decode("utf-8", "replace") == facet["features"][0]["uri"]
    assert "https://shop.example/a?b=1" in [facet["features"][0]["uri"] for facet in link_facets(text)]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("See https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("ראו https://a.example/א, תודה", ["https://a.example/א"]),
        ("https://", []),
        ("no link: a.example", []),
    ],
)
def test_links_are_found_in_words(text, addresses):
    assert [facet["features"][0]["uri"] for facet in link_facets(text)] == addresses


def test_shortened_links_stand_whole():
    text = "Look: bakery.example/ord... 🎂"
    start = len("Look: ")
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len("bakery.example/ord...")},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://bakery.example/orders/42"}],
    }
    assert with_whole_links(text, [facet]) == "Look: https://bakery.example/orders/42 🎂"
    assert with_whole_links(text, [{"index": {"byteStart": -5, "byteEnd": 10**9}}, None, "x"]) == text


COUNTED = [("", 0), ("abc", 3), ("e\u0301", 1), ("שָׁלוֹם", 4), ("\n\u0301", 2), ("🎂", 1)]


@pytest.mark.parametrize(("text", "count"), COUNTED)
def test_marks_count_with_their_letter(text, count):
    assert graphemes(text) == count


def test_keys_of_answers_are_the_same_each_time_and_differ_by_part():
    to = "at://did:plc:ruta/app.bsky.feed.post/3kabcdefghij2"
    keys = [answer_key(to, ["a", "b", "c"], number) for number in range(3)]
    assert keys == sorted(set(keys))
    assert keys == [answer_key(to, ["a", "b", "c"], number) for number in range(3)]
    assert all(len(key) == 13 and key[0] in "234567abcdefghij" for key in keys)
    assert answer_key(to, ["x", "b", "c"], 0) != keys[0]
    assert len(answer_key("nonsense", ["a"], 0)) == 13
