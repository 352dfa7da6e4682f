"""Finding a near copy of a reply among a million earlier ones.

    python benchmarks/near_duplicates.py                     # a million, some minutes to fill
    python benchmarks/near_duplicates.py --earlier 50000     # a quick look

Asked are replies never sent before, exact copies, and copies with ever more words replaced: with one word in
twenty-five the two share about 80 % of their runs of three words, with one in twelve about 63 %, and with every other
word nothing that should be found.
"""

import argparse
import itertools
import random
import time
from collections.abc import Callable, Sequence
from statistics import mean

from contenders import CLOCKS
from measuring import keep, percentile
from replies import Generator

from amends.checker.similarity import EarlierReplies

EARLIER = 1_000_000
QUERIES = 1000
SEED = 9
KINDS = {
    "exact copy": 0.0,
    "one word in twenty-five changed": 1 / 25,
    "one word in twelve changed": 1 / 12,
    "every other word changed": 1 / 2,
}


def changed(text: str, share: float, words: Sequence[str], chance: random.Random) -> str:
    """A copy in which this share of the words is replaced."""
    return " ".join(chance.choice(words) if chance.random() < share else word for word in text.split(" "))


def ask(earlier: EarlierReplies, texts: Sequence[str], clock: Callable[[], int]) -> tuple[list[float], int]:
    """Microseconds of each query, and how many found something."""
    times = []
    found = 0
    for text in texts:
        start = clock()
        nearest = earlier.nearest(text)
        times.append((clock() - start) / 1000)
        found += nearest is not None
    return times, found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--earlier", type=int, default=EARLIER)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is busy")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    clock = CLOCKS[arguments.clock]
    chance = random.Random(SEED)
    # Replies of a sentence or two are found by chance among a million; a script is longer.
    texts = (reply.text for reply in Generator("en", seed=SEED) if len(reply.text) > 150)
    few = EarlierReplies()
    earlier = EarlierReplies()
    originals: list[str] = []
    start = time.perf_counter()
    for number, text in enumerate(itertools.islice(texts, arguments.earlier)):
        earlier.add(text)
        if number % max(1, arguments.earlier // arguments.queries) == 0:
            originals.append(text)
            few.add(text)
    filled = time.perf_counter() - start
    words = [word for text in originals for word in text.split()]
    queries = {"never sent": list(itertools.islice(texts, arguments.queries))}
    queries |= {kind: [changed(text, share, words, chance) for text in originals] for kind, share in KINDS.items()}
    print(f"{len(earlier):,} earlier replies, {filled / len(earlier) * 1e6:.0f} µs each to remember\n")
    against = f"x {len(few)} earlier"
    print(f"{'asked':36} {'queries':>8} {'found':>7} {'mean µs':>9} {'p50':>7} {'p99':>7} {against:>15}")
    ratios = {}
    aside = {}
    for kind, asked in queries.items():
        ask(earlier, asked[:50], clock)
        times, found = ask(earlier, asked, clock)
        base, _ = ask(few, asked, clock)
        middle, late = percentile(times, 0.5), percentile(times, 0.99)
        ratio = middle / percentile(base, 0.5)
        ratios[kind] = {"found": round(found / len(asked), 3), "time against few earlier replies": round(ratio, 2)}
        aside[kind] = {"p50_microseconds": round(middle), "p99_microseconds": round(late)}
        print(
            f"{kind:36} {len(asked):8,} {found / len(asked):7.1%} {mean(times):9.1f} {middle:7.1f} {late:7.1f}"
            f" {ratio:15.2f}"
        )
    if not arguments.dry:
        keep("near_duplicates", {"earlier": len(earlier), "few": len(few), **ratios}, aside)


if __name__ == "__main__":
    main()
