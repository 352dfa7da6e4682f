"""Signing in through a provider of OpenID Connect: a real one of ours on this machine, spoken to over HTTP."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import RSAKey

from amends.desk.people import services
from amends.desk.people.models import Identity, Person

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet harbour at dusk"


class Provider(ThreadingHTTPServer):
    """A provider: what it says about who signs in is set by a test."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signs_with = self.key
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"

    def sign_in(self, address: str) -> str:
        """What happens between the two redirects; returns where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"


class _Asked(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        else:
            self._answer({"keys": [self.server.key.as_dict(private=False)]})

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = self.server.codes.pop(form["code"][0], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=")
        if asked is None or proof.decode() != asked["code_challenge"]:
            self._answer({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        claims = {
            "iss": self.server.issuer,
            "aud": "desk",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.server.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.server.signs_with)
        self._answer({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _answer(self, data: Any, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.OIDC_ISSUER, settings.OIDC_NAME = server.issuer, "Harbour"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_ONLY = "desk", "a secret", False
    yield server
    server.shutdown()
    server.server_close()


def _through(provider: Provider, client: Client, **claims: Any) -> Any:
    provider.claims = {"sub": "u1", "email": "ana@bakery.example", "email_verified": True, "name": "Ana", **claims}
    there = client.get(reverse("people:provider"))
    assert there.status_code == 302
    return client.get(provider.sign_in(there["Location"]))


def test_a_person_who_works_here_is_let_in_and_known_by_the_providers_name_afterwards(provider, make_person):
    ana = make_person("agent", email="ana@bakery.example")
    client = Client()
    assert _through(provider, client)["Location"] == reverse("cases:inbox")
    assert client.get(reverse("people:me")).context["user"] == ana
    # The mail address may change at the provider: the name it gave stays.
    again = Client()
    assert _through(provider, again, email="other@else.example")["Location"] == reverse("cases:inbox")
    assert Identity.objects.get().person == ana


def test_an_invitation_is_accepted_by_coming_through_the_provider(provider, owner):
    services.invite(owner, email="new@bakery.example", role="junior")
    assert _through(provider, Client(), email="new@bakery.example").status_code == 302
    joined = Person.objects.get(email="new@bakery.example")
    assert joined.role == "junior"
    assert not joined.has_usable_password()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "stranger@bakery.example"},
        {"email": ""},
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another"},
        {"exp": 1},
        {"nonce": "of another sign-in"},
    ],
)
def test_nobody_else_is_let_in(provider, make_person, claims):
    make_person("owner", email="ana@bakery.example")
    client = Client()
    assert _through(provider, client, **claims).status_code == 403
    assert client.get(reverse("people:me")).status_code == 302
    assert not Identity.objects.exists()


def test_a_token_signed_by_somebody_else_is_not_believed(provider, make_person):
    make_person("owner", email="ana@bakery.example")
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert _through(provider, Client()).status_code == 403


def test_an_answer_to_another_browser_is_not_taken(provider, make_person):
    make_person("owner", email="ana@bakery.example")
    provider.claims = {"sub": "u1", "email": "ana@bakery.example", "email_verified": True}
    begun = Client().get(reverse("people:provider"))
    assert Client().get(provider.sign_in(begun["Location"])).status_code == 403


def test_who_left_is_not_let_in(provider, make_person, owner):
    ana = make_person("agent", email="ana@bakery.example")
    assert _through(provider, Client()).status_code == 302
    services.deactivate(owner, ana)
    assert _through(provider, Client()).status_code == 403


def test_a_second_factor_of_the_desk_is_asked_for_as_well(provider, make_person):
    ana = make_person("agent", email="ana@bakery.example")
    ana.totp_secret = "JBSWY3DPEHPK3PXP"
    ana.save()
    assert _through(provider, Client())["Location"] == reverse("people:second-factor")


def test_with_the_provider_alone_passwords_are_for_owners(provider, settings, make_person):
    settings.OIDC_ONLY = True
    make_person("agent", email="ana@bakery.example")
    make_person("owner", email="olga@bakery.example")
    refused = Client().post(reverse("people:sign-in"), {"email": "ana@bakery.example", "password": PASSWORD})
    assert refused.status_code == 422
    let_in = Client().post(reverse("people:sign-in"), {"email": "olga@bakery.example", "password": PASSWORD})
    assert let_in.status_code == 302


def test_a_provider_that_is_away_is_told_and_the_page_goes_on(provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    answer = Client().get(reverse("people:provider"))
    assert answer.status_code == 403
    assert "Try again" in answer.content.decode()


def test_without_a_provider_there_is_no_button_and_no_way(settings, business):
    settings.OIDC_ISSUER = ""
    assert "provider" not in Client().get(reverse("people:sign-in")).content.decode()
    assert Client().get(reverse("people:provider")).status_code == 403
