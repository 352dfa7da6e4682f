"""Forms for the business and its time limits."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from amends.desk.deadlines.models import Limit, Profile
from amends.desk.people.forms import zone_choices

__all__ = ["HouseForm", "ProfileForm"]


class HouseForm(forms.Form):
    """The business."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As your customers call it."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as LT. Its public holidays are no working days."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, help_text=_("In which “by Friday” ends."))
    first_word_hours = forms.IntegerField(
        label=_("Hours until a customer hears from a person"),
        min_value=1,
        max_value=999,
        help_text=_("For every new complaint, whatever the law allows."),
    )
    profile = forms.ModelChoiceField(
        label=_("Time limits"),
        queryset=Profile.objects.all(),
        required=False,
        empty_label=_("None"),
        help_text=_("Shipped as information, not as legal advice. You can change them."),
    )


class ProfileForm(forms.Form):
    """A profile of time limits: for each thing an amount and a unit; an empty amount is no limit."""

    name = forms.CharField(label=_("Name"), max_length=120)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Whose public holidays are no working days.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for what, words in Limit.What.choices:
            self.fields[what] = forms.IntegerField(label=words, min_value=1, max_value=999, required=False)
            self.fields[f"{what}_unit"] = forms.ChoiceField(
                label=_("counted in"), choices=Limit.Unit.choices, initial=Limit.Unit.DAYS
            )

    def limits(self) -> dict[str, tuple[int, str]]:
        """What is limited, to amount and unit."""
        data = self.cleaned_data
        return {what: (data[what], data[f"{what}_unit"]) for what in Limit.What.values if data.get(what)}
