"""What of a case is compared with others, and which cases resemble one another."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["Similar", "Trace"]


class Trace(Leased):
    """What of a case is compared: no words, only hashed features and the facts that two stories can share.

    Attributes:
        features: See `causes.likeness.Features.to_dict`.
        keys: `Features.keys` as 32-bit numbers, from which the index is read in one go.
        made_by: The version of the features; older ones are made anew.
        look_at: When the clock compares it; None when it has.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="trace", primary_key=True)
    features = models.JSONField(default=dict, blank=True)
    keys = models.BinaryField(default=bytes, blank=True)
    made_by = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True, default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="trace_look"),
            models.Index(fields=["made_by", "made_at"], name="trace_made"),
        )


class SimilarState(models.TextChoices):
    """What a person said of a likeness."""

    SUGGESTED = "suggested", _("Suggested")
    SAME = "same", _("The same cause")
    UNRELATED = "unrelated", _("Not related")


class Similar(Stateful):
    """Two cases that resemble one another. What a person decided is kept: it is not suggested again.

    Attributes:
        first, second: The earlier and the later case, by number.
        score: 0 to 100.
        near: Whether they are nearly the same words.
        why: What they share: [["kind", ["late"]], ["fact", ["AB-1203"]], ["subject", ["cold", "cake"]]].
    """

    State = SimilarState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "suggested": ("same", "unrelated"),
        "same": ("unrelated",),
        "unrelated": ("same",),
    }

    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    near = models.BooleanField(default=False)
    why = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=16, choices=SimilarState.choices, default=SimilarState.SUGGESTED)
    made_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-score", "-pk")
        indexes = (
            models.Index(fields=["first", "-score"], name="similar_first"),
            models.Index(fields=["second", "-score"], name="similar_second"),
        )
        constraints = (
            models.UniqueConstraint(fields=["first", "second"], name="similar_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="similar_in_order"),
            known_values("state", SimilarState.values, "similar_state_known"),
        )

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.score}"
