"""Tags of the demonstration: `{% demonstration_people %}`."""

from typing import Any

from django import template

from amends.desk.demonstration.stories import PASSWORD
from amends.desk.people.models import Person

__all__ = ["register"]

register = template.Library()


@register.inclusion_tag("demonstration/people.html", takes_context=True)
def demonstration_people(context: template.Context) -> dict[str, Any]:
    """The made-up people, each with a button to sign in as them."""
    people = Person.objects.filter(demo=True, is_active=True).order_by("pk")
    return {"people": people, "password": PASSWORD, "csrf_token": context.get("csrf_token")}
