"""A person decides about a candidate: takes it up, not now, never."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate
from amends.desk.advocates.services.finding import must_be_askable
from amends.desk.advocates.services.settings import today
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = ["never", "not_now", "take_up"]

_LONGEST = 2_000
_FARTHEST = 5


def take_up(acting: Acting, row: Advocate) -> Advocate:
    """Somebody will ask, and takes care of them from now on.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: They may not be asked, or nobody has said yet that what was heard is praise.
        WrongMove: The state does not allow it.
    """
    require(acting, "advocate.decide")
    with transaction.atomic():
        lock(row)
        must_be_askable(row.customer)
        if not row.signs.filter(standing="praise").exists():
            raise WrongInput(_("Say first whether what was heard is praise."))
        before = row.state
        row.move_to(Advocate.State.TAKEN_UP)
        row.keeper, row.quiet_until = person_of(acting), None
        row.save()
        _log(acting, row, before)
    return row


def not_now(acting: Acting, row: Advocate, until: date, note: str = "") -> Advocate:
    """Kept quiet until a day.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: The day is not ahead, or too far.
        WrongMove: The state does not allow it.
    """
    require(acting, "advocate.decide")
    now = today()
    if not now < until or until.year > now.year + _FARTHEST:
        raise WrongInput(_("Choose a day ahead, within five years."), "until")
    with transaction.atomic():
        lock(row)
        before = row.state
        if before != Advocate.State.LATER:
            row.move_to(Advocate.State.LATER)
        row.quiet_until, row.note = until, note.strip()[:_LONGEST]
        row.save()
        _log(acting, row, before, until=until)
    return row


def never(acting: Acting, row: Advocate, note: str = "") -> Advocate:
    """This customer is never asked. It holds for good.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: The state does not allow it.
    """
    require(acting, "advocate.decide")
    with transaction.atomic():
        lock(row)
        before = row.state
        row.move_to(Advocate.State.NEVER)
        row.quiet_until, row.note = None, note.strip()[:_LONGEST]
        row.save()
        _log(acting, row, before)
    return row


def _log(acting: Acting, row: Advocate, before: str, **more: date) -> None:
    log(
        acting,
        f"customer {row.customer.public_id}",
        "advocate.moved",
        before={"advocate_state": before},
        after={"advocate_state": row.state, **more},
        note=row.note,
    )
