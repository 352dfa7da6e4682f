"""The API against its own OpenAPI document: made-up requests, right and wrong ones, over WSGI, without a network."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is a tool of development and not installed here"
)

from django.core.signals import request_finished, request_started  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

from amends.desk.api.describing import document  # noqa: E402
from amends.desk.api.models import ApiToken  # noqa: E402
from amends.desk.api.scopes import scopes_for  # noqa: E402
from amends.desk.api.services import make_token  # noqa: E402
from amends.desk.composer.services import keep_draft, send  # noqa: E402

EXAMPLES = 6
MOST = 60
"""Requests of one operation, so that the whole takes less than a minute."""

asked = Counter()


@pytest.fixture
def one_connection(db):
    """Requests end in the transaction of the test: as with Django's own client, none of them closes its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(business, owner):
    secret = make_token(owner, name="schemathesis", scopes=scopes_for(owner))[1]
    # The limit has tests of its own.
    ApiToken.objects.update(per_minute=10**6, level=10**6)
    return secret


@pytest.fixture
def known(make_case, make_promise, owner):
    """Names and numbers that exist, so that requests get further than "there is no such thing"."""
    case = make_case()
    promise = make_promise(case, due=datetime.now(UTC) + timedelta(days=3))
    reply = send(
        owner, keep_draft(owner, case, "reply", text="We are sorry that the cake never came.", reason="Enough.")
    )
    return {"cases": case.public_id, "customers": case.customer.public_id, "promises": promise.pk, "replies": reply.pk}


schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_the_document_says_is_so(case, secret, known, one_connection):
    asked[case.operation.label] += 1
    if asked[case.operation.label] > MOST:
        return
    subject = case.operation.path.removeprefix("/api/").partition("/")[0]
    if case.path_parameters and subject in known and case.meta.generation.mode.is_positive:
        case.path_parameters = dict.fromkeys(case.path_parameters, known[subject])
    # A request may fit the document and still name a person or a message that is not there, or a day that is over: the
    # document cannot say so, and 422 is the right answer.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {secret}"}, excluded_checks=[checks.positive_data_acceptance]
    )
