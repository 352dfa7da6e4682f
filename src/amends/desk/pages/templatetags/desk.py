"""Tags for icons, moments and states."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from amends.desk.pages import log_words, places

__all__ = ["ago", "moment", "register"]

register = template.Library()


@register.inclusion_tag("pages/parts/icon.html")
def icon(name: str) -> dict[str, str]:
    """A small picture beside words; the words say it all, so readers of the screen skip it."""
    return {"name": name}


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[tuple[places.Entry, bool]]:
    """The entries of the navigation for who looks, and whether we are there. What waits there is asked afterwards."""
    request = context["request"]
    entries = places.entries_for(request.user, places.navigation_entries)
    elsewhere = in_settings(context)
    return [(one, one.holds(request) and not elsewhere) for one in entries]


@register.simple_tag(takes_context=True)
def in_settings(context: template.Context) -> bool:
    """Whether the page is one of the settings, whatever app brings it."""
    return bool(context["request"].path.startswith(reverse("house:settings")))


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the settings as somebody sees it.

    Attributes:
        words: What it is called.
        entries: Its tabs, at least one.
        here: The tab of the page that is shown, when it stands in this group.
    """

    words: str | Lazy
    entries: list[places.Entry]
    here: places.Entry | None


@register.simple_tag(takes_context=True)
def settings_groups(context: template.Context) -> list[Group]:
    """The groups of the settings with the tabs that who looks may see; one without any is left out."""
    request = context["request"]
    seen = places.entries_for(request.user, places.settings_tabs)
    shown = request.resolver_match.view_name if request.resolver_match else ""
    # The log stands below the house by its address, and in another group: the very page comes first.
    here = next((one for one in seen if one.address == shown), None) or next(
        (one for one in seen if one.holds(request)), None
    )
    made = []
    for name, words in places.GROUPS.items():
        entries = [one for one in seen if one.group == name]
        if entries:
            made.append(Group(words, entries, here if here in entries else None))
    return made


@register.simple_tag
def case_panels(side: str) -> list[places.Panel]:
    """The parts of the case page on one side."""
    return [panel for panel in places.case_panels if panel.side == side]


@register.filter
def moment(value: date | datetime | None) -> SafeString | str:
    """A moment as people say it here, with the exact one for machines."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return format_html(
            '<time datetime="{}">{}</time>',
            value.isoformat(),
            date_format(local, "SHORT_DATETIME_FORMAT", use_l10n=True),
        )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "DATE_FORMAT"))


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, or how far ahead, with the exact moment as a hint."""
    if value is None:
        return ""
    now = timezone.now()
    if value <= now:
        words = _("%(time)s ago") % {"time": timesince(value, now, depth=1)}
    else:
        words = _("in %(time)s") % {"time": timeuntil(value, now, depth=1)}
    exact = date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, words)


@register.filter
def lies_ahead(value: datetime | None) -> bool:
    """Whether a moment is still to come."""
    return value is not None and value > timezone.now()


@register.filter
def act_words(act: str) -> str:
    """The act of a log entry, for people."""
    return log_words.act_words(act)


@register.filter
def changes(entry: Any) -> list[tuple[str, dict[str, str]]]:
    """What a log entry changed: each name with its words before and after."""
    return log_words.changes(entry.act, entry.before, entry.after)


@register.filter
def actor_words(entry: Any) -> str:
    """Who did it: a person's name, or what acted on its own."""
    if entry.person is not None:
        return str(entry.person)
    machines = {"customer": _("The customer"), "clock": _("The desk"), "desk": _("The desk"), "intake": _("The desk")}
    return machines.get(entry.actor, str(entry.actor))
