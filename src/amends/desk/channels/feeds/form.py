"""The settings of a feed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.feeds.client import fetch
from amends.desk.channels.feeds.parsing import entries
from amends.desk.channels.kinds import ChannelForm, ChannelTrouble

__all__ = ["FeedForm"]


class FeedForm(ChannelForm):
    """Where the feed is, and what to look for in it."""

    address = forms.URLField(
        label=_("Address of the feed"),
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "Where the link named RSS, Atom or Feed on the page leads, such as https://reviews.example/feed.xml"
        ),
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    names = forms.CharField(
        label=_("Only entries with these names"),
        required=False,
        max_length=400,
        help_text=_("One on each line. Leave it empty to take in all."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Fetch it once."""
        del secrets
        found = fetch(settings["address"])
        if found is None:
            raise ChannelTrouble(str(_("There is no feed at this address.")))
        entries(found.content, found.address, timezone.now())
        return settings
