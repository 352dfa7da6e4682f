"""Writes what an audit found: four tables, the list of what could not be read, the summary, and the report."""

import csv
import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from amends.archive.audit.copies import HASHES, families
from amends.archive.audit.figures import GROUPS, Figures, groups_of
from amends.archive.audit.reading import tables_of
from amends.archive.audit.report import write_report
from amends.archive.audit.schema import MESSAGES, PROMISES, REVIEWS, THREADS, VERSION
from amends.hearing import SEVERITIES

__all__ = ["Archive", "write_results"]

_MOST_LISTED: Final = 200_000
_FOLLOWS_IN_REPORT: Final = 10
_EXAMPLES: Final = 5
_CANDIDATES: Final = 60
_LONGEST_EXAMPLE: Final = 600
_NEVER = np.iinfo(np.int64).max


class Archive:
    """What is known of an archive as a whole: how much of what, from when to when, and what could not be read."""

    def __init__(self, dates: str | None = None) -> None:
        """Begin.

        Args:
            dates: "day" or "month": what stands first in dates with slashes, if somebody said it.
        """
        self._said = dates
        self.dates: Counter[str] = Counter()
        self.not_read: list[tuple[str, str, str]] = []
        self.kinds: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.messages = 0
        self.counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("side", "channel", "language", "automatic")
        }
        self.begins: datetime | None = None
        self.ends: datetime | None = None
        self.unknown_ours = False

    @property
    def month_first(self) -> bool:
        """Whether dates with slashes that may be read either way are read month first: as most of the others are."""
        if self._said is not None:
            return self._said == "month"
        return self.dates["month"] > self.dates["day"]

    def told_of_dates(self) -> dict[str, Any] | None:
        """How dates with slashes were read, as plain data; None where there are none."""
        if not self.dates:
            return None
        one_sided = bool(self.dates["day"]) != bool(self.dates["month"])
        return {
            "day_first": self.dates["day"],
            "month_first": self.dates["month"],
            "either": self.dates["either"],
            "read": "month" if self.month_first else "day",
            "sure": self._said is not None or not self.dates["either"] or one_sided,
        }

    def note(
        self, not_read: Sequence[tuple[str, str, str]], messages: int, dates: Mapping[str, int] | None = None
    ) -> None:
        """Note a batch: what of it was not read, how many messages it has, and how its dates with slashes are."""
        self.dates.update(dates or {})
        self.messages += messages
        for kind, place, reason in not_read:
            self.kinds[kind] += 1
            self.reasons[reason] += 1
            if len(self.not_read) < _MOST_LISTED:
                self.not_read.append((kind, place, reason))

    def look_at(self, table: Any) -> None:
        """Count a table of messages that were read."""
        for name, counts in self.counts.items():
            for one in table.column(name).value_counts():
                counts[one["values"].as_py() or ""] += one["counts"].as_py()
        ends = pc.min_max(table.column("sent"))
        begins, ends = ends["min"].as_py(), ends["max"].as_py()
        if begins is not None:
            self.begins = begins if self.begins is None else min(self.begins, begins)
            self.ends = ends if self.ends is None else max(self.ends, ends)


class _Globals(NamedTuple):
    """What of each thread and each reply can be told only beside all others.

    Attributes:
        complaint_number, recurrence: For each thread, in order.
        family: For each reply, in order.
    """

    complaint_number: Any
    recurrence: Any
    family: Any


def write_results(
    judged: Sequence[Path], archive: Archive, out: Path, *, names: bool, asked: str, progress: Any
) -> dict[str, Any]:
    """Write all results.

    Args:
        judged: The folders of judged threads, in the order of the threads.
        archive: What is known of the archive.
        out: The folder of results.
        names: Whether people are named.
        asked: The mark of what was audited and how.
        progress: Is told how far it is.

    Returns:
        The summary.
    """
    known = _beside_all_others(judged)
    writer = _Writer(out, known, names=names)
    figures = Figures()
    not_judged: list[tuple[str, str]] = []
    try:
        for number, folder in enumerate(judged):
            plain = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
            figures.add(Figures.from_plain(plain["figures"]))
            not_judged += [(place, reason) for place, reason in plain["not_judged"]]
            writer.write(folder, figures)
            progress("writing", number + 1, len(judged))
    finally:
        writer.close()
    archive.note([("not judged", place, reason) for place, reason in not_judged], 0)
    _write_not_read(archive, out / "not-read.csv")
    summary = _summary(archive, figures, writer, known, asked, names=names)
    _add_texts(summary, out / "messages.parquet")
    text = json.dumps(summary, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_report(summary, out / "report.html")
    (out / "summary.json").write_text(text, encoding="utf-8")
    return summary


def _write_not_read(archive: Archive, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("kind", "place", "reason"))
        rows.writerows(
            (kind, place.encode("utf-8", "replace").decode(), reason) for kind, place, reason in archive.not_read
        )


# ---- what needs all threads


def _beside_all_others(judged: Sequence[Path]) -> _Globals:
    customers: list[Any] = []
    complained: list[Any] = []
    prevention: list[Any] = []
    complaint: list[Any] = []
    kinds: list[list[str] | None] = []
    signatures: list[Any] = []
    for folder in judged:
        table = _read(folder, "threads")
        customers.append(table.column("customer_key").to_numpy())
        complaint.append(table.column("complaint").to_numpy())
        for name, found in (("complained", complained), ("prevention", prevention)):
            found.append(table.column(name).cast(pa.int64()).fill_null(_NEVER).to_numpy())
        kinds += table.column("kinds").to_pylist()
        told = _read(folder, "reviews").column("signature").to_pylist()
        nothing = bytes(4 * HASHES)
        signatures.append(np.frombuffer(b"".join(one or nothing for one in told), dtype="<u4").reshape(-1, HASHES))
    if not judged:
        empty = np.zeros(0, dtype=np.int64)
        return _Globals(empty, empty.astype(bool), empty)
    numbers, recurrence = _repeats(
        np.concatenate(customers),
        np.concatenate(complaint),
        np.concatenate(complained),
        np.concatenate(prevention),
        kinds,
    )
    return _Globals(numbers, recurrence, families(np.concatenate(signatures)))


def _repeats(
    customers: Any, complaint: Any, complained: Any, prevention: Any, kinds: Sequence[Sequence[str] | None]
) -> tuple[Any, Any]:
    """For each thread which complaint of its customer it is, and whether its kind was not to happen again."""
    count = len(customers)
    numbers = np.zeros(count, dtype=np.int32)
    recurrence = np.zeros(count, dtype=bool)
    ours = np.flatnonzero(complaint & (customers != 0))
    by_customer = ours[np.lexsort((ours, complained[ours], customers[ours]))]
    before: dict[str, int] = {}
    last, number = None, 0
    for thread in by_customer.tolist():
        if customers[thread] != last:
            before, number, last = {}, 0, customers[thread]
        number += 1
        numbers[thread] = number
        told = kinds[thread] or ()
        recurrence[thread] = any(before.get(kind, _NEVER) < complained[thread] for kind in told)
        if prevention[thread] != _NEVER:
            for kind in told:
                before[kind] = min(before.get(kind, _NEVER), int(prevention[thread]))
    # Who is nobody that we know complains for the first time.
    numbers[complaint & (customers == 0)] = 1
    return numbers, recurrence


def _read(folder: Path, name: str) -> Any:
    return tables_of(pa.memory_map(str(folder / f"{name}.arrow")))


# ---- tables


class _Writer:
    """Writes the tables, folder by folder, and keeps what the summary needs of them."""

    def __init__(self, out: Path, known: _Globals, *, names: bool) -> None:
        self._known, self._names = known, names
        self._numbers: dict[tuple[str, int], str] = {}
        self._counted: Counter[str] = Counter()
        self._threads = self._reviews = 0
        self._files = {
            name: pq.ParquetWriter(out / f"{name}.parquet", schema, compression="zstd", version="2.6")
            for name, schema in (
                ("messages", MESSAGES),
                ("reviews", REVIEWS),
                ("promises", PROMISES),
                ("threads", THREADS),
            )
        }
        self.best: list[tuple[Any, ...]] = []
        self.worst: list[tuple[Any, ...]] = []
        self.waiting: list[tuple[Any, ...]] = []
        self.advocates: dict[str, list[int]] = {}
        self.family_examples: dict[int, int] = {}
        self.apologies: Counter[str] = Counter()
        self.writers: dict[str, str] = {}

    def close(self) -> None:
        """Finish the files."""
        for file in self._files.values():
            file.close()

    def write(self, folder: Path, figures: Figures) -> None:
        """Write a folder of judged threads, and add to the figures what could not be counted before."""
        tables = {name: _read(folder, name) for name in self._files}
        sides = {"ours": "writer", "customer": "customer"}
        messages = tables["messages"]
        people = [
            self._person(sides.get(side, "person"), key, name)
            for side, key, name in zip(
                *(messages.column(c).to_pylist() for c in ("side", "author_key", "author_name")), strict=True
            )
        ]
        self._put("messages", messages, author=people)
        family = self._known.family[self._reviews : self._reviews + tables["reviews"].num_rows]
        self._reviews += len(family)
        self._put("reviews", tables["reviews"], author=self._writers(tables["reviews"]), family=_nullable(family))
        self._put("promises", tables["promises"], author=self._writers(tables["promises"]))
        threads = tables["threads"]
        rows = slice(self._threads, self._threads + threads.num_rows)
        self._threads += threads.num_rows
        customers = [
            self._person("customer", key, name) if key else None
            for key, name in zip(
                threads.column("customer_key").to_pylist(), threads.column("customer_name").to_pylist(), strict=True
            )
        ]
        numbers, recurrence = self._known.complaint_number[rows], self._known.recurrence[rows]
        self._put(
            "threads",
            threads,
            customer=customers,
            complaint_number=[int(number) or None for number in numbers],
            recurrence=recurrence.tolist(),
        )
        self._count(tables, family, numbers, recurrence, customers, figures)

    def _person(self, role: str, key: int, name: str | None) -> str | None:
        """What somebody is called: a number, or the name when names were asked for."""
        if not key:
            return None
        found = self._numbers.get((role, key))
        if found is None:
            self._counted[role] += 1
            found = name or f"{role}-{self._counted[role]}"
            self._numbers[role, key] = found
            if role == "writer":
                self.writers[str(key)] = found
        return found

    def _writers(self, table: Any) -> list[str | None]:
        keys, names = table.column("author_key").to_pylist(), table.column("author_name").to_pylist()
        return [self._person("writer", key, name) for key, name in zip(keys, names, strict=True)]

    def _put(self, name: str, table: Any, **columns: Any) -> None:
        schema = self._files[name].schema
        arrays = [
            pa.array(columns[field.name], field.type)
            if field.name in columns
            else table.column(field.name).cast(field.type)
            for field in schema
        ]
        self._files[name].write_table(pa.table(arrays, schema=schema))

    def _count(
        self,
        tables: Mapping[str, Any],
        family: Any,
        numbers: Any,
        recurrence: Any,
        customers: Sequence[str | None],
        figures: Figures,
    ) -> None:
        reviews, threads = tables["reviews"], tables["threads"]
        copies = np.flatnonzero(family >= 0)
        for row, number in zip(_rows(reviews, _OF_COPIES, copies), family[copies].tolist(), strict=True):
            groups = groups_of(row["sent"], row, kind=row["kind"], writer=str(row["author_key"]))
            figures.count([("boilerplate", 1)], groups)
            self.family_examples.setdefault(number, row["message"])
        shown = _worth_showing(reviews)
        for row, number in zip(_rows(reviews, _OF_REVIEWS, shown), family[shown].tolist(), strict=True):
            self._consider(row, number)
        # Most conversations are of a customer who complains once, is answered, and says no more.
        counted = (numbers > 1) | recurrence
        for name in ("thanked", "praised", "waiting"):
            counted |= _flags(threads.column(name))
        counted |= threads.column("apologies").to_numpy() > 0
        told = np.flatnonzero(counted)
        for row, number, again, place in zip(
            _rows(threads, _OF_THREADS, told),
            numbers[told].tolist(),
            recurrence[told].tolist(),
            told.tolist(),
            strict=True,
        ):
            customer = customers[place]
            kind = row["kinds"][0] if row["kinds"] else None
            measures = []
            if number > 1:
                measures.append(("repeat_complaints", 1))
            if again:
                measures.append(("recurrences", 1))
            if measures:
                figures.count(measures, groups_of(row["complained"] or row["begins"], row, kind=kind))
            if customer is not None:
                if row["apologies"]:
                    self.apologies[customer] += row["apologies"]
                if (row["thanked"] and number == 1) or row["praised"]:
                    self.advocates.setdefault(customer, []).append(row["thread"])
            if row["waiting"] and row["complaint"]:
                gravity = SEVERITIES.index(row["severity"]) if row["severity"] in SEVERITIES else 0
                since = row["complained"].timestamp() if row["complained"] is not None else float("inf")
                _keep_smallest(
                    self.waiting, (-gravity, since, row["thread"], customer, row["severity"], kind), _CANDIDATES
                )

    def _consider(self, row: Mapping[str, Any], family: int) -> None:
        """Whether a reply to a complaint is among the best or the worst."""
        chosen = {
            name: row[name] for name in ("message", "thread", "verdict", "score", "faults", "quotes", "components")
        }
        kept = (row["message"], family, chosen)
        if row["verdict"] in ("partial", "full"):
            _keep_smallest(self.best, (row["verdict"] != "full", -row["score"], len(row["faults"]), *kept), _CANDIDATES)
        elif row["verdict"] == "non-apology":
            _keep_smallest(self.worst, (-len(row["faults"]), row["score"], *kept), _CANDIDATES)


_OF_COPIES = ("message", "sent", "channel", "language", "kind", "author_key")
_OF_REVIEWS = ("message", "thread", "verdict", "score", "faults", "quotes", "components")
_OF_THREADS = (
    "thread", "channel", "language", "begins", "complained", "kinds", "complaint", "severity", "waiting", "thanked",
    "praised", "apologies",
)  # fmt: skip


def _rows(table: Any, columns: Iterable[str], places: Any) -> list[dict[str, Any]]:
    """Some rows of a table as plain data."""
    found: list[dict[str, Any]] = table.select(list(columns)).take(pa.array(places)).to_pylist()
    return found


def _flags(column: Any) -> Any:
    return column.fill_null(False).combine_chunks().to_numpy(zero_copy_only=False)


def _worth_showing(reviews: Any) -> Any:
    """The places of the replies to complaints that may be among the best or the worst of a table, in order."""
    verdict = reviews.column("verdict").to_numpy()
    score = reviews.column("score").to_numpy()
    message = reviews.column("message").to_numpy()
    faults = pc.list_value_length(reviews.column("faults")).fill_null(0).to_numpy()
    answers = _flags(reviews.column("to_complaint"))
    owned = np.flatnonzero(answers & ((verdict == "partial") | (verdict == "full")))
    best = owned[np.lexsort((message[owned], faults[owned], -score[owned], verdict[owned] != "full"))][:_CANDIDATES]
    poor = np.flatnonzero(answers & (verdict == "non-apology"))
    worst = poor[np.lexsort((message[poor], score[poor], -faults[poor]))][:_CANDIDATES]
    return np.sort(np.concatenate((best, worst)))


def _nullable(numbers: Any) -> list[int | None]:
    return [number if number >= 0 else None for number in numbers.tolist()]


def _keep_smallest(heap: list[tuple[Any, ...]], entry: tuple[Any, ...], most: int) -> None:
    """Keep an entry if it is among the smallest; entries differ before anything in them that has no order."""
    heap.append(entry)
    if len(heap) > 4 * most:
        heap[:] = heapq.nsmallest(most, heap, key=_ordered)


def _ordered(entry: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value for value in entry if isinstance(value, int | float | bool))


# ---- the summary


def _summary(
    archive: Archive, figures: Figures, writer: _Writer, known: _Globals, asked: str, *, names: bool
) -> dict[str, Any]:
    sizes = np.bincount(known.family[known.family >= 0]) if len(known.family) else np.zeros(0, dtype=np.int64)
    by = {
        group: {value or "unknown": figures.told(group, value) for value in figures.values(group)} for group in GROUPS
    }
    by["writer"] = {
        writer.writers.get(key, key): told
        for key, told in sorted(by["writer"].items(), key=lambda item: _natural(writer.writers.get(item[0], item[0])))
    }
    apologies = sorted(writer.apologies.values())
    return {
        "version": VERSION,
        "asked": asked,
        "names": names,
        "archive": {
            "messages": archive.messages,
            "copies": figures.counts["all", "", "copies"],
            "begins": _iso(archive.begins),
            "ends": _iso(archive.ends),
            "sides": _sorted(archive.counts["side"]),
            "channels": _sorted(archive.counts["channel"]),
            "languages": _sorted(archive.counts["language"]),
            "automatic": _sorted({why: n for why, n in archive.counts["automatic"].items() if why}),
            **({"dates": told} if (told := archive.told_of_dates()) is not None else {}),
            "ours_unknown": archive.unknown_ours and not archive.counts["side"]["ours"],
            "not_read": {
                "kinds": _sorted(archive.kinds),
                "reasons": _sorted(dict(archive.reasons.most_common(50))),
                "listed": len(archive.not_read),
                "first": [list(one) for one in archive.not_read[:_FOLLOWS_IN_REPORT]],
            },
        },
        "figures": figures.told(),
        "by": by,
        "families": [
            {"family": number, "replies": int(sizes[number]), "message": writer.family_examples[number]}
            for number in range(min(len(sizes), _FOLLOWS_IN_REPORT))
        ],
        "families_count": len(sizes),
        "apologies_per_customer": {
            "customers": len(apologies),
            "mean": round(sum(apologies) / len(apologies), 2) if apologies else None,
            "most": apologies[-1] if apologies else 0,
            "three_or_more": sum(number >= 3 for number in apologies),
        },
        "best": _chosen(writer.best),
        "worst": _chosen(writer.worst),
        "waiting": [
            {"thread": thread, "customer": customer, "severity": severity, "kind": kind, "since": _from_seconds(since)}
            for _, since, thread, customer, severity, kind in heapq.nsmallest(
                _FOLLOWS_IN_REPORT, writer.waiting, key=_ordered
            )
        ],
        "advocates": [
            {"customer": customer, "threads": threads[:5], "times": len(threads)}
            for customer, threads in sorted(writer.advocates.items(), key=lambda item: (-len(item[1]), item[1]))[:20]
        ],
        "advocates_count": len(writer.advocates),
    }


def _chosen(candidates: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The first few, no two of one family of copies."""
    found: list[dict[str, Any]] = []
    families_seen: set[int] = set()
    for *_, family, row in heapq.nsmallest(_CANDIDATES, candidates, key=_ordered):
        if family >= 0 and family in families_seen:
            continue
        families_seen.add(family)
        found.append(dict(row))
        if len(found) == _EXAMPLES:
            break
    return found


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(
        sorted(((key or "unknown", number) for key, number in counts.items()), key=lambda item: (-item[1], item[0]))
    )


def _natural(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return (stem, int(number)) if number.isdigit() else (name, 0)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _from_seconds(seconds: float) -> str | None:
    from datetime import UTC

    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds != float("inf") else None


def _add_texts(summary: dict[str, Any], path: Path) -> None:
    """Put the words of the messages that are shown into the summary."""
    wanted: dict[int, list[dict[str, Any]]] = {}
    for one in (*summary["best"], *summary["worst"], *summary["families"]):
        wanted.setdefault(one["message"], []).append(one)
    threads: dict[int, list[dict[str, Any]]] = {}
    for one in (*summary["best"], *summary["worst"], *summary["waiting"]):
        threads.setdefault(one["thread"], []).append(one)
    for one in summary["advocates"]:
        threads.setdefault(one["threads"][0], []).append(one)
    for row in _messages(path, set(wanted), set(threads)):
        for one in wanted.get(row["message"], ()):
            one["text"] = row["text"][:_LONGEST_EXAMPLE]
            one["language"] = row["language"]
        for one in threads.get(row["thread"], ()):
            if row["side"] == "customer" and row["complaint"] and "complaint_text" not in one:
                one["complaint_text"] = row["text"][:_LONGEST_EXAMPLE]
            if row["side"] == "customer" and row["thanks"]:
                one["thanks_text"] = row["text"][:_LONGEST_EXAMPLE]


def _messages(path: Path, messages: set[int], threads: set[int]) -> Iterator[dict[str, Any]]:
    """The rows of these messages and threads."""
    columns = ["message", "thread", "side", "language", "complaint", "thanks", "text", "copy"]
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            held = file.read_row_group(number, columns=["message", "thread"])
            if not messages.isdisjoint(held.column("message").to_pylist()) or not threads.isdisjoint(
                held.column("thread").to_pylist()
            ):
                for row in file.read_row_group(number, columns=columns).to_pylist():
                    if not row["copy"] and (row["message"] in messages or row["thread"] in threads):
                        yield row
