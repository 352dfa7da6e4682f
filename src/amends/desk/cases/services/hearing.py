"""Keeping what was heard in a customer's message, and what follows for the case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from amends.desk.cases.models import Hearing, Message
from amends.desk.cases.services.moving import refresh_place
from amends.desk.cases.services.recording import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock
from amends.desk.unit import current_unit, insert

__all__ = ["keep_hearing"]


def keep_hearing(
    acting: Acting,
    message: Message,
    *,
    is_complaint: bool,
    severity: int = 0,
    urgency: int = 0,
    kinds: Sequence[str] = (),
    stakes: Sequence[str] = (),
    flags: Sequence[str] = (),
    result: Mapping[str, Any] | None = None,
    heard_by: str = "",
) -> Hearing:
    """Keep a hearing result; the case becomes as grave as the gravest of its messages.

    What a person corrected before stays as the person said.

    Args:
        acting: What heard it.
        message: A message of the customer.
        is_complaint: Whether it is one.
        severity, urgency: 0 to 100.
        kinds, stakes, flags: Hearing's words.
        result: All of the result as plain data.
        heard_by: Version of what heard it.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "message.receive")
    with transaction.atomic():
        case = lock(message.case)
        values = {
            "is_complaint": is_complaint,
            "severity": max(0, min(100, severity)),
            "urgency": max(0, min(100, urgency)),
            "kinds": list(kinds),
            "result": dict(result or {}),
            "heard_by": heard_by,
        }
        if (unit := current_unit()) is not None and unit.waits(message):
            hearing = insert(Hearing(message=message, **values))
        else:
            hearing, _made = Hearing.objects.update_or_create(message=message, defaults=values)
        corrected = set(
            message.hearing_corrections.model.objects.filter(message__case=case).values_list("field", flat=True)
        )
        before = {"severity": case.severity, "urgency": case.urgency, "kinds": case.kinds}
        if "severity" not in corrected:
            case.severity = max(case.severity, hearing.severity)
        if "urgency" not in corrected:
            case.urgency = max(case.urgency, hearing.urgency)
        for field, fresh in (("kinds", kinds), ("stakes", stakes), ("flags", flags)):
            if field not in corrected:
                setattr(case, field, list(dict.fromkeys([*getattr(case, field), *fresh])))
        refresh_place(case)
        log(
            acting,
            case,
            "case.heard",
            before=before,
            after={
                "message": message.pk,
                "complaint": is_complaint,
                "severity": case.severity,
                "urgency": case.urgency,
                "kinds": case.kinds,
            },
        )
    return hearing
