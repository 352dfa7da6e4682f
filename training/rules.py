"""Shows how the rules of a language pack do on the labelled corpus: what each finds rightly and wrongly.

python training/rules.py en                 # a line per rule and per label
python training/rules.py en --rule sorry-if # its false matches, with the sentences
python training/rules.py en --missed but    # sentences with the label that no rule finds
"""

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from corpus import read_corpus

from amends.checker.catalogue import SENTENCE_LABELS
from amends.checker.engine import Engine, allowed
from amends.checker.pack import Rule, load_pack
from amends.text import normalise


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language")
    parser.add_argument("--rule", help="show the false matches of this rule")
    parser.add_argument("--missed", metavar="LABEL", help="show sentences with this label that no rule finds")
    arguments = parser.parse_args()
    engine = Engine(load_pack(arguments.language))
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    false: dict[str, list[str]] = defaultdict(list)
    found: Counter[str] = Counter()
    having: Counter[str] = Counter()
    missed: dict[str, list[str]] = defaultdict(list)
    for reply in read_corpus(arguments.language):
        for number, (sentence, labels) in enumerate(zip(reply.sentences, reply.labels, strict=True)):
            folded = normalise(sentence)
            held = [dict.fromkeys(one) for one in reply.labels]
            given: set[str] = set()
            for rule in {
                hit.rule.id: hit.rule
                for hit in engine.hits(folded, [(0, len(folded.text))])
                if allowed(hit.rule, number, held)
            }.values():
                count_rule(rule, labels, sentence, right, wrong, false)
                given.update(rule.labels)
            for label in labels & set(SENTENCE_LABELS):
                having[label] += 1
                if label in given:
                    found[label] += 1
                else:
                    missed[label].append(sentence)
    if arguments.rule:
        print("\n".join(false[arguments.rule]))
    elif arguments.missed:
        print("\n".join(missed[arguments.missed]))
    else:
        for rule in engine.pack.rules:
            total = right[rule.id] + wrong[rule.id]
            kind = "sure" if rule.sure else "hint"
            share = right[rule.id] / total if total else 0.0
            counts = f"right={right[rule.id]:<5} wrong={wrong[rule.id]:<5} P={share:.2f}"
            print(f"{rule.id:28} {','.join(rule.labels):34} {kind} {counts}")
        for label in SENTENCE_LABELS:
            share = found[label] / having[label] if having[label] else 0.0
            print(f"{label:28} n={having[label]:<5} found by a rule={share:.2f}")


def count_rule(
    rule: Rule,
    labels: frozenset[str],
    sentence: str,
    right: Counter[str],
    wrong: Counter[str],
    false: dict[str, list[str]],
) -> None:
    """Count one rule's match in one sentence."""
    if set(rule.labels) <= labels:
        right[rule.id] += 1
    else:
        wrong[rule.id] += 1
        false[rule.id].append(f"{sentence}   [{' '.join(sorted(labels))}]")


if __name__ == "__main__":
    main()
