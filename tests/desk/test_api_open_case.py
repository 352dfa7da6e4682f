"""An assistant opens a case (`amends mcp`) at a real desk, over HTTP."""

import pytest

from amends.cli.open_case import Desk, DeskError
from amends.desk.api.services import make_token
from amends.desk.cases.models import Case

COMPLAINT = "The crib came without its screws, third time now. Please call me after six."


@pytest.fixture
def desk(business, agent, live_server) -> Desk:
    return Desk(live_server.url, make_token(agent, name="assistant", scopes=["cases:write"])[1])


def test_a_case_is_opened_once_with_the_customers_words(desk) -> None:
    asked = {"channel": "call", "name": "Rūta", "contact": ("mail", "ruta@mail.example"), "subject": "Crib"}
    opened = desk.open_case(COMPLAINT, **asked, language="en")
    assert desk.open_case(COMPLAINT, **asked, language="en") == opened
    (case,) = Case.objects.all()
    assert opened["id"] == case.public_id and opened["page"].endswith(f"/cases/{case.public_id}/")
    assert case.customer.name == "Rūta"
    assert [message.text for message in case.messages.all()] == [COMPLAINT]


def test_a_token_that_may_not_is_refused_with_what_to_do(business, agent, live_server) -> None:
    reads = Desk(live_server.url, make_token(agent, name="reader", scopes=["cases:read"])[1])
    with pytest.raises(DeskError, match="cases:write"):
        reads.open_case(COMPLAINT, channel="call", name="Rūta")
    assert not Case.objects.exists()
