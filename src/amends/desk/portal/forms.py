"""Forms of the customer's page. They work without scripts and keep what was written when something is wrong."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from amends.desk.customers.models import Reach

__all__ = ["NotYetForm", "PortalSettingsForm", "WishesForm", "WriteForm"]

_REACH = [
    ("", _("It does not matter")),
    (Reach.MAIL, _("By mail")),
    (Reach.PHONE, _("By phone")),
    (Reach.PAGE, _("Here on this page")),
]


class WriteForm(forms.Form):
    """An answer or a question. Files are read beside it, see `views`."""

    text = forms.CharField(
        label=_("Your words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": 20_000}),
    )


class NotYetForm(forms.Form):
    """What is missing."""

    text = forms.CharField(
        label=_("What is missing?"),
        required=False,
        help_text=_("In your own words, as short as you like. You can leave it empty too."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "maxlength": 20_000}),
    )


class WishesForm(forms.Form):
    """How and when the customer wants to be reached."""

    reach = forms.ChoiceField(label=_("How we may reach you"), choices=_REACH, required=False)
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=40,
        help_text=_("For us alone; nobody else sees it."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    reach_words = forms.CharField(
        label=_("When, or what else we should know"),
        required=False,
        max_length=200,
        help_text=_("For example: after five, never at work."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PortalSettingsForm(forms.Form):
    """How customers get to their pages."""

    link_in_mail = forms.BooleanField(
        label=_("Put the link to their page under replies and acknowledgements"), required=False
    )
