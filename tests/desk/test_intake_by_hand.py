"""Words of the phone and of the counter: in the customer's words, read back, in the right case."""

import pytest

from amends.desk.cases.models import Case, Message
from amends.desk.customers.models import Customer
from amends.desk.customers.services import add_contact
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.intake.services.writing_down import write_down_word
from amends.desk.people.roles import CUSTOMER

WORDS = "I stood at the door for an hour and nobody came. You had promised ten o'clock."


@pytest.fixture
def desk(business, agent, signed_in):
    return signed_in(agent)


def write(desk, **fields):
    return desk.post(
        "/write-down/", {"channel": "call", "text": WORDS, "name": "Ruta", "phone": "+370 600 12345"} | fields
    )


def test_the_words_are_read_back_before_they_are_kept(desk):
    page = write(desk)
    assert page.status_code == 200
    assert WORDS.replace("'", "&#x27;") in page.content.decode()
    assert not Message.objects.exists()
    answer = write(desk, read_back="confirmed", story="")
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.public_id}/"
    message = case.messages.get()
    assert message.text == WORDS
    assert message.channel == case.channel == "call"
    assert message.headers == {"read_back": "confirmed"}
    assert message.author.name == "Ana Agent"
    assert message.hearing.is_complaint
    assert case.severity > 0


def test_changing_goes_back_with_everything_that_was_written(desk):
    page = write(desk, change="yes", reach_words="after five").content.decode()
    assert "after five" in page
    assert "+370 600 12345" in page
    assert not Message.objects.exists()


def test_that_it_could_not_be_read_back_is_kept_too(desk):
    write(desk, read_back="not-possible")
    assert Message.objects.get().headers == {"read_back": "not-possible"}


def test_a_word_that_is_heard_as_no_complaint_is_still_a_case(desk):
    write(desk, text="When do you open on Sunday?", read_back="confirmed")
    assert Case.objects.get().state == "new"


def test_wishes_are_kept_with_the_customer(desk):
    write(desk, read_back="confirmed", reach="phone", reach_words="never at work", form_of_address="formal", mine="on")
    customer = Customer.objects.get()
    assert (customer.reach, customer.reach_words, customer.form_of_address) == ("phone", "never at work", "formal")
    assert Case.objects.get().assignee.name == "Ana Agent"


def test_a_known_caller_is_asked_about_their_open_story(desk, make_case, agent):
    case = make_case()
    add_contact(agent, case.customer, "phone", "+370 600 12345")
    page = write(desk).content.decode()
    assert case.subject in page
    write(desk, read_back="confirmed", story=case.public_id)
    assert Case.objects.get().messages.count() == 2


def test_a_story_of_somebody_else_cannot_be_chosen(desk, make_case):
    other = make_case()
    write(desk, read_back="confirmed", story=other.public_id)
    assert other.messages.count() == 1
    assert Case.objects.count() == 2


def test_from_a_case_it_goes_into_that_case(desk, make_case):
    case = make_case()
    page = desk.get(f"/write-down/?case={case.public_id}").content.decode()
    assert str(case.customer) in page
    write(desk, name="", phone="", into=case.public_id, read_back="confirmed")
    assert case.messages.count() == 2


def test_nobody_to_answer_is_no_customer(desk):
    page = write(desk, name="", phone="")
    assert page.status_code == 422
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"text": " "}, {"channel": "mail"}, {"mail": "no address"}, {"phone": "1"}, {"reach": "mail", "mail": ""}],
)
def test_what_is_not_possible_is_said(desk, fields):
    assert write(desk, read_back="confirmed", **fields).status_code == 422
    assert not Message.objects.exists()


def test_it_is_not_kept_without_having_been_read_back(desk):
    assert write(desk, read_back="perhaps").status_code == 422
    assert not Message.objects.exists()


def test_everybody_of_the_staff_may_write_down_and_nobody_else(business, agent, junior, lead, owner, signed_in, client):
    for number, person in enumerate((agent, junior, lead, owner), 1):
        assert write(signed_in(person), read_back="confirmed", text=f"{WORDS} {number}").status_code == 302
    assert client.get("/write-down/").status_code == 302
    with pytest.raises(NotAllowed):
        write_down_word(CUSTOMER, text=WORDS, channel="call", read_back="confirmed", name="Eve")


def test_a_mail_address_of_another_customer_is_not_taken_over(business, agent, make_case, make_customer):
    case = make_case()
    make_customer(mail="other@mail.example")
    with pytest.raises(WrongInput):
        write_down_word(agent, text=WORDS, channel="call", read_back="confirmed", case=case, mail="other@mail.example")
    assert case.messages.count() == 1
