"""What was done, by whom, when: rows that are written once and never changed."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

__all__ = ["Logged"]


class Logged(models.Model):
    """One change: who, when, what, before and after. Append only.

    Attributes:
        person: Who did it; None when it was the desk itself or a customer, see `actor`.
        actor: "person", or what acted on its own: "clock", "intake", "customer" ...
        act: What was done, such as "case.assigned".
        before, after: The changed values by name.
        blanked_at: When the content was taken out because a customer was erased; that it happened stays.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=32, default="person")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=64)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    note = models.TextField(blank=True)
    blanked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row once.

        Raises:
            TypeError: It is written already.
        """
        if not self._state.adding:
            raise TypeError("a log is never changed; write another row")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a log is never deleted")
