"""What the case page says of an advocate or a candidate."""

from decimal import Decimal

from django import template

from amends.desk.advocates.models import Advocate
from amends.desk.cases.models import Case
from amends.desk.remedies.money import money_words

__all__ = ["advocate_of", "cost", "register"]

register = template.Library()


@register.simple_tag
def advocate_of(case: Case) -> Advocate | None:
    """The row of a case's customer; None when nothing is to be said."""
    row = Advocate.objects.filter(customer=case.customer_id).first()
    return None if row is None or row.state in ("lapsed", "erased") else row


@register.filter
def cost(amount: Decimal, currency: str) -> str:
    """An amount for people."""
    return money_words(amount, currency)
