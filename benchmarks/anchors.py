"""Which anchors make the engine try patterns in vain: where the time of the rules goes.

    python benchmarks/anchors.py            # English
    python benchmarks/anchors.py lt --most 40

An anchor is a fixed string that announces a pattern. One that is short or common stands in every reply, and each time
the expressions of all its patterns are tried. A pattern whose rarest word is common is better written otherwise.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from replies import distinct

from amends.checker.engine import Engine
from amends.checker.pack import load_pack
from amends.text import fold
from amends.text.matchers import best_matcher


@dataclass(frozen=True, slots=True)
class Cost:
    """What one anchor costs: how often it stands in a reply, and how many patterns wait for it."""

    anchor: str
    a_reply: float
    patterns: tuple[str, ...]

    @property
    def tries(self) -> float:
        """Expressions tried for it in a reply, at most: once a sentence each."""
        return self.a_reply * len(self.patterns)


def costs(language: str, texts: Sequence[str]) -> list[Cost]:
    """The anchors that stand in these texts, the dearest first."""
    waiting: dict[str, list[str]] = {}
    for rule in load_pack(language).rules:
        for pattern in rule.patterns:
            for anchor in pattern.anchors:
                waiting.setdefault(anchor, []).append(f"{rule.id}: {pattern.source}")
    literals = Engine(load_pack(language)).literals
    scan = best_matcher()(literals).scan
    found: Counter[str] = Counter()
    for text in texts:
        found.update(literals[index] for index, _, _ in scan(fold(text)))
    made = [Cost(anchor, count / len(texts), tuple(waiting[anchor])) for anchor, count in found.items()]
    return sorted(made, key=lambda cost: (-cost.tries, cost.anchor))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", nargs="?", default="en")
    parser.add_argument("--replies", type=int, default=2000)
    parser.add_argument("--most", type=int, default=20, help="how many anchors to show")
    arguments = parser.parse_args()
    found = costs(arguments.language, [reply.text for reply in distinct(arguments.language, arguments.replies)])
    total = sum(cost.tries for cost in found)
    print(f"{sum(cost.a_reply for cost in found):.0f} anchors and at most {total:.0f} tries in a reply\n")
    print(f"{'anchor':20} {'a reply':>8} {'patterns':>9} {'tries':>7} {'share':>6}  first pattern")
    for cost in found[: arguments.most]:
        print(
            f"{cost.anchor!r:20} {cost.a_reply:8.2f} {len(cost.patterns):9} {cost.tries:7.1f}"
            f" {cost.tries / total:6.1%}  {cost.patterns[0][:60]}"
        )


if __name__ == "__main__":
    main()
