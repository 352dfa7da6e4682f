"""What the other languages cost: a corpus of six languages against English alone, per character.

    python benchmarks/six_languages.py                  # 4,000 replies of each language

Three processes take turns: English alone; all languages mixed; and English again in a process that has all the others
loaded and used, which should make no difference. Only languages that have a pack take part.
"""

import argparse
import random
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from contenders import CLOCKS, Contender
from measuring import keep, ratio_of_rounds
from replies import SEED, Generated, distinct, write

from amends.checker.pack import available_languages
from amends.text import LANGUAGES

WARM_UP = 1000
ROUNDS = 10
CONTENDERS = ("amends, with model", "amends, rules alone")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=4000, help="of each language")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is busy")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    languages = [language for language in LANGUAGES if language in available_languages()]
    made = {language: distinct(language, arguments.replies + WARM_UP) for language in languages}
    english = made["en"]
    chance = random.Random(SEED)
    mixed = [reply for replies in made.values() for reply in replies]
    chance.shuffle(mixed)
    # First all languages, to load them, then the same English replies as in the corpus of English alone.
    after = mixed[:WARM_UP] + english[WARM_UP:]
    corpora = {"English alone": english, "all mixed": mixed[: len(english)], "English, all loaded": after}
    print(f"{', '.join(languages)}: {arguments.replies:,} replies, {arguments.rounds} rounds")
    ratios: dict[str, dict[str, float]] = {}
    for name in CONTENDERS:
        costs, by_language = compete(name, corpora, arguments.replies, arguments.rounds, arguments.clock)
        print(f"\n{name}")
        ratios[name] = {}
        for corpus, rounds in costs.items():
            ratio = ratio_of_rounds(rounds, costs["English alone"])
            ratios[name][corpus] = ratio
            print(f"  {corpus:22} {sum(rounds) / len(rounds):7.1f} ns a character {ratio:6.2f} x English alone")
        base = by_language["en"]
        for language, cost in by_language.items():
            ratios[name][language] = round(cost / base, 2)
            print(f"    {language:20} {cost:7.1f} ns a character {cost / base:6.2f} x English, both in the mixture")
    if not arguments.dry:
        keep("six_languages", {"languages": languages, **ratios})


def compete(
    name: str, corpora: dict[str, list[Generated]], count: int, rounds: int, clock: str
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Nanoseconds a character: for each corpus and round, and for each language within the mixture."""
    edges = [WARM_UP + count * number // rounds for number in range(rounds + 1)]
    costs: dict[str, list[float]] = {corpus: [] for corpus in corpora}
    spent: dict[str, int] = defaultdict(int)
    written: dict[str, int] = defaultdict(int)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        contenders = {}
        for number, (corpus, replies) in enumerate(corpora.items()):
            path = Path(folder) / f"{number}.jsonl"
            write(path, replies)
            contenders[corpus] = stack.enter_context(Contender(name, path, clock))
            contenders[corpus].run(0, WARM_UP)
        for first, last in pairwise(edges):
            for corpus, contender in contenders.items():
                part = corpora[corpus][first:last]
                times = contender.run(first, last)
                costs[corpus].append(sum(times) / sum(len(reply.text) for reply in part))
                if corpus == "all mixed":
                    for reply, time in zip(part, times, strict=True):
                        spent[reply.language] += time
                        written[reply.language] += len(reply.text)
    return costs, {language: spent[language] / written[language] for language in sorted(spent)}


if __name__ == "__main__":
    main()
