"""The case: one customer's failure story from first word to recovery."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.clock.leases import Leased
from amends.desk.customers.models import Customer
from amends.desk.log import Logged
from amends.desk.people.models import Person, Team
from amends.desk.states import Stateful, known_values
from amends.desk.tokens import public_id

__all__ = ["Case", "CaseLog", "Channel", "Fault"]


class Channel(models.TextChoices):
    """Where somebody speaks with us."""

    MAIL = "mail", _("Mail")
    FORM = "form", _("Complaint form")
    PAGE = "page", _("Customer's page")
    CALL = "call", _("Phone call")
    COUNTER = "counter", _("At the counter")
    LETTER = "letter", _("Letter")
    CHAT = "chat", _("Chat")
    SOCIAL = "social", _("Social network")
    REVIEW = "review", _("Review")


class Fault(models.TextChoices):
    """Who failed (field guide G5.1, G3.4); the checker's words for it."""

    OWNER = "owner", _("The owner")
    TEAM = "team", _("Somebody in the team")
    SYSTEM = "system", _("A system of ours")
    SUPPLIER = "supplier", _("A supplier, under our name")
    EXPECTATION = "expectation", _("An expectation that we set")
    NOBODY = "nobody", _("Nobody: it looked so to the customer")
    UNKNOWN = "unknown", _("Not known yet")


class CaseState(models.TextChoices):
    """Where a case stands."""

    NEW = "new", _("New")
    OPEN = "open", _("Being worked on")
    WAITING_FOR_US = "waiting-for-us", _("Waiting for us")
    WAITING_FOR_CUSTOMER = "waiting-for-customer", _("Waiting for the customer")
    RECOVERED = "recovered", _("Put right, says the customer")
    CLOSED_SILENT = "closed-silent", _("Closed, the customer is silent")
    SET_ASIDE = "set-aside", _("Set aside")


class SetAsideWhy(models.TextChoices):
    """Why something is no case."""

    NO_COMPLAINT = "no-complaint", _("No complaint")
    SPAM = "spam", _("Spam")
    AUTOMATIC = "automatic", _("Automatic message")
    DUPLICATE = "duplicate", _("The same as another case")


class Case(Stateful, Leased):
    """One customer's failure story.

    Attributes:
        public_id: Its random name in addresses and on the phone.
        severity, urgency: 0 to 100, from hearing or corrected by a person.
        kinds, stakes, flags: Hearing's words: ["late", "missing"], ["health"], ["repeat", "public"].
        waits_since: Since when the customer waits for us; None while we wait for them or it is over.
        place: Order of the inbox, earliest first: `waits_since` moved back by hurt, see `cases.queue`; None while it
            is not ours to move. That it is null says so in words a database finds an index for.
        next_word_at: By when the customer must hear from us; None when nothing is due.
        next_word_why: "word", "answer", "final", "promise", "acknowledgement" or "person".
        opened_by_us: We knew before the customer did (G2.1).
        failure_number: 1 for the customer's first case with us, 2 for the second ...
        set_aside_why: "no-complaint", "spam", "automatic" or "duplicate".
    """

    State = CaseState

    SetAsideWhy = SetAsideWhy

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "new": ("open", "waiting-for-us", "waiting-for-customer", "recovered", "set-aside"),
        "open": ("waiting-for-us", "waiting-for-customer", "recovered", "closed-silent", "set-aside"),
        "waiting-for-us": ("open", "waiting-for-customer", "recovered", "set-aside"),
        "waiting-for-customer": ("open", "waiting-for-us", "recovered", "closed-silent", "set-aside"),
        "recovered": ("open", "waiting-for-us"),
        "closed-silent": ("open", "waiting-for-us", "recovered"),
        "set-aside": ("new", "open", "waiting-for-us"),
    }
    IN_HAND: ClassVar[tuple[str, ...]] = ("new", "open", "waiting-for-us", "waiting-for-customer")
    OURS_TO_MOVE: ClassVar[tuple[str, ...]] = ("new", "open", "waiting-for-us")

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cases")
    subject = models.CharField(_("what it is about"), max_length=300, blank=True)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, blank=True)
    state = models.CharField(max_length=24, choices=State.choices, default=State.NEW)
    severity = models.PositiveSmallIntegerField(default=0)
    urgency = models.PositiveSmallIntegerField(default=0)
    kinds = models.JSONField(default=list, blank=True)
    stakes = models.JSONField(default=list, blank=True)
    flags = models.JSONField(default=list, blank=True)
    fault = models.CharField(_("who failed"), max_length=16, choices=Fault.choices, default=Fault.UNKNOWN)
    assignee = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases")
    waits_since = models.DateTimeField(null=True, blank=True)
    place = models.DateTimeField(null=True, blank=True)
    next_word_at = models.DateTimeField(null=True, blank=True)
    next_word_why = models.CharField(max_length=24, blank=True)
    opened_by_us = models.BooleanField(default=False)
    failure_number = models.PositiveSmallIntegerField(default=1)
    set_aside_why = models.CharField(max_length=24, choices=SetAsideWhy.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    recovered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["place", "id"], name="case_place"),
            models.Index(fields=["assignee", "place", "id"], name="case_assignee_place"),
            models.Index(fields=["state", "-updated_at", "-id"], name="case_state_updated"),
            models.Index(fields=["-closed_at", "-id"], name="case_closed"),
            models.Index(fields=["customer", "-created_at"], name="case_customer_created"),
            models.Index(
                fields=["next_word_at"], condition=models.Q(next_word_at__isnull=False), name="case_next_word"
            ),
            models.Index(fields=["-updated_at", "-id"], name="case_updated"),
        )
        constraints = (
            known_values("state", CaseState.values, "case_state_known"),
            known_values("channel", Channel.values, "case_channel_known"),
            known_values("fault", Fault.values, "case_fault_known"),
            models.CheckConstraint(condition=models.Q(severity__lte=100, urgency__lte=100), name="case_hurt_in_100"),
        )

    def __str__(self) -> str:
        return self.subject or self.public_id


class CaseLog(Logged):
    """One change of a case. Acts begin with what was changed: "case.assigned", "outline.cause", "promise.kept"."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="log")

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["case", "at"], name="case_log_case_at"),)
