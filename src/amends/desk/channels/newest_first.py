"""Reading a list that gives its newest first, page by page, from where it was read the last time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from amends.desk.channels.kinds import Page, Raw
from amends.desk.channels.models import Channel
from amends.desk.channels.stored import gone

__all__ = ["Entry", "Walked", "look", "moment_of", "walk"]

_MOST_AT_THE_EDGE = 20
_WATCHED = 10
"""How many of those in hand are looked at again."""


class Entry(NamedTuple):
    """One entry of a list.

    Attributes:
        at: The moment by which the list is ordered, as ISO 8601 writes it.
        id: Its id; "" for one that is of no interest but tells how far the list was read.
        thing: What came.
    """

    at: str
    id: str
    thing: dict[str, Any]


class Walked(NamedTuple):
    """What a walk gave.

    Attributes:
        found: The fresh entries, oldest first.
        cursor: Where to go on.
        done: Whether it came to where the list was read before.
    """

    found: list[Entry]
    cursor: dict[str, Any]
    done: bool


def walk(
    before: Mapping[str, Any],
    ask: Callable[[str | None], tuple[Sequence[Entry], str | None]],
    *,
    begin: datetime,
    pages: int = 4,
    overlap: timedelta = timedelta(0),
) -> Walked:
    """Read from the newest to where it was read before, a few pages at the most; the next walk goes on with the rest.

    Args:
        before: The cursor of the last walk; empty for the first.
        ask: Gives the page of a token, None for the first, and the token of the next page, None after the last.
        begin: How far back the first walk goes.
        pages: How many pages are asked for.
        overlap: How much of what was read is read again, for lists in which something turns up late or changes.
    """
    until = str(before.get("until") or begin.astimezone(UTC).isoformat())
    newest = str(before.get("newest") or until)
    page: str | None = before.get("page")
    since = _order(until) - overlap.total_seconds()
    fresh: list[Entry] = []
    for _round in range(pages):
        entries, page = ask(page)
        some = [entry for entry in entries if _order(entry.at) >= since]
        fresh += some
        newest = max([newest, *(entry.at for entry in some)], key=_order)
        if len(some) < len(entries):
            page = None
        if page is None:
            break
    seen = [str(one) for one in before.get("seen") or ()]
    wanted = [entry for entry in fresh if entry.id and (overlap or entry.id not in seen)]
    found = sorted({entry.id: entry for entry in reversed(wanted)}.values(), key=lambda entry: _order(entry.at))
    if page is not None:
        return Walked(found, {"until": until, "newest": newest, "page": page, "seen": seen}, False)
    # The moment of the newest is asked for again, as others may have the same; those that were seen are known.
    edge = [entry.id for entry in fresh if entry.id and _order(entry.at) == _order(newest)]
    kept = edge or (seen if _order(newest) == _order(until) else [])
    return Walked(found, {"until": newest, "seen": kept[:_MOST_AT_THE_EDGE]}, True)


def look(
    channel: Channel,
    page: Callable[[str | None], tuple[Sequence[Entry], str | None]],
    one: Callable[[str], Mapping[str, Any] | None],
    kept: Callable[[str, Mapping[str, Any]], Raw],
    *,
    before: timedelta,
) -> Page:
    """Read what is new in a list of reviews, then see whether those in hand were changed and are still there.

    Args:
        channel: Whose list.
        page: As `walk` asks.
        one: Gives a review by its id, None when it is not there any more.
        kept: A review as it is stored, with its id.
        before: How far back the first look goes, before the channel was set up.
    """
    walked = walk(channel.cursor.get("reviews") or {}, page, begin=channel.created_at - before)
    items = [kept(entry.id, entry.thing) for entry in walked.found]
    if walked.done:
        for id in channel.watched(_WATCHED):
            review = one(id)
            items.append(kept(id, review) if review is not None else gone(id, datetime.now(UTC)))
    return Page(tuple(items), {"reviews": walked.cursor}, not walked.done)


def moment_of(value: Any) -> datetime | None:
    """A moment as ISO 8601 writes it, in UTC where it does not say; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _order(value: str) -> float:
    moment = moment_of(value)
    return moment.timestamp() if moment is not None else 0.0
