"""Whom a second opinion is asked of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Person
from amends.desk.sealed import SealedTextField

__all__ = ["OpinionSettings"]


class OpinionSettings(models.Model):
    """Which model may be asked. There is one row, number 1; get it with `services.opinion_settings()`.

    Attributes:
        on: Whether it may be asked at all.
        address: The beginning of the addresses of an OpenAI-compatible service, such as "https://api.example/v1".
        model: The model's name there.
        key: Its key, sealed; "" for a service that wants none.
        confirmed_for: The address for which the owner has said that texts may leave.
        confirmed_by, confirmed_at: Who said so, and when.
    """

    on = models.BooleanField(default=False)
    address = models.CharField(_("Address"), max_length=500, blank=True)
    model = models.CharField(_("Model"), max_length=200, blank=True)
    key = SealedTextField(blank=True)
    confirmed_for = models.CharField(max_length=500, blank=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "opinion settings"

    @property
    def may_be_asked(self) -> bool:
        """Whether it is on, and the owner has said yes to this very address."""
        return bool(self.on and self.address and self.model and self.confirmed_for == self.address)
