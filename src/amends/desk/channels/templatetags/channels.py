"""What the case page says about where the customer wrote."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from amends.desk.cases.models import Case
from amends.desk.channels.kinds import limit_of
from amends.desk.channels.models import Answer
from amends.desk.channels.services import can_hand_over, target_of
from amends.desk.people.authority import may

__all__ = ["channel_of_case", "register"]

register = template.Library()


@register.inclusion_tag("channels/parts/where.html", takes_context=True)
def channel_of_case(context: template.Context, case: Case) -> dict[str, Any]:
    """Where the customer wrote, answers that are not there yet, and the way out of public view."""
    target = target_of(case)
    if target is None or target.message is None:
        return {}
    person = context["request"].user
    kind = target.channel.of_kind
    rating = str(target.message.headers.get("rating", ""))
    stars = int(rating) if rating in {"1", "2", "3", "4", "5"} else 0
    open_answers = Answer.objects.filter(message__case=case).exclude(state=Answer.State.POSTED).order_by("pk")
    return {
        "csrf_token": context.get("csrf_token"),
        "case": case,
        "target": target,
        "rating": stars,
        "stars": "★" * stars + "☆" * (5 - stars) if stars else "",
        "gone": target.message.headers.get("gone", ""),
        "limit": limit_of(kind, target.channel) if kind is not None and kind.can_answer else None,
        "answers": open_answers,
        "answers_it": may(person, "channels.answer"),
        "hands_over": may(person, "channels.answer") and case.customer.erased_at is None and can_hand_over(case),
        "form_address": _form_address(),
    }


def _form_address() -> str:
    try:
        return settings.PUBLIC_URL + reverse("intake:complaint")
    except NoReverseMatch:
        return ""
