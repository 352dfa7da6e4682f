"""Telling the people who keep promises: shortly before one is due, when it lapsed, and one digest a day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.cases.services import log
from amends.desk.house.services import house
from amends.desk.ledger.looking import next_look
from amends.desk.ledger.models import Promise, WordOwed
from amends.desk.ledger.services import last_word_since, told
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, Role
from amends.desk.states import lock
from amends.desk.telling.models import Notice
from amends.desk.telling.services import Words, tell_people, zone_of

__all__ = ["DIGEST_FROM", "DIGEST_UNTIL", "keepers", "leads_of", "look_at", "send_digest", "send_digests"]

DIGEST_FROM, DIGEST_UNTIL = 7, 18
"""Hours of the person's day between which the digest leaves; it is not sent at night when the desk was away."""
_LEADERS = (Role.LEAD.value, Role.OWNER.value)
_WEEK = timedelta(days=7)
_MOST = 40


def look_at(promise: Promise) -> None:
    """The clock's look at one open promise: remind, or say that it has lapsed; then set the next look.

    Done twice, it sends nothing twice: each mail has a name under which it is queued once.
    """
    with transaction.atomic():
        case = lock(promise.case)
        lock(promise)
        now = timezone.now()
        if promise.state != Promise.State.OPEN or promise.due_at is None:
            promise.look_at = None
            promise.save()
            return
        _recognise_words(promise)
        done = {entry["kind"] for entry in promise.reminders}
        if promise.due_at <= now:
            if "lapsed" not in done:
                _lapsed(promise, now)
                log(CLOCK, case, "promise.lapsed", after={"promise": promise.pk, "due_at": promise.due_at})
            promise.look_at = None
        else:
            zone = house().time_zone
            if "before" not in done:
                _remind(promise, now)
            promise.look_at = next_look(promise.due_at, promise.due_day, zone, now, reminded=True)
        promise.save()


def keepers(promise: Promise) -> list[Person]:
    """Who is reminded: the owner, else whoever takes care of the case, else the leads."""
    for person in (promise.owner, promise.case.assignee):
        if person is not None and person.is_active:
            return [person]
    return leads_of(promise)


def leads_of(promise: Promise) -> list[Person]:
    """To whom an overdue promise goes: the leads of its owner's team, else of the case's, else all, else the owners."""
    active = Person.objects.filter(is_active=True)
    for team in (promise.owner.team_id if promise.owner else None, promise.case.team_id):
        if team is not None and (found := list(active.filter(role=Role.LEAD, team=team))):
            return found
    return list(active.filter(role=Role.LEAD)) or list(active.filter(role=Role.OWNER))


def send_digests(now: datetime | None = None) -> int:
    """Send everybody their digest whose morning it is; nobody gets a second one that day, nor an empty one.

    Returns:
        How many were queued.
    """
    now = now or timezone.now()
    count = 0
    for person in Person.objects.filter(is_active=True).select_related("team"):
        local = now.astimezone(zone_of(person))
        if DIGEST_FROM <= local.hour < DIGEST_UNTIL and send_digest(person, now):
            count += 1
    return count


def send_digest(person: Person, now: datetime) -> bool:
    """The digest of one person: what is overdue, due today, due within a week; for leads also what others owe.

    Returns:
        Whether there was something to say that had not been said that day.
    """
    zone = zone_of(person)
    today = now.astimezone(zone).date()
    once = f"digest {person.pk} {today.isoformat()}"
    if Notice.objects.filter(once=once).exists():
        return False
    own = _open().filter(owner=person)
    overdue, due_today, week = _split(own, now, today, zone)
    others: list[Promise] = []
    if person.role in _LEADERS:
        theirs = _open().filter(due_at__lt=now).exclude(owner=person)
        if person.role == Role.LEAD and person.team_id is not None:
            theirs = theirs.filter(Q(owner__team=person.team) | Q(case__team=person.team) | Q(owner=None))
        others = list(theirs[:_MOST])
    words = list(
        WordOwed.objects.filter(done_at=None, promise__owner=person).select_related("promise__case__customer")[:_MOST]
    )
    if not (overdue or due_today or words or others):
        return False
    count = len(overdue) + len(due_today)

    def subject() -> str:
        if not count:
            return _("Promises that need you")
        return ngettext("%(count)d promise for today", "%(count)d promises for today", count) % {"count": count}

    context = {"overdue": overdue, "today": due_today, "week": week, "words": words, "others": others}
    written = _written(subject, "digest", lambda _one: context)
    board = reverse("ledger:board")
    tell_people(CLOCK, "promise.day", [person], once=once, words=written, address=board, purpose="promise-digest")
    return True


def _split(
    promises: QuerySet[Promise], now: datetime, today: date, zone: ZoneInfo
) -> tuple[list[Promise], list[Promise], list[Promise]]:
    overdue, due_today, week = [], [], []
    for promise in promises.filter(due_at__lt=now + _WEEK + timedelta(days=1))[: 3 * _MOST]:
        if promise.due_at is None:
            continue
        day = promise.due_day or promise.due_at.astimezone(zone).date()
        if promise.due_at < now:
            overdue.append(promise)
        elif day <= today:
            due_today.append(promise)
        elif day <= today + _WEEK:
            week.append(promise)
    return overdue, due_today, week


def _open() -> QuerySet[Promise]:
    return Promise.objects.filter(state=Promise.State.OPEN, bundle="").select_related("case__customer", "owner")


def _recognise_words(promise: Promise) -> None:
    """What a person said to the customer since a word is owed is taken as that word."""
    for word in promise.words_owed.filter(done_at=None):
        message = last_word_since(promise.case, word.asked_at)
        if message is not None:
            told(CLOCK, word, message)


def _remind(promise: Promise, now: datetime) -> None:
    written = _written(
        lambda: _("Soon due: %(act)s") % {"act": promise.act}, "before", lambda _one: {"promise": promise}
    )
    _tell(promise, "promise.soon", keepers(promise), _once(promise, "before"), written, "promise-reminder")
    promise.reminders = [*promise.reminders, {"kind": "before", "at": now.isoformat()}]


def _lapsed(promise: Promise, now: datetime) -> None:
    owners = keepers(promise)
    people = [*owners, *leads_of(promise)]
    written = _written(
        lambda: _("Overdue: %(act)s") % {"act": promise.act},
        "lapsed",
        lambda person: {"promise": promise, "own": person in owners},
    )
    _tell(promise, "promise.overdue", people, _once(promise, "lapsed"), written, "promise-overdue")
    promise.reminders = [*promise.reminders, {"kind": "lapsed", "at": now.isoformat()}]


def _tell(
    promise: Promise, kind: str, people: list[Person], once: str, written: Callable[[Person], Words], purpose: str
) -> None:
    address = reverse("cases:case", args=[promise.case.public_id])
    tell_people(CLOCK, kind, people, once=once, words=written, address=address, case=promise.case, purpose=purpose)


def _written(
    subject: Callable[[], str], template: str, context_for: Callable[[Person], dict[str, object]]
) -> Callable[[Person], Words]:
    def written(person: Person) -> Words:
        context = {"person": person, "site": settings.PUBLIC_URL, "board": reverse("ledger:board")}
        text = render_to_string(f"ledger/mail/{template}.txt", context_for(person) | context)
        return Words(subject(), text)

    return written


def _once(promise: Promise, kind: str) -> str:
    due = promise.due_at.isoformat(timespec="minutes") if promise.due_at else ""
    return f"promise {promise.pk} {kind} {due}"
