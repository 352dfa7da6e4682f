"""The recovery plan in its versions, trials of words, and drills. Nothing here points at a case or a customer."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["Drill", "DrillAnswer", "DrillTick", "Part", "PlanVersion", "WordsTrial"]


class Part(models.TextChoices):
    """The steps in which the plan is written; the printed page has the same order."""

    FIRST_HOUR = "first-hour", _("The first hour")
    PEOPLE = "people", _("Whom to call")
    AUTHORITY = "authority", _("Who may do what")
    WORDS = "words", _("Our words")
    LIMITS = "limits", _("The limits")


class PlanVersion(models.Model):
    """The whole plan as it was after one part was written. Written once, never changed and never deleted.

    Attributes:
        number: 1, 2, 3 ... without gaps; the highest is the plan.
        part: What was written in this version.
        content: Each part that is written to what is in it; see `content`.
    """

    number = models.PositiveIntegerField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    part = models.CharField(max_length=16, choices=Part.choices)
    content = models.JSONField(default=dict)

    class Meta:
        ordering = ("-number",)
        constraints = (known_values("part", Part.values, "plan_version_part_known"),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the version once.

        Raises:
            TypeError: It is written already.
        """
        if not self._state.adding:
            raise TypeError("a version of the plan is never changed; write another")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a version of the plan is never deleted")


class WordsTrial(models.Model):
    """Words of the house, tried on replies that were sent.

    Attributes:
        kind: The kind of business they were proposed for, or "".
        text: The words as they were written, one line for each unwanted word.
        pairs: Each unwanted word with the one used instead: what `House.vocabulary` becomes.
        read: How many sent replies were read, the newest first.
        found: How many of these would have had the finding.
        examples: The first of them: {"message": number, "marks": [[start, end, word used instead], ...]}, in code
            points of the message's text.
        on_at, on_by: When these words were switched on, and by whom.
    """

    kind = models.CharField(max_length=16, blank=True)
    text = models.TextField()
    pairs = models.JSONField(default=dict)
    read = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    examples = models.JSONField(default=list)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    on_at = models.DateTimeField(null=True, blank=True)
    on_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-pk",)


class DrillState(models.TextChoices):
    """Whether the clock of a drill runs."""

    RUNNING = "running", _("Under way")
    ENDED = "ended", _("Over")


class ProposalState(models.TextChoices):
    """What became of the change that those who took part propose."""

    NONE = "", _("None")
    WAITING = "waiting", _("Waits for the owner")
    TAKEN = "taken", _("In the plan")
    LEFT = "left", _("Left as it is")


class Drill(Stateful):
    """An exercise with a made-up story. It has rows of its own only: no case, customer, mail or figure knows of it.

    Attributes:
        story: Its key in `stories`.
        language: That of the story's words.
        pace: How many minutes of the story pass in one minute.
        plan: A copy of the plan as it was when the drill began.
        hastened: Seconds that were passed over because nobody wanted to wait.
        well, lacked: What those who took part say went well, and what the plan lacked.
        proposal: One change of the plan, proposed by them, for `proposal_part`.
    """

    State = DrillState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {"running": ("ended",), "ended": ()}

    story = models.CharField(max_length=32)
    language = models.CharField(max_length=8)
    pace = models.PositiveSmallIntegerField(default=1)
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=DrillState.choices, default=DrillState.RUNNING)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    hastened = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    well = models.TextField(blank=True)
    lacked = models.TextField(blank=True)
    proposal = models.TextField(blank=True)
    proposal_part = models.CharField(max_length=16, choices=Part.choices, blank=True)
    proposal_state = models.CharField(max_length=16, choices=ProposalState.choices, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            known_values("state", DrillState.values, "drill_state_known"),
            known_values("proposal_state", ProposalState.values, "drill_proposal_state_known"),
        )


class DrillAnswer(models.Model):
    """What somebody would do and say at one step of the story.

    Attributes:
        step: Index of the story's step.
        does: What they would do.
        says: What they would say or write; the checker has read it.
        review: Labels of the `components` and the `findings` that it found, None when nothing would be said.
        minute: The story's minute.
    """

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="answers")
    step = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    minute = models.PositiveIntegerField()
    does = models.TextField(blank=True)
    says = models.TextField(blank=True)
    review = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)


class DrillTick(models.Model):
    """A step of the plan's first hour that was taken in the drill.

    Attributes:
        step: Index of the step in the copy of the plan.
        minute: The story's minute in which it was taken.
    """

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="ticks")
    step = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    minute = models.PositiveIntegerField()

    class Meta:
        ordering = ("minute", "pk")
        constraints = (models.UniqueConstraint(fields=["drill", "step"], name="drill_tick_once"),)
