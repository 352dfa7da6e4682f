"""The outline: a case's private facts. What the customer perceived and what the record shows are never merged (G3)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models.case import Case

__all__ = ["Outline", "OutlineEvent"]


class Outline(models.Model):
    """Short fields, saved as typed; who changed what and when is in the case's log. Who failed is `Case.fault`."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "perceived",
        "record",
        "cause",
        "fix",
        "prevention",
        "make_good",
        "longer_answer",
    )

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="outline")
    perceived = models.TextField(_("What it was like for the customer"), blank=True)
    record = models.TextField(_("What our record shows"), blank=True)
    cause = models.TextField(_("Why it happened, honestly"), blank=True)
    fix = models.TextField(_("How it is put right"), blank=True)
    prevention = models.TextField(_("What keeps it from happening again"), blank=True)
    make_good = models.TextField(_("What makes it good"), blank=True)
    longer_answer = models.TextField(_("The longer answer, for when they ask"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class OutlineEvent(models.Model):
    """One event of the story.

    Attributes:
        day, clock: When it happened, as far as known, in the house's time zone.
        words: What happened.
    """

    outline = models.ForeignKey(Outline, on_delete=models.CASCADE, related_name="events")
    day = models.DateField(_("day"), null=True, blank=True)
    clock = models.TimeField(_("time"), null=True, blank=True)
    words = models.CharField(_("what happened"), max_length=500)

    class Meta:
        ordering = (
            models.F("day").asc(nulls_last=True),
            models.F("clock").asc(nulls_first=True),
            "pk",
        )
