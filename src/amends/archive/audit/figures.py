"""Counts what an audit found: for the whole archive, and by month, writer, channel, language and kind of failure.

Figures of parts of an archive are added up to those of the whole, in any order.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import quantiles
from typing import Any, Final

__all__ = ["GROUPS", "Figures", "groups_of"]

GROUPS: Final = ("month", "writer", "channel", "language", "kind")
"""By what figures are told apart, beside the whole."""

_VERDICTS = ("none", "non-apology", "partial", "full", "unread")
_OUTCOMES = ("kept", "late", "broken", "overtaken", "open", "not seen")
# In one figure, what is counted: its group, its value there, and the measure.
Key = tuple[str, str, str]


class Figures:
    """Counts and durations; a part of an archive has its own, and they can be added."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        # What belongs to the same groups is counted once, and added to each of them when somebody asks.
        self._waiting: dict[tuple[tuple[str, str], ...], dict[str, int]] = {}
        self.seconds: dict[Key, array[int]] = {}

    @property
    def counts(self) -> "Counter[Key]":
        """How often each measure was counted in each group."""
        for groups, measures in self._waiting.items():
            for group, value in groups:
                for measure, number in measures.items():
                    self._counts[group, value, measure] += number
        self._waiting.clear()
        return self._counts

    def add(self, other: "Figures") -> None:
        """Add those of another part."""
        self.counts.update(other.counts)
        for key, values in other.seconds.items():
            self.seconds.setdefault(key, array("q")).extend(values)

    def count(self, measures: Iterable[tuple[str, int]], groups: Iterable[tuple[str, str]]) -> None:
        """Count measures in each of the groups."""
        counted = self._waiting.setdefault(tuple(groups), {})
        for measure, number in measures:
            counted[measure] = counted.get(measure, 0) + number

    def review(self, row: Mapping[str, Any], writer: str) -> None:
        """Count a reply, a row of the table of reviews."""
        verdict = row["verdict"]
        measures = [("replies", 1), (f"verdict:{verdict}", 1)]
        if verdict != "unread":
            measures += [("checked", 1), *((f"fault:{label}", 1) for label in set(row["faults"]))]
            if row["to_complaint"]:
                measures += [("to_complaint", 1), (f"owned:{verdict}", 1), ("score", row["score"])]
                measures += [(f"component:{label}", 1) for label in row["components"]]
        if row["empty_promises"]:
            measures.append(("empty_promises", row["empty_promises"]))
        self.count(measures, groups_of(row["sent"], row, kind=row["kind"], writer=writer))

    def promise(self, row: Mapping[str, Any], writer: str, kind: str | None) -> None:
        """Count a promise, a row of the table of promises."""
        measures = [("promises", 1), (f"outcome:{row['outcome']}", 1)]
        if row["due"] is not None:
            measures += [("promises_with_time", 1), (f"timed:{row['outcome']}", 1)]
        self.count(measures, groups_of(row["sent"], row, kind=kind, writer=writer))

    def thread(self, row: Mapping[str, Any]) -> None:
        """Count a thread, a row of the table of threads."""
        measures = [("threads", 1)]
        measures += [(name, 1) for name in ("waiting", "praised") if row[name]]
        kind = None
        when = row["begins"]
        if row["complaint"]:
            kind = row["kinds"][0] if row["kinds"] else None
            when = row["complained"] or when
            measures += [("complaints", 1), (f"severity:{row['severity'] or 'unknown'}", 1)]
            measures += [(name, 1) for name in ("replied", "thanked") if row[name]]
            if row["apologised"] is not None or row["verdict"] in ("partial", "full"):
                measures.append(("apologised", 1))
        groups = groups_of(when, row, kind=kind)
        self.count(measures, groups)
        for name in ("answered", "apologised"):
            if row["complained"] is not None and row[name] is not None and row[name] >= row["complained"]:
                seconds = int((row[name] - row["complained"]).total_seconds())
                for group, value in groups:
                    self.seconds.setdefault((group, value, name), array("q")).append(seconds)

    def values(self, group: str) -> list[str]:
        """The values of a group that occur, in their order."""
        return sorted({key[1] for key in self.counts if key[0] == group})

    def told(self, group: str = "all", value: str = "") -> dict[str, Any]:
        """The figures of the whole, or of one value of a group, as plain data."""
        counts = self.counts

        def number(measure: str) -> int:
            return counts[group, value, measure]

        def share(part: int, whole: int) -> float | None:
            return round(part / whole, 4) if whole else None

        to_complaint = number("to_complaint")
        complaints = number("complaints")
        promises, timed = number("promises"), number("promises_with_time")
        settled = sum(number(f"timed:{outcome}") for outcome in ("kept", "late", "broken"))
        found = {
            "threads": number("threads"),
            "replies": number("replies"),
            "replies_checked": number("checked"),
            "replies_to_complaints": to_complaint,
            "score_mean": round(number("score") / to_complaint, 1) if to_complaint else None,
            "verdicts": {verdict: number(f"verdict:{verdict}") for verdict in _VERDICTS},
            "verdicts_to_complaints": {verdict: number(f"owned:{verdict}") for verdict in _VERDICTS[:-1]},
            "full_or_partial_share": share(number("owned:full") + number("owned:partial"), to_complaint),
            "components": self._labelled(group, value, "component"),
            "faults": self._labelled(group, value, "fault"),
            "complaints": complaints,
            "answered": number("replied"),
            "unanswered": complaints - number("replied"),
            "apologised": number("apologised"),
            "severities": self._labelled(group, value, "severity"),
            "waiting": number("waiting"),
            "thanked": number("thanked"),
            "praised": number("praised"),
            "seconds_to_answer": self._spread((group, value, "answered")),
            "seconds_to_apology": self._spread((group, value, "apologised")),
            "promises": {
                "made": promises,
                "with_time": timed,
                **{outcome.replace(" ", "_"): number(f"outcome:{outcome}") for outcome in _OUTCOMES},
                "settled": settled,
                "kept_in_time_share": share(number("timed:kept"), settled),
                "empty": number("empty_promises"),
            },
        }
        for extra in ("repeat_complaints", "recurrences", "boilerplate"):
            found[extra] = number(extra)
        found["boilerplate_share"] = share(number("boilerplate"), number("replies"))
        return found

    def _labelled(self, group: str, value: str, what: str) -> dict[str, int]:
        """The counts of each label of a kind, the most frequent first."""
        start = f"{what}:"
        found = {
            key[2].removeprefix(start): number
            for key, number in self.counts.items()
            if key[0] == group and key[1] == value and key[2].startswith(start) and number
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def _spread(self, key: Key) -> dict[str, int] | None:
        """Median, ninth decile and number of some durations, in seconds."""
        values = self.seconds.get(key)
        if not values:
            return None
        if len(values) == 1:
            return {"median": values[0], "p90": values[0], "count": 1}
        deciles = quantiles(values, n=10, method="inclusive")
        return {"median": round(deciles[4]), "p90": round(deciles[8]), "count": len(values)}

    def to_plain(self) -> dict[str, Any]:
        """As plain data that `from_plain` reads again."""
        return {
            "counts": [[*key, number] for key, number in self.counts.items()],
            "seconds": [[*key, list(values)] for key, values in self.seconds.items()],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Figures":
        """What `to_plain` gave."""
        made = cls()
        for group, value, measure, number in plain["counts"]:
            made.counts[group, value, measure] = number
        for group, value, measure, values in plain["seconds"]:
            made.seconds[group, value, measure] = array("q", values)
        return made


def groups_of(
    when: datetime | None, row: Mapping[str, Any], *, kind: str | None, writer: str | None = None
) -> list[tuple[str, str]]:
    """The whole and the groups that something belongs to."""
    found = [("all", ""), ("channel", row["channel"]), ("language", row["language"] or "")]
    if when is not None:
        found.append(("month", f"{when:%Y-%m}"))
    if kind is not None:
        found.append(("kind", kind))
    if writer is not None:
        found.append(("writer", writer))
    return found
