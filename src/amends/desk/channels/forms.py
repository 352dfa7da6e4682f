"""The name of a channel; its settings are in the form of its kind."""

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["NameForm"]


class NameForm(forms.Form):
    """What a channel is called here."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
