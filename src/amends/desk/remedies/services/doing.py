"""After the decision: telling the customer, doing it, withdrawing it; and the promise that stands between.

What was told is a promise in the ledger until it is done. Doing it here keeps the promise; what is settled in the
ledger comes back through `following`. Each side looks whether the other is there already, so that nothing goes round
in circles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from amends.desk.cases.models import Attachment, Message
from amends.desk.cases.services import add_note, attach, log
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.ledger import services as ledger
from amends.desk.ledger.models import Promise
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting
from amends.desk.portal.services import language_of
from amends.desk.remedies.models import Kind, Remedy
from amends.desk.remedies.money import in_cents, money_words
from amends.desk.remedies.services.approving import revoke_links
from amends.desk.remedies.services.deciding import as_data
from amends.desk.remedies.services.limits import in_house_currency
from amends.desk.remedies.services.vouchers import void
from amends.desk.states import lock

__all__ = [
    "ProofFile",
    "break_remedy",
    "count_as_given",
    "finish",
    "give_back",
    "reopen",
    "take_back",
    "tell",
    "told_words",
    "withdraw",
]

State = Remedy.State


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file that shows it: a receipt, a picture; the name is as the person's machine gave it."""

    name: str
    content: bytes


def told_words(remedy: Remedy) -> str:
    """What is promised when the customer is told, in their language, as their page shows it: "We pay back 24.90 €"."""
    with translation.override(language_of(remedy.case)):
        amount = money_words(remedy.amount, remedy.currency)
        words = {
            Kind.REFUND: _("We pay back %(amount)s"),
            Kind.REPLACEMENT: _("We send a replacement: %(what)s") if remedy.what else _("We send a replacement"),
            Kind.REDO: _("We do it again: %(what)s") if remedy.what else _("We do it again"),
            Kind.CREDIT: _("We credit you %(amount)s"),
            Kind.VOUCHER: _("We send you a voucher of %(amount)s"),
        }.get(Kind(remedy.kind), "%(what)s")
        return words % {"amount": amount, "what": remedy.what}


def tell(
    acting: Person,
    remedy: Remedy,
    *,
    act: str = "",
    owner: Person | None = None,
    due: date | datetime | None = None,
    message: Message | None = None,
    promise: Promise | None = None,
    told_at: datetime | None = None,
) -> Remedy:
    """The customer has been told of a decided remedy: from now on it is a promise.

    Args:
        acting: Who says so.
        remedy: Decided, or done before anybody told.
        act: What is promised, in the customer's language; `told_words` if not given.
        owner: Who does it; the acting one if not given.
        due: By when; needed unless it is done already or `promise` names it.
        message: What told them; None when it was said otherwise.
        promise: A promise of this case that stands in the ledger already, such as one found in the reply.
        told_at: When; the message's moment, or now.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no due moment, or message or promise are of another case.
        WrongMove: It is not decided, or was told.
    """
    require(acting, "remedy.tell")
    now = timezone.now()
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        done_already = remedy.state == State.DONE and remedy.told_at is None
        if remedy.state != State.DECIDED and not done_already:
            raise WrongMove(remedy.state, State.TOLD)
        if message is not None and (message.case_id != case.pk or message.direction != Message.Direction.OUT):
            raise WrongInput(_("Choose what we said to this customer in this case."), "message")
        told_at = told_at or (message.sent_at if message else now)
        if told_at > now:
            raise WrongInput(_("This lies ahead. Write when they were told."), "told_at")
        before = as_data(remedy)
        if not done_already:
            if promise is None:
                if due is None:
                    raise WrongInput(_("Write by when it is done: the customer sees it."), "day")
                promise = ledger.record(
                    acting,
                    case,
                    act=act.strip() or told_words(remedy),
                    owner=owner or remedy.doer or acting,
                    due=due,
                    message=message,
                    confirmed=True,
                )
            else:
                _check_promise(remedy, promise)
            remedy.promise = promise
            remedy.move_to(State.TOLD)
            if promise.state in (Promise.State.KEPT, Promise.State.LATE):
                remedy.move_to(State.DONE)
                remedy.done_at, remedy.proof = promise.kept_at, remedy.proof or promise.evidence
                count_as_given(remedy)
        remedy.told_at, remedy.told_message = told_at, message
        remedy.save()
        log(
            acting,
            case,
            "remedy.told",
            before=before,
            after={
                **as_data(remedy),
                "told_at": told_at,
                "promise": remedy.promise_id,
                "due_at": promise.due_at if promise else None,
            },
        )
    return remedy


def finish(
    acting: Acting,
    remedy: Remedy,
    *,
    paid: Decimal | None = None,
    proof: str = "",
    files: Sequence[ProofFile] = (),
    done_at: datetime | None = None,
) -> Remedy:
    """It is done, with proof; its promise is kept by it.

    Args:
        acting: Who says so.
        remedy: Decided or told.
        paid: What was given, in the remedy's currency; the decided amount if not given. For what is no money, what it
            really cost, in the house's currency.
        proof: What shows it, in words.
        files: What shows it; kept with a note in the case.
        done_at: When, aware; now if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: Nothing shows it; more was paid than decided; or it would have been done in the future.
        WrongMove: It is not decided, or done already.
    """
    require(acting, "remedy.finish")
    proof = proof.strip()[:4_000]
    if not proof and not files:
        raise WrongInput(_("Write what shows it, or add a file: a number of the transfer, a receipt."), "proof")
    done_at = done_at or timezone.now()
    if done_at > timezone.now():
        raise WrongInput(_("This lies ahead. Write when it was done."), "done_at")
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        if not remedy.may_move_to(State.DONE):
            raise WrongMove(remedy.state, State.DONE)
        given = _checked_paid(remedy, paid)
        before = as_data(remedy)
        note = _keep_files(acting, remedy, proof, files)
        remedy.move_to(State.DONE)
        remedy.paid, remedy.proof, remedy.done_at = given, proof, done_at
        remedy.save()
        _count_paid(remedy)
        log(
            acting,
            case,
            "remedy.done",
            before=before,
            after={**as_data(remedy), "paid": given},
            note=proof,
        )
        promise = remedy.promise
        if promise is not None:
            promise.refresh_from_db()
            if promise.state in (Promise.State.OPEN, Promise.State.BROKEN):
                ledger.keep(acting, promise, evidence=proof, message=note, kept_at=done_at)
    return remedy


def withdraw(acting: Person, remedy: Remedy, *, why: str) -> Remedy:
    """Take a remedy back that is not done. Once the customer was told, only their own word can do that.

    Args:
        acting: Who does it.
        remedy: Proposed, waiting, decided or told.
        why: Why; when the customer was told, what they said.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It is done or over, or its voucher was redeemed.
    """
    require(acting, "remedy.withdraw")
    if not why.strip():
        raise WrongInput(_("Write why. Once the customer was told, only their own word lets us off."), "why")
    with transaction.atomic():
        lock(remedy.case)
        lock(remedy)
        if remedy.state == State.DONE or not remedy.may_move_to(State.WITHDRAWN):
            raise WrongMove(remedy.state, State.WITHDRAWN)
        promise = remedy.promise
        take_back(acting, remedy, why.strip()[:4_000])
        if promise is not None and promise.state in (Promise.State.OPEN, Promise.State.BROKEN):
            ledger.release(acting, promise, evidence=why.strip())
    return remedy


def break_remedy(acting: Person, remedy: Remedy, *, note: str = "") -> Remedy:
    """What was told was not done: its promise broke. It can still be done, late.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: There is no open promise.
    """
    require(acting, "remedy.tell")
    with transaction.atomic():
        lock(remedy.case)
        lock(remedy)
        if remedy.state != State.TOLD or remedy.promise is None:
            raise WrongMove(remedy.state, remedy.state)
        ledger.break_promise(acting, remedy.promise, note=note)
    return remedy


def reopen(acting: Person, remedy: Remedy, *, note: str) -> Remedy:
    """It was called done by mistake. What was written down as given stays counted against the limits.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It is not done.
    """
    require(acting, "remedy.tell")
    if not note.strip():
        raise WrongInput(_("Write why it is opened again."), "note")
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        if remedy.state != State.DONE:
            raise WrongMove(remedy.state, State.TOLD)
        before = as_data(remedy)
        to_told = remedy.promise is not None
        remedy.move_to(State.TOLD if to_told else State.DECIDED)
        remedy.done_at, remedy.paid, remedy.proof, remedy.proof_file = None, None, "", None
        if not to_told:
            remedy.told_at, remedy.told_message = None, None
        remedy.save()
        log(
            acting,
            case,
            "remedy.reopened",
            before=before,
            after=as_data(remedy),
            note=note.strip(),
        )
        promise = remedy.promise
        if promise is not None and promise.state != Promise.State.OPEN:
            ledger.reopen(acting, promise, note=note)
    return remedy


def count_as_given(remedy: Remedy) -> None:
    """Count what was decided as given, as long as nobody said how much it was."""
    spending = remedy.spending
    if spending is not None and spending.paid is None:
        spending.paid = spending.amount
        spending.save()


def give_back(remedy: Remedy) -> None:
    """Give back to limits and budgets what a withdrawn remedy took, unless something had been given."""
    spending = remedy.spending
    if spending is not None and not spending.paid:
        spending.released_at = timezone.now()
        spending.save()


def take_back(acting: Acting, remedy: Remedy, why: str) -> None:
    """Withdraw; inside the transaction that has locked case and remedy."""
    before = as_data(remedy)
    remedy.move_to(State.WITHDRAWN)
    remedy.withdrawn_at, remedy.withdrawn_why = timezone.now(), why
    if remedy.voucher is not None:
        void(acting, remedy.voucher)
    give_back(remedy)
    remedy.save()
    revoke_links(remedy)
    log(
        acting,
        remedy.case,
        "remedy.withdrawn",
        before=before,
        after=as_data(remedy),
        note=why,
    )


def _checked_paid(remedy: Remedy, paid: Decimal | None) -> Decimal:
    decided = remedy.amount if remedy.is_money and remedy.amount is not None else remedy.cost
    if paid is None:
        return decided
    if not paid.is_finite() or paid < 0:
        raise WrongInput(_("Write an amount, such as 24.90."), "paid")
    paid = in_cents(paid)
    if paid > decided:
        raise WrongInput(
            _("This is more than was decided. Propose the difference as a remedy of its own, then note both."), "paid"
        )
    return paid


def _count_paid(remedy: Remedy) -> None:
    """Remember what it came to; what once was given is never given back to a limit."""
    spending = remedy.spending
    if spending is None or remedy.paid is None:
        return
    worth = in_house_currency(remedy.paid, remedy.currency) if remedy.is_money else remedy.paid
    spending.paid = max(spending.paid or Decimal(0), worth)
    spending.save()


def _check_promise(remedy: Remedy, promise: Promise) -> None:
    if promise.case_id != remedy.case_id:
        raise WrongInput(_("Choose a promise of this case."), "promise")
    if promise.state in (Promise.State.RELEASED, Promise.State.BROKEN):
        raise WrongInput(_("This promise is settled. Choose another one, or leave it empty."), "promise")
    if Remedy.objects.filter(promise=promise).exclude(pk=remedy.pk).exists():
        raise WrongInput(_("This promise belongs to another remedy."), "promise")


def _keep_files(acting: Acting, remedy: Remedy, proof: str, files: Sequence[ProofFile]) -> Message | None:
    if not files:
        return None
    text = _("Done: %(what)s.") % {"what": remedy}
    note = add_note(acting, remedy.case, f"{text} {proof}".strip())
    kept: list[Attachment] = [
        attach(note, name=file.name, content=file.content, content_type=_sniffed(file.content)) for file in files
    ]
    remedy.proof_file = kept[0]
    return note


def _sniffed(content: bytes) -> str:
    import puremagic

    try:
        return str(puremagic.from_string(content, mime=True)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
