"""The promises of a reply as they will stand in the ledger: what was found in it, with what the writer corrected.

Corrections are plain data, kept with the draft: {"found": {key: {field: value}}, "added": [{field: value}]}. A key
names the words of a promise, so that a correction holds while the words stay, whatever is written around them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from amends.promises import Promise
from amends.text import fold

__all__ = ["FIELDS", "Row", "corrections_from", "rows_of", "typed_row"]

FIELDS = ("act", "day", "clock", "owner")
"""What can be corrected, beside removing a row."""

_MOST_ROWS = 40
_LONGEST_ACT = 500
_SHORT = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One promise as it will be recorded.

    Attributes:
        key: Names it in a form; "new-..." for one that the writer added.
        act: What is promised.
        day: "2031-05-02" or "".
        clock: "17:00" or "", in the zone of the house.
        owner: Number of the person who keeps it, as text, or "".
        removed: Whether the writer took it out.
        found: What was found in the words; None for one that was added.
        was: The fields as they were found, before the writer corrected them.
    """

    key: str
    act: str
    day: str
    clock: str
    owner: str
    removed: bool = False
    found: Promise | None = None
    was: Mapping[str, str] = field(default_factory=dict)

    def due(self, zone: str) -> date | datetime | None:
        """The day until whose end it is kept, or the moment; None when no time was named or it cannot be read.

        Args:
            zone: The time zone of the house.
        """
        try:
            day = date.fromisoformat(self.day)
        except ValueError:
            return None
        try:
            return datetime.combine(day, time.fromisoformat(self.clock), ZoneInfo(zone))
        except ValueError:
            return day


def rows_of(
    promises: Sequence[Promise], corrections: Mapping[str, Any], *, owner: str, named: Mapping[str, str] | None = None
) -> list[Row]:
    """The rows to show or to record.

    Args:
        promises: Found in the reply.
        corrections: What the writer corrected.
        owner: Number of the writer, who keeps what names nobody else.
        named: Folded names of colleagues to their numbers, for promises that name somebody.
    """
    changed: Mapping[str, Mapping[str, Any]] = corrections.get("found") or {}
    rows = []
    for key, promise in zip(_keys(promises), promises, strict=True):
        day, clock = _parts(promise.due)
        was = {
            "act": _in_short(promise),
            "day": day,
            "clock": clock,
            # Many languages leave "I" out; only what names somebody else is not the writer's.
            "owner": _of_name(promise.name, named or {}) if promise.name else owner,
        }
        change = changed.get(key) or {}
        row = typed_row(key, was | {name: change[name] for name in FIELDS if name in change})
        rows.append(replace(row, removed=bool(change.get("removed")), found=promise, was=was))
    for number, entry in enumerate(corrections.get("added") or ()):
        if str(entry.get("act", "")).strip():
            rows.append(typed_row(f"new-{number}", entry))
    return rows[:_MOST_ROWS]


def typed_row(key: str, entry: Mapping[str, Any]) -> Row:
    """A row that somebody wrote by hand, from its fields."""
    act, day, clock, owner = (str(entry.get(name, "")) for name in FIELDS)
    return Row(key, act, day, clock, owner)


def corrections_from(form: Mapping[str, str]) -> dict[str, Any]:
    """What a writer corrected, from the fields of the form.

    Each row comes as `promise-KEY-act`, `-day`, `-clock`, `-owner`, perhaps `-removed`, and each of the four with what
    it was before as `promise-KEY-was-act` ...: only what differs is a correction, so that a later reading of the same
    words may find another day.
    """
    found: dict[str, dict[str, Any]] = {}
    added = []
    for key in dict.fromkeys(_keys_in(form)):
        given = {name: form.get(f"promise-{key}-{name}", "").strip()[:_LONGEST_ACT] for name in FIELDS}
        removed = bool(form.get(f"promise-{key}-removed"))
        if key.startswith("new-"):
            if given["act"] and not removed:
                added.append(given)
            continue
        change: dict[str, Any] = {
            name: value
            for name, value in given.items()
            if f"promise-{key}-{name}" in form and value != form.get(f"promise-{key}-was-{name}", "").strip()
        }
        if removed:
            change["removed"] = True
        if change:
            found[key] = change
        if len(found) + len(added) >= _MOST_ROWS:
            break
    return {name: value for name, value in (("found", found), ("added", added)) if value}


def _keys_in(form: Mapping[str, str]) -> Iterable[str]:
    for name in form:
        if name.startswith("promise-") and name.endswith("-act") and "-was-" not in name:
            yield name.removeprefix("promise-").removesuffix("-act")


def _keys(promises: Sequence[Promise]) -> list[str]:
    seen: dict[str, int] = {}
    keys = []
    for promise in promises:
        name = hashlib.sha256(fold(promise.quote).encode("utf-8", "replace")).hexdigest()[:10]
        seen[name] = seen.get(name, 0) + 1
        keys.append(f"{name}-{seen[name]}")
    return keys


def _in_short(promise: Promise) -> str:
    """What is promised. Its own words read best; of many words those of time are left out."""
    quote = " ".join(promise.quote.split()).strip(" ,;:.!–-")
    return quote if len(quote) <= _SHORT or not promise.act else promise.act


def _parts(due: date | datetime | None) -> tuple[str, str]:
    if due is None:
        return "", ""
    if isinstance(due, datetime):
        return due.date().isoformat(), f"{due:%H:%M}"
    return due.isoformat(), ""


def _of_name(name: str, named: Mapping[str, str]) -> str:
    wanted = fold(name)
    return next((number for known, number in named.items() if wanted in known.split() or wanted == known), "")
