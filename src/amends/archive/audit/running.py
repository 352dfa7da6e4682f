"""Runs an audit: reads, builds threads, judges them, and writes tables and figures.

Memory holds some batches and, for each message, some ten numbers; never the archive. What is done is kept on disk, so
that an audit that was stopped goes on where it was. The result does not depend on how many processes did the work, nor
in which order they ended.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import numpy as np
import pyarrow as pa

from amends.archive.audit.crew import Crew, Lost, crew
from amends.archive.audit.judging import FIRST_HALF, Judged, Settings, judge_chunk
from amends.archive.audit.reading import ReadChunk, read_chunk, stored, tables_of
from amends.archive.audit.schema import READ, VERSION
from amends.archive.audit.work import Work
from amends.archive.audit.writing import Archive, write_results
from amends.archive.message import Channel, Message, Unreadable
from amends.archive.ours import Ours, find_ours
from amends.archive.readers import Context, Piece, items, pieces
from amends.archive.readers.reading import SAMPLE
from amends.archive.readers.sources import files_in
from amends.archive.threads import ThreadBuilder, Threads
from amends.messages import translated

__all__ = ["Options", "Progress", "run"]

_PIECES_IN_BATCH: Final = 400
_BYTES_IN_BATCH: Final = 4 * 1024 * 1024
_MESSAGES_IN_BUCKET: Final = 4_000
_BYTES_WAITING: Final = 48 * 1024 * 1024

Progress = Callable[[str, int, int], None]
"""Is told what is done now ("reading", "judging", "writing"), how much of it is done, and how much there is: bytes of
files when reading, messages when judging; 0 when that cannot be known."""


@dataclass(frozen=True)
class Options:
    """What is audited and how.

    Attributes:
        places: Files, folders, and "-" for standard input.
        ours: Who writes for the business, as somebody said it; told from the archive if nobody did.
        columns: For tables: what is looked for and the column that holds it.
        format: The format of all files; recognised if not given.
        channel: How the messages of tables were sent.
        names: Whether names and numbers stay in texts and tables.
        country: ISO 3166 code, whose weekend and holidays are no working days.
        zone: The business's time zone, an IANA name.
        dates: "day" or "month": what stands first in dates with slashes, as somebody said it; told from the archive if
            nobody did.
        jobs: How many processes work.
        dask: The address of a Dask scheduler, whose workers do the work instead.
        resume: Whether to go on with an audit that was stopped.
    """

    places: tuple[str, ...]
    ours: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    channel: Channel | None = None
    names: bool = False
    country: str | None = None
    zone: str | None = None
    dates: Literal["day", "month"] | None = None
    jobs: int = 1
    dask: str | None = None
    resume: bool = False

    def asked(self) -> dict[str, Any]:
        """What decides the result, as plain data: not who does the work, nor when the files were written."""
        told = asdict(self)
        for name in ("jobs", "dask", "resume"):
            del told[name]
        if self.dates is None:
            del told["dates"]
        told["columns"] = dict(sorted(self.columns.items()))
        told["version"] = VERSION
        told["files"] = [[path, size] for path, size, _ in self.files()]
        return told

    def files(self) -> list[tuple[str, int, int]]:
        """The files: name, size in bytes, and when each was written; -1 for what cannot be told."""
        found = []
        for place in self.places:
            for path in files_in(place) if place != "-" else ():
                try:
                    stat = Path(path).stat()
                except OSError:
                    found.append((path, -1, -1))
                else:
                    found.append((path, stat.st_size, stat.st_mtime_ns))
        return found


def run(
    options: Options, out: Path, *, stdin: BinaryIO | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Audit archives and write what was found into a folder.

    Args:
        options: What is audited and how.
        out: The folder of results; it is made, and must hold nothing else.
        stdin: Standard input; that of the process if not given.
        progress: Is told how far it is.

    Returns:
        The summary, as it is written to `summary.json`.

    Raises:
        AuditError: It cannot begin or go on; the message says what to do.
        ValueError: An option is wrong.
        KeyboardInterrupt: Somebody stopped it; what is done is kept.
    """
    asked = options.asked()
    context = Context(Ours.read(options.ours) if options.ours else Ours(), options.columns, options.channel)
    tell = progress or (lambda stage, done, whole: None)
    work = Work(out, asked, [list(one) for one in options.files()], resume=options.resume)
    if work.is_done(out):
        done: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        return done
    with closing(crew(options.jobs, options.dask)) as hands:
        read = _read(options, context, work, hands, stdin, tell)
        buckets = _shuffled(read, work)
        settings = Settings(options.names, options.country, options.zone, read.archive.ends)
        judged = _judged(buckets, settings, work, hands, tell, len(read.builder))
        summary = write_results(judged, read.archive, out, names=options.names, asked=work.mark, progress=tell)
    work.clear()
    return summary


# ---- reading


@dataclass
class _Read:
    """What is known after the first half."""

    parts: list[Path]
    builder: ThreadBuilder
    archive: Archive


def _read(options: Options, context: Context, work: Work, hands: Crew, stdin: BinaryIO | None, tell: Progress) -> _Read:
    """Read all batches, or take those that were read before."""
    whole = sum(max(0, size) for _, size, _ in options.files())
    meter = _Meter(tell, whole)
    cut = pieces(options.places, context, format=options.format, stdin=stdin, meter=meter)
    batches = _batches(_with_ours(cut, context))
    builder = ThreadBuilder()
    read = _Read([], builder, Archive(options.dates))
    # For batches that are kept already a place is held between those that are in work.
    known: deque[int] = deque()

    def to_do() -> Iterator[tuple[list[Piece | Unreadable], Context]]:
        for number, batch in enumerate(batches):
            known.append(number)
            if not work.has(f"read-{number:06}.json"):
                # What is learnt while later pieces are cut must not change this batch.
                yield batch, Context(context.ours, context.columns, context.channel, set(context.staff))

    def take(number: int, chunk: ReadChunk | Lost | None) -> None:
        if isinstance(chunk, Lost):
            chunk = _one_by_one(chunk, hands)
        part = work.keep_read(number, chunk) if chunk is not None else work.read_part(number)
        assert part is not None
        read.parts.append(part.table)
        builder.extend(part.numbers)
        read.archive.note(part.not_read, part.messages, part.dates)

    for chunk in hands.in_order(read_chunk, to_do()):
        while work.has(f"read-{known[0]:06}.json"):
            take(known.popleft(), None)
        take(known.popleft(), chunk)
    while known:
        take(known.popleft(), None)
    read.archive.unknown_ours = not context.ours
    return read


def _one_by_one(lost: Lost, hands: Crew) -> ReadChunk:
    """What can be read of a batch that ended the process: all but the piece that does so."""
    batch, context = lost.job
    tables, builder, not_read = [READ.empty_table()], ThreadBuilder(), []
    dates: Counter[str] = Counter()
    for piece, chunk in zip(batch, hands.in_order(read_chunk, (([piece], context) for piece in batch)), strict=True):
        if isinstance(chunk, Lost):
            reason = translated("reading it ended the process ({problem}).", problem=chunk.reason)
            not_read.append(("unreadable", piece.place, reason))
        else:
            tables.append(tables_of(chunk.table))
            builder.extend(chunk.numbers)
            not_read += chunk.not_read
            dates.update(chunk.dates)
    table = pa.concat_tables(tables)
    return ReadChunk(stored(table), builder, not_read, table.num_rows, dict(dates))


class _Meter:
    """Adds up what is read, and tells it."""

    def __init__(self, tell: Progress, whole: int) -> None:
        self._tell, self._whole, self._done = tell, whole, 0

    def __call__(self, count: int) -> None:
        self._done += count
        self._tell("reading", self._done, max(self._whole, self._done) if self._whole else 0)


def _with_ours(cut: Iterable[Piece | Unreadable], context: Context) -> Iterator[Piece | Unreadable]:
    """The pieces; before the first is passed on it is known who the business is, if the first ones tell it."""
    cut = iter(cut)
    if context.ours:
        yield from cut
        return
    first: list[Piece | Unreadable] = []
    sample: list[Message] = []
    for piece in cut:
        first.append(piece)
        sample += [item for item in items(piece, context) if isinstance(item, Message)]
        if len(sample) >= SAMPLE or len(first) >= 2 * SAMPLE:
            break
    context.ours = find_ours(sample)
    yield from chain(first, cut)


def _batches(cut: Iterable[Piece | Unreadable]) -> Iterator[list[Piece | Unreadable]]:
    """The pieces in batches that are the same however often the archive is read."""
    batch: list[Piece | Unreadable] = []
    weight = 0
    for piece in cut:
        batch.append(piece)
        content = piece.content if isinstance(piece, Piece) else b""
        weight += len(content) if isinstance(content, bytes) else 0
        if len(batch) >= _PIECES_IN_BATCH or weight >= _BYTES_IN_BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


# ---- between


@dataclass(frozen=True)
class _Bucket:
    """Some whole threads: the files that hold their messages, in any order."""

    number: int
    files: tuple[Path, ...]
    messages: int


def _shuffled(read: _Read, work: Work) -> list[_Bucket]:
    """Put the messages of each thread together, on disk."""
    archive = read.archive
    found = read.builder.threads(month_first=archive.month_first)
    count = len(read.builder)
    if not count:
        return []
    order = np.lexsort((np.arange(count), found.copy, found.place, found.thread))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count)
    # A bucket ends where a thread ends.
    sizes = np.bincount(found.thread, minlength=len(found.ids))
    bucket_of_thread = (np.cumsum(sizes) - 1) // _MESSAGES_IN_BUCKET
    _, bucket_of_thread = np.unique(bucket_of_thread, return_inverse=True)
    bucket = bucket_of_thread[found.thread]
    buckets = int(bucket.max()) + 1
    waiting: dict[int, list[Any]] = {}
    weight = 0
    flushed = 0
    files: dict[int, list[Path]] = {}
    done = work.has("shuffled.json")
    first = 0
    for path in read.parts:
        table = tables_of(pa.memory_map(str(path)))
        rows = slice(first, first + table.num_rows)
        first += table.num_rows
        if archive.month_first:
            table = _with_month_first(table)
        archive.look_at(table)
        if done or not table.num_rows:
            continue
        table = _with_places(table, found, number, rows)
        # The rows of each bucket stand together then, and a slice of them costs nothing.
        order_here = np.argsort(bucket[rows], kind="stable")
        here = bucket[rows][order_here]
        table = table.take(pa.array(order_here))
        begins = np.flatnonzero(np.concatenate(([True], here[1:] != here[:-1])))
        for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(here)], strict=True):
            waiting.setdefault(int(here[begin]), []).append(table.slice(begin, end - begin))
        weight += table.nbytes
        if weight >= _BYTES_WAITING:
            flushed, weight = _flush(waiting, files, work, flushed), 0
    if not done:
        _flush(waiting, files, work, flushed)
        told = {str(one): [path.name for path in paths] for one, paths in files.items()}
        work.keep("shuffled.json", json.dumps(told).encode())
    told = json.loads(work.path("shuffled.json").read_text(encoding="utf-8"))
    messages = np.bincount(bucket, minlength=buckets)
    return [
        _Bucket(one, tuple(map(work.path, told[str(one)])), int(messages[one]))
        for one in range(buckets)
        if str(one) in told
    ]


def _with_month_first(table: Any) -> Any:
    """The table with the dates that may be read either way read month first."""
    orders = table.column("date_order").to_pylist()
    if "either" not in orders:
        return table
    place = table.schema.get_field_index("sent")
    sent = [
        moment.replace(month=moment.day, day=moment.month) if order == "either" else moment
        for moment, order in zip(table.column("sent").to_pylist(), orders, strict=True)
    ]
    return table.set_column(place, table.schema.field(place), pa.array(sent, table.schema.field(place).type))


def _with_places(table: Any, found: Threads, number: Any, rows: slice) -> Any:
    added = (
        pa.array(number[rows]),
        pa.array(found.thread[rows]),
        pa.array(found.place[rows].astype(np.int32)),
        pa.array(found.copy[rows]),
        pa.array([found.ids[thread] for thread in found.thread[rows].tolist()]),
    )
    for name, column in zip(FIRST_HALF, added, strict=True):
        table = table.append_column(name, column)
    return table


def _flush(waiting: dict[int, list[Any]], files: dict[int, list[Path]], work: Work, flushed: int) -> int:
    for one, tables in sorted(waiting.items()):
        name = f"bucket-{one:06}-{flushed:04}.arrow"
        files.setdefault(one, []).append(work.keep(name, stored(pa.concat_tables(tables).combine_chunks())))
    waiting.clear()
    return flushed + 1


# ---- judging


def _judged(
    buckets: Sequence[_Bucket], settings: Settings, work: Work, hands: Crew, tell: Progress, whole: int
) -> list[Path]:
    """Judge all buckets, or take those that were judged before; each is then a folder of tables."""
    made: list[Path] = []
    done = 0
    to_do = [one for one in buckets if not work.has(f"judged-{one.number:06}")]

    def jobs() -> Iterator[tuple[bytes, Settings]]:
        for one in to_do:
            table = pa.concat_tables([tables_of(pa.memory_map(str(path))) for path in one.files])
            yield stored(table.sort_by("message")), settings

    results = hands.in_order(judge_chunk, jobs())
    for one in buckets:
        name = f"judged-{one.number:06}"
        if not work.has(name):
            _keep_judged(next(results), work, name)
        made.append(work.path(name))
        done += one.messages
        tell("judging", done, whole)
    return made


def _keep_judged(result: Judged | Lost, work: Work, name: str) -> None:
    half = work.path(name + ".half")
    half.mkdir(exist_ok=True)
    if isinstance(result, Lost):
        rows = tables_of(result.job[0]).column("place").to_pylist()
        reason = translated("reading it ended the process ({problem}).", problem=result.reason)
        result = judge_chunk(stored(tables_of(result.job[0]).slice(0, 0)), result.job[1])._replace(
            not_judged=[(place, reason) for place in rows]
        )
    for table in ("messages", "reviews", "promises", "threads"):
        (half / f"{table}.arrow").write_bytes(getattr(result, table))
    plain = {"figures": result.figures.to_plain(), "not_judged": result.not_judged}
    (half / "figures.json").write_text(json.dumps(plain), encoding="utf-8")
    half.replace(work.path(name))
