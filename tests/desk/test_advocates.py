"""Advocates: finding, deciding, consent, thanks, rewards within a budget, erasing; per role."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.advocates import services
from amends.desk.advocates.models import Advocate, Consent, Deed, Reward, Sign, Thanks
from amends.desk.advocates.reviews import speaks_of_review
from amends.desk.advocates.services.settings import months_after
from amends.desk.cases.models import Case
from amends.desk.cases.services import close_silent, receive, record_out, record_recovery, set_aside
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import CLOCK, CUSTOMER, DESK, INTAKE
from amends.desk.privacy.erasing import blank_case, erase_customer
from amends.desk.privacy.taking_out import export_customer

D = Decimal
DAY = timedelta(days=1)


@pytest.fixture
def recovered(make_case):
    """A case that was put right, by the customer's word."""

    def make(**values):
        case = make_case(**values)
        record_recovery(CUSTOMER, case, None)
        return case

    return make


@pytest.fixture
def candidate(recovered):
    services.find_recovered(CLOCK)
    case = recovered()
    services.find_recovered(CLOCK)
    return Advocate.objects.get(customer=case.customer)


@pytest.fixture
def speaking(candidate, agent):
    """Somebody who agreed today to be quoted."""
    today = services.today()
    services.take_up(agent, candidate)
    services.ask(agent, candidate, words="May we quote you?", day=today)
    return services.agree(agent, candidate, agreed_to=["quote"], words="Gladly.", day=today)


@pytest.fixture
def budget(owner):
    def give(amount):
        return services.change_settings(owner, per_year=D(amount), thank_months=6)

    return give


def praise(make_case, text, language="en", **values):
    """A message that is no complaint, set aside as the intake does."""
    case = make_case(text="", language=language, **values)
    receive(INTAKE, case, text=text, channel="mail", language=language)
    set_aside(INTAKE, case, Case.SetAsideWhy.NO_COMPLAINT)
    return case


# Finding.


def test_a_recovered_first_failure_is_found_once_with_its_reason(recovered, run_clock):
    case = recovered()
    for hours in range(3):
        run_clock(timezone.now() + timedelta(hours=hours))
    sign = Sign.objects.get()
    assert (sign.kind, sign.case, sign.advocate.customer, sign.advocate.state) == (
        "recovered",
        case,
        case.customer,
        "found",
    )


def test_only_the_clock_finds(owner):
    for find in (services.find_recovered, services.find_praise, services.wake, services.drop_barred):
        with pytest.raises(NotAllowed):
            find(owner)


def test_nobody_is_found_after_a_second_failure_or_while_a_case_is_open(recovered, make_case, agent):
    twice = recovered()
    record_recovery(CUSTOMER, make_case(customer=twice.customer), None)
    make_case(customer=recovered().customer)
    silent = make_case()
    record_out(agent, silent, text="We bring a new one.", channel="mail", delivery="sent")
    close_silent(agent, silent)
    assert services.find_recovered(CLOCK) == 0
    assert not Advocate.objects.exists()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The bread was wonderful, thank you so much!"),
        ("lt", "Labai ačiū, duona buvo puiki!"),
        ("he", "תודה רבה, הלחם היה נפלא!"),
    ],
)
def test_praise_is_heard_on_any_channel_and_a_person_says_whether_it_is_any(make_case, agent, junior, language, text):
    case = praise(make_case, text, language, channel="chat")
    assert services.find_praise(CLOCK) == 1
    assert services.find_praise(CLOCK) == 0
    row = Advocate.objects.get(customer=case.customer)
    with pytest.raises(WrongInput):
        services.take_up(agent, row)
    services.judge_praise(junior, row.signs.get(), praise=True)
    services.take_up(agent, row)
    assert (row.state, row.keeper) == ("taken-up", agent)


def test_a_complaint_a_question_and_spam_are_no_praise(make_case):
    praise(make_case, "Thanks for nothing, the cake never came and nobody answers.")
    praise(make_case, "Are you open on Sunday? Thank you!")
    spam = make_case(text="")
    receive(INTAKE, spam, text="Wonderful prices, thank you", channel="mail", language="en")
    set_aside(INTAKE, spam, Case.SetAsideWhy.SPAM)
    assert services.find_praise(CLOCK) == 0


def test_what_was_no_praise_does_not_come_back_and_real_praise_does(make_case, agent):
    case = praise(make_case, "Thank you, Rūta")
    services.find_praise(CLOCK)
    row = Advocate.objects.get()
    services.judge_praise(agent, row.signs.get(), praise=False)
    services.find_praise(CLOCK)
    services.drop_barred(CLOCK)
    row.refresh_from_db()
    assert row.state == "lapsed"
    services.write_praise_down(agent, case.customer, "Best bread in town.")
    row.refresh_from_db()
    assert row.state == "found"


def test_whoever_is_hurt_again_goes_from_the_list_and_is_not_asked(candidate, make_case, agent):
    services.take_up(agent, candidate)
    again = make_case(customer=candidate.customer)
    with pytest.raises(WrongInput):
        services.ask(agent, candidate, words="May we?", day=services.today())
    services.drop_barred(CLOCK)
    candidate.refresh_from_db()
    assert candidate.state == "lapsed"
    record_recovery(CUSTOMER, again, None)
    services.drop_barred(CLOCK)
    services.find_recovered(CLOCK)
    candidate.refresh_from_db()
    assert candidate.state == "lapsed"
    with pytest.raises(WrongInput):
        services.write_praise_down(agent, candidate.customer, "She is so kind.")


# Deciding.


def test_not_now_is_quiet_until_its_day(candidate, agent):
    services.not_now(agent, candidate, services.today() + DAY, note="Moving house")
    services.wake(CLOCK)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.note) == ("later", "Moving house")
    Advocate.objects.update(quiet_until=services.today())
    services.wake(CLOCK)
    candidate.refresh_from_db()
    assert candidate.state == "found"


def test_never_holds_also_when_the_case_is_blanked_and_praise_follows(candidate, agent, owner):
    services.never(agent, candidate)
    case = candidate.customer.cases.get()
    blank_case(owner, case)
    services.find_recovered(CLOCK)
    services.write_praise_down(agent, candidate.customer, "Lovely.")
    candidate.refresh_from_db()
    assert candidate.state == "never"
    with pytest.raises(WrongMove):
        services.take_up(agent, candidate)


def test_a_day_that_has_passed_is_no_not_now(candidate, agent):
    with pytest.raises(WrongInput):
        services.not_now(agent, candidate, services.today())


# Consent.


def test_consent_is_kept_with_words_and_day(speaking):
    steps = list(Consent.objects.order_by("pk").values_list("step", "words", "agreed_to"))
    assert steps == [("asked", "May we quote you?", []), ("agreed", "Gladly.", ["quote"])]
    assert speaking.state == "agreed"


@pytest.mark.parametrize(
    "wrong",
    [{"agreed_to": []}, {"agreed_to": ["fly"]}, {"words": "  "}, {"day": date(2999, 1, 1)}, {"day": date(2000, 1, 1)}],
)
def test_consent_without_words_or_a_possible_day_is_none(candidate, agent, wrong):
    services.take_up(agent, candidate)
    services.ask(agent, candidate, words="May we?", day=services.today())
    values = {"agreed_to": ["quote"], "words": "Yes.", "day": services.today()} | wrong
    with pytest.raises(WrongInput):
        services.agree(agent, candidate, **values)
    candidate.refresh_from_db()
    assert candidate.state == "asked"


def test_nobody_agrees_who_was_not_taken_up(candidate, agent):
    with pytest.raises(WrongMove):
        services.agree(agent, candidate, agreed_to=["quote"], words="Yes.", day=services.today())


def test_a_yes_is_not_taken_from_somebody_hurt_since(candidate, agent, make_case):
    services.take_up(agent, candidate)
    services.ask(agent, candidate, words="May we?", day=services.today())
    make_case(customer=candidate.customer)
    with pytest.raises(WrongInput):
        services.agree(agent, candidate, agreed_to=["quote"], words="Yes.", day=services.today())


def test_taken_back_nothing_more_is_asked_or_given(speaking, junior, agent, make_case, run_clock, budget):
    budget("100")
    services.withdraw(junior, speaking, words="Please stop.", day=services.today())
    assert (speaking.state, speaking.agreed_to, speaking.look_at) == ("withdrawn", [], None)
    for act in (
        lambda: services.ask(agent, speaking, words="May we?", day=services.today()),
        lambda: services.take_up(agent, speaking),
    ):
        with pytest.raises((WrongMove, WrongInput)):
            act()
        speaking.refresh_from_db()
    with pytest.raises(WrongInput):
        services.reward(agent, speaking, what="Bread", why="For her", cost=D(1), day=services.today())
    services.write_praise_down(agent, speaking.customer, "Still lovely bread.")
    services.find_recovered(CLOCK)
    speaking.refresh_from_db()
    assert speaking.state == "withdrawn"


def test_more_is_asked_only_of_those_who_may_be_asked_and_less_is_always_heard(speaking, agent, make_case):
    today = services.today()
    services.change_consent(agent, speaking, agreed_to=["quote", "call"], words="Call me too.", day=today)
    make_case(customer=speaking.customer)
    with pytest.raises(WrongInput):
        services.change_consent(agent, speaking, agreed_to=["quote", "call", "try"], words="And try.", day=today)
    services.change_consent(agent, speaking, agreed_to=["call"], words="No quotes.", day=today)
    speaking.refresh_from_db()
    assert speaking.agreed_to == ["call"]


def test_what_they_did_needs_their_leave_but_for_a_review(speaking, agent):
    today = services.today()
    with pytest.raises(WrongInput):
        services.add_deed(agent, speaking, use="call", words="Spoke with a bakery.", day=today)
    services.add_deed(agent, speaking, use="review", words="Wrote about the rye bread.", day=today)
    services.add_deed(agent, speaking, use="quote", words="Quoted on the bag.", day=today)
    assert Deed.objects.count() == 2


# Thanks.


def mails():
    return OutgoingMessage.objects.filter(purpose="reminder")


def its_morning_has_come():
    Advocate.objects.update(look_at=timezone.now() - timedelta(minutes=1))


def test_the_clock_reminds_until_they_are_thanked_and_again_after_months(speaking, agent, run_clock):
    now = timezone.now()
    its_morning_has_come()
    run_clock()
    assert [mail.to for mail in mails()] == [[agent.email]]
    its_morning_has_come()
    run_clock()
    assert mails().count() == 1
    speaking.refresh_from_db()
    assert now + 12 * DAY < speaking.look_at < now + 16 * DAY
    services.thank(agent, speaking, words="A card.", day=services.today())
    speaking.refresh_from_db()
    assert speaking.thank_from == months_after(services.today(), 6)
    its_morning_has_come()
    run_clock()
    assert mails().count() == 1
    speaking.refresh_from_db()
    assert speaking.look_at > now + 150 * DAY


def test_when_whoever_took_care_is_gone_the_leads_hear_of_it(speaking, agent, lead, run_clock):
    agent.is_active = False
    agent.save()
    its_morning_has_come()
    run_clock()
    assert [mail.to for mail in mails()] == [[lead.email]]


def test_a_deed_makes_thanks_due_again(speaking, agent):
    today = services.today()
    services.thank(agent, speaking, words="A card.", day=today - DAY)
    services.add_deed(agent, speaking, use="", words="Brought her choir.", day=today)
    speaking.refresh_from_db()
    assert (speaking.thank_from, speaking.thanked_on) == (today, today - DAY)


def test_a_shorter_interval_holds_for_those_who_were_thanked(speaking, agent, owner):
    services.thank(agent, speaking, words="A card.", day=services.today())
    services.change_settings(owner, per_year=D(0), thank_months=1)
    speaking.refresh_from_db()
    assert speaking.thank_from == months_after(services.today(), 1)


@given(day=st.dates(date(2000, 1, 1), date(2090, 12, 31)), months=st.integers(1, 24))
def test_months_later_is_in_that_month_and_never_before(day, months):
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + DAY).day == 1


# Rewards.


def test_without_a_budget_there_are_no_rewards(speaking, agent):
    with pytest.raises(WrongInput, match="budget"):
        services.reward(agent, speaking, what="Bread", why="For her words", cost=D("0.01"), day=services.today())


@pytest.mark.parametrize(
    "why",
    ["For her five star review", "Už atsiliepimą", "Za recenziju", "על הביקורת בגוגל", "Arvustuse eest", "Za recenziu"],
)
def test_a_reward_is_never_for_a_review(speaking, agent, budget, why):
    budget("100")
    with pytest.raises(WrongInput, match="never for a review"):
        services.reward(agent, speaking, what="Bread", why=why, cost=D(1), day=services.today())
    with pytest.raises(WrongInput, match="never for a review"):
        services.reward(agent, speaking, what="Bread", why="Thanks", cost=D(1), day=services.today(), use="review")
    assert not Reward.objects.exists()


@pytest.mark.parametrize("why", ["She tried the new rye", "Už kantrybę", "על הסבלנות", "Za trpezlivosť", "Abi eest"])
def test_other_reasons_speak_of_no_review(why):
    assert not speaks_of_review(why)


ACTS = st.lists(st.tuples(st.sampled_from(["give", "drop", "budget"]), st.decimals(0, 60, places=2)), max_size=14)


@given(acts=ACTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_acts_passes_the_budget(acts, speaking, agent, owner, make_customer):
    """Rewards given stay within the budget as it stood when each was given; dropping gives it back."""
    Reward.objects.all().delete()
    services.change_settings(owner, per_year=D(50), thank_months=6)
    given_so_far, limit = {}, D(50)
    for act, amount in acts:
        if act == "budget":
            limit = amount
            services.change_settings(owner, per_year=amount, thank_months=6)
        elif act == "drop" and given_so_far:
            pk = next(iter(given_so_far))
            services.drop_reward(agent, Reward.objects.get(pk=pk))
            services.drop_reward(agent, Reward.objects.get(pk=pk))
            del given_so_far[pk]
        elif act == "give":
            fits = sum(given_so_far.values()) + amount <= limit
            try:
                row = services.reward(
                    agent, speaking, what="Bread", why="For her help", cost=amount, day=services.today()
                )
            except WrongInput:
                assert not fits
            else:
                assert fits
                given_so_far[row.pk] = amount
        assert services.left_of_year() == max(D(0), limit - sum(given_so_far.values()))


def test_erasing_a_customer_gives_no_budget_back(speaking, agent, lead, budget):
    budget("50")
    services.reward(agent, speaking, what="Bread", why="For her help", cost=D(40), day=services.today())
    erase_customer(lead, speaking.customer, reason="asked for it")
    assert services.left_of_year() == D(10)


# Roles.


@pytest.mark.parametrize("act", ["take_up", "ask", "reward", "not_now", "never"])
def test_a_junior_does_not_decide(candidate, junior, act):
    today = services.today()
    calls = {
        "take_up": lambda: services.take_up(junior, candidate),
        "ask": lambda: services.ask(junior, candidate, words="May we?", day=today),
        "reward": lambda: services.reward(junior, candidate, what="Bread", why="Help", cost=D(1), day=today),
        "not_now": lambda: services.not_now(junior, candidate, today + DAY),
        "never": lambda: services.never(junior, candidate),
    }
    with pytest.raises(NotAllowed):
        calls[act]()


def test_everybody_of_the_house_may_thank(speaking, junior):
    services.thank(junior, speaking, words="Thank you!", day=services.today())
    assert Thanks.objects.get().person == junior


def test_only_the_owner_sets_the_budget(lead, db):
    for acting in (lead, DESK, CLOCK):
        with pytest.raises(NotAllowed):
            services.change_settings(acting, per_year=D(5), thank_months=6)


@pytest.mark.parametrize(("amount", "months"), [("-1", 6), ("NaN", 6), ("1e12", 6), ("5", 0), ("5", 25)])
def test_numbers_that_cannot_be(owner, amount, months):
    with pytest.raises(WrongInput):
        services.change_settings(owner, per_year=D(amount), thank_months=months)


# Export and erasing.


def test_the_export_holds_it_and_erasing_takes_the_words(speaking, agent, lead, budget):
    budget("50")
    customer, today = speaking.customer, services.today()
    services.add_deed(agent, speaking, use="quote", words="ZEBRA deed", day=today)
    services.thank(agent, speaking, words="ZEBRA thanks", day=today)
    services.reward(agent, speaking, what="ZEBRA what", why="ZEBRA why", cost=D(1), day=today)
    services.write_praise_down(agent, customer, "ZEBRA told")
    services.change_consent(agent, speaking, agreed_to=["quote"], words="ZEBRA words", day=today)
    with export_customer(lead, customer) as taken, zipfile.ZipFile(io.BytesIO(taken.read())) as archive:
        said = "\n".join(archive.read(name).decode() for name in archive.namelist() if "advocates-" in name)
    assert all(f"ZEBRA {word}" in said for word in ("deed", "thanks", "what", "why", "told", "words"))
    erase_customer(lead, customer, reason="asked for it")
    left = [
        str(row) for model in (Advocate, Consent, Thanks, Deed, Reward, Sign) for row in model.objects.values_list()
    ]
    assert not any("ZEBRA" in row for row in left)
    speaking.refresh_from_db()
    assert (speaking.state, speaking.agreed_to, speaking.look_at) == ("erased", [], None)
    assert Thanks.objects.count() == 1
