"""Forms for signing in and for people."""

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Team, Theme
from amends.desk.people.roles import Role

__all__ = [
    "AccountForm",
    "CodeForm",
    "FirstOwnerForm",
    "ForgottenForm",
    "InvitationForm",
    "MeForm",
    "NewPasswordForm",
    "PasswordForm",
    "SignInForm",
    "TeamForm",
    "zone_choices",
]


@cache
def _zones() -> tuple[str, ...]:
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if name.startswith(places)))


def zone_choices(empty: Any = None) -> list[tuple[str, Any]]:
    """Time zones to choose from.

    Args:
        empty: Words for none of them, when that is a choice.
    """
    zones: list[tuple[str, Any]] = [(name, name.replace("_", " ")) for name in _zones()]
    return zones if empty is None else [("", empty), *zones]


def _password(label: Any, *, new: bool = False, help_text: Any = "") -> forms.CharField:
    attributes = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label, strip=False, max_length=1_000, widget=forms.PasswordInput(attrs=attributes), help_text=help_text
    )


_NEW_PASSWORD_HELP = _("Ten characters at least. A short sentence that only you would think of is a good one.")


class SignInForm(forms.Form):
    """Mail address and password."""

    email = forms.CharField(
        label=_("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password(_("Password"))


class CodeForm(forms.Form):
    """The code of the second factor."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code", "autofocus": True}
        ),
    )


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    email = forms.EmailField(label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPasswordForm(forms.Form):
    """A new password."""

    password = _password(_("New password"), new=True, help_text=_NEW_PASSWORD_HELP)


class AccountForm(forms.Form):
    """One's own account when joining."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As colleagues and customers know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = _password(_("Password"), new=True, help_text=_NEW_PASSWORD_HELP)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, widget=forms.Select(attrs={"data-own-zone": "yes"})
    )


class FirstOwnerForm(AccountForm):
    """The first owner's account, and the name of the business."""

    business = forms.CharField(
        label=_("Name of your business"),
        max_length=120,
        help_text=_("As your customers call it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label=_("Your mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    field_order = ("business", "name", "email", "password", "language", "time_zone")


class InvitationForm(forms.Form):
    """Whom to invite."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.AGENT)
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.all(), required=False, empty_label=_("None"))


class TeamForm(forms.Form):
    """A team."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "team_%s"} | kwargs)

    name = forms.CharField(label=_("Name of the team"), max_length=80)


class MeForm(forms.Form):
    """One's own page."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: zone_choices(_("The same as the business")), required=False
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices)


class PasswordForm(forms.Form):
    """Change one's own password."""

    old = _password(_("Password as it is now"))
    new = _password(_("New password"), new=True, help_text=_NEW_PASSWORD_HELP)
