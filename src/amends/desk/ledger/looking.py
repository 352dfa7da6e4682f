"""When the clock looks at an open promise: shortly before it is due, and when it lapses. Pure reckoning."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["next_look", "shortly_before"]

_AHEAD = timedelta(hours=2)
_NOON = time(12)


def shortly_before(due_at: datetime, due_day: date | None, zone: str) -> datetime:
    """When its owner hears of a promise once more before it is due.

    Args:
        due_at: By when it is kept, aware.
        due_day: The day it names, when it names one.
        zone: Name of the house's time zone.

    Returns:
        Aware, in UTC: two hours ahead of a moment, noon of a day that runs to its end.
    """
    if due_day is not None:
        return min(datetime.combine(due_day, _NOON, ZoneInfo(zone)).astimezone(UTC), due_at - _AHEAD)
    return due_at - _AHEAD


def next_look(
    due_at: datetime | None, due_day: date | None, zone: str, now: datetime, *, reminded: bool = False
) -> datetime | None:
    """When the clock looks next at an open promise that has not lapsed yet.

    Args:
        due_at, due_day, zone: As for `shortly_before`.
        now: From when it is reckoned, aware.
        reminded: Whether its owner has heard of it already.

    Returns:
        Never after `due_at`, unless that is past, then at once. When the reminder's moment is past already, half of
        what is left. None when no time was named.
    """
    if due_at is None:
        return None
    if due_at <= now:
        return now
    if reminded:
        return due_at
    moment = shortly_before(due_at, due_day, zone)
    return moment if moment > now else now + (due_at - now) / 2
