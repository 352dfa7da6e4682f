"""What customers write on their page is heard as mail is: it weighs in the inbox, and its files are seen."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from amends.desk.cases.models import Case, Hearing
from amends.desk.cases.services import record_out
from amends.desk.customers.models import ContactPoint
from amends.desk.deadlines.models import Profile
from amends.desk.people.roles import CUSTOMER
from amends.desk.portal import answering
from amends.desk.portal.services import issue

ANGRY = (
    "This is outrageous. The cake still has not come, my daughter cried all evening, and I will take this to my lawyer "
    "and to the newspaper if nobody calls me today."
)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 40


@pytest.fixture
def answered(make_case, agent):
    case = make_case(severity=30)
    record_out(agent, case, text="We are sorry. It comes on Monday.", channel="mail")
    case.refresh_from_db()
    return case


def test_it_is_heard_and_moves_the_case_to_where_it_belongs(answered, make_case, business):
    business.profile = Profile.objects.get(key="lt")
    business.save()
    calm = make_case(severity=40)
    assert answered.place is None
    message = answering.write(CUSTOMER, answered, ANGRY, language="en")
    answered.refresh_from_db()
    heard = Hearing.objects.get(message=message)
    assert (heard.is_complaint, answered.state) == (True, "waiting-for-us")
    assert answered.severity == heard.severity > 30
    assert answered.urgency > 0
    assert "urgent" in answered.flags
    assert answered.next_word_why == "word"
    ours = Case.objects.filter(place__isnull=False).order_by("place")
    assert list(ours) == [answered, calm]


def test_not_yet_with_words_is_heard_and_the_button_alone_is_not(answered, make_case):
    answering.say_not_yet(CUSTOMER, answered, ANGRY, language="en")
    answering.say_not_yet(CUSTOMER, answered, "", language="en")
    assert Hearing.objects.count() == 1
    assert answered.messages.filter(channel="page").count() == 2


def test_thanks_do_not_make_it_graver(answered):
    before = answered.severity
    answering.write(CUSTOMER, answered, "Thank you, the cake is here and it is lovely.", language="en")
    answered.refresh_from_db()
    assert answered.severity == before


def test_files_alone_are_no_words_to_hear(answered):
    message = answering.write(CUSTOMER, answered, "", [answering.Upload("cake.png", PNG)])
    assert message.attachments.get().content_type == "image/png"
    assert not Hearing.objects.exists()


def test_words_that_cannot_be_heard_are_kept_for_people(answered, monkeypatch):
    from amends.desk.intake import hearing

    monkeypatch.setattr(hearing, "hear", lambda *args, **kwargs: 1 / 0)
    message = answering.write(CUSTOMER, answered, "Still nothing!", language="en")
    assert message.hearing.result["complaint"] is None


def test_staff_see_the_words_marked_and_the_files(answered, agent, signed_in, client):
    at = f"/c/{issue(agent, answered)}/"
    file = SimpleUploadedFile("../my cake.html", b"<html><script>alert(1)</script>", "image/png")
    client.post(f"{at}write", {"text": ANGRY, "files": file})
    page = signed_in(agent).get(reverse("cases:case", args=[answered.public_id])).content.decode()
    assert 'class="heard-' in page
    assert "my cake.html" in page
    assert answered.messages.get(channel="page").attachments.get().content_type == "text/html"


def test_a_number_given_there_is_private_and_only_the_customer_and_staff_see_it(answered, agent, client, make_case):
    at = f"/c/{issue(agent, answered)}/"
    form = {
        "wishes-reach": "phone",
        "wishes-phone": "+370 600 12345",
        "wishes-reach_words": "",
        "wishes-language": "en",
    }
    client.post(f"{at}wishes", form)
    contact = ContactPoint.objects.get(kind="phone")
    assert (contact.private, contact.customer) == (True, answered.customer)
    assert not answered.messages.filter(text__contains="600").exists()
    other = f"/c/{issue(agent, make_case())}/"
    assert "12345" not in client.get(other).content.decode()


def test_an_answer_of_a_person_keeps_the_promise_to_answer(answered, agent, run_clock):
    from datetime import timedelta

    from django.utils import timezone

    from amends.desk.composer.services import keep_draft, send

    promise = answering.say_not_yet(CUSTOMER, answered, "The plate is still missing.", language="en")
    send(agent, keep_draft(agent, answered, "reply", text="Dear Rūta,\n\nthe plate is on its way. I am sorry."))
    run_clock(timezone.now() + timedelta(seconds=12))
    promise.refresh_from_db()
    assert promise.state == "kept"
