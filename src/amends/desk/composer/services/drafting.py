"""Drafts: kept as typed, one a person and case and kind, never overwritten unseen."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.composer.checking import plain
from amends.desk.composer.models import Draft, Kind, Reply
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["bring_back", "draft_of", "first_subject", "keep_draft"]

LONGEST = 50_000
_LONGEST_REASON = 2_000


def draft_of(person: Person, case: Case, kind: str) -> Draft:
    """What somebody is writing; made empty when there is none.

    Raises:
        NotAllowed: The person may not write.
        WrongInput: There is no such kind.
    """
    require(person, "message.draft")
    if kind not in Kind.values:
        raise WrongInput(_("Choose one of the list."), "kind")
    draft, _made = Draft.objects.get_or_create(
        case=case,
        person=person,
        kind=kind,
        defaults={"subject": first_subject(case), "send_key": secrets.token_hex(12)},
    )
    return draft


def keep_draft(
    person: Person,
    case: Case,
    kind: str,
    *,
    text: str,
    subject: str | None = None,
    corrections: Mapping[str, Any] | None = None,
    reason: str | None = None,
    send_at: str | None = None,
    revision: int | None = None,
) -> Draft:
    """Keep what was typed.

    Args:
        person: Who writes.
        case: Where.
        kind: A value of `Kind`.
        text: All of the text.
        subject, corrections, reason, send_at: Further parts of the form; None leaves them.
        revision: The revision that the window began from. When another window has saved since, nothing is overwritten.

    Raises:
        NotAllowed: The person may not write.
        WrongInput: It is too long.
        WrongMove: Another window has newer words.
    """
    draft = draft_of(person, case, kind)
    text = plain(text)
    if len(text) > LONGEST:
        raise WrongInput(_("This is too long for one letter. Shorten it, or send it in parts."), "text")
    with transaction.atomic():
        lock(draft)
        if revision is not None and revision != draft.revision and text != draft.text:
            raise WrongMove(
                "", "", _("This draft was changed in another window. What you see here is not saved over it.")
            )
        draft.text = text
        if subject is not None:
            draft.subject = " ".join(subject.split())[:300]
        if corrections is not None:
            draft.corrections = dict(corrections)
        if reason is not None:
            draft.reason = plain(reason).strip()[:_LONGEST_REASON]
        if send_at is not None:
            draft.send_at = send_at.strip()[:32]
        draft.revision += 1
        draft.save()
    return draft


def bring_back(reply: Reply) -> Draft:
    """A reply that did not leave is a draft again, with its files; what its writer has begun since stays below it.

    Only services call it, in their transaction.
    """
    draft = draft_of(reply.author, reply.case, reply.kind)
    lock(draft)
    begun = draft.text.strip()
    draft.text = f"{reply.text}\n\n{begun}" if begun and begun != reply.text.strip() else reply.text
    draft.subject = reply.subject
    draft.corrections = reply.corrections
    draft.reason = reply.sent_despite
    draft.revision += 1
    draft.send_key = secrets.token_hex(12)
    draft.save()
    reply.files.update(reply=None, draft=draft)
    return draft


def first_subject(case: Case) -> str:
    """The subject that an answer begins with: that of the customer's last mail, marked as an answer."""
    last = case.messages.filter(direction=Message.Direction.IN).exclude(subject="").order_by("-sent_at", "-pk").first()
    subject = (last.subject if last else "") or case.subject
    if not subject or subject.lower().startswith(("re:", "re :")):
        return subject[:300]
    return f"Re: {subject}"[:300]
