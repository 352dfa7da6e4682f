"""Two customers who are the same person: put together, counted together, taken apart again."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from amends.desk.advocates import services as advocates
from amends.desk.advocates.models import Advocate, Consent
from amends.desk.cases.models import Case
from amends.desk.cases.services import open_case, receive, record_recovery
from amends.desk.causes.services import may_ask_advocate
from amends.desk.customers.merging import bring_after, followers, merge, perhaps_the_same, standing, take_apart
from amends.desk.customers.models import ContactPoint, Customer, Merger
from amends.desk.customers.services import add_contact, change_customer, find_by_contact, find_or_create
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.incidents.models import Note
from amends.desk.incidents.services import opening
from amends.desk.people.roles import CLOCK, CUSTOMER, INTAKE
from amends.desk.portal.services import case_of, issue
from amends.desk.privacy.erasing import erase_customer
from amends.desk.privacy.keeping import preview
from amends.desk.privacy.taking_out import export_customer
from amends.desk.remedies import services as remedies
from amends.desk.remedies.models import Spending, Voucher

pytestmark = pytest.mark.django_db
WHY = "She said so on the phone."


@pytest.fixture
def two(make_customer):
    kept = make_customer(name="Rut", mail="rut@mail.example")
    gone = make_customer(name="Rut Levi", mail="levi@work.example", language="he", notes="Never at work.")
    return kept, gone


def test_cases_addresses_and_failures_stand_together(agent, two, make_case):
    kept, gone = two
    later = make_case(kept, began=datetime(2031, 5, 2, tzinfo=UTC))
    first = make_case(gone, began=datetime(2031, 5, 1, tzinfo=UTC))
    aside = make_case(gone, began=datetime(2031, 4, 1, tzinfo=UTC))
    Case.objects.filter(pk=aside.pk).update(state="set-aside")
    token = issue(agent, first)
    row = merge(agent, kept, gone, reason=WHY)
    assert {one.pk: one.failure_number for one in kept.cases.all()} == {aside.pk: 1, first.pk: 1, later.pk: 2}
    assert find_by_contact("mail", "levi@work.example") == kept
    kept.refresh_from_db()
    assert (kept.name, kept.language, kept.notes) == ("Rut", "he", "Never at work.")
    assert standing(Customer.objects.get(pk=gone.pk)) == kept
    # The customer's own page is of the case, and works on.
    assert case_of(token)[0] == first
    assert first.log.filter(act="case.customer", person=agent).get().after == {"customer": kept.public_id}
    assert row.reason == WHY


def test_taken_apart_everything_is_where_it_was_and_what_came_since_goes_along(agent, two, make_case):
    kept, gone = two
    ours, theirs = make_case(kept), make_case(gone)
    row = merge(agent, kept, gone, reason=WHY)
    customer, contact = find_or_create(INTAKE, "mail", "levi@work.example", verified=True)
    assert customer == kept
    since = open_case(INTAKE, customer, channel="mail")
    receive(INTAKE, since, text="The bread was hard.", channel="mail", contact=contact)
    change_customer(agent, kept, notes="Likes rye.")
    other = take_apart(agent, row)
    assert other == gone
    assert set(gone.cases.all()) == {theirs, since}
    assert list(kept.cases.all()) == [ours]
    assert [one.failure_number for one in gone.cases.order_by("pk")] == [1, 2]
    assert Case.objects.get(pk=ours.pk).failure_number == 1
    kept.refresh_from_db()
    # What somebody changed since stays.
    assert (kept.language, kept.notes) == ("", "Likes rye.")
    assert find_by_contact("mail", "levi@work.example") == gone
    with pytest.raises(WrongInput):
        take_apart(agent, row)


def test_limits_per_customer_count_both(owner, agent, two, make_case):
    kept, gone = two
    limits = {"per_case": None, "per_month": None, "per_cause": None, "per_customer": Decimal(100)}
    remedies.change_authority(owner, "agent", kinds={"refund": None, "voucher": None}, **limits)
    ours, theirs = make_case(kept), make_case(gone)
    remedies.propose(agent, theirs, remedies.Offer("refund", amount=Decimal(70)))
    remedies.propose(agent, theirs, remedies.Offer("voucher", amount=Decimal(20)))
    row = merge(agent, kept, gone, reason=WHY)
    assert set(Spending.objects.values_list("customer", flat=True)) == {kept.pk}
    assert Voucher.objects.get().customer == kept
    fresh = remedies.propose(agent, ours, remedies.Offer("refund", amount=Decimal(20)), decide=False)
    with pytest.raises(remedies.AboveAuthority):
        remedies.decide(agent, fresh)
    take_apart(agent, row)
    assert Voucher.objects.get().customer == gone
    remedies.decide(agent, fresh)
    assert Spending.objects.filter(customer=kept).count() == 1


def test_a_second_failure_shows_itself(agent, lead, two, make_case, run_clock):
    kept, gone = two
    first = make_case(gone, began=datetime(2031, 5, 1, tzinfo=UTC))
    second = make_case(kept, began=datetime(2031, 5, 3, tzinfo=UTC))
    advocates.find_recovered(CLOCK)
    record_recovery(CUSTOMER, first, None)
    assert may_ask_advocate(gone)
    assert advocates.find_recovered(CLOCK) == 1
    merge(agent, kept, gone, reason=WHY)
    assert not may_ask_advocate(kept)
    run_clock(timezone.now())
    second.refresh_from_db()
    assert second.assignee == lead
    assert Advocate.objects.get().state == "lapsed"
    assert Advocate.objects.get().customer == kept


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_advocates_the_word_that_spares_them_holds(agent, two, turned):
    kept, gone = two
    for customer in two:
        advocates.write_praise_down(agent, customer, "The best bread.")
    rows = {one: Advocate.objects.get(customer=one) for one in two}
    declining = kept if turned else gone
    advocates.take_up(agent, rows[declining])
    advocates.ask(agent, rows[declining], words="May we quote you?", day=date(2026, 5, 1))
    advocates.decline(agent, rows[declining], words="Rather not.", day=date(2026, 5, 1))
    row = merge(agent, kept, gone, reason=WHY)
    assert kept.advocate.state == "declined"
    assert kept.advocate.signs.count() == 2
    assert Consent.objects.filter(advocate__customer=kept).count() == 2
    from amends.desk.advocates.listing import listed

    assert list(listed("next")) == []
    assert list(listed("quiet")) == [kept.advocate]
    take_apart(agent, row)
    states = {one: Advocate.objects.get(customer=one).state for one in two}
    assert states == {declining: "declined", (gone if turned else kept): "found"}
    assert Advocate.objects.get(customer=gone).signs.count() == 1


def test_nobody_is_written_to_twice_in_an_incident(agent, lead, two, business):
    kept, gone = two
    incident = opening.open_incident(lead, title="The oven", since=timezone.now())
    for number, customer in enumerate(two):
        Note.objects.create(
            incident=incident, address=f"n{number}@mail.example", address_key=str(number), customer=customer,
            state="ready", language="en",
        )  # fmt: skip
    row = merge(lead, kept, gone, reason=WHY)
    assert set(Note.objects.values_list("customer", "state")) == {(kept.pk, "planned")}
    take_apart(lead, row)
    assert set(Note.objects.values_list("customer", flat=True)) == {kept.pk, gone.pk}
    # The customer of the incident itself is nobody's other self.
    with pytest.raises(WrongInput):
        merge(lead, kept, incident.house_case.customer, reason=WHY)
    assert incident.house_case.customer in Customer.objects.filter(merged_into=None)


def test_only_two_who_can_be_one(agent, junior, two, make_customer):
    kept, gone = two
    with pytest.raises(NotAllowed):
        merge(junior, kept, gone, reason=WHY)
    with pytest.raises(WrongInput):
        merge(agent, kept, gone, reason="  ")
    with pytest.raises(WrongInput):
        merge(agent, kept, kept, reason=WHY)
    with pytest.raises(WrongInput):
        merge(agent, kept, make_customer(demo=True), reason=WHY)
    with pytest.raises(WrongInput):
        merge(agent, kept, make_customer(erased_at=timezone.now()), reason=WHY)
    merge(agent, kept, gone, reason=WHY)
    with pytest.raises(WrongInput):
        merge(agent, make_customer(), gone, reason=WHY)
    assert Merger.objects.count() == 1


def test_several_are_taken_apart_from_the_last(agent, two, make_customer, make_case):
    kept, gone = two
    third, fourth = make_customer(), make_customer()
    case = make_case(fourth)
    inner = merge(agent, third, fourth, reason=WHY)
    first, last = merge(agent, kept, gone, reason=WHY), merge(agent, kept, third, reason=WHY)
    case.refresh_from_db()
    assert case.customer == kept
    for too_soon in (inner, first):
        with pytest.raises(WrongInput):
            take_apart(agent, too_soon)
    for row in (last, first, inner):
        take_apart(agent, row)
    case.refresh_from_db()
    assert case.customer == fourth
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_what_comes_in_the_same_moment_is_brought_over(agent, two, business):
    kept, gone = two
    stale = Customer.objects.get(pk=gone.pk)
    row = merge(agent, kept, gone, reason=WHY)
    # Somebody still had the row from before in hand.
    late = open_case(INTAKE, stale, channel="mail")
    assert late.customer == gone
    assert bring_after(CLOCK) == 1
    late.refresh_from_db()
    assert late.customer == kept
    assert open_case(INTAKE, Customer.objects.get(pk=gone.pk), channel="mail").customer == kept
    take_apart(agent, row)
    late.refresh_from_db()
    assert late.customer == gone


def test_erased_and_exported_as_one(lead, agent, two, make_case):
    import zipfile

    kept, gone = two
    make_case(gone)
    merge(agent, kept, gone, reason=WHY)
    with export_customer(lead, kept) as file, zipfile.ZipFile(file) as archive:
        assert "Rut Levi" in archive.read("customers-customer.json").decode()
        assert WHY in archive.read("customers-merger.json").decode()
    with pytest.raises(WrongInput):
        erase_customer(lead, gone, reason="Asked for it.")
    # The empty row is no customer without cases.
    Customer.objects.update(updated_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert [one.count for one in preview(lead, {"customers": 7})] == [0]
    erase_customer(lead, kept, reason="Asked for it.")
    gone.refresh_from_db()
    assert (gone.name, gone.notes) == ("", "")
    assert not Merger.objects.exists()
    assert not ContactPoint.objects.exists()


def test_every_room_with_something_of_a_customer_follows():
    """Whoever adds a table that names a customer says how it goes over."""
    naming = {
        one.related_model
        for one in Customer._meta.get_fields(include_hidden=True)
        if one.auto_created and one.is_relation
    } - {Customer, Merger}
    assert {model.__name__ for model in naming} == {
        "Advocate", "Case", "ContactPoint", "Note", "Spending", "Voucher",
    }  # fmt: skip
    assert list(followers)[:2] == ["contacts", "cases"]
    assert set(followers) == {"contacts", "cases", "spending", "vouchers", "advocates", "notes"}


def test_the_pages(agent, junior, two, signed_in, make_customer, make_case):
    kept, gone = two
    make_case(gone)
    add_contact(agent, kept, "phone", "+370 600 00001")
    add_contact(agent, gone, "phone", "+37060000001")
    assert perhaps_the_same(kept) == [gone]
    browser = signed_in(agent)
    page = browser.get(reverse("customers:customer", args=[kept.public_id])).content.decode()
    address = reverse("customers:compare", args=[kept.public_id, gone.public_id])
    assert address in page
    assert gone.public_id in browser.get(reverse("customers:same", args=[kept.public_id]) + "?q=levi").content.decode()
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert not Merger.objects.exists()
    assert "The cake for Saturday" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": WHY}).status_code == 302
    answer = browser.get(reverse("customers:customer", args=[gone.public_id]))
    assert answer.url == reverse("customers:customer", args=[kept.public_id])
    shown = browser.get(answer.url)
    assert WHY in shown.content.decode()
    # A phone that both had is shown once.
    assert len(shown.context["contacts"]) == 3
    assert "Rut Levi</bdi></a>" not in browser.get(reverse("customers:list")).content.decode()
    end = reverse("customers:apart", args=[kept.public_id, Merger.objects.get().pk])
    young = signed_in(junior)
    assert young.post(end).status_code == 403
    assert young.get(address).status_code == 403
    assert end not in young.get(answer.url).content.decode()
    assert browser.post(end).url == reverse("customers:customer", args=[gone.public_id])
    assert browser.get(reverse("customers:customer", args=[gone.public_id])).status_code == 200
