"""Forms of saved views."""

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["SaveForm"]


class SaveForm(forms.Form):
    """The name of a view, and for whom it is."""

    name = forms.CharField(
        label=_("Name of the view"), max_length=40, widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    )
    shared = forms.BooleanField(label=_("for everybody"), required=False)
    asked = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
