"""Consent: asked by a person in their own words, answered in the customer's, changed and taken back at any time."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate, Consent, Use
from amends.desk.advocates.services.finding import must_be_askable
from amends.desk.advocates.services.settings import advocate_settings, plan_thanks, today
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = ["agree", "ask", "change_consent", "checked_day", "checked_words", "decline", "withdraw"]

_LONGEST = 4_000


def ask(acting: Acting, row: Advocate, *, words: str, day: date) -> Advocate:
    """Keep that a person of ours has asked, and how. Nothing is sent by this: it was said or written before.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: They may not be asked, there are no words, or the day is ahead.
        WrongMove: Nobody has taken it up, or they were asked before.
    """
    require(acting, "advocate.ask")
    with transaction.atomic():
        lock(row)
        must_be_askable(row.customer)
        row.move_to(Advocate.State.ASKED)
        row.keeper = row.keeper or person_of(acting)
        row.save()
        _keep(acting, row, Consent.Step.ASKED, words, day)
    return row


def agree(acting: Acting, row: Advocate, *, agreed_to: Collection[str], words: str, day: date) -> Advocate:
    """They agreed, to what they named, in their own words.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: They may not be asked, agreed to nothing, there are no words, or the day is
            ahead or before we asked.
        WrongMove: Nobody has taken it up, or they have answered before.
    """
    require(acting, "advocate.ask")
    with transaction.atomic():
        lock(row)
        must_be_askable(row.customer)
        row.move_to(Advocate.State.AGREED)
        row.agreed_to = _checked_uses(agreed_to)
        row.keeper = row.keeper or person_of(acting)
        _keep(acting, row, Consent.Step.AGREED, words, day)
        plan_thanks(row, advocate_settings().thank_months)
        row.save()
    return row


def decline(acting: Acting, row: Advocate, *, words: str, day: date) -> Advocate:
    """They would rather not. They are not asked again.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, or the day is ahead.
        WrongMove: They were not asked.
    """
    require(acting, "advocate.withdraw")
    with transaction.atomic():
        lock(row)
        row.move_to(Advocate.State.DECLINED)
        row.save()
        _keep(acting, row, Consent.Step.DECLINED, words, day)
    return row


def change_consent(acting: Acting, row: Advocate, *, agreed_to: Collection[str], words: str, day: date) -> Advocate:
    """They agree to more or to less from now on, in their own words.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is more and they may not be asked; it is nothing; there are no words; or the day is ahead.
    """
    require(acting, "advocate.ask")
    with transaction.atomic():
        lock(row)
        _must_speak_for_us(row)
        uses = _checked_uses(agreed_to)
        if set(uses) - set(row.agreed_to):
            must_be_askable(row.customer)
        row.agreed_to = uses
        row.save()
        _keep(acting, row, Consent.Step.CHANGED, words, day)
    return row


def withdraw(acting: Acting, row: Advocate, *, words: str, day: date) -> Advocate:
    """They take it back, whenever they want. Nothing is asked of them any more.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, or the day is ahead.
        WrongMove: They had not been asked.
    """
    require(acting, "advocate.withdraw")
    with transaction.atomic():
        lock(row)
        row.move_to(Advocate.State.WITHDRAWN)
        row.agreed_to = []
        plan_thanks(row, 1)
        row.save()
        _keep(acting, row, Consent.Step.WITHDRAWN, words, day)
    return row


def checked_words(words: str) -> str:
    """Words that are there.

    Raises:
        WrongInput: There are none.
    """
    words = words.strip()
    if not words:
        raise WrongInput(_("Write the words as they were said."), "words")
    return words[:_LONGEST]


def checked_day(day: date) -> date:
    """A day that has come, within the last ten years.

    Raises:
        WrongInput: It has not, or is too long ago.
    """
    now = today()
    if day > now or day.year < now.year - 10:
        raise WrongInput(_("Choose today or a day before."), "day")
    return day


def _must_speak_for_us(row: Advocate) -> None:
    if row.state != Advocate.State.AGREED:
        raise WrongInput(_("This customer has not agreed to speak for us."))


def _checked_uses(agreed_to: Collection[str]) -> list[str]:
    if not agreed_to or set(agreed_to) - set(Use.values):
        raise WrongInput(_("Choose what they agreed to. Where it is nothing, they have taken it back."), "agreed_to")
    return [use for use in Use.values if use in agreed_to]


def _keep(acting: Acting, row: Advocate, step: str, words: str, day: date) -> None:
    day = checked_day(day)
    last = row.consents.order_by("-day", "-pk").first()
    if last is not None and day < last.day:
        raise WrongInput(_("Something later is written down already. Choose its day or one after it."), "day")
    Consent.objects.create(
        advocate=row,
        step=step,
        words=checked_words(words),
        agreed_to=list(row.agreed_to),
        day=day,
        person=person_of(acting),
    )
    log(
        acting,
        f"customer {row.customer.public_id}",
        f"advocate.{step}",
        after={"day": day, "agreed_to": list(row.agreed_to)},
    )
