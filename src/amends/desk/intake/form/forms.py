"""The fields of the public form."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from amends.desk.customers.models import Reach

__all__ = ["LARGEST_FILE", "MOST_FILES", "ComplaintForm", "FilesField"]

MOST_FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes; the setting for uploads may allow less."""
_MOST_WORDS = 20_000


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files, within limits of number and size."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files.

        Raises:
            ValidationError: There are too many, or one is too large or empty.
        """
        given = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if not given:
            return []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(
                ngettext("Choose one file at most.", "Choose %(number)d files at most.", MOST_FILES)
                % {"number": MOST_FILES}
            )
        largest = min(LARGEST_FILE, settings.LARGEST_UPLOAD)
        for file in given:
            if file.size > largest:
                raise forms.ValidationError(
                    _("“%(name)s” is larger than %(megabytes)d MB. Make it smaller, or send it by mail.")
                    % {"name": file.name, "megabytes": largest // (1024 * 1024)}
                )
        return given


class ComplaintForm(forms.Form):
    """What somebody tells us, and how we reach them."""

    happened = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("In your own words. When, where, with what: as much as you want to tell."),
        max_length=_MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    wish = forms.CharField(
        label=gettext_lazy("What would put it right for you?"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    attachments = FilesField(
        label=gettext_lazy("Pictures or papers that show it"),
        required=False,
        help_text=gettext_lazy("Up to 5 files of 10 MB each."),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    mail = forms.EmailField(
        label=gettext_lazy("Your mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Your phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("How shall we reach you?"),
        required=False,
        choices=(
            ("", gettext_lazy("As you like")),
            (Reach.MAIL.value, Reach.MAIL.label),
            (Reach.PHONE.value, Reach.PHONE.label),
        ),
    )
    reach_words = forms.CharField(
        label=gettext_lazy("When is a good time?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def clean_phone(self) -> str:
        """A number that can be rung."""
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and sum(map(str.isdigit, phone)) < 5:
            raise forms.ValidationError(_("This does not look like a phone number."))
        return phone

    def clean(self) -> dict[str, Any]:
        """An answer needs an address."""
        data = super().clean() or self.cleaned_data
        if not self.errors.keys() & {"mail", "phone"} and not data.get("mail") and not data.get("phone"):
            self.add_error("mail", _("Give a mail address or a phone number, so that we can answer."))
        if data.get("reach") == Reach.PHONE and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Write the number at which we may ring you."))
        if data.get("reach") == Reach.MAIL and not data.get("mail") and "mail" not in self.errors:
            self.add_error("mail", _("Write the address to which we may answer."))
        return data
