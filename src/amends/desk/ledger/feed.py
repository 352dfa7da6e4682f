"""A person's open promises as a calendar (iCalendar, RFC 5545) under a secret address that can be revoked.

Calendars of other companies read it. It holds what was promised and by when, and no customer's name or address.
"""

from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from amends.desk.errors import NotFound
from amends.desk.house.services import house, log
from amends.desk.ledger.models import CalendarLink, Promise
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.tokens import hashed, new_token

__all__ = ["address_of", "calendar_of", "issue", "person_of_link", "revoke"]

_MOST = 1_000
_NOTED_EVERY = timedelta(minutes=15)


def issue(person: Person) -> str:
    """A new secret for one's own calendar; the one before ends.

    Returns:
        The secret, which is shown once and stored nowhere.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "calendar.link")
    token, token_hash = new_token()
    with transaction.atomic():
        _end(person)
        CalendarLink.objects.create(person=person, token_hash=token_hash)
        log(person, f"person {person.pk}", "calendar.issued")
    return token


def revoke(person: Person) -> None:
    """End the address of one's own calendar at once.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "calendar.link")
    with transaction.atomic():
        if _end(person):
            log(person, f"person {person.pk}", "calendar.revoked")


def person_of_link(token: str) -> Person:
    """Whose calendar it is.

    Raises:
        NotFound: The address never was, was revoked, or its person works here no more.
    """
    link = CalendarLink.objects.select_related("person").filter(token_hash=hashed(token), revoked_at=None).first()
    if link is None or not link.person.is_active:
        raise NotFound(_("There is no calendar at this address any more."))
    now = timezone.now()
    if link.last_used_at is None or now - link.last_used_at > _NOTED_EVERY:
        CalendarLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link.person


def address_of(token: str) -> str:
    """The full address of a calendar."""
    return settings.PUBLIC_URL + reverse("ledger:calendar-feed", args=[token])


def calendar_of(person: Person) -> bytes:
    """The open promises of a person that have a moment, as iCalendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//Amends//Promises//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Promises of %(house)s") % {"house": house()})
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    host = settings.PUBLIC_URL.rpartition("/")[2]
    promises = Promise.objects.filter(owner=person, state=Promise.State.OPEN, due_at__isnull=False, bundle="")
    for promise in promises.select_related("case")[:_MOST]:
        calendar.add_component(_event(promise, host))
    return bytes(calendar.to_ical())


def _event(promise: Promise, host: str) -> Event:
    event = Event()
    event.add("uid", f"promise-{promise.pk}@{host}")
    event.add("dtstamp", promise.updated_at.astimezone(UTC))
    event.add("summary", promise.act)
    event.add("url", settings.PUBLIC_URL + reverse("ledger:promise", args=[promise.pk]))
    if promise.due_day is not None:
        event.add("dtstart", promise.due_day)
        event.add("dtend", promise.due_day + timedelta(days=1))
    elif promise.due_at is not None:
        # Shown in the quarter of an hour before it is due, so that the calendar warns in time.
        event.add("dtstart", promise.due_at.astimezone(UTC) - timedelta(minutes=15))
        event.add("dtend", promise.due_at.astimezone(UTC))
    event.add("transp", "TRANSPARENT")
    return event


def _end(person: Person) -> int:
    return CalendarLink.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())
