"""Charts as marks that a template draws: rectangles, lines, words, in units of the drawing. Tables stand beside them.

Everything is reckoned as it runs from left to right; for the other direction every place is mirrored, and words keep
their anchors, as these follow the direction of the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor, log10
from typing import Literal

from amends.desk.insight.sources import Bars, Chart, Columns, Kind, Ranges
from amends.desk.insight.wording import amount

__all__ = ["Drawing", "Line", "Mark", "Words", "draw"]

_WIDTH = 480.0
_PLOT = 180.0
_TOP = 14.0
_SIDE = 78.0
"""Room for the words of the axis."""
_FOOT = 30.0
_NARROW = 380.0
_NAME, _BAR, _ROW = 22.0, 13.0, 46.0
"""Of each bar: room for its name above it, its height, and from one to the next."""
_LONGEST_NAME = 44

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle; `tone` is its colour by meaning, `words` what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    tone: str = "plain"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "ground"


@dataclass(frozen=True, slots=True)
class Words:
    """Words at a place."""

    x: float
    y: float
    words: str
    anchor: Anchor = "start"


@dataclass(slots=True)
class Drawing:
    """A chart.

    Attributes:
        width, height: Of the drawing.
        kind: "upright", or "bars" that lie.
        legend: Tone and words of each series, when there are several.
    """

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)
    direction: str = "ltr"
    kind: str = "upright"

    @property
    def box(self) -> str:
        """The drawing's `viewBox`."""
        return f"0 0 {_short(self.width)} {_short(self.height)}"


def draw(chart: Chart, *, right_to_left: bool = False) -> Drawing:
    """The marks of a chart; time and bars run as the language does."""
    if isinstance(chart, Columns):
        drawing = _columns(chart)
    elif isinstance(chart, Ranges):
        drawing = _ranges(chart)
    else:
        drawing = _bars(chart)
    return _mirrored(drawing) if right_to_left else _rounded(drawing)


def steps(highest: float, kind: Kind = "count") -> list[float]:
    """Two to five round values for an axis from 0, the last of them not below the highest.

    Times go in steps that people know: 5, 10, 15, 30 minutes, 1, 2, 3, 6, 12 hours, a day, 2, 7 days ...
    """
    if highest < 1e-9:
        return [0.0, 1.0]
    if kind == "time":
        known = [60 * one for one in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 5760, 10080, 20160)]
        step = float(next((one for one in known if highest / one <= 4), 0) or ceil(highest / 4 / 2592000) * 2592000)
    elif kind == "percent":
        step = 25.0
    else:
        raw = highest / 4
        power = 10 ** floor(log10(raw))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= raw)
        step = max(1.0, step) if kind == "count" else step
    count = max(1, ceil(round(highest / step, 9)))
    return [step * one for one in range(count + 1)]


def _columns(chart: Columns) -> Drawing:
    drawing = Drawing(_WIDTH, _TOP + _PLOT + _FOOT)
    sums = [sum(values) for values in zip(*(one.values for one in chart.series), strict=True)]
    highest = _axis(drawing, max(sums, default=0), "count")
    for place, (begin, wide) in enumerate(_places(drawing, chart.labels)):
        top = _TOP + _PLOT
        for series in chart.series:
            value = series.values[place]
            tall = _PLOT * value / highest
            top -= tall
            if value:
                words = f"{series.words}: {amount(value, 'count')}"
                drawing.marks.append(Mark(begin, top, wide, tall, series.tone, words))
    if len(chart.series) > 1:
        drawing.legend = [(series.tone, series.words) for series in chart.series]
    return drawing


def _ranges(chart: Ranges) -> Drawing:
    drawing = Drawing(_WIDTH, _TOP + _PLOT + _FOOT)
    highest = _axis(drawing, max((one[2] for one in chart.values if one), default=0), chart.kind)
    for (begin, wide), value in zip(_places(drawing, chart.labels), chart.values, strict=True):
        if value is None:
            continue
        low, middle, high = (_TOP + _PLOT * (1 - one / highest) for one in value)
        words = amount(value[1], chart.kind)
        drawing.marks.append(Mark(begin, high, wide, max(1.5, low - high), "range", words))
        drawing.marks.append(Mark(begin, middle - 2, wide, 4, "middle", words))
    drawing.legend = [(tone, words) for tone, words in zip(("range", "middle"), chart.words, strict=True) if words]
    return drawing


def _bars(chart: Bars) -> Drawing:
    drawing = Drawing(_NARROW, _ROW * len(chart.labels), kind="bars")
    highest = 100.0 if chart.kind == "percent" else max(chart.values, default=0) or 1
    whole = sum(chart.values) or 1
    so_far = 0.0
    for place, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        top = place * _ROW
        so_far += value
        begin, long, end = 0.0, _NARROW * value / highest, amount(value, chart.kind)
        if chart.together:
            # Each bar begins where the one above it ended, so that the eye adds them up.
            begin, long = _NARROW * (so_far - value) / whole, _NARROW * value / whole
            drawing.marks.append(Mark(0.0, top + _NAME, begin, _BAR, "before"))
            end = amount(100 * value / whole, "percent")
        name = label if len(label) <= _LONGEST_NAME else label[: _LONGEST_NAME - 1].rstrip() + "…"
        drawing.words.append(Words(0.0, top + 15, name))
        drawing.words.append(Words(_NARROW, top + 15, end, "end"))
        # What is almost nothing can still be seen.
        long = max(long, 1.0)
        drawing.marks.append(Mark(min(begin, _NARROW - long), top + _NAME, long, _BAR, "plain", f"{label}: {end}"))
    return drawing


def _axis(drawing: Drawing, highest: float, kind: Kind) -> float:
    """Lines and words of the upright axis.

    Returns:
        The value at its top.
    """
    values = steps(highest, kind)
    for value in values:
        y = _TOP + _PLOT * (1 - value / values[-1])
        drawing.lines.append(Line(_SIDE, y, _WIDTH, y, "ground" if value == 0 else "grid"))
        drawing.words.append(Words(_SIDE - 8, y + 5, amount(value, kind) if value else "0", "end"))
    return values[-1]


def _places(drawing: Drawing, labels: Sequence[str]) -> list[tuple[float, float]]:
    """Left edge and width of each column; its label is written below."""
    each = (_WIDTH - _SIDE) / max(1, len(labels))
    wide = min(44.0, each * 0.66)
    found = []
    for place, label in enumerate(labels):
        middle = _SIDE + each * (place + 0.5)
        if label:
            drawing.words.append(Words(middle, _TOP + _PLOT + 21, label, "middle"))
        found.append((middle - wide / 2, wide))
    return found


def _mirrored(drawing: Drawing) -> Drawing:
    width = drawing.width
    drawing.marks = [replace(mark, x=width - mark.x - mark.width) for mark in drawing.marks]
    drawing.lines = [replace(line, x1=width - line.x1, x2=width - line.x2) for line in drawing.lines]
    drawing.words = [replace(words, x=width - words.x) for words in drawing.words]
    drawing.direction = "rtl"
    return _rounded(drawing)


def _rounded(drawing: Drawing) -> Drawing:
    drawing.marks = [
        replace(one, x=round(one.x, 2), y=round(one.y, 2), width=round(one.width, 2), height=round(one.height, 2))
        for one in drawing.marks
    ]
    drawing.lines = [
        replace(one, x1=round(one.x1, 2), y1=round(one.y1, 2), x2=round(one.x2, 2), y2=round(one.y2, 2))
        for one in drawing.lines
    ]
    drawing.words = [replace(one, x=round(one.x, 2), y=round(one.y, 2)) for one in drawing.words]
    return drawing


def _short(value: float) -> str:
    return f"{value:g}"
