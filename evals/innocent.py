"""How often replies without a fault are marked: hard cases of our own, in five languages.

    python evals/innocent.py                    # a line a language, and the labels that are given wrongly
    python evals/innocent.py --languages lt --show

`innocent/<language>/*.txt` holds replies in the layout of `training/` in which each sentence looks like a fault and is
none ("our records show that we charged you twice"). Nothing is trained on them.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from corpus import read_corpus

import amends
from amends.checker.catalogue import FAULTS

ROOT = Path(__file__).resolve().parent / "innocent"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", default=sorted(path.name for path in ROOT.iterdir()))
    parser.add_argument("--show", action="store_true", help="print what is marked")
    arguments = parser.parse_args()
    for language in arguments.languages:
        replies = read_corpus(language, ROOT)
        wrong: Counter[str] = Counter()
        for reply in replies:
            review = amends.check(reply.text, language=language, complaint=reply.message or None, fault=reply.fault)
            for finding in review.findings:
                if finding.label in FAULTS:
                    wrong[finding.label] += 1
                    if arguments.show:
                        print(f"  {reply.id} {finding.label}: {' / '.join(review.quotes(finding.spans))}")
        labels = ", ".join(f"{label} {count}" for label, count in wrong.most_common())
        print(
            f"{language}: {len(replies)} replies, {wrong.total() / len(replies):.2f} false findings a reply ({labels})"
        )


if __name__ == "__main__":
    main()
