"""Taking up what changed on the desk into facts, and adding facts up into summaries. The clock calls it.

What changed is read from the log of cases, which every service writes: nothing has to tell this room anything. Besides,
a promise counts when its moment passes, and a walk over all cases, a few each time, mends what no log told. Done
twice, everything comes out the same.
"""

import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from amends.desk.cases.models import Case, CaseLog, Message
from amends.desk.house.services import house
from amends.desk.insight import sources
from amends.desk.insight.facts import SENT, DayFact, OfCase, OfPromise, OfReply, facts_of, reply_of
from amends.desk.insight.models import Fact, Month, Progress, Scope, Summary
from amends.desk.ledger.models import Promise
from amends.desk.states import lock

__all__ = ["TIMES", "catch_up", "forget", "longest_wait", "make_month", "refresh", "standing", "take_up"]

TIMES = ("answer", "apology", "recovery")
_AT_ONCE = 250
"""Cases taken up in one transaction."""
_IN_ONE_LOOK = 2_000
"""Cases taken up in one look of the clock, so that its other work comes in between."""
_ENTRIES = 10_000
"""Entries of the log read in one look."""
_WALK = 100
"""Cases that are looked at again in each look although no log told of them."""
_OVERLAP = 200
"""Entries of the log that are read once more: on PostgreSQL an earlier key may be written later."""
_MOST_AGAIN = 2_000
_BLANKED = ("case.erased", "case.blanked")
_ON_ITS_WAY = (Message.Delivery.WAITING.value, Message.Delivery.HELD.value)


def refresh(now: datetime | None = None) -> int:
    """Take up what has changed since the last time, and note what customers wait for.

    Returns:
        How many cases were looked at.
    """
    now = now or timezone.now()
    progress = _progress()
    if not progress.walked:
        return _begin(progress, now)
    last = CaseLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    mark = progress.log_mark or 0
    numbers: set[int] = set(progress.look_again)
    if last > mark:
        last = min(last, mark + _ENTRIES)
        entries = CaseLog.objects.filter(pk__gt=mark - _OVERLAP, pk__lte=last)
        numbers |= set(entries.order_by().values_list("case_id", flat=True).distinct())
    numbers |= _come_due(progress.looked_at or now, now)
    walk = list(Case.objects.filter(pk__gt=progress.case_mark).order_by("pk").values_list("pk", flat=True)[:_WALK])
    again = take_up(sorted(numbers | set(walk)), now)
    with transaction.atomic():
        lock(progress)
        progress.log_mark = max(last, mark)
        progress.looked_at = now
        progress.case_mark = walk[-1] if walk else 0
        progress.look_again = again[:_MOST_AGAIN]
        progress.standing = standing(now)
        progress.save()
    return len(numbers | set(walk))


def catch_up(now: datetime | None = None) -> None:
    """Take up everything and make every month that changed: after an import, for a benchmark, in tests."""
    now = now or timezone.now()
    while True:
        refresh(now)
        progress = Progress.objects.get(pk=1)
        last = CaseLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if progress.walked and (progress.log_mark or 0) >= last:
            break
    for month in Month.objects.exclude(stale_since=None):
        make_month(month)


def take_up(numbers: Sequence[int], now: datetime) -> list[int]:
    """Reckon the facts of these cases anew; months in which something changed are marked to be made again.

    The facts of a case whose content was blanked stay as they are: what it said is gone, what it counted is not.

    Args:
        numbers: Keys of cases.
        now: Promises whose moment lies before it count.

    Returns:
        Cases to look at again, as words of ours are still on their way.
    """
    zone = ZoneInfo(house().time_zone)
    again: list[int] = []
    for begin in range(0, len(numbers), _AT_ONCE):
        some = numbers[begin : begin + _AT_ONCE]
        with transaction.atomic():
            cases, waiting = _read(some)
            again += waiting
            known: dict[int, list[Fact]] = defaultdict(list)
            for row in Fact.objects.filter(case_number__in=some):
                known[row.case_number].append(row)
            blanked = set(
                CaseLog.objects.filter(case__in=some, act__in=_BLANKED).values_list("case_id", flat=True).distinct()
            )
            more = sources.counted(some)
            fresh, gone, days = [], [], set()
            for number in some:
                if number in blanked and number in known:
                    continue
                case = cases.get(number)
                wanted = _rows(case, facts_of(case, zone, now, more.get(number, ()))) if case is not None else []
                if {_content(row) for row in wanted} != {_content(row) for row in known[number]}:
                    fresh += wanted
                    gone += [row.pk for row in known[number]]
                    days |= {row.day for row in (*wanted, *known[number])}
            Fact.objects.filter(pk__in=gone).delete()
            Fact.objects.bulk_create(fresh, batch_size=500)
            _mark(days, now)
    return again


def make_month(month: Month) -> None:
    """Make the summaries of a month anew from its facts.

    A day that changes meanwhile leaves the month marked, so that it is made once more.
    """
    with transaction.atomic():
        lock(month)
        seen = month.stale_since
        rows = _added_up(month.first)
        Summary.objects.filter(first=month.first).delete()
        Summary.objects.bulk_create(rows, batch_size=200)
        month.made_at = timezone.now()
        if month.stale_since == seen:
            month.stale_since = None
        month.save(update_fields=["made_at", "stale_since"])


def forget(number: int) -> None:
    """A case is gone for good, as those of a demonstration: its facts go too."""
    with transaction.atomic():
        facts = Fact.objects.filter(case_number=number)
        days = set(facts.values_list("day", flat=True))
        facts.delete()
        _mark(days, timezone.now())


def standing(now: datetime) -> dict[str, Any]:
    """What customers wait for at a moment.

    Returns:
        waiting: Cases that are ours to move; longest: since when the first of them waits (ISO 8601) or None;
        unanswered: Those of them without any word of a person; overdue: Open promises whose moment has passed.
    """
    ours = Case.objects.filter(state__in=Case.OURS_TO_MOVE, place__isnull=False)
    return {
        "waiting": ours.count(),
        "longest": _iso(ours.aggregate(first=Min("waits_since"))["first"]),
        "unanswered": ours.filter(first_reply_at=None).count(),
        "overdue": Promise.objects.filter(state=Promise.State.OPEN, due_at__lt=now).count(),
    }


def longest_wait(found: Mapping[str, Any], now: datetime) -> int | None:
    """Seconds for which the first of those who wait has waited, of what `standing` noted."""
    since = parse_datetime(str(found.get("longest") or ""))
    return max(0, int((now - since).total_seconds())) if since else None


def _progress() -> Progress:
    progress = Progress.objects.get_or_create(pk=1)[0]
    zone, counters = house().time_zone, sorted(sources.counters())
    if (progress.time_zone, progress.counters) != (zone, counters):
        # Days are other days now, or there is more to count. Facts are replaced case by case, so that pages have
        # figures meanwhile.
        progress.time_zone, progress.counters = zone, counters
        progress.walked, progress.case_mark = False, 0
        progress.save()
    return progress


def _begin(progress: Progress, now: datetime) -> int:
    """The first reckoning: all cases in the order of their keys, some in each look."""
    if progress.case_mark == 0:
        # Whatever is logged from here on is taken up when the first reckoning is over.
        progress.log_mark = CaseLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        progress.looked_at = now
    numbers = list(
        Case.objects.filter(pk__gt=progress.case_mark).order_by("pk").values_list("pk", flat=True)[:_IN_ONE_LOOK]
    )
    again = take_up(numbers, now)
    with transaction.atomic():
        lock_mark, looked_at = progress.log_mark, progress.looked_at
        lock(progress)
        progress.log_mark, progress.looked_at = lock_mark, looked_at
        progress.look_again = [*progress.look_again, *again][:_MOST_AGAIN]
        progress.case_mark = numbers[-1] if numbers else 0
        progress.walked = len(numbers) < _IN_ONE_LOOK
        if progress.walked:
            progress.case_mark = 0
        progress.standing = standing(now)
        progress.save()
    return len(numbers)


def _come_due(since: datetime, now: datetime) -> set[int]:
    """Cases of promises whose moment passed: they count from now on, though nobody touched them."""
    states = [state for state in Promise.State.values if state != Promise.State.RELEASED]
    passed = Promise.objects.filter(state__in=states, due_at__gte=since - timedelta(minutes=1), due_at__lt=now)
    return set(passed.order_by().values_list("case_id", flat=True))


def _read(numbers: Sequence[int]) -> tuple[dict[int, OfCase], list[int]]:
    """The cases as the figures need them, and which of them have words that are on their way."""
    replies: dict[int, list[OfReply]] = defaultdict(list)
    waiting: set[int] = set()
    words = Message.objects.filter(case__in=numbers, direction=Message.Direction.OUT, automatic=False)
    for case, sent_at, delivery, review in words.order_by().values_list("case_id", "sent_at", "delivery", "review"):
        if delivery in SENT:
            replies[case].append(reply_of(sent_at, review))
        elif delivery in _ON_ITS_WAY:
            waiting.add(case)
    promises: dict[int, list[OfPromise]] = defaultdict(list)
    for case, due_at, state in (
        Promise.objects.filter(case__in=numbers).order_by().values_list("case_id", "due_at", "state")
    ):
        promises[case].append(OfPromise(due_at, state))
    cases = {
        row.pk: OfCase(
            number=row.pk,
            created_at=row.created_at,
            state=row.state,
            team=row.team_id or 0,
            channel=row.channel,
            language=row.language,
            severity=row.severity,
            kinds=_texts(row.kinds),
            flags=_texts(row.flags),
            by_us=row.opened_by_us,
            failure_number=row.failure_number,
            recovered_at=row.recovered_at,
            replies=replies[row.pk],
            promises=promises[row.pk],
        )
        for row in Case.objects.filter(pk__in=numbers).order_by()
    }
    return cases, sorted(waiting)


def _rows(case: OfCase, facts: Mapping[date, DayFact]) -> list[Fact]:
    return [
        Fact(
            case_number=case.number,
            day=day,
            team_number=case.team,
            channel=case.channel,
            language=case.language,
            counts=dict(sorted(fact.counts.items())),
            answer=fact.answer,
            apology=fact.apology,
            recovery=fact.recovery,
        )
        for day, fact in facts.items()
    ]


def _content(row: Fact) -> tuple[Any, ...]:
    values = (row.day, row.team_number, row.channel, row.language, row.answer, row.apology, row.recovery)
    return (*values, *sorted(row.counts.items()))


def _mark(days: Iterable[date], now: datetime) -> None:
    """These days changed: their months are made again."""
    firsts = sorted({day.replace(day=1) for day in days})
    Month.objects.bulk_create([Month(first=first, stale_since=now) for first in firsts], ignore_conflicts=True)
    # The moment is new each time, so that a month that is being made sees that it changed once more.
    Month.objects.filter(first__in=firsts).update(stale_since=timezone.now())


_Key = tuple[str, int, str, str]


def _added_up(first: date) -> list[Summary]:
    counts: dict[_Key, Counter[str]] = defaultdict(Counter)
    times: dict[_Key, dict[str, array[int]]] = defaultdict(lambda: {name: array("I") for name in TIMES})
    facts = Fact.objects.filter(day__gte=first, day__lt=_next(first)).order_by("case_number", "day")
    fields = ("team_number", "channel", "language", "counts", *TIMES)
    for team, channel, language, of_day, *seconds in facts.values_list(*fields).iterator(2_000):
        key = (Scope.CELL.value, team, channel, language)
        mine = counts[key]
        for name, amount in of_day.items():
            mine[name] += amount
        for name, value in zip(TIMES, seconds, strict=True):
            if value is not None:
                times[key][name].append(min(value, 0xFFFFFFFF))
    for key in list(counts):
        _scope, team, channel, language = key
        for wider in (
            (Scope.ALL.value, 0, "", ""),
            (Scope.TEAM.value, team, "", ""),
            (Scope.CHANNEL.value, 0, channel, ""),
            (Scope.LANGUAGE.value, 0, "", language),
        ):
            counts[wider].update(counts[key])
            for name in TIMES:
                times[wider][name].extend(times[key][name])
    return [
        Summary(
            first=first,
            scope=key[0],
            team_number=key[1],
            channel=key[2],
            language=key[3],
            counts=dict(sorted(counts[key].items())),
            **{name: _bytes(times[key][name]) for name in TIMES},
        )
        for key in sorted(counts)
    ]


def _bytes(values: "array[int]") -> bytes:
    if sys.byteorder == "big":
        values = array("I", values)
        values.byteswap()
    return values.tobytes()


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
