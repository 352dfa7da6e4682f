"""Telling our own people about a second look: to those who may approve, and to the writer of what was decided."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from amends.desk.composer.models import Kind, Reply
from amends.desk.people.authority import ACTS
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK
from amends.desk.telling.services import Words, tell_people

__all__ = ["readers_for", "tell_readers", "tell_writer"]


def readers_for(reply: Reply) -> QuerySet[Person]:
    """Who is asked to read a reply: those of the case's or the writer's team who may approve, else all who may.

    Its writer is none of them. Others who may approve see it on the desk all the same.
    """
    may_approve = Person.objects.filter(is_active=True, role__in=ACTS["message.approve"]).exclude(pk=reply.author_id)
    if reply.sent_despite:
        may_approve = may_approve.filter(role__in=ACTS["message.send-despite-findings"])
    teams = [team for team in (reply.case.team_id, reply.author.team_id) if team is not None]
    near = may_approve.filter(Q(team__in=teams) | Q(pk=reply.case.assignee_id))
    return near if near.exists() else may_approve


def tell_readers(reply: Reply) -> None:
    """Ask for a second look, each person once; call it in the transaction that made the reply wait."""

    def written(person: Person) -> Words:
        subject = _("To be read before it leaves: a reply to %(customer)s")
        return _words(person, reply, subject, "second_look", {"why": reply.get_second_look_display()})

    people = readers_for(reply).order_by("pk")
    _tell(reply, "reply.to-read", list(people), f"second-look {reply.pk}", written)


def tell_writer(reply: Reply) -> None:
    """Tell the writer what the second person decided, once; call it in the transaction of the decision."""
    person, reader = reply.author, reply.decided_by
    if reader is None or not person.is_active:
        return
    back = reply.state == Reply.State.SENT_BACK

    def written(one: Person) -> Words:
        subject = (
            _("Sent back with a word: your reply to %(customer)s") if back else _("Your reply to %(customer)s goes")
        )
        context = {"reader": reader, "word": reply.word, "leaves": "" if back else _leaves(reply)}
        return _words(one, reply, subject, "decided", context)

    _tell(reply, "reply.read", [person], f"second-look-decided {reply.pk}", written)


def _leaves(reply: Reply) -> str:
    if reply.scheduled:
        moment = date_format(timezone.localtime(reply.not_before), "DATETIME_FORMAT")
        return _("It leaves at the time you chose: %(moment)s.") % {"moment": moment}
    if reply.kind == Kind.PUBLIC:
        return _("Once it stands where the customer wrote, its promises count.")
    return _("It leaves now, and its promises count from now on.")


def _tell(reply: Reply, kind: str, people: list[Person], once: str, written: Callable[[Person], Words]) -> None:
    tell_people(
        DESK, kind, people, once=once, words=written, address=_page(reply), case=reply.case, purpose="second-look"
    )


def _words(person: Person, reply: Reply, subject: str, template: str, context: dict[str, object]) -> Words:
    customer = str(reply.case.customer)
    address = f"{settings.PUBLIC_URL}{_page(reply)}"
    shown = {**context, "person": person, "reply": reply, "customer": customer, "address": address}
    return Words(subject % {"customer": customer}, render_to_string(f"composer/mail/{template}.txt", shown))


def _page(reply: Reply) -> str:
    anchor = "answer" if reply.state == Reply.State.SENT_BACK else f"reply-{reply.pk}"
    return f"{reverse('cases:case', args=[reply.case.public_id])}#{anchor}"
