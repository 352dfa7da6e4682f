"""Google Business and Google Play by servers of our own that answer as Google documents it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import RSAKey
from standing_in import standing_in

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.googleplay import client as play_client
from amends.desk.channels.googleplay.channel import KIND as PLAY
from amends.desk.channels.googleplay.form import GooglePlayForm
from amends.desk.channels.googlereviews import client as business_client
from amends.desk.channels.googlereviews.channel import KIND as BUSINESS
from amends.desk.channels.googlereviews.form import GoogleReviewsForm
from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.composer.advising import advice_for
from amends.desk.composer.services import keep_draft, send
from amends.desk.errors import WrongInput

COMPLAINT = "The cake I ordered never came. I am very disappointed, the party was ruined. I want my money back."
ANSWER = (
    "Rūta, your cake did not come and your guests waited. That was our failure, and I am sorry. Our baker read "
    "Saturday for Friday. We have returned the 42 € today, and two of us now read each order."
)
PLACE = "accounts/11/locations/22"


def listen(channel, run_clock, looks=2):
    for _look in range(looks):
        Channel.objects.update(look_at=timezone.now(), lease_until=None)
        run_clock()
    run_clock()
    channel.refresh_from_db()


def answer(case, person, text, run_clock):
    reply = send(person, keep_draft(person, case, "public", text=text, reason="It is a test."))
    run_clock(reply.not_before + timedelta(seconds=1))
    return Answer.objects.get()


def stamp(**before):
    return (datetime.now(UTC) - timedelta(**before)).isoformat().replace("+00:00", "Z")


class Maps:
    """Reviews of one place."""

    def __init__(self, server):
        self.server, self.reviews, self.tokens, self.puts = server, {}, 0, 0
        self.refresh, self.access, self.loses_answer = "refresh-1", None, False
        server.routes["POST /token"] = self.token
        server.routes[f"GET /v4/{PLACE}/reviews"] = self.list

    def write(self, id, stars, comment="", **before):
        name = f"{PLACE}/reviews/{id}"
        at = stamp(**(before or {"minutes": 5}))
        review = {"name": name, "reviewId": id, "reviewer": {"displayName": f"Guest {id}"}, "starRating": stars}
        review |= {"createTime": at, "updateTime": at} | ({"comment": comment} if comment else {})
        self.reviews[id] = review
        self.server.routes[f"GET /v4/{name}"] = self.inside(
            lambda _asked: (200, self.reviews[id]) if id in self.reviews else (404, {"error": {"message": "gone"}})
        )
        self.server.routes[f"PUT /v4/{name}/reply"] = self.inside(lambda asked: self.put(id, asked))
        return name

    def token(self, asked):
        given = asked.form
        assert (given["grant_type"], given["client_secret"]) == ("refresh_token", "client-secret")
        if given["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.tokens += 1
        self.access = f"access-{self.tokens}"
        return 200, {"access_token": self.access, "expires_in": 3599, "token_type": "Bearer"}

    def inside(self, route):
        def guarded(asked):
            if asked.headers["authorization"] != f"Bearer {self.access}":
                return 401, {"error": {"code": 401, "message": "Request had invalid authentication credentials."}}
            return route(asked)

        return guarded

    def list(self, asked):
        return self.inside(self.listed)(asked)

    def listed(self, asked):
        assert asked.param("orderBy") == "updateTime desc"
        some = sorted(self.reviews.values(), key=lambda one: one["updateTime"], reverse=True)
        begin = int(asked.param("pageToken", "0"))
        more = {"nextPageToken": str(begin + 50)} if len(some) > begin + 50 else {}
        return 200, {"reviews": some[begin : begin + 50], "totalReviewCount": len(some), **more} if some else {}

    def put(self, id, asked):
        self.puts += 1
        self.reviews[id]["reviewReply"] = {"comment": asked.data["comment"], "updateTime": stamp()}
        self.reviews[id]["updateTime"] = stamp()
        if self.loses_answer:
            self.loses_answer = False
            return 502, b""
        return 200, self.reviews[id]["reviewReply"]


@pytest.fixture
def maps(settings, monkeypatch):
    settings.WEBHOOKS_TO_PRIVATE = True
    with standing_in() as server:
        monkeypatch.setattr(business_client, "ADDRESS", f"{server.address}/v4")
        monkeypatch.setattr(business_client, "TOKENS", f"{server.address}/token")
        yield Maps(server)


def business_form(**values):
    given = {"location": PLACE, "client_id": "id", "client_secret": "client-secret", "refresh_token": "refresh-1"}
    return GoogleReviewsForm(given | values)


@pytest.fixture
def place(maps, business, lead):
    form = business_form()
    assert form.is_valid(), form.errors
    return services.add_channel(lead, BUSINESS, "Google", form)


def test_reviews_become_cases_once(maps, place, run_clock):
    maps.write("a", "ONE", COMPLAINT)
    maps.write("b", "FIVE", "The best bread in town, thank you!")
    maps.write("c", "TWO")
    maps.write("old", "ONE", COMPLAINT, days=200)
    listen(place, run_clock)
    listen(place, run_clock)
    assert place.last_trouble == ""
    states = {case.customer.name: case.state for case in Case.objects.all()}
    assert states == {"Guest a": "new", "Guest b": "set-aside", "Guest c": "new"}
    case = Case.objects.get(customer__name="Guest a")
    assert case.channel == "review" and case.messages.get().public


def test_a_changed_review_comes_into_its_case_and_a_deletion_is_seen(maps, place, run_clock):
    maps.write("a", "ONE", COMPLAINT)
    listen(place, run_clock)
    maps.reviews["a"] |= {"comment": f"{COMPLAINT} And nobody called.", "updateTime": stamp()}
    listen(place, run_clock)
    case = Case.objects.get()
    assert case.messages.filter(direction="in").count() == 2
    del maps.reviews["a"]
    listen(place, run_clock)
    listen(place, run_clock)
    assert case.messages.filter(direction="internal").count() == 1


def test_the_reply_is_set_once_even_when_its_answer_is_lost(maps, place, run_clock, agent):
    name = maps.write("a", "ONE", COMPLAINT)
    listen(place, run_clock)
    maps.loses_answer = True
    row = answer(Case.objects.get(), agent, ANSWER, run_clock)
    assert row.state == "waiting"
    run_clock(timezone.now() + timedelta(minutes=5))
    row.refresh_from_db()
    assert (row.state, row.remote_ids, maps.puts) == ("posted", [f"{name}/reply"], 1)
    assert maps.reviews["a"]["reviewReply"]["comment"] == ANSWER
    # It comes round with the review, and is known as ours.
    listen(place, run_clock)
    assert [one.direction for one in Case.objects.get().messages.order_by("pk")] == ["in", "out"]


def test_a_reply_that_the_owner_wrote_at_google_counts(maps, place, run_clock):
    maps.write("a", "ONE", COMPLAINT, days=20)
    maps.reviews["a"]["reviewReply"] = {"comment": "We are sorry, we call you.", "updateTime": stamp(days=19)}
    listen(place, run_clock)
    case = Case.objects.get()
    assert [one.direction for one in case.messages.order_by("sent_at", "pk")] == ["in", "out"]
    assert case.state == "waiting-for-customer"


def test_a_review_that_is_gone_is_answered_no_more(maps, place, run_clock, agent):
    maps.write("a", "ONE", COMPLAINT)
    listen(place, run_clock)
    del maps.reviews["a"]
    row = answer(Case.objects.get(), agent, ANSWER, run_clock)
    assert row.state == "failed" and row.words and maps.puts == 0


def test_the_limit_counts_bytes():
    assert BUSINESS.measure("שלום") == 8


def test_tokens_are_kept_sealed_and_renewed(maps, place, run_clock):
    listen(place, run_clock)
    assert json.loads(place.secret_values["token"])["access"] == maps.access
    row = Channel.objects.values_list("settings", "cursor").get(pk=place.pk)
    assert maps.access not in str(row) and "refresh-1" not in str(row)
    tokens = maps.tokens
    listen(place, run_clock)
    assert maps.tokens == tokens, "a token that is good is not renewed"
    maps.access = "changed there"
    listen(place, run_clock)
    assert maps.tokens == tokens + 1 and place.last_trouble == ""


def test_a_withdrawn_key_says_what_to_do(maps, place, run_clock):
    listen(place, run_clock)
    maps.refresh, maps.access = "another", "another"
    listen(place, run_clock, looks=1)
    assert place.last_trouble and place.what_to_do
    assert "refresh-1" not in place.last_trouble + place.what_to_do


def test_many_pages_and_being_killed(maps, place):
    for number in range(230):
        maps.write(f"n{number}", "ONE", COMPLAINT, minutes=number + 1)
    services.look(place)
    place.refresh_from_db()
    assert place.cursor["reviews"]["page"] == "200"
    services.look(place)
    assert HeardItem.objects.count() == 230
    Channel.objects.update(cursor={})
    services.look(place)
    assert HeardItem.objects.count() == 230


@pytest.mark.parametrize(
    "location", ["locations/22", "accounts/1/locations/2/../../3", "accounts/1/locations/2?x=1", ""]
)
def test_a_location_that_is_none_is_said(location):
    assert "location" in business_form(location=location).errors


def test_a_wrong_secret_is_said_before_it_is_stored(maps, business, lead):
    form = business_form(refresh_token="wrong")
    assert form.is_valid()
    with pytest.raises(WrongInput):
        services.add_channel(lead, BUSINESS, "Google", form)


PACKAGE = "lt.bakery.orders"


class Store:
    """Reviews of one app."""

    def __init__(self, server, public_key):
        self.server, self.reviews, self.public_key, self.posts, self.loses_answer = server, {}, public_key, 0, False
        server.routes["POST /token"] = self.token
        server.routes[f"GET /v3/{PACKAGE}/reviews"] = self.listed

    def write(self, id, stars, text, *, reply="", **before):
        seconds = int((datetime.now(UTC) - timedelta(**(before or {"minutes": 5}))).timestamp())
        said = {"text": text, "lastModified": {"seconds": str(seconds), "nanos": 1}, "starRating": stars}
        said |= {"reviewerLanguage": "en_GB", "thumbsUpCount": 3, "device": "phone"}
        ours = [{"developerComment": {"text": reply, "lastModified": {"seconds": str(seconds + 60)}}}] if reply else []
        self.reviews[id] = {"reviewId": id, "authorName": f"User {id}", "comments": [{"userComment": said}, *ours]}
        self.server.routes[f"GET /v3/{PACKAGE}/reviews/{id}"] = lambda _asked: (
            (200, self.reviews[id]) if id in self.reviews else (404, {"error": {"code": 404, "message": "Not found"}})
        )
        self.server.routes[f"POST /v3/{PACKAGE}/reviews/{id}:reply"] = lambda asked: self.reply(id, asked)

    def token(self, asked):
        claims = jwt.decode(asked.form["assertion"], self.public_key, algorithms=["RS256"]).claims
        assert claims["iss"] == "desk@project.iam.gserviceaccount.com"
        assert claims["scope"] == "https://www.googleapis.com/auth/androidpublisher"
        assert 0 < claims["exp"] - claims["iat"] <= 3600
        return 200, {"access_token": "play-access", "expires_in": 3599}

    def listed(self, asked):
        assert asked.headers["authorization"] == "Bearer play-access"
        return 200, {"reviews": list(self.reviews.values())} if self.reviews else {}

    def reply(self, id, asked):
        self.posts += 1
        text = asked.data["replyText"]
        assert len(text) <= 350
        self.reviews[id]["comments"][1:] = [{"developerComment": {"text": text, "lastModified": {"seconds": "1"}}}]
        if self.loses_answer:
            self.loses_answer = False
            return 502, b""
        return 200, {"result": {"replyText": text, "lastEdited": {"seconds": "1"}}}


@pytest.fixture(scope="module")
def key():
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {"type": "service_account", "client_email": "desk@project.iam.gserviceaccount.com", "private_key": pem}
    return json.dumps(account), RSAKey.import_key(pem)


@pytest.fixture
def shop(settings, monkeypatch, key):
    settings.WEBHOOKS_TO_PRIVATE = True
    with standing_in() as server:
        monkeypatch.setattr(play_client, "ADDRESS", f"{server.address}/v3")
        monkeypatch.setattr(play_client, "TOKENS", f"{server.address}/token")
        yield Store(server, key[1])


@pytest.fixture
def app(shop, business, lead, key):
    form = GooglePlayForm({"package": PACKAGE, "key": key[0]})
    assert form.is_valid(), form.errors
    return services.add_channel(lead, PLAY, "Our app", form)


def test_reviews_of_the_app_become_cases_once(shop, app, run_clock):
    shop.write("a", 1, f"Never again\t{COMPLAINT}")
    shop.write("b", 5, "\tGreat app, thank you!")
    listen(app, run_clock)
    shop.reviews["a"]["comments"][0]["userComment"]["thumbsUpCount"] = 90
    listen(app, run_clock)
    assert Case.objects.count() == 2 and HeardItem.objects.count() == 2
    message = Case.objects.get(state="new").messages.get()
    assert message.text == f"★☆☆☆☆\n\nNever again\n\n{COMPLAINT}"
    assert message.headers["address"] == f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId=a"


def test_the_apps_reply_is_posted_once(shop, app, run_clock, agent):
    shop.write("a", 1, COMPLAINT)
    listen(app, run_clock)
    shop.loses_answer = True
    row = answer(Case.objects.get(), agent, ANSWER, run_clock)
    run_clock(timezone.now() + timedelta(minutes=5))
    row.refresh_from_db()
    assert (row.state, row.remote_ids, shop.posts) == ("posted", ["a/reply"], 1)
    listen(app, run_clock)
    assert Case.objects.get().messages.count() == 2


def test_what_is_longer_than_the_one_reply_is_not_posted_in_crumbs(shop, app, run_clock, agent):
    shop.write("a", 1, COMPLAINT)
    listen(app, run_clock)
    row = answer(Case.objects.get(), agent, f"{ANSWER} {ANSWER}", run_clock)
    assert row.state == "failed" and "shorter" in row.words and shop.posts == 0


def test_the_writer_is_told_of_the_limit_before_it_is_sent(shop, app, run_clock, make_case):
    shop.write("a", 1, COMPLAINT)
    listen(app, run_clock)
    case = Case.objects.get()
    assert not [one for one in advice_for(case, ANSWER) if "350" in one.words]
    (advice,) = [one for one in advice_for(case, f"{ANSWER} {ANSWER}") if "350" in one.words]
    assert not advice.stops, "it may be a mail"
    assert not [one for one in advice_for(make_case(), f"{ANSWER} {ANSWER}") if "350" in one.words]


def test_a_key_that_is_none_is_said_without_showing_it(shop, app, lead):
    for wrong in ("not json", "{}", '{"client_email": "x", "private_key": "secret-words"}', "[1]", "9" * 5000):
        with pytest.raises(ChannelTrouble) as trouble:
            play_client.signed(wrong)
        assert trouble.value.what_to_do and "secret-words" not in trouble.value.words + trouble.value.what_to_do
    assert "package" in GooglePlayForm({"package": "../x", "key": "x"}).errors
