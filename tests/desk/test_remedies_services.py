"""Remedies: proposed, decided within one's authority, approved by somebody else, told, done; and their promises."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from amends.desk.cases.services import record_out
from amends.desk.errors import NotAllowed, NotFound, WrongInput, WrongMove
from amends.desk.house.models import DeskLog
from amends.desk.ledger import services as ledger
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import CUSTOMER
from amends.desk.remedies import causes, services
from amends.desk.remedies.models import ApprovalLink, Remedy, Spending
from amends.desk.remedies.services import AboveAuthority, Offer
from amends.desk.remedies.services.approving import issue_link
from amends.desk.remedies.services.doing import ProofFile

D = Decimal
DUE = date(2031, 6, 12)


def refund(amount="24.90", **more):
    return Offer("refund", amount=D(amount), **more)


@pytest.fixture
def case(make_case):
    return make_case()


@pytest.fixture
def decided(case, agent):
    return services.propose(agent, case, refund())


@pytest.fixture
def told(decided, agent):
    return services.tell(agent, decided, due=DUE)


def acts(case):
    return list(case.log.filter(act__startswith="remedy.").values_list("act", flat=True))


def test_within_ones_authority_a_person_just_does_it(decided, agent, case):
    assert (decided.state, decided.decided_by, decided.cost) == ("decided", agent, D("24.90"))
    assert Spending.objects.get().amount == D("24.90")
    assert acts(case) == ["remedy.proposed", "remedy.decided"]


def test_above_it_nothing_is_stored_until_there_is_a_reason(case, agent, lead):
    with pytest.raises(AboveAuthority) as error:
        services.propose(agent, case, refund("150.01"))
    assert error.value.field == "reason"
    assert not Remedy.objects.exists()
    row = services.propose(agent, case, refund("150.01"), reason="The whole party had nothing to eat.")
    assert (row.state, row.asked_by) == ("waiting", agent)
    assert not Spending.objects.exists()
    assert [mail.to for mail in OutgoingMessage.objects.filter(purpose="remedy-approval")] == [[lead.email]]


def test_who_is_asked_is_the_closest_whose_authority_reaches(case, make_case, junior, agent, lead, owner, make_person):
    make_person("lead", is_active=False)
    services.propose(junior, case, refund("20"), reason="She waited an hour.")
    assert OutgoingMessage.objects.get(purpose="remedy-approval").to == [agent.email]
    services.propose(lead, make_case(), refund("1500"), reason="The hall was rented in vain.")
    assert OutgoingMessage.objects.filter(purpose="remedy-approval").last().to == [owner.email]


def test_nobody_approves_their_own(case, junior, agent, lead):
    row = services.propose(agent, case, refund("160"), reason="It was her wedding.")
    for person in (agent, junior):
        with pytest.raises(NotAllowed):
            services.approve(person, row)
    services.approve(lead, row, words="Right.")
    assert (row.state, row.decided_by, Spending.objects.get().person) == ("decided", lead, lead)
    assert OutgoingMessage.objects.get(purpose="remedy-decided").to == [agent.email]
    with pytest.raises(WrongMove):
        services.approve(lead, row)


def test_not_even_the_database_takes_an_approval_of_ones_own(case, agent):
    row = services.propose(agent, case, refund("160"), reason="It was her wedding.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Remedy.objects.filter(pk=row.pk).update(decided_by=agent, state="decided")


def test_who_proposed_an_idea_that_another_asked_for_cannot_approve_it(case, agent, lead, owner):
    row = services.propose(lead, case, refund("1200"), decide=False)
    services.ask(agent, row, reason="Please look.")
    with pytest.raises(NotAllowed):
        services.approve(lead, row)
    assert services.approve(owner, row).state == "decided"


def test_whoever_approves_needs_the_authority_too(case, agent, lead, owner):
    row = services.propose(agent, case, refund("1200"), reason="The hall was rented in vain.")
    with pytest.raises(AboveAuthority):
        services.approve(lead, row)
    row.refresh_from_db()
    assert row.state == "waiting"
    services.approve(owner, row)


def test_a_refusal_has_a_reason_and_ends_it(case, agent, lead):
    row = services.propose(agent, case, refund("160"), reason="It was her wedding.")
    with pytest.raises(WrongInput):
        services.refuse(lead, row, words=" ")
    services.refuse(lead, row, words="Offer a new cake first.")
    assert (row.state, row.decision_words) == ("refused", "Offer a new cake first.")
    with pytest.raises(WrongMove):
        services.approve(lead, row)


def test_amounts_are_amounts(case, agent):
    for offer in (
        Offer("refund"),
        refund("0"),
        refund("-1"),
        Offer("refund", amount=D("NaN")),
        refund("99999999"),
        Offer("replacement"),
        Offer("gesture", cost=D(3)),
        Offer("kindness", what="x", cost=D(1)),
        refund("10", currency="USD"),
    ):
        with pytest.raises(WrongInput):
            services.propose(agent, case, offer)
    assert not Remedy.objects.exists()


def test_what_is_given_in_money_costs_as_much_whatever_is_written(case, junior):
    with pytest.raises(AboveAuthority):
        services.propose(junior, case, Offer("voucher", amount=D(500), cost=D(1)))
    with pytest.raises(AboveAuthority):
        services.propose(junior, case, Offer("gesture", what="Flowers", amount=D(500), cost=D(1)))


def test_other_currencies_count_by_the_rate_of_the_owner(case, junior, agent, owner):
    services.change_settings(owner, currency="EUR", rates={"USD": D("0.5")}, voucher_days=365, approval_hours=72)
    with pytest.raises(AboveAuthority):
        services.propose(agent, case, refund("301", currency="USD"))
    row = services.propose(agent, case, refund("300", currency="usd"))
    assert (row.currency, row.cost) == ("USD", D(150))


def test_limits_of_case_customer_month_and_cause(case, make_case, make_customer, agent, owner):
    everything = dict.fromkeys(Remedy.Kind.values)

    def limit(**values):
        amounts = {"per_case": None, "per_customer": None, "per_month": None, "per_cause": None} | values
        services.change_authority(owner, "agent", kinds=everything, **amounts)

    def give(which, amount, thing):
        return services.propose(agent, which, refund(amount, for_what=thing))

    limit(per_case=D(50))
    give(case, "30", "a")
    with pytest.raises(AboveAuthority):
        give(case, "20.01", "b")
    give(case, "20", "b")
    limit(per_customer=D(100))
    second = make_case(case.customer)
    with pytest.raises(AboveAuthority):
        give(second, "50.01", "a")
    give(second, "50", "a")
    Spending.objects.update(at=timezone.now() - timedelta(days=366))
    give(second, "100", "b")
    limit(per_month=D(130))
    stranger = make_case(make_customer())
    with pytest.raises(AboveAuthority):
        give(stranger, "30.01", "a")
    give(stranger, "30", "a")


def test_the_limit_of_a_cause_holds_over_customers_and_merged_causes(make_case, make_customer, agent, owner, request):
    before = list(causes._lookups)
    request.addfinalizer(lambda: causes._lookups.__setitem__(slice(None), before))
    known = {}
    causes.register_causes(
        causes.CauseLookup(lambda case: known.get(case.pk, ""), str.title, lambda key: ["oven", "old-oven"])
    )
    services.change_authority(
        owner, "agent", kinds={"refund": None}, per_case=None, per_customer=None, per_month=None, per_cause=D(100)
    )
    cases = [make_case(make_customer()) for _number in range(4)]
    known |= {cases[0].pk: "oven", cases[1].pk: "old-oven", cases[2].pk: "oven"}
    services.propose(agent, cases[0], refund("60"))
    services.propose(agent, cases[1], refund("40"))
    with pytest.raises(AboveAuthority):
        services.propose(agent, cases[2], refund("0.01"))
    row = services.propose(agent, cases[3], refund("500"))
    assert (row.cause, causes.cause_words("oven")) == ("", "Oven")


def test_kinds_have_limits_of_their_own(case, junior):
    with pytest.raises(AboveAuthority):
        services.propose(junior, case, refund("1"))
    with pytest.raises(AboveAuthority):
        services.propose(junior, case, Offer("gesture", what="Flowers", cost=D("15.01")))
    assert services.propose(junior, case, Offer("gesture", what="Flowers", cost=D(15))).state == "decided"


def test_nobody_passes_a_budget_and_the_owner_makes_it_larger(case, make_case, make_customer, agent, owner):
    services.set_budget(owner, None, D(30))
    services.propose(agent, case, refund("24.90"))
    other = make_case(make_customer())
    row = services.propose(agent, other, refund("10"), reason="She waited.")
    assert row.state == "waiting"
    with pytest.raises(AboveAuthority):
        services.approve(owner, row)
    services.set_budget(owner, None, D("34.90"))
    services.approve(owner, row)
    assert DeskLog.objects.filter(act="remedy.budget-changed").count() == 2
    services.set_budget(owner, None, None)
    services.propose(agent, other, refund("100"), why_again="The rest")


def test_a_team_has_a_budget_of_its_own(make_case, make_customer, agent, owner):
    from amends.desk.cases.services import give_to_team
    from amends.desk.people.models import Team

    sweets, bread = Team.objects.create(name="Sweets"), Team.objects.create(name="Bread")
    services.set_budget(owner, sweets, D(20))
    ours, theirs = (give_to_team(agent, make_case(make_customer()), team) for team in (sweets, bread))
    with pytest.raises(AboveAuthority):
        services.propose(agent, ours, refund("20.01"))
    services.propose(agent, theirs, refund("20.01"))
    services.propose(agent, ours, refund("20"))


def test_no_second_one_for_the_same_thing_without_a_reason(decided, case, agent):
    with pytest.raises(WrongInput) as error:
        services.propose(agent, case, refund("5"))
    assert error.value.field == "why_again"
    # All of a failure holds every part of it; capitals, accents and signs make nothing different.
    with pytest.raises(WrongInput):
        services.propose(agent, case, refund("5", for_what="the candles"))
    again = services.propose(agent, case, refund("5"), why_again="The fee came back to her as well.")
    assert (again.state, again.why_again) == ("decided", "The fee came back to her as well.")
    assert services.propose(agent, case, Offer("replacement", what="A new cake", cost=D(20))).state == "decided"


def test_parts_of_a_failure_are_told_apart(case, agent):
    services.propose(agent, case, refund("5", for_what="The candles"))
    services.propose(agent, case, refund("5", for_what="The icing"))
    with pytest.raises(WrongInput):
        services.propose(agent, case, refund("5", for_what=" the  CANDLES."))


def test_the_same_order_in_another_case_of_the_customer(make_case, make_customer, agent):
    customer = make_customer()
    first, second = make_case(customer), make_case(customer)
    services.propose(agent, first, refund("5", order_number="LT-10 442"))
    with pytest.raises(WrongInput) as error:
        services.propose(agent, second, refund("5", order_number="lt10442"))
    assert first.public_id in error.value.words
    services.propose(agent, make_case(make_customer()), refund("5", order_number="LT-10442"))


def test_two_ideas_and_only_one_is_decided(case, agent, lead):
    ideas = [services.propose(agent, case, refund("5"), decide=False) for _number in range(2)]
    services.decide(agent, ideas[0])
    with pytest.raises(WrongInput):
        services.decide(agent, ideas[1])
    with pytest.raises(WrongInput):
        services.ask(agent, ideas[1], reason="Please")
    services.withdraw(agent, ideas[0], why="A new cake is better.")
    assert services.decide(agent, ideas[1]).state == "decided"


def test_an_idea_for_a_good_surprise_is_kept_changed_and_decided(case, agent, junior):
    offer = Offer(
        "gesture", what="A cake for her son", cost=D(12), idea="He turns five on Friday.", doer=junior, by=DUE
    )
    row = services.propose(agent, case, offer, decide=False)
    assert (row.state, row.idea, row.doer, row.by) == ("proposed", "He turns five on Friday.", junior, DUE)
    services.change(agent, row, Offer("gesture", what="A cake with his name", cost=D(14)))
    assert services.decide(junior, row).cost == D(14)
    with pytest.raises(WrongMove):
        services.change(agent, row, Offer("gesture", what="Two cakes", cost=D(28)))


def test_told_it_is_a_promise_and_done_with_proof_it_is_kept(told, agent, case):
    promise = told.promise
    assert (told.state, promise.state, promise.due_day, promise.owner) == ("told", "open", DUE, agent)
    assert promise.act.replace("\N{NO-BREAK SPACE}", " ") == "We pay back 24.90 €"
    with pytest.raises(WrongInput):
        services.finish(agent, told)
    services.finish(agent, told, paid=D("24.90"), proof="Transfer 4471")
    promise.refresh_from_db()
    assert (told.state, told.paid, promise.state, promise.evidence) == ("done", D("24.90"), "kept", "Transfer 4471")
    assert Spending.objects.get().paid == D("24.90")
    assert acts(case)[-2:] == ["remedy.told", "remedy.done"]


def test_the_promise_is_in_the_customers_language(case, agent, decided):
    case.customer.language = "he"
    case.customer.save()
    decided.case.customer.refresh_from_db()
    assert "24.90" in services.told_words(decided)


def test_a_promise_found_in_the_reply_is_taken_over(decided, case, agent, make_promise):
    said = record_out(agent, case, text="We refund 24.90 € by 12 June.", channel="mail", delivery="sent")
    promise = ledger.record(agent, case, act="We refund 24.90 €", owner=agent, due=DUE, message=said)
    services.tell(agent, decided, message=said, promise=promise)
    assert (case.promises.count(), decided.told_at, decided.promise) == (1, said.sent_at, promise)
    other = services.propose(agent, case, refund("1", for_what="x"), why_again="Postage")
    with pytest.raises(WrongInput):
        services.tell(agent, other, promise=promise)
    with pytest.raises(WrongInput):
        services.tell(agent, other, promise=make_promise())
    with pytest.raises(WrongInput):
        services.tell(agent, other)


def test_what_the_ledger_says_becomes_of_the_remedy(told, agent):
    promise = told.promise
    ledger.keep(agent, promise, evidence="She wrote that it arrived.")
    told.refresh_from_db()
    assert (told.state, told.proof, Spending.objects.get().paid) == ("done", "She wrote that it arrived.", D("24.90"))
    ledger.reopen(agent, promise, note="It was another transfer.")
    told.refresh_from_db()
    assert (told.state, told.proof) == ("told", "")
    ledger.break_promise(agent, promise)
    told.refresh_from_db()
    assert told.is_broken
    services.finish(agent, told, proof="Transfer 4471")
    promise.refresh_from_db()
    assert promise.state == "late"


def test_the_customer_lets_us_off(told, agent):
    ledger.release(CUSTOMER, told.promise)
    told.refresh_from_db()
    assert told.state == "withdrawn"
    assert Spending.objects.get().released_at is not None


def test_what_was_let_off_counts_again_only_within_the_limits(told, case, agent, owner):
    promise = told.promise
    ledger.release(CUSTOMER, promise)
    services.propose(agent, case, refund("140"))
    promise.refresh_from_db()
    with pytest.raises(WrongInput):
        ledger.reopen(agent, promise, note="She meant something else.")
    promise.refresh_from_db()
    assert promise.state == "released"
    services.withdraw(agent, Remedy.objects.get(amount=140), why="Mistake")
    ledger.reopen(agent, promise, note="She meant something else.")
    told.refresh_from_db()
    assert (told.state, Spending.objects.filter(released_at=None).get().amount) == ("told", D("24.90"))


def test_from_the_remedys_side_too(told, agent):
    services.break_remedy(agent, told, note="The bank was closed.")
    assert Promise.objects.get().state == "broken"
    services.withdraw(agent, told, why="She wrote: leave it.")
    promise = Promise.objects.get()
    assert (told.state, promise.state, promise.evidence) == ("withdrawn", "released", "She wrote: leave it.")


def test_done_by_mistake_is_opened_again_on_both_sides(told, agent):
    services.finish(agent, told, proof="Transfer")
    services.reopen(agent, told, note="Wrong account")
    assert (told.state, Promise.objects.get().state, told.paid) == ("told", "open", None)
    # What was written down as given once is never given back to a limit.
    services.withdraw(agent, told, why="She lets us off.")
    assert Spending.objects.get().released_at is None


def test_done_before_anybody_told(decided, agent):
    services.finish(agent, decided, proof="Transfer 1")
    assert (decided.state, decided.told_at) == ("done", None)
    services.tell(agent, decided)
    assert (decided.state, Promise.objects.count()) == ("done", 0)
    assert decided.told_at is not None


def test_what_was_paid_against_what_was_decided(decided, agent):
    with pytest.raises(WrongInput) as error:
        services.finish(agent, decided, paid=D(25), proof="x")
    assert error.value.field == "paid"
    services.finish(agent, decided, paid=D("20.10"), proof="x")
    spending = Spending.objects.get()
    assert (spending.amount, spending.paid) == (D("24.90"), D("20.10"))


def test_a_file_shows_it(told, agent):
    services.finish(agent, told, files=[ProofFile("receipt.pdf", b"%PDF-1.4 receipt")])
    assert told.proof_file.name == "receipt.pdf"
    assert told.proof_file.message.direction == "internal"
    assert Promise.objects.get().evidence_message == told.proof_file.message


def test_a_link_decides_once_for_one_person(case, agent, lead, owner):
    row = services.propose(agent, case, refund("160"), reason="It was her wedding.")
    token = issue_link(row, lead)
    with pytest.raises(NotFound):
        services.link_of(owner, token)
    for wrong in (token[:-1], "x" + token, "", "nonsense"):
        with pytest.raises(NotFound):
            services.link_of(lead, wrong)
    link = services.link_of(lead, token)
    services.approve(lead, row, link=link)
    with pytest.raises(NotFound):
        services.link_of(lead, token)
    assert not ApprovalLink.objects.filter(used_at=None, revoked_at=None).exists()


@pytest.mark.parametrize("how", ["expired", "revoked", "withdrawn"])
def test_a_link_ends(how, case, agent, lead):
    row = services.propose(agent, case, refund("160"), reason="It was her wedding.")
    token = issue_link(row, lead)
    if how == "expired":
        ApprovalLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        ApprovalLink.objects.update(revoked_at=timezone.now())
    else:
        services.withdraw(agent, row, why="A new cake is better.")
    with pytest.raises(NotFound):
        services.link_of(lead, token)


@pytest.mark.parametrize("role", ["junior", "agent", "lead", "owner"])
def test_limits_are_the_owners(role, make_person):
    person = make_person(role)
    calls = (
        lambda: services.change_authority(
            person, "agent", kinds={}, per_case=None, per_customer=None, per_month=None, per_cause=None
        ),
        lambda: services.set_budget(person, None, D(5)),
        lambda: services.change_settings(person, currency="eur", rates={}, voucher_days=30, approval_hours=24),
    )
    for call in calls:
        if role == "owner":
            call()
        else:
            with pytest.raises(NotAllowed):
                call()


def test_limits_hold_although_the_customer_was_erased(case, agent, lead, decided):
    from amends.desk.privacy.erasing import erase_customer

    erase_customer(lead, case.customer, reason="Asked for it")
    assert not Remedy.objects.exists()
    assert Spending.objects.get().amount == D("24.90")


def test_an_erased_customer_gets_nothing_more(case, agent, lead):
    from amends.desk.privacy.erasing import erase_customer

    erase_customer(lead, case.customer, reason="Asked for it")
    case.customer.refresh_from_db()
    with pytest.raises(WrongMove):
        services.propose(agent, case, refund())
