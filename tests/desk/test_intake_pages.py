"""Settings of the intake and what was left out: who may, what is shown, what one click does."""

import re

import pytest

from amends.desk.cases.models import Case, HearingCorrection, RawMessage
from amends.desk.cases.services import keep_raw
from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.intake.models import IntakeSettings, Mailbox
from amends.desk.intake.services import correcting, mailboxes
from amends.desk.intake.services.settings import change_intake_settings
from amends.desk.people.roles import CUSTOMER, INTAKE

PASSWORD = "a long wooden spoon"
VALUES = {
    "address": "Hello@bakery.example",
    "kind": "imap",
    "host": "127.0.0.1",
    "port": 1,
    "security": "none",
    "user": "hello@bakery.example",
    "sign_in": "password",
    "folder": "INBOX",
    "begin_days": 0,
    "takes_replies": True,
}


@pytest.fixture
def mailbox(business, lead):
    return mailboxes.save(lead, mailboxes.prepared(lead, Mailbox(), secret=PASSWORD, **VALUES))


@pytest.fixture
def everybody(agent, junior, lead, owner):
    return {person.role: person for person in (agent, junior, lead, owner)}


PAGES = ["/settings/intake/", "/settings/intake/mailboxes/new/"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("lead", 200), ("agent", 403), ("junior", 403)])
def test_settings_are_for_leads_and_the_owner(business, everybody, signed_in, address, role, status):
    assert signed_in(everybody[role]).get(address).status_code == status


@pytest.mark.parametrize("address", [*PAGES, "/left-out/", "/write-down/"])
def test_nothing_is_shown_before_signing_in(business, client, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("role", ["agent", "junior"])
def test_services_ask_for_authority_themselves(mailbox, everybody, role):
    person = everybody[role]
    for act in (
        lambda: mailboxes.prepared(person, Mailbox(), secret="x", **VALUES),
        lambda: mailboxes.save(person, mailbox),
        lambda: mailboxes.try_mailbox(person, mailbox),
        lambda: mailboxes.pause(person, mailbox),
        lambda: mailboxes.remove(person, mailbox),
        lambda: change_intake_settings(person, acknowledge=True),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Mailbox.objects.get().state == "listening"
    assert not IntakeSettings.objects.filter(acknowledge=True).exists()


def test_a_mailbox_is_set_up_on_its_page(business, lead, signed_in):
    desk = signed_in(lead)
    values = {name: value for name, value in VALUES.items() if value is not True} | {"takes_replies": "on"}
    answer = desk.post("/settings/intake/mailboxes/new/", values | {"secret": PASSWORD})
    assert answer.status_code == 302
    row = Mailbox.objects.get()
    assert (row.address, row.secret, row.takes_replies) == ("hello@bakery.example", PASSWORD, True)
    page = desk.get("/settings/intake/").content.decode()
    assert "hello@bakery.example" in page
    assert PASSWORD not in page


def test_the_password_is_sealed_never_logged_and_never_shown_again(mailbox, lead, signed_in):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM intake_mailbox")
        assert PASSWORD not in cursor.fetchone()[0]
    assert PASSWORD not in str(list(DeskLog.objects.values_list("before", "after")))
    assert PASSWORD not in signed_in(lead).get(f"/settings/intake/mailboxes/{mailbox.pk}/").content.decode()


def test_a_stored_password_is_never_sent_to_another_server(mailbox, lead):
    row = Mailbox.objects.get()
    with pytest.raises(WrongInput) as raised:
        mailboxes.prepared(lead, row, **VALUES | {"host": "evil.example", "security": "tls"})
    assert raised.value.field == "secret"
    row = Mailbox.objects.get()
    assert mailboxes.prepared(lead, row, **VALUES | {"folder": "Complaints"}).secret == PASSWORD


def test_another_folder_is_read_from_its_own_beginning(mailbox, lead):
    Mailbox.objects.update(uid_validity=7, last_uid=99)
    mailboxes.save(lead, mailboxes.prepared(lead, Mailbox.objects.get(), **VALUES | {"takes_replies": False}))
    assert Mailbox.objects.get().last_uid == 99
    mailboxes.save(lead, mailboxes.prepared(lead, Mailbox.objects.get(), **VALUES | {"folder": "Complaints"}))
    row = Mailbox.objects.get()
    assert (row.uid_validity, row.last_uid) == (None, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "hello+more@bakery.example"),
        ("host", "imap.example/path"),
        ("host", ""),
        ("port", 0),
        ("user", ""),
        ("begin_days", 1000),
        ("address", "x" * 40 + "@bakery.example"),
    ],
)
def test_what_is_not_possible_is_said_at_its_field(business, lead, field, value):
    with pytest.raises(WrongInput) as raised:
        mailboxes.prepared(lead, Mailbox(), secret=PASSWORD, **VALUES | {field: value})
    assert raised.value.field in (field, "takes_replies")


def test_an_address_has_one_mailbox(mailbox, lead, signed_in):
    answer = signed_in(lead).post("/settings/intake/mailboxes/new/", VALUES | {"secret": PASSWORD})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()


def test_trying_says_in_plain_words_what_is_wrong_and_saves_nothing(business, lead, signed_in):
    answer = signed_in(lead).post("/settings/intake/mailboxes/new/", VALUES | {"secret": PASSWORD, "try": "yes"})
    assert answer.status_code == 200
    assert "does not answer at this port" in answer.content.decode()
    assert not Mailbox.objects.exists()


def test_trying_an_address_that_servers_hand_over_says_where(business, lead, signed_in, settings):
    settings.LMTP_IN = ("127.0.0.1", 2424)
    values = VALUES | {"kind": "delivered", "host": "", "user": "", "try": "yes"}
    assert "LMTP 127.0.0.1:2424" in signed_in(lead).post("/settings/intake/mailboxes/new/", values).content.decode()


def test_a_changed_key_troubles_one_mailbox_and_no_page(mailbox, lead, signed_in, settings):
    from amends.desk.intake.mail.listener import listen_once
    from amends.desk.sealed import _keys

    _keys.cache_clear()
    settings.SECRET_KEY = "another secret, of which the mailbox knows nothing"
    assert listen_once(Mailbox.objects.get()) == 0
    assert Mailbox.objects.get().trouble == "sealed"
    page = signed_in(lead).get("/settings/intake/")
    assert page.status_code == 200
    assert "Write the password anew" in page.content.decode()


def test_pausing_and_forgetting(mailbox, lead, signed_in):
    desk = signed_in(lead)
    move = f"/settings/intake/mailboxes/{mailbox.pk}/move/"
    desk.post(move, {"to": "pause"})
    assert Mailbox.objects.get().state == "paused"
    desk.post(move, {"to": "resume"})
    assert Mailbox.objects.get().state == "listening"
    desk.post(move, {"to": "remove"})
    assert not Mailbox.objects.exists()


def test_form_and_acknowledgement_are_set_each_on_its_own(business, lead, signed_in):
    desk = signed_in(lead)
    desk.post("/settings/intake/", {"which": "acknowledgement", "acknowledge": "on"})
    desk.post("/settings/intake/", {"which": "form", "form_sites": "https://bakery.example"})
    row = IntakeSettings.objects.get()
    assert (row.acknowledge, row.form_open, row.form_sites) == (True, False, "https://bakery.example")
    wrong = desk.post("/settings/intake/", {"which": "form", "form_sites": "not a site;"})
    assert wrong.status_code == 422


def test_the_snippet_is_two_lines_and_leads_to_the_form(business, lead, signed_in):
    snippet = signed_in(lead).get("/settings/intake/").context["snippet"]
    assert len(snippet.splitlines()) == 2
    frame, page = re.findall(r'(?:src|href)="([^"]+)"', snippet)
    assert frame.endswith("/complaint/embedded/?language=en")
    assert page.endswith("/complaint/?language=en")


RAW = b"From: %s@mail.example\nMessage-ID: <%s@x>\n%sSubject: Hello\n\n%s\n"


def bring(name=b"ruta", more=b"", words=b"Hello, what are your opening hours on Sunday? Thank you."):
    row, _new = keep_raw(INTAKE, "mailbox 1", RAW % (name, name, more, words))
    run_due()
    row.refresh_from_db()
    return row


def test_one_click_takes_up_what_was_set_aside(business, agent, signed_in):
    bring()
    desk = signed_in(agent)
    case = Case.objects.get()
    page = desk.get("/left-out/").content.decode()
    assert "opening hours" in page
    desk.post(f"/left-out/{case.public_id}/complaint/")
    case.refresh_from_db()
    assert case.state == "new"
    desk.post(f"/left-out/{case.public_id}/none/")
    case.refresh_from_db()
    assert (case.state, case.set_aside_why) == ("set-aside", "no-complaint")
    desk.post(f"/left-out/{case.public_id}/complaint/")
    desk.post(f"/left-out/{case.public_id}/none/", {"spam": "yes"})
    case.refresh_from_db()
    assert case.set_aside_why == "spam"
    assert list(HearingCorrection.objects.values_list("corrected", flat=True)) == [True, False, True, False]


def test_what_opened_no_case_is_shown_with_the_reason_and_taken_up_by_one_click(business, agent, signed_in):
    row = bring(more=b"Auto-Submitted: auto-replied\n")
    desk = signed_in(agent)
    page = desk.get("/left-out/?view=no-case").content.decode()
    assert "An automatic answer" in page
    assert "ruta@mail.example" in page
    desk.post(f"/left-out/raw/{row.pk}/")
    run_due()
    assert Case.objects.get().state == "new"


def test_what_could_not_be_read_is_shown_kept_and_tried_again(business, agent, signed_in):
    row, _new = keep_raw(INTAKE, "mailbox 1", b"\x00\x01 nothing like a mail")
    run_due()
    desk = signed_in(agent)
    page = desk.get("/left-out/?view=unreadable").content.decode()
    assert "no mail" in page
    original = desk.get(f"/left-out/raw/{row.pk}/bytes")
    assert original.content == b"\x00\x01 nothing like a mail"
    assert original["Content-Disposition"].startswith("attachment")
    assert original["Content-Type"] == "application/octet-stream"
    desk.post(f"/left-out/raw/{row.pk}/")
    row.refresh_from_db()
    assert row.state == "waiting"
    run_due()
    row.refresh_from_db()
    assert row.state == "unreadable"


def test_what_became_a_message_is_not_read_again(business, agent):
    row = bring()
    with pytest.raises(WrongInput):
        correcting.take_up_raw(agent, row)
    with pytest.raises(WrongInput):
        correcting.read_again(agent, row)
    assert RawMessage.objects.get().state == "read"


def test_a_customer_corrects_nothing_here(business):
    bring()
    case = Case.objects.get()
    for service in (correcting.is_a_complaint, correcting.is_no_complaint, correcting.is_spam):
        with pytest.raises(NotAllowed):
            service(CUSTOMER, case)


def test_hostile_words_are_words_on_the_page(business, agent, signed_in):
    bring(words=b"<script>alert(1)</script> When do you open?")
    page = signed_in(agent).get("/left-out/").content.decode()
    assert "<script>alert(1)" not in page
    bring(name=b"b", more=b"Auto-Submitted: auto-replied\n", words=b"<script>alert(2)</script>")
    page = signed_in(agent).get("/left-out/?view=no-case").content.decode()
    assert "<script>alert(2)" not in page


def test_a_page_number_from_a_stranger_breaks_nothing(business, agent, signed_in):
    desk = signed_in(agent)
    for number in ("0", "-1", "x", "99999999999999999999", "²"):
        assert desk.get("/left-out/", {"page": number}).status_code == 200
