"""Erasing: what a customer said and what was said about them is blanked. Rows and the log stay, without content, so
that it is still known that something happened, when, and who of ours did it.

Rows of tables that this page does not name, such as drafts, are deleted when they hang on the case: an app that comes
later leaves nothing behind without anybody having to think of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk import store
from amends.desk.cases.models import (
    Attachment,
    Case,
    CaseLog,
    Hearing,
    HearingCorrection,
    Message,
    Outline,
    OutlineEvent,
    RawMessage,
)
from amends.desk.cases.services import log as case_log
from amends.desk.checkin.models import CheckIn
from amends.desk.customers.merging import merged_names
from amends.desk.customers.models import ContactPoint, Customer, Merger
from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.house.services import log
from amends.desk.ledger.models import Promise, WordOwed
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.portal.models import CustomerLink
from amends.desk.privacy.taking_out import paths_to, rows_by
from amends.desk.states import lock

__all__ = ["BLANKED", "SEEN_TO", "blank_case", "drop_files", "erase_customer", "stay_blanked"]

BLANKED: dict[type[models.Model], dict[str, Any]] = {
    Case: {"subject": "", "kinds": [], "stakes": [], "flags": []},
    Message: {
        "sender_name": "",
        "sender_address": "",
        "recipients": {},
        "subject": "",
        "headers": {},
        "text": "",
        "own_text": "",
        "html": "",
        "delivery_words": "",
        "review": None,
        "sent_despite": "",
        "in_reply_to": "",
        "references": [],
    },
    Hearing: {"result": {}},
    Outline: dict.fromkeys(Outline.FIELDS, ""),
    Promise: {"act": "–", "quote": "", "condition": "", "evidence": "", "found": None, "problem": ""},
    WordOwed: {"why": "–"},
    OutgoingMessage: {
        "reply_to": "",
        "to": [],
        "cc": [],
        "subject": "",
        "text": "",
        "html": "",
        "headers": {},
        "problem": "",
    },
    CaseLog: {"before": {}, "after": {}, "note": ""},
    DeskLog: {"before": {}, "after": {}, "note": ""},
}
"""What is blanked in rows that stay."""

SEEN_TO: frozenset[type[models.Model]] = frozenset(
    {Attachment, CheckIn, ContactPoint, Customer, CustomerLink, HearingCorrection, OutlineEvent, RawMessage}
)
"""Tables that are seen to by name, besides those of `BLANKED`; a check-in has no words of anybody."""


_STAYING: dict[type[models.Model], Mapping[str, Any]] = {}


def stay_blanked(model: type[models.Model], values: Mapping[str, Any]) -> None:
    """Have rows of another app that hang on a case stay when it is blanked, as what they say is not about the customer.

    Call it in the app's `AppConfig.ready`. Rows of models that nobody names are deleted.

    Args:
        model: Whose rows.
        values: What is blanked in them.
    """
    _STAYING[model] = values


def erase_customer(acting: Acting, customer: Customer, *, reason: str) -> Customer:
    """Blank all that is known of a customer, for good.

    Open promises count as released, and mail that has not left is held back.

    Args:
        acting: Who does it.
        customer: Whom.
        reason: Why, such as "asked for it by mail on 3 May"; it stays in the log, so it must not name the customer.

    Raises:
        NotAllowed: Only leads and the owner may, or the rules of what is kept.
        WrongInput: There is no reason, or nothing is left to erase.
    """
    require(acting, "customer.erase")
    if not reason.strip():
        raise WrongInput(_("Write why, without the customer's name: it stays in the log."), "reason")
    hashes: set[str] = set()
    with transaction.atomic():
        lock(customer)
        if customer.erased_at is not None or customer.merged_into_id is not None:
            raise WrongInput(_("This customer was erased; nothing is kept about them any more."))
        for case in Case.objects.filter(customer=customer).order_by("pk"):
            hashes |= _blank(acting, case, "case.erased")
        ContactPoint.objects.filter(customer=customer).delete()
        now = timezone.now()
        others = merged_names(customer)
        for one in (customer, *others):
            for name in ("name", "form_of_address", "gendered_form", "language", "reach", "reach_words"):
                setattr(one, name, "")
            one.cares_about = one.notes = ""
            one.erased_at = now
            one.save()
            subject = f"customer {one.public_id}"
            DeskLog.objects.filter(subject=subject).update(**BLANKED[DeskLog], blanked_at=now)
            log(acting, subject, "customer.erased", note=reason.strip())
        # Nothing is left to be taken apart, and what was known before goes as well.
        Merger.objects.filter(kept__in=[customer, *others]).delete()
        transaction.on_commit(lambda: drop_files(hashes))
    return customer


def blank_case(acting: Acting, case: Case) -> Case:
    """Blank the content of one case that is over, by the rules of what is kept.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is not over.
    """
    require(acting, "keeping.apply")
    with transaction.atomic():
        lock(case)
        if case.state in Case.IN_HAND:
            raise WrongInput(_("This case is still being worked on."))
        hashes = _blank(acting, case, "case.blanked")
        transaction.on_commit(lambda: drop_files(hashes))
    return case


def drop_files(hashes: Iterable[str]) -> None:
    """Take stored files away that no row names any more. Called after the rows are gone for good."""
    store.drop_unnamed(hashes)


def _blank(acting: Acting, case: Case, act: str) -> set[str]:
    """Blank a case.

    Returns:
        The hashes of files that may not be needed any more.
    """
    now = timezone.now()
    lock(case)
    messages = Message.objects.filter(case=case)
    raw = RawMessage.objects.filter(messages__in=messages)
    hashes = set(Attachment.objects.filter(message__in=messages).values_list("content_hash", flat=True))
    hashes |= set(raw.values_list("content_hash", flat=True))
    Attachment.objects.filter(message__in=messages).delete()
    RawMessage.objects.filter(pk__in=list(raw.values_list("pk", flat=True))).update(content=b"", size=0, envelope={})
    HearingCorrection.objects.filter(message__in=messages).update(heard=None, corrected=None)
    OutlineEvent.objects.filter(outline__case=case).delete()
    CustomerLink.objects.filter(case=case).delete()
    for row in OutgoingMessage.objects.filter(message__in=messages, state__in=["waiting", "failed"]):
        row.move_to(OutgoingMessage.State.HELD)
        row.held_why = "person"
        row.save()
    conditions: dict[type[models.Model], Q] = {
        Hearing: Q(message__in=messages),
        Outline: Q(case=case),
        Promise: Q(case=case),
        WordOwed: Q(promise__case=case),
        # Mail to our own people names the case by its address: reminders, requests for a second look.
        OutgoingMessage: Q(message__in=messages) | Q(message=None, text__contains=f"/cases/{case.public_id}/"),
        Message: Q(case=case),
        CaseLog: Q(case=case),
    }
    for model, condition in conditions.items():
        changed = {**BLANKED[model], **({"blanked_at": now} if model is CaseLog else {})}
        model._default_manager.filter(condition).update(**changed)
    # Their own mail's id can name their provider or machine.
    messages.filter(direction=Message.Direction.IN).update(mail_id="")
    # Nobody is left to whom they could be kept.
    Promise.objects.filter(case=case, state__in=["open", "broken"]).update(
        state=Promise.State.RELEASED, settled_at=now, look_at=None
    )
    WordOwed.objects.filter(promise__case=case, done_at=None).update(done_at=now, outcome=WordOwed.Outcome.NOT_NEEDED)
    going = [
        rows_by(model, paths, case.pk)
        for model, paths in paths_to(Case).items()
        if model not in BLANKED and model not in SEEN_TO and model not in _STAYING
    ]
    for model, paths in paths_to(Case).items():
        if _STAYING.get(model):
            rows_by(model, paths, case.pk).update(**_STAYING[model])
    for rows in going:
        # Before any of them is deleted, as one takes others along.
        if any(field.name == "content_hash" for field in rows.model._meta.concrete_fields):
            hashes |= set(rows.order_by().values_list("content_hash", flat=True))
    for rows in going:
        rows.delete()
    case.refresh_from_db()
    for name, value in BLANKED[Case].items():
        setattr(case, name, value)
    case.next_word_at, case.next_word_why, case.waits_since = None, "", None
    case.closed_at = case.closed_at or now
    if case.state in Case.IN_HAND:
        # Out of everybody's sight; the log says why.
        case.move_to(Case.State.SET_ASIDE)
    case.save()
    case_log(acting, case, act)
    return {one for one in hashes if one}
