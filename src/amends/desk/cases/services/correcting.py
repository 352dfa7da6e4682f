"""People correct what was heard; the correction is kept as data to learn from."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import HearingCorrection, Message
from amends.desk.cases.services.moving import refresh_place
from amends.desk.cases.services.recording import log
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["correct_hearing"]

_NUMBERS = frozenset({"severity", "urgency"})
_LISTS = frozenset({"kinds", "stakes", "flags"})
_MOST = 100


def correct_hearing(acting: Person, message: Message, field: str, value: Any) -> HearingCorrection:
    """Say that something was heard wrongly.

    Args:
        acting: Who says so.
        message: The message.
        field: "is_complaint", "severity", "urgency" (0 to 100), "kinds", "stakes" or "flags" (lists of words).
        value: What it should have been.

    Raises:
        NotAllowed: The acting person may not.
        WrongInput: The value does not fit the field.
    """
    require(acting, "case.correct-hearing")
    fits = (
        (field in _NUMBERS and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST)
        or (field in _LISTS and isinstance(value, list) and all(isinstance(word, str) for word in value))
        or (field == "is_complaint" and isinstance(value, bool))
    )
    if not fits:
        raise WrongInput(_("This value does not fit. Choose one of the list, or a number from 0 to 100."), field)
    with transaction.atomic():
        case = lock(message.case)
        heard = getattr(getattr(message, "hearing", None), field, None)
        correction = HearingCorrection.objects.create(
            message=message, field=field, heard=heard, corrected=value, person=acting
        )
        before = getattr(case, field, heard)
        if field != "is_complaint":
            setattr(case, field, value)
            refresh_place(case)
        log(acting, case, f"hearing.{field}", before={field: before}, after={field: value, "message": message.pk})
    return correction
