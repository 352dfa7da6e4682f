"""How well similar cases are suggested, and recurrences recognised from a complaint's words.

    python evals/similarity.py                  # the set held apart
    python evals/similarity.py --set tuning     # the set on which the weights were fitted
    python evals/similarity.py --misses 20      # what is suggested wrongly, and what is not suggested
    python evals/similarity.py --set tuning --fit
    python evals/similarity.py --speed 100000   # one look-up among so many made-up cases

Two stories belong together when they have the same cause. Each house is a desk of its own, as at work: only its own
cases are compared. "Within" counts pairs written in one language, "across" pairs in two. A recurrence is simulated by
letting the customer of the first case of every cause be told that it will not happen again: each later case of that
cause should be suggested as similar to a case of it, and a case of another cause, or of none, should not.
"""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import quantiles

import numpy as np

from amends import hear
from amends.desk.causes.likeness import Features, Likeness, Rarity, Weights, compare, features_of
from amends.desk.causes.lookup import MOST_SUGGESTED, CaseIndex

SETS = Path(__file__).parent / "recurrence"
MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Story:
    """One complaint of a set."""

    key: int
    id: str
    house: str
    cause: str
    language: str
    text: str
    features: Features


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stories of one house, and how they were found to resemble one another."""

    one: Story
    other: Story
    likeness: Likeness

    @property
    def same(self) -> bool:
        return bool(self.one.cause) and self.one.cause == self.other.cause

    @property
    def across(self) -> bool:
        return self.one.language != self.other.language


def read(name: str) -> list[Story]:
    """A set with its features; the language is given, as the desk knows it from the customer."""
    stories = []
    for number, line in enumerate((SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        heard = hear(row["text"], language=row["lang"])
        features = features_of(row["text"], language=row["lang"], kinds=heard.kinds)
        stories.append(Story(number, row["id"], row["house"], row["cause"], row["lang"], row["text"], features))
    return stories


def houses(stories: Sequence[Story]) -> list[list[Story]]:
    found = defaultdict(list)
    for story in stories:
        found[story.house].append(story)
    return list(found.values())


def rarity_of(stories: Iterable[Story]) -> Rarity:
    counts: Counter[int] = Counter()
    number = 0
    for story in stories:
        counts.update(set(story.features.keys))
        number += 1
    return Rarity(number, counts)


def all_pairs(stories: Sequence[Story], weights: Weights) -> list[Pair]:
    found = []
    for house in houses(stories):
        rarity = rarity_of(house)
        for one, other in combinations(house, 2):
            found.append(Pair(one, other, compare(one.features, other.features, rarity, weights)))
    return found


def suggested(pairs: Sequence[Pair], weights: Weights) -> set[tuple[int, int]]:
    """What the desk suggests: for each case its best few above the line, whichever of the two cases it is shown on."""
    by_case: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.likeness.score >= weights.at_least:
            by_case[pair.one.key].append(pair)
            by_case[pair.other.key].append(pair)
    chosen: set[tuple[int, int]] = set()
    for found in by_case.values():
        found.sort(key=lambda pair: -pair.likeness.score)
        chosen.update((pair.one.key, pair.other.key) for pair in found[:MOST_SUGGESTED])
    return chosen


def figures(title: str, pairs: Sequence[Pair], chosen: set[tuple[int, int]]) -> None:
    right = sum(pair.same and (pair.one.key, pair.other.key) in chosen for pair in pairs)
    said = sum((pair.one.key, pair.other.key) in chosen for pair in pairs)
    there = sum(pair.same for pair in pairs)
    precision = right / said if said else 0.0
    recall = right / there if there else 0.0
    print(f"{title:<26} pairs {there:>4}  suggested {said:>4}  precision {precision:.2f}  recall {recall:.2f}")


def per_case(stories: Sequence[Story], pairs: Sequence[Pair], chosen: set[tuple[int, int]]) -> None:
    """Of the cases that have a likeness: is one of the same cause suggested, and is the first suggestion one?"""
    best: dict[int, Pair] = {}
    any_right: set[int] = set()
    for pair in pairs:
        if (pair.one.key, pair.other.key) in chosen:
            for story in (pair.one, pair.other):
                if story.key not in best or pair.likeness.score > best[story.key].likeness.score:
                    best[story.key] = pair
                if pair.same:
                    any_right.add(story.key)
    alike = [story for story in stories if story.cause]
    alone = [story for story in stories if not story.cause]
    first = sum(story.key in best and best[story.key].same for story in alike)
    print(
        f"{'per case':<26} of {len(alike)}: one of the same cause suggested {len(any_right) / len(alike):.2f}, "
        f"the first suggestion is one {first / len(alike):.2f}"
    )
    if alone:
        quiet = sum(story.key not in best for story in alone)
        print(f"{'alike to nothing':<26} of {len(alone)}: nothing suggested for {quiet}")


def recurrence(stories: Sequence[Story], weights: Weights) -> None:
    """The first case of each cause is told; the others come in one by one, in shuffled order."""
    order = list(stories)
    random.Random(7).shuffle(order)
    right = wrong = there = 0
    for house in houses(order):
        told: dict[str, list[Story]] = {}
        seen: list[Story] = []
        for story in house:
            rarity = rarity_of([*seen, story])
            found = [(compare(story.features, other.features, rarity, weights), other) for other in seen]
            found = sorted(
                ((likeness, other) for likeness, other in found if likeness.score >= weights.at_least),
                key=lambda one: -one[0].score,
            )
            hinted = next((other.cause for _likeness, other in found[:1] if other.cause in told), "")
            again = bool(story.cause) and story.cause in told
            there += again
            if hinted:
                right += again and hinted == story.cause
                wrong += hinted != story.cause
            if story.cause:
                told.setdefault(story.cause, []).append(story)
            seen.append(story)
    said = right + wrong
    print(
        f"{'recurrence by words':<26} cases {there:>4}  raised {said:>7}  "
        f"precision {right / said if said else 0:.2f}  recall {right / there if there else 0:.2f}"
    )


def misses(pairs: Sequence[Pair], chosen: set[tuple[int, int]], most: int) -> None:
    false = [pair for pair in pairs if not pair.same and (pair.one.key, pair.other.key) in chosen]
    lost = [pair for pair in pairs if pair.same and (pair.one.key, pair.other.key) not in chosen]
    for title, rows, order in (("suggested wrongly", false, -1), ("not suggested", lost, 1)):
        print(f"\n{title}: {len(rows)}")
        for pair in sorted(rows, key=lambda pair: order * pair.likeness.score)[:most]:
            one, other = pair.one, pair.other
            print(
                f"  {pair.likeness.score:.2f} {one.id} {one.language} {one.cause} | {other.id} {other.language} "
                f"{other.cause} | {', '.join(pair.likeness.concepts)} | {', '.join(pair.likeness.facts)}"
            )


def fit(pairs: Sequence[Pair]) -> Weights:
    """Logistic regression by gradient, ridge-bound to keep rare evidence sober; weights below zero are not allowed."""
    evidence = np.array([pair.likeness.evidence for pair in pairs])
    truth = np.array([pair.same for pair in pairs], dtype=float)
    scale = np.maximum(evidence.std(axis=0), 1e-6)
    values = evidence / scale
    factors = np.zeros(values.shape[1])
    base = -3.0
    free = np.array([True] * (values.shape[1] - 1) + [False])
    for _step in range(6_000):
        guess = 1 / (1 + np.exp(-(values @ factors + base)))
        error = guess - truth
        factors -= 0.5 * (values.T @ error / len(truth) + 0.0005 * factors)
        base -= 0.5 * error.mean()
        factors[free] = np.maximum(factors[free], 0)
    names = ("concept", "concept_share", "word", "word_share", "fact", "kind", "other_language")
    found = dict(zip(names, (round(float(one), 2) for one in factors / scale), strict=True))
    return Weights(base=round(float(base), 2), **found)


def speed(stories: Sequence[Story], count: int) -> None:
    """Look-ups among made-up cases whose features are drawn from the sets."""
    draw = random.Random(5)
    index = CaseIndex()
    begin = time.perf_counter()
    pool = [story.features for story in stories]
    kept: dict[int, Features] = {}
    for number in range(count):
        base, other = draw.choice(pool), draw.choice(pool)
        stems = frozenset(draw.sample(sorted(base.stems), min(len(base.stems), 12))) | frozenset(
            draw.randrange(MANY) for _ in range(12)
        )
        made = replace(
            base,
            stems=stems,
            concepts=base.concepts | frozenset(draw.sample(sorted(other.concepts), min(1, len(other.concepts)))),
        )
        kept[number] = made
        index.add(number, made)
    print(f"{count} cases into the index: {time.perf_counter() - begin:.1f} s")
    taken = []
    for features in draw.choices(pool, k=50):
        begin = time.perf_counter()
        keys = index.candidates(features)
        rarity = index.rarity
        ranked = [compare(features, kept[key], rarity) for key in keys]
        ranked.sort(key=lambda one: -one.score)
        taken.append((time.perf_counter() - begin) * 1000)
    cuts = quantiles(taken, n=20)
    print(f"a look-up with comparing: middle {cuts[9]:.0f} ms, 95 of 100 within {cuts[18]:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--set", default="held-out", choices=["held-out", "tuning"])
    parser.add_argument(
        "--fit", action="store_true", help="print weights fitted to the set instead of using those of the desk"
    )
    parser.add_argument("--misses", type=int, default=0, metavar="N")
    parser.add_argument("--speed", type=int, default=0, metavar="CASES")
    asked = parser.parse_args()
    if asked.speed:
        speed([*read("held-out"), *read("tuning")], asked.speed)
        return
    stories = read(asked.set)
    weights = Weights()
    pairs = all_pairs(stories, weights)
    if asked.fit:
        weights = replace(fit(pairs), at_least=weights.at_least)
        print(weights)
        pairs = all_pairs(stories, weights)
    chosen = suggested(pairs, weights)
    causes = {(story.house, story.cause) for story in stories if story.cause}
    languages = ", ".join(sorted({story.language for story in stories}))
    print(f"{asked.set}: {len(stories)} complaints, {len(causes)} causes, {languages}")
    figures("all", pairs, chosen)
    figures("within a language", [pair for pair in pairs if not pair.across], chosen)
    figures("across languages", [pair for pair in pairs if pair.across], chosen)
    per_case(stories, pairs, chosen)
    recurrence(stories, weights)
    if asked.misses:
        misses(pairs, chosen, asked.misses)


if __name__ == "__main__":
    main()
