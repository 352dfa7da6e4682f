"""A reply that tells of a decided remedy settles that it was told, with the promise that it makes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from amends.desk.cases.models import CaseLog
from amends.desk.composer.services import keep_draft, send
from amends.desk.ledger.models import Promise
from amends.desk.remedies import services
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.services import Offer

REFUND = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday; I forgot to put your order on the list. {}\n\nAda"
)


@pytest.fixture
def case(make_case):
    return make_case(text="The cake of 48.00 € never came.", kinds=["missing"])


@pytest.fixture
def leave(case, agent, run_clock):
    def leave_it(words):
        send(agent, keep_draft(agent, case, "reply", text=REFUND.format(words)))
        run_clock(timezone.now() + timedelta(minutes=1))
        return case.messages.get(direction="out")

    return leave_it


def test_the_promise_of_the_reply_is_the_promise_of_the_remedy(case, agent, leave):
    remedy = services.propose(agent, case, Offer("refund", amount=Decimal("48.00")))
    message = leave("We will pay back the 48.00 € tomorrow by 5 pm.")
    remedy.refresh_from_db()
    assert remedy.state == Remedy.State.TOLD
    assert remedy.told_message == message
    assert remedy.promise == Promise.objects.get(message=message, quote__contains="48.00")
    assert remedy.promise.due_at is not None
    assert CaseLog.objects.filter(case=case, act="remedy.told").count() == 1
    # Nothing is promised a second time.
    assert Promise.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    "words",
    [
        "I will ring you tomorrow by 5 pm.",
        "We will pay back 24.00 € tomorrow by 5 pm.",
        "We cannot pay back 48.00 €, and I will ring you tomorrow by 5 pm.",
        "The cake cost 48.00 €.",
    ],
)
def test_whatever_is_less_sure_is_left_to_people(case, agent, leave, words):
    remedy = services.propose(agent, case, Offer("refund", amount=Decimal("48.00")))
    leave(words)
    remedy.refresh_from_db()
    assert remedy.state == Remedy.State.DECIDED
    assert remedy.told_at is None


def test_what_is_done_already_is_told_without_a_promise(case, agent, leave):
    remedy = services.propose(agent, case, Offer("refund", amount=Decimal("48.00")))
    services.finish(agent, remedy, proof="Receipt 7")
    message = leave("The 48.00 € went back to your card this morning.")
    remedy.refresh_from_db()
    assert (remedy.state, remedy.told_message) == (Remedy.State.DONE, message)


def test_two_remedies_have_a_promise_each(case, agent, leave):
    refund = services.propose(agent, case, Offer("refund", amount=Decimal("48.00")))
    again = services.propose(agent, case, Offer("replacement", what="A new cake", cost=Decimal(20)))
    leave("We will pay back the 48.00 € by Friday. I will send you a replacement tomorrow by 5 pm.")
    for remedy in (refund, again):
        remedy.refresh_from_db()
    assert refund.promise is not None
    assert again.promise is not None
    assert refund.promise != again.promise


def test_what_was_told_before_stays_as_it_is(case, agent, leave):
    remedy = services.propose(agent, case, Offer("refund", amount=Decimal("48.00")))
    services.tell(agent, remedy, due=date(2031, 5, 2))
    before = remedy.promise
    leave("We will pay back the 48.00 € tomorrow by 5 pm.")
    remedy.refresh_from_db()
    assert remedy.promise == before
    assert remedy.told_message is None
