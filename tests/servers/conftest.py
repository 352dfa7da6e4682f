"""Tests against real mail servers, with the settings of the desk's tests."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "desk"))

import desk_setup  # noqa: F401
from django.conf import settings

from amends.desk.house.models import House
from amends.desk.house.services import house


@pytest.fixture
def business(transactional_db: None) -> Iterator[House]:
    """The house, in a database that threads share."""
    row = house()
    row.name, row.country, row.time_zone = "Corner Bakery", "LT", "Europe/Vilnius"
    row.save()
    yield row
    shutil.rmtree(settings.STORE, ignore_errors=True)
