"""The business's own list of causes, and which case has which."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["CaseCause", "Cause"]


class CauseState(models.TextChoices):
    """Whether a cause is on the list."""

    IN_USE = "in-use", _("In use")
    ARCHIVED = "archived", _("Archived")
    MERGED = "merged", _("Put together with another")


class How(models.TextChoices):
    """How a case came to its cause."""

    CHOSEN = "chosen", _("chosen on the case")
    SIMILAR = "similar", _("the same as a similar case")
    MERGED = "merged", _("causes were put together")
    SPLIT = "split", _("a cause was split")
    IMPORTED = "imported", _("brought in")


class Cause(Stateful):
    """One thing that goes wrong, named by the business.

    Attributes:
        key: The folded name, by which the same name written differently is found.
        notes: What is known about it, for colleagues.
        earlier_names: [{"name": "...", "until": "2031-05-02T..."}], the oldest first.
        merged_into: The cause that took it in; its links went there.
        demo: Made by the demonstration.
        figures: What the clock reckoned for the list when there are many cases, see `causes.figures`.
    """

    State = CauseState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "in-use": ("archived", "merged"),
        "archived": ("in-use", "merged"),
        "merged": (),
    }

    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(max_length=160)
    notes = models.TextField(_("what is known about it"), blank=True)
    earlier_names = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=16, choices=CauseState.choices, default=CauseState.IN_USE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    merged_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    demo = models.BooleanField(default=False)
    figures = models.JSONField(default=dict, blank=True)
    figured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            known_values("state", CauseState.values, "cause_state_known"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(merged_into__isnull=True), name="cause_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", merged_into__isnull=False)
                | (~models.Q(state="merged") & models.Q(merged_into__isnull=True)),
                name="cause_merged_into_another",
            ),
        )

    def __str__(self) -> str:
        return self.name


class CaseCause(models.Model):
    """A case has a cause, from one moment until another. Rows are ended, never changed, so that figures of any day can
    still be told after causes were put together or split.

    Attributes:
        main: Whether it is the main one; a case has at most one at a time.
        since, until: From when until when; None while it holds.
        how: A value of `How`.
        came_from: The row that this one follows after causes were put together or split.
    """

    How = How

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="cause_links")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="links")
    main = models.BooleanField(default=False)
    how = models.CharField(max_length=16, choices=How.choices, default=How.CHOSEN)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    came_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-main", "since", "pk")
        indexes = (
            models.Index(fields=["cause", "until", "case"], name="case_cause_cause"),
            models.Index(fields=["case", "until"], name="case_cause_case"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["case", "cause"], condition=models.Q(until__isnull=True), name="case_cause_once"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(until__isnull=True, main=True), name="case_cause_one_main"
            ),
            known_values("how", How.values, "case_cause_how_known"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.cause_id}"
