"""What a scope allows, in words."""

from django import template

from amends.desk.api.scopes import SCOPES

__all__ = ["register"]

register = template.Library()


@register.filter
def scope_words(name: str) -> str:
    """What a scope allows."""
    return str(SCOPES[name].words) if name in SCOPES else name
