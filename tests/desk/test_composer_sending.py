"""A reply from its writer to the outbox: errors, reasons, a second person, undo, schedules, promises."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from amends.desk.cases.services import change_fault, receive
from amends.desk.composer.models import Draft, Reply
from amends.desk.composer.services import again, approve, keep_draft, record_call, release, send, send_back, undo
from amends.desk.composer.services.calling import Spoken
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import INTAKE

GOOD = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)
IFS = "Dear Rūta,\n\nWe are sorry if the cake caused any inconvenience."


@pytest.fixture
def write(agent):
    def write_it(case, text=GOOD, person=agent, kind="reply", **values):
        return keep_draft(person, case, kind, text=text, **values)

    return write_it


def to(address):
    return [sent for sent in mail.outbox if sent.to == [address]]


def later(**parts):
    return timezone.now() + timedelta(**parts)


def test_a_reply_leaves_with_its_promises(make_case, agent, write, run_clock):
    case = make_case()
    reply = send(agent, write(case))
    assert reply.state == "waiting"
    assert not case.messages.filter(direction="out").exists()
    run_clock(later(seconds=5))
    assert not mail.outbox
    run_clock(later(seconds=12))
    case.refresh_from_db()
    message = case.messages.get(direction="out")
    assert (case.state, message.delivery, message.author) == ("waiting-for-customer", "sent", agent)
    assert message.review["verdict"] in ("full", "partial")
    [promise] = case.promises.all()
    tomorrow = timezone.now().astimezone(ZoneInfo("Europe/Vilnius")).date() + timedelta(days=1)
    due = promise.due_at.astimezone(ZoneInfo("Europe/Vilnius"))
    assert (promise.owner, due.date(), due.hour, promise.message) == (agent, tomorrow, 17, message)
    assert promise.confirmed_at is not None
    assert message.text[promise.start : promise.end] == promise.quote
    [sent] = mail.outbox
    assert sent.extra_headers["Message-ID"] == message.mail_id
    assert sent.from_email.startswith('"Ana Agent, Corner Bakery"')
    assert sent.body == GOOD


def test_within_ten_seconds_it_can_be_taken_back_and_nothing_has_happened(make_case, agent, write, run_clock):
    case = make_case()
    before = case.state
    reply = send(agent, write(case))
    draft = undo(agent, reply)
    assert draft.text == GOOD
    run_clock(later(seconds=30))
    case.refresh_from_db()
    assert (case.state, list(case.promises.all()), mail.outbox) == (before, [], [])
    assert not OutgoingMessage.objects.exists()
    assert send(agent, draft).pk != reply.pk


def test_what_has_left_cannot_be_taken_back(make_case, agent, write, run_clock):
    reply = send(agent, write(make_case()))
    run_clock(later(seconds=12))
    with pytest.raises(WrongMove):
        undo(agent, reply)
    assert len(mail.outbox) == 1


def test_taking_back_keeps_what_was_begun_since(make_case, agent, write):
    case = make_case()
    reply = send(agent, write(case))
    write(case, "One more thing.")
    assert undo(agent, reply).text == f"{GOOD}\n\nOne more thing."


def test_sending_the_same_form_twice_is_one_sending(make_case, agent, write):
    case = make_case()
    draft = write(case)
    twin = Draft.objects.get(pk=draft.pk)
    assert send(agent, draft) == send(agent, twin)
    assert Reply.objects.count() == 1


def test_errors_stop_it_until_there_is_a_reason(make_case, agent, write, run_clock):
    case = change_fault(agent, make_case(), "team")
    with pytest.raises(WrongInput) as stopped:
        send(agent, write(case, IFS))
    assert stopped.value.field == "reason"
    assert Draft.objects.get().text == IFS
    send(agent, write(case, IFS, reason="They asked for exactly these words."))
    run_clock(later(seconds=12))
    message = case.messages.get(direction="out")
    assert message.sent_despite == "They asked for exactly these words."
    assert case.log.get(act="reply.written").note == "They asked for exactly these words."


def test_a_reason_without_errors_is_not_kept(make_case, agent, write):
    assert send(agent, write(make_case(), reason="No need, really.")).sent_despite == ""


def test_a_juniors_reply_waits_for_a_second_person(make_case, junior, agent, write, run_clock):
    case = make_case()
    address = case.customer.contacts.get().value
    reply = send(junior, write(case, person=junior))
    run_clock(later(seconds=12))
    assert (reply.state, to(address)) == ("approval", [])
    with pytest.raises(NotAllowed):
        approve(junior, reply)
    approve(agent, reply)
    run_clock(later(seconds=24))
    message = case.messages.get(direction="out")
    assert message.author == junior
    assert case.promises.get().owner == junior
    assert case.log.get(act="reply.approved").person == agent
    assert len(to(address)) == 1


def test_it_is_sent_back_with_a_word(make_case, junior, agent, write):
    case = make_case()
    reply = send(junior, write(case, person=junior))
    with pytest.raises(WrongInput):
        send_back(agent, reply, "  ")
    send_back(agent, reply, "Name the day.")
    assert (reply.state, reply.word) == ("sent-back", "Name the day.")
    assert Draft.objects.get(person=junior).text == GOOD
    with pytest.raises(WrongMove):
        approve(agent, reply)


def test_after_a_second_failure_anybody_needs_a_second_person(make_case, make_customer, agent, lead, write):
    customer = make_customer()
    make_case(customer)
    case = make_case(customer)
    reply = send(lead, write(case, person=lead))
    assert (reply.state, reply.second_look) == ("approval", "second-failure")
    with pytest.raises(NotAllowed):
        approve(lead, reply)
    assert approve(agent, reply).state == "waiting"


def test_who_is_alone_sends_alone(make_case, make_customer, agent, write):
    customer = make_customer()
    make_case(customer)
    assert send(agent, write(make_case(customer))).state == "waiting"


def test_a_chosen_time_is_kept(make_case, agent, write, run_clock):
    case = make_case()
    at = later(hours=30)
    reply = send(agent, write(case, send_at=at.isoformat()))
    address = case.customer.contacts.get().value
    run_clock(later(hours=29))
    assert not to(address)
    run_clock(later(hours=31))
    assert len(to(address)) == 1
    assert reply.scheduled


@pytest.mark.parametrize("chosen", ["yesterday", "2001-01-01T09:00", "2999-01-01T09:00"])
def test_a_time_that_cannot_be_is_refused(make_case, agent, write, chosen):
    with pytest.raises(WrongInput):
        send(agent, write(make_case(), send_at=chosen))
    assert Draft.objects.get().text == GOOD


def test_a_scheduled_reply_stops_when_the_customer_writes_again(make_case, agent, write, run_clock):
    case = make_case()
    reply = send(agent, write(case, send_at=later(hours=5).isoformat()))
    receive(INTAKE, case, text="It came after all!", channel="mail")
    run_clock(later(hours=6))
    reply.refresh_from_db()
    assert (reply.state, mail.outbox) == ("stopped", [])
    assert reply.stopped_why
    again(agent, reply)
    run_clock(later(hours=7))
    assert len(mail.outbox) == 1


def test_a_writer_who_left_the_business_sends_nothing(make_case, agent, write, run_clock):
    reply = send(agent, write(make_case()))
    agent.is_active = False
    agent.save()
    run_clock(later(seconds=12))
    reply.refresh_from_db()
    assert (reply.state, mail.outbox) == ("stopped", [])


def test_releasing_twice_is_once(make_case, agent, write, run_clock):
    case = make_case()
    reply = send(agent, write(case))
    release(Reply.objects.get(pk=reply.pk))
    release(Reply.objects.get(pk=reply.pk))
    run_clock(later(seconds=12))
    assert (len(mail.outbox), case.promises.count(), case.messages.filter(direction="out").count()) == (1, 1, 1)


def test_corrected_promises_are_recorded_as_corrected(make_case, agent, lead, write, run_clock):
    case = make_case()
    text = GOOD + " I will refund the 28 €."
    from amends.desk.composer.checking import check_reply
    from amends.desk.composer.situation import situation_of

    rows = check_reply(text, situation_of(case), writer=str(agent.pk)).promises
    assert len(rows) == 2
    corrections = {
        "found": {
            rows[0].key: {"removed": True},
            rows[1].key: {"act": "Refund 28 €", "day": "2031-05-02", "clock": "", "owner": str(lead.pk)},
        },
        "added": [{"act": "Ring her", "day": "2031-05-03", "clock": "10:30", "owner": ""}],
    }
    send(agent, write(case, text, corrections=corrections))
    run_clock(later(seconds=12))
    refund, ring = case.promises.order_by("due_at")
    assert (refund.act, refund.due_day, refund.owner) == ("Refund 28 €", date(2031, 5, 2), lead)
    assert refund.found["act"] != refund.act
    assert (ring.act, ring.due_day, ring.owner, ring.found) == ("Ring her", None, None, None)


def test_an_answer_joins_the_thread(make_case, agent, write, run_clock):
    case = make_case()
    contact = case.customer.contacts.get()
    receive(
        INTAKE, case, text="Still nothing!", channel="mail", contact=contact,
        mail_id="<two@mail.example>", references=["<one@mail.example>"], subject="Cake",
    )  # fmt: skip
    send(agent, write(case))
    run_clock(later(seconds=12))
    [sent] = mail.outbox
    assert sent.extra_headers["In-Reply-To"] == "<two@mail.example>"
    assert sent.extra_headers["References"] == "<one@mail.example> <two@mail.example>"
    assert (sent.subject, sent.to) == ("Re: Cake", [contact.value])


def test_hebrew_leaves_from_right_to_left(make_case, agent, write, run_clock):
    case = make_case(text="העוגה לא הגיעה בשבת.", language="he")
    words = "רותה היקרה,\n\nאני מצטערת שהעוגה לא הגיעה בשבת. שכחתי לרשום את ההזמנה שלך."
    send(agent, write(case, words))
    run_clock(later(seconds=12))
    html, kind = mail.outbox[0].alternatives[0]
    assert kind == "text/html"
    assert 'dir="rtl"' in html
    assert mail.outbox[0].extra_headers["Content-Language"] == "he"


def test_a_letter_shows_marks_of_html_as_they_were_written(make_case, agent, write, run_clock):
    send(agent, write(make_case(), GOOD + "\n\n<script>alert(1)</script> & more"))
    run_clock(later(seconds=12))
    html, _kind = mail.outbox[0].alternatives[0]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert mail.outbox[0].body.endswith("<script>alert(1)</script> & more")


def test_somebody_elses_draft_is_not_sent(make_case, agent, lead, write):
    with pytest.raises(NotAllowed):
        send(lead, write(make_case()))


def test_nothing_is_not_sent(make_case, agent, write):
    with pytest.raises(WrongInput):
        send(agent, write(make_case(), "  \n"))


def test_a_newer_draft_is_not_overwritten(make_case, agent):
    case = make_case()
    first = keep_draft(agent, case, "reply", text="One")
    keep_draft(agent, case, "reply", text="Two", revision=first.revision)
    with pytest.raises(WrongMove):
        keep_draft(agent, case, "reply", text="One and a bit", revision=first.revision)
    assert Draft.objects.get().text == "Two"


def test_each_person_has_a_draft_of_their_own(make_case, agent, lead):
    case = make_case()
    keep_draft(agent, case, "reply", text="Ana's")
    keep_draft(lead, case, "reply", text="Lena's")
    assert Draft.objects.get(person=agent).text == "Ana's"


def test_a_talk_is_written_down_with_what_was_promised(make_case, junior):
    from amends.desk.composer.promised import Row

    case = make_case()
    row = Row("new-0", "Bring the cake", "2031-05-02", "", str(junior.pk))
    theirs, ours = record_call(junior, case, Spoken("She wept.", "I said I was sorry.", [row]))
    case.refresh_from_db()
    assert (theirs.direction, ours.direction, ours.author) == ("in", "out", junior)
    promise = case.promises.get()
    assert (promise.due_day, promise.owner, promise.message) == (date(2031, 5, 2), junior, ours)
    assert case.state == "waiting-for-customer"
    with pytest.raises(WrongInput):
        record_call(junior, case, Spoken())
