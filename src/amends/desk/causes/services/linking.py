"""Which causes a case has, and which is the main one."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.causes.models import CaseCause, Cause, Similar, Told
from amends.desk.causes.services.naming import living, lock_causes, take_up_cause
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = ["link", "main_cause_of", "unlink"]


def link(acting: Acting, case: Case, cause: Cause, *, main: bool = False, how: str = CaseCause.How.CHOSEN) -> CaseCause:
    """Say that a case has a cause. A person's word that two cases have the same cause is acted upon: the other gets it.

    Args:
        acting: Who says so.
        case: The case.
        cause: What it was put together with counts instead; an archived one is taken up again.
        main: Whether it becomes the main one, in place of another. The first cause of a case is its main one anyway.
        how: A value of `CaseCause.How`.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "cause.link")
    with transaction.atomic():
        # The cause before the case: see `naming`.
        cause = living(cause)
        lock_causes(cause)
        while cause.state == Cause.State.MERGED:
            # While the lock was waited for it was put together with another, and that one perhaps too.
            cause = living(cause)
            lock_causes(cause)
        if cause.state == Cause.State.ARCHIVED:
            take_up_cause(acting, cause)
        for one in sorted([case, *_same_without_cause(case)], key=lambda one: one.pk):
            lock(one)
        row = _link(acting, case, cause, main, how)
        if row.main:
            for other in _same_without_cause(case):
                _link(acting, lock(other), cause, True, CaseCause.How.SIMILAR)
    return row


def unlink(acting: Acting, case: Case, cause: Cause) -> None:
    """Say that a case does not have a cause after all; that it was thought so stays known.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It does not have it.
    """
    require(acting, "cause.link")
    with transaction.atomic():
        lock(case)
        row = case.cause_links.filter(cause=cause, until=None).first()
        if row is None:
            raise WrongInput(_("This case does not have this cause any more."))
        row.until = timezone.now()
        row.save()
        if row.main and (heir := case.cause_links.filter(until=None).order_by("since", "pk").first()) is not None:
            _begin(acting, case, heir.cause, True, heir.how, heir)
        _settle(acting, case)
        log(acting, case, "cause.unlinked", before={"row": cause.pk, "cause": cause.name, "main": row.main})


def main_cause_of(case: Case) -> Cause | None:
    """The main cause of a case."""
    row = CaseCause.objects.filter(case=case, until=None, main=True).select_related("cause").first()
    return row.cause if row else None


def _link(acting: Acting, case: Case, cause: Cause, main: bool, how: str) -> CaseCause:
    rows = list(case.cause_links.filter(until=None).select_related("cause"))
    known = next((row for row in rows if row.cause_id == cause.pk), None)
    first = next((row for row in rows if row.main), None)
    wanted = main or first is None
    if known is not None and (known.main or not wanted):
        return known
    if wanted and first is not None and first != known:
        _begin(acting, case, first.cause, False, first.how, first)
    row = _begin(acting, case, cause, wanted, how, known)
    _settle(acting, case)
    log(acting, case, "cause.linked", after={"row": cause.pk, "cause": cause.name, "main": row.main})
    return row


def _begin(acting: Acting, case: Case, cause: Cause, main: bool, how: str, before: CaseCause | None) -> CaseCause:
    """End a link, if there is one, and begin another."""
    now = timezone.now()
    if before is not None:
        CaseCause.objects.filter(pk=before.pk).update(until=now)
    return CaseCause.objects.create(
        case=case, cause=cause, main=main, how=how, since=now, person=person_of(acting), came_from=before
    )


def _settle(acting: Acting, case: Case) -> None:
    """What hangs on the main cause follows it: what was told, and whether the case is a recurrence."""
    from amends.desk.causes.services.recurring import judge, judge_cause

    main = main_cause_of(case)
    told = Told.objects.filter(case=case)
    followed = told.exclude(cause=main) if main else told.exclude(cause=None)
    changed = {cause for cause in followed.values_list("cause", flat=True) if cause}
    if followed.exists():
        followed.update(cause=main)
        for gone in Cause.objects.filter(pk__in=changed):
            judge_cause(acting, gone)
        if main is not None:
            judge_cause(acting, main)
    case.save(update_fields=["updated_at"])
    judge(acting, case, main)


def _same_without_cause(case: Case) -> list[Case]:
    """Cases of which a person said that they have the same cause, and that have no main cause yet."""
    pairs = Similar.objects.filter(Q(first=case) | Q(second=case), state=Similar.State.SAME)
    keys = {pair.first_id if pair.second_id == case.pk else pair.second_id for pair in pairs}
    named = CaseCause.objects.filter(case__in=keys, until=None, main=True).values_list("case_id", flat=True)
    return list(Case.objects.filter(pk__in=keys - set(named)).order_by("pk"))
