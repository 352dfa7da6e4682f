"""An incident suspected from volume: more complaints of one kind on one channel than that time of the week has seen.

The baseline is learnt from the last weeks, and simple on purpose. For a stretch of hours up to now, the customers who
complained are counted, and so are those of the same stretch in each of the weeks before. The counts of a rare thing
follow a Poisson law with a mean that is not known; with a gamma prior for it, made from the average of all hours and
worth one week, the next count follows a negative binomial law (Gelman et al., Bayesian Data Analysis, 2.6). Few weeks
or few complaints make that law wide, so that a small business is not alarmed by a handful.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.cases.models import Case
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.incidents.models import Incident, Link, Suspicion
from amends.desk.incidents.services.opening import link, open_incident
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Role
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people
from amends.desk.webhooks.services import happened

__all__ = ["Came", "Surge", "chance_of", "dismiss", "find_surges", "look", "take", "why"]

WEEKS = 8
"""Weeks that are looked back."""
_FEWEST_WEEKS = 3
"""Before so many weeks are known there is no baseline and no alarm."""
_STRETCHES = (3, 24)
"""Hours."""
LEAST = 5
"""So many customers at least."""
_TIMES = 3.0
"""And so many times the usual."""
_UNLIKELY = 1e-4
_QUIET = timedelta(days=7)
_SAME = 0.6
"""Two suspicions that share so much of their cases are about one thing."""


@dataclass(frozen=True, slots=True)
class Came:
    """A case as the baseline sees it: when it came, how, of what kinds, from whom."""

    at: datetime
    channel: str
    kinds: tuple[str, ...]
    customer: int
    case: int


@dataclass(frozen=True, slots=True)
class Surge:
    """More than usual. See `Suspicion` for what the numbers are."""

    channel: str
    kind: str
    hours: int
    began: datetime
    count: int
    usual: float
    before: tuple[int, ...]
    chance: float
    cases: tuple[int, ...]


def chance_of(count: int, before: Sequence[int], average: float) -> tuple[float, float]:
    """How likely a count is by chance.

    Args:
        count: Seen now.
        before: Seen in the same stretch of each earlier week; at least one.
        average: What any stretch of that length has on average, over all hours.

    Returns:
        The expected count, and the chance of seeing so many or more: the tail of a negative binomial law.
    """
    # Half a complaint is added, so that a stretch that was always quiet does not make its first one an alarm.
    shape = sum(before) + average + 0.5
    weeks = len(before) + 1.0
    below = 0.0
    for number in range(count):
        below += math.exp(
            math.lgamma(shape + number)
            - math.lgamma(shape)
            - math.lgamma(number + 1)
            + shape * math.log(weeks / (weeks + 1))
            - number * math.log(weeks + 1)
        )
    return shape / weeks, max(0.0, 1.0 - below)


def find_surges(cases: Collection[Came], now: datetime, since: datetime) -> list[Surge]:
    """Where more customers complain than usual, the least likely first; each case explains one surge.

    Args:
        cases: Of the last weeks.
        now: The moment at which it is looked.
        since: From when cases are known: the desk's first one.
    """
    weeks = min(WEEKS, (now - since) // timedelta(weeks=1))
    if weeks < _FEWEST_WEEKS:
        return []
    series: dict[tuple[str, str], list[Came]] = defaultdict(list)
    for came in cases:
        for kind in ("", *came.kinds):
            series[came.channel, kind].append(came)
    found = [
        surge
        for (channel, kind), rows in series.items()
        for hours in _STRETCHES
        if (surge := _surge(rows, channel, kind, hours, now, int(weeks))) is not None
    ]
    # A kind tells more than "any": of equals it goes first.
    found.sort(key=lambda one: (one.chance, not one.kind, one.hours))
    chosen: list[Surge] = []
    for surge in sorted(found, key=lambda one: not one.kind):
        if not any(_overlap(surge.cases, other.cases) for other in chosen):
            chosen.append(surge)
    return sorted(chosen, key=lambda one: one.chance)


def look(acting: Acting, now: datetime | None = None) -> list[Suspicion]:
    """Look at the volume now, and raise what is unusual. What was dismissed, or is an incident, stays quiet.

    Returns:
        What was raised or has grown.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "incident.suspect")
    now = now or timezone.now()
    rows = Case.objects.filter(customer__erased_at=None, customer__demo=False).exclude(state=Case.State.SET_ASIDE)
    first = rows.order_by("created_at").values_list("created_at", flat=True).first()
    if first is None:
        return []
    recent = rows.filter(opened_by_us=False, created_at__gt=now - timedelta(weeks=WEEKS + 1), created_at__lte=now)
    cases = [
        Came(at, channel, tuple(kinds or ()), customer, key)
        for at, channel, kinds, customer, key in recent.values_list("created_at", "channel", "kinds", "customer", "pk")
    ]
    quiet = _quiet(now)
    return [
        _raise(acting, surge, now)
        for surge in find_surges(cases, now, first)
        if not any(_overlap(surge.cases, known) for known in quiet)
    ]


def dismiss(person: Person, suspicion: Suspicion, *, note: str = "") -> Suspicion:
    """It is none: nothing of that kind is raised for a week.

    Raises:
        NotAllowed: The person may not.
        WrongMove: It was decided already.
    """
    require(person, "incident.edit")
    with transaction.atomic():
        lock(suspicion)
        suspicion.move_to(Suspicion.State.DISMISSED)
        now = timezone.now()
        suspicion.decided_by, suspicion.decided_at = person, now
        suspicion.quiet_until = now + _QUIET
        suspicion.note = note.strip()[:1_000]
        suspicion.save()
        log(person, f"suspicion {suspicion.pk}", "suspicion.dismissed", note=suspicion.note)
    return suspicion


def take(
    person: Person, suspicion: Suspicion, *, title: str, cases: Iterable[Case], incident: Incident | None = None
) -> Incident:
    """It is one: an incident with these of its cases.

    Args:
        person: Who decides.
        suspicion: Raised.
        title: Of the new incident.
        cases: Those of the suspicion that belong to it.
        incident: An incident that is there already, in place of a new one.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no title, or no case.
        WrongMove: It was decided already.
    """
    require(person, "incident.edit")
    chosen = list(cases)
    if not chosen:
        raise WrongInput(_("Choose the cases that belong to it."), "cases")
    with transaction.atomic():
        lock(suspicion)
        suspicion.move_to(Suspicion.State.TAKEN)
        if incident is None:
            incident = open_incident(person, title=title, since=suspicion.began)
        link(person, incident, chosen, Link.SUSPICION)
        suspicion.incident = incident
        suspicion.decided_by, suspicion.decided_at = person, timezone.now()
        suspicion.save()
        log(person, f"suspicion {suspicion.pk}", "suspicion.taken", after={"incident": incident.public_id})
    return incident


def why(suspicion: Suspicion) -> list[str]:
    """Why it was raised, in sentences."""
    usual = f"{suspicion.usual:.1f}".rstrip("0").rstrip(".")
    sentences = [
        ngettext(
            "%(count)d customer wrote in %(hours)d hours.",
            "%(count)d customers wrote in %(hours)d hours.",
            suspicion.count,
        )
        % {"count": suspicion.count, "hours": suspicion.hours},
        _("At this time of the week it is usually about %(usual)s.") % {"usual": usual},
        _("In the weeks before there were: %(before)s.") % {"before": ", ".join(map(str, suspicion.before))},
    ]
    if suspicion.chance > 0:
        one_in = number_format(round(1 / max(suspicion.chance, 1e-9), -3), 0, force_grouping=True)
        sentences.append(_("By chance so many come about once in %(number)s times.") % {"number": one_in})
    return sentences


def _surge(rows: Iterable[Came], channel: str, kind: str, hours: int, now: datetime, weeks: int) -> Surge | None:
    stretch = timedelta(hours=hours)
    customers: set[int] = set()
    keys: list[int] = []
    earlier: list[set[int]] = [set() for _week in range(weeks)]
    all_before: set[tuple[int, int]] = set()
    for came in rows:
        age = now - came.at
        if age < stretch:
            customers.add(came.customer)
            keys.append(came.case)
            continue
        week, within = divmod(age, timedelta(weeks=1))
        if 1 <= week <= weeks and within < stretch:
            earlier[week - 1].add(came.customer)
        if age <= timedelta(weeks=weeks):
            all_before.add((came.customer, age // stretch))
    count = len(customers)
    if count < LEAST:
        return None
    before = tuple(len(one) for one in earlier)
    average = len(all_before) / (weeks * 7 * 24 / hours)
    usual, chance = chance_of(count, before, average)
    if chance >= _UNLIKELY or count < _TIMES * usual:
        return None
    return Surge(channel, kind, hours, now - stretch, count, usual, before, chance, tuple(keys))


def _overlap(cases: Collection[int], others: Collection[int]) -> bool:
    """Whether most of these cases are among others."""
    return len(set(cases) & set(others)) >= _SAME * len(set(cases))


def _quiet(now: datetime) -> list[set[int]]:
    """Cases that are seen to: of suspicions decided lately, and of incidents."""
    decided = Suspicion.objects.filter(state=Suspicion.State.DISMISSED, quiet_until__gt=now)
    still_open = Incident.objects.exclude(state=Incident.State.CLOSED)
    return [
        *(set(row.cases.values_list("pk", flat=True)) for row in decided),
        *(set(one.links.exclude(how=Link.NOTE).values_list("case", flat=True)) for one in still_open),
    ]


def _raise(acting: Acting, surge: Surge, now: datetime) -> Suspicion:
    with transaction.atomic():
        quiet = Suspicion.objects.filter(
            channel=surge.channel, kind=surge.kind, state=Suspicion.State.DISMISSED, quiet_until__gt=now
        ).first()
        if quiet is not None:
            return quiet
        row, made = Suspicion.objects.get_or_create(
            channel=surge.channel,
            kind=surge.kind,
            state=Suspicion.State.RAISED,
            defaults={
                "hours": surge.hours,
                "began": surge.began,
                "until": now,
                "count": surge.count,
                "usual": surge.usual,
                "chance": surge.chance,
                "raised_at": now,
            },
        )
        if not made:
            lock(row)
        row.hours, row.until, row.count, row.usual = surge.hours, now, surge.count, surge.usual
        row.before, row.chance = list(surge.before), surge.chance
        row.began = min(row.began, surge.began)
        row.save()
        row.cases.add(*surge.cases)
        if made:
            log(acting, f"suspicion {row.pk}", "suspicion.raised", after={"channel": row.channel, "count": row.count})
            _tell(acting, row)
            names = ("channel", "kind", "hours", "began", "count", "usual")
            happened("incident.suspected", {"suspicion": row.pk, **{name: getattr(row, name) for name in names}})
    return row


def _tell(acting: Acting, suspicion: Suspicion) -> None:
    page = reverse("incidents:list")

    def written(person: Person) -> Words:
        context = {"person": person, "why": why(suspicion), "address": f"{settings.PUBLIC_URL}{page}"}
        subject = _("Many customers at once: an incident?")
        return Words(subject, render_to_string("incidents/mail/suspected.txt", context))

    leads = Person.objects.filter(is_active=True, role__in=(Role.LEAD, Role.OWNER))
    once = f"suspicion {suspicion.pk}"
    tell_people(acting, "incident.suspected", leads, once=once, words=written, address=page)
