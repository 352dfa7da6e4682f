"""Figures that other rooms add, without this room knowing them.

A room calls one or both of these in its `AppConfig.ready`:

`count(name, source)`: numbers that hang on cases. They are added up by month, team, way and language with all others,
as often as a case's log says that something changed, and are then there in `Asked`'s summaries:

    def counted(cases: Sequence[int]) -> Iterable[tuple[int, datetime, Mapping[str, int]]]:
        for row in Recurrence.objects.filter(case__in=cases):
            yield row.case_id, row.raised_at, {"recurrences": 1}

    sources.count("causes", counted)

`register(Source(...))`: a page of its own, with table and chart, under "How are we doing". A source whose key is that
of a page of ours ("causes") takes its place.

    def figures(asked: Asked) -> Iterable[Figure]:
        columns = [Column(_("Cases"), "cases"), Column(_("Came back"), "recurrences")]
        return subjects.grouped(asked, columns, lambda tally: (tally["cases"], tally["recurrences"]), chart)

    sources.register(Source("recurrences", _("What came back"), figures, order=65))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from django.utils.functional import Promise as Lazy

if TYPE_CHECKING:
    from amends.desk.insight.summaries import Asked

__all__ = [
    "FEW",
    "TOO_FEW",
    "Bars",
    "Chart",
    "Column",
    "Columns",
    "Counted",
    "Figure",
    "Ranges",
    "Series",
    "Source",
    "count",
    "counted",
    "counters",
    "register",
    "registered",
]

FEW = 5
"""Fewer cases than these are no ground for comparing anything. Where a chart has none, words name this number."""


class _TooFew:
    """What stands in a cell that would compare too few cases."""

    def __repr__(self) -> str:
        return "TOO_FEW"


TOO_FEW: Final = _TooFew()

Kind = Literal["text", "count", "number", "percent", "time"]
Tone = Literal["plain", "good", "late", "bad"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        words: Its heading, translated.
        name: Its name in a download, plain: "median_seconds".
        kind: How its values are written: text; a count; a number with one decimal; a percentage 0 to 100; seconds.
    """

    words: str
    name: str
    kind: Kind = "count"


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart of columns.

    Attributes:
        words: What it is, for the legend.
        tone: Its colour by meaning.
    """

    words: str
    values: Sequence[float]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns along time, one series upon the other. None in `percent` leaves a gap."""

    labels: Sequence[str]
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class Ranges:
    """For each label the middle half of the values and their median, in the unit of `kind`; None leaves a gap.

    Attributes:
        words: What the bar and the line in it are, for the legend.
    """

    labels: Sequence[str]
    values: Sequence[tuple[float, float, float] | None]
    kind: Kind = "time"
    words: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars beside their names, the largest first; with `together` each begins where the last one ended (Pareto)."""

    labels: Sequence[str]
    values: Sequence[float]
    together: bool = False
    kind: Kind = "count"


Chart: TypeAlias = Columns | Ranges | Bars


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with its chart.

    Attributes:
        title: Translated.
        columns: The first names the rows.
        rows: Values as the columns' kinds ask; None is nothing to say, `TOO_FEW` too few to compare.
        chart: Drawn above the table; the same numbers stand in it.
        words: A sentence that says what it shows.
        name: What it is grouped by: "month". Plain, its name as a file; no two of a page have the same.
        keys: For each row its name in a download, the same in every language; none if not given.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    chart: Chart | None = None
    words: str = ""
    name: str = ""
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A page of figures.

    Attributes:
        key: Its name in the address: small letters and hyphens.
        title: Its heading and tab, translated lazily.
        figures: Reckons them. It must be quick: it is asked when the page is looked at.
        lead: What it is about, a sentence, translated lazily.
        act: Who may do this act sees it.
        order: Smaller stands first; ours stand at 10, 20, 30 ...
    """

    key: str
    title: "str | Lazy"
    figures: "Callable[[Asked], Iterable[Figure]]" = field(repr=False)
    lead: "str | Lazy" = ""
    act: str = "insight.see"
    order: int = 100


Counted: TypeAlias = Callable[[Sequence[int]], Iterable[tuple[int, datetime, Mapping[str, int]]]]
"""Given keys of cases: case, the moment on whose day it counts (aware), how many of what. Only of these cases."""

_sources: dict[str, Source] = {}
_counters: dict[str, Counted] = {}


def register(source: Source) -> None:
    """Add a page of figures, or put another in the place of that with the same key."""
    _sources[source.key] = source


def registered() -> list[Source]:
    """All of them, in their order."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.key))


def count(name: str, source: Counted) -> None:
    """Have something counted with every case; see the module's words. Names of counts are the caller's: "remedies"."""
    _counters[name] = source


def counters() -> dict[str, Counted]:
    """What other rooms count, by their names."""
    return dict(_counters)


def counted(cases: Sequence[int]) -> dict[int, list[tuple[datetime, Mapping[str, int]]]]:
    """What other rooms count of these cases."""
    found: dict[int, list[tuple[datetime, Mapping[str, int]]]] = {}
    for source in _counters.values():
        for number, moment, counts in source(cases):
            found.setdefault(number, []).append((moment, counts))
    return found
