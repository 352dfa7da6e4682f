"""Forms for customers."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from amends.desk.customers.models import ContactPoint, FormOfAddress, GenderedForm, Reach

__all__ = ["ContactForm", "CustomerForm", "SameForm"]


def _choices(choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", _("Not known")), *choices]


class CustomerForm(forms.Form):
    """A customer as a person."""

    name = forms.CharField(label=_("Name"), max_length=160, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=lambda: _choices(settings.LANGUAGES), required=False)
    form_of_address = forms.ChoiceField(
        label=_("Form of address"), choices=lambda: _choices(FormOfAddress.choices), required=False
    )
    gendered_form = forms.ChoiceField(
        label=_("Grammatical form"),
        choices=lambda: _choices(GenderedForm.choices),
        required=False,
        help_text=_("As they speak of themselves; never guessed from a name."),
    )
    reach = forms.ChoiceField(label=_("Likes to be reached"), choices=lambda: _choices(Reach.choices), required=False)
    reach_words = forms.CharField(
        label=_("When and how"), max_length=200, required=False, help_text=_("“After five, never at work.”")
    )
    cares_about = forms.CharField(
        label=_("What they care about"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    notes = forms.CharField(
        label=_("Notes"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ContactForm(forms.Form):
    """Where else a customer can be reached."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "contact_%s"} | kwargs)

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind.choices)
    value = forms.CharField(label=_("Address, number or name"), max_length=320)
    network = forms.CharField(
        label=_("Network"), max_length=32, required=False, help_text=_("For a name on a network.")
    )
    private = forms.BooleanField(label=_("Given to us privately"), required=False)


class SameForm(forms.Form):
    """How it is known that two are one person."""

    reason = forms.CharField(
        label=_("How you know"), max_length=300, help_text=_("“She said so on the phone.” It stays in the log.")
    )
