"""Signed reply addresses: nothing but the very address leads to a case, however it is written."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from amends.desk.environment import Environment, SettingError
from amends.desk.intake.mail.reply_address import case_of_addresses, reply_address
from amends.desk.intake.models import Mailbox

SIGNS = string.ascii_lowercase + string.digits


@pytest.fixture
def address(make_case):
    Mailbox.objects.create(address="hello@bakery.example", kind="delivered", takes_replies=True)
    return reply_address(make_case())


@given(place=some.integers(0, 34), sign=some.sampled_from(SIGNS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_changed_sign_leads_nowhere(address, place, sign):
    name, token = address.partition("@")[0].split("+")
    changed = f"{name}+{token[:place]}{sign}{token[place + 1 :]}@bakery.example"
    assert (case_of_addresses([changed]) is None) == (changed != address)


@given(junk=some.lists(some.text(max_size=80), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_addresses_of_any_kind_are_looked_at_and_the_right_one_is_found(address, junk):
    assert case_of_addresses(junk) is None
    assert case_of_addresses([*junk, address.upper()]) is not None


def test_it_fits_into_what_mail_servers_take(address):
    assert len(address.partition("@")[0]) <= 64


def test_it_holds_after_the_key_was_changed_as_long_as_the_old_one_is_named(address, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "a new secret of the tests, which guards nothing"
    assert case_of_addresses([address]) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert case_of_addresses([address]) is not None


def test_without_a_mailbox_that_takes_them_there_is_none(make_case):
    assert reply_address(make_case()) == ""


@pytest.mark.parametrize("given_", ["2525", "here", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":25"])
def test_a_place_to_listen_that_is_none_fails_at_start_with_its_name(given_):
    with pytest.raises(SettingError, match="AMENDS_SMTP_IN"):
        Environment({"AMENDS_SMTP_IN": given_}).listening_at("AMENDS_SMTP_IN")


def test_a_place_to_listen_is_host_and_port():
    read = Environment({"A": "127.0.0.1:2525", "B": "[::1]:24"}).listening_at
    assert (read("A"), read("B"), read("C")) == (("127.0.0.1", 2525), ("::1", 24), None)
