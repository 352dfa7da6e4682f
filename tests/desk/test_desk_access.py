"""What each role may do, by services and by pages."""

import pytest

from amends.desk.cases.services import assign, record_out
from amends.desk.customers.services import change_customer
from amends.desk.errors import NotAllowed
from amends.desk.house.models import DeskLog
from amends.desk.house.services import change_house, house
from amends.desk.pages.asking import address_of
from amends.desk.people.authority import ACTS, may, require
from amends.desk.people.roles import CLOCK, CUSTOMER, Role


def test_the_table_names_known_roles_only():
    known = {*Role.values, "machine", "customer"}
    assert all(roles and roles <= known for roles in ACTS.values())


@pytest.mark.parametrize("act", sorted(ACTS))
def test_the_owner_may_do_what_anybody_of_the_house_may(act):
    staff = ACTS[act] & set(Role.values)
    assert not staff or "owner" in staff
    # Nobody below may more than those above.
    order = ["junior", "agent", "lead", "owner"]
    seen = [role in ACTS[act] for role in order]
    assert seen == sorted(seen)


def test_inactive_people_may_nothing(make_person):
    gone = make_person("owner", is_active=False)
    assert not any(may(gone, act) for act in ACTS)


def test_an_unknown_act_is_a_mistake_of_the_program(agent):
    with pytest.raises(KeyError):
        require(agent, "case.fly")


def test_a_junior_sends_nothing_and_gives_nothing_to_others(make_case, junior, agent):
    case = make_case()
    with pytest.raises(NotAllowed):
        record_out(junior, case, text="Sorry.", channel="mail")
    with pytest.raises(NotAllowed):
        assign(junior, case, agent)
    assign(junior, case, junior)
    case.refresh_from_db()
    assert (case.assignee, case.messages.filter(direction="out").count()) == (junior, 0)


def test_a_customer_on_their_page_changes_no_settings(business, make_case):
    with pytest.raises(NotAllowed):
        change_house(CUSTOMER, name="Mine")
    with pytest.raises(NotAllowed):
        assign(CUSTOMER, make_case(), None)
    with pytest.raises(NotAllowed):
        change_house(CLOCK, name="Mine")
    assert house().name == "Corner Bakery"


@pytest.mark.parametrize("role", Role.values)
def test_settings_are_changed_by_the_owner_alone(role, business, make_person, signed_in):
    data = {"name": "New name", "language": "en", "country": "lt", "time_zone": "Europe/Vilnius", "first_word_hours": 8}
    response = signed_in(make_person(role)).post("/settings/", data)
    assert response.status_code == (302 if role == "owner" else 403)
    assert (house().name == "New name") == (role == "owner")


def test_a_refusal_says_what_to_do(business, agent, signed_in):
    client = signed_in(agent)
    page = client.post("/people/invite/", {"email": "a@b.example", "role": "agent"})
    assert page.status_code == 403
    assert "Ask a lead or the owner" in page.content.decode()
    fragment = client.post("/people/invite/", {"email": "a@b.example", "role": "agent"}, headers={"HX-Request": "true"})
    assert fragment.headers["HX-Retarget"] == "#notices"
    assert "<html" not in fragment.content.decode()


def test_pages_forbid_what_does_not_come_from_us(agent, signed_in, business):
    response = signed_in(agent).get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused(agent, business):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    assert client.post("/me/", {"name": "Evil"}).status_code == 403


def test_the_log_tells_what_was_changed(owner, business, make_customer):
    change_house(owner, country="SK")
    entry = DeskLog.objects.first()
    assert (entry.person, entry.before, entry.after) == (owner, {"country": "LT"}, {"country": "SK"})
    customer = make_customer()
    change_customer(owner, customer, form_of_address="formal")
    change_customer(owner, customer, form_of_address="formal")
    acts = list(DeskLog.objects.filter(subject=f"customer {customer.public_id}").values_list("act", flat=True))
    assert acts.count("customer.changed") == 1


@pytest.mark.parametrize(
    ("proxy", "speaks", "says", "seen"),
    [
        ("", "10.0.0.9", "1.2.3.4", "10.0.0.9"),
        ("10.0.0.9", "10.0.0.9", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.9", "10.0.0.9", "", "10.0.0.9"),
        ("10.0.0.9", "5.5.5.5", "1.2.3.4", "5.5.5.5"),
    ],
)
def test_only_the_trusted_proxy_is_believed(proxy, speaks, says, seen, rf, settings):
    settings.TRUSTED_PROXY = proxy
    request = rf.get("/", REMOTE_ADDR=speaks, headers={"x-forwarded-for": says})
    assert address_of(request) == seen
