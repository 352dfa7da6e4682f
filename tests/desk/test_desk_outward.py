"""What is said when an address outside cannot be asked."""

import pytest
from django.utils.translation import override

from amends.desk.outward import NotReachedError, NotThereError, ask


def test_an_address_inside_is_refused_in_the_language_of_whoever_typed_it(settings):
    settings.WEBHOOKS_TO_PRIVATE = False
    with override("lt"), pytest.raises(NotThereError, match="vidinį darbastalio tinklą"):
        ask("GET", "http://127.0.0.1/feed")


def test_nobody_listening_is_said_in_that_language_too(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    with override("sk"), pytest.raises(NotReachedError, match="nikto tam nepočúva"):
        ask("GET", "http://127.0.0.1:9/feed")
