"""Vouchers: codes, redeeming once, undoing within a minute, tills, wrong codes."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.errors import NotAllowed, NotFound, WrongInput, WrongMove
from amends.desk.remedies import services
from amends.desk.remedies.codes import ALPHABET, LENGTH, grouped, is_code, new_code, plain_code, with_check
from amends.desk.remedies.models import Till, Voucher, WrongCode
from amends.desk.remedies.services import Offer
from amends.desk.remedies.services.tills import machine_of
from amends.desk.remedies.services.vouchers import TooManyWrongCodes

codes = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1).map(with_check)


@pytest.fixture
def remedy(make_case, agent):
    return services.propose(agent, make_case(), Offer("voucher", amount=Decimal(20)))


@pytest.fixture
def voucher(remedy):
    return remedy.voucher


@pytest.fixture
def till(lead):
    return services.make_till(lead, "Counter", 30)


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_any_one_wrong_sign_is_noticed(code, place, sign):
    changed = code[:place] + sign + code[place + 1 :]
    assert is_code(changed) == (changed == code)


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_any_two_signs_that_changed_places_are_noticed(code, one, two):
    signs = list(code)
    signs[one], signs[two] = signs[two], signs[one]
    assert is_code("".join(signs)) == ("".join(signs) == code)


@given(codes, st.sampled_from(["-", " ", "", ". ", "\u2013"]), st.booleans())
def test_a_code_is_read_however_it_is_typed(code, between, small):
    typed = between.join(grouped(code).split("-"))
    assert plain_code(typed.lower() if small else typed) == code


@given(st.text(max_size=40))
def test_nonsense_is_no_code(text):
    assert not is_code(text) or set(text) <= set(ALPHABET)


def test_codes_have_no_look_alikes_and_do_not_repeat():
    assert not set("0O1IL2Z5S8BUV") & set(ALPHABET)
    assert len({new_code() for _number in range(2_000)}) == 2_000


def test_a_voucher_is_issued_with_the_decision_once(remedy, voucher, agent):
    assert is_code(voucher.code)
    assert voucher.last_day - timezone.now().date() >= timedelta(days=364)
    assert voucher.code not in Voucher.objects.values_list("token_hash", flat=True)
    services.finish(agent, remedy, proof="Letter")
    services.reopen(agent, remedy, note="No")
    assert Voucher.objects.count() == 1


def test_redeemed_once(voucher, agent, junior):
    found = services.find_voucher(junior, grouped(voucher.code).lower())
    services.redeem(junior, found)
    for person in (junior, agent):
        with pytest.raises(WrongMove):
            services.redeem(person, Voucher.objects.get())
    assert Voucher.objects.get().redeemed_by == junior


def test_undone_within_a_minute_by_the_same_person(voucher, agent, junior, remedy):
    services.redeem(junior, voucher)
    with pytest.raises(NotAllowed):
        services.undo(agent, voucher)
    services.undo(junior, voucher)
    assert voucher.state == "issued"
    services.redeem(agent, voucher)
    Voucher.objects.update(redeemed_at=timezone.now() - timedelta(seconds=61))
    with pytest.raises(WrongMove):
        services.undo(agent, voucher)
    acts = list(remedy.case.log.filter(act__startswith="voucher.").values_list("act", flat=True))
    assert acts == ["voucher.redeemed", "voucher.undone", "voucher.redeemed"]


def test_expired_and_void(remedy, voucher, agent):
    Voucher.objects.update(last_day=timezone.now().date() - timedelta(days=2))
    with pytest.raises(WrongMove, match="expired"):
        services.redeem(agent, voucher)
    Voucher.objects.update(last_day=timezone.now().date() + timedelta(days=2))
    services.withdraw(agent, remedy, why="She wants money.")
    with pytest.raises(WrongMove, match="not valid"):
        services.redeem(agent, voucher)


def test_a_redeemed_voucher_is_not_taken_back(remedy, voucher, agent):
    services.redeem(agent, voucher)
    with pytest.raises(WrongMove):
        services.withdraw(agent, remedy, why="She wants money.")
    remedy.refresh_from_db()
    assert remedy.state == "decided"


def test_it_holds_although_its_customer_was_erased(remedy, voucher, agent, lead):
    from amends.desk.privacy.erasing import erase_customer

    erase_customer(lead, remedy.case.customer, reason="Asked for it")
    assert services.redeem(agent, Voucher.objects.get()).state == "redeemed"


def test_wrong_codes_are_counted_and_slips_are_not(voucher, agent, junior):
    for _number in range(20):
        with pytest.raises(WrongInput):
            services.find_voucher(agent, voucher.code[:-1])
    for _number in range(10):
        with pytest.raises(NotFound):
            services.find_voucher(agent, new_code())
    with pytest.raises(TooManyWrongCodes):
        services.find_voucher(agent, voucher.code)
    assert services.find_voucher(junior, voucher.code) == voucher
    WrongCode.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert services.find_voucher(agent, voucher.code) == voucher


def test_a_tills_wrong_codes_count_for_its_address_too(voucher, lead, business):
    first, second = (services.make_till(lead, name, 30)[0] for name in ("One", "Two"))
    for _number in range(10):
        with pytest.raises(NotFound):
            services.find_voucher(machine_of(first), new_code(), till=first, address="192.0.2.7")
    with pytest.raises(TooManyWrongCodes):
        services.find_voucher(machine_of(second), voucher.code, till=second, address="192.0.2.7")
    assert services.find_voucher(machine_of(second), voucher.code, till=second, address="192.0.2.8") == voucher


def test_the_till_of_a_person(voucher, junior, signed_in):
    client = signed_in(junior)
    address = reverse("remedies:till")
    page = client.post(address, {"code": voucher.code, "do": "look"}).content.decode()
    assert "20.00" in page
    assert "Redeem it" in page
    page = client.post(address, {"code": voucher.code, "do": "redeem"}).content.decode()
    assert "Redeemed now" in page
    assert "Undo" in page
    again = client.post(address, {"code": voucher.code, "do": "redeem"})
    assert again.status_code == 409
    assert "redeemed already" in again.content.decode()
    client.post(address, {"code": voucher.code, "do": "undo"})
    voucher.refresh_from_db()
    assert voucher.state == "issued"
    assert client.post(address, {"code": "nonsense", "do": "look"}).status_code == 422
    assert client.post(address, {"code": new_code(), "do": "look"}).status_code == 404
    assert client.post(address, {"do": "look"}).status_code == 422


def test_a_till_opens_its_link_and_forgets_it_when_ended(voucher, till, lead):
    row, token = till
    client = Client()
    address = reverse("remedies:till")
    assert client.get(address).status_code == 302
    begun = client.get(reverse("remedies:till-begin", args=[token]))
    assert begun.headers["Location"] == address
    cookie = begun.cookies["amends_till"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", address)
    page = client.post(address, {"code": voucher.code, "do": "redeem"}).content.decode()
    assert "Redeemed now" in page
    voucher.refresh_from_db()
    assert (voucher.redeemed_till, voucher.redeemed_by) == (row, None)
    # Nothing else of the desk opens with it, and nothing of the customer is shown.
    assert "Kalnien" not in page
    assert client.get(reverse("remedies:list")).status_code == 302
    client.post(address, {"code": voucher.code, "do": "undo"})
    voucher.refresh_from_db()
    assert voucher.state == "issued"
    services.revoke_till(lead, row)
    assert client.post(address, {"code": voucher.code, "do": "redeem"}).status_code == 404
    voucher.refresh_from_db()
    assert voucher.state == "issued"


@pytest.mark.parametrize("how", ["expired", "unknown"])
def test_a_till_that_may_not(how, till, voucher):
    _row, token = till
    if how == "expired":
        Till.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        token = token[:-1]
    assert Client().get(reverse("remedies:till-begin", args=[token])).status_code == 404


def test_another_till_cannot_undo(voucher, till, lead):
    row, _token = till
    other, _other_token = services.make_till(lead, "Bar", 30)
    services.redeem(machine_of(row), voucher, till=row)
    with pytest.raises(NotAllowed):
        services.undo(machine_of(other), voucher, till=other)
    services.undo(machine_of(row), voucher, till=row)


def test_the_voucher_to_print(remedy, voucher, agent, signed_in):
    page = signed_in(agent).get(reverse("remedies:voucher", args=[remedy.pk])).content.decode()
    assert grouped(voucher.code) in page
    assert re.search(r'src="data:image/svg', page)


@pytest.mark.parametrize("role", ["junior", "agent", "lead", "owner"])
def test_tills_are_made_by_leads(role, make_person):
    person = make_person(role)
    if role in ("lead", "owner"):
        services.make_till(person, "Counter", 30)
    else:
        with pytest.raises(NotAllowed):
            services.make_till(person, "Counter", 30)
