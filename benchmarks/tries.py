"""Which patterns are tried in vain: where the time of the rules goes.

    python benchmarks/tries.py            # English
    python benchmarks/tries.py lt --most 40

The sieve lets a pattern pass where two pairs of its words stand in a sentence; then its expression is tried. A pattern
that is tried often and seldom matches holds words that are everywhere: it is better written otherwise.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

from replies import distinct

from amends.checker.engine import Engine
from amends.checker.pack import load_pack
from amends.checker.sieve import Sieve
from amends.text import normalise, sentences
from amends.text.matchers import best_matcher


@dataclass(slots=True)
class Cost:
    """What one pattern costs.

    Attributes:
        source: The pattern.
        tries: How often its expression was tried.
        matches: How often it matched.
        seconds: How long that took.
    """

    source: str
    tries: int = 0
    matches: int = 0
    seconds: float = 0.0


def costs(language: str, texts: Sequence[str]) -> list[Cost]:
    """The patterns that are tried in these texts, the dearest first."""
    pack = load_pack(language)
    engine = Engine(pack)
    sieve = Sieve(pack.layout, best_matcher(), pack.vocabulary.prefixes)
    found = [Cost(pattern.source) for pattern in pack.patterns]
    for text in texts:
        folded = normalise(text)
        for start, end in sentences(text, 0, len(text), language):
            first, last = folded.position(start), folded.position(end)
            for number in sieve.passing(folded.text, first, last):
                began = time.perf_counter()
                got = engine.match(number, folded, first, last)
                found[number].seconds += time.perf_counter() - began
                found[number].tries += 1
                found[number].matches += got is not None
    return sorted((cost for cost in found if cost.tries), key=lambda cost: -cost.seconds)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", nargs="?", default="en")
    parser.add_argument("--replies", type=int, default=2000)
    parser.add_argument("--most", type=int, default=20, help="how many patterns to show")
    arguments = parser.parse_args()
    found = costs(arguments.language, [reply.text for reply in distinct(arguments.language, arguments.replies)])
    tries, matches = sum(cost.tries for cost in found), sum(cost.matches for cost in found)
    seconds = sum(cost.seconds for cost in found)
    print(f"{tries / arguments.replies:.1f} tries in a reply, {matches / arguments.replies:.1f} of them match\n")
    print(f"{'share':>6} {'tries':>7} {'match':>6}  pattern")
    for cost in found[: arguments.most]:
        print(f"{cost.seconds / seconds:6.1%} {cost.tries:7} {cost.matches / cost.tries:6.0%}  {cost.source[:100]}")


if __name__ == "__main__":
    main()
