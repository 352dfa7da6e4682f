"""Time limits by place, as editable profiles. They are not legal advice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from amends.desk.states import known_values

__all__ = ["Limit", "Profile"]


class Profile(models.Model):
    """The time limits of a place or a trade.

    Attributes:
        key: Stable name of a shipped profile; "" for one of the business's own.
        country: ISO 3166 code whose public holidays and weekends count for working days; "" for Monday to Friday.
        source: Where the limits come from, for whoever checks them.
    """

    key = models.CharField(max_length=32, blank=True)
    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, blank=True)
    source = models.TextField(_("source"), blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="deadline_profile_key_once"),
        )

    def __str__(self) -> str:
        return self.name


class Limit(models.Model):
    """One limit, counted from the moment a complaint came in."""

    class What(models.TextChoices):
        """What must have happened."""

        WORD = "word", _("A first word to the customer")
        ANSWER = "answer", _("The answer")
        FINAL = "final", _("The final answer")

    class Unit(models.TextChoices):
        """How time is counted."""

        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        WORKING_DAYS = "working-days", _("working days")
        WEEKS = "weeks", _("weeks")

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="limits")
    what = models.CharField(_("what"), max_length=16, choices=What.choices)
    amount = models.PositiveSmallIntegerField(_("within"))
    unit = models.CharField(_("unit"), max_length=16, choices=Unit.choices, default=Unit.DAYS)

    class Meta:
        ordering = ("profile", "pk")
        constraints = (
            models.UniqueConstraint(fields=["profile", "what"], name="deadline_limit_what_once"),
            known_values("what", ["word", "answer", "final"], "deadline_what_known"),
            known_values("unit", ["hours", "days", "working-days", "weeks"], "deadline_unit_known"),
        )
