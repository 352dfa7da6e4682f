"""Sending what is due on one way: one by one, or as one message when many wait. What a dead way leaves over is mailed.

A telling is at least once: when the desk stops between the posting and the note of it, it is posted again. A browser
shows the second in place of the first, and mail has a name under which it is queued once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.house.services import log
from amends.desk.outbox.services import queue
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, DESK, Role
from amends.desk.states import lock
from amends.desk.telling.models import Delivery, How, Way
from amends.desk.telling.posting import Posted, post_push, post_slack
from amends.desk.telling.services.happening import Words, as_read_by, mail_now, mail_way, tell_people
from amends.desk.telling.wording import digest_lines

__all__ = ["MANY", "OFF_AFTER", "PAUSES", "send_due"]

MANY = 4
"""From so many that wait for somebody on, they come as one message."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 900, 1_800, 3_600))
"""How long a way is left alone after each try that failed; the last again and again."""
OFF_AFTER = timedelta(days=2)
"""When nothing has arrived for so long, a way is switched off."""
_LEAST_FAILURES = 8
_AT_ONCE = 200
_SINGLES = 10


def send_due(way: Way, now: datetime | None = None) -> int:
    """Send what is due on one way. The clock calls it under the way's lease.

    Returns:
        How many tellings are over.
    """
    due = Delivery.objects.filter(way=way, due_at__lte=now or timezone.now()).order_by("due_at", "pk")
    rows = list(due.select_related("notice__case")[:_AT_ONCE])
    if not rows:
        return 0
    person = way.person
    if person is not None and not person.is_active:
        return _give_up(rows)
    batches = [rows] if len(rows) >= MANY else [[row] for row in rows]
    count = 0
    for batch in batches[:_SINGLES]:
        if way.how == How.MAIL:
            assert person is not None
            _mail(way, person, batch)
        elif not _posted(way, batch):
            break
        count += len(batch)
    return count


def _mail(way: Way, person: Person, batch: Sequence[Delivery]) -> None:
    with transaction.atomic():
        lock(way)
        fresh = _still_waiting(batch)
        if len(fresh) == 1:
            mail_now(fresh[0], person)
        elif fresh:
            with as_read_by(person):
                context = {"person": person, "lines": digest_lines(fresh, with_words=True), "site": settings.PUBLIC_URL}
                context["how"] = reverse("telling:mine")
                queue(
                    DESK,
                    purpose="digest",
                    to=[person.email],
                    subject=_waited(len(fresh)),
                    text=render_to_string("telling/mail/digest.txt", context).strip() + "\n",
                    headers={"Auto-Submitted": "auto-generated"},
                    once=f"told together {way.pk} {fresh[0].pk} {fresh[-1].pk}",
                    language=person.language,
                )
        _over(fresh, Delivery.State.ARRIVED)


def _posted(way: Way, batch: Sequence[Delivery]) -> bool:
    """Post a batch as one message.

    Returns:
        Whether the way may be used on at once.
    """
    head = _waited(len(batch)) if len(batch) > 1 else ""
    answer = post_slack(way, batch, head) if way.how == How.SLACK else post_push(way, batch, head)
    if answer.good:
        with transaction.atomic():
            lock(way)
            _over(_still_waiting(batch), Delivery.State.ARRIVED)
            way.failing_since = way.paused_until = None
            way.failures = 0
            way.last_ok_at = timezone.now()
            way.last_problem = ""
            way.save()
        return True
    return _failed(way, batch, answer)


def _failed(way: Way, batch: Sequence[Delivery], answer: Posted) -> bool:
    now = timezone.now()
    with transaction.atomic():
        lock(way)
        way.failures += 1
        way.failing_since = way.failing_since or now
        way.last_problem = answer.words[:500]
        if answer.gone or (now - way.failing_since > OFF_AFTER and way.failures >= _LEAST_FAILURES):
            _switch_off(way, answer.words)
        elif answer.refused:
            # This one message was not taken; the next may be.
            _instead(way, _still_waiting(batch), answer.words)
        else:
            pause = PAUSES[min(way.failures, len(PAUSES)) - 1]
            way.paused_until = now + max(pause, timedelta(seconds=min(answer.wait, 3_600)))
        way.save()
    return answer.refused and way.state == Way.State.ON


def _switch_off(way: Way, words: str) -> None:
    """Nothing arrives there any more: what waits goes by mail, and somebody is told."""
    if way.state != Way.State.ON:
        return
    way.move_to(Way.State.OFF)
    way.off_why = words[:300]
    way.save()
    log(CLOCK, f"way {way.pk}", "telling.way-off", after={"how": way.how, "name": way.name}, note=words[:300])
    waiting = list(Delivery.objects.filter(way=way, state=Delivery.State.WAITING).select_related("notice"))
    _instead(way, waiting, words)
    if way.person is not None:
        people, page = [way.person], reverse("telling:mine")
    else:
        people = list(Person.objects.filter(is_active=True, role=Role.OWNER, demo=False))
        page = reverse("telling:team")

    def written(person: Person) -> Words:
        context = {"person": person, "way": way, "words": words, "address": settings.PUBLIC_URL + page}
        subject = _("Switched off, as nothing arrives there: %(name)s") % {"name": way}
        return Words(subject, render_to_string("telling/mail/off.txt", context))

    stamp = timezone.now().isoformat(timespec="seconds")
    tell_people(CLOCK, "way.off", people, once=f"way {way.pk} off {stamp}", words=written, address=page)


def _instead(way: Way, rows: Sequence[Delivery], words: str) -> None:
    """What a way did not take goes to the person's mail, unless it went there already."""
    person = way.person
    for row in rows:
        if person is None or not person.is_active or not row.text:
            _over([row], Delivery.State.GIVEN_UP, words)
            continue
        mail = mail_way(person)
        if not Delivery.objects.filter(notice=row.notice, way=mail).exists():
            Delivery.objects.create(
                notice=row.notice,
                way=mail,
                due_at=row.due_at,
                purpose=row.purpose,
                subject=row.subject,
                text=row.text,
                language=row.language,
            )
        _over([row], Delivery.State.BY_MAIL, words)


def _give_up(rows: Sequence[Delivery]) -> int:
    with transaction.atomic():
        _over(_still_waiting(rows), Delivery.State.GIVEN_UP)
    return len(rows)


def _still_waiting(rows: Sequence[Delivery]) -> list[Delivery]:
    """The rows anew, locked, those that are over left out: another worker may have had them when a lease ran out."""
    keys = [row.pk for row in rows]
    fresh = Delivery.objects.select_for_update(of=("self",)).filter(pk__in=keys, state=Delivery.State.WAITING)
    return list(fresh.select_related("notice").order_by("due_at", "pk"))


def _over(rows: Sequence[Delivery], state: str, words: str = "") -> None:
    for row in rows:
        row.move_to(state)
        row.due_at, row.over_at = None, timezone.now()
        row.subject = row.text = ""
        row.problem = words[:500]
        row.together = len(rows) - 1
        row.save()


def _waited(count: int) -> str:
    return ngettext("%(count)d thing for you", "%(count)d things for you", count) % {"count": count}
