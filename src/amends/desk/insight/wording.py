"""Figures in words: durations, shares, months, and the names of what is counted."""

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.checker.catalogue import concept
from amends.desk.cases.models import Channel
from amends.desk.insight.sources import TOO_FEW, Kind
from amends.desk.people.models import Team
from amends.messages import LANGUAGES as _CODES
from amends.messages import NAMES, percent

__all__ = [
    "amount",
    "duration",
    "group_words",
    "kind_words",
    "month_words",
    "month_words_short",
    "part_words",
    "share",
    "team_names",
    "written",
]

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """How long, as one says it: minutes up to an hour and a half, hours up to two days, then days."""
    if seconds < 1.5 * _HOUR:
        minutes = round(seconds / _MINUTE)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if seconds < 2 * _DAY:
        hours = round(seconds / _HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(seconds / _DAY)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def amount(value: float, kind: Kind) -> str:
    """A value as a table or an axis writes it."""
    if kind == "time":
        return duration(value)
    if kind == "percent":
        # Only all of them are a hundred, and only none of them are none.
        whole = min(99, max(1, round(value))) if 0 < value < 100 else round(value)
        return percent(whole / 100)
    if kind == "number":
        return str(number_format(value, decimal_pos=1, force_grouping=True))
    return str(number_format(round(value), decimal_pos=0, force_grouping=True))


def share(part: int, of: int) -> str:
    """A part of something in percent; only all of it is 100 %."""
    return amount(100 * part / of if of else 0, "percent")


def written(value: Any, kind: Kind) -> str:
    """A cell of a table."""
    if value is None:
        return "–"
    if value is TOO_FEW:
        return _("too few to say")
    return str(value) if kind == "text" else amount(value, kind)


def month_words(first: date) -> str:
    """A month with its year."""
    return date_format(first, "YEAR_MONTH_FORMAT")


def month_words_short(first: date, months: int = 12) -> str:
    """A month under a chart: short, as a number where many stand side by side; instead of January its year."""
    if months > 18:
        return str(first.year) if first.month == 1 else ""
    if first.month == 1:
        return str(first.year)
    return str(date_format(first, "M")) if months <= 12 else str(first.month)


def group_words(group: str, key: Any, teams: dict[int, str] | None = None) -> str:
    """The name of a month, team, way or language."""
    if group == "month":
        return month_words(key)
    if group == "team":
        return (teams or {}).get(key) or (_("No team") if not key else _("A team of earlier"))
    if group == "channel":
        return str(dict(Channel.choices).get(key, key))
    return NAMES[key] if key in _CODES else _("Not recognised")


def team_names() -> dict[int, str]:
    """The names of all teams by their keys."""
    return dict(Team.objects.order_by("name").values_list("pk", "name"))


def part_words(label: str) -> str:
    """A part of an apology."""
    try:
        return concept(label).in_language().title
    except KeyError:
        return label


def kind_words(kind: str) -> str:
    """A kind of failure, as hearing names it."""
    return {
        "late": _("Too late"),
        "missing": _("Something missing"),
        "wrong": _("The wrong thing"),
        "broken": _("Broken"),
        "billing": _("Money and bills"),
        "rude": _("How we spoke to them"),
        "unanswered": _("No answer from us"),
        "promise-broken": _("A promise not kept"),
        "information": _("Wrong or missing information"),
        "quality": _("Not as good as expected"),
        "access": _("Could not get in or through"),
        "other": _("Something else"),
    }.get(kind, kind)
