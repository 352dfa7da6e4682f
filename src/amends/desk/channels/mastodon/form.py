"""Settings of a Mastodon channel, tried with the server before they are stored."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings as desk_settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amends.desk.channels.kinds import ChannelForm, ChannelTrouble
from amends.desk.channels.mastodon.client import Client, NotFound

__all__ = ["MOST_NAMES", "MastodonForm"]

MOST_NAMES = 8
USUAL_LIMIT = 500


class MastodonForm(ChannelForm):
    """Where our account is, its token, and the names to search for."""

    secrets: ClassVar[tuple[str, ...]] = ("token",)

    server = forms.CharField(
        label=gettext_lazy("Server"),
        max_length=253,
        help_text=gettext_lazy("Such as mastodon.example"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none"}),
    )
    account = forms.CharField(
        label=gettext_lazy("Our account there"),
        max_length=120,
        help_text=gettext_lazy("Such as @bakery"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none"}),
    )
    token = forms.CharField(
        label=gettext_lazy("Access token"),
        max_length=400,
        help_text=gettext_lazy(
            "Made there under Preferences, Development, with these rights and no others: read:notifications, "
            "read:search, read:statuses, write:statuses"
        ),
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    names = forms.CharField(
        label=gettext_lazy("Names of the business to search for"),
        required=False,
        max_length=600,
        help_text=gettext_lazy("One a line. The server finds only posts whose authors let them be searched."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_server(self) -> str:
        """The address of the server, as it is asked."""
        typed = self.cleaned_data["server"].strip().rstrip("/")
        address = typed if "://" in typed else f"https://{typed}"
        parts = urlsplit(address)
        plain_allowed = parts.scheme == "http" and desk_settings.WEBHOOKS_TO_PRIVATE
        if not parts.hostname or (parts.scheme != "https" and not plain_allowed) or parts.path or parts.query:
            raise forms.ValidationError(_("Write the name of the server, such as mastodon.example."))
        return f"{parts.scheme}://{parts.netloc}"

    def clean_account(self) -> str:
        """The name of our account at its server."""
        name: str = self.cleaned_data["account"].strip().lstrip("@").partition("@")[0]
        if not name:
            raise forms.ValidationError(_("Write the name of our account there, such as @bakery."))
        return name

    def clean_names(self) -> str:
        """Each name alone."""
        names = [" ".join(line.replace('"', " ").split()) for line in self.cleaned_data["names"].splitlines()]
        kept = list(dict.fromkeys(name for name in names if name))
        if len(kept) > MOST_NAMES:
            raise forms.ValidationError(_("These are many names. Keep the eight that matter."))
        return "\n".join(kept)

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Ask the server who we are there, whether the token is taken, and how long a post may be."""
        public = Client(settings["server"])
        try:
            instance = public.get("/api/v2/instance")
            account = public.get("/api/v1/accounts/lookup", [("acct", settings["account"])])
        except NotFound as error:
            raise ChannelTrouble(_("The server does not know this account."), None, _("Look at its name.")) from error
        Client(settings["server"], secrets.get("token", "")).get("/api/v1/notifications", [("limit", "1")])
        if not isinstance(instance, dict) or not isinstance(account, dict) or not account.get("id"):
            raise ChannelTrouble(_("The server's answer cannot be read."), None, _("Is this a Mastodon server?"))
        statuses = (instance.get("configuration") or {}).get("statuses") or {}
        limit = statuses.get("max_characters")
        return {
            **settings,
            "account_id": str(account["id"]),
            "domain": str(instance.get("domain") or urlsplit(settings["server"]).netloc),
            "limit": limit if isinstance(limit, int) and limit > 0 else USUAL_LIMIT,
        }
