"""Recurrences: the same cause after somebody was told that it will not happen again (G2.7)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.causes.models import CaseCause, Cause, Prevention, Recurrence
from amends.desk.causes.services.linking import main_cause_of
from amends.desk.causes.services.telling import said_before, telling_before
from amends.desk.house.services import house
from amends.desk.house.services import log as desk_log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Acting, Role, person_of
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people

__all__ = ["judge", "judge_cause", "leads_of", "see_recurrence"]

_LONGEST_WORD = 2_000


def judge(acting: Acting, case: Case, main: Cause | None = None) -> Recurrence | None:
    """Whether a case is a recurrence; raised to the leads when it is, withdrawn when it turns out to be none.

    Call it in a transaction, whenever the main cause of a case has changed.

    Args:
        acting: Who changed it.
        case: The case.
        main: Its main cause, when known.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "recurrence.raise")
    raised = _judge(acting, case, main or main_cause_of(case))
    if raised is not None:
        _tell([raised])
    return Recurrence.objects.filter(case=case).exclude(state=Recurrence.State.WITHDRAWN).first()


def judge_cause(acting: Acting, cause: Cause, *, since: datetime | None = None) -> list[Recurrence]:
    """Judge the cases of a cause anew: after it was put together or split, or something told came to light.

    Args:
        acting: Who changed it.
        cause: The cause.
        since: Only cases opened after this moment; all if not given.

    Returns:
        The recurrences that are new.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "recurrence.raise")
    told = said_before(cause, timezone.now()).order_by("at").values_list("at", flat=True).first()
    links = CaseCause.objects.filter(cause=cause, until=None, main=True)
    known = Q(case__recurrence__isnull=False)
    if since is not None:
        links = links.filter(case__created_at__gt=since)
    elif told is not None:
        # Only what opened after it was first told can be one; what was called one before is looked at again too.
        links = links.filter(Q(case__created_at__gt=told) | known)
    else:
        links = links.filter(known)
    raised = [
        row
        for link in links.select_related("case").order_by("case__created_at", "pk")
        if (row := _judge(acting, link.case, cause)) is not None
    ]
    if raised:
        _tell(raised)
    return raised


def see_recurrence(acting: Acting, recurrence: Recurrence, word: str = "") -> Recurrence:
    """A lead has seen it, perhaps with a word on what is different now.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It was seen, or is none.
    """
    require(acting, "recurrence.see")
    with transaction.atomic():
        case = lock(recurrence.case)
        lock(recurrence)
        recurrence.move_to(Recurrence.State.SEEN)
        recurrence.seen_at, recurrence.seen_by = timezone.now(), person_of(acting)
        recurrence.word = word.strip()[:_LONGEST_WORD]
        recurrence.save()
        log(acting, case, "recurrence.seen", after={"cause": recurrence.cause.name}, note=recurrence.word)
    return recurrence


def leads_of(case: Case) -> list[Person]:
    """Who hears of it: the leads of the case's team, else all leads, else the owners."""
    active = Person.objects.filter(is_active=True)
    if case.team_id is not None and (found := list(active.filter(role=Role.LEAD, team=case.team_id))):
        return found
    return list(active.filter(role=Role.LEAD)) or list(active.filter(role=Role.OWNER))


def _judge(acting: Acting, case: Case, main: Cause | None) -> Recurrence | None:
    """The recurrence when it was raised now."""
    row = Recurrence.objects.filter(case=case).first()
    telling = None
    if main is not None and case.state != Case.State.SET_ASIDE:
        telling = telling_before(main, case.created_at, but=case)
    if main is None or telling is None:
        if row is not None and row.state != Recurrence.State.WITHDRAWN:
            row.move_to(Recurrence.State.WITHDRAWN)
            row.save()
            log(acting, case, "recurrence.withdrawn", after={"cause": row.cause.name})
        return None
    if row is None:
        row = Recurrence(case=case)
        again = True
    else:
        again = row.state == Recurrence.State.WITHDRAWN
        if again:
            row.move_to(Recurrence.State.RAISED)
            row.raised_at = timezone.now()
        elif row.cause_id == main.pk:
            return None
    row.cause, row.told_at, row.told_to = main, telling.since, telling.customers
    row.prevention = _stood_against(main, case)
    row.save()
    if again:
        log(acting, case, "recurrence.raised", after={"cause": main.name, "told_at": row.told_at})
        if row.prevention is not None:
            _doubt(acting, row.prevention, case)
    return row if again else None


def _stood_against(cause: Cause, case: Case) -> Prevention | None:
    """The prevention that a recurrence counts against: the one in force last when the case opened, else the last
    that was planned by then."""
    made = Prevention.objects.filter(cause=cause, created_at__lt=case.created_at).exclude(
        state=Prevention.State.DROPPED
    )
    in_force = made.filter(done_at__isnull=False, done_at__lt=case.created_at).order_by("-done_at", "-pk").first()
    return in_force or made.order_by("-created_at", "-pk").first()


def _doubt(acting: Acting, prevention: Prevention, case: Case) -> None:
    """It came again all the same: somebody looks at the prevention now, not on the day that was planned."""
    lock(prevention)
    if prevention.state not in Prevention.IN_FORCE:
        return
    if prevention.state == Prevention.State.WORKS:
        prevention.move_to(Prevention.State.DONE)
    now = timezone.now()
    if prevention.check_at is None or prevention.check_at > now:
        prevention.check_at = now
        prevention.check_day = now.astimezone(ZoneInfo(house().time_zone)).date()
    prevention.look_at = now
    prevention.reminders = [one for one in prevention.reminders if one["kind"] not in ("check", "check-late")]
    prevention.save()
    desk_log(
        acting,
        f"cause {prevention.cause_id}",
        "prevention.doubted",
        after={"row": prevention.pk, "act": prevention.act, "case": case.public_id},
    )


def _tell(raised: Sequence[Recurrence]) -> None:
    """Tell the leads at once; of several at once together."""
    groups: dict[int, tuple[Person, list[Recurrence]]] = {}
    for row in raised:
        for person in leads_of(row.case):
            groups.setdefault(person.pk, (person, []))[1].append(row)
    together: dict[tuple[int, ...], tuple[list[Person], list[Recurrence]]] = {}
    for person, rows in groups.values():
        together.setdefault(tuple(row.pk for row in rows), ([], rows))[0].append(person)
    for people, rows in together.values():
        tell_people(
            DESK,
            "cause.again",
            people,
            once=f"recurrence {rows[0].pk} {rows[0].raised_at.isoformat()} {len(rows)}",
            words=_written(rows),
            address=reverse("causes:cause", args=[rows[0].cause_id]),
            case=rows[0].case,
            purpose="recurrence",
        )


def _written(rows: Sequence[Recurrence]) -> Callable[[Person], Words]:
    def written(person: Person) -> Words:
        cause = rows[0].cause
        context = {
            "person": person,
            "cause": cause,
            "rows": rows[:20],
            "many": ngettext("%(count)d case", "%(count)d cases", len(rows)) % {"count": len(rows)},
            "site": settings.PUBLIC_URL,
            "address": reverse("causes:cause", args=[cause.pk]),
        }
        subject = _("It has happened again: %(cause)s") % {"cause": cause.name}
        return Words(subject, render_to_string("causes/mail/recurrence.txt", context))

    return written
