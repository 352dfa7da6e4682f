"""How long a ruling of the guard takes, and how many one process gives in a second.

    python benchmarks/guard.py                   # 3,000 replies in each of six languages, less than a minute
    python benchmarks/guard.py --replies 300     # a quick look

Each reply comes with its complaint, the customer's name, who failed and the channel, as software that answers
customers would call `amends.guard`: the complaint is heard, the reply checked, its promises listed, the policy asked,
the feedback written. The complaint and the reply are never the same twice.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from measuring import keep, percentile
from replies import Generated, distinct

from amends.guarding import guard, warm

LANGUAGES = ("en", "lt", "hr", "he", "et", "sk")
CLOCKS = {"wall": time.perf_counter_ns, "processor": time.process_time_ns}
COUNTRY = "LT"
TO_REACH = 10.0
SENT = datetime(2026, 3, 2, 9)


def ruled(reply: Generated) -> tuple[str, bool]:
    """The outcome of a reply; everything that a caller would read is made."""
    ruling = guard(
        reply.text,
        complaint=reply.message,
        name=reply.name,
        fault=reply.fault,
        channel=reply.channel,
        language=reply.language,
        sent=SENT,
        country=COUNTRY,
    )
    return ruling.outcome, bool(ruling.feedback)


def measured(replies: list[Generated], clock: Callable[[], int]) -> tuple[list[float], Counter[str]]:
    """Milliseconds of each ruling, and how often each outcome came."""
    times: list[float] = []
    outcomes: Counter[str] = Counter()
    for reply in replies:
        start = clock()
        outcome, _ = ruled(reply)
        times.append((clock() - start) / 1e6)
        outcomes[outcome] += 1
    return times, outcomes


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=3_000, help="of each language")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, choices=LANGUAGES)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is busy")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    clock = CLOCKS[arguments.clock]
    warm(arguments.languages, country=COUNTRY)
    print(f"{'':6} {'rulings/s':>10} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'p99.9':>8} {'max ms':>8}   outcomes")
    every: list[float] = []
    aside: dict[str, dict[str, float]] = {}

    def tell(name: str, times: list[float], outcomes: Counter[str]) -> None:
        shares = ", ".join(f"{outcome} {count / len(times):.0%}" for outcome, count in sorted(outcomes.items()))
        shown = [percentile(times, share) for share in (0.5, 0.95, 0.99, 0.999)]
        rate = 1000 * len(times) / sum(times)
        print(f"{name:6} {rate:10,.0f}" + "".join(f" {value:8.2f}" for value in (*shown, max(times))) + f"   {shares}")
        aside[name] = {
            "rulings_per_second": round(rate),
            "p50_milliseconds": round(shown[0], 2),
            "p99_milliseconds": round(shown[2], 2),
        }

    total: Counter[str] = Counter()
    for language in arguments.languages:
        replies = distinct(language, arguments.replies + 100)
        measured(replies[:100], clock)
        times, outcomes = measured(replies[100:], clock)
        tell(language, times, outcomes)
        every.extend(times)
        total.update(outcomes)
    tell("all", every, total)
    share = sum(one < TO_REACH for one in every) / len(every)
    print(f"\n{share:.3%} of the rulings took less than {TO_REACH:.0f} ms")
    if not arguments.dry:
        keep("guard", {"clock": arguments.clock, "replies": len(every), "share under 10 ms": round(share, 5)}, aside)


if __name__ == "__main__":
    main()
