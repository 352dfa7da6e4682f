"""Forms of the case page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["EventForm", "NoteForm"]


class NoteForm(forms.Form):
    """A note that stays with us."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "note_%s"} | kwargs)

    text = forms.CharField(
        label=_("Note for colleagues"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class EventForm(forms.Form):
    """One event of the story."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "event_%s"} | kwargs)

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    clock = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    words = forms.CharField(label=_("What happened"), max_length=500, widget=forms.TextInput(attrs={"dir": "auto"}))
