"""The settings of a channel of Google Play reviews."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.googleplay.client import PlayReviews
from amends.desk.channels.kinds import ChannelForm

__all__ = ["GooglePlayForm"]

_PACKAGE = re.compile(r"[A-Za-z][\w]*(\.[A-Za-z][\w]*)+")


class GooglePlayForm(ChannelForm):
    """Which app, and the key of a service account."""

    secrets: ClassVar[tuple[str, ...]] = ("key",)

    package = forms.CharField(
        label=_("Name of the app's package"),
        max_length=150,
        help_text=_("Such as com.example.shop"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    key = forms.CharField(
        label=_("Key of the service account (JSON)"),
        max_length=10_000,
        help_text=_("The whole content of the file that Google saved when the key was made."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_package(self) -> str:
        """A name as Google writes it."""
        package = str(self.cleaned_data["package"]).strip()
        if not _PACKAGE.fullmatch(package):
            raise forms.ValidationError(_now("Write it as Google does: com.example.shop."))
        return package

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Ask for the first page of reviews."""
        PlayReviews(settings["package"], secrets["key"]).page(None)
        return settings
