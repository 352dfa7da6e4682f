"""Forms of incidents."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models.case import Fault
from amends.desk.incidents.models import FASTEST, SLOWEST, Incident
from amends.desk.people.models import Person

__all__ = ["FactsForm", "IncidentForm", "ListForm", "NextByForm", "PaceForm", "ReasonForm"]


def _moment(label: Any, **values: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **values
    )


def _words(label: Any, rows: int, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=8_000, **values)


class IncidentForm(forms.Form):
    """An incident's facts."""

    title = forms.CharField(
        label=_("What it is, in a few words"), max_length=160, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    since = _moment(_("Since when"))
    happened = _words(_("What happened, as far as the record shows"), 4, required=False)
    cause = _words(_("Why, as far as we know"), 3, required=False)
    fault = forms.ChoiceField(label=_("Who failed"), choices=Fault.choices, initial=Fault.UNKNOWN)
    led_by = forms.ModelChoiceField(label=_("Who leads"), queryset=Person.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["led_by"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = Person.objects.filter(is_active=True)

    @classmethod
    def of(cls, incident: Incident) -> "IncidentForm":
        """The form with what is known."""
        return cls(
            initial={
                "title": incident.title,
                "since": timezone.localtime(incident.since),
                "happened": incident.happened,
                "cause": incident.cause,
                "fault": incident.house_case.fault,
                "led_by": incident.led_by,
            }
        )


class NextByForm(forms.Form):
    """By when the next update follows."""

    next_by = _moment(
        _("The next update follows by"),
        required=False,
        help_text=_(
            "A promise to every reader: it goes into the ledger. Say it even when nothing new is known by then."
        ),
    )

    @property
    def moment(self) -> datetime | None:
        """The moment, aware."""
        found: datetime | None = self.cleaned_data["next_by"]
        return found


class ListForm(forms.Form):
    """A list of people."""

    file = forms.FileField(label=_("The list, as CSV"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}))


class PaceForm(forms.Form):
    """How fast notes leave."""

    per_minute = forms.IntegerField(label=_("Notes a minute, at most"), min_value=SLOWEST, max_value=FASTEST)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Why"), max_length=500, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )


class FactsForm(forms.Form):
    """One person's facts, made from the note."""

    name = forms.CharField(
        label=_("Name"), max_length=160, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, names: list[str], languages: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose = self.fields["language"]
        assert isinstance(choose, forms.ChoiceField)
        choose.choices = [("", _("Not known")), *languages]
        for name in names:
            self.fields[f"fact-{name}"] = forms.CharField(
                label=name, max_length=300, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
            )

    @property
    def facts(self) -> dict[str, str]:
        """The facts by name."""
        return {key.removeprefix("fact-"): value for key, value in self.cleaned_data.items() if key.startswith("fact-")}
