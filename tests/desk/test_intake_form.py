"""The public form: taken in once, kept from programs, framed only where it may be, and in the customer's language."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from amends.desk.cases.models import Attachment, Case, Message, RawMessage
from amends.desk.clock.loop import run_due
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.services import find_or_create
from amends.desk.intake.form import guard
from amends.desk.intake.models import FormVisit
from amends.desk.intake.services.settings import change_intake_settings, intake_settings
from amends.desk.ledger.models import Promise
from amends.desk.people.roles import INTAKE

WORDS = "The cake for Saturday never came, and nobody picked up the phone."


@pytest.fixture
def visitor(business):
    return Client()


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Forms are sent at once in tests; the trap has its own test."""
    monkeypatch.setattr(guard, "_FASTEST", timedelta(seconds=-1))


def ticket_of(response):
    return response.context["ticket"]


def send(visitor, address="/complaint/", ticket=None, **fields):
    ticket = ticket or ticket_of(visitor.get(address))
    values = {"happened": WORDS, "mail": "ruta@mail.example", "name": "Ruta", "ticket": ticket} | fields
    return visitor.post(address, values)


def read():
    run_due()


def test_a_form_becomes_a_case_with_a_promise_and_says_by_when(visitor):
    answer = send(visitor, wish="I want my money back.", follow=True)
    assert answer.status_code == 303
    page = visitor.get(answer["Location"]).content.decode()
    assert "A person reads it and answers you by" in page
    read()
    case = Case.objects.get()
    message = case.messages.get()
    assert case.channel == message.channel == "form"
    assert message.text == f"{WORDS}\n\nI want my money back."
    assert case.customer.contacts.get().verified_at is None
    promise = Promise.objects.get()
    assert promise.case == case
    assert promise.due_at > timezone.now()
    assert promise.quote in page
    assert RawMessage.objects.get().state == "read"


def test_what_was_written_is_stored_before_anything_is_made_of_it(visitor):
    send(visitor, phone="+370 600 12345")
    stored = json.loads(RawMessage.objects.get().raw())
    assert stored["fields"]["happened"] == WORDS
    assert not Case.objects.exists()


def test_pressing_twice_makes_one_case(visitor):
    ticket = ticket_of(visitor.get("/complaint/"))
    assert send(visitor, ticket=ticket).status_code == 303
    assert send(visitor, ticket=ticket).status_code == 303
    read()
    assert Case.objects.count() == 1


def test_a_word_that_is_heard_as_no_complaint_is_not_set_aside(visitor):
    send(visitor, happened="Hello, what are your opening hours on Sunday? Thank you.")
    read()
    assert Case.objects.get().state == "new"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"happened": " "}, "required"),
        ({"mail": "", "phone": ""}, "mail address or a phone number"),
        ({"mail": "not an address"}, "valid email"),
        ({"phone": "12"}, "phone number"),
        ({"reach": "phone"}, "may ring you"),
    ],
)
def test_what_is_missing_is_said_and_what_was_written_stays(visitor, fields, words):
    answer = send(visitor, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    if fields.get("happened", WORDS).strip():
        assert WORDS in answer.content.decode()
    assert not RawMessage.objects.exists()


def test_a_program_that_fills_in_the_hidden_field_is_asked_again_and_so_is_a_browser(visitor):
    answer = send(visitor, website="https://spam.example")
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert not RawMessage.objects.exists()
    assert send(visitor, ticket=ticket_of(answer)).status_code == 303


def test_a_form_sent_at_once_is_asked_again_with_the_same_ticket(visitor, monkeypatch):
    monkeypatch.setattr(guard, "_FASTEST", timedelta(hours=1))
    ticket = ticket_of(visitor.get("/complaint/"))
    answer = send(visitor, ticket=ticket)
    assert answer.status_code == 422
    assert ticket_of(answer) == ticket
    assert not RawMessage.objects.exists()


@pytest.mark.parametrize("ticket", ["x", "made-up:1:signature"])
def test_a_ticket_of_somebody_elses_making_is_not_taken(visitor, ticket):
    answer = send(visitor, ticket=ticket)
    assert answer.status_code == 422
    assert not RawMessage.objects.exists()
    assert send(visitor, ticket=ticket_of(answer)).status_code == 303


def test_an_old_form_is_asked_again_and_loses_nothing(visitor, monkeypatch):
    ticket = ticket_of(visitor.get("/complaint/"))
    monkeypatch.setattr(guard, "_LONGEST", timedelta(seconds=-1))
    answer = send(visitor, ticket=ticket)
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert ticket_of(answer) != ticket


def test_one_address_cannot_send_without_end(visitor):
    statuses = [send(visitor, happened=f"{WORDS} {number}").status_code for number in range(8)]
    assert statuses[:6] == [303] * 6
    assert statuses[6:] == [429] * 2
    assert RawMessage.objects.count() == 6


def test_one_text_cannot_come_from_everywhere(business):
    statuses = [send(Client(REMOTE_ADDR=f"192.0.2.{number}")).status_code for number in range(5)]
    assert statuses == [303, 303, 303, 429, 429]


def test_a_household_with_ipv6_is_one_address(business):
    for number in range(6):
        send(Client(REMOTE_ADDR=f"2001:db8:1:2::{number}"), happened=f"{WORDS} {number}")
    assert send(Client(REMOTE_ADDR="2001:db8:1:2::99"), happened="Another").status_code == 429
    assert send(Client(REMOTE_ADDR="2001:db8:1:3::1"), happened="Another").status_code == 303


def test_nobody_can_be_told_from_the_counters_and_they_are_forgotten(visitor):
    from amends.desk.intake.clockwork import forget_visits

    send(visitor)
    visit = FormVisit.objects.get()
    assert "127.0.0.1" not in visit.network
    FormVisit.objects.update(at=timezone.now() - timedelta(days=3))
    forget_visits()
    assert not FormVisit.objects.exists()


def test_files_are_kept_and_called_what_they_are(visitor):
    page = SimpleUploadedFile("../photo.png", b"<html><script>alert(1)</script></html>", "image/png")
    send(visitor, attachments=[page, SimpleUploadedFile("note.txt", b"The bill says 40.", "text/plain")])
    read()
    first, second = Attachment.objects.order_by("pk")
    assert (first.name, first.content_type) == ("photo.png", "text/html")
    assert (second.name, second.content_type) == ("note.txt", "text/plain")


def test_too_many_or_too_large_files_are_refused_with_a_word(visitor, settings):
    many = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(6)]
    assert "5 files at most" in send(visitor, attachments=many).content.decode()
    settings.LARGEST_UPLOAD = 1024 * 1024
    large = SimpleUploadedFile("film.bin", b"x" * 1_200_000)
    assert "larger than 1 MB" in send(visitor, attachments=[large]).content.decode()
    assert not RawMessage.objects.exists()


def test_the_page_is_in_the_language_of_its_address_and_runs_its_way(visitor):
    page = visitor.get("/complaint/?language=he").content.decode()
    assert '<html lang="he" dir="rtl"' in page
    answer = send(visitor, "/complaint/?language=he")
    assert "language=he" in answer["Location"]
    read()
    assert Customer.objects.get().language == "he" or Message.objects.get().language == "en"


def test_no_stranger_writes_into_a_customers_case_or_contacts(visitor, make_case, make_customer):
    known = make_customer(mail="ruta@mail.example")
    case = make_case(customer=known)
    send(visitor, phone="+44 20 7946 0000", name="Somebody Else")
    read()
    known.refresh_from_db()
    assert known.name != "Somebody Else"
    assert not ContactPoint.objects.filter(kind="phone").exists()
    assert case.messages.count() == 1
    other = Case.objects.exclude(pk=case.pk).get()
    assert other.customer == known
    assert other.messages.get().headers["phone"] == "+44 20 7946 0000"


def test_a_new_customer_is_known_with_how_to_reach_them(visitor):
    send(visitor, phone="+370 600 12345", reach="phone", reach_words="after five")
    read()
    customer = Customer.objects.get()
    assert (customer.name, customer.reach, customer.reach_words) == ("Ruta", "phone", "after five")
    assert customer.contacts.get(kind="phone").private


def test_a_phone_number_alone_is_enough(visitor):
    send(visitor, mail="", phone="+370 600 12345")
    read()
    assert Case.objects.get().customer.contacts.get().kind == "phone"


def test_only_the_embedded_form_may_be_framed_and_only_by_named_sites(visitor, lead):
    plain = visitor.get("/complaint/")
    assert plain["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    change_intake_settings(lead, form_sites="https://Bakery.example/path https://shop.example:8443")
    framed = visitor.get("/complaint/embedded/")
    assert "X-Frame-Options" not in framed
    assert (
        "frame-ancestors 'self' https://bakery.example https://shop.example:8443" in framed["Content-Security-Policy"]
    )
    assert "script-src 'self'" in framed["Content-Security-Policy"]


def test_the_embedded_form_needs_no_cookie(business):
    visitor = Client(enforce_csrf_checks=True)
    ticket = ticket_of(visitor.get("/complaint/embedded/"))
    visitor.cookies.clear()
    answer = send(visitor, "/complaint/embedded/", ticket=ticket)
    assert answer.status_code == 303
    assert answer["Location"].startswith("/complaint/embedded/received/")


@pytest.mark.parametrize("sites", ["not a site at all;", "javascript:alert(1)", "https://user:word@x.example", "*"])
def test_a_site_that_is_none_is_refused(business, lead, sites):
    from amends.desk.errors import WrongInput

    with pytest.raises(WrongInput):
        change_intake_settings(lead, form_sites=sites)
    assert intake_settings().form_sites == ""


def test_a_closed_form_says_where_to_go(visitor, lead):
    change_intake_settings(lead, form_open=False)
    answer = visitor.get("/complaint/")
    assert answer.status_code == 410
    assert "by mail" in answer.content.decode()


def test_a_made_up_address_of_thanks_promises_nothing(visitor):
    page = visitor.get("/complaint/received/?told=made-up").content.decode()
    assert "answers you by" not in page


def test_a_form_read_twice_makes_one_case(visitor):
    from amends.desk.intake.reading import read as read_row

    send(visitor)
    row = RawMessage.objects.get()
    read()
    row.state = "waiting"
    read_row(row)
    assert Case.objects.count() == 1


def test_a_known_address_is_found_however_it_is_written(visitor):
    known, _contact = find_or_create(INTAKE, "mail", "Ruta@Mail.example", name="Ruta")
    send(visitor)
    read()
    assert Case.objects.get().customer == known
