"""The form for a new token."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from amends.desk.api.models import PER_MINUTE
from amends.desk.api.scopes import SCOPES, scopes_for
from amends.desk.api.services.tokens import DAYS, MOST_DAYS, MOST_PER_MINUTE
from amends.desk.people.models import Person

__all__ = ["TokenForm"]


class TokenForm(forms.Form):
    """What a token is for and what it may do: at most what its person may."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("Such as: the till, the shop's assistant."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(label=_("What may it do?"), widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("Days until it ends"), initial=DAYS, min_value=1, max_value=MOST_DAYS)
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), initial=PER_MINUTE, min_value=10, max_value=MOST_PER_MINUTE
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        """Offer what the person may do."""
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        # The name stands beside the words, as programs and the documentation call it so.
        field.choices = [
            (name, format_html('<span>{} <code dir="ltr">{}</code></span>', SCOPES[name].words, name))
            for name in scopes_for(person)
        ]
