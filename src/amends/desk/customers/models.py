"""Customers and where they can be reached."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.customers.reaching import normalised
from amends.desk.states import known_values
from amends.desk.tokens import public_id

__all__ = ["ContactPoint", "Customer", "FormOfAddress", "GenderedForm", "Merger", "Reach"]


class FormOfAddress(models.TextChoices):
    """How a customer is spoken to, where the language tells the two apart."""

    FORMAL = "formal", _("Formal")
    INFORMAL = "informal", _("Informal")


class GenderedForm(models.TextChoices):
    """Which grammatical form a text to the customer takes, where the language has them. Chosen by the customer's own
    words, never guessed from a name."""

    FEMININE = "feminine", _("Feminine")
    MASCULINE = "masculine", _("Masculine")
    NEUTRAL = "neutral", _("Avoid both")


class Reach(models.TextChoices):
    """How a customer likes to be reached."""

    MAIL = "mail", _("By mail")
    PHONE = "phone", _("By phone")
    PAGE = "page", _("On their page")
    PUBLIC = "public", _("Where they wrote, in public")


class Customer(models.Model):
    """A person whom we serve. `form_of_address`, `gendered_form` and `reach` are "" while not known.

    Attributes:
        reach_words: When and how exactly, in their words ("after five, never at work").
        cares_about: What matters to them.
        erased_at: When everything about them was blanked; the row stays, as cases and the log refer to it.
        merged_into: The row of the same person with which this one was put together; this one stays empty behind it, so
            that addresses of its page still lead somewhere.
    """

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    name = models.CharField(_("name"), max_length=160, blank=True)
    form_of_address = models.CharField(_("form of address"), max_length=16, choices=FormOfAddress.choices, blank=True)
    gendered_form = models.CharField(_("grammatical form"), max_length=16, choices=GenderedForm.choices, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    reach = models.CharField(_("likes to be reached"), max_length=16, choices=Reach.choices, blank=True)
    reach_words = models.CharField(_("when and how"), max_length=200, blank=True)
    cares_about = models.TextField(_("what they care about"), blank=True)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged")

    class Meta:
        ordering = ("name", "pk")
        indexes = (models.Index(fields=["name"], name="customer_name"),)

    def __str__(self) -> str:
        return self.name or str(_("Name not known"))


class Merger(models.Model):
    """Two customers were found to be the same person and put together. It holds what is needed to take them apart.

    Attributes:
        kept, gone: Whose page shows both now, and whose page leads there.
        reason: How it is known, in words of whoever did it.
        moved: What went over, by room: lists of numbers of rows.
        completed: What was not known of the one kept and came from the other: name of the field to [before, after].
    """

    kept = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="mergers")
    gone = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    moved = models.JSONField(default=dict)
    completed = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["at"], name="customer_merger_at"),)

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class ContactPoint(models.Model):
    """A mail address, a phone number, or a name on a network.

    Attributes:
        network: For a handle: where ("mastodon", "bluesky", "google" ...).
        value: As the customer wrote it.
        normalised: As it is looked up.
        verified_at: When it was shown that it is theirs: they wrote from it, or answered there.
        private: Given to us privately (G1.9): shown to staff, never used in public.
    """

    class Kind(models.TextChoices):
        """What it is."""

        MAIL = "mail", _("Mail address")
        PHONE = "phone", _("Phone")
        HANDLE = "handle", _("Name on a network")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    network = models.CharField(max_length=32, blank=True)
    value = models.CharField(max_length=320)
    normalised = models.CharField(max_length=320, editable=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    private = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("kind", "pk")
        indexes = (models.Index(fields=["kind", "normalised"], name="contact_kind_normalised"),)
        constraints = (
            # One mail address or handle leads to one customer; a phone may be shared by a household.
            models.UniqueConstraint(
                fields=["kind", "network", "normalised"],
                condition=models.Q(kind__in=["handle", "mail"]),
                name="contact_leads_to_one_customer",
            ),
            known_values("kind", ["mail", "phone", "handle"], "contact_kind_known"),
        )

    def __str__(self) -> str:
        return self.value

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the form that is looked up."""
        self.normalised = normalised(self.kind, self.value)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
