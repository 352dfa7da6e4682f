"""The form with which somebody brings a file of reviews."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings as desk_settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk import store
from amends.desk.channels.kinds import ChannelForm, ChannelTrouble, Unreadable
from amends.desk.channels.reviewfile.parsing import columns, hold_words, read, rows

__all__ = ["ReviewFileForm"]

_TRIED = 20
_SHOWN = 20


def _column(label: Any, help_text: Any = "") -> forms.CharField:
    shown = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=100, widget=shown)


class ReviewFileForm(ChannelForm):
    """The file, and which column holds what where the desk does not find it by itself."""

    file = forms.FileField(
        label=_("File of reviews (CSV)"),
        required=False,
        help_text=_("The first row names the columns. The next file can be brought here again; nothing comes twice."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.tab,.txt,text/csv"}),
    )
    text_column = _column(
        _("Column with the words"), _("This and the following only where the desk does not find them by itself.")
    )
    rating_column = _column(_("Column with the stars"))
    author_column = _column(_("Column with the name"))
    sent_column = _column(_("Column with the date"))
    id_column = _column(_("Column with the number of the review"))
    reply_column = _column(_("Column with our reply"))

    def clean_file(self) -> Any:
        """A file is needed once, and none that is too large."""
        file = self.cleaned_data.get("file")
        if not file:
            raise forms.ValidationError(_now("Choose a file."))
        if isinstance(file, UploadedFile) and (file.size or 0) > desk_settings.LARGEST_UPLOAD:
            megabytes = desk_settings.LARGEST_UPLOAD // 1024 // 1024
            raise forms.ValidationError(_now("The file is too large: %(most)s MB at the most.") % {"most": megabytes})
        return file

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Store the file until it is read, and see that its first rows hold reviews."""
        del secrets
        file = settings["file"]
        if not isinstance(file, UploadedFile):
            return settings
        found, _size = store.write(file.chunks())
        now = timezone.now()
        named = columns(store.path_of(found))
        tried = rows(store.path_of(found), settings, 0, _TRIED, now).items
        problem = ""
        for raw in tried:
            try:
                read(raw.content)
                break
            except Unreadable as error:
                problem = problem or error.words
        else:
            store.drop_unnamed([found])
            if not named:
                raise ChannelTrouble(
                    _now("This file is no table of text."),
                    what_to_do=_now("Save it as CSV where you made it, and choose that file."),
                )
            if hold_words(named, settings):
                words = (_now("No review was found in the first rows. %(why)s") % {"why": problem}).strip()
            else:
                shown = ", ".join(named[:_SHOWN])
                words = _now("No review was found in the first rows. The columns are: %(columns)s.") % {
                    "columns": shown
                }
            raise ChannelTrouble(
                words,
                what_to_do=_now("Write below which column holds the words, as the first row of the file names it."),
            )
        return {**settings, "file": found, "file_name": str(file.name)[:120], "brought_at": now.isoformat()}
