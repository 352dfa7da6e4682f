"""Taking out and erasing a customer, and the rules of what is kept."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from amends.desk import store
from amends.desk.cases.models import Attachment, Case, CaseLog, Message, RawMessage
from amends.desk.cases.services import (
    add_event,
    add_note,
    attach,
    change_outline,
    close_silent,
    keep_raw,
    record_out,
    set_aside,
)
from amends.desk.customers.models import Customer
from amends.desk.customers.services import add_contact, change_customer, find_or_create
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import cannot_keep
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import queue
from amends.desk.people.roles import CLOCK, DESK, INTAKE
from amends.desk.portal import services as links
from amends.desk.privacy.erasing import BLANKED, SEEN_TO, blank_case, erase_customer
from amends.desk.privacy.keeping import apply_rules, change_rules, preview
from amends.desk.privacy.models import Kind
from amends.desk.privacy.taking_out import export_customer, paths_to

MARK = "ZEBRA"


@pytest.fixture
def told(make_case, make_customer, make_promise, agent, first_message):
    """A customer about whom everything says ZEBRA."""
    customer = make_customer(mail="zebra@mail.example", name="Zoe ZEBRA")
    case = make_case(customer=customer, text="My ZEBRA is late.", subject="The ZEBRA")
    raw, _new = keep_raw(INTAKE, "mailbox 1", b"Subject: ZEBRA\r\n\r\nMy ZEBRA is late.")
    Message.objects.filter(pk=first_message(case).pk).update(raw=raw)
    change_customer(agent, customer, notes="ZEBRA notes", cares_about="ZEBRA", reach_words="ZEBRA")
    add_contact(agent, customer, "phone", "+370 600 99999")
    change_outline(agent, case, "cause", "ZEBRA cause")
    add_event(agent, case, words="ZEBRA event")
    note = add_note(agent, case, "ZEBRA note")
    attach(note, name="zebra.txt", content=b"ZEBRA file")
    promise = make_promise(case=case, act="Bring the ZEBRA", quote="ZEBRA", due=date(2031, 5, 2))
    cannot_keep(agent, promise, why="ZEBRA why")
    reply = record_out(agent, case, text="Dear ZEBRA", channel="mail", delivery="waiting")
    queue(DESK, purpose="reply", to=["zebra@mail.example"], subject="ZEBRA", text="Dear ZEBRA", message=reply)
    links.issue(DESK, case)
    return customer


def everything():
    """All that the database holds, as one text."""
    rows = []
    for model in apps.get_models():
        if model.__module__.startswith("amends.desk."):
            rows += [
                str(value.tobytes() if isinstance(value, memoryview) else value)
                for row in model._default_manager.values_list()
                for value in row
            ]
    return "\n".join(rows)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_customer_is_left_but_that_it_happened(told, lead):
    case = told.cases.get()
    token = links.issue(DESK, case)
    acts = set(case.log.values_list("act", flat=True))
    assert MARK in everything()
    erase_customer(lead, told, reason="Asked for it by mail")
    left = everything().upper()
    assert MARK not in left
    assert "+370" not in left
    assert list(store.every_hash()) == []
    case.refresh_from_db()
    assert acts <= set(case.log.values_list("act", flat=True))
    assert case.log.filter(act="case.erased", person=lead).exists()
    assert not CaseLog.objects.exclude(act="case.erased").filter(blanked_at=None).exists()
    entry = DeskLog.objects.get(act="customer.erased")
    assert (entry.person, entry.note) == (lead, "Asked for it by mail")
    assert not Promise.objects.filter(state="open").exists()
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {"held"}
    with pytest.raises(Exception, match="link"):
        links.case_of(token)


def test_others_keep_what_is_theirs(told, make_case, lead, first_message):
    other = make_case(text="Where is my bread?")
    attach(first_message(other), name="same.txt", content=b"ZEBRA file")
    erase_customer(lead, told, reason="Asked for it")
    assert first_message(other).text == "Where is my bread?"
    assert store.read(Attachment.objects.get().content_hash) == b"ZEBRA file"


def test_who_writes_again_is_new(told, lead):
    erase_customer(lead, told, reason="Asked for it")
    fresh, _contact = find_or_create(INTAKE, "mail", "zebra@mail.example")
    assert fresh.pk != told.pk
    with pytest.raises(WrongInput):
        erase_customer(lead, told, reason="Again")


def test_each_table_that_hangs_on_a_case_is_seen_to():
    """A new table is deleted with the case's content; one whose rows cannot be deleted must be named in `erasing`."""
    for model in paths_to(Case):
        if model not in BLANKED and model not in SEEN_TO:
            keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
            on_cases = [field for field in keys if field.remote_field.model in paths_to(Case)]
            assert all(field.remote_field.on_delete is not models.PROTECT for field in on_cases), model


@pytest.mark.parametrize(("role", "status"), [("owner", 302), ("lead", 302), ("agent", 403), ("junior", 403)])
def test_who_may_erase(role, status, told, make_person, signed_in):
    address = reverse("privacy:erase", args=[told.public_id])
    answer = signed_in(make_person(role)).post(address, {"reason": "Asked", "sure": "on"})
    assert answer.status_code == status
    told.refresh_from_db()
    assert (told.erased_at is not None) == (status == 302)


def test_erasing_wants_a_reason_and_a_second_thought(told, lead, signed_in):
    browser = signed_in(lead)
    address = reverse("privacy:erase", args=[told.public_id])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"reason": "Asked"}).status_code == 422
    assert browser.post(address, {"reason": " ", "sure": "on"}).status_code == 422
    told.refresh_from_db()
    assert told.erased_at is None


def unpacked(told, lead):
    with export_customer(lead, told) as content:
        archive = zipfile.ZipFile(io.BytesIO(content.read()))
    return {name: archive.read(name) for name in archive.namelist()}


def test_the_export_holds_everything_about_one_and_nothing_of_others(told, lead, make_case):
    make_case(text="Of somebody else")
    files = unpacked(told, lead)
    text = b"\n".join(files.values()).decode()
    for words in ("My ZEBRA is late.", "ZEBRA cause", "ZEBRA event", "ZEBRA note", "Bring the ZEBRA", "Dear ZEBRA"):
        assert words in text
    assert "Of somebody else" not in text
    assert any(name.startswith("files/") and content == b"ZEBRA file" for name, content in files.items())
    assert any(name.startswith("raw/") and b"Subject: ZEBRA" in content for name, content in files.items())
    messages = json.loads(files["cases-message.json"])
    assert {row["direction"] for row in messages} == {"in", "out", "internal"}
    assert DeskLog.objects.filter(act="customer.exported", person=lead).exists()


def test_no_secret_and_no_address_of_ours_is_in_the_export(told, lead, agent):
    from amends.desk.portal.models import CustomerLink

    text = b"\n".join(unpacked(told, lead).values()).decode()
    assert agent.name in text
    assert agent.email not in text
    assert agent.password not in text
    assert CustomerLink.objects.get().token_hash not in text


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("lead", 200), ("agent", 403), ("junior", 403)])
def test_who_may_export(role, status, told, make_person, signed_in):
    browser = signed_in(make_person(role))
    assert browser.get(reverse("privacy:export", args=[told.public_id])).status_code == 405
    answer = browser.post(reverse("privacy:export", args=[told.public_id]))
    assert answer.status_code == status
    if status == 200:
        assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))


def closed_long_ago(case, days=400):
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=days))
    Customer.objects.filter(pk=case.customer_id).update(updated_at=timezone.now() - timedelta(days=days))


def test_without_rules_everything_stays(told, agent):
    case = told.cases.get()
    set_aside(agent, case, "spam")
    closed_long_ago(case, days=9_000)
    assert apply_rules(CLOCK) == {}
    assert told.cases.get().subject == "The ZEBRA"


@pytest.mark.django_db(transaction=True)
def test_a_rule_shows_what_would_go_before_it_takes_it(told, make_case, agent, owner):
    case = told.cases.get()
    close_silent(agent, case)
    closed_long_ago(case)
    fresh = make_case(text="Fresh")
    record_out(agent, fresh, text="Sorry", channel="call")
    close_silent(agent, fresh)
    rules = {Kind.CLOSED.value: 365, Kind.CUSTOMERS.value: 365}
    shown = {one.kind: one.count for one in preview(owner, rules)}
    assert shown == {"closed": 1, "customers": 0}
    assert told.cases.get().subject == "The ZEBRA"
    change_rules(owner, rules)
    assert apply_rules(CLOCK) == {"closed": 1, "customers": 1}
    told.refresh_from_db()
    assert told.erased_at is not None
    assert MARK not in everything().upper()
    assert fresh.messages.filter(text="Fresh").exists()
    assert apply_rules(CLOCK) == {}


@pytest.mark.django_db(transaction=True)
def test_raw_mail_and_copies_of_sent_mail_go_and_the_case_stays(told, owner):
    long_ago = timezone.now() - timedelta(days=100)
    RawMessage.objects.update(state="read", received_at=long_ago)
    OutgoingMessage.objects.update(state="sent", sent_at=long_ago)
    change_rules(owner, {Kind.RAW.value: 90, Kind.OUTGOING.value: 90})
    assert apply_rules(CLOCK) == {"raw": 1, "outgoing": 1}
    assert RawMessage.objects.get().raw() == b""
    assert OutgoingMessage.objects.get().text == ""
    assert told.cases.get().messages.filter(text="Dear ZEBRA").exists()
    assert apply_rules(CLOCK) == {}


def test_the_same_mail_is_not_taken_in_again_after_it_went(told, owner):
    RawMessage.objects.update(state="read", received_at=timezone.now() - timedelta(days=100))
    change_rules(owner, {Kind.RAW.value: 90})
    apply_rules(CLOCK)
    _row, new = keep_raw(INTAKE, "mailbox 1", b"Subject: ZEBRA\r\n\r\nMy ZEBRA is late.")
    assert not new


def test_a_case_in_hand_is_never_blanked(told, owner):
    with pytest.raises(WrongInput):
        blank_case(owner, told.cases.get())


@pytest.mark.parametrize("days", [0, 1, 6, 40_000])
def test_rules_that_would_take_too_much_are_refused(days, owner, business):
    with pytest.raises(WrongInput):
        change_rules(owner, {Kind.CLOSED.value: days})
    assert DeskLog.objects.filter(act="keeping.changed").count() == 0


def test_the_rules_page(owner, lead, agent, signed_in, business):
    address = reverse("privacy:rules")
    assert signed_in(agent).get(address).status_code == 403
    assert signed_in(lead).get(address).status_code == 200
    assert signed_in(lead).post(address, {"closed": 365, "do": "look"}).status_code == 200
    assert signed_in(lead).post(address, {"closed": 365, "do": "save"}).status_code == 403
    assert signed_in(owner).post(address, {"closed": 3, "do": "save"}).status_code == 422
    assert signed_in(owner).post(address, {"closed": 365, "do": "save"}).status_code == 302
    with pytest.raises(NotAllowed):
        change_rules(lead, {Kind.CLOSED.value: 365})
