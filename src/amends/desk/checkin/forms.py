"""The settings of the check-in."""

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["SettingsForm"]


class SettingsForm(forms.Form):
    """Whether and when customers are asked."""

    on = forms.BooleanField(label=_("Ask customers whether it is right now"), required=False)
    days = forms.IntegerField(label=_("Days after the last promise was kept"), min_value=1, max_value=90)
    silent_days = forms.IntegerField(
        label=_("Days to wait for an answer"),
        min_value=3,
        max_value=180,
        help_text=_("Then the case is closed as silent, which is no success."),
    )
