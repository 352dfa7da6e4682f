"""Telling of preventions, and about customers who are to be told first: before it is time, and when it is late."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.services import log
from amends.desk.causes.models import Disclosure, Prevention
from amends.desk.causes.services.disclosing import told_by_message
from amends.desk.causes.services.preventing import next_look
from amends.desk.causes.services.recurring import leads_of
from amends.desk.ledger.services import last_word_since
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, DESK, Role
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people

__all__ = ["leads", "look_at_disclosure", "look_at_prevention"]


def look_at_prevention(row: Prevention) -> None:
    """The clock's look at one prevention: remind of what is due, tell the leads of what is overdue.

    Done twice, it sends nothing twice: each mail has a name under which it is queued once.
    """
    with transaction.atomic():
        lock(row)
        now = timezone.now()
        sent = {one["kind"] for one in row.reminders}
        kind = _due_kind(row, now, sent)
        if kind:
            owners = _owners(row, kind)
            late = kind in ("lapsed", "check-late")
            _tell_prevention(row, kind, [*owners, *(leads() if late or not owners else [])], owners)
            row.reminders = [*row.reminders, {"kind": kind, "at": now.isoformat()}]
        row.look_at = next_look(row, now)
        if row.look_at is not None and row.look_at <= now and not kind:
            row.look_at = None
        row.save()


def look_at_disclosure(row: Disclosure) -> None:
    """The clock's look at a customer who is to be told first: remind, or tell the leads that it is late."""
    with transaction.atomic():
        case = lock(row.case)
        lock(row)
        now = timezone.now()
        if row.state != Disclosure.State.PLANNED:
            row.look_at = None
            row.save()
            return
        said = last_word_since(case, row.created_at)
        if said is not None:
            told_by_message(CLOCK, said)
            return
        sent = {one["kind"] for one in row.reminders}
        if row.by <= now:
            if "late" not in sent:
                teller = [row.teller] if row.teller is not None and row.teller.is_active else []
                _tell_disclosure(row, "late", [*teller, *leads_of(case)])
                row.reminders = [*row.reminders, {"kind": "late", "at": now.isoformat()}]
                log(CLOCK, case, "disclosure.late", after={"row": row.pk, "by_at": row.by})
            row.look_at = None
        else:
            if "before" not in sent:
                teller = [row.teller] if row.teller is not None and row.teller.is_active else leads_of(case)
                _tell_disclosure(row, "before", teller)
                row.reminders = [*row.reminders, {"kind": "before", "at": now.isoformat()}]
            row.look_at = row.by
        row.save()


def leads() -> list[Person]:
    """Who hears of a prevention that is late: all leads, else the owners."""
    active = Person.objects.filter(is_active=True)
    return list(active.filter(role=Role.LEAD)) or list(active.filter(role=Role.OWNER))


def _due_kind(row: Prevention, now: datetime, sent: set[str]) -> str:
    if row.state == Prevention.State.PLANNED and row.due_at is not None:
        if row.due_at <= now:
            return "" if "lapsed" in sent else "lapsed"
        return "" if "before" in sent else "before"
    if row.state == Prevention.State.DONE and row.check_at is not None and row.check_at <= now:
        if "check" not in sent:
            return "check"
        return "" if "check-late" in sent else "check-late"
    return ""


def _owners(row: Prevention, kind: str) -> list[Person]:
    person = row.checker if kind.startswith("check") else row.owner
    if person is None and kind.startswith("check"):
        return leads()
    return [person] if person is not None and person.is_active else []


def _tell_prevention(row: Prevention, kind: str, people: list[Person], owners: list[Person]) -> None:
    def written(person: Person) -> Words:
        subjects = {
            "before": _("Due tomorrow: %(act)s"),
            "lapsed": _("Overdue: %(act)s"),
            "check": _("Does it work? %(act)s"),
            "check-late": _("Not looked at yet: %(act)s"),
        }
        context = {"prevention": row, "kind": kind, "own": person in owners}
        return _words(person, subjects[kind] % {"act": row.act}, "prevention", context, address)

    day = row.check_day if kind.startswith("check") else row.due_day
    once = f"prevention {row.pk} {kind} {day} {len(row.reminders)}"
    address = reverse("causes:cause", args=[row.cause_id]) + f"#prevention-{row.pk}"
    tell_people(DESK, "prevention.due", people, once=once, words=written, address=address, purpose="prevention")


def _tell_disclosure(row: Disclosure, kind: str, people: list[Person]) -> None:
    def written(person: Person) -> Words:
        subject = _("To be told soon: %(customer)s") if kind == "before" else _("Not told yet: %(customer)s")
        context = {"disclosure": row, "kind": kind, "own": person == row.teller}
        return _words(person, subject % {"customer": row.case.customer}, "disclosure", context, address)

    address = reverse("cases:case", args=[row.case.public_id])
    tell_people(
        DESK,
        "disclosure.due",
        people,
        once=f"disclosure {row.pk} {kind} {row.by.isoformat(timespec='minutes')}",
        words=written,
        address=address,
        case=row.case,
        purpose="disclosure",
    )


def _words(person: Person, subject: str, template: str, context: dict[str, object], address: str) -> Words:
    context = {**context, "person": person, "site": settings.PUBLIC_URL, "address": address}
    return Words(subject, render_to_string(f"causes/mail/{template}.txt", context))
