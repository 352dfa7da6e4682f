"""Forms of remedies, limits, budgets, vouchers and tills."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.formats import sanitize_separators
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from amends.desk.cases.models import Message
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person
from amends.desk.remedies.models import Authority, Kind, Remedy
from amends.desk.remedies.services import Offer, remedy_settings, told_words

__all__ = [
    "AuthorityForm",
    "BudgetForm",
    "CodeForm",
    "DecisionForm",
    "FinishForm",
    "ListForm",
    "NoteForm",
    "OfferForm",
    "SettingsForm",
    "TellForm",
    "TillForm",
    "WhyForm",
]

_PROMISES_SHOWN = 20
_MESSAGES_SHOWN = 10


def _day(label: Any, **values: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **values)


def _words(label: Any, rows: int = 2, **values: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, max_length=4_000, **values)


def _line(label: Any, longest: int, **values: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=forms.TextInput(attrs={"dir": "auto"}), **values)


class _AmountField(forms.DecimalField):
    """An amount with a point or a comma, as people write it."""

    def __init__(self, **values: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"})
        super().__init__(
            **{"widget": widget, "max_digits": 10, "decimal_places": 2, "min_value": 0, "required": False, **values}
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
            whole, comma, part = value.rpartition(",")
            if comma and "." not in part:
                value = (
                    f"{whole.replace('.', '').replace(',', '')}.{part}"
                    if len(part) <= 2
                    else sanitize_separators(value)
                )
        return super().to_python(value)


if TYPE_CHECKING:
    _ChoiceOfMessages = forms.ModelChoiceField[Message]
else:
    _ChoiceOfMessages = forms.ModelChoiceField


class _MessageField(_ChoiceOfMessages):
    """One of our messages, by when it left and how it begins."""

    def label_from_instance(self, obj: Message) -> str:
        """Such as "02.05. 14:03 · I am sorry that …"."""
        when = timezone.localtime(obj.sent_at)
        return f"{when:%d.%m. %H:%M} · {' '.join(obj.words.split())[:60]}"


def _people(field: forms.Field, empty: str) -> None:
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = Person.objects.filter(is_active=True)
    field.empty_label = empty


class OfferForm(forms.Form):
    """What makes it good."""

    kind = forms.ChoiceField(label=_("What makes it good"), choices=Kind.choices)
    amount = _AmountField(label=_("Amount"), help_text=_("What the customer gets, when it is money."))
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    what = _line(_("In words"), 300, required=False, help_text=_("Such as: a new cake in time for Saturday."))
    cost = _AmountField(
        label=_("What it costs us, about"), help_text=_("For what is no money; limits count it. 0 if nothing.")
    )
    for_what = _line(_("What it is for"), 200, required=False, help_text=_("Empty for all of the failure."))
    order_number = _line(_("Order number"), 64, required=False)
    idea = _words(
        _("How could this become a good surprise?"),
        required=False,
        help_text=_("An idea for this person, beyond what is owed."),
    )
    doer = forms.ModelChoiceField(label=_("Who does it"), queryset=Person.objects.none(), required=False)
    by = _day(_("By when"), required=False)
    reason = _words(
        _("Why it should be more than you decide alone"),
        required=False,
        help_text=_("Only when it is: somebody else decides then, and reads this."),
    )
    why_again = _words(
        _("Why there should be a second one"),
        required=False,
        help_text=_("Only when there is one of this kind for the same thing, or the same order, already."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = remedy_settings()
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ChoiceField)
        currency.choices = [(code, code) for code in (rules.currency, *sorted(rules.rates))]
        _people(self.fields["doer"], _now("Whoever tells the customer"))
        if not rules.rates:
            currency.widget = forms.HiddenInput()
        self.initial.setdefault("currency", rules.currency)

    @classmethod
    def of(cls, remedy: Remedy, prefix: str) -> "OfferForm":
        """The form with what is proposed."""
        names = ("kind", "amount", "currency", "what", "cost", "for_what", "order_number", "idea", "doer", "by")
        return cls(initial={name: getattr(remedy, name) for name in names}, prefix=prefix)

    @property
    def offer(self) -> Offer:
        """What was written."""
        names = ("kind", "amount", "currency", "what", "cost", "for_what", "order_number", "idea", "doer", "by")
        return Offer(**{name: self.cleaned_data[name] for name in names})


class WhyForm(forms.Form):
    """Deciding what is proposed, or asking somebody else."""

    reason = _words(_("Why it should be so"), required=False, help_text=_("Needed when somebody else decides."))
    why_again = _words(
        _("Why there should be a second one"), required=False, help_text=_("Only when there is one already.")
    )


class DecisionForm(forms.Form):
    """A word with an approval or a refusal."""

    words = _words(_("A word about it"), required=False, help_text=_("When you refuse: why, and what instead."))


class NoteForm(forms.Form):
    """A reason."""

    note = _words(_("Why"))


class TellForm(forms.Form):
    """The customer knows: since when, and what is promised."""

    message = _MessageField(label=_("What told them"), queryset=Message.objects.none(), required=False)
    promise = forms.ModelChoiceField(
        label=_("Its promise in the ledger"), queryset=Promise.objects.none(), required=False
    )
    act = _line(
        _("What is promised"),
        500,
        required=False,
        help_text=_("In the customer's language: they read it on their page."),
    )
    owner = forms.ModelChoiceField(label=_("Who does it"), queryset=Person.objects.none(), required=False)
    day = _day(_("By the end of"), required=False)

    def __init__(self, remedy: Remedy, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        super().__init__(*args, **kwargs)
        case = remedy.case
        said = case.messages.filter(direction=Message.Direction.OUT, automatic=False).order_by("-sent_at", "-pk")
        message, promise = self.fields["message"], self.fields["promise"]
        assert isinstance(message, forms.ModelChoiceField)
        assert isinstance(promise, forms.ModelChoiceField)
        shown = list(said.values_list("pk", flat=True)[:_MESSAGES_SHOWN])
        message.queryset = Message.objects.filter(pk__in=shown).order_by("-sent_at", "-pk")
        message.empty_label = _now("By word of mouth, just now")
        promises = Promise.objects.filter(case=case, remedy=None, state__in=["open", "kept", "late"])
        promise.queryset = promises.order_by("-pk")[:_PROMISES_SHOWN] if not self.is_bound else promises
        promise.empty_label = _now("A new one, as follows")
        _people(self.fields["owner"], _now("I do"))
        # A surprise that nobody told does not become a promise by mistake: nothing is chosen for them.
        self.initial.setdefault("act", told_words(remedy))
        self.initial.setdefault("owner", remedy.doer_id)
        self.initial.setdefault("day", remedy.by)

    def clean(self) -> dict[str, Any]:
        """A new promise needs its day."""
        data = super().clean() or {}
        if not data.get("promise") and not data.get("day"):
            self.add_error("day", _now("Write by when it is done: the customer sees it."))
        return data


class FinishForm(forms.Form):
    """It is done."""

    paid = _AmountField(label=_("What was given"))
    proof = _words(
        _("What shows it"), required=False, help_text=_("A number of the transfer, a receipt. It stays with us.")
    )
    file = forms.FileField(label=_("Or a file"), required=False)
    day = _day(_("Done on"), required=False, help_text=_("Empty means at this moment."))

    def __init__(self, remedy: Remedy, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decided = remedy.amount if remedy.is_money else remedy.cost
        currency = remedy.currency if remedy.is_money else remedy_settings().currency
        self.fields["paid"].label = _now("What was given (%(currency)s)") % {"currency": currency}
        self.initial.setdefault("paid", decided)

    @property
    def done_at(self) -> datetime | None:
        """When it was done; None for now."""
        day: date | None = self.cleaned_data["day"]
        now = timezone.localtime()
        if day is None or day == now.date():
            return None
        return timezone.make_aware(datetime.combine(day, time(12)))


class ListForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(
        label=_("Find"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search", "dir": "auto"})
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=lambda: [("", _now("Any")), ("untold", _now("Not told yet")), *Remedy.State.choices],
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: [("", _now("Any")), *Kind.choices])
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=lambda: [("", _now("Everybody's")), ("mine", _now("Mine")), ("decide", _now("For me to decide"))],
    )
    since = _day(pgettext_lazy("date", "From"), required=False)
    until = _day(pgettext_lazy("date", "To"), required=False)


class AuthorityForm(forms.Form):
    """What one role decides alone."""

    per_case = _AmountField(label=_("Per case"))
    per_customer = _AmountField(label=_("Per customer in 365 days"))
    per_month = _AmountField(label=_("Per month, each person"))
    per_cause = _AmountField(label=_("Per cause in 365 days"))

    def __init__(self, row: Authority, *args: Any, **kwargs: Any) -> None:
        names = ("per_case", "per_customer", "per_month", "per_cause")
        initial: dict[str, Any] = {name: getattr(row, name) for name in names}
        for kind in Kind.values:
            initial[f"may_{kind}"] = kind in row.kinds
            initial[f"kind_{kind}"] = row.kinds.get(kind)
        super().__init__(*args, **{"prefix": row.role, "initial": initial, **kwargs})
        for kind, words in Kind.choices:
            self.fields[f"may_{kind}"] = forms.BooleanField(label=words, required=False)
            self.fields[f"kind_{kind}"] = _AmountField(
                label=_now("%(kind)s: most for one") % {"kind": words},
            )

    @property
    def limits(self) -> list[Any]:
        """The fields of the sums."""
        return [self[name] for name in ("per_case", "per_customer", "per_month", "per_cause")]

    @property
    def kinds(self) -> list[tuple[Any, Any]]:
        """For each kind whether it may be given, and the most for one."""
        return [(self[f"may_{kind}"], self[f"kind_{kind}"]) for kind in Kind.values]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        kinds = {kind: data[f"kind_{kind}"] for kind in Kind.values if data[f"may_{kind}"]}
        return {"kinds": kinds, **{name: data[name] for name in ("per_case", "per_customer", "per_month", "per_cause")}}


class BudgetForm(forms.Form):
    """A budget of a month."""

    per_month = _AmountField(label=_("Per month"), help_text=_("Empty for no budget."))


class SettingsForm(forms.Form):
    """Currency, vouchers, links."""

    currency = forms.CharField(
        label=_("Currency"), max_length=3, min_length=3, help_text=_("In which limits and budgets are counted.")
    )
    rates = forms.CharField(
        label=_("Other currencies"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
        help_text=_("One a line, with what one unit is worth: USD 0.92"),
    )
    voucher_days = forms.IntegerField(label=_("Days that a voucher holds"), min_value=1, max_value=3_650)
    approval_hours = forms.IntegerField(label=_("Hours that a link for approval works"), min_value=1, max_value=336)

    def clean_rates(self) -> Mapping[str, Decimal]:
        """Currencies with their rates."""
        rates: dict[str, Decimal] = {}
        for line in self.cleaned_data["rates"].splitlines():
            if not line.strip():
                continue
            code, _blank, rate = line.strip().partition(" ")
            try:
                rates[code.upper()] = Decimal(rate.strip().replace(",", "."))
            except InvalidOperation as error:
                raise forms.ValidationError(
                    _now("Write for each currency what one unit of it is worth, such as USD 0.92.")
                ) from error
        return rates


class TillForm(forms.Form):
    """A new till."""

    name = _line(_("Name of the device"), 60, help_text=_("Such as: tablet at the counter."))
    days = forms.IntegerField(label=_("Days that it may be used"), min_value=1, max_value=365, initial=90)


class CodeForm(forms.Form):
    """The code of a voucher."""

    code = forms.CharField(
        label=_("Code of the voucher"),
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "class": "code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
