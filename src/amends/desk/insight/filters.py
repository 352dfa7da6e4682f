"""What a page is asked for: months, team, way, language. Whatever cannot be is left out; a link never breaks a page."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from amends.desk.cases.models import Channel
from amends.desk.insight.summaries import MOST_MONTHS, Asked, first_month, months_between, this_month
from amends.desk.insight.wording import month_words, team_names
from amends.messages import LANGUAGES, NAMES

__all__ = ["Choices", "asked_for", "choices_for", "query_of"]

_USUAL = 12


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: values with their words, and what is chosen."""

    months: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    channels: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    chosen: dict[str, str]


def asked_for(query: QueryDict) -> Asked:
    """What the query asks for; the last twelve months of everything when it asks for nothing."""
    now = this_month()
    last = min(_month(query.get("to", "")) or now, now)
    first = _month(query.get("from", "")) or _back(last, _USUAL - 1)
    if first > last:
        first, last = last, first
    first = max(first, _back(last, MOST_MONTHS - 1))
    team = query.get("team", "")
    channel, language = query.get("channel", ""), query.get("language", "")
    return Asked(
        first,
        last,
        int(team) if team.isdecimal() and len(team) < 18 else None,
        channel if channel in Channel.values else None,
        language if language in LANGUAGES else None,
    )


def choices_for(asked: Asked) -> Choices:
    """What the form of filters offers."""
    now = this_month()
    earliest = max(min(first_month() or asked.first, asked.first), _back(now, 10 * 12))
    months = [(_text(month), month_words(month)) for month in reversed(months_between(earliest, now))]
    teams = [(str(key), name) for key, name in team_names().items()]
    return Choices(
        months,
        [*teams, ("0", _("No team"))] if teams else [],
        [(value, str(words)) for value, words in Channel.choices],
        [(code, NAMES[code]) for code in LANGUAGES],
        {
            "from": _text(asked.first),
            "to": _text(asked.last),
            "team": "" if asked.team is None else str(asked.team),
            "channel": asked.channel or "",
            "language": asked.language or "",
        },
    )


def query_of(asked: Asked) -> str:
    """What was asked for, as a link carries it on."""
    query = QueryDict(mutable=True)
    usual_last = this_month()
    if (asked.first, asked.last) != (_back(usual_last, _USUAL - 1), usual_last):
        query["from"], query["to"] = _text(asked.first), _text(asked.last)
    if asked.team is not None:
        query["team"] = str(asked.team)
    if asked.channel is not None:
        query["channel"] = asked.channel
    if asked.language is not None:
        query["language"] = asked.language
    return query.urlencode()


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def _text(first: date) -> str:
    return first.isoformat()[:7]


def _back(first: date, months: int) -> date:
    number = max(12, first.year * 12 + first.month - 1 - months)
    return date(number // 12, number % 12 + 1, 1)
