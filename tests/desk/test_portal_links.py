"""Secret links: only their hash is stored, they end, they can be revoked."""

import pytest
from django.utils import timezone

from amends.desk.customers.models import Customer
from amends.desk.errors import NotAllowed, NotFound
from amends.desk.portal.models import CustomerLink
from amends.desk.portal.services import case_of, issue, revoke


def test_a_link_leads_to_its_case_and_its_secret_is_stored_nowhere(make_case, agent):
    case = make_case()
    token = issue(agent, case)
    assert case_of(token)[0] == case
    link = CustomerLink.objects.get()
    assert token not in str(vars(link))
    entry = case.log.get(act="link.issued")
    assert token not in str(entry.after)


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 50, "\ud800"])
def test_what_is_no_secret_leads_nowhere(db, token):
    with pytest.raises(NotFound):
        case_of(token)


def test_links_end_are_revoked_and_go_with_an_erased_customer(make_case, agent):
    case = make_case()
    tokens = [issue(agent, case) for _number in range(3)]
    links = [case_of(token)[1] for token in tokens]
    CustomerLink.objects.filter(pk=links[0].pk).update(expires_at=timezone.now())
    revoke(agent, links[1])
    for token in tokens[:2]:
        with pytest.raises(NotFound):
            case_of(token)
    assert case_of(tokens[2])[0] == case
    Customer.objects.filter(pk=case.customer_id).update(erased_at=timezone.now())
    with pytest.raises(NotFound):
        case_of(tokens[2])


def test_a_junior_issues_no_link(make_case, junior):
    with pytest.raises(NotAllowed):
        issue(junior, make_case())
    assert not CustomerLink.objects.exists()
