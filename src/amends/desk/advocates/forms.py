"""Forms of the advocates' pages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.advocates.models import Advocate, Use
from amends.desk.advocates.services import today

__all__ = [
    "AgreeForm",
    "DeedForm",
    "LaterForm",
    "NeverForm",
    "PraiseForm",
    "RewardForm",
    "SaidForm",
    "SettingsForm",
]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, initial=today, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def _words(label: Any, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=4_000, **values)


def _amount(label: Any, **values: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"})
    return forms.DecimalField(
        label=label, min_value=0, max_digits=9, decimal_places=2, localize=True, widget=widget, **values
    )


class SaidForm(forms.Form):
    """Words and their day."""

    words = _words(_("In their own words"))
    day = _day(_("Day"))

    def __init__(self, *args: Any, label: Any = None, **values: Any) -> None:
        super().__init__(*args, **values)
        if label:
            self.fields["words"].label = label


class AgreeForm(SaidForm):
    """What they agree to."""

    agreed_to = forms.MultipleChoiceField(
        label=_("What they agree to"), choices=Use.choices, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("agreed_to", "words", "day")


class LaterForm(forms.Form):
    """Not now: until when, and why."""

    until = forms.DateField(
        label=_("Quiet until"),
        initial=lambda: today() + timedelta(days=182),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    note = _words(_("Why, for us alone"), required=False)


class NeverForm(forms.Form):
    """Never: why."""

    note = _words(_("Why, for us alone"), required=False)


class DeedForm(SaidForm):
    """What they did for us."""

    use = forms.ChoiceField(label=_("What it was"), required=False)
    field_order = ("use", "words", "day")

    def __init__(self, *args: Any, of: Advocate, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["words"].label = _("What they did for us")
        use = self.fields["use"]
        assert isinstance(use, forms.ChoiceField)
        use.choices = [("", _now("Something else")), *Use.choices]


class RewardForm(forms.Form):
    """Something for them."""

    what = forms.CharField(label=_("What they get"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    why = _words(_("For what"), help_text=_("Never for a review: what is paid for is no honest word."))
    cost = _amount(_("What it costs us"))
    day = _day(_("Day"))

    def __init__(self, *args: Any, left: str = "", **values: Any) -> None:
        super().__init__(*args, **values)
        if left:
            self.fields["cost"].help_text = _now("Left of the year's budget: %(left)s.") % {"left": left}


class PraiseForm(forms.Form):
    """Praise that somebody of ours heard."""

    contact = forms.CharField(
        label=_("Mail address or phone of the customer"),
        max_length=320,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    words = _words(_("What they said"))


class SettingsForm(forms.Form):
    """The budget and the months between thanks."""

    per_year = _amount(_("For rewards in a calendar year"), help_text=_("While it is 0, there are no rewards."))
    thank_months = forms.IntegerField(label=_("Thank each at least every so many months"), min_value=1, max_value=24)
