"""The business and the log of what is no case: settings, people, customers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from amends.desk.deadlines.models import Profile
from amends.desk.log import Logged

__all__ = ["DeskLog", "House"]


class House(models.Model):
    """The business. There is one row, number 1; get it with `house.services.house()`.

    Attributes:
        country: ISO 3166 code; its holidays count, and what is known of apologies and liability there is shown.
        time_zone: In which "by Friday" ends, unless a customer's own is known.
        first_word_hours: Within how many hours every new complaint hears from a person, whatever the law allows.
        vocabulary: Words this house does not use, each with the one it uses (G4.3).
        demo: Whether the demonstration business is loaded.
    """

    name = models.CharField(_("name of the business"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    profile = models.ForeignKey(
        Profile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("time limits")
    )
    first_word_hours = models.PositiveSmallIntegerField(_("hours until the first word"), default=24)
    vocabulary = models.JSONField(_("words of the house"), default=dict, blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="house_is_one"),)

    def __str__(self) -> str:
        return self.name or "Amends"


class DeskLog(Logged):
    """One change of anything but a case.

    Attributes:
        subject: What was changed: "house", "person 3", "customer k7qx3mpt4w", "profile 2".
    """

    subject = models.CharField(max_length=64)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["subject", "-at"], name="desk_log_subject_at"),)
