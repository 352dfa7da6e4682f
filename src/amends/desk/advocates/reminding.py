"""Telling our own people: whom we have not thanked for a while."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate
from amends.desk.advocates.services import look_at as morning_of
from amends.desk.advocates.services import today
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Role
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people

__all__ = ["look_at"]

_AGAIN = timedelta(days=14)
"""Until they are thanked, somebody hears of it again: nobody is forgotten."""


def look_at(row: Advocate) -> None:
    """Remind of one advocate; done twice, it sends nothing twice."""
    with transaction.atomic():
        lock(row)
        if row.state != Advocate.State.AGREED or row.thank_from is None or not _is_theirs(row):
            row.look_at = None
        elif row.look_at is not None and row.look_at <= timezone.now() and row.thank_from <= today():
            _tell(row, _whose(row))
            row.look_at = morning_of(today() + _AGAIN)
        else:
            row.look_at = morning_of(row.thank_from)
        row.save()


def _is_theirs(row: Advocate) -> bool:
    return row.customer.erased_at is None and row.customer.merged_into_id is None


def _whose(row: Advocate) -> list[Person]:
    if row.keeper is not None and row.keeper.is_active:
        return [row.keeper]
    active = Person.objects.filter(is_active=True)
    return list(active.filter(role=Role.LEAD)) or list(active.filter(role=Role.OWNER))


def _tell(row: Advocate, people: list[Person]) -> None:
    page = reverse("advocates:advocate", args=[row.customer.public_id])

    def written(person: Person) -> Words:
        address = f"{settings.PUBLIC_URL}{page}"
        context = {"person": person, "advocate": row, "deed": row.deeds.first(), "address": address}
        subject = _("A word of thanks: %(customer)s") % {"customer": row.customer}
        return Words(subject, render_to_string("advocates/mail/thank.txt", context))

    once = f"advocate {row.pk} thank {today()}"
    tell_people(DESK, "advocate.thank", people, once=once, words=written, address=page, purpose="reminder")
