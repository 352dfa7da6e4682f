"""The chart of causes by harm (Pareto), as numbers that a template draws. Its table stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from amends.desk.causes.figures import Standing

__all__ = ["HEIGHT", "MOST", "WIDTH", "Bar", "pareto"]

HEIGHT = 140
WIDTH = 528
MOST = 12
_GAP = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One cause: its bar, and the point of the line that adds up, in units of the drawing.

    Attributes:
        number: Its place, from 1: the table has the same.
        x, width, top, tall: Of the bar.
        middle, height: Of the point of the line.
        percent: Of all harm, this cause and those before it.
    """

    number: int
    standing: Standing
    x: float
    width: float
    top: float
    tall: float
    middle: float
    height: float
    percent: int


def pareto(rows: Sequence[Standing], *, right_to_left: bool = False) -> list[Bar]:
    """The causes that do the harm, the worst first; at most twelve.

    Args:
        rows: Ordered by harm.
        right_to_left: Whether the language runs so; then the worst stands on the right.
    """
    harm = sum(row.harm for row in rows)
    shown = [row for row in rows if row.harm][:MOST]
    if not shown:
        return []
    step = WIDTH / max(len(shown), 4)
    width = step - _GAP
    sums, found = 0, []
    for place, row in enumerate(shown):
        sums += row.harm
        left = place * step + _GAP / 2
        x = WIDTH - left - width if right_to_left else left
        tall = HEIGHT * row.harm / shown[0].harm
        found.append(
            Bar(
                place + 1,
                row,
                round(x, 1),
                round(width, 1),
                round(HEIGHT - tall, 1),
                round(tall, 1),
                round(x + width / 2, 1),
                round(HEIGHT - HEIGHT * sums / harm, 1),
                sums * 100 // harm,
            )
        )
    return found
