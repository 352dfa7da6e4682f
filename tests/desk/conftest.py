"""Factories and signed-in browsers for tests of the desk."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import desk_setup  # noqa: F401
import hypothesis
import pytest
from desk_test_settings import TEST_FOLDER
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import open_case, receive
from amends.desk.clock.loop import run_due
from amends.desk.customers.models import Customer
from amends.desk.customers.services import find_or_create
from amends.desk.deadlines.models import Profile
from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import record
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE, Role

# No test asserts on time: a slow machine is no failure.
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("desk")

PASSWORD = "a quiet harbour at dusk"


@pytest.fixture(scope="session", autouse=True)
def _data_folder() -> Iterator[None]:
    yield
    shutil.rmtree(TEST_FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def _empty_store() -> Iterator[None]:
    yield
    shutil.rmtree(TEST_FOLDER / "store", ignore_errors=True)


@pytest.fixture
def shipped_profiles(db: None) -> None:
    """What the migrations wrote: a test with transactions of its own has perhaps emptied the database."""
    if not Profile.objects.exists():
        import_module("amends.desk.deadlines.migrations.0002_shipped_profiles").write(apps, None)


@pytest.fixture
def business(shipped_profiles: None) -> House:
    """The house: a bakery in Vilnius."""
    row = house()
    row.name, row.country, row.time_zone = "Corner Bakery", "LT", "Europe/Vilnius"
    row.save()
    return row


@pytest.fixture
def make_person(db: None) -> Callable[..., Person]:
    """`make_person("agent", name="Ana")` makes somebody; the password is `conftest.PASSWORD`."""
    numbers = count(1)

    def make(role: str = Role.AGENT, **values: Any) -> Person:
        number = next(numbers)
        values = {"email": f"person{number}@bakery.example", "name": f"Person {number}", "language": "en"} | values
        person = Person(role=role, **values)
        person.set_password(PASSWORD)
        person.save()
        return person

    return make


@pytest.fixture
def owner(make_person: Callable[..., Person]) -> Person:
    return make_person(Role.OWNER, name="Olga Owner")


@pytest.fixture
def lead(make_person: Callable[..., Person]) -> Person:
    return make_person(Role.LEAD, name="Lena Lead")


@pytest.fixture
def agent(make_person: Callable[..., Person]) -> Person:
    return make_person(Role.AGENT, name="Ana Agent")


@pytest.fixture
def junior(make_person: Callable[..., Person]) -> Person:
    return make_person(Role.JUNIOR, name="Jonas Junior")


@pytest.fixture
def signed_in(db: None) -> Callable[[Person], Client]:
    """`signed_in(agent)` is a browser in which somebody is signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def make_customer(db: None) -> Callable[..., Customer]:
    """`make_customer(name="Rūta", mail="ruta@mail.example", language="lt")`."""
    numbers = count(1)

    def make(mail: str = "", verified: bool = True, **values: Any) -> Customer:
        address = mail or f"customer{next(numbers)}@mail.example"
        name = values.pop("name", "Rūta Kalnienė")
        customer, _contact = find_or_create(INTAKE, "mail", address, name=name, verified=verified)
        if values:
            Customer.objects.filter(pk=customer.pk).update(**values)
            customer.refresh_from_db()
        return customer

    return make


@pytest.fixture
def make_case(business: House, make_customer: Callable[..., Customer]) -> Callable[..., Case]:
    """`make_case(severity=80, text="...")` opens a case as the intake does, with a first message unless text is ""."""

    def make(customer: Customer | None = None, text: str = "The cake never came.", **values: Any) -> Case:
        values = {"channel": "mail", "subject": "The cake for Saturday", "language": "en"} | values
        case = open_case(INTAKE, customer or make_customer(), **values)
        if text:
            contact = case.customer.contacts.first()
            receive(
                INTAKE,
                case,
                text=text,
                channel=values["channel"],
                sent_at=case.created_at,
                contact=contact,
                sender_name=case.customer.name,
                sender_address=contact.value if contact else "",
            )
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def make_promise(make_case: Callable[..., Case], agent: Person) -> Callable[..., Promise]:
    """`make_promise(due=date(2031, 5, 2), act="Ring Rūta")`."""

    def make(case: Case | None = None, **values: Any) -> Promise:
        values = {"act": "Bring a new cake", "owner": agent, "confirmed": True} | values
        return record(agent, case or make_case(), **values)

    return make


@pytest.fixture
def run_clock(db: None) -> Callable[..., int]:
    """`run_clock()` does all that is due now; `run_clock(moment)` what is due at a moment."""

    def run(now: datetime | None = None) -> int:
        return run_due(now or timezone.now())

    return run


@pytest.fixture
def first_message() -> Callable[[Case], Message]:
    def find(case: Case) -> Message:
        message = case.messages.filter(direction="in").first()
        assert message is not None
        return message

    return find


def utc(*parts: int) -> datetime:
    """An aware moment in UTC: `utc(2031, 5, 2, 12)`."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def stored_files() -> list[Path]:
    """Files in the store."""
    return [path for path in Path(settings.STORE).rglob("*") if path.is_file()]
