"""Vouchers: codes that are issued once and redeemed once, and the tills where that is done."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.customers.models import Customer
from amends.desk.people.models import Person
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values

__all__ = ["Till", "Voucher", "VoucherState", "WrongCode"]


class Till(models.Model):
    """A device that may check and redeem vouchers without anybody signed in. Only the hash of its secret is stored."""

    name = models.CharField(_("name"), max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether the device can still be used."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class VoucherState(models.TextChoices):
    """What became of it. That it has expired follows from its last day."""

    ISSUED = "issued", _("Can be redeemed")
    REDEEMED = "redeemed", _("Redeemed")
    VOID = "void", _("Not valid any more")


class Voucher(Stateful):
    """One voucher.

    Attributes:
        token_hash: Hash of the code, by which it is found.
        code: The code, sealed, to be shown to staff who write to the customer.
        last_day: The last day on which it can be redeemed, in the house's time zone.
        redeemed_by, redeemed_till: Who or which till redeemed it.
    """

    State = VoucherState

    # Redeeming can be undone for a minute.
    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "issued": ("redeemed", "void"),
        "redeemed": ("issued",),
        "void": ("issued",),
    }

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="vouchers")
    token_hash = models.CharField(max_length=64, unique=True)
    code = SealedTextField()
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    last_day = models.DateField()
    state = models.CharField(max_length=16, choices=VoucherState.choices, default=VoucherState.ISSUED)
    issued_at = models.DateTimeField(default=timezone.now)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    redeemed_till = models.ForeignKey(Till, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-issued_at", "-pk")
        indexes = (models.Index(fields=["state", "last_day"], name="voucher_state_last_day"),)
        constraints = (
            known_values("state", VoucherState.values, "voucher_state_known"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="voucher_amount"),
        )

    def __str__(self) -> str:
        return f"voucher {self.pk}"


class WrongCode(models.Model):
    """A code was typed that is none of ours; kept for a day to hold back guessing.

    Attributes:
        key: Hash of who tried: a person, a till, a network address.
    """

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="voucher_wrong_code_key_at"),)
