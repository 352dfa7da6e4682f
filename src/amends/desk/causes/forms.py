"""Forms of this room."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models.case import Fault
from amends.desk.causes.models import Cause, Disclosure, Prevention, PreventionCheck
from amends.desk.people.models import Person

__all__ = [
    "CheckForm",
    "DoneForm",
    "DropForm",
    "FirstForm",
    "MergeForm",
    "NameForm",
    "NotesForm",
    "PreventionForm",
    "SettingsForm",
    "SplitForm",
    "ToldByHandForm",
]


if TYPE_CHECKING:
    _ChoiceOfPeople = forms.ModelChoiceField[Person]
else:
    _ChoiceOfPeople = forms.ModelChoiceField


def _day(label: Any, **values: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **values)


def _words(label: Any, rows: int = 2, most: int = 4_000, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=most, **values)


def _line(label: Any, most: int, **values: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, widget=widget, **values)


class _Who(_ChoiceOfPeople):
    """One of those who work here now."""

    def __init__(self, label: Any, nobody: Any, **values: Any) -> None:
        super().__init__(label=label, queryset=Person.objects.all(), required=False, empty_label=nobody, **values)

    def clean(self, value: Any) -> Any:
        """Somebody who has left is nobody's choice any more."""
        person = super().clean(value)
        if person is not None and not person.is_active:
            raise forms.ValidationError(_now("%(person)s does not work at the desk any more.") % {"person": person})
        return person


def _present(form: forms.Form, *names: str) -> None:
    for name in names:
        choice = form.fields[name]
        assert isinstance(choice, forms.ModelChoiceField)
        chosen = form.initial.get(name)
        people = Person.objects.filter(is_active=True)
        choice.queryset = people | Person.objects.filter(pk=chosen) if chosen else people


class NameForm(forms.Form):
    """A name for a cause."""

    name = _line(_("Name"), 120, help_text=_("As you would say it to a colleague: “zip of the rain jacket breaks”."))


class NotesForm(forms.Form):
    """What is known about a cause."""

    notes = _words(_("What is known about it"), 4, required=False)


class MergeForm(forms.Form):
    """Which cause takes another in."""

    target = forms.ModelChoiceField(
        label=_("Goes into"), queryset=Cause.objects.none(), empty_label=_("Choose a cause")
    )
    note = _line(_("Why"), 300, required=False)

    def __init__(self, *args: Any, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        assert isinstance(target, forms.ModelChoiceField)
        target.queryset = Cause.objects.exclude(state=Cause.State.MERGED).exclude(pk=but or 0)


class SplitForm(forms.Form):
    """The name of the part that is split off; the cases are chosen beside it."""

    name = _line(_("The other cause"), 120, help_text=_("A new name, or one that is on the list."))
    note = _line(_("Why"), 300, required=False)


class PreventionForm(forms.Form):
    """What is done so that it does not come again."""

    act = _line(_("What is done so that it does not happen again"), 500)
    owner = _Who(_("Who does it"), _("Nobody yet"))
    due = _day(_("Done by the end of"), required=False)
    check = _day(
        _("Somebody looks whether it works on"),
        required=False,
        help_text=_("If you leave it empty, some time after it is done."),
    )
    checker = _Who(_("Who looks"), _("The leads"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _present(self, "owner", "checker")

    @classmethod
    def of(cls, row: Prevention, prefix: str) -> "PreventionForm":
        """The form with what is planned."""
        initial = {"act": row.act, "owner": row.owner_id, "due": row.due_day, "check": row.check_day}
        return cls(initial={**initial, "checker": row.checker_id}, prefix=prefix)


class DoneForm(forms.Form):
    """It is done."""

    words = _words(_("What was done"), required=False)


class CheckForm(forms.Form):
    """Somebody looked."""

    result = forms.ChoiceField(
        label=_("Does it work?"), choices=PreventionCheck.Result.choices, widget=forms.RadioSelect
    )
    words = _words(_("What did you see?"))
    again = _day(_("If it is too early: look again on"), required=False)


class DropForm(forms.Form):
    """It is given up, or not told."""

    why = _words(_("Why"), most=2_000)


class ToldByHandForm(forms.Form):
    """They were told outside the desk."""

    words = _words(_("What did you tell them?"), 4, most=20_000)


class SettingsForm(forms.Form):
    """Settings of this room."""

    second_failures = _Who(
        _("Who takes care of customers whom we hurt again"),
        _("A lead, as the desk finds one"),
        help_text=_("Their cases go to this person by themselves."),
    )
    check_after_days = forms.IntegerField(
        label=_("Days until somebody looks whether a prevention works"), min_value=1, max_value=365
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _present(self, "second_failures")


class FirstForm(forms.Form):
    """Tell a customer first."""

    customers = _words(
        _("Whom did it hurt?"),
        3,
        help_text=_("One a line: a mail address, perhaps after a name: Rūta Kalnienė <ruta@example.org>."),
    )
    subject = _line(_("What it is about, in few words"), 300, required=False)
    record = _words(_("What happened, as our record shows it"), 4, 20_000)
    cause_words = _words(_("Why it happened, honestly"), 2, 20_000, required=False)
    fix = _words(_("How it is put right"), 2, 20_000, required=False)
    prevention = _words(_("What keeps it from happening again"), 2, 20_000, required=False)
    fault = forms.ChoiceField(label=_("Who failed"), choices=Fault.choices, initial=Fault.UNKNOWN)
    cause = _line(_("The cause on our list, if you know it"), 120, required=False)
    teller = _Who(_("Who tells them"), _("Nobody yet"))
    how = forms.ChoiceField(label=_("How"), choices=Disclosure.How.choices)
    day = _day(_("By"))
    clock = forms.TimeField(
        label=_("At what time"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _present(self, "teller")
        self.fields["cause"].widget.attrs["list"] = "known-causes"

    def clean_customers(self) -> list[tuple[str, str]]:
        """Name and mail address of each, in their order."""
        from email.utils import parseaddr

        found = []
        for line in str(self.cleaned_data["customers"]).splitlines():
            if not line.strip():
                continue
            name, address = parseaddr(line.strip().rstrip(",;"))
            try:
                validate_email(address)
            except forms.ValidationError as error:
                words = _now("“%(line)s” holds no mail address. Write it as name <address>.")
                raise forms.ValidationError(words % {"line": line.strip()[:80]}) from error
            found.append((name, address))
        return found

    @property
    def by(self) -> datetime:
        """By when they are told; a day without a time lasts until six in the evening."""
        day: date = self.cleaned_data["day"]
        clock: time = self.cleaned_data["clock"] or time(18)
        return timezone.make_aware(datetime.combine(day, clock))
