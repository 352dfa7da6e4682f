"""What each role may give on its own, budgets, and what was taken from them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.customers.models import Customer
from amends.desk.people.models import Person, Team
from amends.desk.people.roles import Role
from amends.desk.states import known_values

__all__ = ["Authority", "Budget", "Purse", "RemedySettings", "Spending"]


class RemedySettings(models.Model):
    """There is one row, number 1; get it with `services.remedy_settings()`.

    Attributes:
        currency: ISO 4217 code in which limits, budgets and costs are counted.
        rates: Other currencies in which a remedy may be given, each with what one unit is worth in `currency`, as text.
        voucher_days: How long a new voucher holds.
        approval_hours: How long a link in a mail that asks for an approval works.
    """

    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    rates = models.JSONField(_("other currencies"), default=dict, blank=True)
    voucher_days = models.PositiveSmallIntegerField(_("days that a voucher holds"), default=365)
    approval_hours = models.PositiveSmallIntegerField(_("hours that a link for approval works"), default=72)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="remedy_settings_are_one"),)


class Authority(models.Model):
    """What people of a role may decide on their own; beyond it somebody else approves. None is without limit.

    Attributes:
        kinds: Kind to the most that one remedy of it may cost, as text, or None; kinds that are missing may not be
            given.
        per_case: For all remedies of a case together, whoever gave them.
        per_customer: For all that a customer got within 365 days.
        per_month: For all that the person decided in the calendar month.
        per_cause: For all that was given for one cause within 365 days.
    """

    role = models.CharField(max_length=16, choices=Role.choices, unique=True)
    kinds = models.JSONField(default=dict)
    per_case = models.DecimalField(_("per case"), max_digits=12, decimal_places=2, null=True, blank=True)
    per_customer = models.DecimalField(
        _("per customer in 365 days"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    per_month = models.DecimalField(_("per month, each person"), max_digits=12, decimal_places=2, null=True, blank=True)
    per_cause = models.DecimalField(_("per cause in 365 days"), max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = (known_values("role", Role.values, "remedy_authority_role_known"),)

    def __str__(self) -> str:
        return str(self.get_role_display())


class Budget(models.Model):
    """What may be spent in a calendar month: by the house (`team` is None), or for the cases of one team.

    Nobody decides beyond it; the owner may make it larger. Its row is locked while somebody decides.
    """

    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="remedy_budget")
    per_month = models.DecimalField(_("per month"), max_digits=12, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(team__isnull=True), name="remedy_budget_of_the_house"
            ),
        )

    def __str__(self) -> str:
        return str(self.team or _("The business"))


class Purse(models.Model):
    """A row to lock while somebody decides what counts against a limit: "customer 5", "person 3", "cause oven"."""

    key = models.CharField(max_length=100, unique=True)


class Spending(models.Model):
    """What one decided remedy took from limits and budgets, in the house's currency.

    It hangs on the customer and not on the case, so that limits hold although a case was blanked.

    Attributes:
        person, role: Who decided, and their role then.
        amount: What was decided; limits count it until it is released.
        paid: What it came to in the end; None until it is done.
        released_at: When it was given back because the remedy was withdrawn and nothing had been paid.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role.choices)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16)
    cause = models.CharField(max_length=64, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["at"], name="remedy_spending_at"),
            models.Index(fields=["customer", "at"], name="remedy_spending_customer"),
            models.Index(fields=["person", "at"], name="remedy_spending_person"),
            models.Index(fields=["cause", "at"], name="remedy_spending_cause"),
        )
        constraints = (models.CheckConstraint(condition=models.Q(amount__gte=0), name="remedy_spending_amount"),)
