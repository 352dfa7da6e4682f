"""What is done so that a cause does not come again, what was told of it, and what came again all the same."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.causes.models.cause import Cause
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["Prevention", "PreventionCheck", "Recurrence", "Told"]


class PreventionState(models.TextChoices):
    """How far a prevention is."""

    PLANNED = "planned", _("To be done")
    DONE = "done", _("Done, not checked yet")
    WORKS = "works", _("Works")
    FAILED = "failed", _("Does not work")
    DROPPED = "dropped", _("Given up")


class Prevention(Stateful, Leased):
    """One change that is to stop a cause.

    Attributes:
        act: What is done.
        owner: Who does it; None while nobody does.
        due_day, due_at: The day by whose end it is done, and that moment in the house's zone.
        check_day, check_at: The day on which somebody looks whether it works, and when that day begins.
        checker: Who looks; the leads when nobody is named.
        done_at: Since when it is in force.
        look_at: When the clock looks at it next; None when there is nothing to remind of.
        reminders: What was sent: [{"kind": "due", "at": "..."}].
    """

    State = PreventionState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "planned": ("done", "dropped"),
        "done": ("works", "failed", "planned", "dropped"),
        "works": ("failed", "done"),
        "failed": ("planned", "dropped"),
        "dropped": ("planned",),
    }
    IN_FORCE: ClassVar[tuple[str, ...]] = ("done", "works")
    PENDING: ClassVar[tuple[str, ...]] = ("planned", "done")

    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="preventions")
    act = models.CharField(_("what is done"), max_length=500)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="preventions")
    due_day = models.DateField(_("done by the end of"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    check_day = models.DateField(_("checked on"), null=True, blank=True)
    check_at = models.DateTimeField(null=True, blank=True)
    checker = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16, choices=PreventionState.choices, default=PreventionState.PLANNED)
    done_at = models.DateTimeField(null=True, blank=True)
    done_words = models.TextField(_("what was done"), blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    reminders = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = (models.F("due_at").asc(nulls_last=True), "pk")
        indexes = (
            models.Index(fields=["cause", "state"], name="prevention_cause"),
            models.Index(fields=["state", "due_at"], name="prevention_due"),
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="prevention_look"),
        )
        constraints = (known_values("state", PreventionState.values, "prevention_state_known"),)

    def __str__(self) -> str:
        return self.act

    @property
    def is_overdue(self) -> bool:
        """Whether it should be done or checked by now."""
        now = timezone.now()
        if self.state == "planned":
            return self.due_at is not None and self.due_at < now
        return self.state == "done" and self.check_at is not None and self.check_at < now


class CheckResult(models.TextChoices):
    """What somebody saw who looked."""

    WORKS = "works", _("It works")
    FAILED = "failed", _("It does not work")
    TOO_EARLY = "too-early", _("Too early to tell")


class PreventionCheck(models.Model):
    """Somebody looked whether a prevention works.

    Attributes:
        words: What they saw.
    """

    Result = CheckResult

    prevention = models.ForeignKey(Prevention, on_delete=models.CASCADE, related_name="checks")
    result = models.CharField(max_length=16, choices=CheckResult.choices)
    words = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (known_values("result", CheckResult.values, "prevention_check_known"),)


class Told(models.Model):
    """Somebody was told that it will not happen again.

    Attributes:
        cause: Of what; None while the case has no main cause. It follows the main cause of its case.
        case, message: To whom and in which words; both None for what everybody was told outside a case.
        everyone: Whether the world could read it.
        quote: Our words.
        at: When it was said.
    """

    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, blank=True, related_name="told")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="told")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    everyone = models.BooleanField(default=False)
    quote = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["cause", "at"], name="told_cause_at"),)
        constraints = (
            models.UniqueConstraint(fields=["message"], name="told_once_a_message"),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) | models.Q(cause__isnull=False), name="told_of_something"
            ),
        )

    def __str__(self) -> str:
        return self.quote


class RecurrenceState(models.TextChoices):
    """Whether the leads have seen it."""

    RAISED = "raised", _("New")
    SEEN = "seen", _("Seen by a lead")
    WITHDRAWN = "withdrawn", _("It was none")


class Recurrence(Stateful):
    """A case of a cause of which somebody had been told before that it will not happen again (G2.7).

    Attributes:
        prevention: The prevention that was to stop it, and against which it counts.
        told_at: When that was first told.
        told_to: To how many customers it had been told when the case opened; 0 when only everybody at once.
    """

    State = RecurrenceState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "raised": ("seen", "withdrawn"),
        "seen": ("withdrawn",),
        "withdrawn": ("raised",),
    }

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="recurrence")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="recurrences")
    prevention = models.ForeignKey(
        Prevention, on_delete=models.SET_NULL, null=True, blank=True, related_name="recurrences"
    )
    told_at = models.DateTimeField()
    told_to = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=RecurrenceState.choices, default=RecurrenceState.RAISED)
    raised_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    word = models.TextField(blank=True)

    class Meta:
        ordering = ("-raised_at", "-pk")
        indexes = (
            models.Index(fields=["state", "-raised_at"], name="recurrence_state"),
            models.Index(fields=["cause", "state"], name="recurrence_cause"),
        )
        constraints = (known_values("state", RecurrenceState.values, "recurrence_state_known"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
