"""Chromium, a desk that answers it, and people who are signed in."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "desk"))
# The browser's own loop runs in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import desk_setup  # noqa: F401
from django.conf import settings
from django.test import Client
from django.utils import timezone

from amends.desk.clock.loop import run_due
from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.people.models import Person

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, quiet."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": flags}


@pytest.fixture
def business(transactional_db: None) -> Iterator[House]:
    """The house, in a database that threads share."""
    row = house()
    row.name, row.country, row.time_zone = "Corner Bakery", "LT", "Europe/Vilnius"
    row.save()
    yield row
    shutil.rmtree(settings.STORE, ignore_errors=True)


@pytest.fixture
def make_person(business: House) -> Callable[..., Person]:
    """`make_person("agent", name="Ana", language="he")`."""

    def make(role: str = "agent", **values: Any) -> Person:
        number = Person.objects.count() + 1
        values = {"email": f"person{number}@bakery.example", "name": f"Person {number}", "language": "en"} | values
        person = Person(role=role, **values)
        person.set_password("a quiet harbour at dusk")
        person.save()
        return person

    return make


@pytest.fixture
def sign_in(live_server: Any, context: Any) -> Callable[[Person], Any]:
    """`page = sign_in(agent)` is a page of a browser in which somebody is signed in; an error in it fails the test."""
    wrong: list[str] = []

    def go(person: Person) -> Any:
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        return page

    yield go
    assert not wrong


@pytest.fixture
def run_clock() -> Callable[[datetime | None], int]:
    """Do what is due, as the clock does."""
    return lambda now=None: run_due(now or timezone.now())
