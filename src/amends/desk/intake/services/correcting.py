"""People correct what the intake made of a message; each correction is kept as data to learn from."""

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.cases.services import correct_hearing, set_aside, take_up_set_aside
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["is_a_complaint", "is_no_complaint", "is_spam", "read_again", "take_up_raw"]


def is_a_complaint(acting: Person, case: Case) -> Case:
    """What was set aside is a complaint: it comes back, and the correction is kept.

    Raises:
        NotAllowed: The acting person may not.
        WrongMove: It is not set aside.
    """
    require(acting, "case.set-aside")
    with transaction.atomic():
        lock(case)
        if (message := _last_word(case)) is not None:
            correct_hearing(acting, message, "is_complaint", True)
            lock(case)
        take_up_set_aside(acting, case)
    return case


def is_no_complaint(acting: Person, case: Case) -> Case:
    """A case is no complaint: it is set aside, and the correction is kept.

    Raises:
        NotAllowed: The acting person may not.
        WrongMove: Its state does not allow it.
    """
    require(acting, "case.set-aside")
    with transaction.atomic():
        lock(case)
        if (message := _last_word(case)) is not None:
            correct_hearing(acting, message, "is_complaint", False)
            lock(case)
        set_aside(acting, case, Case.SetAsideWhy.NO_COMPLAINT)
    return case


def is_spam(acting: Person, case: Case) -> Case:
    """A case is spam: it is set aside, and what its sender writes into it does not bring it back.

    Raises:
        NotAllowed: The acting person may not.
        WrongMove: Its state does not allow it.
    """
    require(acting, "case.set-aside")
    with transaction.atomic():
        lock(case)
        if (message := _last_word(case)) is not None:
            correct_hearing(acting, message, "is_complaint", False)
            lock(case)
        set_aside(acting, case, Case.SetAsideWhy.SPAM)
    return case


def take_up_raw(acting: Person, row: RawMessage) -> RawMessage:
    """What the desk left out is a complaint: it is read anew, as a person's words.

    Raises:
        NotAllowed: The acting person may not.
        WrongMove: It became a message already, or waits to be read.
    """
    return _wait_again(acting, row, RawMessage.State.NO_CASE, "raw.taken-up", taken_up_by=acting.pk)


def read_again(acting: Person, row: RawMessage) -> RawMessage:
    """Try once more to read what could not be read.

    Raises:
        NotAllowed: The acting person may not.
        WrongMove: It became a message already, or waits to be read.
    """
    return _wait_again(acting, row, RawMessage.State.UNREADABLE, "raw.again")


def _wait_again(acting: Person, row: RawMessage, before: str, act: str, **envelope: object) -> RawMessage:
    from amends.desk.clock.loop import nudge

    require(acting, "raw.take-up")
    with transaction.atomic():
        lock(row)
        if row.state != before:
            raise WrongInput(_("Somebody has done this already. Look at the list again."))
        outcome = row.envelope.get("outcome", {})
        row.move_to(RawMessage.State.WAITING)
        row.envelope = {**row.envelope, **envelope}
        row.tries = 0
        row.lease_until = None
        row.lease_holder = ""
        row.save()
        log(acting, f"raw {row.pk}", act, before={"state": before, **outcome}, after={"state": row.state})
        transaction.on_commit(nudge)
    return row


def _last_word(case: Case) -> Message | None:
    """The customer's last word that a person wrote: what the correction is about."""
    said = case.messages.filter(direction=Message.Direction.IN, automatic=False)
    return said.select_related("hearing").order_by("-sent_at", "-pk").first()
