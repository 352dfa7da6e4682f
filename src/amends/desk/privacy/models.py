"""For how long what is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from amends.desk.states import known_values

__all__ = ["KeepingRule", "Kind"]


class Kind(models.TextChoices):
    """Kinds of data with a time of their own."""

    RAW = "raw", _("Mail as it came in, once it is read")
    OUTGOING = "outgoing", _("Copies of mail that was sent (the messages of cases stay)")
    SET_ASIDE = "set-aside", _("What was set aside as no complaint")
    CLOSED = "closed", _("Cases that are over")
    CUSTOMERS = "customers", _("Customers whose cases are all gone")


class KeepingRule(models.Model):
    """For how many days one kind of data is kept; without a row, for ever.

    Attributes:
        days: Counted from when the mail was read or sent, or the case was over.
    """

    kind = models.CharField(max_length=16, choices=Kind.choices, unique=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints = (known_values("kind", Kind.values, "keeping_kind_known"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.days}"
