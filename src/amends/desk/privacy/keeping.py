"""The rules of what is kept for how long: changing them, showing what would go, applying them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, RawMessage
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.privacy.erasing import BLANKED, blank_case, drop_files, erase_customer
from amends.desk.privacy.models import KeepingRule, Kind

__all__ = ["LEAST_DAYS", "Preview", "apply_rules", "change_rules", "preview", "rules"]

logger = logging.getLogger(__name__)

LEAST_DAYS = 7
_MOST_DAYS = 36_500
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go by a rule.

    Attributes:
        kind: A value of `Kind`.
        count: How many rows.
        oldest: The moment of the oldest of them.
    """

    kind: str
    count: int
    oldest: datetime | None


def rules() -> dict[str, int | None]:
    """For each kind the days it is kept; None for ever."""
    known = dict(KeepingRule.objects.values_list("kind", "days"))
    return {kind: known.get(kind) for kind in Kind.values}


def change_rules(acting: Acting, days: Mapping[str, int | None]) -> None:
    """Change for how long what is kept. What a rule takes away is gone for good.

    Args:
        acting: Who does it.
        days: Kind to days; None for ever. Kinds not named stay as they are.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A number is not possible.
    """
    require(acting, "keeping.edit")
    for kind, amount in days.items():
        if kind not in Kind.values:
            raise WrongInput(_("Choose one of the list."), kind)
        if amount is not None and not LEAST_DAYS <= amount <= _MOST_DAYS:
            raise WrongInput(
                _("Write %(least)d days or more, or nothing to keep it for ever.") % {"least": LEAST_DAYS}, kind
            )
    with transaction.atomic():
        before = rules()
        for kind, amount in days.items():
            if amount is None:
                KeepingRule.objects.filter(kind=kind).delete()
            else:
                KeepingRule.objects.update_or_create(kind=kind, defaults={"days": amount})
        after = rules()
        if before != after:
            log(acting, "keeping", "keeping.changed", before=before, after=after)


def preview(acting: Acting, days: Mapping[str, int | None]) -> list[Preview]:
    """What would go by rules, without taking anything away.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "keeping.preview")
    now = timezone.now()
    found = []
    for kind, amount in days.items():
        if amount is None:
            continue
        work = _WORKS[kind]
        rows = work.rows(now - timedelta(days=amount))
        oldest = rows.order_by(work.moment).values_list(work.moment, flat=True).first()
        found.append(Preview(kind, rows.count(), oldest))
    return found


def apply_rules(acting: Acting) -> dict[str, int]:
    """Take away what its rule no longer keeps, some hundred rows of each kind at once; the clock comes again.

    Returns:
        Kind to how many rows.

    Raises:
        NotAllowed: Only the owner may, or the clock.
    """
    require(acting, "keeping.apply")
    done: dict[str, int] = {}
    now = timezone.now()
    for kind, amount in rules().items():
        if amount is not None:
            work = _WORKS[kind]
            rows = list(work.rows(now - timedelta(days=amount)).order_by("pk")[:_AT_ONCE])
            taken = sum(_taken(work, acting, row) for row in rows)
            if taken:
                done[kind] = taken
    if done:
        log(acting, "keeping", "keeping.applied", after=done)
    return done


@dataclass(frozen=True, slots=True)
class _Work:
    """How one kind is found and taken away; `rows` must not find again what `take` has taken."""

    moment: str
    rows: Callable[[datetime], QuerySet[Any]]
    take: Callable[[Acting, Any], None]


def _taken(work: _Work, acting: Acting, row: Any) -> bool:
    """Take one row away; one that cannot be is said in the log of the machine and never stops the others."""
    try:
        work.take(acting, row)
    except Exception:
        logger.exception("%s %s could not be taken away; it is tried again later", type(row).__name__, row.pk)
        return False
    return True


def _take_raw(_acting: Acting, row: RawMessage) -> None:
    content_hash = row.content_hash
    RawMessage.objects.filter(pk=row.pk).update(content=b"", size=0, envelope={})
    drop_files([content_hash])


def _take_outgoing(_acting: Acting, row: OutgoingMessage) -> None:
    OutgoingMessage.objects.filter(pk=row.pk).update(**BLANKED[OutgoingMessage])


def _take_case(acting: Acting, row: Case) -> None:
    blank_case(acting, row)


def _take_customer(acting: Acting, row: Customer) -> None:
    erase_customer(acting, row, reason=_("By the rules of what is kept."))


def _over(states: list[str], before: datetime) -> QuerySet[Case]:
    blanked = Case.objects.filter(pk=OuterRef("pk"), log__act__in=["case.blanked", "case.erased"])
    return Case.objects.filter(~Exists(blanked), state__in=states, closed_at__lt=before, customer__demo=False)


def _without_cases(before: datetime) -> QuerySet[Customer]:
    left = Case.objects.filter(customer=OuterRef("pk")).exclude(log__act__in=["case.blanked", "case.erased"])
    # Who was put together with somebody goes with them.
    alone = Customer.objects.filter(merged_into=None)
    return alone.filter(~Exists(left), erased_at=None, demo=False, updated_at__lt=before)


_WORKS: Mapping[str, _Work] = {
    Kind.RAW: _Work(
        "received_at",
        lambda before: RawMessage.objects.filter(state__in=["read", "no-case"], received_at__lt=before, size__gt=0),
        _take_raw,
    ),
    Kind.OUTGOING: _Work(
        "sent_at",
        lambda before: OutgoingMessage.objects.filter(state="sent", sent_at__lt=before).exclude(text=""),
        _take_outgoing,
    ),
    Kind.SET_ASIDE: _Work("closed_at", lambda before: _over(["set-aside"], before), _take_case),
    Kind.CLOSED: _Work("closed_at", lambda before: _over(["recovered", "closed-silent"], before), _take_case),
    Kind.CUSTOMERS: _Work("updated_at", _without_cases, _take_customer),
}
