"""How people want to be told, the ways to them, what happened, and each telling of it by one way."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person, Team
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values
from amends.desk.telling.quiet import Quiet

__all__ = ["Delivery", "How", "Notice", "Preferences", "TellingSettings", "Way"]


class How(models.TextChoices):
    """By what somebody is told."""

    MAIL = "mail", _("Mail")
    PUSH = "push", _("Push")
    SLACK = "slack", _("Slack")


class TellingSettings(models.Model):
    """What holds for all. There is one row, number 1; get it with `services.telling_settings()`.

    Attributes:
        with_words: Whether push and Slack may show names and words, and not only the kind and the number of the case.
        push_key: The desk's own key for web push (RFC 8292), PEM, made when it is first needed.
    """

    with_words = models.BooleanField(_("Names and words may stand in push and Slack"), default=False)
    push_key = SealedTextField(blank=True)


class Preferences(models.Model):
    """What one person has chosen; without a row all is as it comes.

    Attributes:
        chosen: Name of a kind to the ways wanted for it; a kind that is not there is told as `Kind` says.
        quiet_from, quiet_until: Quiet hours in the person's time zone, or both None.
        urgent_passes: Whether what is urgent comes in quiet hours too.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="told_how")
    chosen = models.JSONField(default=dict)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("Quiet until"), null=True, blank=True)
    urgent_passes = models.BooleanField(_("What is urgent may come all the same"), default=False)

    class Meta:
        verbose_name_plural = "preferences"

    def quiet(self, zone: ZoneInfo) -> Quiet | None:
        """The quiet hours, or None when there are none."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return Quiet(self.quiet_from, self.quiet_until, zone)

    def comes_at(self, moment: datetime, zone: ZoneInfo, *, urgent: bool) -> datetime:
        """When something that happens at a moment may be told."""
        quiet = self.quiet(zone)
        return moment if quiet is None or (urgent and self.urgent_passes) else quiet.free_from(moment)


class WayState(models.TextChoices):
    """Whether anything is sent there."""

    ON = "on", _("On")
    OFF = "off", _("Off")
    REMOVED = "removed", _("Removed")


class Way(Stateful, Leased):
    """One way to a person or a team: their mail, one browser, one Slack address. The clock takes a way as a whole, so
    that one that is slow or dead holds up itself alone.

    Attributes:
        key: What makes it one and the same: "mail 12", "push 3f...", "slack 9c...".
        person: To whom; None for a team's.
        team: For a Slack address of a team: whose; None for all.
        kinds: For a team's: names of kinds it is told of. A person's own are in `Preferences`.
        name: What it is called.
        address: Where it leads; secret, as whoever knows it can post there. "" for mail.
        keys: What a browser gave beside its address: "p256dh auth", base64url.
        off_why: Why it is off: "person", or what went wrong.
        failing_since, failures, paused_until: Since when nothing arrived, how often, and when it is tried again.
        last_ok_at, last_problem: Its health.
    """

    State = WayState
    How = How

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "on": ("off", "removed"),
        "off": ("on", "removed"),
        "removed": ("on",),
    }

    key = models.CharField(max_length=80, unique=True)
    how = models.CharField(max_length=8, choices=How.choices)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="ways")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="ways")
    kinds = models.JSONField(default=list, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    address = SealedTextField(blank=True)
    keys = SealedTextField(blank=True)
    state = models.CharField(max_length=16, choices=WayState.choices, default=WayState.ON)
    off_why = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("how", "pk")
        constraints = (
            known_values("state", WayState.values, "telling_way_state"),
            known_values("how", How.values, "telling_way_how"),
        )

    def __str__(self) -> str:
        return self.name or self.get_how_display()


class Notice(models.Model):
    """Something that happened and is worth telling; told under the same name only once.

    Attributes:
        once: The name, such as "promise 12 lapsed 2031-05-02T12:00+00:00".
        kind: The name of a `Kind`.
        address: The page of the desk that it leads to, from "/" on.
    """

    once = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=64)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["at"], name="telling_notice_at"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.once}"


class DeliveryState(models.TextChoices):
    """How far a telling has got."""

    WAITING = "waiting", _("Waits")
    ARRIVED = "arrived", _("Arrived")
    BY_MAIL = "by-mail", _("Went by mail instead")
    GIVEN_UP = "given-up", _("Given up")


class Delivery(Stateful):
    """One notice on one way.

    Attributes:
        due_at: When it may be told: the end of quiet hours, say; None when it is over.
        purpose, subject, text, language: The mail, or what would be mailed if this way failed; empty once it is over.
        together: With how many others it was told as one.
    """

    State = DeliveryState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("arrived", "by-mail", "given-up"),
        "arrived": (),
        "by-mail": (),
        "given-up": (),
    }

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    way = models.ForeignKey(Way, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    due_at = models.DateTimeField(null=True, blank=True)
    purpose = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    together = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(
                fields=["way", "due_at"], condition=models.Q(due_at__isnull=False), name="telling_delivery_due"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["notice", "way"], name="telling_delivery_once"),
            known_values("state", DeliveryState.values, "telling_delivery_state"),
        )
