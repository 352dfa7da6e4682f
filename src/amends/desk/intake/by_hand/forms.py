"""What is written down while somebody speaks."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amends.desk.cases.models import Channel
from amends.desk.customers.models import FormOfAddress, Reach

__all__ = ["READ_BACK", "WrittenDownForm"]

READ_BACK = (
    ("confirmed", gettext_lazy("Yes, that is how it was")),
    ("not-possible", gettext_lazy("They had to go before I could read it")),
)
"""How reading it back ended."""


class WrittenDownForm(forms.Form):
    """A call or a word at the counter."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How did they tell you?"),
        choices=[(value, value.label) for value in (Channel.CALL, Channel.COUNTER, Channel.LETTER)],
    )
    text = forms.CharField(
        label=gettext_lazy("What did they say?"),
        help_text=gettext_lazy("In their words, as they said it. What you think of it goes into the outline."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto", "autofocus": True}),
    )
    name = forms.CharField(
        label=gettext_lazy("Their name"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    mail = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("How do they want to hear from us?"),
        required=False,
        choices=[
            ("", gettext_lazy("They did not say")),
            (Reach.PHONE, Reach.PHONE.label),
            (Reach.MAIL, Reach.MAIL.label),
        ],
    )
    reach_words = forms.CharField(
        label=gettext_lazy("When, and what to mind"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as: after five, never at work."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    form_of_address = forms.ChoiceField(
        label=gettext_lazy("Form of address"),
        required=False,
        choices=[("", gettext_lazy("Not known")), *FormOfAddress.choices],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Their language"),
        required=False,
        choices=[("", gettext_lazy("As heard in the words")), *settings.LANGUAGES],
    )
    mine = forms.BooleanField(label=gettext_lazy("I take care of it myself"), required=False)

    def clean_phone(self) -> str:
        """A number that can be rung."""
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and sum(map(str.isdigit, phone)) < 5:
            raise forms.ValidationError(_("This does not look like a phone number."))
        return phone

    def clean(self) -> dict[str, Any]:
        """Somebody whom nobody can name or reach cannot be answered."""
        data = super().clean() or self.cleaned_data
        known = self.initial.get("known")
        if not known and not self.errors and not any(data.get(field) for field in ("name", "phone", "mail")):
            self.add_error("name", _("Write a name, a phone number or a mail address: who is it that we answer?"))
        if data.get("reach") == Reach.PHONE and not known and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("They want to be rung. Ask for the number."))
        if data.get("reach") == Reach.MAIL and not known and not data.get("mail") and "mail" not in self.errors:
            self.add_error("mail", _("They want a mail. Ask for the address."))
        return data
