"""What customers do on their page. Each is the customer's own word: nobody of ours can call these for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.archive.mail import sniffed_type
from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import assign, attach, receive, record_recovery, take_up_set_aside
from amends.desk.customers.models import ContactPoint, Reach
from amends.desk.customers.services import add_contact, change_customer
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import house
from amends.desk.intake.hearing import Heard, keep, listen
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import record, release
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Acting, Role
from amends.desk.portal.shown import promises_of
from amends.desk.states import lock

__all__ = [
    "ANSWER_OWED",
    "Upload",
    "change_wishes",
    "let_off",
    "on_answer",
    "say_not_yet",
    "say_right",
    "who_answers",
    "write",
]

WITHIN_WORKING_DAYS = 1
"""Who says "not yet" hears from a person by the end of so many working days from now."""
_LONGEST = 20_000
_MOST_FILES = 10
ANSWER_OWED = "page-answer"
"""What `Promise.found["by"]` says of a promise to answer somebody who said "not yet"."""
_SAID = "page-answer"
_LOOKED_AT = 4_096
"""Bytes that tell what a file is."""

Answer = Literal["right", "not-yet"]
Listener = Callable[[Case, Answer], None]
_listeners: list[Listener] = []


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the customer sends; the name is as they gave it."""

    name: str
    content: bytes


def on_answer(listener: Listener) -> Listener:
    """Be told, inside the transaction, when a customer says whether it is right now. Call it in `AppConfig.ready`."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def write(acting: Acting, case: Case, text: str, files: Sequence[Upload] = (), *, language: str = "") -> Message:
    """The customer writes on their page: an answer, a question, files.

    Raises:
        NotAllowed: Somebody else would write for them.
        WrongInput: There is nothing in it, or it is too long or too large.
    """
    require(acting, "page.answer")
    text = text.replace("\r\n", "\n").strip()
    if not text and not files:
        raise WrongInput(_("Write something, or choose a file."), "text")
    if len(text) > _LONGEST:
        raise WrongInput(_("This is longer than one message can be. Send it in two."), "text")
    if len(files) > _MOST_FILES:
        raise WrongInput(_("Send at most %(count)d files at once.") % {"count": _MOST_FILES}, "files")
    heard = listen(text) if text else None
    return _take_in(acting, case, text, files, language, {}, heard)


def say_right(acting: Acting, case: Case) -> Case:
    """The customer says that it is right now: the one way to recovery without a message.

    Raises:
        NotAllowed: Somebody else would say it for them.
        WrongMove: The case was set aside.
    """
    require(acting, "page.answer")
    with transaction.atomic():
        lock(case)
        if case.state != Case.State.RECOVERED:
            record_recovery(acting, case, None, note=_("Said on their page."))
            _tell("right", case)
    return case


def say_not_yet(acting: Acting, case: Case, text: str = "", *, language: str = "") -> Promise:
    """The customer says that it is not right yet: the case is taken up, somebody answers, and they see who and by when.

    Args:
        acting: The customer.
        case: The case.
        text: What is missing, if they wrote it.
        language: ISO 639-1 code of the page.

    Returns:
        The promise to answer; the same one when they say it again before we answered.

    Raises:
        NotAllowed: Somebody else would say it for them.
        WrongInput: It is too long.
    """
    require(acting, "page.answer")
    text = text.replace("\r\n", "\n").strip()
    if len(text) > _LONGEST:
        raise WrongInput(_("This is longer than one message can be. Send it in two."), "text")
    heard = listen(text) if text else None
    with transaction.atomic():
        lock(case)
        # What the button says is what they said, when they wrote nothing more.
        _take_in(acting, case, text or _("Not yet"), (), language, {_SAID: "not-yet"}, heard)
        promise = _promise_to_answer(case)
        _tell("not-yet", case)
    return promise


def let_off(acting: Acting, case: Case, key: int) -> Promise:
    """The customer does not need a promise any more.

    Raises:
        NotAllowed: Somebody else would say it for them.
        NotFound: It is none of this page.
        WrongMove: It is settled already.
    """
    require(acting, "page.answer")
    if key not in {one.key for one in promises_of(case)}:
        raise NotFound(_("This promise is not here any more. Reload the page."))
    return release(acting, Promise.objects.get(pk=key), evidence=_("Said on their page."))


def change_wishes(acting: Acting, case: Case, *, reach: str, reach_words: str, phone: str, language: str) -> None:
    """How and when the customer wants to be reached; a phone number is for us alone (G1.9).

    Raises:
        NotAllowed: Somebody else would say it for them.
        WrongInput: A value is not possible.
    """
    require(acting, "page.answer")
    phone = phone.strip()
    if reach == Reach.PHONE and not phone:
        raise WrongInput(_("Write the number on which we may ring you."), "phone")
    if phone and not 5 <= sum(sign.isdigit() for sign in phone) <= 15:
        raise WrongInput(_("This does not look like a phone number."), "phone")
    with transaction.atomic():
        customer = case.customer
        change_customer(acting, customer, reach=reach, reach_words=reach_words, language=language)
        if phone:
            contact = add_contact(acting, customer, ContactPoint.Kind.PHONE, phone, private=True)
            # The number given last is the one that is shown and rung; others given here before are theirs to replace.
            customer.contacts.filter(kind=ContactPoint.Kind.PHONE, private=True).exclude(pk=contact.pk).delete()
        else:
            customer.contacts.filter(kind=ContactPoint.Kind.PHONE, private=True).delete()


def who_answers(case: Case) -> Person | None:
    """Who answers a customer next: who takes care of the case, else a lead of its team, any lead, an owner, anybody."""
    if case.assignee is not None and case.assignee.is_active:
        return case.assignee
    active = Person.objects.filter(is_active=True).order_by("pk")
    leads = active.filter(role=Role.LEAD)
    return (
        (leads.filter(team=case.team).first() if case.team_id else None)
        or leads.first()
        or active.filter(role=Role.OWNER).first()
        or active.first()
    )


def _take_in(
    acting: Acting,
    case: Case,
    text: str,
    files: Sequence[Upload],
    language: str,
    headers: dict[str, str],
    heard: Heard | None,
) -> Message:
    """Make a message of what they wrote, heard as mail is: it weighs in the order of the inbox."""
    if heard is not None and not heard.language:
        # A few words: taken for the language of the page, in which they most likely are.
        heard = listen(text, language=language)
    with transaction.atomic():
        lock(case)
        if case.state == Case.State.SET_ASIDE:
            take_up_set_aside(DESK, case, note=_("The customer wrote on their page."))
        message = receive(
            acting,
            case,
            text=text,
            channel="page",
            language=(heard.language if heard else "") or language,
            sender_name=case.customer.name,
            headers=headers,
        )
        for file in files:
            attach(message, name=file.name, content=file.content, content_type=_sniffed(file))
        if heard is not None:
            keep(DESK, message, heard)
    return message


def _promise_to_answer(case: Case) -> Promise:
    made = Promise.objects.filter(case=case, state=Promise.State.OPEN, found__by=ANSWER_OWED).first()
    if made is not None and not made.is_overdue:
        return made
    owner = who_answers(case)
    if owner is not None and case.assignee_id != owner.pk:
        assign(DESK, case, owner)
    return record(
        DESK,
        case,
        act=_("Answer you about what is not right yet"),
        owner=owner,
        due=_answer_day(timezone.now()),
        found={"by": ANSWER_OWED},
        confirmed=True,
    )


def _answer_day(now: datetime) -> date:
    from amends.promises import Calendar

    business = house()
    today = now.astimezone(ZoneInfo(business.time_zone)).date()
    return Calendar(business.country or None).after(today, WITHIN_WORKING_DAYS)


def _tell(answer: Answer, case: Case) -> None:
    for listener in _listeners:
        listener(case, answer)


def _sniffed(file: Upload) -> str:
    return sniffed_type(file.content[:_LOOKED_AT], "application/octet-stream", file.name)
