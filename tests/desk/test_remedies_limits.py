"""No sequence of acts gets past a limit or a budget, and no two at the same moment do either."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from amends.desk.cases.services import open_case
from amends.desk.customers.services import find_or_create
from amends.desk.errors import DeskError
from amends.desk.ledger import services as ledger
from amends.desk.people.models import Person, Team
from amends.desk.people.roles import CUSTOMER, INTAKE
from amends.desk.remedies import causes, services
from amends.desk.remedies.models import Budget, Remedy, Spending, Voucher
from amends.desk.remedies.services import Offer

D = Decimal
LIMITS = {
    "junior": {"per_case": D(30), "per_customer": D(50), "per_month": D(80), "per_cause": D(90)},
    "agent": {"per_case": D(60), "per_customer": D(100), "per_month": D(150), "per_cause": D(120)},
    "lead": {"per_case": D(120), "per_customer": D(200), "per_month": D(300), "per_cause": D(260)},
}
BUDGET, TEAM_BUDGET = D(400), D(220)
KINDS = {"refund": None, "gesture": "25", "voucher": "40", "replacement": None}


def prepare() -> SimpleNamespace:
    people = {}
    for role in ("junior", "agent", "lead", "owner"):
        for number in (1, 2):
            name = f"{role}{number}"
            people[name] = Person.objects.create(email=f"{name}@bakery.example", name=name, role=role)
    owner = people["owner1"]
    for role, limits in LIMITS.items():
        kinds = {kind: D(most) if most else None for kind, most in KINDS.items()}
        services.change_authority(owner, role, kinds=kinds, **limits)
    team = Team.objects.create(name="Sweets")
    services.set_budget(owner, None, BUDGET)
    services.set_budget(owner, team, TEAM_BUDGET)
    cases = []
    for number in range(6):
        customer, _contact = find_or_create(INTAKE, "mail", f"customer{number % 3}@mail.example", name="Rūta")
        cases.append(open_case(INTAKE, customer, channel="mail", team=team if number % 2 else None))
    return SimpleNamespace(people=people, owner=owner, cases=cases, team=team)


def total(**conditions) -> Decimal:
    return Spending.objects.filter(released_at=None, **conditions).aggregate(sum=Sum("amount"))["sum"] or D(0)


def check_limits(desk) -> None:
    """Whatever happened: for each decision all that counted when it was made, itself among it, was within the limits of
    whoever made it. As amounts are only added later, it is enough to look at the decisions in their order."""
    live = list(Spending.objects.filter(released_at=None).select_related("person").order_by("at", "pk"))
    for place, one in enumerate(live):
        limits = LIMITS.get(one.role)
        if limits is None:
            continue
        until = live[: place + 1]
        remedy = Remedy.objects.get(spending=one)
        in_case = set(Remedy.objects.filter(case=remedy.case_id).values_list("spending", flat=True))
        assert sum(row.amount for row in until if row.pk in in_case) <= limits["per_case"]
        assert sum(row.amount for row in until if row.customer_id == one.customer_id) <= limits["per_customer"]
        assert sum(row.amount for row in until if row.person_id == one.person_id) <= limits["per_month"]
        assert sum(row.amount for row in until if row.cause == one.cause) <= limits["per_cause"] or not one.cause
        most = KINDS[one.kind]
        assert most is None or one.amount <= D(most)
    assert total() <= BUDGET
    assert total(team=desk.team) <= TEAM_BUDGET
    for remedy in Remedy.objects.filter(state__in=Remedy.GRANTED):
        assert remedy.spending is not None
        assert remedy.spending.released_at is None
        assert remedy.decided_by_id != remedy.asked_by_id
        assert remedy.asked_by_id is None or remedy.decided_by_id != remedy.proposed_by_id


amounts = st.decimals(D("0.01"), D(130), places=2)
who = st.sampled_from([f"{role}{number}" for role in ("junior", "agent", "lead", "owner") for number in (1, 2)])
which = st.integers(0, 5)


class Desk(RuleBasedStateMachine):
    """People who do all that can be done, in any order."""

    remedies = Bundle("remedies")

    def __init__(self) -> None:
        super().__init__()
        Remedy.objects.all().delete()
        Spending.objects.all().delete()
        self.desk = PREPARED["desk"]

    def attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except DeskError:
            return

    @rule(target=remedies, person=who, case=which, kind=st.sampled_from(sorted(KINDS)), amount=amounts,
          reason=st.sampled_from(["", "It was her wedding."]), again=st.sampled_from(["", "Another candle."]),
          decide=st.booleans())  # fmt: skip
    def propose(self, person, case, kind, amount, reason, again, decide):
        money = kind in ("refund", "voucher")
        offer = Offer(kind, "Something", amount=amount if money else None, cost=None if money else amount)
        try:
            row = services.propose(
                self.desk.people[person], self.desk.cases[case], offer, decide=decide, reason=reason, why_again=again
            )
        except DeskError:
            return None
        return row.pk

    def row(self, key):
        return Remedy.objects.filter(pk=key).first()

    @rule(key=remedies, person=who)
    def decide(self, key, person):
        if row := self.row(key):
            self.attempt(lambda: services.decide(self.desk.people[person], row, why_again="More"))

    @rule(key=remedies, person=who)
    def ask(self, key, person):
        if row := self.row(key):
            self.attempt(lambda: services.ask(self.desk.people[person], row, reason="Please", why_again="More"))

    @rule(key=remedies, person=who, yes=st.booleans())
    def settle(self, key, person, yes):
        if row := self.row(key):
            act = services.approve if yes else services.refuse
            self.attempt(lambda: act(self.desk.people[person], row, words="Right."))

    @rule(key=remedies, person=who)
    def tell(self, key, person):
        if row := self.row(key):
            self.attempt(lambda: services.tell(self.desk.people[person], row, due=date(2031, 5, 2)))

    @rule(key=remedies, person=who, share=st.sampled_from([D(0), D("0.5"), D(1), D(2)]))
    def finish(self, key, person, share):
        if row := self.row(key):
            paid = row.cost * share
            self.attempt(lambda: services.finish(self.desk.people[person], row, paid=paid, proof="Transfer"))

    @rule(key=remedies, person=who)
    def reopen(self, key, person):
        if row := self.row(key):
            self.attempt(lambda: services.reopen(self.desk.people[person], row, note="Mistake"))

    @rule(key=remedies, person=who)
    def withdraw(self, key, person):
        if row := self.row(key):
            self.attempt(lambda: services.withdraw(self.desk.people[person], row, why="She says so."))

    @rule(key=consumes(remedies), what=st.sampled_from(["keep", "break", "release", "reopen"]))
    def in_the_ledger(self, key, what):
        row = self.row(key)
        if row is None or row.promise is None:
            return
        person, promise = self.desk.people["agent1"], row.promise
        acts = {
            "keep": lambda: ledger.keep(person, promise, evidence="Seen"),
            "break": lambda: ledger.break_promise(person, promise),
            "release": lambda: ledger.release(CUSTOMER, promise),
            "reopen": lambda: ledger.reopen(person, promise, note="Mistake"),
        }
        self.attempt(acts[what])
        if what == "release":
            self.attempt(acts["reopen"])

    @invariant()
    def limits_hold(self):
        check_limits(self.desk)

    @invariant()
    def both_sides_agree(self):
        for row in Remedy.objects.exclude(promise=None).select_related("promise"):
            expected = {
                "told": ("open", "broken"),
                "done": ("kept", "late"),
                "withdrawn": ("released",),
            }[row.state]
            assert row.promise.state in expected


PREPARED: dict[str, SimpleNamespace] = {}


@pytest.mark.usefixtures("business")
class TestNoSequencePassesALimit(TestCase):
    def test_whatever_people_do(self):
        before = list(causes._lookups)
        causes.register_causes(causes.CauseLookup(lambda case: "oven" if case.pk % 3 else "", str))
        PREPARED["desk"] = prepare()
        try:
            run_state_machine_as_test(Desk, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
        finally:
            causes._lookups[:] = before


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Do all at the same moment, each in a thread and on a connection of its own; what each gave or raised."""
    gate = threading.Barrier(len(jobs))
    found: list[object] = [None] * len(jobs)

    def run(place: int, job: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            found[place] = job()
        except Exception as error:  # the test looks at it
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def only_known(found):
    assert all(not isinstance(one, Exception) or isinstance(one, DeskError) for one in found), found
    return [one for one in found if not isinstance(one, Exception)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", ["per_case", "per_customer", "per_month", "per_cause", "budget", "team"])
def test_limits_hold_at_the_same_moment(limit, request):
    desk = prepare()
    Budget.objects.all().delete()
    none = dict.fromkeys(LIMITS["agent"])
    before = list(causes._lookups)
    request.addfinalizer(lambda: causes._lookups.__setitem__(slice(None), before))
    cases = desk.cases
    people = [desk.people["agent1"], desk.people["agent2"]]
    if limit == "per_cause":
        causes.register_causes(causes.CauseLookup(lambda case: "oven", str))
    if limit == "per_case":
        cases = cases[:1]
    elif limit == "per_customer":
        cases = [cases[0], cases[3]]
    elif limit == "per_month":
        people = people[:1]
    if limit == "budget":
        services.set_budget(desk.owner, None, D(50))
    elif limit == "team":
        services.set_budget(desk.owner, desk.team, D(50))
        cases = [cases[1], cases[3], cases[5]]
    else:
        none[limit] = D(50)
    services.change_authority(desk.owner, "agent", kinds={"refund": None}, **none)

    def give(number):
        person = Person.objects.get(pk=people[number % len(people)].pk)
        case = type(cases[0]).objects.get(pk=cases[number % len(cases)].pk)
        return services.propose(person, case, Offer("refund", amount=D(20), for_what=f"part {number}"))

    done = only_known(at_once([lambda number=number: give(number) for number in range(8)]))
    assert len(done) == 2
    assert total() == D(40)


@pytest.mark.django_db(transaction=True)
def test_the_same_thing_is_given_once_at_the_same_moment():
    desk = prepare()
    first, second = desk.cases[0], desk.cases[3]
    offer = Offer("refund", amount=D(5), order_number="LT-1")

    def give(number):
        case = type(first).objects.get(pk=(first if number % 2 else second).pk)
        return services.propose(Person.objects.get(pk=desk.owner.pk), case, offer)

    assert len(only_known(at_once([lambda number=number: give(number) for number in range(6)]))) == 1


@pytest.mark.django_db(transaction=True)
def test_one_approval_of_many():
    desk = prepare()
    row = services.propose(desk.people["agent1"], desk.cases[0], Offer("refund", amount=D(100)), reason="Please")
    people = [desk.people[name] for name in ("lead1", "lead2", "owner1", "owner2")]

    def approve(person):
        return services.approve(Person.objects.get(pk=person.pk), Remedy.objects.get(pk=row.pk))

    assert len(only_known(at_once([lambda person=person: approve(person) for person in people * 2]))) == 1
    assert Spending.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_voucher_is_redeemed_once_at_the_same_moment():
    desk = prepare()
    row = services.propose(desk.owner, desk.cases[0], Offer("voucher", amount=D(20)))
    tills = [services.make_till(desk.owner, f"Till {number}", 5)[0] for number in range(4)]
    code = row.voucher.code
    from amends.desk.remedies.services.tills import machine_of

    def redeem(number):
        if number % 2:
            till = tills[number // 2]
            return services.redeem(
                machine_of(till), services.find_voucher(machine_of(till), code, till=till), till=till
            )
        person = Person.objects.get(pk=desk.people["junior1"].pk)
        return services.redeem(person, services.find_voucher(person, code))

    for _round in range(3):
        assert len(only_known(at_once([lambda number=number: redeem(number) for number in range(8)]))) == 1
        Voucher.objects.update(state="issued", redeemed_at=None, redeemed_by=None, redeemed_till=None)


@pytest.mark.django_db(transaction=True)
def test_one_voucher_for_one_decision_at_the_same_moment():
    desk = prepare()
    row = services.propose(desk.owner, desk.cases[0], Offer("voucher", amount=D(20)), decide=False)

    def decide():
        return services.decide(Person.objects.get(pk=desk.owner.pk), Remedy.objects.get(pk=row.pk))

    assert len(only_known(at_once([decide] * 6))) == 1
    assert Voucher.objects.count() == 1
