"""The question whether it is right now, and what came of it."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.states import Stateful, known_values

__all__ = ["CheckIn", "CheckInSettings"]


class CheckInState(models.TextChoices):
    """How far a question got."""

    PLANNED = "planned", _("Planned")
    ASKED = "asked", _("Asked, no answer so far")
    RIGHT = "right", _("It is right now")
    NOT_YET = "not-yet", _("Not yet")
    ANSWERED = "answered", _("Wrote instead")
    SILENT = "silent", _("Silent")
    NO_ADDRESS = "no-address", _("No mail address known")
    OFF = "off", _("Called off: the case went on")


class CheckIn(Stateful, Leased):
    """One question to a customer, or an answer that they gave unasked.

    Attributes:
        ask_at: When it is asked; None when they spoke first.
        silent_at: Until when an answer is waited for. Silence is silence: it is never counted as recovery.
        message: The question as it was sent.
    """

    State = CheckInState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "planned": ("asked", "right", "not-yet", "no-address", "off"),
        "asked": ("right", "not-yet", "answered", "silent", "off"),
        "silent": ("right", "not-yet"),
        "right": (),
        "not-yet": (),
        "answered": (),
        "no-address": (),
        "off": (),
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="check_ins")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PLANNED)
    ask_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    silent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["ask_at"], condition=models.Q(state="planned"), name="check_in_planned"),
            models.Index(fields=["silent_at"], condition=models.Q(state="asked"), name="check_in_asked"),
        )
        constraints = (
            known_values("state", CheckInState.values, "check_in_state_known"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["planned", "asked"]), name="check_in_one_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.state}"


class CheckInSettings(models.Model):
    """Whether and when customers are asked. There is one row, number 1; get it with `services.check_in_settings()`.

    Attributes:
        days: Days after the last promise was kept.
        silent_days: Days after the question until silence closes the case, as silent.
    """

    on = models.BooleanField(_("Ask customers whether it is right now"), default=True)
    days = models.PositiveSmallIntegerField(_("Days after the last promise was kept"), default=3)
    silent_days = models.PositiveSmallIntegerField(_("Days to wait for an answer"), default=14)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="check_in_settings_are_one"),)
