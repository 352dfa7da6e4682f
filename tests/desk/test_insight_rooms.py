"""What other rooms tell the room of figures, and what of them stays when a customer is erased."""

from datetime import timedelta

import pytest
from django.utils import timezone

from amends.desk.causes.models import CaseCause, Cause, Told
from amends.desk.causes.services import link, make_cause, merge
from amends.desk.insight import sources
from amends.desk.privacy.erasing import erase_customer
from amends.desk.remedies.causes import cause_of, cause_words, same_cause
from amends.desk.remedies.models import Remedy

pytestmark = pytest.mark.django_db


def test_remedies_know_the_cause_of_a_case_also_after_two_were_put_together(make_case, lead, business):
    case = make_case()
    one, other = make_cause(lead, "Late van"), make_cause(lead, "Van too late")
    assert cause_of(case) == ""
    link(lead, case, one)
    before = cause_of(case)
    assert cause_words(before) == "Late van"
    merge(lead, one, other)
    assert set(same_cause(before)) == {str(one.pk), str(other.pk)}
    assert cause_of(case) == str(other.pk)


def test_what_a_remedy_costs_is_counted_with_its_case_once(make_case, agent, business):
    case = make_case()
    now = timezone.now()
    for state, cost in (("done", 10), ("told", 5), ("refused", 99)):
        Remedy.objects.create(
            case=case,
            kind="gesture",
            what="Flowers",
            cost=cost,
            state=state,
            decided_at=now,
            proposed_by=agent,
            decided_by=agent,
            told_at=now,
            done_at=now if state == "done" else None,
        )
    counted = sources.counted([case.pk])[case.pk]
    total = {name: sum(counts.get(name, 0) for _at, counts in counted) for name in ("remedies", "remedied")}
    assert total == {"remedies": 2, "remedied": 1}
    assert sum(counts["remedy_cents"] for _at, counts in counted) == 1500


def test_that_something_was_told_is_remembered_without_the_erased_customer(make_case, lead, business):
    case = make_case()
    cause = make_cause(lead, "Late van")
    link(lead, case, cause)
    Told.objects.create(cause=cause, case=case, quote="Dear Ruta, it will not happen again", at=timezone.now())
    case.created_at = timezone.now() - timedelta(days=3)
    case.save()
    erase_customer(lead, case.customer, reason="asked for it")
    assert Told.objects.get().quote == ""
    assert CaseCause.objects.filter(case=case).exists()
    assert Cause.objects.get().name == "Late van"
