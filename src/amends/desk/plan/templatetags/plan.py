"""Tags of the plan: marks in a sent reply, and the checker's names for what it found."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from amends.checker.catalogue import concept

__all__ = ["concept_title", "concept_way_out", "marked", "register"]

register = template.Library()

_AROUND = 90


@register.filter
def marked(text: str, marks: Sequence[Sequence[int | str]]) -> SafeString:
    """The places of a text that would be marked, each with some words around it and the word used instead.

    Args:
        text: A reply.
        marks: Start and end in code points, and the word used instead. Places beyond the text are left out.
    """
    places = sorted(
        (int(start), int(end), str(ours)) for start, end, ours in marks if 0 <= int(start) < int(end) <= len(text)
    )
    parts, at = [], 0
    for index, (start, end, ours) in enumerate(places):
        if start < at:
            continue
        begin = max(at, start - _AROUND)
        following = places[index + 1][0] if index + 1 < len(places) else len(text)
        stop = min(following, end + _AROUND, len(text))
        gap = "… " if begin > at else ""
        parts.append((gap, text[begin:start], text[start:end], ours, text[end:stop]))
        at = stop
    shown = format_html_join("", "{}{}<mark>{}</mark> <ins>{}</ins>{}", parts)
    return format_html("{}{}", shown, " …" if at < len(text) and parts else "")


@register.filter
def concept_title(label: str) -> str:
    """The name of a part of an apology or of a fault, in the reader's language."""
    return concept(label).in_language().title


@register.filter
def concept_way_out(label: str) -> str:
    """What the writer can do about it."""
    return concept(label).in_language().way_out
