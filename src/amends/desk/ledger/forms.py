"""Forms of the ledger."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person

__all__ = [
    "BrokenForm",
    "DangerForm",
    "KeepForm",
    "ListForm",
    "NoteForm",
    "PromiseForm",
    "ReleaseForm",
    "due_of",
]


def _day(label: Any, **values: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **values)


def _clock(label: Any, **values: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, widget=widget, **values)


def _words(label: Any, rows: int = 2, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=4_000, **values)


def due_of(day: date | None, clock: time | None) -> date | datetime | None:
    """What the ledger takes as due: a day, a moment in the time zone of whoever writes, or None."""
    if day is None or clock is None:
        return day
    return timezone.make_aware(datetime.combine(day, clock))


class PromiseForm(forms.Form):
    """What is promised, by whom, by when."""

    act = forms.CharField(
        label=_("What is promised"),
        max_length=500,
        help_text=_("Short, in the customer's language: they read it on their page."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    owner = forms.ModelChoiceField(label=_("Who keeps it"), queryset=Person.objects.none(), required=False)
    day = _day(_("By the end of"), required=False)
    clock = _clock(_("At what time, if one was named"), required=False)
    condition = forms.CharField(
        label=_("Hangs on"),
        max_length=300,
        required=False,
        help_text=_("Such as: once your photo is here. The customer reads it too."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["owner"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = Person.objects.filter(is_active=True)
        people.empty_label = _now("Nobody yet")

    @classmethod
    def of(cls, promise: Promise, prefix: str) -> "PromiseForm":
        """The form with what is recorded."""
        clock = None
        day = promise.due_day
        if day is None and promise.due_at is not None:
            local = timezone.localtime(promise.due_at)
            day, clock = local.date(), local.time()
        values = {"act": promise.act, "owner": promise.owner_id, "day": day, "clock": clock}
        return cls(initial={**values, "condition": promise.condition}, prefix=prefix)

    def clean(self) -> dict[str, Any]:
        """A time needs its day."""
        data = super().clean() or {}
        if data.get("clock") and not data.get("day"):
            self.add_error("day", _now("Write the day too."))
        return data

    @property
    def due(self) -> date | datetime | None:
        """What was written as due."""
        return due_of(self.cleaned_data["day"], self.cleaned_data["clock"])


class KeepForm(forms.Form):
    """It is done: what shows it, and when it was."""

    evidence = _words(
        _("What shows it"),
        required=False,
        help_text=_("Such as a parcel number, who saw it, what the customer said. It stays with us."),
    )
    day = _day(_("Done on"), required=False, help_text=_("Leave it empty for now."))
    clock = _clock(_("At"), required=False)

    @property
    def kept_at(self) -> datetime | None:
        """When it was done; None for now."""
        day, clock = self.cleaned_data["day"], self.cleaned_data["clock"]
        if day is None and clock is None:
            return None
        now = timezone.localtime()
        day = day or now.date()
        if clock is None:
            clock = now.time() if day == now.date() else time(12)
        return timezone.make_aware(datetime.combine(day, clock))


class DangerForm(forms.Form):
    """It cannot be kept in time."""

    why = _words(_("Why not"), help_text=_("For us alone."))
    offer_day = _day(_("What day could be kept instead"), required=False)


class BrokenForm(forms.Form):
    """It was not kept."""

    note = _words(_("What happened"), help_text=_("For us alone."), required=False)


class ReleaseForm(forms.Form):
    """The customer lets us off."""

    evidence = _words(_("What the customer said"))


class NoteForm(forms.Form):
    """A reason."""

    note = _words(_("Why"))


class ListForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(
        label=_("Find"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search", "dir": "auto"})
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=lambda: [("", _now("Any")), ("overdue", _now("Overdue")), *Promise.State.choices],
    )
    owner = forms.ModelChoiceField(
        label=_("Whose"), queryset=Person.objects.all(), required=False, empty_label=_("Everybody's")
    )
    since = _day(_("Due from"), required=False)
    until = _day(_("Due to"), required=False)
