"""What is in each part of the plan: its fields, their lengths, and reading it from what somebody gave.

Everything is short on purpose: the whole plan is one printed page.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.plan.models import Part

__all__ = ["ROWS", "TEXTS", "Content", "cleaned", "written"]

Content = Mapping[str, Any]
"""Fields of one part: texts, and `rows` where the part has them."""

TEXTS: Mapping[str, Mapping[str, int]] = {
    Part.FIRST_HOUR: {},
    Part.PEOPLE: {},
    Part.AUTHORITY: {"freely": 500, "asks": 500},
    Part.WORDS: {"first_words": 600, "never": 300},
    Part.LIMITS: {"promises": 400, "stop": 400},
}
"""Texts of each part with the most characters they may have."""

ROWS: Mapping[str, tuple[int, Mapping[str, int]]] = {
    Part.FIRST_HOUR: (10, {"minute": 0, "step": 120, "who": 60}),
    Part.PEOPLE: (8, {"name": 60, "what_for": 60, "phone": 40, "hours": 40, "deputy": 80}),
}
"""Parts with rows: how many at most, and the fields of a row with their lengths; 0 is a number of minutes."""

_NEEDED = {Part.FIRST_HOUR: "step", Part.PEOPLE: "name"}
_LATEST = 240


def cleaned(part: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A part as it is kept: known fields only, trimmed, rows without the empty ones, the first hour in order of time.

    Args:
        part: A value of `Part`.
        given: Texts by name, and `rows`: a list of fields by name.

    Raises:
        WrongInput: Something is too long, or a row lacks what it is about.
    """
    content: dict[str, Any] = {name: _text(given.get(name), most, name) for name, most in TEXTS[part].items()}
    if part in ROWS:
        most, fields = ROWS[part]
        rows = [_row(one, fields) for one in given.get("rows", ())]
        rows = [row for row in rows if any(value for name, value in row.items() if name != "minute")]
        if len(rows) > most:
            raise WrongInput(_("There is room for %(count)d lines on the page.") % {"count": most})
        if any(not row[_NEEDED[Part(part)]] for row in rows):
            raise WrongInput(_("A line has no name or no step yet. Write it, or empty the line."))
        if "minute" in fields:
            rows.sort(key=lambda row: int(row["minute"]))
        content["rows"] = rows
    return content


def written(content: Content | None) -> bool:
    """Whether there is anything in a part."""
    return content is not None and any(content.values())


def _row(given: Mapping[str, Any], fields: Mapping[str, int]) -> dict[str, Any]:
    return {
        name: _text(given.get(name), most, name) if most else _minute(given.get(name)) for name, most in fields.items()
    }


def _text(value: Any, most: int, field: str) -> str:
    text = str(value or "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > most:
        raise WrongInput(_("At most %(count)d characters, so that the plan stays one page.") % {"count": most}, field)
    return text


def _minute(value: Any) -> int:
    try:
        minute = int(value or 0)
    except (TypeError, ValueError):
        minute = -1
    if not 0 <= minute <= _LATEST:
        raise WrongInput(_("Write minutes from 0 to %(count)d.") % {"count": _LATEST}, "minute")
    return minute
