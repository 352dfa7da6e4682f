"""What the log of cases says that somebody wants to hear of: a case was given to them, a customer wrote on theirs."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from amends.desk.cases.models import CaseLog, Message
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK
from amends.desk.telling.services import Words, tell_people

__all__ = ["hear"]


def hear(entry: CaseLog) -> None:
    """Called for every entry of a case's log, in its transaction."""
    if entry.act == "case.assigned":
        _given(entry)
    elif entry.act in ("message.received", "message.written-down"):
        _answered(entry)


def _given(entry: CaseLog) -> None:
    number = entry.after.get("person")
    if not number or number == entry.person_id:
        return
    person = Person.objects.filter(pk=number).first()
    if person is None:
        return
    case, giver = entry.case, entry.person

    def written(one: Person) -> Words:
        context = {"person": one, "case": case, "giver": giver, "address": _page(entry)}
        subject = _("A case for you: %(customer)s") % {"customer": case.customer}
        return Words(subject, render_to_string("telling/mail/given.txt", context))

    once = f"case {case.pk} given {entry.at.isoformat()} {number}"
    tell_people(DESK, "case.given", [person], once=once, words=written, address=_path(entry), case=case)


def _answered(entry: CaseLog) -> None:
    case = entry.case
    number = entry.after.get("message")
    person = case.assignee
    if person is None or person.pk == entry.person_id or not number:
        return

    def written(one: Person) -> Words:
        message = Message.objects.filter(pk=number, case=case).first()
        context = {"person": one, "case": case, "message": message, "address": _page(entry)}
        subject = _("%(customer)s wrote") % {"customer": case.customer}
        return Words(subject, render_to_string("telling/mail/answered.txt", context))

    once = f"message {number} came"
    tell_people(DESK, "case.answered", [person], once=once, words=written, address=_path(entry), case=case)


def _path(entry: CaseLog) -> str:
    return reverse("cases:case", args=[entry.case.public_id])


def _page(entry: CaseLog) -> str:
    return f"{settings.PUBLIC_URL}{_path(entry)}"
