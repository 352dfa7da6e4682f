"""Amounts of money: as people read them, as they write them, and where they stand in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import get_language

from amends.hearing.facts import facts

__all__ = ["Amount", "amounts_in", "currency_of_country", "in_a_sentence", "in_cents", "money_words"]

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "ILS": "₪"}
_BEFORE = ("GBP", "USD")
"""In English their sign stands before the number."""
_COUNTRIES = {"IL": "ILS", "GB": "GBP", "US": "USD"}
_WORDS = (
    (re.compile(r"€|eur", re.IGNORECASE), "EUR"),
    (re.compile(r"£|gbp|pound|quid", re.IGNORECASE), "GBP"),
    (re.compile(r"\$|usd|dol+ar|דולר", re.IGNORECASE), "USD"),
    (re.compile(r"₪|nis|ש\"ח|שח|שקל", re.IGNORECASE), "ILS"),
)
_NUMBER = re.compile(r"\d+(?:[ .,\u00a0]\d+)*")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text.

    Attributes:
        value: In whole units of its currency.
        currency: ISO 4217 code, or "" when the words do not say.
        start, end: Code point offsets.
        words: As written.
    """

    value: Decimal
    currency: str
    start: int
    end: int
    words: str


def money_words(amount: Decimal | None, currency: str) -> str:
    """An amount as it is written in the active language: "24.90 €"; "" for None."""
    if amount is None:
        return ""
    number = number_format(in_cents(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    if currency in _BEFORE and (get_language() or "en").startswith("en"):
        return f"{_SYMBOLS[currency]}{number}"
    return f"{number}\N{NO-BREAK SPACE}{_SYMBOLS.get(currency, currency)}"


def in_a_sentence(amount: Decimal | None, currency: str) -> str:
    """The same for a sentence in any direction: the signs around it keep the amount together."""
    words = money_words(amount, currency)
    return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}" if words else ""


def in_cents(amount: Decimal) -> Decimal:
    """An amount with two places, half a cent rounded up."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def currency_of_country(country: str) -> str:
    """The currency of a country of our six languages; the euro for others."""
    return _COUNTRIES.get(country, "EUR")


def amounts_in(text: str) -> Iterable[Amount]:
    """The amounts that a text names, in their order; of a very long one those of the first 20,000 characters.

    "24,90 €", "€1,234.50" and "1.234,50 EUR" are read alike: the last sign before one or two digits parts the cents.
    """
    for fact in facts(text):
        if fact.kind == "amount" and (value := _value(fact.text)) is not None:
            yield Amount(value, _currency(fact.text), fact.start, fact.end, fact.text)


def _value(words: str) -> Decimal | None:
    found = _NUMBER.search(words)
    if found is None:
        return None
    digits = re.sub(r"[ \u00a0]", "", found[0]).replace(",", ".")
    whole, sign, part = digits.rpartition(".")
    if not sign or len(part) > 2:
        whole, part = digits, "0"
    try:
        return in_cents(Decimal(f"{whole.replace('.', '')}.{part}"))
    except InvalidOperation:
        return None


def _currency(words: str) -> str:
    return next((code for shape, code in _WORDS if shape.search(words)), "")
