"""Working days, public holidays and feasts."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

__all__ = ["Calendar", "feast"]

_SATURDAY = 5
_WEEKENDS: Mapping[str, frozenset[int]] = {"IL": frozenset({4, 5})}
"""Days without work by country, where they are not Saturday and Sunday (Israel: Friday and Saturday)."""
_WEEKEND = frozenset({5, 6})


class Calendar:
    """Counts working days.

    Without a country, Monday to Friday are working days, as the project's codebook counts them. With one, its weekend
    and its public holidays (from the `holidays` library) are left out.
    """

    def __init__(self, country: str | None = None) -> None:
        """Choose a country.

        Args:
            country: ISO 3166 code of two letters, or None.

        Raises:
            ValueError: The country is not known.
        """
        self.country = country
        self._weekend = _WEEKENDS.get(country or "", _WEEKEND)
        self._holidays = _holidays(country) if country else None

    def works_on(self, day: date) -> bool:
        """Whether a day is a working day."""
        return day.weekday() not in self._weekend and (self._holidays is None or not self._holidays(day))

    def after(self, day: date, count: int) -> date:
        """The day that lies a number of working days after another."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works_on(day)
        return day


@cache
def _holidays(country: str) -> Callable[[date], bool]:
    import holidays

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise ValueError(f"country is an ISO 3166 code of two letters, not {country!r}") from error
    return lambda day: day in known


def _easter(year: int) -> date:
    from dateutil.easter import easter

    day: date = easter(year)
    return day


# The Israeli calendar of the `holidays` library knows the Hebrew feasts by these names.
_HEBREW_FEASTS = {
    "pesach": "Pesach",
    "rosh-hashana": "Rosh Hashanah",
    "yom-kippur": "Yom Kippur",
    "sukkot": "Sukkot",
    "shavuot": "Shavuot",
}
_FIXED_FEASTS = {"christmas": (12, 25), "christmas-eve": (12, 24), "new-year": (1, 1), "jaanipaev": (6, 24)}


def feast(name: str, after: date) -> date | None:
    """The first day of a feast that is not before a day; None when it is not known."""
    for year in (after.year, after.year + 1):
        day = _feast_in(name, year)
        if day is not None and day >= after:
            return day
    return None


@cache
def _feast_in(name: str, year: int) -> date | None:
    if name in _FIXED_FEASTS:
        return date(year, *_FIXED_FEASTS[name])
    if name == "easter":
        return _easter(year)
    hebrew = _HEBREW_FEASTS.get(name)
    if hebrew is None:
        return None
    import holidays

    known = holidays.country_holidays("IL", years=year)
    return min((day for day, title in known.items() if title.startswith(hebrew)), default=None)
