"""Tokens of the API: made, shown once, limited, ended; and what the door lets in."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from amends.desk.api.models import ApiToken, KeptAnswer
from amends.desk.api.scopes import SCOPES, scopes_for
from amends.desk.api.services import make_token, revoke_token
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.people.services import deactivate, reactivate


@pytest.fixture
def secret_of(business):
    def make(person, *scopes, **values):
        return make_token(person, name="The till", scopes=scopes or scopes_for(person), **values)[1]

    return make


def ask(secret, path="/api/me", method="get", data=None, **headers):
    headers = {"authorization": f"Bearer {secret}"} | headers
    client = Client()
    if data is None:
        return getattr(client, method)(path, headers=headers)
    return getattr(client, method)(path, data, content_type="application/json", headers=headers)


def test_a_token_acts_for_its_person(agent, secret_of):
    answer = ask(secret_of(agent, "cases:read", "check"))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["person"]["name"], told["scopes"]) == ("Ana Agent", ["cases:read", "check"])
    left = timezone.datetime.fromisoformat(told["expires_at"]) - timezone.now()
    assert timedelta(days=89) < left <= timedelta(days=90)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_secret_is_stored_nowhere(agent, secret_of):
    secret = secret_of(agent)
    token = ApiToken.objects.get()
    assert secret not in str(ApiToken.objects.values())
    assert secret.startswith(token.prefix) and len(token.prefix) == 12
    assert secret not in str(list(DeskLog.objects.values()))
    assert DeskLog.objects.filter(act="token.made").exists()


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", "Bearer amends_x", "Basic YTpi", "Bearer " + "a" * 5000, "amends_"]
)
def test_without_a_token_that_works_nothing_is_told(given, db):
    answer = Client().get("/api/cases", headers={"authorization": given} if given else {})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (401, "A token is needed")
    assert "settings" in problem["detail"]


def test_a_cookie_opens_nothing(owner, business, signed_in, make_case):
    case = make_case()
    client = signed_in(owner)
    assert client.get("/api/cases").status_code == 401
    answer = client.post(f"/api/cases/{case.public_id}/notes", {"text": "Hi"}, content_type="application/json")
    assert answer.status_code == 401
    assert case.messages.count() == 1


def test_a_scope_that_is_missing_is_named(agent, secret_of, make_case):
    secret = secret_of(agent, "cases:read")
    answer = ask(secret, f"/api/cases/{make_case().public_id}/messages")
    assert answer.status_code == 403
    assert "messages:read" in answer.json()["detail"]
    assert ask(secret, "/api/cases").status_code == 200


def test_a_token_has_at_most_the_scopes_of_its_person(junior, business, monkeypatch):
    assert scopes_for(junior) == list(SCOPES)
    with pytest.raises(WrongInput) as caught:
        make_token(junior, name="x", scopes=["everything"])
    assert caught.value.field == "scopes"
    from amends.desk.people import authority

    monkeypatch.setitem(authority.ACTS, "promise.settle", frozenset({"owner"}))
    assert "promises:write" not in scopes_for(junior)
    with pytest.raises(WrongInput):
        make_token(junior, name="x", scopes=["promises:write"])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
        ({"per_minute": 1}, "per_minute"),
        ({"per_minute": 10**7}, "per_minute"),
    ],
)
def test_what_a_token_cannot_be(values, field, agent):
    with pytest.raises(WrongInput) as caught:
        make_token(agent, **({"name": "x", "scopes": ["check"]} | values))
    assert caught.value.field == field


def test_a_token_ends_by_time_by_hand_and_with_its_person(agent, owner, secret_of):
    secret = secret_of(agent, "check")
    token = ApiToken.objects.get()
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(secret).status_code == 401
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert ask(secret).status_code == 200
    deactivate(owner, agent)
    assert ask(secret).status_code == 401
    reactivate(owner, agent)
    assert ask(secret).status_code == 401
    other = secret_of(agent, "check")
    revoke_token(owner, ApiToken.objects.exclude(pk=token.pk).get())
    assert ask(other).status_code == 401


def test_only_owners_end_the_tokens_of_others(agent, lead, owner, secret_of):
    secret_of(agent)
    token = ApiToken.objects.get()
    with pytest.raises(NotAllowed):
        revoke_token(lead, token)
    revoke_token(owner, token)
    token.refresh_from_db()
    assert token.revoked_by == owner


def test_the_limit_is_told_and_ends_by_itself(agent, secret_of):
    secret = secret_of(agent, "check", per_minute=10)
    codes = [ask(secret).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    answer = ask(secret)
    assert answer.json()["title"] == "Too many requests"
    assert 1 <= int(answer.headers["Retry-After"]) <= 6
    # Another token has a limit of its own.
    assert ask(secret_of(agent, "check")).status_code == 200
    ApiToken.objects.update(level_at=timezone.now() - timedelta(seconds=30))
    assert [ask(secret).status_code for _ in range(5)] == [200] * 5


def test_what_is_too_large_or_no_json_is_refused(agent, secret_of):
    secret = secret_of(agent)
    large = ask(secret, "/api/check", "post", {"text": "a" * 600_000})
    assert (large.status_code, large.json()["status"]) == (413, 413)
    form = Client().post("/api/check", {"text": "Sorry."}, headers={"authorization": f"Bearer {secret}"})
    assert form.status_code == 415
    bad = Client().post(
        "/api/check", "{", content_type="application/json", headers={"authorization": f"Bearer {secret}"}
    )
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "text"),
        ({"text": 3}, "text"),
        ({"text": "x", "fault": "me"}, "fault"),
        ({"text": "x", "more": 1}, "more"),
        ({"text": "x", "utf16": "yes"}, "utf16"),
        ({"text": "x", "jurisdiction": "lt"}, "jurisdiction"),
        ([], "body"),
        ({"text": "a" * 50_001}, "text"),
    ],
)
def test_wrong_input_names_the_field(data, field, agent, secret_of):
    answer = ask(secret_of(agent), "/api/check", "post", data)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_addresses_and_methods_that_are_not_there(agent, secret_of):
    secret = secret_of(agent)
    nowhere = ask(secret, "/api/nowhere/at/all")
    assert (nowhere.status_code, nowhere.headers["Content-Type"]) == (404, "application/problem+json")
    method = ask(secret, "/api/check")
    assert (method.status_code, method.headers["Allow"]) == (405, "POST")
    assert method.json()["title"]


def test_problems_are_told_in_the_language_that_was_asked_for(agent, secret_of):
    agent.language = "he"
    agent.save()
    assert ask(secret_of(agent), "/api/nowhere").headers["Content-Language"] == "he"
    assert (
        ask(secret_of(agent), "/api/nowhere", **{"accept-language": "lt-LT,en;q=0.3"}).headers["Content-Language"]
        == "lt"
    )


def test_logs_never_hold_a_token(agent, secret_of, caplog, settings):
    secret = secret_of(agent, "check")
    with caplog.at_level(logging.DEBUG):
        ask(secret)
        ask(secret, "/api/cases")
        ask(secret + "x", "/api/cases")
        ask(secret, f"/api/cases?token={'x'}")
    assert secret not in caplog.text


def test_the_settings_page_shows_a_token_once(agent, owner, signed_in, business):
    client = signed_in(agent)
    page = client.post("/settings/programs/", {"name": "Shop", "scopes": ["check"], "days": "30", "per_minute": "100"})
    secret = page.context["secret"]
    assert page.status_code == 200 and secret in page.content.decode()
    assert ask(secret).status_code == 200
    later = client.get("/settings/programs/").content.decode()
    assert secret not in later and "Shop" in later
    token = ApiToken.objects.get()
    assert "Shop" in signed_in(owner).get("/settings/programs/").content.decode()
    other = signed_in(owner)
    assert other.post(f"/settings/programs/{token.pk}/end/").status_code == 302
    assert ask(secret).status_code == 401


def test_nobody_sees_or_ends_what_is_not_theirs(agent, lead, secret_of, signed_in):
    secret_of(agent)
    token = ApiToken.objects.get()
    client = signed_in(lead)
    assert token.prefix not in client.get("/settings/programs/").content.decode()
    assert client.post(f"/settings/programs/{token.pk}/end/").status_code == 403
    assert client.post("/settings/programs/", {"name": "", "days": "5"}).status_code == 422
    assert Client().get("/settings/programs/").status_code == 302


def test_the_page_about_the_api_loads_nothing_from_elsewhere(agent, signed_in, business):
    page = signed_in(agent).get("/api/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "/api/cases/{public_id}/outline" in text and "https://cdn" not in text
    assert 'src="http' not in text
    assert Client().get("/api/docs").status_code == 404


class TestIdempotency:
    def note(self, secret, case, key, text="Rang her."):
        return ask(secret, f"/api/cases/{case.public_id}/notes", "post", {"text": text}, **{"idempotency-key": key})

    def test_the_same_request_is_done_once(self, agent, secret_of, make_case):
        secret, case = secret_of(agent), make_case(text="")
        first, second = self.note(secret, case, "k-1"), self.note(secret, case, "k-1")
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert case.messages.count() == 1
        self.note(secret, case, "k-2")
        assert case.messages.count() == 2

    def test_a_key_is_for_one_request_of_one_token(self, agent, lead, secret_of, make_case):
        secret, case = secret_of(agent), make_case(text="")
        self.note(secret, case, "k")
        other = self.note(secret, case, "k", "Something else.")
        assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
        assert self.note(secret_of(lead), case, "k").status_code == 201
        assert case.messages.count() == 2

    def test_what_was_refused_may_be_sent_again(self, agent, secret_of, make_case):
        secret, case = secret_of(agent), make_case(text="")
        path = f"/api/cases/{case.public_id}/promises"
        wrong = ask(secret, path, "post", {"act": "Ring", "owner": 999_999}, **{"idempotency-key": "k"})
        assert wrong.status_code == 422
        assert not KeptAnswer.objects.exists()
        right = ask(secret, path, "post", {"act": "Ring"}, **{"idempotency-key": "k"})
        assert right.status_code == 201

    def test_an_answer_is_kept_for_a_day_sealed(self, agent, secret_of, make_case, run_clock):
        secret, case = secret_of(agent), make_case(text="")
        self.note(secret, case, "k")
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM api_keptanswer")
            assert "Rang her" not in cursor.fetchone()[0]
        KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
        run_clock()
        assert not KeptAnswer.objects.exists()

    def test_it_goes_with_an_erased_customer(self, agent, lead, secret_of, make_case):
        from amends.desk.privacy.erasing import erase_customer

        secret, case = secret_of(agent), make_case(text="")
        self.note(secret, case, "k")
        erase_customer(lead, case.customer, reason="They asked.")
        assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_one(agent, secret_of, make_case):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    secret, case = secret_of(agent), make_case(text="")
    together = Barrier(4)

    def write(_number):
        try:
            together.wait()
            path = f"/api/cases/{case.public_id}/notes"
            return ask(secret, path, "post", {"text": "Rang her."}, **{"idempotency-key": "k"}).json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(write, range(4)))
    assert len(set(numbers)) == 1
    assert case.messages.count() == 1
