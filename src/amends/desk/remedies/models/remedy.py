"""The remedy of a case: what makes it good, and how far it is."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Attachment, Case, Message
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person
from amends.desk.remedies.models.limits import Spending
from amends.desk.remedies.models.vouchers import Voucher
from amends.desk.remedies.money import money_words
from amends.desk.states import Stateful, known_values

__all__ = ["MONEY", "ApprovalLink", "Kind", "Remedy", "RemedyState"]


class Kind(models.TextChoices):
    """What sort of thing it is."""

    REFUND = "refund", _("Refund")
    REPLACEMENT = "replacement", _("Replacement")
    REDO = "redo", _("Done again")
    CREDIT = "credit", _("Credit")
    VOUCHER = "voucher", _("Voucher")
    GESTURE = "gesture", _("Personal gesture")
    OTHER = "other", _("Something else")


MONEY = frozenset({Kind.REFUND.value, Kind.CREDIT.value, Kind.VOUCHER.value})
"""Kinds that are an amount of money, so that their cost is that amount."""


class RemedyState(models.TextChoices):
    """How far it is."""

    PROPOSED = "proposed", _("Proposed")
    WAITING = "waiting", _("Waiting for approval")
    DECIDED = "decided", _("Decided, not told yet")
    REFUSED = "refused", _("Refused")
    TOLD = "told", _("Told, to be done")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Remedy(Stateful):
    """One thing that makes it good.

    Attributes:
        what: What it is, in words; "" when its kind says it all.
        amount, currency: What the customer gets, when it is money; None and "" otherwise.
        cost: What it costs us, in the house's currency; limits count this. For money it is the amount.
        for_what: The failure, or the part of it, that it makes good; "" for all of it.
        thing: `for_what` as it is compared.
        order_number, order_key: The order it belongs to, as written and as compared.
        cause: Key of the case's cause when it was decided, see `remedies.causes`; "" while not known.
        idea: How this could become a good surprise (G5.3).
        doer, by: Who does it, by when.
        reason: Why it is worth more than its asker may decide.
        why_again: Why there is a second one of its kind for the same thing, when there is one.
        spending: What it took from limits and budgets, once decided.
        decision_words: What whoever approved or refused it said.
        paid: What was really given, in `currency`, or in the house's when it is no money.
        promise: What was promised to the customer when they were told.
    """

    Kind = Kind
    State = RemedyState

    # What was told is withdrawn only by the customer's word; what is done goes back only to correct a mistake.
    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "proposed": ("waiting", "decided", "withdrawn"),
        "waiting": ("decided", "refused", "withdrawn"),
        "decided": ("told", "done", "withdrawn"),
        "told": ("done", "withdrawn"),
        "done": ("told", "decided"),
        "withdrawn": ("told",),
        "refused": (),
    }
    STANDING: ClassVar[tuple[str, ...]] = ("proposed", "waiting", "decided", "told", "done")
    """States in which it still counts."""
    GRANTED: ClassVar[tuple[str, ...]] = ("decided", "told", "done")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="remedies")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    what = models.CharField(_("what it is"), max_length=300, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cost = models.DecimalField(_("what it costs us"), max_digits=12, decimal_places=2)
    for_what = models.CharField(_("what it is for"), max_length=200, blank=True)
    thing = models.CharField(max_length=200, blank=True)
    order_number = models.CharField(_("order number"), max_length=64, blank=True)
    order_key = models.CharField(max_length=64, blank=True)
    cause = models.CharField(max_length=64, blank=True)
    idea = models.TextField(_("how this could become a good surprise"), blank=True)
    doer = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(max_length=16, choices=RemedyState.choices, default=RemedyState.PROPOSED)
    reason = models.TextField(_("why it should be more"), blank=True)
    why_again = models.TextField(_("why a second one"), blank=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_words = models.TextField(blank=True)
    spending = models.OneToOneField(Spending, on_delete=models.SET_NULL, null=True, blank=True, related_name="remedy")
    voucher = models.OneToOneField(Voucher, on_delete=models.SET_NULL, null=True, blank=True, related_name="remedy")
    told_at = models.DateTimeField(null=True, blank=True)
    told_message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    promise = models.OneToOneField(Promise, on_delete=models.SET_NULL, null=True, blank=True, related_name="remedy")
    done_at = models.DateTimeField(null=True, blank=True)
    paid = models.DecimalField(_("what was given"), max_digits=12, decimal_places=2, null=True, blank=True)
    proof = models.TextField(_("what shows it"), blank=True)
    proof_file = models.ForeignKey(Attachment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-proposed_at", "-pk")
        indexes = (
            models.Index(fields=["case", "state"], name="remedy_case_state"),
            models.Index(fields=["state", "-proposed_at", "-id"], name="remedy_state_proposed"),
            models.Index(fields=["-proposed_at", "-id"], name="remedy_proposed"),
            models.Index(fields=["order_key"], name="remedy_order"),
        )
        constraints = (
            known_values("state", RemedyState.values, "remedy_state_known"),
            known_values("kind", Kind.values, "remedy_kind_known"),
            models.CheckConstraint(condition=models.Q(amount=None) | models.Q(amount__gt=0), name="remedy_amount"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="remedy_cost"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["decided", "told", "done", "refused"])
                | models.Q(decided_by__isnull=False),
                name="remedy_somebody_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_by=None)
                | models.Q(decided_by=None)
                | ~models.Q(asked_by=models.F("decided_by")),
                name="remedy_nobody_approves_own",
            ),
        )

    def __str__(self) -> str:
        return self.what or str(self.get_kind_display())

    @property
    def is_untold(self) -> bool:
        """Whether it is decided, or done already, and the customer does not know."""
        return self.state in ("decided", "done") and self.told_at is None

    @property
    def in_short(self) -> str:
        """Kind, amount and words, as far as there are any: "Refund 24.90 € · the candles"."""
        kind = " ".join(
            part for part in (str(self.get_kind_display()), money_words(self.amount, self.currency)) if part
        )
        return f"{kind} · {self.what}" if self.what else kind

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.kind in MONEY

    @property
    def is_broken(self) -> bool:
        """Whether the customer was told of it and the promise broke."""
        return self.state == "told" and self.promise is not None and self.promise.state == Promise.State.BROKEN


class ApprovalLink(models.Model):
    """A link in a mail that leads one person to one decision, once. Only the hash of its secret is stored."""

    remedy = models.ForeignKey(Remedy, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    @property
    def works(self) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > timezone.now()
