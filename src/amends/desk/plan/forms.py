"""Forms of the plan, the words, and drills."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Person
from amends.desk.plan.content import ROWS, TEXTS
from amends.desk.plan.models import Part
from amends.desk.plan.services.drilling import PACES
from amends.desk.plan.stories import Story
from amends.desk.plan.vocabulary import Kind

__all__ = [
    "AnswerForm",
    "AuthorityForm",
    "BeginForm",
    "KindForm",
    "LookBackForm",
    "PartForm",
    "TextForm",
    "WordsForm",
    "rows_form",
]

if TYPE_CHECKING:
    _ChoiceOfPeople = forms.ModelChoiceField[Person]
else:
    _ChoiceOfPeople = forms.ModelChoiceField

_LABELS = {
    "freely": _("What everybody does at once, without asking"),
    "asks": _("What somebody else is asked about, and who that is"),
    "first_words": _("Our first words to somebody whom we have hurt"),
    "never": _("What we never say"),
    "promises": _("What we never promise, and who may"),
    "stop": _("When we stop selling, and who decides it"),
    "minute": _("Minute"),
    "step": _("What is done"),
    "who": _("By whom"),
    "name": _("Name"),
    "what_for": _("For what"),
    "phone": _("Phone"),
    "hours": _("When"),
    "deputy": _("Deputy, with phone"),
}


def _text(label: Any, most: int, rows: int = 3, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=most, required=False, **values)


class PartForm(forms.Form):
    """One part of the plan with the version that it was read from, so that nothing is overwritten unseen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class TextForm(PartForm):
    """A part that is texts only."""

    def __init__(self, part: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in TEXTS[part].items():
            self.fields[name] = _text(_LABELS[name], most)


class AuthorityForm(TextForm):
    """Who may do what, and the settings that follow it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(Part.AUTHORITY, *args, **kwargs)
        self.fields["first_word_hours"] = forms.IntegerField(
            label=_("Hours until a customer hears from a person"), min_value=1, max_value=999
        )
        self.fields["second_failures"] = _ChoiceOfPeople(
            label=_("Who takes care of customers whom we hurt again"),
            queryset=Person.objects.filter(is_active=True).order_by("name"),
            required=False,
            empty_label=_("A lead, as the desk finds one"),
        )


def rows_form(part: str, rows: Iterable[Any], data: Any = None) -> "forms.BaseFormSet[forms.Form]":
    """The lines of a part, with a few empty ones at the end.

    Args:
        part: A part of `content.ROWS`.
        rows: Its lines as they are kept.
        data: What was sent.
    """
    most, fields = ROWS[part]

    class RowForm(forms.Form):
        use_required_attribute = False

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for name, longest in fields.items():
                self.fields[name] = (
                    forms.CharField(
                        label=_LABELS[name],
                        max_length=longest,
                        required=False,
                        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
                    )
                    if longest
                    else forms.IntegerField(label=_LABELS[name], min_value=0, max_value=240, required=False)
                )

    initial = list(rows)
    made: Any = forms.formset_factory(
        RowForm, extra=min(3, most - len(initial)), max_num=most, absolute_max=most, validate_max=True
    )
    formset: forms.BaseFormSet[forms.Form] = made(data, initial=initial, prefix="rows")
    return formset


class KindForm(forms.Form):
    """For which kind of business words are proposed."""

    kind = forms.ChoiceField(label=_("Kind of business"), choices=Kind.choices)


class WordsForm(forms.Form):
    """The words themselves."""

    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Words that are not ours, and the ones we use"),
        help_text=_("One line each, every form that a word has: guest, guests → customer, customers"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "spellcheck": "false"}),
        max_length=20_000,
    )


class BeginForm(forms.Form):
    """Which story, and how fast."""

    story = forms.ChoiceField(label=_("Story"), widget=forms.RadioSelect)
    pace = forms.TypedChoiceField(
        label=_("The clock"),
        coerce=int,
        choices=list(zip(PACES, (_("As in life"), _("Twice as fast"), _("Four times as fast")), strict=True)),
    )

    def __init__(self, told: Iterable[Story], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["story"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.key, one.title) for one in told]


class AnswerForm(forms.Form):
    """What somebody would do and say at one step."""

    does = _text(_("What I would do"), 4_000, rows=2)
    says = _text(_("What I would say or write, word by word"), 4_000)


class LookBackForm(forms.Form):
    """After a drill: what went well comes first."""

    well = _text(_("What went well"), 4_000)
    lacked = _text(_("What the plan lacked"), 4_000)
    proposal_part = forms.ChoiceField(
        label=_("One change of the plan: which part"), choices=[("", "–"), *Part.choices], required=False
    )
    proposal = _text(_("The change, as it should stand in the plan"), 4_000)
