"""The learning curve: F1 on the development set against the number of training replies.

    python evals/curve.py                       # English, five sizes of the corpus
    python evals/curve.py --languages lt he --steps 4 --labels

The corpus is shuffled once with a fixed seed; each step trains the sentence model on a longer beginning of it, with
training/train.py as it is, and scores the library with that model in the place of the shipped one.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from development import DATA, ROOT, Row, read_language
from predictions import predict, reader_with
from scoring import Figures, Scorer, scorer_beside

sys.path.insert(0, str(ROOT / "training"))

from corpus import Reply, read_corpus
from train import model_of

from amends.checker.check import Checker

CURVES = ROOT / "evals" / "figures" / "curves.json"
SEED = 12
FEWEST = 100


def sizes(total: int, steps: int) -> list[int]:
    """How many replies each step trains on, doubling up to all of them."""
    halved = [total >> number for number in reversed(range(steps))]
    return [size for size in halved if size >= FEWEST] or [total]


def figures_with(corpus: Sequence[Reply], language: str, rows: Sequence[Row], scorer: Scorer) -> Figures:
    """Train on these replies and score rules and model together."""
    # Made with the shipped model, so that the engine looks for hints too.
    checker = Checker(language)
    checker.model = model_of(corpus, language)
    return scorer.figures(rows, predict(rows, reader_with(lambda _: checker)))


def curve(language: str, rows: Sequence[Row], steps: int, scorer: Scorer) -> Iterator[tuple[int, int, Figures]]:
    """For each step the replies and sentences trained on, and the figures."""
    corpus = read_corpus(language)
    random.Random(SEED).shuffle(corpus)
    for size in sizes(len(corpus), steps):
        part = corpus[:size]
        yield size, sum(len(reply.sentences) for reply in part), figures_with(part, language, rows, scorer)


def by_label(points: Sequence[tuple[int, int, Figures]], labels: Sequence[str]) -> Iterator[str]:
    """F1 per label, one column a step: a label that still climbs is starved of sentences."""
    yield f"{'F1':27}   n" + "".join(f"{size:>8}" for size, _, _ in points)
    for label in labels:
        rows = [figures["labels"].get(label) for _, _, figures in points]
        if rows[-1]:
            yield f"{label:27}{rows[-1]['support']:4}" + "".join(f"{row['f1'] if row else 0:8.3f}" for row in rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--score", type=Path, help="the scorer (default: beside the data)")
    parser.add_argument("--languages", nargs="+", default=["en"], metavar="CODE")
    parser.add_argument("--steps", type=int, default=5, help="how often the corpus is halved, and one")
    parser.add_argument("--labels", action="store_true", help="also a table of every label")
    parser.add_argument("--dry", action="store_true", help="keep no figures")
    arguments = parser.parse_args()
    scorer = scorer_beside(arguments.data, arguments.score)
    for language in arguments.languages:
        rows = read_language(arguments.data, language).get("all")
        if not rows:
            raise SystemExit(f"evals: no development set for '{language}' in {arguments.data}")
        print(f"\n{language}, {len(rows)} replies of the development set")
        print(f"{'replies':>8} {'sentences':>10} {'components':>11} {'faults':>8} {'spans':>8}")
        points = []
        for size, sentences, figures in curve(language, rows, arguments.steps, scorer):
            components, faults = figures["components"]["macro_f1"], figures["faults"]["macro_f1"]
            spans = figures["spans_touching"]
            print(f"{size:8} {sentences:10} {components:11.3f} {faults:8.3f} {spans:8.3f}", flush=True)
            points.append((size, sentences, figures))
        if arguments.labels:
            print("\n" + "\n".join(by_label(points, scorer.labels)))
        found = [
            {
                "replies": size,
                "sentences": sentences,
                "components": figures["components"]["macro_f1"],
                "faults": figures["faults"]["macro_f1"],
                "labels": {label: row["f1"] for label, row in figures["labels"].items()},
            }
            for size, sentences, figures in points
        ]
        if not arguments.dry:
            # Another language may be measured beside this one.
            kept = json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.is_file() else {}
            kept[language] = found
            CURVES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
