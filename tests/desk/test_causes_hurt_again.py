"""Customers who are told first, and customers who are hurt again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.models import Case, Outline
from amends.desk.cases.services import close_silent, receive, record_out, record_recovery, set_aside, take_up_again
from amends.desk.causes import services
from amends.desk.causes.models import Disclosure, SecondFailure
from amends.desk.composer.advising import advice_for
from amends.desk.composer.services import keep_draft, send
from amends.desk.customers.models import Customer
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import CLOCK, CUSTOMER, INTAKE

SORRY = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)


def later(**parts):
    return timezone.now() + timedelta(**parts)


@pytest.fixture
def hurt_again(make_case, agent):
    """The second case of a customer whom we wrote to in the first."""
    first = make_case()
    record_out(agent, first, text=SORRY, channel="mail", delivery="sent")
    return make_case(first.customer, text="The second cake did not come either.")


@pytest.fixture
def first(agent, make_customer):
    """A case that we open before the customer knows."""

    def make(*customers, **values):
        given = {
            "subject": "Charged twice",
            "outline": {"record": "The card was charged twice on the 3rd.", "fix": "The second charge went back."},
            "teller": agent,
            "how": "mail",
            "by": later(days=1),
        } | values
        return services.tell_first(agent, list(customers) or [make_customer()], **given)

    return make


def test_the_case_of_a_customer_hurt_again_goes_to_the_named_person(hurt_again, lead, agent, owner, run_clock):
    services.change_settings(lead, second_failures=owner, check_after_days=30)
    run_clock()
    hurt_again.refresh_from_db()
    assert hurt_again.assignee == owner
    assert hurt_again.log.filter(act="second-failure.handed-on").exists()
    # Whoever moves it on later is obeyed.
    Case.objects.filter(pk=hurt_again.pk).update(assignee=agent)
    assert services.hand_on(CLOCK) == 0


def test_with_nobody_named_it_goes_to_a_lead_else_the_owner(hurt_again, owner, make_person):
    assert services.named_person(hurt_again) == owner
    boss = make_person("lead")
    assert services.named_person(hurt_again) == boss
    services.change_settings(boss, second_failures=owner, check_after_days=30)
    owner.is_active = False
    owner.save()
    assert services.named_person(hurt_again) == boss


def test_a_first_failure_stays_where_it_is(make_case, lead, run_clock):
    case = make_case()
    run_clock()
    case.refresh_from_db()
    assert case.assignee is None
    assert not SecondFailure.objects.exists()


def test_no_near_copy_of_the_earlier_apology_is_let_through(hurt_again, agent):
    copied = SORRY.replace("Saturday", "Sunday")
    assert any(advice.stops for advice in advice_for(hurt_again, copied))
    with pytest.raises(WrongInput):
        send(agent, keep_draft(agent, hurt_again, "reply", text=copied, reason="There is no time"))
    anew = "Dear Rūta,\n\nThis is the second cake that did not reach you, by my fault: I gave the driver the old list."
    assert not any(advice.stops for advice in advice_for(hurt_again, anew))


def test_the_same_letter_in_the_same_case_is_no_copy(make_case, agent):
    case = make_case()
    record_out(agent, case, text=SORRY, channel="mail", delivery="bounced")
    assert not any(advice.stops for advice in advice_for(case, SORRY))


def test_another_customers_letter_is_no_concern_of_theirs(make_case, agent):
    record_out(agent, make_case(), text=SORRY, channel="mail", delivery="sent")
    assert not any(advice.stops for advice in advice_for(make_case(), SORRY))


def recovered(case):
    record_recovery(CUSTOMER, case, None)
    return case


def test_who_may_be_asked_to_speak_for_us(make_case, make_customer, agent):
    quiet = make_customer()
    once = recovered(make_case())
    open_case = make_case()
    assert services.may_ask_advocate(quiet)
    assert services.may_ask_advocate(once.customer)
    assert not services.may_ask_advocate(open_case.customer)
    keys = [quiet.pk, once.customer_id, open_case.customer_id]
    assert services.may_ask_advocates(keys) == {quiet.pk, once.customer_id}


def test_never_after_a_second_failure(make_case):
    first = recovered(make_case())
    second = recovered(make_case(first.customer))
    assert not services.may_ask_advocate(second.customer)


def test_never_after_a_case_that_was_not_put_right(make_case, agent):
    case = make_case()
    record_out(agent, case, text="We are on it.", channel="mail", delivery="sent")
    case.refresh_from_db()
    close_silent(agent, case)
    assert not services.may_ask_advocate(case.customer)
    take_up_again(agent, case)
    recovered(case)
    assert not services.may_ask_advocate(case.customer)


def test_what_was_set_aside_is_no_failure(make_case, agent):
    first = recovered(make_case())
    spam = make_case(first.customer)
    set_aside(agent, spam, "spam")
    assert services.may_ask_advocate(first.customer)


def test_two_customers_put_together_count_as_hurt_twice(make_case):
    first, second = recovered(make_case()), recovered(make_case())
    Case.objects.filter(pk=second.pk).update(customer=first.customer)
    assert not services.may_ask_advocate(first.customer)


def test_nor_who_was_erased(make_customer):
    customer = make_customer()
    Customer.objects.update(erased_at=timezone.now())
    customer.refresh_from_db()
    assert not services.may_ask_advocate(customer)


def test_telling_first_opens_a_case_with_outline_and_next_word(first, agent, make_customer):
    one, two = make_customer(), make_customer()
    cause = services.make_cause(agent, "Charged twice")
    by = later(days=1)
    cases = first(one, two, one, by=by, cause=cause, fault="system")
    assert [case.customer for case in cases] == [one, two]
    case = Case.objects.get(pk=cases[0].pk)
    assert (case.opened_by_us, case.assignee, case.fault, case.next_word_why) == (True, agent, "system", "own-up")
    assert case.next_word_at == by
    outline = Outline.objects.get(case=case)
    assert (outline.record, outline.fix) == (
        "The card was charged twice on the 3rd.",
        "The second charge went back.",
    )
    assert services.main_cause_of(case) == cause
    assert not OutgoingMessage.objects.exists()
    assert not case.promises.exists()


@pytest.mark.parametrize(
    "bad", [{"outline": {"record": " "}}, {"by": timezone.now() - timedelta(days=1)}, {"how": "pigeon"}]
)
def test_what_cannot_be_told(first, bad):
    with pytest.raises(WrongInput):
        first(**bad)
    assert not Case.objects.exists()


def test_nobody_to_tell(agent):
    with pytest.raises(WrongInput):
        services.tell_first(agent, [], subject="", outline={"record": "x"}, teller=None, how="mail", by=later(days=1))


def test_a_sent_reply_has_told_them(first, agent, run_clock):
    [case] = first()
    send(agent, keep_draft(agent, case, "reply", text="Dear Rūta,\n\nWe charged your card twice. I am sorry."))
    run_clock(later(seconds=12))
    row = Disclosure.objects.get()
    assert (row.state, row.message.case) == ("told", case)
    case.refresh_from_db()
    assert case.next_word_why != "own-up"


def test_who_wrote_first_found_out_first(first, agent, run_clock):
    [case] = first()
    receive(INTAKE, case, text="Why was I charged twice?", channel="mail")
    case.refresh_from_db()
    send(agent, keep_draft(agent, case, "reply", text="Dear Rūta,\n\nWe charged your card twice. I am sorry."))
    run_clock(later(seconds=12))
    assert Disclosure.objects.get().state == "overtaken"


def test_told_by_hand_or_not_at_all(first, agent, junior):
    [case] = first(how="letter")
    row = case.disclosure
    with pytest.raises(NotAllowed):
        services.told_by_hand(junior, row, "We charged you twice.")
    with pytest.raises(WrongInput):
        services.told_by_hand(agent, row, " ")
    services.told_by_hand(agent, row, "We charged you twice, and the money is back.")
    assert row.state == "told"
    assert case.messages.get(direction="out").channel == "letter"
    with pytest.raises(WrongMove):
        services.told_by_hand(agent, row, "Again")
    [other] = first()
    with pytest.raises(WrongInput):
        services.drop_disclosure(agent, other.disclosure, why="")
    services.drop_disclosure(agent, other.disclosure, why="It was another customer")
    other.refresh_from_db()
    assert other.next_word_why != "own-up"


def test_the_clock_reminds_the_teller_then_the_leads(first, agent, lead, run_clock):
    [case] = first()
    sent = lambda: [one.to for one in OutgoingMessage.objects.filter(purpose="disclosure").order_by("pk")]  # noqa: E731
    run_clock()
    assert sent() == []
    Disclosure.objects.update(look_at=timezone.now())
    run_clock()
    assert sent() == [[agent.email]]
    Disclosure.objects.update(by=later(minutes=-1), look_at=timezone.now())
    run_clock()
    run_clock()
    assert sent() == [[agent.email], [agent.email], [lead.email]]
    assert case.log.filter(act="disclosure.late").count() == 1
    record_out(agent, case, text="We charged you twice.", channel="call", delivery="sent")
    Disclosure.objects.update(look_at=timezone.now())
    run_clock()
    assert Disclosure.objects.get().state == "told"


def test_the_page_to_tell_a_customer_first(junior, agent, make_customer, signed_in):
    browser = signed_in(junior)
    at = reverse("causes:tell-first")
    known = make_customer(name="Known Kai", mail="kai@mail.example")
    assert "kai@mail.example" in browser.get(at, {"customer": known.public_id}).content.decode()
    data = {
        "customers": "Known Kai <kai@mail.example>\n\nnew@mail.example",
        "record": "The card was charged twice.",
        "cause": "Charged twice",
        "fault": "system",
        "teller": agent.pk,
        "how": "mail",
        "day": timezone.localdate() + timedelta(days=1),
    }
    assert browser.post(at, data | {"customers": "nobody"}).status_code == 422
    assert browser.post(at, data | {"record": ""}).status_code == 422
    assert browser.post(at, data | {"day": timezone.localdate() - timedelta(days=1)}).status_code == 422
    assert not Case.objects.exists()
    assert "2 cases are open" in browser.post(at, data).content.decode()
    assert set(Case.objects.values_list("customer__name", flat=True)) == {"Known Kai", ""}
    assert {case.assignee for case in Case.objects.all()} == {agent}
    one = browser.post(at, data | {"customers": "third@mail.example"})
    page = browser.get(one["Location"]).content.decode()
    assert "Telling them first" in page
    row = Disclosure.objects.order_by("pk").last()
    browser = signed_in(agent)
    assert browser.post(reverse("causes:told", args=[row.pk]), {"told-words": "We told them"}).status_code == 303
    row.refresh_from_db()
    assert row.state == "told"
    other = Disclosure.objects.order_by("pk").first()
    browser.post(reverse("causes:drop-disclosure", args=[other.pk]), {"not-told-why": "Not theirs"})
    other.refresh_from_db()
    assert other.state == "dropped"


def test_the_settings_page(lead, agent, owner, signed_in):
    at = reverse("causes:settings")
    data = {"second_failures": owner.pk, "check_after_days": 14}
    assert signed_in(agent).get(at).status_code == 200
    assert signed_in(agent).post(at, data).status_code == 403
    assert signed_in(lead).post(at, data | {"check_after_days": 0}).status_code == 422
    assert signed_in(lead).post(at, data).status_code == 302
    rules = services.cause_settings()
    assert (rules.second_failures, rules.check_after_days) == (owner, 14)


def test_the_case_page_says_that_we_hurt_them_before(hurt_again, agent, signed_in):
    page = signed_in(agent).get(reverse("cases:case", args=[hurt_again.public_id])).content.decode()
    assert "We have hurt this customer before" in page


def test_the_demonstration_has_causes_and_takes_them_away(owner):
    from amends.desk.causes.demonstration import show, sweep_away
    from amends.desk.causes.models import Cause
    from amends.desk.demonstration.services import load, remove

    load()
    show(owner)
    show(owner)
    assert Cause.objects.filter(links__until=None).exists()
    assert sweep_away() == 0
    remove(owner)
    sweep_away()
    assert not Cause.objects.exists()
