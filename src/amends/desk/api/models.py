"""Tokens of the API, and answers kept so that a request sent twice is done once."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.people.models import Person
from amends.desk.sealed import SealedTextField

__all__ = ["PER_MINUTE", "ApiToken", "KeptAnswer"]

PER_MINUTE = 300
"""Requests of one token in a minute when nothing else is chosen; as many may come at once."""


class ApiToken(models.Model):
    """A secret with which a program acts for a person. Only its hash is stored.

    Attributes:
        prefix: How the secret begins, to tell tokens apart.
        scopes: Names of `scopes.SCOPES`.
        per_minute: Requests in a minute.
        level, level_at: How many requests may come at once, and when that was reckoned (a token bucket).
        revoked_at, revoked_by: When it was ended before its time, and by whom.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField(default=PER_MINUTE)
    level = models.FloatField(default=PER_MINUTE)
    level_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["person", "-created_at"], name="api_token_person"),)

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether it can still be used, as far as the token goes; its person has to be active besides."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered; kept for a day.

    Attributes:
        key: The key, chosen by the caller, unique with the token.
        request_hash: SHA-256 of method, path and body, so that a key is not used for two different things.
        body: The answer, sealed, as it may hold a customer's words.
        case: Whose case it is about; it goes with an erased customer.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = SealedTextField(blank=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["token", "key"], name="api_answer_once"),)
        indexes = (models.Index(fields=["created_at"], name="api_answer_created"),)
