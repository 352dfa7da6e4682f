"""What was heard in a message, and what people corrected: kept as data to learn from."""

from django.db import models
from django.utils import timezone

from amends.desk.cases.models.message import Message
from amends.desk.people.models import Person

__all__ = ["Hearing", "HearingCorrection"]


class Hearing(models.Model):
    """What hearing made of one message of a customer.

    Attributes:
        result: The whole result as plain data, with the spans of what they expected, what happened, what they ask.
        heard_by: Version of what heard it, so that old results can be told from new ones.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="hearing")
    is_complaint = models.BooleanField()
    severity = models.PositiveSmallIntegerField(default=0)
    urgency = models.PositiveSmallIntegerField(default=0)
    kinds = models.JSONField(default=list, blank=True)
    result = models.JSONField(default=dict, blank=True)
    heard_by = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)


class HearingCorrection(models.Model):
    """A person says that something was heard wrongly.

    Attributes:
        field: "is_complaint", "severity", "urgency", "kinds", "stakes", "asks" ...
        heard, corrected: The two values.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="hearing_corrections")
    field = models.CharField(max_length=32)
    heard = models.JSONField(null=True)
    corrected = models.JSONField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
