"""The forms: quiet hours, a Slack address of one's own, one of a team."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Team
from amends.desk.telling.kinds import KINDS
from amends.desk.telling.models import Way

__all__ = ["QuietForm", "SlackForm", "TeamSlackForm"]

_CLOCK = {"type": "time"}


class QuietForm(forms.Form):
    """From when to when nothing comes."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M")
    )
    urgent_passes = forms.BooleanField(label=_("What is urgent may come all the same"), required=False)


class SlackForm(forms.Form):
    """An incoming webhook."""

    name = forms.CharField(
        label=_("Name"), max_length=80, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    address = forms.CharField(
        label=_("Address of an incoming webhook"),
        max_length=500,
        help_text=_("Such as https://hooks.slack.com/services/…"),
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


class TeamSlackForm(SlackForm):
    """An incoming webhook that a team reads."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
    team = forms.ModelChoiceField(
        label=_("Whose"), queryset=Team.objects.all(), required=False, empty_label=_("Everybody’s")
    )
    kinds = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, way: Way | None = None, **kwargs: Any) -> None:
        """Show a way as it is, or an empty form. The address is shown to nobody again."""
        if way is not None:
            kwargs["initial"] = {"name": way.name, "team": way.team_id, "kinds": way.kinds}
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.name, kind.words) for kind in KINDS.values() if kind.choosable and not kind.personal]
        if way is not None:
            del self.fields["address"]
