"""What the case page says about the check-in."""

from typing import Any

from django import template

from amends.desk.cases.models import Case
from amends.desk.checkin.models import CheckIn

__all__ = ["check_in_of", "register"]

register = template.Library()


@register.inclusion_tag("checkin/parts/of_case.html")
def check_in_of(case: Case) -> dict[str, Any]:
    """The last question to the customer, planned, asked or answered."""
    return {"check_in": CheckIn.objects.filter(case=case).exclude(state=CheckIn.State.OFF).first()}
