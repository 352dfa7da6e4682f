"""The form in which the owner says whom a second opinion is asked of."""

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["OpinionForm"]


class OpinionForm(forms.Form):
    """An OpenAI-compatible service."""

    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("As its maker gives it, such as https://api.example/v1"),
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    model = forms.CharField(
        label=_("Model"), max_length=200, widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )
    key = forms.CharField(
        label=_("Key"),
        max_length=500,
        required=False,
        help_text=_("Kept sealed and never shown. Left empty, the one there is stays, as long as the address does."),
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    confirmed = forms.BooleanField(
        label=_(
            "Yes: when somebody asks, the outline, what the customer said and our draft leave the desk for this address"
        ),
        required=False,
    )
