import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as some

import amends
from amends.checker.catalogue import COMPONENTS, CONCEPTS
from amends.checker.review import Component, Finding, Review
from amends.checker.scoring import FAULT_PARTIES, severity
from amends.guarding import OUTCOMES, PROMISE_KINDS, Policy, Reason, Ruling, guard, warm
from amends.guarding.guard import reasons
from amends.messages import use
from amends.promises import Promise

COMPLAINT = "You sent me the wrong lamp on Monday, and nobody answers the phone."
OWNED = "I am sorry. We packed the wrong lamp on Monday; that was my mistake. Which colour did you order?"
DENYING = "Our records show that the right lamp was delivered."
TEXT = "one two three four five six seven eight nine ten"
FAULTS = [label for label in CONCEPTS if label not in COMPONENTS]


def kinds(ruling: Ruling) -> set[tuple[str, str | None]]:
    return {(reason.kind, reason.label) for reason in ruling.reasons}


def test_a_reply_that_owns_it_may_be_sent() -> None:
    ruling = guard(OWNED, complaint=COMPLAINT, fault="team")
    assert ruling.outcome == "pass"
    assert ruling.passed
    assert ruling.reasons == ()
    assert ruling.feedback == ""


def test_an_answer_to_a_question_may_be_sent() -> None:
    assert guard("We open at nine, and at ten on Sundays.", complaint="When do you open?").passed


def test_an_error_with_our_fault_holds_and_without_it_asks_for_another_reply() -> None:
    reply = "We are sorry if this upset you."
    assert guard(reply, fault="team").outcome == "hold"
    assert guard(reply).outcome == "rewrite-needed"
    assert ("finding", "conditional") in kinds(guard(reply))


def test_a_denial_holds_whoever_failed() -> None:
    for fault in (None, *FAULT_PARTIES):
        ruling = guard(DENYING, complaint=COMPLAINT, fault=fault)
        assert ruling.outcome == "hold"
        assert ("finding", "denial") in kinds(ruling)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("I have refunded 28 € to your card.", "remedy"),
        ("We will refund you in full.", "remedy"),
        ("I will write to you by Friday noon.", "time"),
    ],
)
def test_what_nobody_confirmed_holds(reply: str, kind: str) -> None:
    ruling = guard(reply, complaint=COMPLAINT, language="en")
    assert ruling.outcome == "hold"
    assert ("promise", kind) in kinds(ruling)
    assert next(one for one in ruling.reasons if one.kind == "promise").quotes == (reply,)


def test_promises_may_be_allowed_by_kind() -> None:
    reply = "I will write to you by Friday noon."
    assert guard(reply, language="en", may_promise=True).passed
    assert guard(reply, language="en", may_promise=["time"]).passed
    assert guard(reply, language="en", may_promise=["remedy", "act"]).outcome == "hold"
    assert guard(reply, language="en", policy=Policy(may_promise=frozenset({"time"}))).passed
    assert guard("I will call you.", language="en", may_promise=False).outcome == "hold"
    assert guard("I will call you.", language="en").passed


def test_a_promise_that_was_confirmed_word_for_word_may_be_made() -> None:
    reply = "I will write to you by Friday noon."
    assert guard(reply, language="en", confirmed=["Ana says: I will write  to you, by Friday noon!"]).passed
    assert not guard(reply, language="en", confirmed=["I will write to you by Friday"]).passed
    assert not guard(reply, language="en", confirmed=["I will write to you by Friday noontime."]).passed
    assert not guard(reply, language="en", confirmed=["", "  "]).passed


def test_another_language_than_the_customers_holds() -> None:
    ruling = guard("Atsiprašome, supakavome ne tą lempą. Tai mūsų klaida.", language="en")
    assert ruling.outcome == "hold"
    assert ruling.mendable
    assert [(one.kind, one.label) for one in ruling.reasons if one.kind == "language"] == [("language", "en")]
    seen = guard("Atsiprašome, supakavome ne tą lempą. Tai mūsų klaida.", complaint=COMPLAINT)
    assert [one.kind for one in seen.reasons].count("language") == 1
    assert seen.outcome == "hold"
    unread = guard("Мы приносим извинения за опоздание вашего заказа.", language="en-GB")
    assert unread.outcome == "hold"
    assert unread.mendable


def test_a_language_that_cannot_be_read_holds_and_no_rewriting_helps() -> None:
    ruling = guard("Мы приносим извинения за опоздание вашего заказа.")
    assert ruling.outcome == "hold"
    assert kinds(ruling) == {("unread", None)}
    assert not ruling.mendable
    assert ruling.feedback == ""


def test_an_unread_reply_is_not_let_through_by_the_setting_for_languages() -> None:
    policy = Policy(wrong_language="pass")
    assert guard("Мы приносим извинения за опоздание вашего заказа.", language="en", policy=policy).outcome == "hold"


def test_a_short_answer_is_read_in_the_language_of_the_question() -> None:
    assert guard("Kettle.", complaint="Which of these do you still have in the shop, and until when?").passed
    assert guard("Kettle.", language="en").passed


def test_a_language_whose_check_is_only_begun_holds() -> None:
    polish = "Przepraszam, spakowałem nie tę lampę. To mój błąd."
    ruling = guard(polish)
    assert ruling.outcome == "hold"
    assert kinds(ruling) == {("preview", "pl")}
    assert guard(polish, policy=Policy(preview="pass")).passed


def test_a_complaint_where_somebody_is_in_danger_goes_to_a_person() -> None:
    danger = "Your heater caught fire in the night and my baby was burned. We are in hospital."
    reply = "I am sorry. Our heater caught fire, and that is our fault. Please keep it unplugged."
    ruling = guard(reply, complaint=danger)
    assert ruling.outcome == "hold"
    assert ruling.reasons[0].kind == "grave"
    assert not ruling.mendable
    assert guard(reply, complaint=danger, policy=Policy(for_people=frozenset())).passed


def test_the_first_answer_to_our_failing_holds_the_parts_of_an_apology() -> None:
    reply = "Thank you for writing. Which lamp is it?"
    first = guard(reply, complaint=COMPLAINT, fault="team")
    assert first.outcome == "rewrite-needed"
    assert {label for kind, label in kinds(first) if kind == "missing"} == {"apology", "responsibility"}
    assert guard(reply, complaint=COMPLAINT, fault="team", first=False).passed
    assert guard(reply, complaint=COMPLAINT).passed
    assert guard(reply, complaint=COMPLAINT, fault="team", policy=Policy(required=frozenset())).passed
    strict = guard("I am sorry, that was my mistake.", fault="team", policy=Policy(required=frozenset({"repair"})))
    assert ("missing", "repair") in kinds(strict)


def test_the_house_and_what_was_sent_before_are_looked_at() -> None:
    ruling = guard("Dear guests, the shop opens at nine.", vocabulary={"guests": "customers"}, language="en")
    assert kinds(ruling) == {("finding", "wrong-word")}
    again = guard(OWNED, earlier=[OWNED])
    assert ("finding", "scripted") in kinds(again)


def test_what_is_too_long_is_not_checked_and_waits() -> None:
    ruling = guard("We open at nine. " * 4, language="en", policy=Policy(longest=20))
    assert ruling.outcome == "hold"
    assert kinds(ruling) == {("length", None)}
    assert ruling.mendable


@pytest.mark.parametrize("reply", ["", "   \n", "\ud800", "\u0000", "😀" * 50, "‮abc‬", "a" * 20_000])
def test_whatever_software_writes_gets_a_ruling(reply: str) -> None:
    ruling = guard(reply, complaint="\ud800?", name="", fault="team", language="en")
    assert ruling.outcome in OUTCOMES
    assert isinstance(ruling.feedback, str)


def test_wrong_arguments_say_what_is_expected() -> None:
    with pytest.raises(TypeError, match="the reply must be text"):
        guard(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the complaint must be text"):
        guard("Hello", complaint=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fault is one of"):
        guard("Hello", fault="me")
    with pytest.raises(ValueError, match="may_promise is True, False or some of"):
        guard("Hello", may_promise=["refund"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="may_promise is True, False or some of"):
        guard("Hello", may_promise="act")


def test_feedback_tells_what_to_change_and_offers_no_phrase() -> None:
    ruling = guard("We are sorry if this upset you. I have refunded 28 €.", fault="team", complaint=COMPLAINT)
    feedback = ruling.feedback
    assert "“sorry if this" in feedback
    assert CONCEPTS["conditional"].way_out in feedback
    assert CONCEPTS["responsibility"].way_out in feedback
    for reason in ruling.reasons:
        assert reason.words in feedback
        if reason.kind in ("finding", "missing"):
            assert CONCEPTS[reason.label or ""].better not in feedback
    assert all(finding.fix is None or finding.fix.text not in feedback for finding in ruling.review.findings)


def test_reasons_are_told_in_the_language_of_the_reader() -> None:
    ruling = guard("We are sorry if this upset you.")
    english = ruling.reasons[0].words
    with use("lt"):
        assert ruling.reasons[0].words != english
    assert ruling.reasons[0].words == english


def test_the_plain_form_holds_it_all_and_counts_as_asked() -> None:
    ruling = guard("😀 I have refunded 28 €. I will write by Friday.", language="en", complaint=COMPLAINT)
    plain = ruling.to_dict()
    assert plain["ruling"] == "hold"
    assert plain["complaint"]["complaint"] is True
    reason = next(one for one in plain["reasons"] if one["label"] == "remedy")
    start, end = reason["spans"][0]
    assert ruling.review.text[start:end] == reason["quotes"][0]
    shifted = ruling.to_dict(utf16=True)
    assert next(one for one in shifted["reasons"] if one["label"] == "time")["spans"][0][0] == (
        next(one for one in plain["reasons"] if one["label"] == "time")["spans"][0][0] + 1
    )
    assert shifted["promises"][-1]["span"][0] == plain["promises"][-1]["span"][0] + 1


def test_several_threads_get_the_ruling_that_one_gets() -> None:
    warm(["en"])
    replies = [OWNED, DENYING, "We are sorry if this upset you.", "We will refund you in full."] * 10
    alone = [guard(reply, complaint=COMPLAINT).to_dict() for reply in replies]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda reply: guard(reply, complaint=COMPLAINT).to_dict(), replies))
    assert together == alone


def test_importing_amends_stays_light() -> None:
    code = "import sys, amends; print(sorted({'numpy', 'amends.guarding', 'amends.checker'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert amends.guard is guard


def promise(start: int, end: int, when: str | None) -> Promise:
    return Promise(TEXT[start:end], start, end, "we", None, TEXT[start:end], when, None, None, False)


spans = some.tuples(some.integers(0, 40), some.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))
outcomes = some.sampled_from(OUTCOMES)
policies = some.builds(
    Policy,
    severities=some.dictionaries(some.sampled_from(["error", "warning", "note"]), outcomes),
    labels=some.dictionaries(some.sampled_from([one for one in FAULTS if one != "other-language"]), outcomes),
    required=some.frozensets(some.sampled_from(COMPONENTS)),
    missing=outcomes,
    may_promise=some.frozensets(some.sampled_from(PROMISE_KINDS)),
    unconfirmed=outcomes,
    wrong_language=outcomes,
    unread=outcomes,
    preview=outcomes,
)
parties = some.sampled_from([None, *FAULT_PARTIES])
components = some.lists(some.builds(Component, some.sampled_from(COMPONENTS), some.tuples(spans)), max_size=5)
promised = some.lists(
    some.builds(lambda span, when: promise(*span, when), spans, some.sampled_from([None, "Friday"])), max_size=3
)


def gravity(found: tuple[Reason, ...]) -> int:
    return OUTCOMES.index(Ruling(Review(TEXT, "en"), found).outcome)


@given(
    policies, parties, components, promised, some.lists(some.tuples(some.sampled_from(FAULTS), spans)),
    some.tuples(some.sampled_from(FAULTS), spans), some.booleans(), some.booleans(),
)  # fmt: skip
def test_another_fault_never_makes_the_ruling_milder(policy, fault, parts, made, seen, another, first, preview) -> None:
    def ruled(labels):
        findings = tuple(Finding(label, (span,), severity(label, fault)) for label, span in labels)
        review = Review(TEXT, "en", tuple(parts), findings, verdict="partial", preview=preview)
        return reasons(review, made, policy=policy, fault=fault, first=first)

    before, after = ruled(seen), ruled([*seen, another])
    assert gravity(after) >= gravity(before)
    assert all(reason in after for reason in before)


@given(
    policies, parties, components, promised, some.builds(lambda span, when: promise(*span, when), spans, some.none())
)
def test_another_promise_never_makes_the_ruling_milder(policy, fault, parts, made, another) -> None:
    review = Review(TEXT, "en", tuple(parts), (), verdict="partial")
    before = reasons(review, made, policy=policy, fault=fault)
    after = reasons(review, [*made, another], policy=policy, fault=fault)
    assert gravity(after) >= gravity(before)


SPOILING = (
    "But you should have read the terms.",
    "Our records show that it was delivered.",
    "We apologise for any inconvenience this may have caused.",
    "As a one-time courtesy we will refund you.",
    "I will refund you by Friday.",
)


@given(some.lists(some.sampled_from([OWNED, *SPOILING]), min_size=1, max_size=4), some.sampled_from(SPOILING), parties)
def test_a_sentence_that_spoils_never_makes_the_ruling_milder(sentences, another, fault) -> None:
    about = {"complaint": COMPLAINT, "fault": fault, "language": "en", "first": False}
    before = guard(" ".join(sentences), **about)
    after = guard(" ".join([*sentences, another]), **about)
    assert OUTCOMES.index(after.outcome) >= OUTCOMES.index(before.outcome)
