"""Preventions by the clock, what was told of them, and the same cause all the same."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.causes import advising, services
from amends.desk.causes.models import Prevention, Recurrence, Told
from amends.desk.composer.advising import advice_for
from amends.desk.composer.services import keep_draft, record_call, send
from amends.desk.composer.services.calling import Spoken
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.telling.models import Notice

SORRY = (
    "Dear Rūta,\n\nI am sorry that the cake came cold. We forgot to heat it, and that was our mistake. "
    "From Monday two people look into every box before it leaves, so this will not happen again.\n\nAna"
)
PROMISE = "From Monday two people look into every box before it leaves, so this will not happen again."


def in_days(count):
    """A day as the house counts it: at eleven at night in UTC it is tomorrow in Vilnius."""
    return timezone.localdate(timezone=ZoneInfo(house().time_zone)) + timedelta(days=count)


def later(**parts):
    return timezone.now() + timedelta(**parts)


@pytest.fixture
def cold(agent):
    return services.make_cause(agent, "Cake cold on arrival")


@pytest.fixture
def told(make_case, agent, cold, run_clock):
    """A case of the cause whose customer was told by mail that it will not happen again."""
    case = make_case(text="The cake was cold.")
    services.link(agent, case, cold)
    send(agent, keep_draft(agent, case, "reply", text=SORRY))
    run_clock(later(seconds=12))
    return case


@pytest.fixture
def again(make_case, agent, cold):
    """Another customer's case of the same cause, opened after that."""

    def make(**values):
        case = make_case(text="My cake came cold too.", began=later(seconds=30), **values)
        services.link(agent, case, cold)
        return case

    return make


def test_what_a_sent_reply_says_of_prevention_is_kept_with_the_cause(told, cold):
    [row] = Told.objects.all()
    assert (row.cause, row.case, row.message.case) == (cold, told, told)
    assert "will not happen again" in row.quote
    assert told.log.filter(act="prevention.told").exists()


def test_a_reply_without_it_tells_nothing(make_case, agent, cold, run_clock):
    case = make_case()
    services.link(agent, case, cold)
    send(
        agent,
        keep_draft(agent, case, "reply", text="Dear Rūta,\n\nI am sorry that the cake came cold. It was my fault."),
    )
    run_clock(later(seconds=12))
    assert case.messages.filter(direction="out").exists()
    assert not Told.objects.exists()


def test_what_is_said_on_the_phone_counts_too(make_case, agent, cold):
    case = make_case()
    services.link(agent, case, cold)
    record_call(agent, case, Spoken(theirs="It was cold.", ours=f"I am sorry. {PROMISE}"))
    assert Told.objects.get().case == case


def test_it_follows_the_main_cause(told, cold, agent):
    other = services.make_cause(agent, "Oven")
    services.link(agent, told, other, main=True)
    assert Told.objects.get().cause == other
    services.unlink(agent, told, other)
    assert Told.objects.get().cause == cold


def test_told_before_the_cause_had_a_name(make_case, agent, run_clock, cold, again):
    case = make_case()
    send(agent, keep_draft(agent, case, "reply", text=SORRY))
    run_clock(later(seconds=12))
    assert Told.objects.get().cause is None
    next_one = again()
    assert not Recurrence.objects.exists()
    services.link(agent, case, cold)
    assert Recurrence.objects.get().case == next_one


def test_a_recurrence_is_raised_to_the_lead_at_once(told, again, lead, agent, cold, run_clock):
    prevention = services.plan_prevention(agent, cold, act="Two people look", owner=agent, due=None)
    services.done_prevention(agent, prevention)
    case = again()
    row = Recurrence.objects.get()
    assert (row.case, row.cause, row.told_to, row.state) == (case, cold, 1, "raised")
    assert row.prevention == prevention
    assert case.log.filter(act="recurrence.raised").exists()
    [queued] = OutgoingMessage.objects.filter(purpose="recurrence")
    assert queued.to == [lead.email]
    assert told.customer.name not in queued.text or told.customer.name == case.customer.name
    run_clock()
    assert any("happened again" in sent.subject for sent in mail.outbox)
    # Linked once more, it is raised no more.
    services.link(agent, case, cold)
    assert OutgoingMessage.objects.filter(purpose="recurrence").count() == 1


def test_the_mail_says_nothing_of_who_was_told(make_customer, make_case, agent, lead, cold):
    first = make_case(make_customer(name="Secretive Simona"))
    services.link(agent, first, cold)
    services.record_told(agent, case=first, quote=PROMISE, at=timezone.now())
    second = make_case(make_customer(name="Other Otto"), began=later(seconds=5))
    services.link(agent, second, cold)
    [queued] = OutgoingMessage.objects.filter(purpose="recurrence")
    assert "Otto" in queued.text
    assert "Simona" not in queued.text + queued.subject


def test_what_opened_before_it_was_told_is_no_recurrence(make_case, agent, cold):
    early, told = make_case(), make_case()
    services.link(agent, told, cold)
    services.record_told(agent, case=told, quote=PROMISE, at=timezone.now())
    services.link(agent, early, cold)
    assert not Recurrence.objects.exists()


@pytest.mark.parametrize("delivery", ["bounced", "failed", "held"])
def test_what_never_arrived_was_told_to_nobody(told, again, delivery):
    Message.objects.filter(direction="out").update(delivery=delivery)
    again()
    assert not Recurrence.objects.exists()


def test_another_cause_takes_the_recurrence_back(told, again, agent, lead):
    case = again()
    services.link(agent, case, services.make_cause(agent, "Something else"), main=True)
    assert Recurrence.objects.get().state == "withdrawn"
    services.link(agent, case, Recurrence.objects.get().cause, main=True)
    assert Recurrence.objects.get().state == "raised"
    assert OutgoingMessage.objects.filter(purpose="recurrence").count() == 2


def test_putting_causes_together_finds_recurrences_and_splitting_takes_them_back(told, make_case, agent, lead, cold):
    case = make_case(began=later(seconds=30))
    frozen = services.make_cause(agent, "Cake frozen")
    services.link(agent, case, frozen)
    assert not Recurrence.objects.exists()
    services.merge(lead, frozen, cold)
    assert Recurrence.objects.get().case == case
    services.split(lead, cold, "Cake from the freezer", [case])
    assert Recurrence.objects.get().state == "withdrawn"


def test_a_case_of_everybody_is_told_without_a_case(agent, cold, again):
    services.record_told(agent, cause=cold, quote=PROMISE, at=timezone.now(), everyone=True)
    case = again()
    row = Recurrence.objects.get()
    assert row.told_to == 0
    assert any("everybody was told" in advice.words for advice in advice_for(case, ""))
    with pytest.raises(TypeError):
        services.record_told(agent, at=timezone.now())


def test_the_reply_is_advised_and_the_same_words_are_noticed(told, again):
    case = again()
    words = [advice.words for advice in advice_for(case, "")]
    assert any("1 customer has been told" in one for one in words)
    assert not any("Two people" in one or "two people" in one for one in words)
    fresh = "Dear Rūta,\n\nThe box itself was broken; since this morning we use another one with a lid."
    advise = advising.recurrences(case)
    assert len(list(advise(fresh))) == 1
    copied = f"Dear Rūta,\n\nThe box was broken.\n\n{PROMISE.replace('Monday', 'Tuesday')}"
    advice = list(advise(copied))
    assert len(advice) == 2
    assert "new ones" in advice[1].words
    assert not any(one.stops for one in advice)
    # Our own words in this very case are not held against it.
    assert advising.recurrences(told) is None


def test_a_lead_has_seen_it(told, again, lead, agent, signed_in):
    case = again()
    row = Recurrence.objects.get()
    with pytest.raises(NotAllowed):
        services.see_recurrence(agent, row)
    at = reverse("causes:seen", args=[row.pk])
    assert signed_in(agent).post(at).status_code == 403
    page = signed_in(lead).get(reverse("causes:list")).content.decode()
    assert "It has happened again" in page
    assert signed_in(lead).post(at, {"word": "The lid is new since May"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.seen_by, row.word) == ("seen", lead, "The lid is new since May")
    assert (
        "The lid is new since May"
        in signed_in(agent).get(reverse("cases:case", args=[case.public_id])).content.decode()
    )
    with pytest.raises(WrongMove):
        services.see_recurrence(lead, row)


def test_a_prevention_from_plan_to_works(agent, lead, cold):
    row = services.plan_prevention(agent, cold, act=" Two people  look ", owner=agent, due=in_days(5))
    assert (row.act, row.state, row.check_day) == ("Two people look", "planned", in_days(35))
    services.done_prevention(agent, row, words="A list hangs at the door")
    with pytest.raises(WrongInput):
        services.check_prevention(lead, row, "works", " ")
    with pytest.raises(WrongInput):
        services.check_prevention(lead, row, "too-early", "Three boxes only")
    services.check_prevention(lead, row, "too-early", "Three boxes only", again=in_days(9))
    assert (row.state, row.check_day) == ("done", in_days(9))
    services.check_prevention(lead, row, "works", "Forty boxes, all warm")
    assert row.state == "works"
    services.check_prevention(lead, row, "failed", "Two cold ones")
    assert row.state == "failed"
    services.plan_again(agent, row)
    assert (row.state, row.due_day, row.check_day) == ("planned", None, None)
    services.drop_prevention(agent, row, why="We bake elsewhere now")
    assert [check.result for check in row.checks.all()] == ["failed", "works", "too-early"]
    with pytest.raises(WrongMove):
        services.done_prevention(agent, row)


def test_a_prevention_needs_an_act_and_days_in_order(agent, cold):
    for bad in ({"act": ""}, {"due": in_days(5), "check": in_days(4)}):
        with pytest.raises(WrongInput):
            services.plan_prevention(agent, cold, **{"act": "Look", "owner": None, "due": None} | bad)
    with pytest.raises(WrongInput):
        services.done_prevention(
            agent, services.plan_prevention(agent, cold, act="Look", owner=None, due=None), at=later(days=1)
        )


def test_who_may_do_what_with_preventions(junior, agent, cold):
    with pytest.raises(NotAllowed):
        services.plan_prevention(junior, cold, act="Look", owner=junior, due=None)
    row = services.plan_prevention(agent, cold, act="Look", owner=junior, due=None)
    services.done_prevention(junior, row)
    with pytest.raises(NotAllowed):
        services.check_prevention(junior, row, "works", "Yes")
    with pytest.raises(NotAllowed):
        services.drop_prevention(junior, row, why="No")


def test_the_clock_reminds_the_owner_then_the_leads(agent, lead, cold, run_clock):
    row = services.plan_prevention(agent, cold, act="Two people look", owner=agent, due=in_days(10))
    sent = lambda: [one.to for one in OutgoingMessage.objects.filter(purpose="prevention").order_by("pk")]  # noqa: E731
    run_clock()
    assert sent() == []
    run_clock(row.due_at - timedelta(hours=20))
    # The moment of looking is the clock's own; what is due is judged by now.
    Prevention.objects.filter(pk=row.pk).update(due_at=later(hours=3), look_at=timezone.now(), reminders=[])
    OutgoingMessage.objects.filter(purpose="prevention").delete()
    Notice.objects.all().delete()
    run_clock()
    assert sent() == [[agent.email]]
    Prevention.objects.filter(pk=row.pk).update(due_at=later(hours=-1), look_at=timezone.now())
    run_clock()
    run_clock()
    assert sent() == [[agent.email], [agent.email], [lead.email]]
    row.refresh_from_db()
    assert row.is_overdue
    assert row.look_at is None


def test_the_clock_asks_on_the_day_of_the_check_and_tells_the_leads_a_day_later(agent, lead, cold, run_clock):
    row = services.plan_prevention(agent, cold, act="Look", owner=agent, due=None, checker=agent)
    services.done_prevention(agent, row)
    Prevention.objects.update(check_at=later(hours=-1), look_at=timezone.now())
    run_clock()
    assert [one.to for one in OutgoingMessage.objects.filter(purpose="prevention")] == [[agent.email]]
    row.refresh_from_db()
    assert row.look_at > timezone.now()
    Prevention.objects.update(look_at=timezone.now())
    run_clock()
    assert [one.to for one in OutgoingMessage.objects.filter(purpose="prevention").order_by("pk")][1:] == [
        [agent.email],
        [lead.email],
    ]


def test_what_happened_again_is_looked_at_now(told, again, agent, lead, cold, run_clock):
    row = services.plan_prevention(agent, cold, act="Look", owner=agent, due=in_days(1), checker=lead)
    services.done_prevention(agent, row)
    services.check_prevention(lead, row, "works", "All warm")
    again()
    row.refresh_from_db()
    assert row.state == "done"
    assert row.check_day <= in_days(0)
    run_clock()
    assert OutgoingMessage.objects.filter(purpose="prevention", to=[lead.email]).exists()


def test_the_pages_of_preventions(agent, lead, junior, cold, signed_in):
    at = reverse("causes:plan", args=[cold.pk])
    page = reverse("causes:cause", args=[cold.pk])
    browser = signed_in(agent)
    assert browser.post(at, {"plan-act": ""}).status_code == 422
    assert browser.post(at, {"plan-act": "Look", "plan-owner": agent.pk, "plan-due": in_days(3)}).status_code == 303
    row = Prevention.objects.get()
    assert signed_in(junior).post(at, {"plan-act": "Other"}).status_code == 403
    change = {f"change-{row.pk}-act": "Look twice", f"change-{row.pk}-due": in_days(4)}
    assert browser.post(reverse("causes:change", args=[row.pk]), change).status_code == 303
    assert "Look twice" in browser.get(page).content.decode()
    assert browser.post(reverse("causes:done", args=[row.pk]), {f"done-{row.pk}-words": "Yes"}).status_code == 303
    check = reverse("causes:check", args=[row.pk])
    assert browser.post(check, {f"check-{row.pk}-result": "works"}).status_code == 422
    data = {f"check-{row.pk}-result": "too-early", f"check-{row.pk}-words": "Not yet"}
    assert browser.post(check, data).status_code == 422
    assert signed_in(junior).post(check, data | {f"check-{row.pk}-again": in_days(9)}).status_code == 403
    data[f"check-{row.pk}-result"] = "failed"
    assert browser.post(check, data).status_code == 303
    assert browser.post(reverse("causes:again", args=[row.pk])).status_code == 303
    assert browser.post(reverse("causes:drop", args=[row.pk]), {f"drop-{row.pk}-why": ""}).status_code == 422
    assert browser.post(reverse("causes:drop", args=[row.pk]), {f"drop-{row.pk}-why": "No"}).status_code == 303
    assert "Given up" in browser.get(page).content.decode()


def test_a_room_that_stumbles_holds_no_reply_back(told, make_case, agent, run_clock, monkeypatch):
    from amends.desk.composer import sent

    def stumble(acting, message):
        raise RuntimeError("a stone")

    monkeypatch.setattr(sent, "_listeners", [stumble, *sent._listeners])
    case = make_case()
    send(agent, keep_draft(agent, case, "reply", text=SORRY))
    run_clock(later(seconds=12))
    assert case.messages.get(direction="out").delivery == "sent"
    assert Told.objects.filter(case=case).exists()


def test_set_aside_cases_are_none(told, agent, cold, make_case):
    case = make_case(began=later(seconds=30))
    Case.objects.filter(pk=case.pk).update(state="set-aside")
    case.refresh_from_db()
    services.link(agent, case, cold)
    assert not Recurrence.objects.exists()
