"""The settings of a channel of Google Business reviews."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.googlereviews.client import GoogleReviews, Token
from amends.desk.channels.kinds import ChannelForm

__all__ = ["GoogleReviewsForm"]

_LOCATION = re.compile(r"accounts/[\w-]{1,40}/locations/[\w-]{1,40}")


class GoogleReviewsForm(ChannelForm):
    """Which location, and what lets the desk in."""

    secrets: ClassVar[tuple[str, ...]] = ("client_secret", "refresh_token")

    location = forms.CharField(
        label=_("Location"),
        max_length=120,
        help_text=_("Such as accounts/123/locations/456"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=300,
        help_text=_(
            "In the Google Cloud console under APIs & Services, Credentials; the client secret stands beside it."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=300,
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    refresh_token = forms.CharField(
        label=_("Refresh token"),
        max_length=2_000,
        help_text=_("Made in Google's OAuth playground with this client ID, by the account that manages the place."),
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def clean_location(self) -> str:
        """A name as Google writes it."""
        location = str(self.cleaned_data["location"]).strip().strip("/")
        if not _LOCATION.fullmatch(location):
            raise forms.ValidationError(_now("Write it as Google does: accounts/123/locations/456."))
        return location

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Ask for the first page of reviews."""
        client = (settings["client_id"], secrets["client_secret"], secrets["refresh_token"])
        GoogleReviews(settings["location"], client, Token(), lambda _token: None).page(None)
        return settings
