"""Quiet hours: from one time of the day to another in somebody's time zone, every night, and when they end.

What counts are moments, not the hands of the clock: where the clocks are put back in the night, quiet hours begin at
the first time the hands show their beginning and end at the last time they show their end; where the hands jump over
one of the two, it is the moment of the jump. So nothing comes while the hands say that it is quiet.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["Quiet"]

_DAYS_AROUND = (-2, -1, 0, 1, 2)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours of every day.

    Attributes:
        begins, ends: Times of the day. When the end is not later than the beginning, it lies on the next day.
        zone: Where the person is.
    """

    begins: time
    ends: time
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        """Whether it is quiet at an aware moment."""
        return self.free_from(moment) != moment

    def free_from(self, moment: datetime) -> datetime:
        """The first moment that is not quiet, from an aware moment on: that moment itself, or when quiet hours end."""
        free = moment.astimezone(UTC)
        day = free.astimezone(self.zone).date()
        # Nights that touch each other, as where a day was left out, are one.
        for begin, end in sorted(self._night(day + timedelta(days=days)) for days in _DAYS_AROUND):
            if begin <= free < end:
                free = end
        return free

    def _night(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.begins < self.ends else day + timedelta(days=1)
        return _moment(day, self.begins, self.zone, fold=0), _moment(last, self.ends, self.zone, fold=1)


def _moment(day: date, clock: time, zone: ZoneInfo, *, fold: int) -> datetime:
    """When the hands show a time, in UTC: the first time or the last; the moment of the jump when they never do."""
    shown = datetime.combine(day, clock)
    found = shown.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == shown:
        return found
    early, late = sorted(shown.replace(tzinfo=zone, fold=either).astimezone(UTC) for either in (0, 1))
    # Within a jump the hands show less than the time before it, and more after it: halve until the second is found.
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < shown:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
