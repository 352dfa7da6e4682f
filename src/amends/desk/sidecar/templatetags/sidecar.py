"""Other desks on pages: the words of what went wrong, and the conversations of a case."""

from collections.abc import Sequence

from django import template

from amends.desk.cases.models import Case
from amends.desk.sidecar.models import Connection, Conversation, Delivery, Note
from amends.desk.sidecar.outcomes import REFUSED, TO_DO, TROUBLE, Why
from amends.desk.sidecar.products import all_products

__all__ = ["register"]

register = template.Library()


@register.filter
def product_label(connection: Connection) -> str:
    """What the makers of a connection's product call it."""
    product = all_products().get(connection.product)
    return product.label if product else connection.product


@register.filter
def trouble_words(connection: Connection) -> str:
    """What is wrong with a connection."""
    return str(TROUBLE.get(connection.trouble, connection.trouble))


@register.filter
def to_do(connection: Connection) -> str:
    """What to do about it."""
    return str(TO_DO.get(connection.trouble, ""))


@register.filter
def refused_words(connection: Connection) -> str:
    """Why tellings were refused, and what to do."""
    return str(REFUSED.get(connection.refused_why, ""))


@register.filter
def became(delivery: Delivery) -> str:
    """What became of a telling."""
    if delivery.state == Delivery.State.WAITING:
        return str(delivery.get_state_display())
    return str(Why(delivery.why).label) if delivery.why in Why.values else str(delivery.get_state_display())


@register.filter
def may_be_complaint(delivery: Delivery) -> bool:
    """Whether a person may say that it is a complaint after all."""
    nothing = delivery.state == Delivery.State.NOTHING and delivery.why in (Why.NO_COMPLAINT, Why.NOT_HEARD)
    return nothing and bool(delivery.size)


@register.simple_tag
def conversations_of(case: Case) -> Sequence[Conversation]:
    """The conversations of a case over there."""
    return list(Conversation.objects.filter(case=case).select_related("connection"))


@register.simple_tag
def notes_of(conversation: Conversation) -> Sequence[Note]:
    """The latest notes on what we said in a conversation."""
    return list(Note.objects.filter(said__conversation=conversation).order_by("-pk")[:5])
