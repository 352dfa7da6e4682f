"""Forms of mailboxes and mail providers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.intake.forms import TakingInForm
from amends.desk.intake.models import Security
from amends.desk.mailboxes.kinds import KINDS
from amends.desk.mailboxes.models import SentFolder
from amends.desk.mailboxes.providers import Provider

__all__ = ["AliasesForm", "ClientForm", "ConnectForm", "ProviderForm", "SendingForm"]


def _left_to_right(**more: str) -> dict[str, str]:
    return {"dir": "ltr", "autocomplete": "off", **more}


class ClientForm(forms.Form):
    """What the provider gave the business for its desk."""

    client_id = forms.CharField(
        label=_("Client id"), max_length=300, widget=forms.TextInput(attrs=_left_to_right(spellcheck="false"))
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=500,
        help_text=_("Kept sealed and never shown. Leave it empty to keep the one that is stored."),
        widget=forms.PasswordInput(attrs=_left_to_right()),
    )
    tenant = forms.CharField(
        label=_("Directory (tenant) id"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=_left_to_right(spellcheck="false")),
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        """Ask what this provider needs."""
        super().__init__(*args, **kwargs)
        if not provider.has_tenants:
            self.fields.pop("tenant")


class ConnectForm(TakingInForm, ClientForm):
    """A mailbox that is to be connected."""

    field_order = ("address", "client_id", "client_secret", "tenant", "begin_days", "takes_replies")

    address = forms.EmailField(
        label=_("Address that customers write to"),
        max_length=254,
        help_text=_("Such as hello@bakery.example."),
        widget=forms.EmailInput(attrs=_left_to_right()),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Both providers deliver name+anything to name, and no secret is stored yet that could be kept."""
        super().__init__(*args, **kwargs)
        self.fields["takes_replies"].initial = True
        self.fields["client_secret"].help_text = _("Kept sealed and never shown.")


class SendingForm(forms.Form):
    """How a mailbox sends."""

    on = forms.BooleanField(label=_("Answers leave from this address"), required=False)
    host = forms.CharField(
        label=_("Server"),
        max_length=253,
        help_text=_("Your mail provider's help page names it."),
        widget=forms.TextInput(attrs=_left_to_right()),
    )
    port = forms.IntegerField(label=_("Port"), initial=587, min_value=1, max_value=65535)
    security = forms.ChoiceField(
        label=_("Security"),
        choices=[
            (Security.STARTTLS, _("STARTTLS (usual, port 587)")),
            (Security.TLS, _("TLS from the beginning (port 465)")),
            (Security.NONE, Security.NONE.label),
        ],
        initial=Security.STARTTLS,
    )
    user = forms.CharField(
        label=_("User name"), required=False, max_length=254, widget=forms.TextInput(attrs=_left_to_right())
    )
    secret = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        help_text=_("Kept sealed and never shown. Empty: the one with which the mailbox is read."),
        widget=forms.PasswordInput(attrs=_left_to_right(), render_value=True),
    )
    keeps_sent = forms.ChoiceField(
        label=_("Sent mail in the sent folder"), choices=SentFolder.choices, initial=SentFolder.DESK
    )
    sent_folder = forms.CharField(
        label=_("Sent folder"),
        required=False,
        max_length=200,
        help_text=_("Empty: the one that the server marks as such."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, by_token: bool = False, **kwargs: Any) -> None:
        """Ask for no password where the mailbox signs in by its connection."""
        super().__init__(*args, **kwargs)
        if by_token:
            self.fields.pop("secret")


class AliasesForm(forms.Form):
    """Further addresses of ours."""

    aliases = forms.CharField(
        label=_("Other addresses of yours"),
        required=False,
        max_length=10_000,
        help_text=_(
            "One on each line. Mail to them comes into this mailbox; what they send is taken for your own; an answer "
            "leaves from the address that the customer wrote to."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false"}),
    )


class ProviderForm(forms.Form):
    """A mail provider that posts to us."""

    kind = forms.ChoiceField(label=_("Provider"), choices=[(key, kind.name) for key, kind in KINDS.items()])
    key = forms.CharField(
        label=_("Key of its signature"),
        required=False,
        max_length=2_000,
        help_text=_("Mailgun: “HTTP webhook signing key”. SendGrid: “verification key”. The others sign nothing."),
        widget=forms.TextInput(attrs=_left_to_right(spellcheck="false")),
    )
