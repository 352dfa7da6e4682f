"""The pages of figures: what each shows, of which rows. Rooms beside this one add theirs through `sources`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from amends.checker.catalogue import COMPONENTS
from amends.desk.errors import NotFound
from amends.desk.insight import wording
from amends.desk.insight.sources import (
    FEW,
    TOO_FEW,
    Bars,
    Chart,
    Column,
    Columns,
    Figure,
    Ranges,
    Series,
    Source,
    registered,
)
from amends.desk.insight.summaries import GROUPS, Asked, Group, Tally
from amends.desk.people.authority import may
from amends.desk.people.roles import Acting

__all__ = [
    "OWN",
    "few",
    "grouped",
    "harm_by_kind",
    "missing_most",
    "promise_percent",
    "subject",
    "subjects",
    "total_due",
]

Cells = Callable[[Tally], tuple[Any, ...]]


def subjects(acting: Acting) -> list[Source]:
    """The pages that somebody may see, in their order; those of other rooms in place of ours with the same key."""
    found = {source.key: source for source in (*OWN, *registered())}
    mine = [source for source in found.values() if may(acting, source.act)]
    return sorted(mine, key=lambda source: (source.order, source.key))


def subject(acting: Acting, key: str) -> Source:
    """One of them.

    Raises:
        NotFound: There is none with this key for this person.
    """
    for source in subjects(acting):
        if source.key == key:
            return source
    raise NotFound(_("There is no such page of figures."))


def total_due(tally: Tally) -> int:
    """How many promises came due from which customers did not let us off."""
    return tally["due-in-time"] + tally["due-late"] + tally["due-not-kept"]


def promise_percent(tally: Tally) -> float | None:
    """Promises kept in time, of a hundred that came due."""
    due = total_due(tally)
    return 100 * tally["due-in-time"] / due if due else None


def harm_by_kind(tally: Tally) -> list[tuple[str, int, int]]:
    """Kinds of failure with their cases and their hurt, the most hurt first."""
    kinds = {name.partition(":")[2] for name in tally.counts if name.startswith("kind:")}
    rows = [(kind, tally[f"kind:{kind}"], tally[f"harm:{kind}"]) for kind in kinds]
    return sorted(rows, key=lambda row: (-row[2], -row[1], row[0]))


def missing_most(tally: Tally) -> list[tuple[str, int]]:
    """Parts of an apology with the number of replies that lack them, the most often missing first."""
    rows = [(part, tally[f"missing:{part}"]) for part in COMPONENTS]
    return sorted((row for row in rows if row[1]), key=lambda row: (-row[1], COMPONENTS.index(row[0])))


def few(value: Any, number: int) -> Any:
    """A value to compare, unless it rests on too few."""
    return None if not number else TOO_FEW if number < FEW else value


def grouped(
    asked: Asked,
    columns: Iterable[Column],
    cells: Cells,
    chart: Callable[[Mapping[Any, Tally]], Chart | None],
    words: str = "",
) -> Iterator[Figure]:
    """The same columns by month, with a chart and a sentence, and by team, way and language; each when it is asked.

    Args:
        asked: What somebody wants to see.
        columns: All but the first, which names the rows.
        cells: The values of these columns, of what a row adds up to; see `few`.
        chart: The chart of the months, of each month's sums in order.
        words: What the months say in a sentence.
    """
    more = list(columns)
    teams = wording.team_names()
    titles: dict[Group, str] = {
        "month": _("By month"),
        "team": _("By team"),
        "channel": _("By way"),
        "language": _("By language"),
    }
    heads: dict[Group, str] = {
        "month": _("Month"),
        "team": _("Team"),
        "channel": _("Way"),
        "language": _("Language"),
    }
    for group in GROUPS:
        tallies = asked.by(group)
        names = {key: wording.group_words(group, key, teams) for key in tallies}
        # Months in time, everything else in the order of names: it is no ranking.
        order = list(tallies) if group == "month" else sorted(tallies, key=lambda key: (not key, names[key].casefold()))
        kept = [key for key in order if group == "month" or any(tallies[key].counts)]
        rows = [(names[key], *cells(tallies[key])) for key in kept]
        if group == "team" and set(order) <= {0}:
            continue
        yield Figure(
            titles[group],
            [Column(heads[group], group, "text"), *more],
            rows,
            chart(tallies) if group == "month" else None,
            words if group == "month" else "",
            group,
            [key.isoformat()[:7] if group == "month" else str(key or "") for key in kept],
        )


def _labels(tallies: Mapping[Any, Tally]) -> list[str]:
    return [wording.month_words_short(month, len(tallies)) for month in tallies]


def _times(asked: Asked, name: str, of: str, done: str, words: tuple[str, str]) -> Iterator[Figure]:
    columns = [
        Column(_("Cases"), "cases"),
        Column(words[0], done),
        Column(words[1], f"{done}_percent", "percent"),
        Column(_("A quarter within"), "first_quartile_seconds", "time"),
        Column(_("Half within"), "median_seconds", "time"),
        Column(_("Three quarters within"), "third_quartile_seconds", "time"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        found = tally.quartiles(name)
        number = tally[done]
        shown = (found.low, found.middle, found.high) if found else (None, None, None)
        return (
            tally[of],
            number,
            few(tally.share(done, of), tally[of]),
            *(few(one, number) for one in shown),
        )

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        found = [tally.quartiles(name) if tally[done] >= FEW else None for tally in tallies.values()]
        legend = (_("the middle half of the cases"), _("half within"))
        values = [(one.low, one.middle, one.high) if one else None for one in found]
        return Ranges(_labels(tallies), values, words=legend)

    return grouped(asked, columns, cells, chart, _times_words(asked.total, name, done))


def _times_words(total: Tally, name: str, done: str) -> str:
    """How long it took in all the months together."""
    found = total.quartiles(name)
    if found is None or total[done] < FEW:
        return ""
    return _("Half within %(half)s, three quarters within %(most)s.") % {
        "half": wording.duration(found.middle),
        "most": wording.duration(found.high),
    }


def _answer(asked: Asked) -> Iterator[Figure]:
    return _times(asked, "answer", "to-answer", "answered", (_("Answered"), _("Answered, %")))


def _apology(asked: Asked) -> Iterator[Figure]:
    return _times(asked, "apology", "cases", "apologised", (_("Apologised"), _("Apologised, %")))


def _recovery(asked: Asked) -> Iterator[Figure]:
    return _times(asked, "recovery", "cases", "recovered", (_("Right, they say"), _("Right, %")))


def _promises(asked: Asked) -> Iterator[Figure]:
    columns = [
        Column(_("Due"), "due"),
        Column(_("In time"), "in_time"),
        Column(_("Late"), "late"),
        Column(_("Not kept"), "not_kept"),
        Column(_("Kept in time"), "in_time_percent", "percent"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        due = total_due(tally)
        shown = tally["due-in-time"], tally["due-late"], tally["due-not-kept"]
        return (due, *shown, few(promise_percent(tally), due))

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        series = (
            Series(_("in time"), [tally["due-in-time"] for tally in tallies.values()], "good"),
            Series(_("late"), [tally["due-late"] for tally in tallies.values()], "late"),
            Series(_("not kept"), [tally["due-not-kept"] for tally in tallies.values()], "bad"),
        )
        return Columns(_labels(tallies), series)

    percent = promise_percent(asked.total)
    words = ""
    if percent is not None and total_due(asked.total) >= FEW:
        words = _("%(share)s were kept in time.") % {"share": wording.amount(percent, "percent")}
    return grouped(asked, columns, cells, chart, words)


def _parts(asked: Asked) -> Iterator[Figure]:
    total = asked.total
    replies = total["replies"]
    missing = missing_most(total)
    rows = [
        (wording.part_words(part), number, few(100 * number / replies if replies else None, replies))
        for part, number in missing
    ]
    shown = Bars(
        [row[0] for row in rows],
        [100 * number / replies for _part, number in missing],
        kind="percent",
    )
    columns = [
        Column(_("Part"), "part", "text"),
        Column(_("Replies without it"), "replies_without"),
        Column(_("Of all replies"), "replies_without_percent", "percent"),
    ]
    words = ngettext(
        "Of %(count)d reply in which an apology was due.", "Of %(count)d replies in which an apology was due.", replies
    ) % {"count": replies}
    keys = [part for part, _number in missing]
    drawn = shown if replies >= FEW and rows else None
    first = Figure(_("What was missing"), columns, rows, drawn, words, "part", keys)
    more = [
        Column(_("Replies"), "replies"),
        Column(_("Full apologies"), "full_percent", "percent"),
        Column(_("Parts missing in each"), "missing_each", "number"),
        Column(_("Missing most often"), "missing_most", "text"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        number = tally["replies"]
        most = missing_most(tally)
        return (
            number,
            few(tally.share("full", "replies"), number),
            few(tally["lacks"] / number if number else None, number),
            few(wording.part_words(most[0][0]) if most else None, number),
        )

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        full = [tally["full"] for tally in tallies.values()]
        rest = [tally["replies"] - tally["full"] for tally in tallies.values()]
        return Columns(
            _labels(tallies), (Series(_("full apologies"), full, "good"), Series(_("other replies"), rest, "plain"))
        )

    yield first
    yield from grouped(asked, more, cells, chart)


def _causes(asked: Asked) -> Iterator[Figure]:
    total = asked.total
    found = harm_by_kind(total)
    whole = sum(row[2] for row in found)
    rows, so_far = [], 0
    for kind, number, harm in found:
        so_far += harm
        percent = (100 * harm / whole, 100 * so_far / whole) if whole else (None, None)
        rows.append((wording.kind_words(kind), number, *percent))
    columns = [
        Column(_("What went wrong"), "kind", "text"),
        Column(_("Cases"), "cases"),
        Column(_("Of all hurt"), "hurt_percent", "percent"),
        Column(_("Together so far"), "hurt_so_far_percent", "percent"),
    ]
    bars = Bars([row[0] for row in rows], [row[2] for row in found], together=True)
    words = _pareto_words(found, whole) if whole and total["cases"] >= FEW else ""
    keys = [row[0] for row in found]
    first = Figure(_("What hurts most"), columns, rows, bars if whole else None, words, "kind", keys)
    more = [
        Column(_("Cases"), "cases"),
        Column(_("What hurts most"), "most_hurt", "text"),
        Column(_("Of all hurt"), "most_hurt_percent", "percent"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        kinds = harm_by_kind(tally)
        all_of_it = sum(row[2] for row in kinds)
        number = tally["cases"]
        if not all_of_it:
            return number, None, None
        return (
            number,
            few(wording.kind_words(kinds[0][0]), number),
            few(100 * kinds[0][2] / all_of_it, number),
        )

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        return Columns(_labels(tallies), (Series(_("cases"), [tally["cases"] for tally in tallies.values()]),))

    yield first
    yield from grouped(asked, more, cells, chart)


def _pareto_words(found: list[tuple[str, int, int]], whole: int) -> str:
    """How few kinds make up four fifths of the hurt."""
    so_far, count = 0, 0
    for _kind, _number, harm in found:
        so_far += harm
        count += 1
        if so_far * 5 >= whole * 4:
            break
    share = wording.amount(100 * so_far / whole, "percent")
    return ngettext(
        "%(count)d kind of failure makes up %(share)s of all hurt.",
        "%(count)d kinds of failure make up %(share)s of all hurt.",
        count,
    ) % {"count": count, "share": share}


def _again(asked: Asked) -> Iterator[Figure]:
    columns = [
        Column(_("Cases"), "cases"),
        Column(_("Not their first with us"), "second"),
        Column(_("Of all cases"), "second_percent", "percent"),
        Column(_("Say it happened before"), "repeat"),
    ]

    def cells(tally: Tally) -> tuple[Any, ...]:
        number = tally["cases"]
        return number, tally["second"], few(tally.share("second", "cases"), number), tally["repeat"]

    def chart(tallies: Mapping[Any, Tally]) -> Chart:
        second = [tally["second"] for tally in tallies.values()]
        first = [tally["cases"] - tally["second"] for tally in tallies.values()]
        return Columns(
            _labels(tallies), (Series(_("second failures"), second, "bad"), Series(_("first failures"), first, "plain"))
        )

    return grouped(asked, columns, cells, chart)


OWN: tuple[Source, ...] = (
    Source(
        "answer",
        gettext_lazy("First answer"),
        _answer,
        gettext_lazy(
            "How long customers waited until a person of ours answered. Automatic words do not count. "
            "Months are those in which the customer wrote; the last ones go on filling."
        ),
        order=10,
    ),
    Source(
        "apology",
        gettext_lazy("Apology"),
        _apology,
        gettext_lazy(
            "How long until a written apology that owns what happened. What was said on the phone is not counted here."
        ),
        order=20,
    ),
    Source(
        "recovery",
        gettext_lazy("Right again"),
        _recovery,
        gettext_lazy(
            "How long until the customer said that it is right now. Only they can say so; silence is silence."
        ),
        order=30,
    ),
    Source(
        "promises",
        gettext_lazy("Promises"),
        _promises,
        gettext_lazy(
            "What became of promises in the month in which they were due. Those that customers let us off do not count."
        ),
        order=40,
    ),
    Source(
        "parts",
        gettext_lazy("What replies leave out"),
        _parts,
        gettext_lazy("Parts of an apology that were missing in what we sent. It tells what all of us could practise."),
        order=50,
    ),
    Source(
        "causes",
        gettext_lazy("What hurts most"),
        _causes,
        gettext_lazy(
            "Kinds of failure by the hurt they did: how severe each case was, added up. "
            "A case of several kinds is shared among them."
        ),
        order=60,
    ),
    Source(
        "again",
        gettext_lazy("Hurt again"),
        _again,
        gettext_lazy("Customers who were failed a second time. They are the ones who need us most."),
        order=70,
    ),
)
"""The pages of this room."""
