"""Opening a case."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Channel, Outline
from amends.desk.cases.services.moving import refresh_place
from amends.desk.cases.services.recording import log
from amends.desk.customers.merging import standing
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.models import Team
from amends.desk.people.roles import Acting
from amends.desk.unit import current_unit, insert

__all__ = ["open_case"]


def open_case(
    acting: Acting,
    customer: Customer,
    *,
    channel: str,
    subject: str = "",
    language: str = "",
    severity: int = 0,
    urgency: int = 0,
    kinds: Sequence[str] = (),
    stakes: Sequence[str] = (),
    flags: Sequence[str] = (),
    opened_by_us: bool = False,
    team: Team | None = None,
    began: datetime | None = None,
) -> Case:
    """A new case with its empty outline.

    Args:
        acting: Who opens it.
        customer: Whose story it is; of somebody who was put together with another, theirs.
        channel: A value of `Channel`.
        subject: What it is about, in few words.
        language: ISO 639-1 code; the customer's if not given.
        severity, urgency: 0 to 100.
        kinds, stakes, flags: Hearing's words.
        opened_by_us: We knew first; then the customer does not wait yet.
        team: Who takes care of it.
        began: When the first word came in, aware; now if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible, or the customer was erased.
    """
    require(acting, "case.open")
    customer = standing(customer)
    if channel not in Channel.values:
        raise WrongInput(_("Choose one of the list."), "channel")
    if customer.erased_at is not None:
        raise WrongInput(_("This customer was erased; nothing is kept about them any more."))
    began = began or timezone.now()
    with transaction.atomic():
        # Erased customers and cases set aside are no failures of ours that count.
        is_new = (unit := current_unit()) is not None and unit.waits(customer)
        earlier = 0 if is_new else Case.objects.filter(customer=customer).exclude(state=Case.State.SET_ASIDE).count()
        case = Case(
            customer=customer,
            channel=channel,
            subject=" ".join(subject.split())[:300],
            language=language or customer.language,
            severity=_within_100(severity),
            urgency=_within_100(urgency),
            kinds=list(kinds),
            stakes=list(stakes),
            flags=list(flags),
            opened_by_us=opened_by_us,
            failure_number=earlier + 1,
            team=team,
            created_at=began,
            waits_since=None if opened_by_us else began,
        )
        insert(case)
        if unit is not None:
            unit.hold(case)
        insert(Outline(case=case))
        refresh_place(case)
        log(
            acting,
            case,
            "case.opened",
            after={"channel": channel, "subject": case.subject, "severity": case.severity, "urgency": case.urgency},
        )
    return case


def _within_100(value: int) -> int:
    return max(0, min(100, int(value)))
