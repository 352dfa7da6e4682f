"""What is to be sent: each row is one sending, which happens once."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Message
from amends.desk.clock.leases import Leased
from amends.desk.states import Stateful, known_values

__all__ = ["OutgoingMessage"]


class OutgoingState(models.TextChoices):
    """How far it got."""

    WAITING = "waiting", _("Waits to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    HELD = "held", _("Held back")


class Lane(models.TextChoices):
    """Which mail goes first."""

    ORDINARY = "", _("Ordinary mail")
    BULK = "bulk", _("The same word to many")


class OutgoingMessage(Stateful, Leased):
    """One mail on its way. Make it with `outbox.services.queue`.

    Attributes:
        message: The message of a case that it carries; None for mail to staff.
        purpose: What kind of mail: "reply", "acknowledgement", "reminder", "invitation", "new-password" ...
        lane: "" for ordinary mail, "bulk" for the same word to many: it steps aside for ordinary mail, see `lanes`.
        once: A name under which it is queued only once ("promise 12 before"); "" for none.
        mail_id: Its Message-ID, fixed before the first try, so that a second try is recognised as the same mail.
        not_before: Earliest moment of sending: the ten seconds to undo, or a scheduled time.
        held_why: Why it is held: "no-mail-server", "outcome-unknown" (see `delivery`), "person".
        attempts: How often sending was tried.
        tried_at: When the last try began; with state "sending" after a crash, its outcome is unknown.
    """

    State = OutgoingState

    Lane = Lane

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("sending", "held", "failed"),
        "sending": ("sent", "waiting", "failed", "held"),
        "failed": ("waiting", "held"),
        "held": ("waiting", "failed", "sent"),
        "sent": (),
    }

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="outgoing")
    purpose = models.CharField(max_length=32)
    lane = models.CharField(max_length=8, choices=Lane.choices, blank=True)
    once = models.CharField(max_length=120, blank=True)
    sender = models.CharField(max_length=500, blank=True)
    reply_to = models.CharField(max_length=500, blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    mail_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    held_why = models.CharField(max_length=32, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("not_before", "pk")
        indexes = (
            models.Index(
                fields=["not_before"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="outgoing_due",
            ),
            models.Index(fields=["lane", "state", "not_before"], name="outgoing_lane_due"),
            models.Index(fields=["state", "-created_at"], name="outgoing_state_created"),
        )
        constraints = (
            models.UniqueConstraint(fields=["once"], condition=~models.Q(once=""), name="outgoing_once"),
            known_values("state", OutgoingState.values, "outgoing_state_known"),
            known_values("lane", Lane.values, "outgoing_lane_known"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.mail_id}"
