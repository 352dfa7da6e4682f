"""Telling of events: a row for what happened, and one for each address that wants to know, in the transaction of the
change. Nothing is sent here.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from amends.desk.cases.models import Case, CaseLog
from amends.desk.clock.loop import nudge
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.webhooks.events import of_entry
from amends.desk.webhooks.models import Delivery, Endpoint, Event

__all__ = ["forget_wanted", "happened", "sent_by_mail", "tell_of_entry", "test_event"]

TEST = "webhook.test"
_SECONDS = 2.0

_wanted: tuple[float, frozenset[str]] = (0.0, frozenset())


def happened(kind: str, data: Mapping[str, Any], *, case: Case | None = None, once: str = "") -> Event | None:
    """Tell of something that happened; call it in the transaction of the change.

    Args:
        kind: The name of a registered kind of event.
        data: Numbers, states and moments. Never anybody's words: see `events`.
        case: Whose case it is about.
        once: A name under which it is told only once.

    Returns:
        The event, or None when nobody wants to know, or it was told already.
    """
    if kind not in _wanted_now() or (case is not None and case.customer.demo):
        return None
    endpoints = [
        one for one in Endpoint.objects.filter(state=Endpoint.State.ON).only("pk", "events") if kind in one.events
    ]
    if not endpoints:
        return None
    return _told(kind, data, endpoints, case, once)


def tell_of_entry(entry: CaseLog) -> None:
    """Tell of a change of a case; its log calls it for every entry."""
    if not _wanted_now():
        return
    for kind, data in of_entry(entry):
        happened(kind, data, case=entry.case)


def sent_by_mail(row: OutgoingMessage) -> None:
    """Tell that a mail to a customer has been taken by the mail server, once."""
    message = row.message
    if row.state != OutgoingMessage.State.SENT or message is None or "message.sent" not in _wanted_now():
        return
    data = {"message": message.pk, "channel": message.channel, "automatic": message.automatic}
    happened("message.sent", data, case=message.case, once=f"message.sent {message.pk}")


def test_event(acting: Person, endpoint: Endpoint) -> Event:
    """Send an endpoint an event in which nothing happened, to try it.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "webhook.edit")
    with transaction.atomic():
        event = _told(TEST, {"name": endpoint.name}, [endpoint], None, "")
    assert event is not None
    return event


def forget_wanted(**_about: Any) -> None:
    """Ask the database again what is wanted: an endpoint was changed by this process."""
    global _wanted
    _wanted = (0.0, frozenset())


def _told(kind: str, data: Mapping[str, Any], endpoints: list[Endpoint], case: Case | None, once: str) -> Event | None:
    now = timezone.now()
    try:
        with transaction.atomic():
            event = Event.objects.create(
                event_id=f"evt_{secrets.token_hex(16)}", kind=kind, once=once, case=case, data=dict(data), at=now
            )
    except IntegrityError:
        if not once:
            raise
        return None
    Delivery.objects.bulk_create(Delivery(endpoint=one, event=event, next_at=now) for one in endpoints)
    transaction.on_commit(nudge)
    return event


def _wanted_now() -> frozenset[str]:
    """Which kinds of events anybody wants. Asked at every change of a case, so that it is remembered for 2 s: an
    endpoint that another process set up is told of what happens from then on."""
    global _wanted
    asked, kinds = _wanted
    now = time.monotonic()
    if not asked or now - asked > _SECONDS:
        rows = Endpoint.objects.filter(state=Endpoint.State.ON).values_list("events", flat=True)
        kinds = frozenset(kind for events in rows for kind in events)
        _wanted = (now, kinds)
    return kinds
