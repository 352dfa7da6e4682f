"""Asking somebody else, and approving or refusing: on the desk, or by a link in a mail that still asks for a press."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.services import log
from amends.desk.errors import NotAllowed, NotFound, WrongInput, WrongMove
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Role
from amends.desk.remedies.models import ApprovalLink, Remedy
from amends.desk.remedies.money import money_words
from amends.desk.remedies.services.deciding import as_data, grant, lock_purses, may_decide
from amends.desk.remedies.services.limits import remedy_settings
from amends.desk.remedies.services.proposing import refuse_unexplained_twin
from amends.desk.states import lock
from amends.desk.telling.services import Words, tell_people
from amends.desk.tokens import hashed, new_token

__all__ = ["approve", "approvers_of", "ask", "issue_link", "link_of", "refuse", "revoke_links"]

_SALT = "amends.desk.remedies.approval"
_UPWARD = (Role.AGENT.value, Role.LEAD.value, Role.OWNER.value)
_MOST_MAILS = 8


def ask(acting: Person, remedy: Remedy, *, reason: str, why_again: str = "") -> Remedy:
    """Ask somebody else to decide a remedy; whoever can is written to.

    Args:
        acting: Who asks.
        remedy: Proposed.
        reason: Why it should be so.
        why_again: Why there is a second one for the same thing, when there is one.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason, or there is one for the same thing and nobody said why a second.
        WrongMove: It is not proposed any more.
    """
    require(acting, "remedy.propose")
    if not reason.strip():
        raise WrongInput(_("Write why it should be so; whoever decides reads it."), "reason")
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        if remedy.state != Remedy.State.PROPOSED:
            raise WrongMove(remedy.state, Remedy.State.WAITING)
        if why_again.strip():
            remedy.why_again = why_again.strip()
        lock_purses(acting, remedy)
        refuse_unexplained_twin(remedy)
        before = as_data(remedy)
        remedy.move_to(Remedy.State.WAITING)
        remedy.reason = reason.strip()[:4_000]
        remedy.asked_by, remedy.asked_at = acting, timezone.now()
        remedy.save()
        log(
            acting,
            case,
            "remedy.asked",
            before=before,
            after=as_data(remedy),
            note=remedy.reason,
        )
        _tell_approvers(remedy, approvers_of(remedy)[:_MOST_MAILS])
    return remedy


def approve(acting: Person, remedy: Remedy, *, words: str = "", link: ApprovalLink | None = None) -> Remedy:
    """Approve what somebody else asked for, within one's own authority.

    Args:
        acting: Who approves.
        remedy: Waiting for approval.
        words: What they say about it.
        link: The link of a mail by which they came; it works once.

    Raises:
        NotAllowed: It is their own, or their role does not include it.
        NotFound: The link does not work any more.
        AboveAuthority: It is more than they decide, too.
        WrongMove: Somebody has decided already.
    """
    return _settle(acting, remedy, words, link, approved=True)


def refuse(acting: Person, remedy: Remedy, *, words: str, link: ApprovalLink | None = None) -> Remedy:
    """Refuse what somebody else asked for; with a reason.

    Raises:
        NotAllowed: It is their own, or their role does not include it.
        NotFound: The link does not work any more.
        WrongInput: There is no reason.
        WrongMove: Somebody has decided already.
    """
    if not words.strip():
        raise WrongInput(_("Write why, and what could be offered instead."), "words")
    return _settle(acting, remedy, words, link, approved=False)


def approvers_of(remedy: Remedy) -> list[Person]:
    """Who is written to: of those whose authority reaches so far the ones closest by, and never who asked.

    Of the lowest role that reaches; of its people those of the case's team when there are any.
    """
    people = Person.objects.filter(is_active=True).exclude(pk__in=[remedy.proposed_by_id, remedy.asked_by_id or 0])
    for role in _UPWARD:
        able = [one for one in people.filter(role=role) if may(one, "remedy.approve") and may_decide(one, remedy)]
        near = [one for one in able if remedy.case.team_id is not None and one.team_id == remedy.case.team_id]
        if able:
            return near or able
    return []


def issue_link(remedy: Remedy, person: Person) -> str:
    """The signed secret of a link with which one person can decide on one remedy, once, for a while."""
    token, token_hash = new_token()
    hours = remedy_settings().approval_hours
    ApprovalLink.objects.create(
        remedy=remedy, person=person, token_hash=token_hash, expires_at=timezone.now() + timedelta(hours=hours)
    )
    return signing.dumps(token, salt=_SALT)


def link_of(acting: Person, signed: str) -> ApprovalLink:
    """The link of a signed secret, when it still works and was sent to this person. Opening it changes nothing.

    Raises:
        NotFound: It does not work any more, or it was sent to somebody else.
    """
    gone = NotFound(_("This link does not work any more. What waits for a decision stands on the desk."))
    try:
        token = signing.loads(signed, salt=_SALT, max_age=timedelta(days=15))
    except signing.BadSignature:
        raise gone from None
    link = (
        ApprovalLink.objects.select_related("remedy__case__customer", "remedy__asked_by", "person")
        .filter(token_hash=hashed(str(token)))
        .first()
    )
    if link is None or not link.works:
        raise gone
    if link.person_id != acting.pk:
        raise NotFound(_("This link was sent to somebody else. What waits for a decision stands on the desk."))
    return link


def revoke_links(remedy: Remedy) -> None:
    """End all links to a remedy; inside the transaction that has locked it."""
    ApprovalLink.objects.filter(remedy=remedy, used_at=None, revoked_at=None).update(revoked_at=timezone.now())


def _settle(acting: Person, remedy: Remedy, words: str, link: ApprovalLink | None, *, approved: bool) -> Remedy:
    require(acting, "remedy.approve")
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        if remedy.state != Remedy.State.WAITING:
            raise WrongMove(remedy.state, Remedy.State.DECIDED, _("Somebody has decided this already."))
        if acting.pk in (remedy.proposed_by_id, remedy.asked_by_id):
            raise NotAllowed(_("Nobody approves their own. Somebody else at the desk decides this."))
        if link is not None:
            _use(link)
        if approved:
            grant(acting, remedy, words.strip())
        else:
            # Whom no authority reaches, the owner can still refuse.
            if acting.role != Role.OWNER and not may_decide(acting, remedy):
                raise NotAllowed
            before = as_data(remedy)
            remedy.move_to(Remedy.State.REFUSED)
            remedy.decided_by, remedy.decided_at, remedy.decision_words = acting, timezone.now(), words.strip()
            remedy.save()
            revoke_links(remedy)
            log(
                acting,
                case,
                "remedy.refused",
                before=before,
                after=as_data(remedy),
                note=remedy.decision_words,
            )
        _tell_asker(remedy)
    return remedy


def _use(link: ApprovalLink) -> None:
    """Mark a link as used; of two presses at the same moment only one succeeds."""
    rows = ApprovalLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None, expires_at__gt=timezone.now())
    if not rows.update(used_at=timezone.now()):
        raise NotFound(_("This link does not work any more. What waits for a decision stands on the desk."))


def _tell_approvers(remedy: Remedy, people: list[Person]) -> None:
    def written(person: Person) -> Words:
        def text() -> str:
            # The link is made only when there is a mail that holds it.
            address = settings.PUBLIC_URL + reverse("remedies:approval", args=[issue_link(remedy, person)])
            hours = remedy_settings().approval_hours
            return _text(remedy, person, "approval", {"hours": hours, "address": address})

        what = {"what": remedy.in_short, "customer": remedy.case.customer}
        return Words(_("To decide: %(what)s, %(customer)s") % what, text)

    _tell(remedy, "remedy.to-decide", people, "remedy-approval", written)


def _tell_asker(remedy: Remedy) -> None:
    if remedy.asked_by is None:
        return

    def written(person: Person) -> Words:
        if remedy.state == Remedy.State.DECIDED:
            subject = _("Approved: %(what)s") % {"what": remedy.in_short}
        else:
            subject = _("Not approved: %(what)s") % {"what": remedy.in_short}
        return Words(subject, _text(remedy, person, "decided", {"address": settings.PUBLIC_URL + _page(remedy)}))

    _tell(remedy, "remedy.decided", [remedy.asked_by], "remedy-decided", written)


def _tell(remedy: Remedy, kind: str, people: list[Person], purpose: str, written: Callable[[Person], Words]) -> None:
    tell_people(
        DESK,
        kind,
        people,
        once=f"{purpose} {remedy.pk}",
        words=written,
        address=_page(remedy),
        case=remedy.case,
        purpose=purpose,
    )


def _text(remedy: Remedy, person: Person, template: str, context: dict[str, object]) -> str:
    cost = money_words(remedy.cost, remedy_settings().currency)
    everything = {"remedy": remedy, "case": remedy.case, "person": person, "cost": cost, **context}
    return render_to_string(f"remedies/mail/{template}.txt", everything)


def _page(remedy: Remedy) -> str:
    return reverse("cases:case", args=[remedy.case.public_id]) + "#remedies"
