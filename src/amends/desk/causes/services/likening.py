"""What a person says of two cases that resemble one another."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.causes.models import CaseCause, Cause, Similar
from amends.desk.causes.services.linking import link, main_cause_of
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = ["decide"]


def decide(acting: Acting, pair: Similar, state: str) -> tuple[Cause | None, Cause | None]:
    """Say that two cases have the same cause, or that they are not related. It is kept, and acted upon: the one
    without a main cause gets that of the other.

    Args:
        acting: Who says so.
        pair: The two cases.
        state: "same" or "unrelated".

    Returns:
        The main causes of the two afterwards. Both None: the cause has no name yet. Two different ones: a lead may put
        them together.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is neither of the two.
    """
    require(acting, "similar.decide")
    if state not in (Similar.State.SAME, Similar.State.UNRELATED):
        raise WrongInput(_("Choose one of the list."))
    with transaction.atomic():
        lock(pair)
        before = pair.state
        if before != state:
            pair.move_to(state)
            pair.decided_at, pair.decided_by = timezone.now(), person_of(acting)
            pair.save()
            for case, other in ((pair.first, pair.second), (pair.second, pair.first)):
                log(acting, case, f"similar.{state}", after={"case": other.public_id})
    first, second = main_cause_of(pair.first), main_cause_of(pair.second)
    if state == Similar.State.SAME:
        if first is None and second is not None:
            first = _give(acting, pair.first, second)
        elif second is None and first is not None:
            second = _give(acting, pair.second, first)
    return first, second


def _give(acting: Acting, case: Case, cause: Cause) -> Cause:
    return link(acting, case, cause, main=True, how=CaseCause.How.SIMILAR).cause
