"""Single values of exports: moments, addresses, texts, however a product writes them."""

import re
from datetime import UTC, datetime
from typing import Any

from amends.archive.mail import Address
from amends.archive.mail.headers import clean_line, moment
from amends.archive.mail.pages import page_text
from amends.archive.message import DateOrder

__all__ = ["person", "plain", "read_date", "read_moment", "read_number", "read_yes", "rich"]

_NUMBER = re.compile(r"-?\d{1,19}(?:\.\d{1,9})?")
# Days first with points, as all of continental Europe writes; with slashes one date alone does not tell.
_POINTS = re.compile(
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?(?:,?\s+(?:\w{1,4}\s)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)
_SLASHES = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:\s?([ap])\.?m\.?)?)?",
    re.IGNORECASE,
)
_MONTHS = 12
_ISO_SLASHES = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(.*)", re.DOTALL)
_EARLIEST, _LATEST = datetime(1982, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# Larger numbers count milliseconds, and microseconds.
_MOST_SECONDS = 10**11
_MOST_MILLISECONDS = 10**14
_YES = frozenset({"true", "1", "yes", "y", "t", "on"})
_NO = frozenset({"false", "0", "no", "n", "f", "off", ""})
_NOTHING = frozenset({"null", "none", "nan", "n/a", "\\n"})


def plain(value: Any) -> str:
    """A text as it is written; "" for nothing."""
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        if value.isascii() and "\r" not in value and "\x00" not in value:
            return str(value).strip()
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return str(value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")).strip()
    if isinstance(value, bool | int | float):
        return str(value)
    return ""


def rich(value: Any) -> str:
    """The words of a text in HTML; a text without tags stays as it is."""
    text = plain(value)
    return page_text(text)[0] if "<" in text or "&" in text else text


def read_moment(value: Any) -> datetime | None:
    """A moment: ISO 8601, RFC 5322, "11. 2. 2025 13:05", or seconds, milliseconds or microseconds since 1970.

    Returns:
        The moment with its offset from UTC, UTC where none is told; None when it cannot be read, or lies before 1982 or
        after 2100.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        found: datetime | None = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    elif isinstance(value, int | float):
        found = _from_number(float(value))
    else:
        text = str(value).strip()[:100]
        if _NUMBER.fullmatch(text):
            found = _from_number(float(text)) if len(text) > len("20250211") else None
        else:
            found = _from_text(text)
    return found if found is not None and _EARLIEST <= found < _LATEST else None


def read_date(value: Any) -> tuple[datetime | None, DateOrder]:
    """A moment as `read_moment` reads it, or with slashes: "03/04/2025 13:05", "3/4/25, 1:05 pm".

    Returns:
        The moment, and of a date with slashes which of its numbers is the day; where either may be, the first is.
    """
    found = read_moment(value)
    if found is not None or not isinstance(value, str) or "/" not in value:
        return found, ""
    told = _SLASHES.fullmatch(value.strip()[:100])
    if told is None:
        return None, ""
    first, second, year, hour, minute, second_of_minute = (int(one or 0) for one in told.groups()[:6])
    order: DateOrder = "day" if first > _MONTHS else "month" if second > _MONTHS else "either"
    day, month = (second, first) if order == "month" else (first, second)
    if told[7]:
        hour = hour % 12 + (12 if told[7] in "pP" else 0)
    try:
        found = datetime(
            year if year > 99 else 2000 + year, month, day, hour, minute, min(second_of_minute, 59), tzinfo=UTC
        )
    except ValueError:
        return None, ""
    if not _EARLIEST <= found < _LATEST:
        return None, ""
    # A day that is also its month's number is the same moment in either order.
    return found, "" if first == second else order


def _from_number(value: float) -> datetime | None:
    if abs(value) >= _MOST_MILLISECONDS:
        value /= 1_000_000
    elif abs(value) >= _MOST_SECONDS:
        value /= 1_000
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_text(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    points = _POINTS.fullmatch(text)
    if points is not None:
        day, month, year, hour, minute, second = (int(one or 0) for one in points.groups())
        try:
            return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        except ValueError:
            return None
    slashes = _ISO_SLASHES.fullmatch(text)
    if slashes is not None:
        return _from_text("{}-{:0>2}-{:0>2}{}".format(*slashes.groups()))
    if "/" in text:
        return None
    text = text.removesuffix(" UTC").removesuffix(" GMT")
    return moment(text.encode("ascii", "replace"))


def read_number(value: Any) -> float | None:
    """A number; None when it is none."""
    text = plain(value).replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def read_yes(value: Any) -> bool | None:
    """Yes or no; None when it is neither."""
    if isinstance(value, bool):
        return value
    text = plain(value).casefold()
    if text in _YES:
        return True
    return False if text in _NO else None


def person(name: Any = "", address: Any = "") -> Address:
    """Somebody by name and address, each one line; what means "nothing" in exports is nothing."""
    shown, where = clean_line(plain(name))[:300], clean_line(plain(address))[:320]
    return Address("" if shown.casefold() in _NOTHING else shown, "" if where.casefold() in _NOTHING else where)
