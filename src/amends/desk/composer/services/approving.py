"""A second person reads a reply before it leaves."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.clock.loop import nudge
from amends.desk.composer.models import UNDO, Reply, SecondLook
from amends.desk.composer.services.drafting import bring_back
from amends.desk.composer.services.telling import tell_writer
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.people.authority import ACTS, require
from amends.desk.people.models import Person
from amends.desk.people.roles import Role
from amends.desk.states import lock

__all__ = ["approve", "second_look_needed", "send_back"]


def second_look_needed(writer: Person, case: Case) -> str:
    """Why a second person reads what somebody writes in this case; "" when nobody needs to.

    A junior's replies are always read. After a second failure anybody's are (Maxham & Netemeyer 2002: a recovery
    works only after the first), as long as there is a second person in the house.
    """
    if writer.role == Role.JUNIOR:
        return SecondLook.JUNIOR.value
    if case.failure_number > 1:
        others = Person.objects.filter(is_active=True, role__in=ACTS["message.approve"]).exclude(pk=writer.pk)
        return SecondLook.SECOND_FAILURE.value if others.exists() else ""
    return ""


def approve(person: Person, reply: Reply) -> Reply:
    """Let a reply go; it leaves as if its writer had sent it now, or at the chosen time.

    Raises:
        NotAllowed: The person may not, or wrote it.
        WrongMove: It does not wait for anybody.
    """
    _may_decide(person, reply)
    if reply.sent_despite:
        require(person, "message.send-despite-findings")
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        reply.move_to(Reply.State.WAITING)
        earliest = timezone.now() + UNDO
        if reply.not_before <= earliest:
            reply.not_before, reply.scheduled = earliest, False
        reply.decided_by, reply.decided_at = person, timezone.now()
        reply.save()
        log(person, case, "reply.approved", after={"reply": reply.pk, "not_before": reply.not_before})
        tell_writer(reply)
    transaction.on_commit(nudge)
    return reply


def send_back(person: Person, reply: Reply, word: str) -> Reply:
    """Give a reply back to its writer with a word; it is their draft again.

    Raises:
        NotAllowed: The person may not, or wrote it.
        WrongInput: There is no word.
        WrongMove: It does not wait for anybody.
    """
    _may_decide(person, reply)
    word = word.strip()[:2_000]
    if not word:
        raise WrongInput(_("Write what should be different."), "word")
    with transaction.atomic():
        case = lock(reply.case)
        lock(reply)
        reply.move_to(Reply.State.SENT_BACK)
        reply.decided_by, reply.decided_at, reply.word = person, timezone.now(), word
        reply.save()
        bring_back(reply)
        log(person, case, "reply.sent-back", after={"reply": reply.pk}, note=word)
        tell_writer(reply)
    return reply


def _may_decide(person: Person, reply: Reply) -> None:
    require(person, "message.approve")
    if reply.author_id == person.pk:
        raise NotAllowed(_("You wrote this one. Somebody else reads it."))
