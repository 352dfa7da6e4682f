"""What becomes of a promise in the ledger becomes of its remedy, in the same transaction."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.services import log
from amends.desk.ledger.models import Promise
from amends.desk.people.roles import DESK
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.services.deciding import AboveAuthority, as_data, lock_purses, passed_by
from amends.desk.remedies.services.doing import count_as_given, take_back
from amends.desk.remedies.services.proposing import refuse_unexplained_twin
from amends.desk.remedies.services.vouchers import make_valid
from amends.desk.states import lock

__all__ = ["follow_promises"]

State = Remedy.State


def follow_promises() -> None:
    """Take notice whenever a promise is saved; called once, when the app is ready."""
    post_save.connect(_promise_saved, sender=Promise, dispatch_uid="amends.desk.remedies.promise")


def _promise_saved(sender: type[Promise], instance: Promise, created: bool, raw: bool = False, **_more: Any) -> None:
    """The ledger has locked the case. A remedy that is where the promise is already needs nothing, which is what ends
    every circle."""
    if created or raw:
        return
    remedy = Remedy.objects.filter(promise=instance).select_related("case").first()
    if remedy is None:
        return
    with transaction.atomic():
        lock(remedy)
        if instance.state in (Promise.State.KEPT, Promise.State.LATE) and remedy.state == State.TOLD:
            _kept(remedy, instance)
        elif instance.state == Promise.State.RELEASED and remedy.state == State.TOLD:
            take_back(DESK, remedy, instance.evidence or _("The customer let us off."))
        elif instance.state == Promise.State.OPEN and remedy.state == State.DONE:
            _open_again(remedy)
        elif instance.state == Promise.State.OPEN and remedy.state == State.WITHDRAWN:
            _counts_again(remedy)


def _kept(remedy: Remedy, promise: Promise) -> None:
    """Done, as the ledger says; how much was given is asked for on the remedy's page."""
    remedy.move_to(State.DONE)
    remedy.done_at, remedy.proof = promise.kept_at, promise.evidence
    remedy.save()
    count_as_given(remedy)
    _log(remedy, "remedy.done", State.TOLD)


def _open_again(remedy: Remedy) -> None:
    remedy.move_to(State.TOLD)
    remedy.done_at, remedy.paid, remedy.proof, remedy.proof_file = None, None, "", None
    remedy.save()
    _log(remedy, "remedy.reopened", State.DONE)


def _counts_again(remedy: Remedy) -> None:
    """It was withdrawn because the customer let us off, and that was a mistake. Limits hold for it as for a new one.

    Raises:
        AboveAuthority: What was given back has been spent since; the promise stays as it is.
        WrongInput: There is another one for the same thing by now.
    """
    spending = remedy.spending
    if spending is not None and spending.released_at is not None:
        person = spending.person
        lock_purses(person, remedy)
        refuse_unexplained_twin(remedy)
        if passed := passed_by(person, remedy, timezone.now()):
            raise AboveAuthority(passed)
        spending.released_at, spending.at = None, timezone.now()
        spending.save()
    if remedy.voucher is not None:
        make_valid(DESK, remedy.voucher)
    remedy.move_to(State.TOLD)
    remedy.withdrawn_at, remedy.withdrawn_why = None, ""
    remedy.save()
    _log(remedy, "remedy.reopened", State.WITHDRAWN)


def _log(remedy: Remedy, act: str, before: str) -> None:
    log(
        DESK,
        remedy.case,
        act,
        before={**as_data(remedy), "remedy_state": before},
        after={**as_data(remedy), "promise": remedy.promise_id},
    )
