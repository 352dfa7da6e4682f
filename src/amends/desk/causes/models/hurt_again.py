"""Customers who are told by us first, and customers who are hurt again."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["CauseSettings", "Disclosure", "SecondFailure"]


class How(models.TextChoices):
    """How a customer is told."""

    MAIL = "mail", _("By mail")
    CALL = "call", _("On the phone")
    COUNTER = "counter", _("In person")
    LETTER = "letter", _("By letter")


class DisclosureState(models.TextChoices):
    """Whether they have been told."""

    PLANNED = "planned", _("To be told")
    TOLD = "told", _("Told before they found out")
    OVERTAKEN = "overtaken", _("They found out before we told them")
    DROPPED = "dropped", _("Not told")


class Disclosure(Stateful, Leased):
    """A customer is to be told of a failure by us, before they find out (G2.1): who tells, how, by when.

    It is no promise of the ledger: the customer knows of nothing yet, and it must not stand on their page.

    Attributes:
        by: By when.
        told_at, message: When, and in which words.
        look_at: When the clock looks at it next.
    """

    State = DisclosureState

    How = How

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "planned": ("told", "overtaken", "dropped"),
        "told": (),
        "overtaken": (),
        "dropped": ("planned",),
    }

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="disclosure")
    teller = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=16, choices=How.choices)
    by = models.DateTimeField()
    state = models.CharField(max_length=16, choices=DisclosureState.choices, default=DisclosureState.PLANNED)
    told_at = models.DateTimeField(null=True, blank=True)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    why_not = models.TextField(blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    reminders = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("by", "pk")
        indexes = (
            models.Index(fields=["state", "by"], name="disclosure_state_by"),
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="disclosure_look"),
        )
        constraints = (
            known_values("state", DisclosureState.values, "disclosure_state_known"),
            known_values("how", How.values, "disclosure_how_known"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"

    @property
    def is_overdue(self) -> bool:
        """Whether they should have been told by now."""
        return self.state == "planned" and self.by < timezone.now()


class SecondFailure(models.Model):
    """A case of a customer whom we had hurt before was handed to a named person.

    Attributes:
        to: To whom; None when there was nobody.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="second_failure", primary_key=True)
    to = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class CauseSettings(models.Model):
    """House settings of this room. There is one row, number 1; get it with `services.cause_settings()`.

    Attributes:
        second_failures: To whom the case of a customer goes whom we hurt again; the leads when nobody is named.
        check_after_days: How many days after it is done a prevention is looked at, unless somebody chooses a day.
    """

    second_failures = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who takes care of customers whom we hurt again"),
    )
    check_after_days = models.PositiveSmallIntegerField(_("days until a prevention is checked"), default=30)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="cause_settings_are_one"),)
