"""The App Store by a server of our own that answers as Apple documents it."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey
from standing_in import standing_in

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.appstore import client
from amends.desk.channels.appstore.channel import KIND
from amends.desk.channels.appstore.form import AppStoreForm
from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.composer.services import keep_draft, send

APP, ISSUER = "1234567890", "57246542-96fe-1a63-e053-0824d011072a"
COMPLAINT = "The app lost my order and the cake never came. I am very disappointed. I want my money back."
ANSWER = (
    "Your order was lost in our app and the cake did not come. That was our failure, and I am sorry. A change of "
    "Monday broke the last step; it is mended. We have returned your money today."
)


class Store:
    """Reviews of one app."""

    def __init__(self, server, public_key):
        self.server, self.public_key = server, public_key
        self.reviews, self.responses, self.posts, self.loses_answer = {}, {}, 0, False
        server.routes[f"GET /v1/apps/{APP}/customerReviews"] = self.inside(self.listed)
        server.routes["POST /v1/customerReviewResponses"] = self.inside(self.respond)

    def write(self, id, stars, title, body, **before):
        at = (datetime.now(UTC) - timedelta(**(before or {"minutes": 5}))).isoformat(timespec="seconds")
        about = {"rating": stars, "title": title, "body": body, "reviewerNickname": f"nick{id}"}
        self.reviews[id] = {**about, "createdDate": at, "territory": "LTU"}
        self.server.routes[f"GET /v1/customerReviews/{id}"] = self.inside(
            lambda _asked: self.shown([id], one=True) if id in self.reviews else (404, {"errors": [{"detail": "gone"}]})
        )

    def inside(self, route):
        def guarded(asked):
            token = jwt.decode(asked.headers["authorization"].removeprefix("Bearer "), self.public_key, ["ES256"])
            assert token.header["kid"] == "KEY123" and token.claims["iss"] == ISSUER
            assert token.claims["aud"] == "appstoreconnect-v1" and token.claims["exp"] - token.claims["iat"] <= 1200
            return route(asked)

        return guarded

    def shown(self, ids, *, one=False, onward=None):
        data = []
        for id in ids:
            related = {"data": {"type": "customerReviewResponses", "id": f"r{id}"}} if id in self.responses else {}
            about = {"type": "customerReviews", "id": id, "attributes": self.reviews[id]}
            data.append({**about, "relationships": {"response": related}})
        included = [
            {"type": "customerReviewResponses", "id": f"r{id}", "attributes": self.responses[id]}
            for id in ids
            if id in self.responses
        ]
        return 200, {
            "data": data[0] if one else data,
            "included": included,
            "links": {"next": onward} if onward else {},
        }

    def listed(self, asked):
        assert asked.param("sort") == "-createdDate" and asked.param("include") == "response"
        ids = sorted(self.reviews, key=lambda id: self.reviews[id]["createdDate"], reverse=True)
        begin, limit = int(asked.param("cursor", "0")), int(asked.param("limit"))
        elsewhere = f"https://elsewhere.example/v1/apps/{APP}/customerReviews?cursor={begin + limit}"
        return self.shown(ids[begin : begin + limit], onward=elsewhere if len(ids) > begin + limit else None)

    def respond(self, asked):
        data = asked.data["data"]
        id = data["relationships"]["review"]["data"]["id"]
        self.posts += 1
        self.responses[id] = {
            "responseBody": data["attributes"]["responseBody"],
            "lastModifiedDate": datetime.now(UTC).isoformat(),
            "state": "PENDING_PUBLISH",
        }
        if self.loses_answer:
            self.loses_answer = False
            return 502, b""
        return 201, {"data": {"type": "customerReviewResponses", "id": f"r{id}"}}


@pytest.fixture(scope="module")
def key():
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def shop(settings, monkeypatch, key):
    settings.WEBHOOKS_TO_PRIVATE = True
    with standing_in() as server:
        monkeypatch.setattr(client, "ADDRESS", f"{server.address}/v1")
        yield Store(server, ECKey.import_key(key))


@pytest.fixture
def channel(shop, business, lead, key):
    form = AppStoreForm({"app": APP, "issuer": ISSUER, "key_id": "KEY123", "key": f"\n{key}\n"})
    assert form.is_valid(), form.errors
    return services.add_channel(lead, KIND, "Our app", form)


def listen(channel, run_clock, looks=2):
    for _look in range(looks):
        Channel.objects.update(look_at=timezone.now(), lease_until=None)
        run_clock()
    run_clock()
    channel.refresh_from_db()


def test_reviews_become_cases_once_and_changes_come_in(shop, channel, run_clock):
    shop.write("a", 1, "Never again", COMPLAINT)
    shop.write("b", 5, "Great", "The best app, thank you!")
    listen(channel, run_clock)
    listen(channel, run_clock)
    assert channel.last_trouble == ""
    assert {case.customer.name: case.state for case in Case.objects.all()} == {"nicka": "new", "nickb": "set-aside"}
    assert HeardItem.objects.count() == 2
    shop.reviews["a"]["body"] = f"{COMPLAINT} And nobody answers."
    listen(channel, run_clock)
    assert Case.objects.get(state="new").messages.filter(direction="in").count() == 2
    del shop.reviews["a"]
    listen(channel, run_clock)
    assert Case.objects.get(state="new").messages.filter(direction="internal").count() == 1


def test_all_pages_are_asked_for_at_apple_alone(shop, channel):
    for number in range(150):
        shop.write(f"n{number}", 1, "Bad", COMPLAINT, minutes=number + 1)
    services.look(channel)
    assert HeardItem.objects.count() == 150
    Channel.objects.update(cursor={})
    services.look(channel)
    assert HeardItem.objects.count() == 150


def test_the_response_is_set_once_even_when_its_answer_is_lost(shop, channel, run_clock, agent):
    shop.write("a", 1, "Never again", COMPLAINT)
    listen(channel, run_clock)
    shop.loses_answer = True
    case = Case.objects.get()
    reply = send(agent, keep_draft(agent, case, "public", text=ANSWER, reason="It is a test."))
    run_clock(reply.not_before + timedelta(seconds=1))
    run_clock(timezone.now() + timedelta(minutes=5))
    row = Answer.objects.get()
    assert (row.state, row.remote_ids, shop.posts) == ("posted", ["a/reply"], 1)
    shop.responses["a"]["state"] = "PUBLISHED"
    listen(channel, run_clock)
    assert [one.direction for one in case.messages.order_by("pk")] == ["in", "out"]


def test_a_response_written_at_apple_counts(shop, channel, run_clock):
    shop.write("a", 1, "Never again", COMPLAINT)
    at = datetime.now(UTC).isoformat()
    shop.responses["a"] = {"responseBody": "We are sorry, it is mended.", "lastModifiedDate": at, "state": "PUBLISHED"}
    listen(channel, run_clock)
    assert Case.objects.get().state == "waiting-for-customer"


def test_a_key_that_is_none_is_said_without_showing_it(key):
    another = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for wrong in ("secret-words", key[:80], another.decode(), ""):
        with pytest.raises(ChannelTrouble) as trouble:
            client.signed(ISSUER, "KEY123", wrong)
        assert trouble.value.what_to_do and "secret-words" not in trouble.value.words


@pytest.mark.parametrize(("field", "value"), [("app", "12/../3"), ("issuer", "x y"), ("key_id", "key?"), ("app", "")])
def test_the_form_takes_what_apple_writes(field, value, key):
    given = {"app": APP, "issuer": ISSUER, "key_id": "KEY123", "key": key} | {field: value}
    assert field in AppStoreForm(given).errors
