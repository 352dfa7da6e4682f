"""The settings of a channel of App Store reviews."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.appstore.client import StoreReviews
from amends.desk.channels.kinds import ChannelForm

__all__ = ["AppStoreForm"]


class AppStoreForm(ChannelForm):
    """Which app, and a key of App Store Connect."""

    secrets: ClassVar[tuple[str, ...]] = ("key",)

    app = forms.RegexField(
        r"^[0-9]{1,20}$",
        label=_("Number of the app"),
        help_text=_("Apple ID of the app, such as 1234567890"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "inputmode": "numeric"}),
    )
    issuer = forms.RegexField(
        r"^[0-9a-fA-F-]{10,60}$",
        label=_("Issuer ID"),
        help_text=_("In App Store Connect under Users and Access, Integrations, above the list of keys."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    key_id = forms.RegexField(
        r"^[A-Z0-9]{4,20}$",
        label=_("Key ID"),
        help_text=_("In the same list, beside the name of the key."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    key = forms.CharField(
        label=_("Key (AuthKey_….p8)"),
        max_length=2_000,
        help_text=_("The whole content of the file that Apple let you download."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Ask for the first page of reviews."""
        StoreReviews(settings["app"], (settings["issuer"], settings["key_id"], secrets["key"])).page(None)
        return settings
