"""Forms of what is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.privacy.keeping import LEAST_DAYS
from amends.desk.privacy.models import Kind

__all__ = ["EraseForm", "RulesForm"]


class RulesForm(forms.Form):
    """Days for each kind; nothing keeps it for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, words in Kind.choices:
            self.fields[kind] = forms.IntegerField(
                label=words, required=False, min_value=LEAST_DAYS, help_text=_("Days. Empty: kept for ever.")
            )


class EraseForm(forms.Form):
    """Why, and that one means it."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stays in the log, so leave out the customer's name. Such as: asked for it by mail."),
    )
    sure = forms.BooleanField(label=_("I know that nobody can bring it back"))
