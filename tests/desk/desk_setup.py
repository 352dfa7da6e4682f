"""Starts Django with the settings of the tests; imported before anything of the desk.

The tests empty the data folder. They never run with the settings of a real desk.
"""

import os

import django
import pytest
from django.conf import settings

SETTINGS = "desk_test_settings"

if settings.configured and getattr(settings, "SETTINGS_MODULE", "") != SETTINGS:
    pytest.exit(
        f"the tests of the desk need DJANGO_SETTINGS_MODULE = {SETTINGS!r} (it is {settings.SETTINGS_MODULE!r}) and "
        "pythonpath = ['tests/desk']: they would empty the data folder of a real desk",
        returncode=4,
    )
os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
django.setup()
