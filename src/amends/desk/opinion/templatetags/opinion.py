"""`{% opinion_model as model %}`: the name of the model that may be asked, or "" when none may."""

from django import template

from amends.desk.opinion.services import opinion_settings

__all__ = ["register"]

register = template.Library()


@register.simple_tag
def opinion_model() -> str:
    """The model that may be asked for a second opinion, "" when it is off."""
    row = opinion_settings()
    return row.model if row.may_be_asked else ""
