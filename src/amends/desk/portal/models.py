"""Secret links to a customer's page. Only the hash of a link's secret is stored."""

from django.db import models
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.people.models import Person

__all__ = ["CustomerLink", "PageAct"]


class CustomerLink(models.Model):
    """A link to the page of one case.

    Attributes:
        token_hash: Hash of the secret in the link.
        made_for: Where it was sent: "reply", "acknowledgement", "person".
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_for = models.CharField(max_length=32, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    @property
    def works(self) -> bool:
        """Whether it can still be used."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class PageAct(models.Model):
    """One thing done on a customer's page, kept for a day to hold back floods.

    Attributes:
        key: Hash of what is counted: a link, or a network address.
        kind: "message", "wish", "answer", "renewal", "miss".
    """

    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["key", "kind", "at"], name="page_act_key_kind_at"),)
