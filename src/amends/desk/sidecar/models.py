"""Desks that are connected, what they told, their conversations, and the notes that go back."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values
from amends.desk.tokens import public_id

__all__ = ["Connection", "Conversation", "Delivery", "Note", "Said"]


class ConnectionState(models.TextChoices):
    """Whether it is listened to."""

    ON = "on", _("On")
    OFF = "off", _("Off")
    REMOVED = "removed", _("Removed")


class _Connections(models.Manager["Connection"]):
    """Leaves secrets sealed until somebody asks for them: a changed key then troubles one desk, not every page."""

    def get_queryset(self) -> "models.QuerySet[Connection]":
        """All of them."""
        return super().get_queryset().defer("secret", "token")


class Connection(Stateful, Leased):
    """Another desk that tells us what is said there. The clock takes a connection to post its notes.

    Attributes:
        public_id: Its name in the address that the other desk posts to.
        product: Name of a folder of `products`.
        address: Where the other desk is, without a slash at the end.
        secret: What its webhooks are signed with, or carry.
        token: With what notes are posted.
        options: What the product needs besides, by the names of its fields.
        language: Of the notes; "" for that of the house.
        check_all: Whether replies in conversations without a complaint are checked too.
        heard_at: When it last told something.
        refused, refused_since, refused_why: How many tellings were not signed rightly, since when nothing else came,
            and a code of `product.Refused`.
        posted_at: When a note was last posted.
        trouble, trouble_words: What is wrong, a code of `asking.Trouble`; "" when nothing is.
        trouble_since: Since when.
        failures: How often in a row it went wrong.
        paused_until: Nothing is posted before.
        no_complaints: How many words of customers were no complaint, and opened no case.
    """

    State = ConnectionState

    objects: ClassVar[models.Manager["Connection"]] = _Connections()

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "on": ("off", "removed"),
        "off": ("on", "removed"),
        "removed": (),
    }

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    product = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(_("address"), max_length=300)
    secret = SealedTextField(blank=True)
    token = SealedTextField(blank=True)
    options = models.JSONField(default=dict, blank=True)
    language = models.CharField(_("language of the notes"), max_length=8, choices=settings.LANGUAGES, blank=True)
    check_all = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=ConnectionState.choices, default=ConnectionState.ON)
    heard_at = models.DateTimeField(null=True, blank=True)
    refused = models.PositiveIntegerField(default=0)
    refused_since = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(max_length=32, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_words = models.CharField(max_length=300, blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    no_complaints = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "pk")
        constraints = (known_values("state", ConnectionState.values, "sidecar_connection_state"),)

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """A conversation over there. One with a complaint has a case, and is gone with it.

    Attributes:
        remote_id: Its id over there.
        address: Its page over there.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="conversations")
    remote_id = models.CharField(max_length=100)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="other_desks")
    address = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["connection", "remote_id"], name="sidecar_conversation_once"),)

    def __str__(self) -> str:
        return self.remote_id


class DeliveryState(models.TextChoices):
    """How far it has got."""

    WAITING = "waiting", _("Waiting to be read")
    TAKEN = "taken", _("Taken in")
    NOTHING = "nothing", _("Nothing to do")
    UNREADABLE = "unreadable", _("Cannot be read")


class Delivery(Stateful, Leased):
    """One telling of another desk: its bytes as they came, stored before anybody tries to read them.

    Attributes:
        key: Names it; the same telling comes in once.
        content: The bytes; None once they are not kept any more.
        headers: The headers that its product reads, names in small letters.
        why: What became of it, a value of `outcomes.Why`; `why_words` is what was wrong with it.
        taken_up_by: Who said that it is a complaint although it was not heard as one.
    """

    State = DeliveryState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("taken", "nothing", "unreadable"),
        "taken": (),
        "nothing": ("waiting",),
        "unreadable": ("waiting",),
    }

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=64)
    content = models.BinaryField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    why = models.CharField(max_length=32, blank=True)
    why_words = models.CharField(max_length=300, blank=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    taken_up_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["state", "id"], name="sidecar_delivery_state"),
            models.Index(fields=["connection", "-id"], name="sidecar_delivery_list"),
            models.Index(fields=["connection", "state", "-id"], name="sidecar_delivery_by_state"),
            models.Index(fields=["received_at"], name="sidecar_delivery_received"),
        )
        constraints = (
            models.UniqueConstraint(fields=["connection", "key"], name="sidecar_delivery_once"),
            known_values("state", DeliveryState.values, "sidecar_delivery_state_known"),
        )


class Side(models.TextChoices):
    """Who said it."""

    CUSTOMER = "customer", _("The customer")
    OURS = "ours", _("We")
    DRAFT = "draft", _("A draft of ours")


class Said(models.Model):
    """Something said over there, by its id alone; its words are in the message, when there is a case.

    Attributes:
        remote_id: Its id over there, unique in its conversation.
        twin: Under which other id the same words may be told.
    """

    Side = Side

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="said")
    remote_id = models.CharField(max_length=100)
    twin = models.CharField(max_length=100, blank=True)
    side = models.CharField(max_length=16, choices=Side.choices)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["conversation", "remote_id"], name="sidecar_said_once"),
            known_values("side", Side.values, "sidecar_said_side_known"),
        )


class NoteState(models.TextChoices):
    """How far a note has got."""

    WAITING = "waiting", _("On its way")
    POSTED = "posted", _("Posted")
    GIVEN_UP = "given-up", _("Given up")


class Note(Stateful):
    """A private note on what somebody of ours wrote, on its way to the other desk.

    Attributes:
        marker: Stands at its end; by it we know it again, over there and when it comes back.
        findings, promises: How many of each it tells of.
        begun_at: When it was first posted, for all we know; from then on we look whether it stands there before we
            post it again.
        remote_id: Its id over there.
        next_at: When it is tried next; None when it is over.
    """

    State = NoteState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("posted", "given-up"),
        "given-up": ("waiting",),
        "posted": (),
    }

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="notes")
    said = models.OneToOneField(Said, on_delete=models.CASCADE, related_name="note")
    marker = models.CharField(max_length=12, unique=True, default=public_id)
    text = models.TextField()
    findings = models.PositiveSmallIntegerField(default=0)
    promises = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=NoteState.choices, default=NoteState.WAITING)
    begun_at = models.DateTimeField(null=True, blank=True)
    remote_id = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    problem = models.CharField(max_length=300, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=["connection", "next_at"], condition=models.Q(next_at__isnull=False), name="sidecar_note_due"
            ),
        )
        constraints = (known_values("state", NoteState.values, "sidecar_note_state_known"),)
