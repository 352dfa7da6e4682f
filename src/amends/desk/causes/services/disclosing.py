"""Owning up first (G2.1): cases that we open before the customer knows, and by when who tells them how."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message, Outline
from amends.desk.cases.models.case import Fault
from amends.desk.cases.services import (
    assign,
    change_fault,
    change_outline,
    log,
    open_case,
    record_out,
    refresh_place,
)
from amends.desk.causes.models import Cause, Disclosure
from amends.desk.causes.services.linking import link
from amends.desk.clock.loop import nudge
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["NEXT_WORD", "drop_disclosure", "due_moments", "tell_first", "told_by_hand", "told_by_message"]

NEXT_WORD = "own-up"
"""Why a customer must hear from us: they do not know yet."""
_AHEAD = timedelta(hours=4)
_MOST = 200


def tell_first(
    acting: Acting,
    customers: Sequence[Customer],
    *,
    subject: str,
    outline: Mapping[str, str],
    teller: Person | None,
    how: str,
    by: datetime,
    fault: str = Fault.UNKNOWN,
    cause: Cause | None = None,
    severity: int = 30,
) -> list[Case]:
    """Open a case for each customer who was hurt and does not know it yet, with the same outline.

    Args:
        acting: Who saw it.
        customers: Whom it hurt.
        subject: What it is about, in few words.
        outline: Fields of the outline to their words; "record" says what happened.
        teller: Who tells them; the case is theirs.
        how: A value of `Disclosure.How`.
        by: By when, aware.
        fault: Who failed.
        cause: The cause, when it is known.
        severity: How badly it hurts, 0 to 100, until somebody knows better.

    Returns:
        The cases, in the order of the customers.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: Nobody is named, nothing is said to have happened, or the moment has passed.
        TypeError: The outline has no such field.
    """
    require(acting, "disclosure.plan")
    if unknown := outline.keys() - set(Outline.FIELDS):
        raise TypeError(f"not in the outline: {', '.join(sorted(unknown))}")
    if not customers:
        raise WrongInput(_("Choose the customer who was hurt."), "customers")
    if len(customers) > _MOST:
        raise WrongInput(_("For so many customers make an incident: it writes to each of them."), "customers")
    if not outline.get("record", "").strip():
        raise WrongInput(_("Write what happened, as far as you know."), "record")
    if how not in Disclosure.How.values:
        raise WrongInput(_("Choose one of the list."), "how")
    now = timezone.now()
    if by <= now:
        raise WrongInput(_("This moment has passed. Choose by when they are told."), "by")
    subject = " ".join(subject.split()) or _short(outline["record"])
    with transaction.atomic():
        cases = []
        for customer in {one.pk: one for one in customers}.values():
            case = open_case(acting, customer, channel=how, subject=subject, severity=severity, opened_by_us=True)
            for field, words in outline.items():
                if words.strip():
                    change_outline(acting, case, field, words)
            if fault != Fault.UNKNOWN:
                change_fault(acting, case, fault)
            if teller is not None:
                _give(acting, case, teller)
            row = Disclosure.objects.create(
                case=case, teller=teller, how=how, by=by, look_at=max(by - _AHEAD, now + (by - now) / 2)
            )
            refresh_place(case)
            log(
                acting,
                case,
                "disclosure.planned",
                after={"name": str(teller or ""), "how": how, "by_at": by, "row": row.pk},
            )
            cases.append(case)
    if cause is not None:
        for case in cases:
            link(acting, case, cause)
    transaction.on_commit(nudge)
    return cases


def told_by_message(acting: Acting, message: Message) -> None:
    """A word to the customer has left: if they were to be told by us, they have been now."""
    row = Disclosure.objects.filter(case=message.case_id, state=Disclosure.State.PLANNED).first()
    if row is not None and not message.automatic:
        _settle(acting, row, message)


def told_by_hand(acting: Acting, row: Disclosure, words: str, *, at: datetime | None = None) -> Disclosure:
    """They have been told outside the desk: by letter, in person. Our words are kept in the case.

    Args:
        acting: Who told them.
        row: Planned.
        words: What we said.
        at: When, aware; now if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, or it would have been in the future.
        WrongMove: It is settled already.
    """
    from amends.desk.composer.sent import tell_of

    require(acting, "disclosure.settle")
    if not words.strip():
        raise WrongInput(_("Write down what you told them."), "words")
    if at is not None and at > timezone.now():
        raise WrongInput(_("This is in the future. Say so when they have been told."), "at")
    with transaction.atomic():
        case = lock(row.case)
        lock(row)
        if row.state != Disclosure.State.PLANNED:
            raise WrongMove(row.state, Disclosure.State.TOLD)
        message = record_out(
            acting,
            case,
            text=words.strip(),
            channel=row.how,
            sent_at=at,
            language=case.language,
            delivery=Message.Delivery.SENT,
        )
        tell_of(acting, message)
        row.refresh_from_db()
        if row.state == Disclosure.State.PLANNED:
            _settle(acting, row, message)
    return row


def drop_disclosure(acting: Acting, row: Disclosure, *, why: str) -> Disclosure:
    """They are not told after all.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It is settled already.
    """
    require(acting, "disclosure.plan")
    if not why.strip():
        raise WrongInput(_("Write why they are not told."), "why")
    with transaction.atomic():
        case = lock(row.case)
        lock(row)
        row.move_to(Disclosure.State.DROPPED)
        row.why_not, row.look_at = why.strip()[:2_000], None
        row.save()
        refresh_place(case)
        log(acting, case, "disclosure.dropped", after={"row": row.pk}, note=row.why_not)
    return row


def due_moments(case: Case) -> Iterable[tuple[datetime, str]]:
    """By when a customer is told of what we know first, for the case's next word."""
    if not case.opened_by_us:
        return []
    rows = Disclosure.objects.filter(case=case, state=Disclosure.State.PLANNED)
    return [(by, NEXT_WORD) for by in rows.values_list("by", flat=True)]


def _settle(acting: Acting, row: Disclosure, message: Message) -> None:
    case = lock(row.case)
    lock(row)
    if row.state != Disclosure.State.PLANNED:
        return
    # Their own word in this case before ours: they knew first, and we say so honestly.
    before = case.messages.filter(direction=Message.Direction.IN, automatic=False, sent_at__lt=message.sent_at).exists()
    row.move_to(Disclosure.State.OVERTAKEN if before else Disclosure.State.TOLD)
    row.told_at, row.message, row.look_at = message.sent_at, message, None
    row.save()
    refresh_place(case)
    log(
        acting,
        case,
        f"disclosure.{row.state}",
        after={"row": row.pk, "told_at": row.told_at, "in_time": row.told_at <= row.by},
    )


def _give(acting: Acting, case: Case, teller: Person) -> None:
    from amends.desk.people.authority import may
    from amends.desk.people.roles import DESK

    # Whoever sees a failure first names who tells of it, whatever their role; the log says who that was.
    assign(acting if may(acting, "case.assign-other") or acting == teller else DESK, case, teller)


def _short(text: str) -> str:
    line = text.strip().splitlines()[0].strip()
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
