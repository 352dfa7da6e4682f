"""Moves of a case from one state to another."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.next_word import soonest
from amends.desk.cases.queue import place_of
from amends.desk.cases.services.recording import log
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, Machine
from amends.desk.states import lock
from amends.desk.unit import current_unit

__all__ = [
    "close_silent",
    "move",
    "record_recovery",
    "refresh_place",
    "set_aside",
    "take_up_again",
    "take_up_set_aside",
]


def refresh_place(case: Case) -> None:
    """Reckon anew where a case stands in the inbox and by when the customer must hear from us, and save it.

    Call it inside the transaction of anything that changes hurt, waiting, state, time limits or promises of a case.
    Within a unit of work it is done once, at the end.
    """
    unit = current_unit()
    if unit is None or not unit.settle_later(case, lambda: _settle(case)):
        _settle(case)


def _settle(case: Case) -> None:
    ours = case.state in Case.OURS_TO_MOVE
    case.place = place_of(case.waits_since or case.created_at, case.severity, case.urgency) if ours else None
    case.next_word_at, case.next_word_why = soonest(case)
    case.save()


def move(acting: Acting, case: Case, state: str, *, note: str = "") -> Case:
    """Move a case between the states of being worked on: open, waiting for us, waiting for the customer.

    Recovery, closing and setting aside have services of their own, as they need more than a state.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: Its state does not allow it.
        WrongInput: The state has a service of its own.
    """
    require(acting, "case.move")
    if state not in (Case.State.OPEN, Case.State.WAITING_FOR_US, Case.State.WAITING_FOR_CUSTOMER):
        raise WrongInput(_("This needs more than a state. Use its own button."), "state")
    with transaction.atomic():
        lock(case)
        if case.state != state:
            _moved(acting, case, state, note)
    return case


def record_recovery(acting: Acting, case: Case, word: Message | None, *, note: str = "") -> Case:
    """The customer says that it has been put right.

    Args:
        acting: The customer on their page, or a person of ours who was told so.
        case: The case.
        word: The customer's message that says so. Only the customer's own click needs none.
        note: What they said, when it is to be kept beside the message.

    Raises:
        NotAllowed: Somebody else would say it for the customer.
        WrongInput: The message is not the customer's, or of another case.
        WrongMove: The state does not allow it.
    """
    require(acting, "case.recover")
    if word is None:
        if not (isinstance(acting, Machine) and acting.role == "customer"):
            raise NotAllowed(
                _("Only the customer can say that it has been put right. Choose the message that says so.")
            )
    elif word.case_id != case.pk or word.direction != Message.Direction.IN:
        raise WrongInput(_("Choose a message of this customer in this case."), "word")
    with transaction.atomic():
        lock(case)
        if case.state == Case.State.RECOVERED:
            return case
        case.recovered_at = case.closed_at = timezone.now()
        _moved(acting, case, Case.State.RECOVERED, note, {"message": word.pk if word else None})
    return case


def close_silent(acting: Acting, case: Case, *, note: str = "") -> Case:
    """Close a case whose customer has not answered: silence is silence, not success.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is ours to move.
    """
    require(acting, "case.move")
    with transaction.atomic():
        lock(case)
        case.closed_at = timezone.now()
        _moved(acting, case, Case.State.CLOSED_SILENT, note)
    return case


def set_aside(acting: Acting, case: Case, why: str, *, note: str = "") -> Case:
    """Take what is no case out of the inbox; it stays visible and can be taken up again.

    Args:
        why: A value of `Case.SetAsideWhy`.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no such reason.
        WrongMove: The state does not allow it.
    """
    require(acting, "case.set-aside")
    if why not in Case.SetAsideWhy.values:
        raise WrongInput(_("Choose one of the list."), "why")
    with transaction.atomic():
        lock(case)
        case.set_aside_why = why
        case.closed_at = timezone.now()
        _moved(acting, case, Case.State.SET_ASIDE, note, {"why": why})
    return case


def take_up_set_aside(acting: Acting, case: Case, *, note: str = "") -> Case:
    """What was set aside is a complaint after all.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It was not set aside.
    """
    require(acting, "case.set-aside")
    with transaction.atomic():
        lock(case)
        before = case.set_aside_why
        case.set_aside_why = ""
        case.closed_at = None
        case.waits_since = case.last_in_at or case.created_at
        _moved(acting, case, Case.State.NEW, note, {"was": before})
    return case


def take_up_again(acting: Acting, case: Case, *, note: str = "") -> Case:
    """Reopen: the customer says that it is not right, or we find that it is not.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is open.
    """
    require(acting, "case.move")
    with transaction.atomic():
        lock(case)
        case.recovered_at = case.closed_at = None
        _moved(acting, case, Case.State.WAITING_FOR_US, note)
    return case


def _moved(acting: Acting, case: Case, state: str, note: str, more: dict[str, object] | None = None) -> None:
    """Move, reckon waiting and place anew, save, log."""
    before = case.state
    case.move_to(state)
    if state in Case.OURS_TO_MOVE:
        if case.waits_since is None:
            case.waits_since = timezone.now()
    else:
        case.waits_since = None
    refresh_place(case)
    log(acting, case, "case.moved", before={"state": before}, after={"state": state, **(more or {})}, note=note)
