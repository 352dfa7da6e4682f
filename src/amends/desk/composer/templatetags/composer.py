"""Tags of the composer: `{% composer case %}`, `{% words_of message %}`, `{% promises_to customer %}`."""

from collections.abc import Iterable
from datetime import date, time
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format, time_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.composer import showing
from amends.desk.composer.models import Reply
from amends.desk.composer.posting import ADDRESS_HEADER, checked_address
from amends.desk.composer.promised import Row
from amends.desk.composer.words import MARKS, passages, pieces
from amends.desk.customers.models import Customer
from amends.desk.intake.hearing import listen
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import may
from amends.desk.people.models import Person

__all__ = ["register"]

register = template.Library()

_SELECTED = mark_safe(" selected")


@register.inclusion_tag("composer/composer.html", takes_context=True)
def composer(context: template.Context, case: Case) -> dict[str, Any]:
    """The place where a case is answered."""
    request = context["request"]
    shown = showing.composer_of(request.user, case, request.GET.get("answer", ""))
    return {name: context.get(name) for name in ("request", "csrf_token", "user", "house")} | shown


@register.inclusion_tag("composer/parts/words.html")
def words_of(message: Message) -> dict[str, Any]:
    """A message's own words; in a customer's complaint with what was heard in it."""
    marked = _heard(message) if message.direction == Message.Direction.IN and not message.automatic else {}
    names = {
        "expected": _("what they expected"),
        "happened": _("what happened"),
        "harm": _("what it did to them"),
        "contact": _("how to reach them"),
    }
    written = format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<mark class="{}" title="{}">{}</mark>',
                    " ".join(f"heard-{mark}" for mark in piece.marks),
                    ", ".join(names[mark] for mark in piece.marks),
                    piece.text,
                )
                if piece.marks
                else piece.text,
            )
            for piece in pieces(message.words.strip(), marked)
        ),
    )
    return {"written": written, "legend": [(mark, names[mark]) for mark in MARKS if mark in marked]}


def _heard(message: Message) -> dict[str, list[tuple[int, int]]]:
    words = message.words.strip()
    hearing = getattr(message, "hearing", None)
    if hearing is None:
        return _listen(words, message.language)
    before = len(message.words) - len(message.words.lstrip())
    found = passages(message.words, hearing.result)
    if not found and hearing.is_complaint and not any(mark in hearing.result for mark in MARKS):
        return _listen(words, message.language)
    return {
        mark: [(max(0, start - before), min(len(words), end - before)) for start, end in spans]
        for mark, spans in found.items()
    }


@lru_cache(maxsize=256)
def _listen(words: str, language: str) -> dict[str, list[tuple[int, int]]]:
    """What is heard in words that were written down without being heard."""
    return passages(words, listen(words, language=language).result)


@register.inclusion_tag("composer/parts/promises_to.html")
def promises_to(customer: Customer) -> dict[str, Any]:
    """How we kept what we promised a customer."""
    return {"counts": showing.promises_to(customer)}


@register.simple_tag
def trouble_of(message: Message) -> OutgoingMessage | None:
    """The mail of a message that did not leave."""
    return showing.trouble_of(message)


@register.simple_tag
def replies_for(person: Person) -> dict[str, int]:
    """How many replies wait for somebody: "read" for their second look, "post" to be posted by them. One query."""
    approves, sends = may(person, "message.approve"), may(person, "message.send")
    waiting = Reply.objects.filter(state__in=[Reply.State.APPROVAL, Reply.State.TO_POST]).order_by()
    rows = waiting.values_list("state", "author_id")
    return {
        "read": sum(approves and state == Reply.State.APPROVAL and author != person.pk for state, author in rows),
        "post": sum(state == Reply.State.TO_POST and (sends or author == person.pk) for state, author in rows),
    }


@register.simple_tag
def options_of(people: Iterable[Person], chosen: str) -> SafeString:
    """The options of a choice among people; `chosen` is the number of one, as text."""
    rows = ((number := str(person.pk), _SELECTED if number == chosen else "", person) for person in people)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@register.simple_tag
def name_of(people: Iterable[Person], chosen: str) -> str:
    """The name of one of some people, by their number as text; "" for nobody of them."""
    return next((str(person) for person in people if str(person.pk) == chosen), "")


@register.filter
def due_words(row: Row) -> str:
    """By when a promise is kept, as people say it here; "" when no day is named."""
    try:
        words = date_format(date.fromisoformat(row.day), "DATE_FORMAT")
    except ValueError:
        return ""
    try:
        return f"{words}, {time_format(time.fromisoformat(row.clock), 'TIME_FORMAT')}"
    except ValueError:
        return words


@register.filter
def stands_at(message: Message) -> str:
    """Where in public a message stands; "" when it does not, or nobody knows."""
    return checked_address(str(message.headers.get(ADDRESS_HEADER, "")))


@register.filter
def as_lines(words: str) -> SafeString:
    """A text with its line ends, each line running in its own direction."""
    return format_html('<span class="lines">{}</span>', words)
