"""Forms of the settings of the intake."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.intake.models import MailboxKind, Security, SignIn

__all__ = ["AcknowledgementForm", "FormSettingsForm", "MailboxForm", "TakingInForm"]


class TakingInForm(forms.Form):
    """What every mailbox is asked, however its mail comes in."""

    begin_days = forms.IntegerField(
        label=_("Days back at the beginning"),
        initial=0,
        min_value=0,
        max_value=90,
        help_text=_("0 takes in what comes from now on. Earlier mail stays where it is."),
    )
    takes_replies = forms.BooleanField(
        label=_("Answers of customers come to this address, with a signed “+…” in it"),
        required=False,
        help_text=_("So that an answer finds its case. Your mail server must deliver name+anything to name; most do."),
    )


class MailboxForm(TakingInForm):
    """A mailbox."""

    field_order = (
        *("address", "kind", "host", "port", "security", "user", "sign_in", "secret", "folder"),
        *("begin_days", "takes_replies"),
    )

    address = forms.EmailField(
        label=_("Address that customers write to"), max_length=254, help_text=_("Such as hello@bakery.example.")
    )
    kind = forms.ChoiceField(label=_("How its mail comes in"), choices=MailboxKind.choices, initial=MailboxKind.IMAP)
    host = forms.CharField(
        label=_("Server"), required=False, max_length=253, help_text=_("Your mail provider's help page names it.")
    )
    port = forms.IntegerField(label=_("Port"), initial=993, min_value=1, max_value=65535)
    security = forms.ChoiceField(label=_("Security"), choices=Security.choices, initial=Security.TLS)
    user = forms.CharField(
        label=_("User name"), required=False, max_length=254, help_text=_("Often the whole address.")
    )
    sign_in = forms.ChoiceField(label=_("Sign in with"), choices=SignIn.choices, initial=SignIn.PASSWORD)
    secret = forms.CharField(
        label=_("Password or token"),
        required=False,
        strip=False,
        help_text=_("Kept sealed and never shown. Leave it empty to keep the one that is stored."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=True),
    )
    folder = forms.CharField(label=_("Folder"), initial="INBOX", max_length=200, required=False)


class FormSettingsForm(forms.Form):
    """The public form."""

    form_open = forms.BooleanField(label=_("The complaint form is open"), required=False)
    form_sites = forms.CharField(
        label=_("Sites that show it in a frame"),
        required=False,
        max_length=4_000,
        help_text=_("One address on each line, such as https://bakery.example. Others cannot."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"}),
    )


class AcknowledgementForm(forms.Form):
    """The acknowledgement."""

    acknowledge = forms.BooleanField(
        label=_("Acknowledge new complaints automatically"),
        required=False,
        help_text=_(
            "It says that it is automatic, and by when a person writes. That moment goes into the ledger as a promise."
        ),
    )
