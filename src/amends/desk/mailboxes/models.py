"""Connections by OAuth 2, mailboxes that send, copies for sent folders, and what mail providers tell us."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.clock.leases import Leased
from amends.desk.intake.models import Mailbox, Security
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values

__all__ = ["Connection", "MailEvent", "MailProvider", "ProviderPost", "Sending", "SentCopy"]


class ConnectionState(models.TextChoices):
    """Whether a mailbox is connected."""

    WANTED = "wanted", _("Not connected yet")
    CONNECTED = "connected", _("Connected")
    LAPSED = "lapsed", _("To be connected again")


class SentFolder(models.TextChoices):
    """Who keeps a sent mail in the sent folder."""

    DESK = "desk", _("The desk puts it there, unless it is there already")
    SERVER = "server", _("The mail server does so by itself")
    NOBODY = "nobody", _("Nobody")


class CopyState(models.TextChoices):
    """Whether a sent mail is in the sent folder."""

    WAITING = "waiting", _("Waits")
    KEPT = "kept", _("Put there")
    THERE = "there", _("Was there")
    LEFT = "left", _("Left out")


class PostState(models.TextChoices):
    """Whether what a provider posted has been read."""

    WAITING = "waiting", _("Waits")
    READ = "read", _("Read")
    UNREADABLE = "unreadable", _("Could not be read")


class _Connections(models.Manager["Connection"]):
    """Leaves secrets sealed until somebody asks for one: a changed key troubles one mailbox, not every page."""

    def get_queryset(self) -> "models.QuerySet[Connection]":
        """All connections."""
        return super().get_queryset().defer("client_secret", "access_token", "refresh_token")


class Connection(Stateful, Leased):
    """The desk's access to a mailbox by OAuth 2.

    Attributes:
        provider: A key of `providers.PROVIDERS`.
        client_id, client_secret: What the provider gave the business for its desk; the secret is sealed.
        tenant: Microsoft's directory; "" for any.
        access_token, refresh_token: Sealed.
        expires_at: When the access token ends.
        refresh_at: When the clock gets the next one, or tries again; None while there is nothing to refresh.
        refreshing_until: Somebody is asking for a token; nobody else does before this moment.
        refreshed_at: When a token last came.
        trouble: Code of what is wrong (`intake.mail.trouble`), "" when nothing is; `trouble_detail` in their words.
    """

    State = ConnectionState

    objects: ClassVar[models.Manager["Connection"]] = _Connections()

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "wanted": ("connected",),
        "connected": ("lapsed", "wanted"),
        "lapsed": ("connected", "wanted"),
    }

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="connection")
    provider = models.CharField(max_length=16)
    client_id = models.CharField(max_length=300)
    client_secret = SealedTextField(blank=True)
    tenant = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WANTED)
    access_token = SealedTextField(blank=True)
    refresh_token = SealedTextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    refresh_at = models.DateTimeField(null=True, blank=True)
    refreshing_until = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_detail = models.TextField(blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["state", "refresh_at"], name="mail_connection_refresh"),)
        constraints = (known_values("state", ConnectionState.values, "mail_connection_state_known"),)

    def __str__(self) -> str:
        return f"{self.provider} {self.mailbox_id}"


class _Sendings(models.Manager["Sending"]):
    """Leaves the secret sealed until somebody asks for it."""

    def get_queryset(self) -> "models.QuerySet[Sending]":
        """All mailboxes that send."""
        return super().get_queryset().defer("secret")


class Sending(models.Model):
    """How a mailbox sends: its own mail server, its own address.

    Attributes:
        on: Whether answers leave from this mailbox.
        host, port, security, user: The server. A mailbox connected by OAuth 2 signs in with its token.
        secret: The password, sealed; "" when it is the one with which the mailbox is read.
        keeps_sent: Who keeps a sent mail in the sent folder.
        sent_folder: The folder; "" to find it by the server's own mark.
        sent_at: When a mail last left.
        trouble, trouble_detail, failing_since: What is wrong, as with `Mailbox`.
    """

    objects: ClassVar[models.Manager["Sending"]] = _Sendings()

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="sending")
    on = models.BooleanField(default=True)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=16, choices=Security.choices, default=Security.STARTTLS)
    user = models.CharField(max_length=254, blank=True)
    secret = SealedTextField(blank=True)
    keeps_sent = models.CharField(max_length=16, choices=SentFolder.choices, default=SentFolder.DESK)
    sent_folder = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_detail = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (known_values("keeps_sent", SentFolder.values, "mail_sending_keeps_known"),)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class SentCopy(Stateful, Leased):
    """A sent mail that belongs into the sent folder of its mailbox.

    Attributes:
        not_before: The server gets some time to put it there itself.
        folder: Where it was put, or found.
    """

    State = CopyState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("kept", "there", "left"),
        "kept": (),
        "there": (),
        "left": (),
    }

    outgoing = models.OneToOneField(OutgoingMessage, on_delete=models.CASCADE, related_name="sent_copy")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sent_copies")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    folder = models.CharField(max_length=200, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["state", "not_before"], name="mail_sent_copy_due"),)
        constraints = (known_values("state", CopyState.values, "mail_sent_copy_state_known"),)


class _Providers(models.Manager["MailProvider"]):
    """Leaves secrets sealed until somebody asks for one."""

    def get_queryset(self) -> "models.QuerySet[MailProvider]":
        """All providers."""
        return super().get_queryset().defer("password", "key")


class MailProvider(models.Model):
    """A mail provider that posts to us what comes in and what became of what went out.

    Attributes:
        kind: A key of `kinds.KINDS`.
        public_id: In the address to which it posts.
        password: What it shows us with each post (HTTP basic), sealed.
        key: With what it signs, where it signs; sealed.
        heard_at: When it last posted something that was genuine.
        trouble, trouble_detail, trouble_at: What was last refused or not read, and when.
    """

    objects: ClassVar[models.Manager["MailProvider"]] = _Providers()

    kind = models.CharField(max_length=24)
    public_id = models.CharField(max_length=16, unique=True)
    password = SealedTextField()
    key = SealedTextField(blank=True)
    on = models.BooleanField(default=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_detail = models.TextField(blank=True)
    trouble_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class ProviderPost(Stateful, Leased):
    """What a provider posted, byte by byte, kept before anybody tries to read it.

    Attributes:
        door: "inbound" for mail, "tracking" for what became of ours.
        content_hash: SHA-256 of door, type and bytes: the same post is kept once.
        content: The bytes; taken away when they have been read, as a mail in them is kept as a raw message then.
    """

    State = PostState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("read", "unreadable"),
        "unreadable": ("waiting",),
        "read": (),
    }

    provider = models.ForeignKey(MailProvider, on_delete=models.CASCADE, related_name="posts")
    door = models.CharField(max_length=16)
    content_type = models.CharField(max_length=300)
    content_hash = models.CharField(max_length=64)
    content = models.BinaryField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["state", "received_at"], name="mail_post_due"),)
        constraints = (
            models.UniqueConstraint(fields=["provider", "content_hash"], name="mail_post_once"),
            known_values("state", PostState.values, "mail_post_state_known"),
        )


class MailEvent(models.Model):
    """One thing that a provider told: it happens once, however often it is told.

    Attributes:
        key: The provider's own id of it, or a hash of what it says.
        what: As anymail names it: "inbound", "bounced", "delivered" ...
    """

    provider = models.ForeignKey(MailProvider, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=200)
    what = models.CharField(max_length=24)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["at"], name="mail_event_at"),)
        constraints = (models.UniqueConstraint(fields=["provider", "key"], name="mail_event_once"),)
