"""The acknowledgement: automatic and honest, a promise, once a day, never to programs, with nothing of strangers."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent_mail
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import keep_raw
from amends.desk.clock.loop import run_due
from amends.desk.deadlines.models import Limit, Profile
from amends.desk.intake.acknowledging import first_word_by
from amends.desk.intake.models import Mailbox
from amends.desk.intake.services.settings import change_intake_settings
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import INTAKE

CAKE = "The cake for Saturday never came. You promised it by noon. I want my money back."


@pytest.fixture
def mailbox(business, lead):
    change_intake_settings(lead, acknowledge=True)
    return Mailbox.objects.create(address="hello@bakery.example", kind="delivered", takes_replies=True)


@pytest.fixture
def bring(mailbox):
    def bring(number=1, text=CAKE, sender="Ruta <ruta@mail.example>", **headers):
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = sender, "hello@bakery.example", "Buy cheap pills"
        made["Message-ID"] = f"<{number}@mail.example>"
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(text)
        keep_raw(INTAKE, mailbox.raw_name, made.as_bytes())
        run_due()

    return bring


def test_it_says_that_it_is_automatic_and_by_when_a_person_writes(bring):
    bring()
    queued = OutgoingMessage.objects.get()
    assert queued.purpose == "acknowledgement"
    assert "This answer is automatic" in queued.text
    assert queued.headers["Auto-Submitted"] == "auto-replied"
    assert queued.headers["In-Reply-To"] == "<1@mail.example>"
    assert queued.reply_to.startswith("hello+")
    (mail,) = sent_mail.outbox
    assert mail.extra_headers["Auto-Submitted"] == "auto-replied"
    assert mail.to == ["ruta@mail.example"]


def test_the_moment_is_a_promise_in_the_ledger(bring):
    bring()
    promise = Promise.objects.get()
    message = promise.message
    assert message.automatic
    assert message.text[promise.start : promise.end] == promise.quote
    assert promise.quote in sent_mail.outbox[0].body
    assert promise.owner is None
    assert promise.due_at > timezone.now()
    case = Case.objects.get()
    assert case.state == "new"
    assert case.first_reply_at is None
    assert case.next_word_at <= promise.due_at


def test_nothing_of_what_came_in_is_in_it(bring):
    bring(text=f"{CAKE} https://pills.example")
    queued = OutgoingMessage.objects.get()
    for words in ("pills", "Ruta", "cake"):
        assert words not in queued.text + queued.subject + queued.html


def test_a_customer_gets_one_a_day(bring):
    bring(1)
    bring(2, text=CAKE + " Again.")
    assert Case.objects.count() == 2
    assert OutgoingMessage.objects.count() == 1
    assert Promise.objects.count() == 1
    bring(3, sender="other@mail.example")
    assert OutgoingMessage.objects.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "list"},
        {"List_Id": "<cakes.mail.example>"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
    ],
)
def test_programs_and_lists_get_none(bring, headers):
    bring(**headers)
    assert not OutgoingMessage.objects.exists()
    assert not Promise.objects.exists()


def test_senders_that_read_nothing_get_none(bring):
    bring(sender="no-reply@mail.example")
    assert not OutgoingMessage.objects.exists()


def test_what_is_set_aside_gets_none(bring):
    bring(text="Hello, what are your opening hours on Sunday? Thank you.")
    assert Case.objects.get().state == "set-aside"
    assert not OutgoingMessage.objects.exists()


def test_what_joins_a_case_gets_none(bring, mailbox):
    bring(1)
    OutgoingMessage.objects.update(once="")
    bring(2, text="And now?", In_Reply_To="<1@mail.example>")
    assert Case.objects.count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_switched_off_it_sends_and_promises_nothing(bring, lead):
    change_intake_settings(lead, acknowledge=False)
    bring()
    assert Case.objects.exists()
    assert not OutgoingMessage.objects.exists()


def test_without_a_mail_server_nothing_is_promised(bring, settings):
    settings.MAIL_CAN_LEAVE = False
    bring()
    assert not OutgoingMessage.objects.exists()
    assert not Promise.objects.exists()


def test_it_comes_in_the_language_of_the_customer(bring):
    bring(text="העוגה לשבת לא הגיעה. הבטחתם עד הצהריים ואני רוצה את הכסף בחזרה.")
    queued = OutgoingMessage.objects.get()
    assert queued.language == "he"
    assert 'dir="rtl"' in queued.html
    assert Message.objects.get(automatic=True).language == "he"


NOON = datetime(2031, 5, 5, 12, 20, tzinfo=UTC)


def test_the_moment_is_the_houses_own_first_word_at_a_full_hour(business):
    by = first_word_by(business, NOON, NOON)
    assert by == datetime(2031, 5, 6, 15, 0, tzinfo=ZoneInfo("Europe/Vilnius"))


def test_a_shorter_limit_of_the_place_comes_first(business):
    profile = Profile.objects.create(name="Quick")
    Limit.objects.create(profile=profile, what="word", amount=3, unit="hours")
    business.profile = profile
    assert first_word_by(business, NOON, NOON) == datetime(2031, 5, 5, 18, 0, tzinfo=ZoneInfo("Europe/Vilnius"))


def test_no_moment_is_promised_that_has_passed(business):
    for hours in range(0, 200, 7):
        now = NOON + timedelta(hours=hours)
        assert first_word_by(business, NOON, now) > now
