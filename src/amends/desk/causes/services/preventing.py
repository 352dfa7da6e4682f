"""Preventions: planned, done, checked, given up. Each has an owner, a day to be done by and a day of the check."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.causes.models import Cause, Prevention, PreventionCheck
from amends.desk.causes.services.hurt_again import cause_settings
from amends.desk.causes.services.naming import living, subject_of
from amends.desk.clock.loop import nudge
from amends.desk.deadlines.services import end_of_day
from amends.desk.errors import WrongInput
from amends.desk.house.services import house, log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = [
    "change_prevention",
    "check_prevention",
    "done_prevention",
    "drop_prevention",
    "next_look",
    "plan_again",
    "plan_prevention",
]

_MORNING = time(8)
_AHEAD = timedelta(days=1)
_LONGEST = 4_000


def plan_prevention(
    acting: Acting,
    cause: Cause,
    *,
    act: str,
    owner: Person | None,
    due: date | None,
    check: date | None = None,
    checker: Person | None = None,
) -> Prevention:
    """Plan what is done so that a cause does not come again.

    Args:
        acting: Who plans it.
        cause: The cause.
        act: What is done.
        owner: Who does it; None while nobody does.
        due: The day by whose end it is done; None while no day is named.
        check: The day on which somebody looks whether it works; some time after it is done, if not given.
        checker: Who looks; the leads, if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no act, or the days do not follow one another.
    """
    require(acting, "prevention.plan")
    with transaction.atomic():
        row = Prevention(cause=living(cause), made_by=person_of(acting))
        _fill(row, act, owner, due, check, checker)
        row.save()
        log(acting, subject_of(row.cause), "prevention.planned", after=_as_data(row))
    transaction.on_commit(nudge)
    return row


def change_prevention(
    acting: Acting,
    row: Prevention,
    *,
    act: str,
    owner: Person | None,
    due: date | None,
    check: date | None = None,
    checker: Person | None = None,
) -> Prevention:
    """Change what was planned, while it is planned or done and not checked.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is over, there is no act, or the days do not follow one another.
    """
    require(acting, "prevention.plan")
    with transaction.atomic():
        lock(row)
        if row.state not in Prevention.PENDING:
            raise WrongInput(_("This is over. Plan it again first, or plan something else."))
        before = _as_data(row)
        _fill(row, act, owner, due, check, checker)
        row.reminders = []
        row.save()
        if before != _as_data(row):
            log(acting, subject_of(row.cause), "prevention.changed", before=before, after=_as_data(row))
    return row


def done_prevention(acting: Acting, row: Prevention, *, words: str = "", at: datetime | None = None) -> Prevention:
    """It is done and in force from now on; whether it works, somebody looks on the day of the check.

    Args:
        acting: Who says so.
        row: Planned.
        words: What was done.
        at: Since when, aware; now if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It would have been done in the future.
        WrongMove: It is not planned.
    """
    require(acting, "prevention.do")
    now = timezone.now()
    if at is not None and at > now:
        raise WrongInput(_("This is in the future. Say so when it is done."), "at")
    with transaction.atomic():
        lock(row)
        row.move_to(Prevention.State.DONE)
        row.done_at, row.done_words = at or now, words.strip()[:_LONGEST]
        if row.check_day is None:
            days = timedelta(days=cause_settings().check_after_days)
            _set_check(row, (row.done_at.astimezone(_zone()) + days).date())
        row.reminders = []
        row.look_at = next_look(row, now)
        row.save()
        log(acting, subject_of(row.cause), "prevention.done", after=_as_data(row), note=row.done_words)
    transaction.on_commit(nudge)
    return row


def check_prevention(
    acting: Acting, row: Prevention, result: str, words: str, *, again: date | None = None
) -> PreventionCheck:
    """Somebody has looked whether it works.

    Args:
        acting: Who looked.
        row: Done, or checked before.
        result: "works", "failed" or "too-early".
        words: What they saw.
        again: When it is too early: the day of the next look.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, or no later day.
        WrongMove: It is not done.
    """
    require(acting, "prevention.check")
    if result not in PreventionCheck.Result.values:
        raise WrongInput(_("Choose one of the list."), "result")
    if not words.strip():
        raise WrongInput(_("Write what you saw."), "words")
    today = timezone.now().astimezone(_zone()).date()
    if result == PreventionCheck.Result.TOO_EARLY and (again is None or again <= today):
        raise WrongInput(_("Choose a later day on which you look again."), "again")
    with transaction.atomic():
        lock(row)
        if row.state == Prevention.State.WORKS and result != PreventionCheck.Result.WORKS:
            row.move_to(Prevention.State.DONE)
        if result == PreventionCheck.Result.TOO_EARLY:
            if row.state != Prevention.State.DONE:
                row.move_to(Prevention.State.DONE)
            _set_check(row, again)
        elif row.state != result:
            row.move_to(result)
        row.reminders = []
        row.look_at = next_look(row, timezone.now())
        row.save()
        check = PreventionCheck.objects.create(
            prevention=row, result=result, words=words.strip()[:_LONGEST], person=person_of(acting)
        )
        log(
            acting,
            subject_of(row.cause),
            "prevention.checked",
            after={"row": row.pk, "act": row.act, "result": result, "check_day": row.check_day},
            note=check.words,
        )
    return check


def drop_prevention(acting: Acting, row: Prevention, *, why: str) -> Prevention:
    """Give a prevention up.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It works, or is given up already.
    """
    require(acting, "prevention.plan")
    if not why.strip():
        raise WrongInput(_("Write why it is given up; somebody will ask when it happens again."), "why")
    with transaction.atomic():
        lock(row)
        row.move_to(Prevention.State.DROPPED)
        row.look_at = None
        row.save()
        log(acting, subject_of(row.cause), "prevention.dropped", after=_as_data(row), note=why.strip()[:_LONGEST])
    return row


def plan_again(acting: Acting, row: Prevention) -> Prevention:
    """Plan anew what does not work, was given up, or was not done after all. Its days are chosen anew too.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It works, or is planned.
    """
    require(acting, "prevention.plan")
    with transaction.atomic():
        lock(row)
        row.move_to(Prevention.State.PLANNED)
        row.done_at = row.due_day = row.due_at = row.check_day = row.check_at = row.look_at = None
        row.reminders = []
        row.save()
        log(acting, subject_of(row.cause), "prevention.planned", after=_as_data(row))
    return row


def next_look(row: Prevention, now: datetime) -> datetime | None:
    """When the clock looks next: a day before it is due, when it is due, on the day of the check, and a day later."""
    sent = {one["kind"] for one in row.reminders}
    if row.state == Prevention.State.PLANNED and row.due_at is not None:
        if "lapsed" in sent:
            return None
        if "before" in sent or row.due_at <= now:
            return max(row.due_at, now)
        return max(row.due_at - _AHEAD, now)
    if row.state == Prevention.State.DONE and row.check_at is not None:
        if "check" not in sent:
            return max(row.check_at, now)
        return None if "check-late" in sent else max(row.check_at + _AHEAD, now)
    return None


def _fill(
    row: Prevention, act: str, owner: Person | None, due: date | None, check: date | None, checker: Person | None
) -> None:
    act = " ".join(act.split())[:500]
    if not act:
        raise WrongInput(_("Write what is done so that it does not happen again."), "act")
    if check is not None and due is not None and check < due:
        raise WrongInput(_("It is checked after it is done. Choose a later day."), "check")
    row.act, row.owner, row.checker = act, owner, checker
    row.due_day = due
    row.due_at = end_of_day(datetime.combine(due, time(12), _zone()), house().time_zone) if due else None
    if check is None and due is not None and row.state == Prevention.State.PLANNED:
        check = due + timedelta(days=cause_settings().check_after_days)
    _set_check(row, check)
    row.look_at = next_look(row, timezone.now())


def _set_check(row: Prevention, day: date | None) -> None:
    row.check_day = day
    row.check_at = datetime.combine(day, _MORNING, _zone()) if day else None


def _zone() -> ZoneInfo:
    return ZoneInfo(house().time_zone)


def _as_data(row: Prevention) -> dict[str, Any]:
    return {
        "row": row.pk,
        "act": row.act,
        "owner": row.owner_id,
        "owner_name": str(row.owner or ""),
        "due_day": row.due_day,
        "check_day": row.check_day,
        "checker_name": str(row.checker or ""),
    }
