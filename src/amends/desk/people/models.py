"""People, teams, one-time links, failed sign-ins."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from amends.desk.people.roles import Role
from amends.desk.sealed import SealedTextField
from amends.desk.states import known_values

__all__ = ["Identity", "OneTimeLink", "People", "Person", "SignInFailure", "Team", "Theme"]


class Theme(models.TextChoices):
    """Colours of the pages."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Team(models.Model):
    """People who take care of cases together."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    demo = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Finds people by mail address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """The person with a mail address."""
        return self.get(email=self.normalise(username or ""))

    @staticmethod
    def normalise(email: str) -> str:
        """A mail address as it is stored: without blanks around it, in small letters."""
        return email.strip().casefold()


class Person(AbstractBaseUser):
    """Somebody who works at the desk. Never deleted, as the log names them; inactive people cannot sign in.

    Attributes:
        session_stamp: Part of what a session proves; changing it ends all sessions.
        totp_secret: Key of the second factor (base32), set once it is confirmed.
        totp_last: The last time step whose code was used, so that a code works once.
        recovery_codes: Hashes of the codes that still work in place of the second factor.
    """

    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.AGENT)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="people")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("colours"), max_length=8, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now)
    session_stamp = models.CharField(max_length=32, blank=True)
    totp_secret = SealedTextField(blank=True)
    totp_last = models.BigIntegerField(default=0)
    recovery_codes = models.JSONField(default=list, blank=True)
    demo = models.BooleanField(default=False)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "pk")
        constraints = (known_values("role", Role.values, "person_role_known"),)

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the mail address as it is looked up."""
        self.email = People.normalise(self.email)
        super().save(*args, **kwargs)

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code."""
        return bool(self.totp_secret)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # The password alone would leave sessions alive when a person asks to end them all.
        return salted_hmac(
            "amends.desk.people.Person.session",
            f"{self.password}:{self.session_stamp}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    if TYPE_CHECKING:
        # What Django's typing wants of a user; authority is ours alone, see `authority`.
        is_staff: bool
        is_superuser: bool


class Identity(models.Model):
    """By what a provider of OpenID Connect knows a person.

    Attributes:
        issuer: The provider as it names itself.
        subject: The provider's name for the person, which never changes, as mail addresses do.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),)

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"


class OneTimeLink(models.Model):
    """A link that works once: for the first owner, an invitation, a forgotten password. Only its hash is stored."""

    class Purpose(models.TextChoices):
        """What a link is for."""

        FIRST_OWNER = "first-owner", _("First owner")
        INVITATION = "invitation", _("Invitation")
        NEW_PASSWORD = "new-password", _("New password")

    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    @property
    def works(self) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class SignInFailure(models.Model):
    """One failed sign-in, kept for a short while to lock out guessing.

    Attributes:
        key: Hash of what was tried: the mail address, or the network address it was tried from, or both.
        about: Hash of the mail address, "" for the count of a network address; forgiven together.
    """

    key = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True, db_index=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["key", "at"], name="sign_in_failure_key_at"),)
