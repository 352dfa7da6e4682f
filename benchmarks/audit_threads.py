"""Building threads: time and memory for growing numbers of messages, whose headers, subjects or sources tie them.

    python benchmarks/audit_threads.py
    python benchmarks/audit_threads.py --sizes 10000 100000 --dry

Conversations of four messages; in a third the headers tie them, in a third the source does, and in a third only the
subject and the two people. Each size runs in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from measuring import keep

from amends.archive.mail import Address
from amends.archive.message import Message
from amends.archive.threads import ThreadBuilder

SIZES = (10_000, 100_000, 1_000_000)
_SHOP = Address("Harbour", "hello@shop.example")
_BEGIN = datetime(2025, 1, 1, tzinfo=UTC)


def messages(count: int) -> Iterator[Message]:
    for number in range(count):
        talk, place = divmod(number, 4)
        customer = Address("", f"customer{talk % (count // 10 + 1)}@mail.example")
        author, other = (customer, _SHOP) if place % 2 == 0 else (_SHOP, customer)
        tied = talk % 3
        yield Message(
            id=f"{number}@mail.example",
            thread=f"talk {talk}" if tied == 0 else "",
            answers=tuple(f"{talk * 4 + before}@mail.example" for before in range(place)) if tied == 1 else (),
            channel="email",
            public=False,
            side="customer" if place % 2 == 0 else "ours",
            author=author,
            recipients=(other,),
            sent=_BEGIN + timedelta(seconds=talk * 37 + place * 3600),
            subject=("Re: " if place else "") + f"Parcel {talk}",
            text=f"words of {number}",
            place=f"box:{number}",
        )


def measured(count: int) -> dict[str, float]:
    builder = ThreadBuilder()
    begin = time.process_time()
    for message in messages(count):
        builder.add(message)
    added = time.process_time()
    found = builder.threads()
    built = time.process_time()
    assert len(found.ids) == -(-count // 4)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"making and adding": added - begin, "building": built - added, "megabytes": megabytes}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.one)))
        return
    aside: dict[str, Any] = {}
    for size in arguments.sizes:
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], capture_output=True, text=True, check=True
        )
        aside[str(size)] = {name: round(value, 3) for name, value in json.loads(done.stdout).items()}
        print(f"{size:>9,}: {aside[str(size)]}")
    smallest, largest = min(arguments.sizes), max(arguments.sizes)
    growth = {
        name: round((aside[str(largest)][name] / largest) / (aside[str(smallest)][name] / smallest), 2)
        for name in ("making and adding", "building")
    }
    ratios = {f"time of a message, {largest} against {smallest}": growth}
    print(json.dumps(ratios, indent=1))
    if not arguments.dry:
        keep("audit_threads", ratios, aside)


if __name__ == "__main__":
    main()
