"""Secret links to a customer's page. Only the hash of a link's secret is stored, never the secret."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case
from amends.desk.people.models import Person

__all__ = ["CustomerLink", "PageAct", "PortalSettings"]


class CustomerLink(models.Model):
    """A link to the page of one case.

    Attributes:
        token_hash: Hash of the secret in the link.
        made_for: Where it was sent: "mail" for the standing link that all mails of a case carry, "person", "check-in".
        nonce: Of a standing link: its secret is made from this and the desk's own key, which is not in the database,
            so that the same address can be put into each mail as it leaves. "" for links that are shown once.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_for = models.CharField(max_length=32, blank=True)
    nonce = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["case"],
                condition=~models.Q(nonce="") & models.Q(revoked_at__isnull=True),
                name="link_one_standing_a_case",
            ),
        )

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


class PortalSettings(models.Model):
    """How customers get to their pages. There is one row, number 1; get it with `sending.portal_settings()`.

    Attributes:
        link_in_mail: Whether acknowledgements and replies end with the link to the customer's page.
    """

    link_in_mail = models.BooleanField(_("put the link to their page under mail to customers"), default=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="portal_settings_are_one"),)
