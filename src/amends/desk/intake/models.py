"""Mailboxes that are listened to, the settings of intake, and what keeps the form and the reply addresses safe."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.clock.leases import Leased
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values

__all__ = ["Alias", "FormVisit", "IntakeSettings", "Mailbox", "ReplyAddress"]


class MailboxKind(models.TextChoices):
    """How its mail reaches the desk."""

    IMAP = "imap", _("The desk reads it by IMAP")
    DELIVERED = "delivered", _("A mail server hands it over by SMTP or LMTP")


class MailboxState(models.TextChoices):
    """Whether it is listened to."""

    LISTENING = "listening", _("Listening")
    PAUSED = "paused", _("Paused")


class Security(models.TextChoices):
    """How the connection is protected."""

    TLS = "tls", _("TLS from the beginning (usual, port 993)")
    STARTTLS = "starttls", _("STARTTLS (port 143)")
    NONE = "none", _("None: only for a server on this machine")


class SignIn(models.TextChoices):
    """How the desk proves to the server who it is."""

    PASSWORD = "password", _("Password")
    OAUTH = "oauth", _("Access token (OAuth 2)")


class _Mailboxes(models.Manager["Mailbox"]):
    """Leaves the secret sealed until somebody asks for it: a changed key then troubles one mailbox, not every page."""

    def get_queryset(self) -> "models.QuerySet[Mailbox]":
        """All mailboxes."""
        return super().get_queryset().defer("secret")


class Mailbox(Stateful, Leased):
    """An address to which customers write.

    Attributes:
        address: What customers write to. Replies to it with "+" and a token are ours too when `takes_replies`.
        takes_replies: Whether answers of customers may be asked to come to "name+token@domain" of this address.
        secret: Password or access token, sealed.
        begin_days: How many days back mail is taken in when the folder is seen for the first time; 0 means none.
        uid_validity, last_uid: Up to where the folder has been read; a new validity means that the server has numbered
            its mails anew.
        heard_at: When the server last answered.
        last_mail_at: When the last mail came in.
        idle: Whether the server tells at once when mail comes; None while not known.
        trouble: Code of what is wrong (`mail.trouble`), "" when nothing is; `trouble_detail` is the server's own words.
        failing_since, failures: Since when, and how often in a row, it went wrong.
        next_try_at: When it is tried again.
    """

    Kind = MailboxKind
    State = MailboxState
    Security = Security
    SignIn = SignIn

    objects: ClassVar[models.Manager["Mailbox"]] = _Mailboxes()

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {"listening": ("paused",), "paused": ("listening",)}

    kind = models.CharField(_("how mail comes in"), max_length=16, choices=Kind.choices, default=Kind.IMAP)
    address = models.EmailField(_("address that customers write to"), max_length=254, unique=True)
    takes_replies = models.BooleanField(_("answers may come to this address with “+” in it"), default=False)
    host = models.CharField(_("server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("security"), max_length=16, choices=Security.choices, default=Security.TLS)
    user = models.CharField(_("user name"), max_length=254, blank=True)
    sign_in = models.CharField(_("sign in with"), max_length=16, choices=SignIn.choices, default=SignIn.PASSWORD)
    secret = SealedTextField(_("password or token"), blank=True)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX", blank=True)
    begin_days = models.PositiveSmallIntegerField(_("days back at the beginning"), default=0)
    state = models.CharField(max_length=16, choices=State.choices, default=State.LISTENING)
    uid_validity = models.PositiveBigIntegerField(null=True, blank=True)
    last_uid = models.PositiveBigIntegerField(default=0)
    heard_at = models.DateTimeField(null=True, blank=True)
    last_mail_at = models.DateTimeField(null=True, blank=True)
    idle = models.BooleanField(null=True, blank=True)
    trouble = models.CharField(max_length=32, blank=True)
    trouble_detail = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("address",)
        constraints = (
            known_values("state", MailboxState.values, "mailbox_state_known"),
            known_values("kind", MailboxKind.values, "mailbox_kind_known"),
        )

    def __str__(self) -> str:
        return self.address

    @property
    def raw_name(self) -> str:
        """The name under which raw messages of this mailbox are kept."""
        return f"mailbox {self.pk}"


class Alias(models.Model):
    """Another address of ours whose mail comes into a mailbox, and from which answers to it leave.

    Attributes:
        address: In small letters, without "+".
    """

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="aliases")
    address = models.EmailField(max_length=254, unique=True)

    class Meta:
        ordering = ("address",)

    def __str__(self) -> str:
        return self.address


class IntakeSettings(models.Model):
    """How the desk takes in complaints. There is one row, number 1; get it with `services.settings.intake_settings()`.

    Attributes:
        form_open: Whether the public form can be filled in.
        form_sites: Origins of the pages that may show the form in a frame, one a line.
        acknowledge: Whether each new complaint by mail or form is acknowledged by itself.
    """

    form_open = models.BooleanField(_("the complaint form is open"), default=True)
    form_sites = models.TextField(_("pages that show the form"), blank=True)
    acknowledge = models.BooleanField(_("acknowledge new complaints automatically"), default=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="intake_settings_are_one"),)

    @property
    def sites(self) -> list[str]:
        """The origins, each alone."""
        return self.form_sites.split()


class ReplyAddress(models.Model):
    """Signed reply addresses of one case; there is a row only once they were revoked.

    Attributes:
        generation: Addresses signed for an earlier one lead nowhere.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="reply_address")
    generation = models.PositiveIntegerField(default=0)


class FormVisit(models.Model):
    """One filled-in form, for the limits; taken away after a day.

    Attributes:
        network: Keyed hash of the network address: nobody can be told from it.
        text: Keyed hash of the words.
        once: The form's own number, so that one form is taken in once.
    """

    network = models.CharField(max_length=64)
    text = models.CharField(max_length=64)
    once = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=["network", "at"], name="form_visit_network"),
            models.Index(fields=["text", "at"], name="form_visit_text"),
            models.Index(fields=["at"], name="form_visit_at"),
        )
