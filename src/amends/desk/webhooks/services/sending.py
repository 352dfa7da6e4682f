"""Sending events: each until it has arrived, less and less often, for a day and a bit.

An address that does not even answer is left alone as a whole for a while; one that answers with an error holds up
the one event alone. What failed for days is switched off, and the owners are told.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.clock.loop import nudge
from amends.desk.clock.turns import take_turn
from amends.desk.errors import WrongMove
from amends.desk.house.services import log
from amends.desk.ledger.models import Promise
from amends.desk.outward import Answer, NotReachedError, NotThereError, post
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, Role
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people
from amends.desk.webhooks.models import Delivery, Endpoint, Event
from amends.desk.webhooks.signing import headers_of

__all__ = ["OFF_AFTER", "SCHEDULE", "again", "body_of", "send_due"]

SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
"""How long to wait after each try that failed; after the last the event is given up, some 28 hours after the first."""
OFF_AFTER = timedelta(days=3)
"""When nothing has arrived for so long, an endpoint is switched off."""
_LEAST_FAILURES = 10
_LONGEST_PAUSE = timedelta(hours=1)
_GONE = 410
_LONGEST_WORDS = 20_000


def send_due(endpoint: Endpoint, now: datetime | None = None) -> int:
    """Send the events of an endpoint that are due. The clock calls it under the endpoint's lease.

    Args:
        endpoint: Where.
        now: The moment from which to look; now if not given.

    Returns:
        How many were tried.
    """
    due = Delivery.objects.filter(endpoint=endpoint, next_at__lte=now or timezone.now()).order_by("next_at", "pk")
    return take_turn(due.select_related("event__case__customer"), lambda delivery: _sent(endpoint, delivery))


def again(acting: Person, delivery: Delivery) -> Delivery:
    """Send an event once more, under the same id.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: The endpoint is off.
    """
    require(acting, "webhook.edit")
    with transaction.atomic():
        endpoint = lock(delivery.endpoint)
        lock(delivery)
        if endpoint.state != Endpoint.State.ON:
            raise WrongMove("", "", _("Switch the webhook on first."))
        if delivery.state != Delivery.State.WAITING:
            delivery.move_to(Delivery.State.WAITING)
        delivery.attempts = 0
        delivery.next_at = timezone.now()
        delivery.save()
        Endpoint.objects.filter(pk=endpoint.pk).update(paused_until=None)
        log(
            acting,
            f"webhook {endpoint.pk}",
            "webhook.again",
            after={"name": endpoint.name, "kind": delivery.event.kind},
        )
    transaction.on_commit(nudge)
    return delivery


def body_of(event: Event, *, with_words: bool = False) -> bytes:
    """The body of an event, as JSON in UTF-8.

    Names and words are looked up when it is sent, so that nothing of an erased customer waits to be sent.
    """
    data: dict[str, Any] = dict(event.data)
    if event.case is not None:
        data["case"] = {
            "id": event.case.public_id,
            "state": event.case.state,
            "customer": event.case.customer.public_id,
            "page": f"{settings.PUBLIC_URL}{reverse('cases:case', args=[event.case.public_id])}",
        }
        if with_words:
            _add_words(data, event.case)
    told = {"type": event.kind, "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _add_words(data: dict[str, Any], case: Case) -> None:
    data["case"] |= {"subject": case.subject, "customer_name": case.customer.name}
    if isinstance(number := data.get("message"), int):
        message = Message.objects.filter(pk=number, case=case).first()
        if message is not None:
            data["words"] = message.words[:_LONGEST_WORDS]
    if isinstance(number := data.get("promise"), int):
        promise = Promise.objects.filter(pk=number, case=case).first()
        if promise is not None:
            data["act"] = promise.act


def _sent(endpoint: Endpoint, delivery: Delivery) -> bool:
    """Try one event.

    Returns:
        Whether the next one may be tried at once: the address answered, whatever it said.
    """
    event = delivery.event
    body = body_of(event, with_words=endpoint.with_words)
    now = timezone.now()
    keys = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        keys.append(endpoint.old_secret)
    headers = headers_of(keys, event.event_id, int(now.timestamp()), body)
    try:
        answer = post(endpoint.address, body, headers)
    except (NotReachedError, NotThereError) as error:
        _failed(endpoint, delivery, str(error), None, for_good=isinstance(error, NotThereError), reached=False)
        return False
    if 200 <= answer.status < 300:
        _arrived(endpoint, delivery, answer.status)
        return True
    words = f"{answer.status} {answer.beginning}".strip()
    if 300 <= answer.status < 400:
        words = f"{answer.status}: it points elsewhere; redirects are not followed"
    _failed(endpoint, delivery, words, answer, for_good=False, reached=True)
    return endpoint.state == Endpoint.State.ON and answer.status != 429


def _arrived(endpoint: Endpoint, delivery: Delivery, status: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        lock(endpoint)
        lock(delivery)
        delivery.attempts += 1
        delivery.tried_at = delivery.arrived_at = now
        delivery.status, delivery.problem, delivery.next_at = status, "", None
        if delivery.state == Delivery.State.WAITING:
            delivery.move_to(Delivery.State.ARRIVED)
        delivery.save()
        endpoint.last_ok_at = now
        endpoint.failing_since = endpoint.paused_until = None
        endpoint.failures = 0
        endpoint.save()


def _failed(
    endpoint: Endpoint, delivery: Delivery, words: str, answer: Answer | None, *, for_good: bool, reached: bool
) -> None:
    now = timezone.now()
    with transaction.atomic():
        lock(endpoint)
        lock(delivery)
        waits = _wait(delivery.attempts, answer)
        delivery.attempts = min(delivery.attempts + 1, 30_000)
        delivery.tried_at = now
        delivery.status, delivery.problem = answer.status if answer else None, words[:500]
        delivery.next_at = now + waits if waits is not None and not for_good else None
        if delivery.next_at is None and delivery.state == Delivery.State.WAITING:
            delivery.move_to(Delivery.State.GIVEN_UP)
        delivery.save()
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.last_problem, endpoint.last_problem_at = words[:500], now
        if not reached and not for_good:
            endpoint.paused_until = now + min(SCHEDULE[min(endpoint.failures, len(SCHEDULE)) - 1], _LONGEST_PAUSE)
        elif answer is not None and answer.status == 429:
            endpoint.paused_until = now + timedelta(seconds=min(answer.retry_after or 60, 3_600))
        if _hopeless(endpoint, answer, now):
            _switch_off(endpoint, words)
        endpoint.save()


def _wait(attempts: int, answer: Answer | None) -> timedelta | None:
    """How long until the next try; None when it is given up."""
    if attempts >= len(SCHEDULE):
        return None
    asked = answer.retry_after if answer is not None and answer.retry_after else 0
    return max(SCHEDULE[attempts], timedelta(seconds=min(asked, 86_400)))


def _hopeless(endpoint: Endpoint, answer: Answer | None, now: datetime) -> bool:
    if endpoint.state != Endpoint.State.ON:
        return False
    if answer is not None and answer.status == _GONE:
        return True
    since = endpoint.failing_since
    return since is not None and now - since > OFF_AFTER and endpoint.failures >= _LEAST_FAILURES


def _switch_off(endpoint: Endpoint, words: str) -> None:
    endpoint.move_to(Endpoint.State.OFF)
    endpoint.off_why = words[:300]
    log(CLOCK, f"webhook {endpoint.pk}", "webhook.off", after={"name": endpoint.name}, note=words[:300])
    times = endpoint.deliveries.aggregate(last=Max("pk"))["last"] or 0
    page = reverse("webhooks:endpoint", args=[endpoint.pk])

    def written(person: Person) -> Words:
        context = {"name": person.name, "endpoint": endpoint, "words": words, "address": f"{settings.PUBLIC_URL}{page}"}
        subject = _("A webhook was switched off: %(name)s") % {"name": endpoint.name}
        return Words(subject, render_to_string("webhooks/mail/off.txt", context))

    owners = Person.objects.filter(role=Role.OWNER, is_active=True, demo=False)
    once = f"webhook {endpoint.pk} off {times}"
    tell_people(CLOCK, "channel.trouble", owners, once=once, words=written, address=page, purpose="webhook-off")
