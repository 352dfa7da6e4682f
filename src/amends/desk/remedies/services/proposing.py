"""Proposing a remedy: what is offered, checked; and whether there is one for the same thing already."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.remedies.causes import cause_of
from amends.desk.remedies.models import MONEY, Kind, Remedy
from amends.desk.remedies.money import in_cents
from amends.desk.remedies.services.limits import in_house_currency, remedy_settings
from amends.desk.states import lock
from amends.text import fold

__all__ = ["Offer", "change", "propose", "refuse_unexplained_twin", "twin_of"]

_LARGEST = Decimal("9999999.99")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered.

    Attributes:
        kind: A value of `Kind`.
        what: What it is, in words; needed for gestures and for what is something else.
        amount, currency: What the customer gets in money; needed for refunds, credits and vouchers.
        cost: What it costs us in the house's currency; needed for what is no money, 0 when it costs nothing.
        for_what: The failure or the part of it; "" for all of it.
        order_number: The order, if there is one.
        idea: How this could become a good surprise (G5.3).
        doer, by: Who does it, by when.
    """

    kind: str
    what: str = ""
    amount: Decimal | None = None
    currency: str = ""
    cost: Decimal | None = None
    for_what: str = ""
    order_number: str = ""
    idea: str = ""
    doer: Person | None = None
    by: date | None = None


def propose(
    acting: Person,
    case: Case,
    offer: Offer,
    *,
    decide: bool = True,
    reason: str = "",
    why_again: str = "",
) -> Remedy:
    """Propose a remedy; within one's authority it is decided at once, above it somebody else is asked.

    Args:
        acting: Who proposes it.
        case: Whose case it makes good.
        offer: What.
        decide: Whether to decide or ask now; else it stays an idea.
        reason: Why it should be more than the proposer decides alone.
        why_again: Why there is a second one for the same thing, when there is one.

    Raises:
        NotAllowed: The acting one may not.
        AboveAuthority: It is more than they decide alone, and there is no reason; nothing is stored.
        WrongInput: A value is not possible; or there is one for the same thing, and nobody said why a second.
    """
    from amends.desk.remedies.services.approving import ask
    from amends.desk.remedies.services.deciding import AboveAuthority, as_data
    from amends.desk.remedies.services.deciding import decide as decide_now

    require(acting, "remedy.propose")
    with transaction.atomic():
        lock(case)
        if case.customer.erased_at is not None:
            raise WrongMove("", "", _("This customer was erased; nothing is kept about them any more."))
        remedy = Remedy(case=case, proposed_by=acting, why_again=why_again.strip(), cause=cause_of(case))
        _fill(remedy, offer)
        remedy.save()
        log(acting, case, "remedy.proposed", after=as_data(remedy), note=remedy.idea)
        if decide:
            try:
                with transaction.atomic():
                    decide_now(acting, remedy)
            except AboveAuthority:
                if not reason.strip():
                    raise
                # What was tried is undone in the database; the row is read anew.
                remedy = Remedy.objects.get(pk=remedy.pk)
                ask(acting, remedy, reason=reason)
    return remedy


def change(acting: Person, remedy: Remedy, offer: Offer) -> Remedy:
    """Change what is only proposed.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
        WrongMove: It is more than proposed by now.
    """
    from amends.desk.remedies.services.deciding import as_data

    require(acting, "remedy.propose")
    with transaction.atomic():
        case = lock(remedy.case)
        lock(remedy)
        if remedy.state != Remedy.State.PROPOSED:
            raise WrongMove(remedy.state, remedy.state, _("This was decided or is being decided. Propose a new one."))
        before = as_data(remedy)
        _fill(remedy, offer)
        remedy.save()
        log(acting, case, "remedy.changed", before=before, after=as_data(remedy), note=remedy.idea)
    return remedy


def twin_of(remedy: Remedy) -> Remedy | None:
    """One of the same kind for the same thing that counts: in this case, or for the same order in another case of the
    customer. What is for all of a failure is for every part of it, too."""
    others = Remedy.objects.filter(kind=remedy.kind, state__in=Remedy.STANDING).exclude(pk=remedy.pk)
    # Of two ideas the first one decided is no second one.
    others = others.exclude(state=Remedy.State.PROPOSED).order_by("pk")
    for other in others.filter(case=remedy.case_id):
        if other.thing == remedy.thing or not other.thing or not remedy.thing:
            return other
    if remedy.order_key:
        elsewhere = others.filter(order_key=remedy.order_key, case__customer=remedy.case.customer_id)
        return elsewhere.exclude(case=remedy.case_id).select_related("case").first()
    return None


def refuse_unexplained_twin(remedy: Remedy) -> None:
    """Hold a second remedy for the same thing until somebody said why; its case and customer are locked.

    Raises:
        WrongInput: There is one, and no reason.
    """
    if remedy.why_again.strip():
        return
    twin = twin_of(remedy)
    if twin is None:
        return
    if twin.case_id == remedy.case_id:
        words = _("There is one of this kind for the same thing already: %(what)s. Write why there should be a second.")
    else:
        words = _(
            "This customer got one for the same order in another case (%(case)s): %(what)s. "
            "Write why there should be a second."
        )
    raise WrongInput(words % {"what": twin.in_short, "case": twin.case.public_id}, "why_again")


def _fill(remedy: Remedy, offer: Offer) -> None:
    """Put an offer into a remedy, checked."""
    if offer.kind not in Kind.values:
        raise WrongInput(_("Choose one of the list."), "kind")
    currency = (offer.currency or remedy_settings().currency).strip().upper()
    amount = _checked_amount(offer.amount, "amount")
    cost = _checked_amount(offer.cost, "cost", least=Decimal(0))
    worth = in_house_currency(amount, currency) if amount is not None else None
    if offer.kind in MONEY:
        if worth is None:
            raise WrongInput(_("Write the amount."), "amount")
        cost = worth
    elif cost is None and worth is None:
        raise WrongInput(_("Write about what it costs us; 0 if it costs nothing."), "cost")
    what = " ".join(offer.what.split())[:300]
    remedy.kind = offer.kind
    remedy.what = what
    if not what and offer.kind in (Kind.GESTURE, Kind.OTHER):
        raise WrongInput(_("Write what it is."), "what")
    remedy.amount, remedy.currency = amount, currency if amount is not None else ""
    # Whoever writes down less than the customer gets gets no further by it.
    remedy.cost = max(one for one in (cost, worth) if one is not None)
    remedy.for_what = " ".join(offer.for_what.split())[:200]
    remedy.thing = _thing(remedy.for_what)
    remedy.order_number = " ".join(offer.order_number.split())[:64]
    remedy.order_key = "".join(sign for sign in remedy.order_number.casefold() if sign.isalnum())
    remedy.idea = offer.idea.strip()[:4_000]
    remedy.doer, remedy.by = offer.doer, offer.by


def _checked_amount(amount: Decimal | None, field: str, least: Decimal = Decimal("0.01")) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite() or not least <= in_cents(amount) <= _LARGEST:
        raise WrongInput(_("Write an amount, such as 24.90."), field)
    return in_cents(amount)


def _thing(words: str) -> str:
    """Words as they are compared: without capitals, accents, signs, and small differences of spacing."""
    return " ".join(re.findall(r"\w+", fold(words)))[:200]
