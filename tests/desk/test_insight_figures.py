"""Figures: what counts, and that what is summed up is what a direct reckoning finds."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import (
    give_to_team,
    log,
    open_case,
    receive,
    record_out,
    record_recovery,
    set_aside,
    take_up_again,
)
from amends.desk.customers.services import find_or_create
from amends.desk.house.services import house
from amends.desk.insight import reckoning, sources
from amends.desk.insight.facts import OfCase, OfPromise, OfReply, facts_of, reply_of
from amends.desk.insight.models import Fact, Month, Progress, Summary
from amends.desk.insight.summaries import Asked, months_between
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Team
from amends.desk.people.roles import CUSTOMER, INTAKE
from amends.desk.privacy.erasing import erase_customer

NOON = datetime(2031, 5, 15, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Vilnius")


def review(verdict="full", holds=("apology", "responsibility"), missing=(), score=80):
    return {
        "verdict": verdict,
        "score": score,
        "components": {part: ["words"] for part in holds},
        "missing": [{"label": part, "title": part, "prompt": ""} for part in missing],
        "findings": [],
    }


def a_case(**values):
    given_values = {
        "number": 1,
        "created_at": NOON,
        "state": "waiting-for-us",
        "team": 0,
        "channel": "mail",
        "language": "en",
    }
    return OfCase(**(given_values | values))


def facts(case, now=NOON + timedelta(days=30)):
    return facts_of(case, ZONE, now)


def test_the_first_answer_is_that_of_a_person_and_belongs_to_the_day_of_the_first_word():
    later = [OfReply(NOON + timedelta(hours=30)), OfReply(NOON + timedelta(hours=3))]
    found = facts(a_case(replies=later))
    assert found[date(2031, 5, 15)].answer == 3 * 3600
    assert found[date(2031, 5, 15)].counts["answered"] == 1
    assert found[date(2031, 5, 15)].apology is None
    assert found[date(2031, 5, 16)].counts["words"] == 1


@pytest.mark.parametrize(
    ("verdict", "holds", "counts"),
    [
        ("full", ("apology",), True),
        ("partial", ("apology",), True),
        ("non-apology", ("apology",), False),
        ("full", ("repair",), False),
        ("none", (), False),
    ],
)
def test_an_apology_owns_something(verdict, holds, counts):
    reply = reply_of(NOON + timedelta(hours=2), review(verdict, holds))
    assert (facts(a_case(replies=[reply]))[date(2031, 5, 15)].apology is not None) == counts


def test_only_the_customers_word_makes_a_recovery():
    assert facts(a_case(state="closed-silent"))[date(2031, 5, 15)].recovery is None
    assert facts(a_case(state="closed-silent"))[date(2031, 5, 15)].counts["silent"] == 1
    found = facts(a_case(state="recovered", recovered_at=NOON + timedelta(days=2)))
    assert found[date(2031, 5, 15)].recovery == 2 * 86400
    assert found[date(2031, 5, 17)].counts["said-right"] == 1


def test_whom_we_told_first_has_not_waited_for_an_answer():
    found = facts(a_case(by_us=True, replies=[OfReply(NOON + timedelta(hours=3))]))[date(2031, 5, 15)]
    assert (found.answer, found.counts["to-answer"], found.counts["by-us"]) == (None, 0, 1)


def test_the_houses_calendar_decides_days():
    late = datetime(2031, 4, 30, 22, tzinfo=UTC)
    assert list(facts(a_case(created_at=late))) == [date(2031, 5, 1)]


def test_promises_count_when_their_moment_has_passed_and_as_the_ledger_says():
    due = NOON - timedelta(hours=1)
    states = ("kept", "late", "broken", "open", "released")
    promises = [OfPromise(due, state) for state in states] + [
        OfPromise(NOON + timedelta(days=1), "kept"),
        OfPromise(None, "open"),
    ]
    counts = facts(a_case(promises=promises), NOON)[date(2031, 5, 15)].counts
    assert (counts["due-in-time"], counts["due-late"], counts["due-not-kept"]) == (1, 1, 2)


def test_hurt_is_shared_among_the_kinds_of_a_case():
    counts = facts(a_case(severity=90, kinds=("late", "rude")))[date(2031, 5, 15)].counts
    assert counts["harm:late"] == counts["harm:rude"] == 90 * 60 // 2
    assert facts(a_case(severity=90))[date(2031, 5, 15)].counts["harm:other"] == 90 * 60


def test_what_was_set_aside_counts_nowhere():
    assert facts(a_case(state="set-aside", replies=[OfReply(NOON)])) == {}


@pytest.mark.parametrize("broken", [None, [], "text", {"components": "x", "missing": 3}, {"missing": ["x"]}])
def test_a_review_that_cannot_be_read_counts_as_unchecked(broken):
    reply = reply_of(NOON, broken)
    assert not reply.counts
    assert not reply.is_apology


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 70))
def test_months_follow_each_other(first, count):
    first = first.replace(day=1)
    months = months_between(
        first, date(first.year + (first.month + count - 1) // 12, (first.month + count - 1) % 12 + 1, 1)
    )
    assert len(months) == count + 1
    assert months == sorted(set(months))
    assert months[0] == first


# What is summed up is what a direct reckoning finds.

CHANNELS, LANGUAGES, KINDS = ("mail", "call", "review"), ("en", "he", ""), ("late", "rude", "missing")
REVIEWS = (
    None,
    review("full"),
    review("partial", ("apology",), ("prevention", "next-step")),
    review("non-apology", ("apology",), ("responsibility",)),
    review("none", ()),
)
case_numbers = st.integers(0, 6)
days_back = st.integers(0, 70)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("open"),
            days_back,
            st.integers(0, 2),
            st.integers(0, 2),
            st.integers(0, 100),
            st.lists(st.sampled_from(KINDS), max_size=3),
        ),
        st.tuples(st.just("reply"), case_numbers, st.integers(0, 200), st.integers(0, 4)),
        st.tuples(st.just("bounce"), case_numbers),
        st.tuples(st.just("promise"), case_numbers, st.integers(-40, 3), st.sampled_from(("open", "kept", "late"))),
        st.tuples(st.just("settle"), case_numbers, st.sampled_from(("kept", "late", "broken", "released"))),
        st.tuples(st.just("right"), case_numbers),
        st.tuples(st.just("again"), case_numbers),
        st.tuples(st.just("aside"), case_numbers),
        st.tuples(st.just("team"), case_numbers, st.booleans()),
        st.tuples(st.just("look"), st.integers(0, 48)),
    ),
    min_size=3,
    max_size=22,
)


class Desk:
    """Does random things with a desk."""

    def __init__(self, agent, lead, shop):
        self.agent, self.lead, self.shop = agent, lead, shop
        self.now = timezone.now()
        self.cases = []

    def case(self, number):
        return self.cases[number % len(self.cases)] if self.cases else None

    def do(self, step):
        kind, *values = step
        if kind == "open":
            return self.open(*values)
        if kind == "look":
            self.now += timedelta(hours=values[0])
            return reckoning.catch_up(self.now)
        case = self.case(values[0])
        if case is not None:
            case.refresh_from_db()
            getattr(self, kind)(case, *values[1:])
        return None

    def open(self, back, channel, language, severity, kinds):
        customer, _contact = find_or_create(INTAKE, "mail", f"c{back % 4}@mail.example", name="Rūta", verified=True)
        case = open_case(
            INTAKE,
            customer,
            channel=CHANNELS[channel],
            language=LANGUAGES[language],
            severity=severity,
            kinds=kinds,
            flags=["repeat"] if severity > 80 else [],
            opened_by_us=severity % 7 == 3,
            began=timezone.now() - timedelta(days=back),
        )
        receive(INTAKE, case, text="Where is it?", channel=CHANNELS[channel], sent_at=case.created_at)
        self.cases.append(case)

    def reply(self, case, hours, which):
        record_out(
            self.agent,
            case,
            text="We are sorry.",
            channel="mail",
            sent_at=case.created_at + timedelta(hours=hours),
            review=REVIEWS[which],
            automatic=which == 1 and hours % 2 == 0,
        )

    def bounce(self, case):
        last = case.messages.filter(direction="out").last()
        if last is not None:
            Message.objects.filter(pk=last.pk).update(delivery="bounced")
            log(INTAKE, case, "message.returned")

    def promise(self, case, day, state):
        Promise.objects.create(case=case, act="Ring", due_at=self.now + timedelta(days=day, minutes=3), state=state)
        log(self.agent, case, "promise.recorded")

    def settle(self, case, state):
        Promise.objects.filter(case=case).update(state=state)
        log(self.agent, case, "promise.kept")

    def right(self, case):
        if case.may_move_to("recovered"):
            record_recovery(CUSTOMER, case, None)

    def again(self, case):
        if case.state == "recovered":
            take_up_again(self.agent, case)

    def aside(self, case):
        if case.may_move_to("set-aside"):
            set_aside(self.agent, case, "spam")

    def team(self, case, given_to):
        give_to_team(self.lead, case, self.shop if given_to else None)


def directly(asked, now):
    """The same figures, found the slow and plain way."""
    zone = ZoneInfo(house().time_zone)

    def wanted(moment):
        month = moment.astimezone(zone).date().replace(day=1)
        return asked.first <= month <= asked.last

    counts, times = Counter(), {"answer": [], "apology": [], "recovery": []}
    for case in Case.objects.exclude(state="set-aside"):
        fits = (
            (asked.team is None or (case.team_id or 0) == asked.team)
            and (asked.channel is None or case.channel == asked.channel)
            and (asked.language is None or case.language == asked.language)
        )
        if not fits:
            continue
        said = [one for one in case.messages.all() if one.direction == "out" and not one.automatic]
        said = sorted((one for one in said if one.delivery in ("", "sent")), key=lambda one: one.sent_at)
        sorry = [
            one
            for one in said
            if one.review and one.review["verdict"] in ("partial", "full") and one.review["components"]
        ]
        if wanted(case.created_at):
            counts["cases"] += 1
            counts["to-answer"] += not case.opened_by_us
            counts["second"] += case.failure_number >= 2
            counts["repeat"] += "repeat" in case.flags
            kinds = set(case.kinds) or {"other"}
            for kind in kinds:
                counts[f"kind:{kind}"] += 1
                counts[f"harm:{kind}"] += case.severity * 60 // len(kinds)
            if said and not case.opened_by_us:
                counts["answered"] += 1
                times["answer"].append(int((said[0].sent_at - case.created_at).total_seconds()))
            if sorry:
                counts["apologised"] += 1
                times["apology"].append(int((sorry[0].sent_at - case.created_at).total_seconds()))
            if case.recovered_at:
                counts["recovered"] += 1
                times["recovery"].append(int((case.recovered_at - case.created_at).total_seconds()))
        if case.recovered_at and wanted(case.recovered_at):
            counts["said-right"] += 1
        for one in said:
            if not wanted(one.sent_at):
                continue
            counts["words"] += 1
            if one.review and one.review["verdict"] != "none":
                counts["replies"] += 1
                counts["full"] += one.review["verdict"] == "full"
                for part in one.review["missing"]:
                    counts[f"missing:{part['label']}"] += 1
        for promise in case.promises.all():
            if promise.due_at < now and wanted(promise.due_at) and promise.state != "released":
                counts[{"kept": "due-in-time", "late": "due-late"}.get(promise.state, "due-not-kept")] += 1
    return counts, times


def same(asked, now):
    counts, times = directly(asked, now)
    total = asked.total
    for name in {*counts, *total.counts}:
        if name.startswith(("holds:", "by-us", "lacks", "silent")):
            continue
        assert total[name] == counts[name], name
    for name, values in times.items():
        found = total.quartiles(name)
        if not values:
            assert found is None
            continue
        assert found.middle == pytest.approx(median(values))
        if len(values) > 1:
            low, _middle, high = quantiles(values, n=4, method="inclusive")
            assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


@pytest.fixture
def no_walk(monkeypatch):
    """Only what changed is looked at: what was overlooked is not mended."""
    monkeypatch.setattr(reckoning, "_WALK", 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps, narrow=st.integers(0, 3))
def test_summaries_are_what_a_direct_reckoning_finds(business, agent, lead, no_walk, steps, narrow):
    with transaction.atomic():
        team = Team.objects.create(name="Shop")
        desk = Desk(agent, lead, team)
        for step in steps:
            desk.do(step)
        reckoning.catch_up(desk.now)
        last = (desk.now + timedelta(days=40)).date().replace(day=1)
        first = (desk.now - timedelta(days=120)).date().replace(day=1)
        narrowed = [{}, {"team": team.pk}, {"channel": "mail"}, {"language": "he", "team": 0}][narrow]
        for asked in (Asked(first, last), Asked(first, last, **narrowed), Asked(last, last), Asked(first, first)):
            same(asked, desk.now)
        everything = Asked(first, last, **narrowed)
        for group in ("month", "team", "channel", "language"):
            parts = everything.by(group).values()
            assert sum(part["cases"] for part in parts) == everything.total["cases"]
            assert sum((part.counts for part in parts), Counter()) == +everything.total.counts
        # Done once more, nothing changes and nothing is left to do.
        before = sorted(Fact.objects.values_list("case_number", "day", "team_number", "answer"), key=str)
        reckoning.take_up([case.pk for case in Case.objects.all()], desk.now)
        assert not Month.objects.exclude(stale_since=None).exists()
        assert sorted(Fact.objects.values_list("case_number", "day", "team_number", "answer"), key=str) == before
        transaction.set_rollback(True)


def this_month(days=0):
    return (timezone.now().astimezone(ZONE) + timedelta(days=days)).date().replace(day=1)


def everything():
    return Asked(this_month(-400), this_month(40)).total


def test_the_clock_does_it(make_case, agent, run_clock):
    case = make_case()
    run_clock()
    assert everything()["cases"] == 1
    record_out(agent, case, text="Sorry.", channel="mail", review=review())
    run_clock(timezone.now() + timedelta(minutes=3))
    assert everything()["answered"] == everything()["apologised"] == 1


def test_only_months_that_changed_are_made_anew(make_case, agent):
    old = make_case(began=timezone.now() - timedelta(days=200))
    make_case()
    reckoning.catch_up()
    made = dict(Month.objects.values_list("first", "made_at"))
    record_out(agent, old, text="Sorry.", channel="mail", sent_at=old.created_at + timedelta(minutes=5))
    reckoning.catch_up()
    changed = {month.first for month in Month.objects.all() if month.made_at != made.get(month.first)}
    assert changed == {old.created_at.astimezone(ZONE).date().replace(day=1)}


def test_a_mail_that_is_on_its_way_counts_when_it_has_left(make_case, agent, no_walk):
    case = make_case()
    message = record_out(agent, case, text="Sorry.", channel="mail", delivery="waiting")
    reckoning.catch_up()
    assert everything()["answered"] == 0
    Message.objects.filter(pk=message.pk).update(delivery="sent")
    reckoning.catch_up()
    assert everything()["answered"] == 1
    assert Progress.objects.get().look_again == []


def test_what_counted_once_and_does_not_any_more_is_taken_out(make_case, agent, make_promise, no_walk):
    case = make_case()
    promise = make_promise(make_case())
    Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - timedelta(days=70))
    log(agent, promise.case, "promise.corrected")
    reckoning.catch_up()
    assert (everything()["cases"], everything()["due-not-kept"]) == (2, 1)
    set_aside(agent, case, "spam")
    Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - timedelta(days=130))
    log(agent, promise.case, "promise.corrected")
    reckoning.catch_up()
    assert (everything()["cases"], everything()["due-not-kept"]) == (1, 1)


def test_a_promise_counts_as_not_kept_when_its_moment_passes_though_nobody_touches_it(make_promise, no_walk):
    promise = make_promise(due=timezone.now() + timedelta(hours=2))
    reckoning.catch_up()
    assert everything()["due-not-kept"] == 0
    reckoning.refresh(timezone.now() + timedelta(hours=3))
    reckoning.catch_up(timezone.now() + timedelta(hours=3))
    assert everything()["due-not-kept"] == 1
    assert Fact.objects.get(counts__has_key="due-not-kept").day == promise.due_at.astimezone(ZONE).date()


def test_another_time_zone_makes_other_days(make_case, business):
    make_case(began=datetime(2026, 4, 30, 22, tzinfo=UTC))
    reckoning.catch_up()
    assert Fact.objects.get().day == date(2026, 5, 1)
    business.time_zone = "UTC"
    business.save()
    reckoning.catch_up()
    assert Fact.objects.get().day == date(2026, 4, 30)
    assert Asked(date(2026, 5, 1), date(2026, 5, 1)).total["cases"] == 0
    assert Asked(date(2026, 4, 1), date(2026, 4, 1)).total["cases"] == 1


def test_figures_outlive_what_an_erased_customer_said(make_case, agent, lead):
    case = make_case(kinds=["late"], severity=50)
    record_out(agent, case, text="Sorry.", channel="mail", review=review(missing=("prevention",)))
    reckoning.catch_up()
    before = dict(everything().counts)
    assert before["missing:prevention"] == before["kind:late"] == 1
    erase_customer(lead, case.customer, reason="asked for it")
    reckoning.catch_up()
    assert dict(everything().counts) == before
    assert not Fact.objects.filter(counts__icontains="Rūta").exists()


def test_a_case_that_is_deleted_is_forgotten(make_case):
    case = make_case()
    reckoning.catch_up()
    case.messages.all().delete()
    case.log.all().delete()
    case.outline.delete()
    Case.objects.filter(pk=case.pk).delete()
    reckoning.catch_up()
    assert everything()["cases"] == 0
    assert not Fact.objects.exists()


def test_a_first_reckoning_goes_on_where_it_stopped(make_case, monkeypatch):
    monkeypatch.setattr(reckoning, "_IN_ONE_LOOK", 2)
    for _number in range(5):
        make_case()
    looked = [reckoning.refresh() for _look in range(3)]
    assert looked == [2, 2, 1]
    assert Progress.objects.get().walked
    reckoning.catch_up()
    assert everything()["cases"] == 5


def test_the_walk_mends_what_no_log_told(make_case):
    case = make_case(severity=10)
    reckoning.catch_up()
    Case.objects.filter(pk=case.pk).update(severity=70)
    case.log.all().delete()
    Progress.objects.update(look_again=[])
    reckoning.catch_up()
    reckoning.catch_up()
    assert everything()["harm:other"] == 70 * 60


def test_other_rooms_add_counts_of_all_cases_there_are(make_case, monkeypatch, no_walk):
    case = make_case(channel="call")
    reckoning.catch_up()
    now = timezone.now()

    def counted(numbers):
        for number in numbers:
            yield number, now, {"elsewhere": 2, "nothing": 0}

    monkeypatch.setitem(sources._counters, "another room", counted)
    reckoning.catch_up()
    found = Asked(this_month(), this_month(), channel="call").total
    assert found["elsewhere"] == 2
    assert "nothing" not in found.counts
    assert Fact.objects.get(day=now.astimezone(ZONE).date()).case_number == case.pk


def test_what_customers_wait_for_now(make_case, agent, make_promise):
    make_case(began=timezone.now() - timedelta(days=3))
    answered = make_case()
    record_out(agent, answered, text="Sorry.", channel="mail")
    promise = make_promise(answered, due=date(2031, 5, 2))
    Promise.objects.filter(pk=promise.pk).update(due_at=timezone.now() - timedelta(hours=1))
    found = reckoning.standing(timezone.now())
    assert (found["waiting"], found["unanswered"], found["overdue"]) == (1, 1, 1)
    assert reckoning.longest_wait(found, timezone.now()) >= 3 * 86400 - 60
    assert reckoning.longest_wait({}, timezone.now()) is None


def test_summaries_know_no_person():
    names = {field.name for model in (Fact, Summary) for field in model._meta.fields}
    assert not names & {"author", "person", "owner", "assignee", "writer"}
