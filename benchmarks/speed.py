"""Full checks a second, beside proselint, write-good and a bare scan for the same literals.

    python benchmarks/speed.py                      # 20,000 English replies, about two minutes
    python benchmarks/speed.py --replies 4000       # a quick look

Every contender is one process that has been warmed on other replies. In each round all of them, one after the other,
work on the same stretch of the corpus; a ratio is the median over the rounds.
"""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import mean

from contenders import CLOCKS, CONTENDERS, Contender
from measuring import keep, percentile, ratio_of_rounds
from replies import MEAN_LENGTH, distinct, write

NAMES = (*CONTENDERS, "write-good")
OURS = ("amends, rules alone", "amends, with model", "amends, all readers", "amends, text alone")
WARM_UP = 1000
ROUNDS = 10


def compete(names: Sequence[str], corpus: Path, count: int, rounds: int, clock: str) -> dict[str, list[list[int]]]:
    """Let the contenders take turns.

    Returns:
        For each contender and round the nanoseconds of each reply.
    """
    edges = [WARM_UP + count * number // rounds for number in range(rounds + 1)]
    times: dict[str, list[list[int]]] = {name: [] for name in names}
    with ExitStack() as stack:
        contenders = [stack.enter_context(Contender(name, corpus, clock)) for name in names]
        for contender in contenders:
            contender.run(0, WARM_UP)
        for number in range(rounds):
            # Nobody always comes after the same one.
            turn = number % len(contenders)
            for contender in contenders[turn:] + contenders[:turn]:
                times[contender.name].append(contender.run(edges[number], edges[number + 1]))
    return times


def report(times: dict[str, list[list[int]]]) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Print the table; the ratios of ours to the others, and the absolute figures."""
    totals = {name: [float(sum(one)) for one in rounds] for name, rounds in times.items()}
    aside: dict[str, dict[str, float]] = {}
    print(f"{'':24} {'messages/s':>11} {'p50 µs':>9} {'p99 µs':>9} {'max µs':>9}")
    for name, rounds in times.items():
        flat = [one / 1000 for part in rounds for one in part]
        aside[name] = {
            "messages_per_second": round(1e6 / mean(flat)),
            "p50_microseconds": round(percentile(flat, 0.5), 1),
            "p99_microseconds": round(percentile(flat, 0.99), 1),
        }
        print(
            f"{name:24} {1e6 / mean(flat):11,.0f} {percentile(flat, 0.5):9.1f} {percentile(flat, 0.99):9.1f}"
            f" {max(flat):9.1f}"
        )
    ratios: dict[str, dict[str, float]] = {}
    for ours in (name for name in OURS if name in times):
        faster = {
            f"times as fast as {other}": ratio_of_rounds(totals[other], totals[ours])
            for other in ("write-good", "proselint")
            if other in totals
        }
        if ours == "amends, all readers" and "amends, with model" in totals:
            # Hearing and promises together.
            faster["times as long as the check"] = ratio_of_rounds(totals[ours], totals["amends, with model"])
        if "bare scan" in totals:
            faster["times as long as the bare scan"] = ratio_of_rounds(totals[ours], totals["bare scan"])
        ratios[ours] = faster
        print(f"\n{ours}")
        for what, ratio in faster.items():
            print(f"  {ratio:8.2f} {what}")
    return ratios, aside


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--mean", type=int, default=MEAN_LENGTH, help="characters of a reply on average")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is busy")
    parser.add_argument("--without", nargs="+", default=[], choices=NAMES, metavar="NAME")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    replies = distinct("en", arguments.replies + WARM_UP, mean=arguments.mean)
    length = mean(len(reply.text) for reply in replies)
    print(f"{arguments.replies:,} English replies, {length:.0f} characters on average, {arguments.rounds} rounds\n")
    names = [name for name in NAMES if name not in arguments.without]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "replies.jsonl"
        write(corpus, replies)
        times = compete(names, corpus, arguments.replies, arguments.rounds, arguments.clock)
    ratios, aside = report(times)
    if not arguments.dry:
        keep("speed", {"replies": arguments.replies, "clock": arguments.clock, **ratios}, aside)


if __name__ == "__main__":
    main()
