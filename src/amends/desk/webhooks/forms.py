"""The form of an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.webhooks.events import EVENTS
from amends.desk.webhooks.models import Endpoint

__all__ = ["EndpointForm"]


class EndpointForm(forms.Form):
    """Where events go, and which."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Such as https://shop.example/hooks/amends"),
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)
    with_words = forms.BooleanField(
        label=_("Send names and words too"),
        required=False,
        help_text=_("Without it only numbers, states and moments leave the desk."),
    )

    def __init__(self, *args: Any, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        """Show an endpoint as it is, or an empty form."""
        if endpoint is not None:
            names = ("name", "address", "events", "with_words")
            kwargs["initial"] = {name: getattr(endpoint, name) for name in names}
        super().__init__(*args, **kwargs)
        field = self.fields["events"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.name, kind.words) for kind in EVENTS.values()]
