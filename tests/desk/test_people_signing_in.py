"""Signing in, lock-out, second factor, new passwords, the first owner, invitations."""

import re
from datetime import timedelta

import pyotp
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amends.desk.errors import NotAllowed, NotFound, WrongInput
from amends.desk.people import services
from amends.desk.people.models import OneTimeLink, Person, SignInFailure
from amends.desk.people.signing_in import SignInRefused, check_code, check_password

PASSWORD = "a quiet harbour at dusk"
NEW = "three herons by the weir"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(reverse("people:sign-in"), {"email": email, "password": password}, **more)


def test_right_password_leads_to_the_inbox_whatever_the_capitals(agent):
    client = Client()
    assert sign_in(client, agent.email.upper()).headers["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/customers/", "/settings/", "/people/", "/me/"])
def test_nothing_is_seen_without_signing_in(db, path):
    response = Client().get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_wrong_password_and_unknown_person_get_the_same_words(agent):
    wrong = sign_in(Client(), agent.email, "not this one at all")
    unknown = sign_in(Client(), "nobody@bakery.example", "not this one at all")
    assert wrong.status_code == unknown.status_code == 422
    words = [re.findall(r'role="alert".*?</div>', page.content.decode(), re.S) for page in (wrong, unknown)]
    assert words[0] == words[1] != []


def test_inactive_people_do_not_come_in_and_their_sessions_end(owner, agent, signed_in):
    client = signed_in(agent)
    services.deactivate(owner, agent)
    assert client.get("/").status_code == 302
    with pytest.raises(SignInRefused):
        check_password(agent.email, PASSWORD, "10.0.0.1")


def test_after_five_failures_even_the_right_password_waits(agent):
    for _try in range(5):
        with pytest.raises(SignInRefused):
            check_password(agent.email, "wrong", "10.0.0.1")
    with pytest.raises(SignInRefused, match="quarter of an hour"):
        check_password(agent.email, PASSWORD, "10.0.0.1")
    # Somebody elsewhere cannot lock the person out, and time heals.
    assert check_password(agent.email, PASSWORD, "10.0.0.2") == agent
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert check_password(agent.email, PASSWORD, "10.0.0.1") == agent


def test_one_address_cannot_try_many_people(make_person):
    for number in range(40):
        with pytest.raises(SignInRefused):
            check_password(f"guess{number}@bakery.example", "wrong", "10.0.0.1")
    person = make_person()
    with pytest.raises(SignInRefused, match="quarter of an hour"):
        check_password(person.email, PASSWORD, "10.0.0.1")


def test_a_new_password_by_mail_ends_the_lock_out_and_all_sessions(agent, signed_in, run_clock):
    client = signed_in(agent)
    for _try in range(5):
        with pytest.raises(SignInRefused):
            check_password(agent.email, "wrong", "10.0.0.1")
    assert Client().post(reverse("people:forgotten"), {"email": agent.email}).status_code == 200
    run_clock()
    (letter,) = mail.outbox
    assert letter.to == [agent.email]
    path = re.search(r"http://[^/]+(/new-password/\S+)", letter.body)[1]
    assert Client().post(path, {"password": "short"}).status_code == 422
    assert Client().post(path, {"password": NEW}).status_code == 302
    assert check_password(agent.email, NEW, "10.0.0.1") == agent
    assert client.get("/").status_code == 302
    assert Client().get(path).status_code == 404


def test_asking_for_somebody_unknown_looks_the_same_and_sends_nothing(agent, run_clock):
    known = Client().post(reverse("people:forgotten"), {"email": agent.email})
    unknown = Client().post(reverse("people:forgotten"), {"email": "nobody@bakery.example"})
    assert known.status_code == unknown.status_code == 200
    run_clock()
    assert [letter.to for letter in mail.outbox] == [[agent.email]]


def test_second_factor_is_asked_for_and_each_code_works_once(agent):
    key, address = services.begin_second_factor(agent)
    assert address.startswith("otpauth://totp/")
    with pytest.raises(WrongInput):
        services.confirm_second_factor(agent, key, "000000" if pyotp.TOTP(key).now() != "000000" else "111111")
    codes = services.confirm_second_factor(agent, key, pyotp.TOTP(key).now())

    client = Client()
    assert sign_in(client, agent.email).headers["Location"] == reverse("people:second-factor")
    assert client.get("/").status_code == 302
    code = pyotp.TOTP(key).now()
    assert client.post(reverse("people:second-factor"), {"code": code}).headers["Location"] == "/"
    assert client.get("/").status_code == 200

    agent.refresh_from_db()
    with pytest.raises(SignInRefused):
        check_code(agent, code, "10.0.0.1")
    check_code(agent, codes[0], "10.0.0.1")
    with pytest.raises(SignInRefused):
        check_code(agent, codes[0], "10.0.0.1")


def test_the_key_of_the_second_factor_is_stored_sealed(agent):
    from django.db import connection

    key, _address = services.begin_second_factor(agent)
    services.confirm_second_factor(agent, key, pyotp.TOTP(key).now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT totp_secret FROM people_person WHERE id = %s", [agent.pk])
        (stored,) = cursor.fetchone()
    assert stored and key not in stored
    assert Person.objects.get(pk=agent.pk).totp_secret == key


def test_the_second_factor_page_needs_the_password_first(agent):
    assert Client().get(reverse("people:second-factor")).headers["Location"] == reverse("people:sign-in")


def test_first_owner_by_a_link_that_works_once(db):
    old, token = services.first_owner_link(), services.first_owner_link()
    data = {
        "business": "Corner Bakery",
        "name": "Olga",
        "email": "Olga@Bakery.example",
        "password": PASSWORD,
        "language": "he",
        "time_zone": "Asia/Jerusalem",
    }
    assert Client().get(f"/first/{old}/").status_code == 404
    client = Client()
    response = client.post(f"/first/{token}/", data)
    assert response.status_code == 302
    person = Person.objects.get()
    assert (person.email, person.role) == ("olga@bakery.example", "owner")
    page = client.get("/").content.decode()
    assert 'dir="rtl"' in page
    assert "Corner Bakery" in page
    assert Client().post(f"/first/{token}/", data | {"email": "other@bakery.example"}).status_code == 404
    with pytest.raises(NotAllowed):
        services.first_owner_link()


def test_an_invitation_makes_the_account_in_the_invited_role(lead, run_clock):
    services.invite(lead, email="New@Bakery.example", role="junior", name="Nina")
    run_clock()
    (letter,) = mail.outbox
    path = re.search(r"http://[^/]+(/join/\S+)", letter.body)[1]
    client = Client()
    data = {"name": "Nina", "password": PASSWORD, "language": "et", "time_zone": "Europe/Tallinn", "role": "owner"}
    assert client.post(path, data).status_code == 302
    person = Person.objects.get(email="new@bakery.example")
    assert (person.role, person.language) == ("junior", "et")
    assert Client().get(path).status_code == 404


def test_an_invitation_ends(lead):
    token = services.invite(lead, email="late@bakery.example", role="agent")
    OneTimeLink.objects.update(expires_at=timezone.now())
    with pytest.raises(NotFound):
        services.accept_invitation(token, name="Late", password=PASSWORD, language="en", time_zone="")


def test_inviting_again_revokes_the_earlier_link(lead):
    first = services.invite(lead, email="twice@bakery.example", role="agent")
    services.invite(lead, email="twice@bakery.example", role="agent")
    with pytest.raises(NotFound):
        services.link_for(first, "invitation")


@pytest.mark.parametrize(
    ("who", "role", "allowed"),
    [("owner", "owner", True), ("lead", "agent", True), ("lead", "owner", False), ("lead", "lead", False),
     ("agent", "agent", False), ("junior", "junior", False)],
)  # fmt: skip
def test_who_may_invite_whom(who, role, allowed, make_person):
    person = make_person(who)
    if allowed:
        assert services.invite(person, email="x@bakery.example", role=role)
    else:
        with pytest.raises(NotAllowed):
            services.invite(person, email="x@bakery.example", role=role)


def test_the_last_owner_cannot_go(owner):
    with pytest.raises(WrongInput):
        services.deactivate(owner, owner)
    with pytest.raises(WrongInput):
        services.change_role(owner, owner, "agent")
    owner.refresh_from_db()
    assert (owner.role, owner.is_active) == ("owner", True)


def test_a_person_signs_out_elsewhere_and_stays_here(agent, signed_in):
    here, elsewhere = signed_in(agent), signed_in(agent)
    assert here.post(reverse("people:sign-out-everywhere")).status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_away(agent, onward):
    client = Client()
    response = client.post(f"{reverse('people:sign-in')}?next={onward}", {"email": agent.email, "password": PASSWORD})
    assert response.headers["Location"] == "/"


def test_the_language_of_the_person_decides_over_the_browser(make_person, signed_in):
    client = signed_in(make_person(language="he"))
    page = client.get("/", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "he"
    assert '<html lang="he" dir="rtl"' in page.content.decode()
