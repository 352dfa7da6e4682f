"""Whole audits of made archives: rate, growth with size, gain of a second process, memory of all processes.

    python benchmarks/audit.py                        # 10,000, 100,000 and 1,000,000 messages
    python benchmarks/audit.py --sizes 2000 10000 --rounds 1 --dry
    python benchmarks/audit.py --kind mbox --sizes 10000 --dry
    python benchmarks/audit.py --make 1000000 archive.jsonl   # only make an archive; .parquet a flat table, .mbox mail

The archive is conversations in six languages, recombined from the project's training texts: a customer's message, our
reply, often a second round, now and then an automatic answer. Each audit runs in a process of its own.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from measuring import keep
from replies import Generator

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)
LANGUAGES = ("en", "lt", "hr", "he", "et", "sk")
SEED = 48_213
_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_SECOND_ROUND = 0.4
_AUTOMATIC = 0.1
_UNANSWERED = 0.05
_CUSTOMERS = 0.7
"""Customers for each conversation: some come back."""


def customers_messages(language: str) -> list[str]:
    """Customers' messages of the training texts, the marks taken off."""
    found = []
    for file in sorted((ROOT / "training" / "hearing" / language).glob("messages-*.txt")):
        for block in ("\n" + file.read_text(encoding="utf-8")).split("\n@ ")[1:]:
            lines = block.splitlines()[1:]
            words = "\n".join(line.rpartition(" [")[0] if line.endswith("]") else line for line in lines).strip()
            if words:
                found.append(words)
    return found


def conversations(messages: int) -> Iterator[dict[str, Any]]:
    """Conversations in our own layout with so many messages in all, the same ones each time."""
    chance = random.Random(SEED)
    replies = {language: iter(Generator(language, seed=SEED)) for language in LANGUAGES}
    said = {language: customers_messages(language) for language in LANGUAGES}
    people = max(1, int(_CUSTOMERS * messages / 3))
    made = number = 0
    while made < messages:
        language = LANGUAGES[number % len(LANGUAGES)]
        moment = _BEGIN + timedelta(seconds=number * 40)
        told: list[dict[str, Any]] = []
        rounds = 2 if chance.random() < _SECOND_ROUND else 1
        for _ in range(rounds):
            words = chance.choice(said[language])
            # No two messages are the same text, as in an archive.
            told.append({"from": "customer", "text": f"{words} ({chance.randint(1000, 999_999)})"})
            if chance.random() < _AUTOMATIC:
                told.append({"from": "business", "text": "We got your message.", "automatic": True})
            if chance.random() >= _UNANSWERED:
                author = f"Agent {chance.randint(1, 25)}"
                told.append({"from": "business", "text": next(replies[language]).text, "author": author})
        for one in told[: messages - made]:
            moment += timedelta(seconds=chance.randint(300, 90_000))
            one["at"] = moment.isoformat()
        who = chance.randint(1, people)
        yield {
            "id": str(number),
            "channel": chance.choice(["email", "email", "chat", "review", "social"]),
            "subject": f"Order {number}",
            "customer": {"name": "", "address": f"customer{who}@mail.example"},
            "messages": told[: messages - made],
        }
        made += len(told)
        number += 1


def make(path: Path, messages: int) -> None:
    """Write an archive: JSON lines of conversations; a flat table or a mailbox where the name ends so."""
    if path.suffix == ".parquet":
        _make_table(path, messages)
        return
    if path.suffix == ".mbox":
        _make_mailbox(path, messages)
        return
    with path.open("w", encoding="utf-8") as file:
        for one in conversations(messages):
            file.write(json.dumps(one, ensure_ascii=False) + "\n")


def _make_table(path: Path, messages: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("thread", "channel", "address", "side", "sent", "text", "automatic")
    schema = pa.schema([(name, pa.string()) for name in names])
    rows: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, schema) as writer:
        for one in conversations(messages):
            for told in one["messages"]:
                ours = told["from"] == "business"
                address = f"{told.get('author', 'desk')}@shop.example" if ours else one["customer"]["address"]
                automatic = "yes" if told.get("automatic") else "no"
                values = (one["id"], one["channel"], address, told["from"], told["at"], told["text"], automatic)
                rows.append(dict(zip(names, values, strict=True)))
            if len(rows) >= 20_000:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema))


def _make_mailbox(path: Path, messages: int) -> None:
    """Mails as programs send them: encoded, with what they answer quoted below, every third with HTML too."""
    desk = "Harbour <hello@shop.example>"
    with path.open("wb") as file:
        for one in conversations(messages):
            customer = f"{one['customer']['address']}"
            before: tuple[str, str] | None = None
            for number, told in enumerate(one["messages"]):
                ours = told["from"] == "business"
                mail = EmailMessage()
                mail["From"], mail["To"] = (desk, customer) if ours else (customer, desk)
                mail["Subject"] = ("Re: " if before else "") + one["subject"]
                mail["Date"] = format_datetime(datetime.fromisoformat(told["at"]))
                mail["Message-ID"] = own = f"<{one['id']}.{number}@mail.example>"
                if told.get("automatic"):
                    mail["Auto-Submitted"] = "auto-replied"
                words = told["text"]
                if before is not None:
                    mail["In-Reply-To"] = mail["References"] = before[0]
                    quoted = "".join(f"> {line}\n" for line in before[1].splitlines())
                    words += f"\n\nOn Mon, 10 Feb 2025 at 09:00, {customer if ours else desk} wrote:\n{quoted}"
                mail.set_content(words)
                if number % 3 == 2:
                    lines = "".join(f"<p>{escape(line)}</p>" for line in words.splitlines())
                    mail.add_alternative(f"<html><body>{lines}</body></html>", subtype="html")
                body = mail.as_bytes().replace(b"\nFrom ", b"\n>From ")
                file.write(b"From sender@mail.example Mon Feb 10 09:00:00 2025\n" + body + b"\n\n")
                before = (own, told["text"])


_RUN = """
import json, sys, time
from pathlib import Path
from amends.archive.audit import Options, run
if __name__ == "__main__":
    begin = time.perf_counter()
    summary = run(Options((sys.argv[1],), jobs=int(sys.argv[3])), Path(sys.argv[2]))
    print(json.dumps({"seconds": time.perf_counter() - begin, "messages": summary["archive"]["messages"]}))
"""


def audit(archive: Path, jobs: int) -> dict[str, float]:
    """Audit an archive in a process of its own: seconds, processor seconds, and megabytes of all processes at most."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "run.py"
        script.write_text(_RUN, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, str(script), str(archive), str(Path(folder) / "out"), str(jobs)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        memory = _Memory(process.pid)
        told = json.loads(process.communicate()[0])
        memory.stop()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": told["seconds"], "processor": used, "megabytes": memory.most, "messages": told["messages"]}


class _Memory:
    """Watches the memory of a process and its children: what each has for itself and its share of what they share."""

    def __init__(self, pid: int) -> None:
        self.most = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.25):
            pages = sum(_kilobytes(pid) for pid in _family(self._pid))
            self.most = max(self.most, pages / 1000)

    def stop(self) -> None:
        self._done.set()
        self._thread.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kind", choices=("jsonl", "parquet", "mbox"), default="jsonl")
    parser.add_argument("--make", nargs=2, metavar=("MESSAGES", "FILE"))
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    if arguments.make:
        make(Path(arguments.make[1]), int(arguments.make[0]))
        return
    ratios: dict[str, Any] = {}
    aside: dict[str, Any] = {"load": os.getloadavg()[0]}
    per_message: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            archive = Path(folder) / f"{size}.{arguments.kind}"
            make(archive, size)
            best: dict[int, dict[str, float]] = {}
            for _ in range(arguments.rounds):
                for jobs in (1, 2):
                    found = audit(archive, jobs)
                    if jobs not in best or found["seconds"] < best[jobs]["seconds"]:
                        best[jobs] = found
            for jobs, found in best.items():
                rate = found["messages"] / found["seconds"]
                print(
                    f"{size:>9,} messages, {jobs} processes: {found['seconds']:7.1f} s, {rate:7,.0f} a second, "
                    f"{found['processor']:7.1f} s of processor, {found['megabytes']:6.0f} MB"
                )
                aside[f"{size} with {jobs}"] = {name: round(value, 1) for name, value in found.items()}
            per_message[size] = best[1]["processor"] / size
            ratios[f"two processes against one, {size}"] = round(best[1]["seconds"] / best[2]["seconds"], 2)
    smallest, largest = min(per_message), max(per_message)
    ratios[f"processor time of a message, {largest} against {smallest}"] = round(
        per_message[largest] / per_message[smallest], 2
    )
    print(json.dumps(ratios, indent=1))
    if not arguments.dry:
        keep("audit" if arguments.kind == "jsonl" else f"audit_{arguments.kind}", ratios, aside)


if __name__ == "__main__":
    main()
