"""Messages of a case, the bytes they were read from, and their attachments."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk import store
from amends.desk.cases.models.case import Case, Channel
from amends.desk.clock.leases import Leased
from amends.desk.customers.models import ContactPoint
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["Attachment", "Message", "RawMessage"]


class RawState(models.TextChoices):
    """Whether it has been read."""

    WAITING = "waiting", _("Waiting to be read")
    READ = "read", _("Read")
    UNREADABLE = "unreadable", _("Cannot be read")
    NO_CASE = "no-case", _("Nothing for a case")


class RawMessage(Stateful, Leased):
    """Bytes as they came, stored before anybody tries to read them; make one with `cases.services.keep_raw`.

    Attributes:
        mailbox: Where they came in: "mailbox 3", "form", "smtp".
        content_hash: SHA-256; the same bytes of one mailbox are kept once.
        content: The bytes, when they are few; else they are in the store under the hash.
        envelope: What was known besides the bytes: envelope sender and recipients, the server's own id.
        state: waiting to be read; read into a message; unreadable, with `problem`; or nothing for a case (bounces).
    """

    State = RawState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("read", "unreadable", "no-case"),
        "unreadable": ("waiting",),
        "no-case": ("waiting",),
        "read": (),
    }

    mailbox = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    content = models.BinaryField(null=True, blank=True)
    size = models.PositiveBigIntegerField()
    envelope = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    received_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="raw_message_waiting"),
            models.Index(fields=["received_at"], name="raw_message_received"),
        )
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "content_hash"], name="raw_message_once"),
            known_values("state", RawState.values, "raw_message_state_known"),
        )

    def raw(self) -> bytes:
        """The bytes.

        Raises:
            StoreError: They were in the store and are gone.
        """
        return bytes(self.content) if self.content is not None else store.read(self.content_hash)


class Direction(models.TextChoices):
    """Which way it goes."""

    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")
    INTERNAL = "internal", _("Our note")


class Delivery(models.TextChoices):
    """How far something that goes out has got."""

    DRAFT = "draft", _("Draft")
    APPROVAL = "approval", _("Waits for a second person")
    WAITING = "waiting", _("Waits to be sent")
    SENT = "sent", _("Sent")
    BOUNCED = "bounced", _("Came back")
    FAILED = "failed", _("Not sent")
    HELD = "held", _("Held back")


class Message(models.Model):
    """Something said by one side, or a note of ours.

    Attributes:
        direction: "in" from the customer, "out" to the customer, "internal" a note that stays with us.
        public: Whether the world can read it.
        author: Who of us wrote it, or wrote it down.
        sender_name, sender_address: Who it says it is from.
        recipients: {"to": [[name, address]], "cc": [...]}.
        mail_id, in_reply_to, references: The mail's own, with angle brackets.
        headers: Further headers that matter, by name in small letters.
        text: The whole of it as plain text.
        own_text: The writer's own words: without quoted mail, signature and legal footer. "" means all of `text`.
        html: Sanitised; "" when there is none.
        automatic: Sent by no person: an auto-reply, an acknowledgement.
        sent_at: When it was sent, as far as that is to be believed; `received_at` is when it reached us.
        delivery: For what goes out: how far it got; the outbox sets it.
        review: What the checker said of it when it was sent (`Review.to_dict`).
        sent_despite: The reason a person gave for sending it although errors were found.
    """

    Direction = Direction

    Delivery = Delivery

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    raw = models.ForeignKey(RawMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    public = models.BooleanField(default=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    contact = models.ForeignKey(ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages")
    sender_name = models.CharField(max_length=200, blank=True)
    sender_address = models.CharField(max_length=320, blank=True)
    recipients = models.JSONField(default=dict, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    mail_id = models.CharField(max_length=998, blank=True)
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.JSONField(default=list, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    text = models.TextField(blank=True)
    own_text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    automatic = models.BooleanField(default=False)
    sent_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(default=timezone.now)
    delivery = models.CharField(max_length=16, choices=Delivery.choices, blank=True)
    delivery_words = models.TextField(blank=True)
    review = models.JSONField(null=True, blank=True)
    sent_despite = models.TextField(blank=True)

    class Meta:
        ordering = ("sent_at", "pk")
        indexes = (
            models.Index(fields=["case", "sent_at"], name="message_case_sent"),
            # Whole indexes: SQLite finds a partial one only when its condition stands in the query word for word.
            models.Index(fields=["mail_id"], name="message_mail_id"),
            models.Index(fields=["sender_address"], name="message_sender"),
        )
        constraints = (
            known_values("direction", Direction.values, "message_direction_known"),
            known_values("channel", Channel.values, "message_channel_known"),
            known_values("delivery", ["", *Delivery.values], "message_delivery_known"),
            models.CheckConstraint(
                condition=~models.Q(direction="internal", public=True), name="message_note_is_never_public"
            ),
        )

    @property
    def words(self) -> str:
        """The writer's own words."""
        return self.own_text or self.text


class Attachment(models.Model):
    """A file that came or goes with a message; its content is in the store under its hash.

    Attributes:
        name: Made safe for a file system and a header.
        content_type: As sniffed from the content, not as the sender says.
        content_id: For pictures inside HTML.
        problem: Why it cannot be read, when it cannot; then there may be no hash.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120, default="application/octet-stream")
    size = models.PositiveBigIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    content_id = models.CharField(max_length=250, blank=True)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["content_hash"], name="attachment_content"),)

    def __str__(self) -> str:
        return self.name
