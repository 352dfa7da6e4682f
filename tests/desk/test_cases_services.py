"""Cases: what comes in and goes out, hurt, waiting, next word, outline, log."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from amends.desk.cases.models import Attachment, CaseLog, Message, RawMessage
from amends.desk.cases.queue import place_of, reasons
from amends.desk.cases.services import (
    add_event,
    add_note,
    attach,
    change_event,
    change_outline,
    close_silent,
    correct_hearing,
    keep_hearing,
    keep_raw,
    open_case,
    outline_of,
    receive,
    record_out,
    record_recovery,
    remove_event,
    set_aside,
    stamp,
    write_down,
)
from amends.desk.deadlines.models import Profile
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.house.services import change_house
from amends.desk.ledger.services import keep, record
from amends.desk.people.roles import CUSTOMER, DESK, INTAKE


def test_a_new_case_waits_from_its_first_word(make_case):
    began = timezone.now() - timedelta(hours=5)
    case = make_case(began=began)
    assert (case.state, case.waits_since, case.failure_number) == ("new", began, 1)
    assert case.outline.perceived == ""


def test_a_reply_hands_over_and_the_answer_comes_back(make_case, agent):
    case = make_case()
    record_out(agent, case, text="I am sorry that the cake never came.", channel="mail")
    assert (case.state, case.waits_since) == ("waiting-for-customer", None)
    assert case.first_reply_at is not None
    receive(INTAKE, case, text="And now?", channel="mail")
    assert case.state == "waiting-for-us"
    assert case.waits_since is not None


def test_automatic_words_are_no_reply_and_no_answer(make_case, agent):
    case = make_case()
    record_out(DESK, case, text="A person writes by noon.", channel="mail", automatic=True)
    assert (case.state, case.first_reply_at) == ("new", None)
    record_out(agent, case, text="I am sorry.", channel="mail")
    receive(INTAKE, case, text="I am out of office.", channel="mail", automatic=True)
    assert case.state == "waiting-for-customer"


@pytest.mark.parametrize("end", ["recovered", "closed-silent"])
def test_a_word_of_the_customer_opens_a_case_that_was_over(end, make_case, agent):
    case = make_case()
    record_out(agent, case, text="I am sorry.", channel="mail")
    if end == "recovered":
        record_recovery(CUSTOMER, case, None)
    else:
        close_silent(agent, case)
    receive(CUSTOMER, case, text="It leaks again.", channel="page")
    assert (case.state, case.closed_at, case.recovered_at) == ("waiting-for-us", None, None)


def test_words_from_the_future_do_not_wait_for_the_future(make_case):
    case = make_case(text="")
    message = receive(INTAKE, case, text="Hello", channel="mail", sent_at=timezone.now() + timedelta(days=900))
    assert message.sent_at <= timezone.now()


def test_a_second_failure_is_counted_and_said(make_customer, make_case, agent):
    customer = make_customer()
    first = make_case(customer)
    set_aside(agent, first, "no-complaint")
    assert make_case(customer).failure_number == 1
    second = make_case(customer)
    assert second.failure_number == 2
    assert "second-failure" in {reason.kind for reason in reasons(second, timezone.now())}


def test_hurt_goes_before_waiting_up_to_days(make_case, agent, signed_in):
    now = timezone.now()
    patient = make_case(began=now - timedelta(hours=30), subject="Waits long")
    hurt = make_case(began=now - timedelta(hours=1), subject="Hurt badly", severity=90, urgency=80, stakes=["health"])
    fresh = make_case(began=now, subject="Just came")
    page = signed_in(agent).get("/").content.decode()
    places = [page.index(case.subject) for case in (hurt, patient, fresh)]
    assert places == sorted(places)
    assert "health" in page


@given(
    hours=st.tuples(st.floats(0, 2_000), st.floats(0, 2_000)),
    severity=st.integers(0, 100),
    more=st.integers(0, 100),
)
def test_more_hurt_or_longer_waiting_never_moves_a_case_back(hours, severity, more):
    now = timezone.now()
    shorter, longer = sorted(hours)
    begin = now - timedelta(hours=shorter)
    assert place_of(begin, min(100, severity + more), 0) <= place_of(begin, severity, 0)
    assert place_of(now - timedelta(hours=longer), severity, 0) <= place_of(begin, severity, 0)


def test_the_next_word_is_the_earliest_of_house_law_and_promises(make_case, agent, owner):
    began = timezone.now() - timedelta(hours=2)
    case = make_case(began=began)
    assert (case.next_word_at, case.next_word_why) == (began + timedelta(hours=24), "word")
    record_out(agent, case, text="I am sorry.", channel="mail")
    assert case.next_word_at is None
    promise = record(agent, case, act="Bring a cake", owner=agent, due=timezone.now() + timedelta(days=2))
    case.refresh_from_db()
    assert (case.next_word_at, case.next_word_why) == (promise.due_at, "promise")
    keep(agent, promise, evidence="Photo")
    case.refresh_from_db()
    assert case.next_word_at is None


def test_the_limit_of_the_place_holds_while_it_is_ours_to_move(make_case, owner, agent):
    change_house(owner, profile=Profile.objects.get(key="lt"), first_word_hours=900)
    case = make_case(began=timezone.now() - timedelta(days=1))
    assert case.next_word_why == "answer"
    assert timedelta(days=12) < case.next_word_at - timezone.now() < timedelta(days=14)
    record_out(agent, case, text="I am sorry.", channel="mail")
    assert case.next_word_at is None


def test_an_erased_or_unknown_value_is_refused(make_customer, agent):
    customer = make_customer(erased_at=timezone.now())
    with pytest.raises(WrongInput):
        open_case(agent, customer, channel="mail")
    with pytest.raises(WrongInput):
        open_case(agent, make_customer(), channel="carrier pigeon")


def test_the_same_bytes_are_kept_once_for_each_mailbox(db):
    row, new = keep_raw(INTAKE, "mailbox 1", b"Subject: x\r\n\r\nhello")
    again, new_again = keep_raw(INTAKE, "mailbox 1", b"Subject: x\r\n\r\nhello")
    _other, new_other = keep_raw(INTAKE, "mailbox 2", b"Subject: x\r\n\r\nhello")
    assert (new, new_again, new_other) == (True, False, True)
    assert row == again
    assert RawMessage.objects.count() == 2


@pytest.mark.parametrize("size", [0, 10, 400_000])
def test_bytes_come_back_as_they_were(db, size):
    raw = bytes(number % 256 for number in range(size))
    row, _new = keep_raw(INTAKE, "m", raw)
    assert RawMessage.objects.get(pk=row.pk).raw() == raw


def test_a_read_message_is_not_read_again(db):
    row, _new = keep_raw(INTAKE, "m", b"x")
    row.move_to("read")
    row.save()
    with pytest.raises(WrongMove):
        row.move_to("waiting")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("a\r\nSet-Cookie: x.txt", "a__Set-Cookie_ x.txt"),
        ("\u202egnp.exe", "_gnp.exe"),
        ("...", "file"),
        ("", "file"),
        ("sąskaita Nr. 5.pdf", "sąskaita Nr. 5.pdf"),
        ("ä" * 400 + ".jpeg", "ä" * 150 + ".jpeg"),
    ],
)
def test_names_of_files_are_made_safe(make_case, first_message, given_name, kept):
    assert attach(first_message(make_case()), name=given_name, content=b"x").name == kept


def test_a_file_is_only_ever_a_download(make_case, first_message, agent, signed_in):
    case = make_case()
    file = attach(first_message(case), name="evil.html", content=b"<script>x</script>", content_type="text/html")
    response = signed_in(agent).get(f"/cases/{case.public_id}/files/{file.pk}/")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="evil.html"'
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(response.streaming_content) == b"<script>x</script>"
    other = make_case()
    assert signed_in(agent).get(f"/cases/{other.public_id}/files/{file.pk}/").status_code == 404


def test_a_file_that_is_too_large_is_refused_with_words(make_case, first_message, settings):
    settings.LARGEST_UPLOAD = 1024 * 1024
    with pytest.raises(WrongInput, match="1 MB"):
        attach(first_message(make_case()), name="x", content=b"x" * (1024 * 1024 + 1))
    assert not Attachment.objects.exists()


def test_hearing_makes_a_case_graver_and_a_person_has_the_last_word(make_case, first_message, agent):
    case = make_case()
    message = first_message(case)
    keep_hearing(INTAKE, message, is_complaint=True, severity=70, urgency=40, kinds=["late"], stakes=["money"])
    case.refresh_from_db()
    assert (case.severity, case.kinds, case.stakes) == (70, ["late"], ["money"])
    message.refresh_from_db()
    correction = correct_hearing(agent, message, "severity", 20)
    assert (correction.heard, correction.corrected) == (70, 20)
    keep_hearing(INTAKE, message, is_complaint=True, severity=90, urgency=40, kinds=["wrong"])
    case.refresh_from_db()
    assert (case.severity, case.kinds) == (20, ["late", "wrong"])


@pytest.mark.parametrize(("field", "value"), [("severity", 101), ("severity", True), ("kinds", "late"), ("colour", 1)])
def test_a_correction_that_does_not_fit_is_refused(make_case, first_message, agent, field, value):
    with pytest.raises(WrongInput):
        correct_hearing(agent, first_message(make_case()), field, value)


def test_the_outline_keeps_its_history_and_overwrites_nobody(make_case, agent, lead):
    case = make_case()
    change_outline(agent, case, "cause", "The oven was off.", seen=stamp(""))
    with pytest.raises(WrongMove):
        change_outline(lead, case, "cause", "The driver was ill.", seen=stamp(""))
    assert outline_of(case).cause == "The oven was off."
    change_outline(lead, case, "cause", "The oven was off all night.\r\n", seen=stamp("The oven was off."))
    change_outline(lead, case, "cause", "The oven was off all night.")
    history = case.log.filter(act="outline.cause").values_list("before__cause", "after__cause")
    assert list(history) == [("", "The oven was off."), ("The oven was off.", "The oven was off all night.")]
    with pytest.raises(WrongInput):
        change_outline(agent, case, "case", "x")


def test_events_stand_in_order_and_the_log_keeps_what_was_taken_out(make_case, agent):
    case = make_case()
    later = add_event(agent, case, words="The cake did not come.", day=date(2026, 5, 3))
    add_event(agent, case, words="The order came.", day=date(2026, 5, 1))
    add_event(agent, case, words="Somebody called.")
    words = [event.words for event in outline_of(case).events.all()]
    assert words == ["The order came.", "The cake did not come.", "Somebody called."]
    change_event(agent, later, words="The cake was not sent.", day=date(2026, 5, 3))
    remove_event(agent, later)
    assert case.log.filter(act="outline.event-removed").get().before["words"] == "The cake was not sent."


def test_a_note_is_never_public(make_case, agent):
    from django.db import IntegrityError

    note = add_note(agent, make_case(), "Call her first.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=note.pk).update(public=True)


def test_what_is_written_down_needs_words_and_keeps_who_listened(make_case, junior):
    case = make_case(text="")
    with pytest.raises(WrongInput):
        write_down(junior, case, text="  ", channel="call")
    message = write_down(junior, case, text="It never came.", channel="call")
    assert (message.author, message.direction) == (junior, "in")


def test_only_the_intake_and_customers_receive(make_case, agent):
    with pytest.raises(NotAllowed):
        receive(agent, make_case(), text="I am the customer.", channel="mail")


def test_nothing_half_done_is_kept(make_case, agent, monkeypatch):
    case = make_case()
    before = CaseLog.objects.count()

    def fail(*_arguments, **_named):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("amends.desk.cases.services.messages.log", fail)
    with pytest.raises(RuntimeError):
        record_out(agent, case, text="I am sorry.", channel="mail")
    case.refresh_from_db()
    assert (case.state, case.messages.filter(direction="out").count()) == ("new", 0)
    assert CaseLog.objects.count() == before
