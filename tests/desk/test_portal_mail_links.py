"""The link to the customer's page in mail: one a case, the same in each mail, and its secret lies nowhere."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amends.desk.composer.services import keep_draft, send
from amends.desk.errors import NotAllowed, NotFound
from amends.desk.intake.acknowledging import acknowledge
from amends.desk.intake.services.settings import change_intake_settings
from amends.desk.ledger.models import Promise
from amends.desk.people.roles import DESK
from amends.desk.portal.models import CustomerLink
from amends.desk.portal.sending import change_portal_settings
from amends.desk.portal.services import LASTS, case_of, mail_link, revoke, standing_address

GOOD = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)


@pytest.fixture(autouse=True)
def _reached_from_outside(settings):
    settings.PUBLIC_URL = "https://desk.bakery.example"


@pytest.fixture
def reply_to(agent, run_clock):
    def write(case, text=GOOD):
        send(agent, keep_draft(agent, case, "reply", text=text))
        run_clock(timezone.now() + timedelta(seconds=12))
        return mail.outbox[-1]

    return write


def token_in(text):
    return re.search(r"https://desk\.bakery\.example/c/([\w-]{43})/", text)[1]


def test_a_reply_ends_with_the_link(make_case, reply_to):
    case = make_case()
    sent = reply_to(case)
    assert sent.body.startswith(GOOD)
    assert case_of(token_in(sent.body))[0] == case
    html = sent.alternatives[0][0]
    assert token_in(html) == token_in(sent.body)
    assert html.rstrip().endswith("</html>")
    assert case.messages.get(direction="out").text == GOOD


def test_the_secret_lies_nowhere(make_case, reply_to):
    token = token_in(reply_to(make_case()).body)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any(token in str(value) for row in cursor.fetchall() for value in row), table


def test_all_mails_of_a_case_carry_the_same_link(make_case, reply_to):
    case = make_case()
    tokens = {token_in(reply_to(case).body) for _number in range(2)}
    assert len(tokens) == 1
    assert token_in(reply_to(make_case()).body) not in tokens
    assert CustomerLink.objects.filter(case=case).count() == 1


def test_writing_to_each_other_renews_it(make_case):
    case = make_case()
    address = standing_address(DESK, case)
    CustomerLink.objects.update(expires_at=timezone.now() + LASTS / 4)
    assert standing_address(DESK, case) == address
    assert CustomerLink.objects.get().expires_at > timezone.now() + LASTS / 2


@pytest.mark.parametrize("why", ["expired", "revoked", "new key"])
def test_a_link_that_works_no_more_is_followed_by_another_one(make_case, agent, settings, why):
    case = make_case()
    before = standing_address(DESK, case)
    link = CustomerLink.objects.get()
    if why == "expired":
        CustomerLink.objects.update(expires_at=timezone.now())
    elif why == "revoked":
        revoke(agent, link)
    else:
        settings.SECRET_KEY = "another key"
    after = standing_address(DESK, case)
    assert after != before
    assert case_of(token_in(after))[0] == case
    with pytest.raises(NotFound):
        case_of(token_in(before))


def test_a_key_that_was_changed_with_the_old_one_kept_leaves_links_as_they_are(make_case, settings):
    case = make_case()
    before = standing_address(DESK, case)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert standing_address(DESK, case) == before


def test_it_can_be_switched_off(make_case, reply_to, lead, agent):
    change_portal_settings(lead, link_in_mail=False)
    assert reply_to(make_case()).body == GOOD
    assert not CustomerLink.objects.exists()
    with pytest.raises(NotAllowed):
        change_portal_settings(agent, link_in_mail=True)


def test_a_desk_that_nobody_reaches_from_outside_puts_none(make_case, reply_to, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8765"
    assert reply_to(make_case()).body == GOOD


def test_the_sentence_is_in_the_customers_language_and_direction(make_case, reply_to):
    case = make_case(text="העוגה לא הגיעה בשבת.", language="he")
    sent = reply_to(case, "רותה היקרה,\n\nאני מצטערת שהעוגה לא הגיעה בשבת. שכחתי לרשום את ההזמנה שלך.")
    assert '<p dir="rtl"' in sent.alternatives[0][0]


def acknowledged(case, run_clock):
    acknowledge(case.messages.get(direction="in"), new_case=True, answerable=True)
    run_clock(timezone.now() + timedelta(seconds=5))
    return mail.outbox[-1].body


def test_the_acknowledgement_carries_it_too(make_case, lead, run_clock):
    change_intake_settings(lead, acknowledge=True)
    case = make_case()
    assert case_of(token_in(acknowledged(case, run_clock)))[0] == case
    assert token_in(mail.outbox[-1].alternatives[0][0])


def test_an_address_that_nobody_has_proved_gets_no_link_by_itself(make_case, make_customer, lead, run_clock):
    change_intake_settings(lead, acknowledge=True)
    case = make_case(make_customer(verified=False), channel="form")
    assert "/c/" not in acknowledged(case, run_clock)


def test_what_the_acknowledgement_promises_speaks_to_the_customer_and_is_kept_by_a_person(
    make_case, lead, reply_to, run_clock, agent
):
    change_intake_settings(lead, acknowledge=True)
    case = make_case()
    link = token_in(acknowledged(case, run_clock))
    promise = Promise.objects.get()
    assert promise.act == "A person writes to you"
    assert "A person writes to you" in Client().get(f"/c/{link}/").content.decode()
    reply_to(case)
    promise.refresh_from_db()
    assert (promise.state, promise.evidence_message) == ("kept", case.messages.get(direction="out", automatic=False))


def test_a_mail_with_nothing_but_the_link_is_finished_as_it_leaves(make_case, agent, run_clock, client):
    case = make_case()
    mail_link(agent, case)
    run_clock(timezone.now())
    [sent] = mail.outbox
    assert case_of(token_in(sent.body))[0] == case
    page = client.get(f"/c/{token_in(sent.body)}/").content.decode()
    assert "(the link to your page)" not in page
    assert case.messages.filter(automatic=True, text__contains="(the link to your page)").exists()


class TestPages:
    def test_leads_switch_it(self, lead, agent, signed_in, client):
        address = reverse("portal:settings")
        assert client.get(address).status_code == 302
        assert signed_in(agent).get(address).status_code == 200
        assert signed_in(agent).post(address, {}).status_code == 403
        page = signed_in(lead).post(address, {}, follow=True).content.decode()
        assert "Saved." in page
        assert "checked" not in page.split("link_in_mail", 1)[1].split(">", 1)[0]

    def test_the_composer_says_that_it_stands_below(self, make_case, agent, signed_in, settings):
        address = reverse("cases:case", args=[make_case().public_id])
        assert "the link to the customer’s page" in signed_in(agent).get(address).content.decode()
        settings.PUBLIC_URL = "http://localhost:1"
        assert "the link to the customer’s page" not in signed_in(agent).get(address).content.decode()
