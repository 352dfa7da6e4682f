"""The customer's page: what is on it, what never is, and what the customer can do there."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.cases.services import (
    add_event,
    add_note,
    assign,
    attach,
    change_outline,
    close_silent,
    record_out,
    set_aside,
    write_down,
)
from amends.desk.customers.models import Customer
from amends.desk.customers.services import change_customer, find_or_create
from amends.desk.errors import NotAllowed
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import cannot_keep, keep
from amends.desk.outbox.finishing import finished
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import CUSTOMER, DESK, INTAKE
from amends.desk.portal import answering, services
from amends.desk.portal.models import CustomerLink, PageAct

LANGUAGES = ["en", "lt", "hr", "he", "et", "sk"]


@pytest.fixture
def answered(make_case, agent):
    """A case that we have answered, with a promise in the reply."""
    case = make_case()
    assign(agent, case, agent)
    reply = record_out(agent, case, text="I am sorry. I bring a new cake by Friday.", channel="mail", delivery="sent")
    from amends.desk.ledger.services import record

    record(
        agent,
        case,
        act="Bring a new cake",
        owner=agent,
        due=date(2031, 5, 2),
        quote="I bring a new cake by Friday.",
        message=reply,
        confirmed=True,
    )
    return case


@pytest.fixture
def page_at(business):
    """`page_at(case)` is the address of a fresh link."""

    def make(case):
        return f"/c/{services.issue(DESK, case)}/"

    return make


def text_of(address, browser=None):
    answer = (browser or Client()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_what_was_said_and_promised(answered, page_at):
    page = text_of(page_at(answered))
    for words in ("The cake never came.", "I am sorry.", "Bring a new cake", "Ana Agent", "Friday", "2031"):
        assert words in page


def test_nothing_internal_is_on_it(answered, agent, lead, page_at):
    case = answered
    secrets = {
        "note": "SECRET-NOTE",
        "draft": "SECRET-DRAFT",
        "held": "SECRET-HELD",
        "approval": "SECRET-APPROVAL",
        "evidence": "SECRET-EVIDENCE",
        "danger": "SECRET-DANGER",
        "event": "SECRET-EVENT",
        "care": "SECRET-CARE",
        "unsent promise": "SECRET-UNSENT",
        "reason": "SECRET-DESPITE",
        "automatic": "SECRET-BOUNCE",
        "colleague": "SECRET-COLLEAGUE",
    }
    add_note(agent, case, secrets["note"])
    for field in ("perceived", "record", "cause", "fix", "prevention", "make_good", "longer_answer"):
        change_outline(agent, case, field, f"SECRET-{field.upper()}")
    add_event(agent, case, words=secrets["event"])
    change_customer(agent, case.customer, notes=secrets["care"], cares_about=secrets["care"])
    held = record_out(
        agent, case, text=secrets["held"], channel="mail", delivery="held", sent_despite=secrets["reason"]
    )
    record_out(agent, case, text=secrets["draft"], channel="mail", delivery="draft")
    record_out(agent, case, text=secrets["approval"], channel="mail", delivery="approval")
    from amends.desk.cases.services import receive
    from amends.desk.ledger.services import record

    record(agent, case, act=secrets["unsent promise"], owner=agent, message=held)
    receive(INTAKE, case, text=secrets["automatic"], channel="mail", automatic=True)
    _other, contact = find_or_create(INTAKE, "mail", "colleague@elsewhere.example", name="A colleague")
    receive(INTAKE, case, text=secrets["colleague"], channel="mail", contact=contact)
    promise = case.promises.filter(act="Bring a new cake").get()
    cannot_keep(agent, promise, why=secrets["danger"])
    keep(agent, promise, evidence=secrets["evidence"])
    page = text_of(page_at(case))
    assert "SECRET" not in page
    for person in (agent, lead):
        assert person.email not in page
    assert "severity" not in page.lower()


def test_staff_see_the_same_page_and_can_send_nothing_from_it(answered, agent, signed_in):
    page = signed_in(agent).get(reverse("portal:preview", args=[answered.public_id])).content.decode()
    assert "Bring a new cake" in page
    assert "/right" not in page
    assert "/write" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_customers_language(language, answered, page_at):
    Customer.objects.filter(pk=answered.customer_id).update(language=language)
    answer = Client(headers={"accept-language": "fr"}).get(page_at(answered))
    page = answer.content.decode()
    assert f'lang="{language}" dir="{"rtl" if language == "he" else "ltr"}"' in page
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize("path", ["", "promises"])
def test_it_is_kept_by_nobody(path, answered, page_at):
    answer = Client().get(page_at(answered) + path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_promise_events_are_there_at_once(answered, agent, page_at):
    address = page_at(answered)
    browser = Client()
    seen = browser.get(address).context["page"].stamp
    assert browser.get(address + "promises", {"seen": seen}).status_code == 204
    keep(agent, answered.promises.get())
    answer = browser.get(address + "promises", {"seen": seen})
    assert answer.status_code == 200
    assert "Kept on" in answer.content.decode()


def test_an_overdue_promise_says_that_it_is_late(answered, page_at):
    Promise.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "This is late" in text_of(page_at(answered))


def test_the_customer_writes_and_the_case_waits_for_us(answered, page_at):
    address = page_at(answered)
    picture = SimpleUploadedFile("../../cake.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20, content_type="text/html")
    answer = Client().post(address + "write", {"text": "When exactly?", "files": [picture]}, follow=True)
    assert answer.status_code == 200
    assert "When exactly?" in answer.content.decode()
    answered.refresh_from_db()
    message = answered.messages.last()
    assert (message.direction, message.channel, message.author) == ("in", "page", None)
    assert answered.state == "waiting-for-us"
    file = message.attachments.get()
    assert (file.name, file.content_type) == ("cake.png", "image/png")
    fetched = Client().get(f"{address}files/{file.pk}")
    assert b"".join(fetched.streaming_content).startswith(b"\x89PNG")
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Content-Type"] == "application/octet-stream"


def test_an_empty_message_is_refused_and_a_long_one_kept_in_the_form(answered, page_at):
    address = page_at(answered)
    assert Client().post(address + "write", {"text": "  "}).status_code == 422
    words = "word " * 5_000
    answer = Client().post(address + "write", {"text": words})
    assert answer.status_code == 422
    assert words.strip() in answer.content.decode()
    assert answered.messages.filter(direction="in").count() == 1


def test_files_of_other_cases_and_of_notes_are_not_to_be_had(answered, make_case, agent, page_at, first_message):
    note = add_note(agent, answered, "For us")
    inner = attach(note, name="inner.txt", content=b"inner")
    other = attach(first_message(make_case()), name="other.txt", content=b"other")
    address = page_at(answered)
    for file in (inner, other):
        assert Client().get(f"{address}files/{file.pk}").status_code == 404


def test_it_is_right_now_is_recovery_and_only_by_pressing(answered, page_at):
    address = page_at(answered)
    assert Client().get(address + "right").status_code == 405
    answered.refresh_from_db()
    assert answered.state == "waiting-for-customer"
    Client().post(address + "right")
    Client().post(address + "right")
    answered.refresh_from_db()
    assert answered.state == "recovered"
    assert answered.log.filter(act="case.moved", after__state="recovered", actor="customer").count() == 1


@pytest.mark.parametrize("before", ["waiting-for-customer", "recovered", "closed-silent", "set-aside"])
def test_not_yet_takes_the_case_up_and_says_who_answers_by_when(before, answered, agent, page_at):
    address = page_at(answered)
    if before == "recovered":
        Client().post(address + "right")
    elif before == "closed-silent":
        close_silent(agent, answered)
    elif before == "set-aside":
        set_aside(agent, answered, "no-complaint")
    answer = Client().post(address + "not-yet", {"not-yet-text": "The cake was cold."}, follow=True)
    page = answer.content.decode()
    promise = answered.promises.get(found__by="page-answer")
    assert (promise.owner, promise.state) == (agent, "open")
    assert promise.due_day > timezone.localdate()
    assert "Ana Agent answers you by the end of" in page
    assert "The cake was cold." in page
    answered.refresh_from_db()
    assert answered.state in Case.OURS_TO_MOVE
    assert answered.recovered_at is None


def test_not_yet_twice_is_one_promise_and_two_messages(answered, page_at):
    address = page_at(answered)
    Client().post(address + "not-yet", {"not-yet-text": ""})
    Client().post(address + "not-yet", {"not-yet-text": "And cold."})
    assert answered.promises.filter(found__by="page-answer").count() == 1
    assert answered.messages.filter(direction="in", channel="page").count() == 2


def test_not_yet_without_anybody_in_charge_goes_to_a_lead(make_case, lead, page_at):
    case = make_case()
    promise = answering.say_not_yet(CUSTOMER, case)
    case.refresh_from_db()
    assert (promise.owner, case.assignee) == (lead, lead)


def test_nobody_of_ours_speaks_for_the_customer(answered, agent):
    for say in (answering.say_right, answering.say_not_yet):
        for acting in (agent, DESK, INTAKE):
            with pytest.raises(NotAllowed):
                say(acting, answered)
    with pytest.raises(NotAllowed):
        answering.write(agent, answered, "Words")


def test_the_page_asks_only_after_we_have_answered(make_case, agent, page_at):
    case = make_case()
    address = page_at(case)
    assert "Is it right now?" not in text_of(address)
    record_out(agent, case, text="We have it", channel="mail", automatic=True, delivery="sent")
    assert "Is it right now?" not in text_of(address)
    record_out(agent, case, text="I am sorry.", channel="call")
    assert "Is it right now?" in text_of(address)


def test_the_customer_lets_us_off_their_own_promise_alone(answered, make_promise, page_at):
    address = page_at(answered)
    other = make_promise()
    own = answered.promises.get()
    Client().post(f"{address}promises/{other.pk}/let-off")
    Client().post(f"{address}promises/{own.pk}/let-off")
    other.refresh_from_db()
    own.refresh_from_db()
    assert (other.state, own.state) == ("open", "released")


def test_wishes_are_kept_and_a_phone_number_is_private(answered, page_at):
    address = page_at(answered)
    values = {"reach": "phone", "phone": "+370 600 00000", "reach_words": "after five", "language": "lt"}
    asked = {f"wishes-{name}": value for name, value in values.items()}
    answer = Client().post(address + "wishes", asked, follow=True)
    assert 'lang="lt"' in answer.content.decode()
    customer = Customer.objects.get(pk=answered.customer_id)
    assert (customer.reach, customer.reach_words, customer.language) == ("phone", "after five", "lt")
    phone = customer.contacts.get(kind="phone")
    assert (phone.normalised, phone.private) == ("+37060000000", True)
    asked["wishes-phone"] = "+370 600 00001"
    Client().post(address + "wishes", asked)
    assert [one.normalised for one in customer.contacts.filter(kind="phone")] == ["+37060000001"]


@pytest.mark.parametrize(
    "values", [{"reach": "phone", "phone": ""}, {"phone": "call me"}, {"reach": "pigeon"}, {"language": "xx"}]
)
def test_impossible_wishes_are_refused_with_a_word(values, answered, page_at):
    asked = {"reach": "", "phone": "", "reach_words": "", "language": "en"} | values
    answer = Client().post(page_at(answered) + "wishes", {f"wishes-{name}": value for name, value in asked.items()})
    assert answer.status_code == 422
    assert not Customer.objects.get(pk=answered.customer_id).contacts.filter(kind="phone").exists()


def test_what_was_written_down_for_them_is_shown_as_that(answered, agent, page_at):
    write_down(agent, answered, text="It was cold too.", channel="call")
    page = text_of(page_at(answered))
    assert "It was cold too." in page
    assert "as we wrote it down" in page


@pytest.mark.parametrize("why", ["expired", "revoked", "erased", "never"])
def test_a_link_that_ended_gets_a_gentle_page(why, answered, agent, page_at):
    address = page_at(answered)
    if why == "expired":
        CustomerLink.objects.update(expires_at=timezone.now())
    elif why == "revoked":
        services.revoke(agent, CustomerLink.objects.get())
    elif why == "erased":
        Customer.objects.update(erased_at=timezone.now())
    else:
        address = "/c/never-was-one/"
    for path in ("", "promises"):
        answer = Client().get(address + path)
        page = answer.content.decode()
        assert answer.status_code == 410
        assert "This link has ended" in page
        assert "The cake never came." not in page
    for path in ("write", "right", "not-yet", "wishes"):
        assert Client().post(address + path, {"text": "Words"}).status_code == 410
    answered.refresh_from_db()
    assert answered.state == "waiting-for-customer"


def test_a_new_link_goes_to_the_known_address_only(answered, page_at):
    address = page_at(answered)
    CustomerLink.objects.update(expires_at=timezone.now())
    answer = Client().post(address + "new", {"mail": "thief@elsewhere.example"})
    row = OutgoingMessage.objects.get(purpose="page-link")
    assert row.to == [answered.customer.contacts.get().value]
    assert "/c/" not in row.text
    fresh = next(line for line in finished(row)[0].splitlines() if "/c/" in line)
    assert text_of("/c/" + fresh.rsplit("/c/", 1)[1])
    assert answered.customer.contacts.get().value not in answer.content.decode()


def plain(answer, address):
    """A page without what differs each time: the address asked for and the token of its forms."""
    page = answer.content.decode().replace(address, "")
    for token in re.findall(r'csrfmiddlewaretoken" value="(\w+)|X-CSRFToken": "(\w+)', page):
        for value in filter(None, token):
            page = page.replace(value, "")
    return page


@pytest.mark.parametrize("why", ["revoked", "never", "unverified"])
def test_the_answer_is_the_same_when_no_link_is_sent(why, answered, agent, page_at):
    address = page_at(answered)
    CustomerLink.objects.update(expires_at=timezone.now())
    sent = plain(Client().post(address + "new"), address)
    OutgoingMessage.objects.all().delete()
    PageAct.objects.all().delete()
    if why == "revoked":
        CustomerLink.objects.update(revoked_at=timezone.now())
    elif why == "unverified":
        answered.customer.contacts.update(verified_at=None)
    else:
        address = "/c/never-was-one/"
    assert plain(Client().post(address + "new"), address) == sent
    assert not OutgoingMessage.objects.exists()


def test_floods_are_held_back_and_said_so(answered, page_at):
    address = page_at(answered)
    for _number in range(20):
        assert Client().post(address + "write", {"text": "Again"}).status_code == 302
    answer = Client().post(address + "write", {"text": "Again"})
    assert answer.status_code == 429
    assert "Wait an hour" in answer.content.decode()
    assert Client().get(address).status_code == 200


def test_asking_for_new_links_is_held_back(answered, page_at):
    address = page_at(answered)
    CustomerLink.objects.update(expires_at=timezone.now())
    answers = [Client().post(address + "new").status_code for _number in range(5)]
    assert answers[:3] == [200, 200, 200]
    assert answers[3:] == [429, 429]
    assert OutgoingMessage.objects.filter(purpose="page-link").count() == 3


def test_forms_of_other_sites_are_refused(answered, page_at):
    strict = Client(enforce_csrf_checks=True)
    address = page_at(answered)
    assert strict.post(address + "right").status_code == 403
    answered.refresh_from_db()
    assert answered.state == "waiting-for-customer"


def test_what_the_customer_wrote_is_text(make_case, page_at):
    case = make_case(text="<img src=x onerror=alert(1)> \u202e gnorw", subject="<b>Cake</b>")
    page = text_of(page_at(case))
    assert "<img src=x" not in page
    assert "<b>Cake</b>" not in page


@pytest.mark.parametrize(("role", "status"), [("agent", 200), ("lead", 200), ("owner", 200), ("junior", 403)])
def test_who_may_give_out_and_end_links(role, status, answered, make_person, signed_in):
    browser = signed_in(make_person(role))
    answer = browser.post(reverse("portal:issue", args=[answered.public_id]), {"do": "show"})
    assert answer.status_code == status
    assert CustomerLink.objects.exists() == (status == 200)
    if status == 200:
        address = answer.context["address"].split("8765")[1]
        assert Client().get(address).status_code == 200
        browser.post(reverse("portal:revoke", args=[answered.public_id]))
        assert Client().get(address).status_code == 410


def test_a_mailed_link_is_in_the_customers_language(answered, agent, signed_in):
    Customer.objects.filter(pk=answered.customer_id).update(language="he")
    signed_in(agent).post(reverse("portal:issue", args=[answered.public_id]), {"do": "mail"})
    assert OutgoingMessage.objects.get().language == "he"


def test_no_secret_of_a_link_is_in_the_log(answered, page_at, caplog):
    address = page_at(answered)
    Client().post(address + "write", {"text": ""})
    Client(enforce_csrf_checks=True).post(address + "right")
    CustomerLink.objects.update(expires_at=timezone.now())
    Client().get(address)
    assert len(caplog.records) >= 3
    assert address.split("/")[2] not in caplog.text
