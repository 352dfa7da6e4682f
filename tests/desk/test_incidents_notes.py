"""Personal notes: lists, rendering, checking, sending, and nobody written to twice."""

import csv
import io
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import record_out
from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.incidents.models import MassPromise, Note, Sending
from amends.desk.incidents.reading_lists import ListError, read_table, rows_of
from amends.desk.incidents.rendering import clean_fact, places_in, render
from amends.desk.incidents.services import noting, opening, recipients, sending, writing
from amends.desk.ledger.board import board
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import break_promise, keep
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import queue
from amends.desk.privacy.erasing import erase_customer

TEXT = (
    "Dear {name},\n\nyour order {order} came cold on Saturday. That is our fault: our ovens failed and we did not "
    "notice. I am sorry that your breakfast was spoilt. We have repaired the ovens and check them every morning now. "
    "We will pay back {amount} by 2031-06-01.\n\nAna"
)
LITHUANIAN = (
    "Sveiki, {name},\n\nšeštadienį jūsų užsakymas {order} atvyko šaltas. Tai mūsų kaltė: sugedo krosnys. Atsiprašau, "
    "kad sugadinome jūsų pusryčius. Krosnis sutaisėme. Grąžinsime {amount} iki 2031-06-01.\n\nAna"
)
LIST = (
    "E-mail;Name;Language;Order;Amount\n"
    "Ruta@mail.example;Rūta;lt;A-1;12 EUR\n"
    "john@mail.example;John;en;A-2;8 EUR\n"
    "RUTA@mail.example;Rūta again;lt;A-3;1 EUR\n"
    "nobody;Nobody;en;A-4;1 EUR\n"
    "xx@mail.example;Xx;fr;A-5;1 EUR\n"
    "mary@mail.example;Mary;en;A-6;\n"
)


@pytest.fixture
def incident(business, lead):
    since = timezone.now() - timedelta(hours=6)
    return opening.open_incident(lead, title="Ovens down", since=since, happened="Both failed.", fault="system")


@pytest.fixture
def with_texts(incident, lead):
    for language, subject, text in (("en", "Your order {order}", TEXT), ("lt", "Jūsų užsakymas {order}", LITHUANIAN)):
        row = writing.writing_of(lead, incident, "note", language)
        writing.keep(lead, row, subject=subject, text=text, reason="Read twice.")
        noting.set_text(lead, row)
    return incident


def take(person, incident, content=LIST):
    row = recipients.upload(person, incident, "list.csv", content.encode())
    return recipients.take_list(person, row, row.mapping)


def look(incident, ahead=0.0):
    """The clock's look, as if it stood some seconds ahead; then the outbox, and what came of it."""
    now = timezone.now() + timedelta(seconds=ahead)
    sending.look_at(Sending.objects.get(incident=incident), now)
    run_due(now)
    sending.settle_some(Sending.objects.get(incident=incident))


def send_all(person, incident, looks=6):
    look(incident)
    sending.start(person, Sending.objects.get(incident=incident))
    for number in range(1, looks):
        look(incident, 10.0 * number)


def states(incident):
    return {note.address: (note.state, note.held_why) for note in incident.notes.all()}


def test_a_list_is_taken_over_row_by_row(lead, incident):
    row = take(lead, incident)
    assert row.mapping == ["address", "name", "language", "fact:order", "fact:amount"]
    assert (row.taken, row.doubled, row.wrong) == (3, 1, 2)
    assert [line for line, _words in row.problems] == [4, 5, 6]
    assert row.content == ""
    assert {note.address for note in incident.notes.all()} == {
        "Ruta@mail.example",
        "john@mail.example",
        "mary@mail.example",
    }
    assert incident.notes.get(name="Rūta").facts == {"order": "A-1", "amount": "12 EUR"}


def test_a_second_list_names_nobody_twice(lead, incident):
    take(lead, incident)
    row = take(lead, incident, "mail,name\nJOHN@MAIL.example,Johnny\nnew@mail.example,New\n")
    assert (row.taken, row.doubled) == (1, 1)
    assert incident.notes.count() == 4


def test_a_list_that_was_broken_off_is_taken_on(lead, incident):
    row = recipients.upload(lead, incident, "list.csv", LIST.encode())
    # The process died after the first piece.
    Note.objects.create(
        incident=incident,
        address="Ruta@mail.example",
        address_key=incident.address_key("ruta@mail.example"),
        from_list=row,
        line=2,
    )
    row = recipients.take_list(lead, row, row.mapping)
    assert (row.taken, row.doubled, row.wrong) == (3, 1, 2)
    assert incident.notes.count() == 3


def test_the_database_itself_refuses_a_second_note(lead, incident):
    take(lead, incident)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.create(
            incident=incident, address="ruta@mail.example", address_key=incident.address_key("RUTA@mail.example")
        )


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "empty"), (b"\x00\x01\x02PK", "binary"), (b",".join([b"a"] * 60), "columns")]
)
def test_what_is_no_list_is_refused_in_words(lead, incident, content, why):
    with pytest.raises(ListError, match=why):
        read_table(content)
    with pytest.raises(WrongInput):
        recipients.upload(lead, incident, "list.csv", content)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1257"])
def test_lists_come_in_any_encoding(encoding):
    table = read_table(
        "mail;name\nruta@mail.example;Rūta Šimkutė\nona@mail.example;Ąžuolė Žvirblienė\n".encode(encoding)
    )
    assert table.header == ("mail", "name")
    assert next(row for _line, row in list(rows_of(table.text, table.delimiter))[1:])[1] == "Rūta Šimkutė"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_an_error_of_ours(content):
    try:
        table = read_table(content)
    except ListError:
        return
    assert len(list(rows_of(table.text, table.delimiter))) == table.lines + 1


@given(st.text(max_size=40), st.dictionaries(st.sampled_from(["name", "order"]), st.text(max_size=40)))
def test_what_stands_in_a_place_is_never_read_for_places(value, facts):
    hostile = {name: clean_fact(f"{{order}}{one}{value}") for name, one in facts.items()}
    rendered = render("{name}", "Dear {name}, {order}.", hostile)
    expected = "Dear {name}, {order}."
    for name in ("name", "order"):
        if not hostile.get(name):
            assert name in rendered.missing
    if hostile.keys() == {"name", "order"}:
        assert rendered.text == f"Dear {hostile['name']}, {hostile['order']}."
    assert not any(sign in rendered.subject for sign in "\r\n\0")
    assert places_in(expected) == ["name", "order"]


def test_only_one_column_is_the_address(lead, incident):
    row = recipients.upload(lead, incident, "list.csv", LIST.encode())
    with pytest.raises(WrongInput):
        recipients.take_list(lead, row, ["address", "address", "", "", ""])
    with pytest.raises(WrongInput):
        recipients.take_list(lead, row, ["name", "", "", "", ""])


def test_juniors_import_nothing_and_agents_do_not_start(junior, agent, with_texts):
    with pytest.raises(NotAllowed):
        recipients.upload(junior, with_texts, "list.csv", LIST.encode())
    take(agent, with_texts)
    look(with_texts)
    with pytest.raises(NotAllowed):
        sending.start(agent, with_texts.sending)


def test_each_note_is_checked_with_its_own_facts_and_held_with_the_reason(lead, with_texts):
    take(lead, with_texts)
    look(with_texts)
    assert states(with_texts) == {
        "Ruta@mail.example": ("ready", ""),
        "john@mail.example": ("ready", ""),
        "mary@mail.example": ("held", "missing-fact"),
    }
    held = with_texts.notes.get(name="Mary")
    assert held.held_words == "amount"
    noting.mend(lead, held, name="Mary", language="en", facts={**held.facts, "amount": "5 EUR"})
    look(with_texts)
    held.refresh_from_db()
    assert held.state == "ready"
    assert "pay back 5 EUR by" in held.text


def test_a_fact_that_makes_a_note_hurt_holds_that_one_alone(lead, with_texts):
    take(
        lead,
        with_texts,
        "mail,name,language,order,amount\na@mail.example,Ann,en,1,2 EUR\n"
        "b@mail.example,Bob,en,1,2 EUR as a one-time courtesy\n",
    )
    look(with_texts)
    ready, held = with_texts.notes.order_by("address")
    assert ready.state == "ready"
    assert (held.state, held.held_why) == ("held", "errors")
    assert held.held_words
    with pytest.raises(WrongInput):
        noting.allow(lead, held, reason="")
    noting.allow(lead, held, reason="Bob said so himself.")
    look(with_texts)
    held.refresh_from_db()
    assert held.state == "ready"


def test_who_has_no_text_in_their_language_is_held_until_there_is_one(lead, with_texts):
    take(lead, with_texts, "mail,name,language,order,amount\na@mail.example,Ann,et,1,2 EUR\n")
    look(with_texts)
    assert states(with_texts)["a@mail.example"] == ("held", "no-text")
    row = writing.writing_of(lead, with_texts, "note", "et")
    writing.keep(
        lead, row, subject="Tellimus {order}", text="Tere, {name}! See oli meie viga. {amount}", reason="Loetud üle."
    )
    noting.set_text(lead, row)
    look(with_texts)
    assert states(with_texts)["a@mail.example"][0] == "ready"


def test_notes_go_to_each_person_in_their_language_and_open_their_case(lead, with_texts):
    take(lead, with_texts)
    send_all(lead, with_texts)
    assert Counter(one.to[0] for one in mail.outbox) == {"Ruta@mail.example": 1, "john@mail.example": 1}
    by_address = {one.to[0]: one for one in mail.outbox}
    assert "užsakymas A-1" in by_address["Ruta@mail.example"].body
    assert "order A-2" in by_address["john@mail.example"].body
    note = with_texts.notes.get(address="john@mail.example")
    assert note.state == "sent"
    case = note.case
    assert (case.state, case.opened_by_us, case.customer.name) == ("waiting-for-customer", True, "John")
    assert case.place is None
    assert case.messages.get().delivery == "sent"
    assert with_texts.links.get(case=case).how == "note"
    row = note.outgoing
    assert (row.lane, row.purpose) == ("bulk", "note")


def test_an_answer_comes_into_the_persons_own_case(lead, with_texts, settings):
    from amends.desk.intake.mail.reply_address import case_of_addresses
    from amends.desk.intake.models import Mailbox

    Mailbox.objects.create(address="hello@bakery.example", kind="delivered", takes_replies=True)
    take(lead, with_texts)
    send_all(lead, with_texts)
    notes = with_texts.notes.filter(state="sent")
    assert len(notes) == 2
    for note in notes:
        assert case_of_addresses([note.outgoing.reply_to]) == note.case


def test_the_link_to_the_page_stands_in_the_mail_alone(lead, incident):
    row = writing.writing_of(lead, incident, "note", "en")
    writing.keep(lead, row, subject="Your order", text=TEXT.replace("Ana", "Your page: {page}"))
    noting.set_text(lead, row)
    take(lead, incident, "mail,name,language,order,amount\na@mail.example,Ann,en,1,2 EUR\n")
    send_all(lead, incident)
    assert "/c/" in mail.outbox[0].body
    assert "/c/" not in Message.objects.get(mail_id=mail.outbox[0].extra_headers["Message-ID"]).text


def test_each_person_has_their_promise_and_the_board_one_line(lead, with_texts):
    take(lead, with_texts)
    send_all(lead, with_texts)
    own = Promise.objects.exclude(bundle="")
    assert {(promise.case.customer.name, promise.quote.split()[-1] != "") for promise in own} == {
        ("Rūta", True),
        ("John", True),
    }
    assert all(promise.look_at is None for promise in own)
    assert all(promise.message.text[promise.start : promise.end] == promise.quote for promise in own)
    [mass] = MassPromise.objects.all()
    assert mass.count == 2
    columns, _words = board(lead, "all", timezone.now())
    shown = [promise for column in columns for promise in column.promises]
    assert shown == [mass.promise]
    assert "8 EUR" not in mass.promise.act
    assert "12 EUR" not in mass.promise.act
    assert Case.objects.get(customer__name="John").next_word_why == "promise"


@pytest.mark.parametrize(("settle", "state"), [(keep, "kept"), (break_promise, "broken")])
def test_what_became_of_the_promise_to_many_is_carried_over(lead, with_texts, settle, state):
    take(lead, with_texts)
    send_all(lead, with_texts)
    settle(lead, MassPromise.objects.get().promise)
    sending.carry_over()
    assert set(Promise.objects.exclude(bundle="").values_list("state", flat=True)) == {state}
    assert sending.carry_over() == 0


def test_customers_of_linked_cases_get_the_note_in_their_case(lead, with_texts, make_case, make_customer):
    case = make_case(make_customer(name="Ona", mail="ona@mail.example", language="lt"))
    opening.link(lead, with_texts, [case])
    count, without = recipients.from_cases(lead, with_texts)
    assert (count, without) == (1, [])
    assert recipients.from_cases(lead, with_texts)[0] == 0
    note = with_texts.notes.get()
    look(with_texts)
    note.refresh_from_db()
    assert note.held_why == "missing-fact"
    noting.mend(lead, note, name="Ona", language="lt", facts={"order": "B-1", "amount": "3 EUR"})
    send_all(lead, with_texts)
    note.refresh_from_db()
    assert (note.state, note.case) == ("sent", case)
    case.refresh_from_db()
    # Their own complaint is still to be answered.
    assert case.state in Case.OURS_TO_MOVE


def test_who_was_written_to_by_hand_is_held_and_a_person_decides(lead, agent, with_texts, make_case, make_customer):
    case = make_case(make_customer(name="Ona", mail="ona@mail.example", language="en"))
    opening.link(lead, with_texts, [case])
    record_out(agent, case, text="I am sorry, Ona.", channel="mail", delivery="sent")
    take(lead, with_texts, "mail,name,language,order,amount\nona@mail.example,Ona,en,1,2 EUR\n")
    look(with_texts)
    note = with_texts.notes.get()
    assert (note.state, note.held_why, note.case) == ("held", "by-hand", case)
    noting.allow(lead, note, reason="It was about something else.")
    send_all(lead, with_texts)
    note.refresh_from_db()
    assert note.state == "sent"


def test_a_reply_by_hand_between_check_and_sending_holds_the_note(lead, agent, with_texts, make_case, make_customer):
    case = make_case(make_customer(name="Ona", mail="ona@mail.example", language="en"))
    opening.link(lead, with_texts, [case])
    take(lead, with_texts, "mail,name,language,order,amount\nona@mail.example,Ona,en,1,2 EUR\n")
    look(with_texts)
    sending.start(lead, Sending.objects.get(incident=with_texts))
    record_out(agent, case, text="I am sorry, Ona.", channel="mail", delivery="sent")
    look(with_texts, 10)
    look(with_texts, 20)
    assert states(with_texts) == {"ona@mail.example": ("held", "by-hand")}
    assert mail.outbox == []


def test_two_addresses_of_one_person_get_one_note(lead, with_texts, make_customer):
    from amends.desk.customers.services import add_contact

    add_contact(lead, make_customer(name="Ona", mail="ona@mail.example"), "mail", "ona@work.example")
    take(
        lead, with_texts, "mail,name,language,order,amount\nona@mail.example,Ona,en,1,2\nona@work.example,Ona,en,1,2\n"
    )
    look(with_texts)
    assert sorted(states(with_texts).values()) == [("held", "same-person"), ("ready", "")]


def test_a_pause_holds_from_the_next_mail_on(lead, agent, with_texts):
    take(lead, with_texts)
    look(with_texts)
    row = Sending.objects.get(incident=with_texts)
    sending.start(lead, row)
    sending.hand_some(row, timezone.now() + timedelta(seconds=10))
    sending.pause(agent, row)
    run_due(timezone.now() + timedelta(seconds=10))
    assert mail.outbox == []
    with pytest.raises(WrongMove):
        sending.start(lead, row)
    sending.resume(lead, row)
    # The test's clock runs ahead of the one that sets leases.
    OutgoingMessage.objects.update(lease_until=None)
    for number in range(2, 5):
        look(with_texts, 10 * number)
    assert len(mail.outbox) == 2


def test_stopped_notes_are_accounted_for_and_can_be_taken_up(lead, with_texts):
    take(lead, with_texts)
    look(with_texts)
    row = Sending.objects.get(incident=with_texts)
    sending.start(lead, row)
    sending.hand_some(row, timezone.now() + timedelta(seconds=10))
    with pytest.raises(WrongInput):
        sending.stop(lead, row, reason="")
    sending.stop(lead, row, reason="The amounts are wrong.")
    run_due(timezone.now() + timedelta(seconds=10))
    assert mail.outbox == []
    assert set(states(with_texts).values()) == {("left-out", "stopped"), ("held", "missing-fact")}
    assert set(Case.objects.filter(incident_links__incident=with_texts).values_list("state", flat=True)) == {
        "set-aside"
    }
    sending.start(lead, Sending.objects.get(incident=with_texts))
    for number in range(2, 5):
        look(with_texts, 10 * number)
    assert len(mail.outbox) == 2
    assert Counter(state for state, _why in states(with_texts).values()) == {"sent": 2, "held": 1}
    assert Sending.objects.get(incident=with_texts).state == "done"


def test_the_pace_holds(lead, with_texts):
    rows = "".join(f"p{number}@mail.example,P,en,{number},2 EUR\n" for number in range(40))
    take(lead, with_texts, "mail,name,language,order,amount\n" + rows)
    look(with_texts)
    row = Sending.objects.get(incident=with_texts)
    sending.set_pace(lead, row, 60)
    sending.start(lead, row)
    begin = row.handed_at
    assert sending.hand_some(row, begin + timedelta(seconds=5)) == 5
    assert sending.hand_some(row, begin + timedelta(seconds=5.5)) == 0
    assert sending.hand_some(row, begin + timedelta(hours=1)) == 10
    assert sending.progress_of(row).minutes_left == 1
    with pytest.raises(WrongInput):
        sending.set_pace(lead, row, 0)


def test_ordinary_mail_goes_before_mail_to_many(lead, with_texts, monkeypatch):
    take(lead, with_texts)
    look(with_texts)
    row = Sending.objects.get(incident=with_texts)
    sending.start(lead, row)
    sending.hand_some(row, timezone.now() + timedelta(seconds=10))
    ordinary = queue(lead, purpose="reply", to=["you@mail.example"], subject="Hello", text="Hello.")
    from amends.desk.outbox.clockwork import send_bulk

    for one in OutgoingMessage.objects.filter(lane="bulk"):
        send_bulk(one)
    assert mail.outbox == []
    run_due(timezone.now())
    assert mail.outbox[0].to == ordinary.to


def test_a_refused_mail_is_accounted_for(lead, with_texts, monkeypatch):
    import smtplib

    from amends.desk.outbox import delivery

    take(lead, with_texts)

    def refuse(message, about_to_go, **_way):
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})

    monkeypatch.setattr(delivery, "_send", refuse)
    send_all(lead, with_texts)
    assert Counter(state for state, _why in states(with_texts).values()) == {"failed": 2, "held": 1}
    assert "550" in with_texts.notes.filter(state="failed").first().held_words
    assert not Promise.objects.exclude(bundle="").exists()


def test_an_erased_customer_is_not_written_to_again(lead, with_texts):
    take(lead, with_texts)
    send_all(lead, with_texts)
    note = with_texts.notes.get(address="john@mail.example")
    erase_customer(lead, note.case.customer, reason="Asked for it.")
    note.refresh_from_db()
    assert (note.address, note.text, note.facts) == ("", "", {})
    row = take(lead, with_texts, "mail,name,language,order,amount\nJohn@mail.example,John,en,1,2 EUR\n")
    assert (row.taken, row.doubled) == (0, 1)


def test_changed_words_are_checked_again_for_everybody(lead, with_texts):
    take(lead, with_texts)
    look(with_texts)
    row = writing.writing_of(lead, with_texts, "note", "en")
    writing.keep(lead, row, text=TEXT.replace("Ana", "Lena"))
    noting.set_text(lead, row)
    assert states(with_texts)["john@mail.example"][0] == "planned"
    with pytest.raises(WrongInput):
        sending.start(lead, Sending.objects.get(incident=with_texts))
    look(with_texts)
    assert with_texts.notes.get(name="John").text.endswith("Lena")


STEPS = st.sampled_from(
    ["list-a", "list-b", "link", "cases", "look", "start", "pause", "resume", "stop", "kill", "out", "leave"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=4, max_size=18))
def test_nobody_is_written_to_twice_whatever_is_done(with_texts, lead, make_case, make_customer, steps):
    outside = transaction.atomic()
    outside.__enter__()
    mail.outbox.clear()
    ahead = 0.0
    header = "mail,name,language,order,amount\n"
    try:
        for step in [*steps, "resume", "start", "look", "look", "look"]:
            ahead += 10
            now = timezone.now() + timedelta(seconds=ahead)
            row = Sending.objects.get(incident=with_texts)
            try:
                with transaction.atomic():
                    if step == "list-a":
                        take(lead, with_texts, header + "A@mail.example,A,en,1,2\nb@mail.example,B,lt,2,3\n")
                    elif step == "list-b":
                        take(lead, with_texts, header + "a@mail.example,A,en,9,9\nC@mail.example,C,en,2,3\n")
                    elif step == "link":
                        opening.link(lead, with_texts, [make_case(make_customer(mail="b@mail.example", name="B"))])
                    elif step == "cases":
                        recipients.from_cases(lead, with_texts)
                    elif step == "start":
                        sending.start(lead, row)
                    elif step == "pause":
                        sending.pause(lead, row)
                    elif step == "resume":
                        sending.resume(lead, row)
                    elif step == "stop":
                        sending.stop(lead, row, reason="Stop.")
                    elif step == "leave":
                        noting.leave_out(lead, with_texts.notes.all()[:1])
                    elif step == "kill":
                        # Died after handing over, before anything else was stored of that look.
                        sending.hand_some(row, now)
                        raise InterruptedError
                    elif step == "out":
                        run_due(now)
                    else:
                        look(with_texts, ahead)
            except (WrongInput, WrongMove, InterruptedError):
                continue
        counted = Counter(one.to[0].casefold() for one in mail.outbox)
        assert all(count == 1 for count in counted.values())
        sent = {note.address.casefold() for note in with_texts.notes.filter(state="sent")}
        assert sent == set(counted)
        assert with_texts.notes.count() == len({note.address.casefold() for note in with_texts.notes.all()})
    finally:
        transaction.set_rollback(True)
        outside.__exit__(None, None, None)


def test_the_table_accounts_for_every_address(lead, with_texts, signed_in):
    take(lead, with_texts, LIST + "=cmd()@mail.example;=1+1;en;A-7;1 EUR\n")
    send_all(lead, with_texts)
    answer = signed_in(lead).get(f"/incidents/{with_texts.public_id}/notes/notes.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1 + with_texts.notes.count()
    assert {row[3] for row in rows[1:]} >= {"Sent", "Held: to mend, or to leave out"}
    assert not any(field.startswith("=") for row in rows for field in row)
