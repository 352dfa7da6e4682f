"""The form of a connection: what every product needs, and what this one needs besides."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from amends.desk.sidecar.models import Connection
from amends.desk.sidecar.product import Product

__all__ = ["ConnectionForm"]


class ConnectionForm(forms.Form):
    """Where the other desk is, and with what we speak with it. Secrets are never shown again."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
    address = forms.CharField(
        label=_("Address of the other desk"),
        max_length=300,
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    token = forms.CharField(
        label=_("Token"),
        max_length=2_000,
        required=False,
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("Secret of the webhook"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the notes"), required=False)
    check_all = forms.BooleanField(
        label=_("Check every reply"),
        required=False,
        help_text=_("Without it, replies where somebody complained."),
    )

    def __init__(self, product: Product, *args: Any, connection: Connection | None = None, **kwargs: Any) -> None:
        """Show a connection as it is, or an empty form.

        Args:
            product: Whose form it is.
            args, kwargs: As for any form.
            connection: The connection to change.
        """
        self.product = product
        if connection is not None:
            names = ("name", "address", "language", "check_all")
            kwargs["initial"] = {name: getattr(connection, name) for name in names} | connection.options
        else:
            kwargs["initial"] = {"name": product.label, "address": product.address}
        super().__init__(*args, **kwargs)
        stays = str(_("Leave it empty to keep the one there is."))
        self.fields["address"].help_text = str(product.address_help)
        self.fields["token"].help_text = stays if connection else str(product.token_help)
        self.fields["token"].required = connection is None
        # Asked of the database, as a secret that cannot be opened is there all the same.
        if connection and Connection.objects.filter(pk=connection.pk).exclude(secret="").exists():
            self.fields["secret"].help_text = stays
        elif product.makes_secret and not connection:
            self.fields["secret"].help_text = str(_("Leave it empty: the desk makes one."))
        else:
            self.fields["secret"].help_text = str(product.secret_help)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("As the business")), *settings.LANGUAGES]
        for field in product.fields:
            widget = forms.TextInput(
                attrs={"dir": "ltr", "autocomplete": "off"} | ({"inputmode": "numeric"} if field.digits else {})
            )
            self.fields[field.name] = forms.CharField(
                label=str(field.label), help_text=str(field.help), max_length=200, widget=widget
            )
        self.order_fields(["name", "address", *(field.name for field in product.fields), "token", "secret"])

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = dict(self.cleaned_data)
        options = {field.name: data.pop(field.name) for field in self.product.fields}
        return {**data, "options": options}
