"""The settings of remedies: currency, what each role may give, budgets."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.house.services import log as desk_log
from amends.desk.people.authority import require
from amends.desk.people.models import Team
from amends.desk.people.roles import Acting, Role
from amends.desk.remedies.models import Authority, Budget, Kind, RemedySettings
from amends.desk.remedies.money import currency_of_country, in_cents
from amends.desk.states import lock

__all__ = [
    "DEFAULTS",
    "LIMITS",
    "authority_of",
    "change_authority",
    "change_settings",
    "in_house_currency",
    "remedy_settings",
    "set_budget",
]

LIMITS = ("per_case", "per_customer", "per_month", "per_cause")
_LARGEST = Decimal("9999999.99")


def _limits(kinds: Mapping[str, str | None], *amounts: int | None) -> dict[str, Any]:
    values = (None if amount is None else Decimal(amount) for amount in amounts)
    return {"kinds": dict(kinds), **dict(zip(LIMITS, values, strict=True))}


_EVERY: dict[str, str | None] = dict.fromkeys(Kind.values)

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    Role.JUNIOR.value: _limits({"replacement": "30", "redo": "30", "voucher": "20", "gesture": "15"}, 30, 60, 300, 300),
    Role.AGENT.value: _limits(_EVERY, 150, 300, 2_000, 2_000),
    Role.LEAD.value: _limits(_EVERY, 1_000, 2_000, 10_000, 10_000),
    Role.OWNER.value: _limits(_EVERY, None, None, None, None),
}
"""What each role may give until the owner says otherwise: enough that most things are put right by whoever hears of
them (G4.4)."""


def remedy_settings() -> RemedySettings:
    """The settings; made with their defaults when first asked for, in the currency of the house's country."""
    found = RemedySettings.objects.filter(pk=1).first()
    if found is not None:
        return found
    defaults = {"currency": currency_of_country(house().country)}
    return RemedySettings.objects.get_or_create(pk=1, defaults=defaults)[0]


def authority_of(role: str) -> Authority:
    """What people of a role may decide on their own; the default, not stored, until the owner changed it.

    Raises:
        KeyError: There is no such role.
    """
    return Authority.objects.filter(role=role).first() or Authority(role=role, **DEFAULTS[role])


def change_authority(
    acting: Acting,
    role: str,
    *,
    kinds: Mapping[str, Decimal | None],
    per_case: Decimal | None,
    per_customer: Decimal | None,
    per_month: Decimal | None,
    per_cause: Decimal | None,
) -> Authority:
    """Change what people of a role may decide on their own.

    Args:
        acting: The owner.
        role: A value of `Role`.
        kinds: Kinds that they may give, each with the most that one of it may cost, None without limit.
        per_case, per_customer, per_month, per_cause: See `Authority`; None without limit.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "remedy.edit-limits")
    if role not in Role.values or not set(kinds) <= set(Kind.values):
        raise WrongInput(_("Choose one of the list."), "kinds")
    plain_kinds = {
        kind: None if most is None else str(_checked(most, f"kind_{kind}")) for kind, most in sorted(kinds.items())
    }
    amounts = {"per_case": per_case, "per_customer": per_customer, "per_month": per_month, "per_cause": per_cause}
    checked = {name: None if most is None else _checked(most, name) for name, most in amounts.items()}
    Authority.objects.get_or_create(role=role, defaults=dict(DEFAULTS[role]))
    with transaction.atomic():
        row = lock(Authority.objects.get(role=role))
        before = _as_data(row)
        row.kinds = plain_kinds
        for name, most in checked.items():
            setattr(row, name, most)
        row.save()
        after = _as_data(row)
        if before != after:
            desk_log(acting, f"authority {role}", "remedy.limits-changed", before=before, after=after)
    return row


def change_settings(
    acting: Acting, *, currency: str, rates: Mapping[str, Decimal], voucher_days: int, approval_hours: int
) -> RemedySettings:
    """Change currency, rates, how long vouchers and links hold.

    Args:
        acting: The owner.
        currency: ISO 4217 code.
        rates: Codes of other currencies to what one unit is worth in `currency`.
        voucher_days: 1 to 3,650.
        approval_hours: 1 to 336.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "remedy.edit-limits")
    currency = _checked_currency(currency, "currency")
    plain_rates: dict[str, str] = {}
    for code, rate in rates.items():
        code = _checked_currency(code, "rates")
        if not rate.is_finite() or not Decimal("0.000001") <= rate <= 1_000_000:
            raise WrongInput(_("Write for each currency what one unit of it is worth, such as USD 0.92."), "rates")
        if code != currency:
            plain_rates[code] = format(rate.normalize(), "f")
    if not 1 <= voucher_days <= 3_650:
        raise WrongInput(_("Write a number of days from 1 to 3650."), "voucher_days")
    if not 1 <= approval_hours <= 336:
        raise WrongInput(_("Write a number of hours from 1 to 336."), "approval_hours")
    remedy_settings()
    with transaction.atomic():
        row = lock(RemedySettings(pk=1))
        names = ("currency", "rates", "voucher_days", "approval_hours")
        before = {name: getattr(row, name) for name in names}
        row.currency, row.rates = currency, plain_rates
        row.voucher_days, row.approval_hours = voucher_days, approval_hours
        row.save()
        after = {name: getattr(row, name) for name in names}
        if before != after:
            desk_log(acting, "remedies", "remedy.settings-changed", before=before, after=after)
    return row


def set_budget(acting: Acting, team: Team | None, per_month: Decimal | None) -> Budget | None:
    """Set what may be spent in a month, by the house or for the cases of a team; None takes the budget away.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: The amount is not possible.
    """
    require(acting, "remedy.edit-limits")
    checked = None if per_month is None else _checked(per_month, "per_month")
    subject = f"budget {team.pk}" if team else "budget"
    with transaction.atomic():
        row = Budget.objects.select_for_update(of=("self",)).filter(team=team).first()
        before = {"per_month": row.per_month if row else None, "name": team.name if team else ""}
        if before["per_month"] == checked:
            return row
        if checked is None and row is not None:
            row.delete()
            row = None
        elif row is None and checked is not None:
            row, _made = Budget.objects.update_or_create(team=team, defaults={"per_month": checked})
        elif row is not None and checked is not None:
            row.per_month = checked
            row.save()
        desk_log(acting, subject, "remedy.budget-changed", before=before, after={**before, "per_month": checked})
    return row


def in_house_currency(amount: Decimal, currency: str) -> Decimal:
    """What an amount is worth in the house's currency.

    Raises:
        WrongInput: The owner has set no rate for it.
    """
    rules = remedy_settings()
    if currency == rules.currency:
        return in_cents(amount)
    try:
        return in_cents(amount * Decimal(rules.rates[currency]))
    except (KeyError, InvalidOperation) as error:
        raise WrongInput(
            _("The desk has no rate for this currency. Use %(currency)s, or ask the owner to add it in the settings.")
            % {"currency": rules.currency},
            "currency",
        ) from error


def _checked(amount: Decimal, field: str) -> Decimal:
    if not amount.is_finite() or not 0 <= amount <= _LARGEST:
        raise WrongInput(_("Write an amount, or leave it empty for no limit."), field)
    return in_cents(amount)


def _checked_currency(code: str, field: str) -> str:
    code = code.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise WrongInput(_("Write a currency with three letters, such as EUR."), field)
    return code


def _as_data(row: Authority) -> dict[str, Any]:
    return {"kinds": dict(row.kinds), **{name: getattr(row, name) for name in LIMITS}}
