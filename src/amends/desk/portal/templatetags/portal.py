"""What the case page says about the customer's page."""

from typing import Any

from django import template
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.people.authority import may
from amends.desk.portal.models import CustomerLink
from amends.desk.portal.services import mail_address_of

__all__ = ["customers_page", "register"]

register = template.Library()


@register.inclusion_tag("portal/parts/of_case.html", takes_context=True)
def customers_page(context: template.Context, case: Case) -> dict[str, Any]:
    """The links to the customer's page of a case, and what can be done with them."""
    links = CustomerLink.objects.filter(case=case, revoked_at=None, expires_at__gt=timezone.now())
    user: Any = context.get("user")
    return {
        "case": case,
        "links": links,
        "last_used": max((link.last_used_at for link in links if link.last_used_at), default=None),
        "may_issue": may(user, "link.issue"),
        "address": mail_address_of(case),
        "csrf_token": context.get("csrf_token"),
    }
