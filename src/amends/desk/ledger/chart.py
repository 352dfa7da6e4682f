"""The small chart of kept promises by month, as numbers that a template draws. Its table stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from amends.desk.ledger.rates import Month

__all__ = ["HEIGHT", "Bar", "bars", "months_back"]

HEIGHT = 120
_STEP, _WIDTH = 44, 28


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: where its bar stands, and its three parts from below, in units of the drawing.

    Attributes:
        x, middle: Left edge and middle.
        parts: Kind ("good", "late", "bad"), top and height of each part.
    """

    first: date
    x: int
    middle: int
    parts: tuple[tuple[str, float, float], ...]
    width: int = _WIDTH


def months_back(today: date, count: int) -> list[date]:
    """The first days of the last months, the current one last."""
    months = [today.year * 12 + today.month - 1 - back for back in reversed(range(count))]
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def bars(months: Sequence[Month], *, right_to_left: bool = False) -> list[Bar]:
    """The bars; time runs as the language does."""
    highest = max((month.rate.all for month in months), default=0) or 1
    found = []
    for place, month in enumerate(months):
        column = len(months) - 1 - place if right_to_left else place
        parts, top = [], float(HEIGHT)
        for kind, count in (("good", month.rate.in_time), ("late", month.rate.late), ("bad", month.rate.not_kept)):
            height = round(HEIGHT * count / highest, 2)
            top -= height
            if count:
                parts.append((kind, round(top, 2), height))
        x = column * _STEP + (_STEP - _WIDTH) // 2
        found.append(Bar(month.first, x, x + _WIDTH // 2, tuple(parts)))
    return found
