"""Where events go, what happened, and each event's way to each address."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values

__all__ = ["Delivery", "Endpoint", "Event"]


class EndpointState(models.TextChoices):
    """Whether events are sent there."""

    ON = "on", _("On")
    OFF = "off", _("Off")
    REMOVED = "removed", _("Removed")


class Endpoint(Stateful, Leased):
    """An address that is told of events. The clock takes an endpoint, not an event: one that is slow holds up itself.

    Attributes:
        secret: What its events are signed with, "whsec_..."; `old_secret` signs beside it until `old_secret_until`.
        events: Names of kinds of events.
        with_words: Whether events hold names and the customer's and our words.
        off_why: Why it is off: "person", or what went wrong.
        failing_since, failures: Since when, and how often in a row, nothing arrived.
        paused_until: Nothing is tried before, as the last try did not even get through.
        last_ok_at, last_problem, last_problem_at: Its health.
    """

    State = EndpointState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "on": ("off", "removed"),
        "off": ("on", "removed"),
        "removed": (),
    }

    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=500)
    secret = SealedTextField(blank=True)
    old_secret = SealedTextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    events = models.JSONField(default=list)
    with_words = models.BooleanField(_("Send names and words too"), default=False)
    state = models.CharField(max_length=16, choices=EndpointState.choices, default=EndpointState.ON)
    off_why = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_problem = models.CharField(max_length=500, blank=True)
    last_problem_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "pk")
        constraints = (known_values("state", EndpointState.values, "webhook_endpoint_state"),)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened, told under the same id however often.

    Attributes:
        event_id: The id that receivers know it by.
        once: A name under which it is told only once; "" for none.
        data: Numbers, states and moments; no words of anybody.
    """

    event_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=64)
    once = models.CharField(max_length=120, blank=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["at"], name="webhook_event_at"),)
        constraints = (
            models.UniqueConstraint(fields=["once"], condition=~models.Q(once=""), name="webhook_event_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class DeliveryState(models.TextChoices):
    """How far an event has got."""

    WAITING = "waiting", _("On its way")
    ARRIVED = "arrived", _("Arrived")
    GIVEN_UP = "given-up", _("Given up")


class Delivery(Stateful):
    """One event on its way to one address.

    Attributes:
        next_at: When it is tried next; None when it is over.
        attempts: How often it was tried.
        status: What the address answered the last time; None when it did not.
        problem: What went wrong the last time.
    """

    State = DeliveryState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("arrived", "given-up"),
        "given-up": ("waiting",),
        "arrived": ("waiting",),
    }

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["endpoint", "next_at"],
                condition=models.Q(next_at__isnull=False),
                name="webhook_delivery_due",
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_endpoint"),
        )
        constraints = (
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once"),
            known_values("state", DeliveryState.values, "webhook_delivery_state"),
        )
