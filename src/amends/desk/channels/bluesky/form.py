"""The settings of a Bluesky channel."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings as desk_settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.channels.bluesky.client import AtProto, Session
from amends.desk.channels.kinds import ChannelForm
from amends.desk.channels.models import Channel

__all__ = ["BlueskyForm", "terms_of"]

_MOST_TERMS = 5


class BlueskyForm(ChannelForm):
    """Account, app password, and what to search for."""

    secrets: ClassVar[tuple[str, ...]] = ("password",)

    user = forms.CharField(
        label=_("Account"),
        max_length=253,
        help_text=_("Such as shop.bsky.social"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("App password"),
        max_length=200,
        help_text=_("At Bluesky: Settings, Privacy and security, App passwords."),
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    names = forms.CharField(
        label=_("Names to search for"),
        required=False,
        max_length=400,
        help_text=_("One on each line, five at the most. Mentions and replies come in any case."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    service = forms.URLField(
        label=_("Server"),
        max_length=200,
        initial="https://bsky.social",
        assume_scheme="https",
        help_text=_("Leave it as it is, unless your account lives on a server of its own."),
        widget=forms.URLInput(attrs={"dir": "ltr"}),
    )

    def __init__(self, *args: Any, channel: Channel | None = None, **kwargs: Any) -> None:
        """Show a channel's settings, or an empty form."""
        self._before = dict(channel.settings) if channel is not None else {}
        super().__init__(*args, channel=channel, **kwargs)

    def clean_service(self) -> str:
        """The password goes over no line that others can read."""
        service = str(self.cleaned_data["service"]).rstrip("/")
        if not service.startswith("https://") and not desk_settings.WEBHOOKS_TO_PRIVATE:
            raise forms.ValidationError(_now("Write an address that begins with https://."))
        return service

    def clean(self) -> dict[str, Any]:
        """A kept password never goes to another server."""
        found = dict(super().clean() or {})
        other = self._before.get("service") not in (None, found.get("service"))
        if other and not found.get("password") and "password" not in self.errors:
            self.add_error("password", _now("Enter the app password for the other server."))
        if len(terms_of(found)) > _MOST_TERMS:
            self.add_error("names", _now("Five names at the most."))
        return found

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Sign in once, and learn who we are there."""
        account = AtProto(settings["service"], settings["user"], secrets["password"], Session(), lambda _session: None)
        return {**settings, "did": account.did}


def terms_of(settings: Mapping[str, Any]) -> list[str]:
    """The names that are searched for."""
    return list(dict.fromkeys(filter(None, (line.strip() for line in str(settings.get("names", "")).splitlines()))))
