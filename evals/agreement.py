"""Whether a reply keeps its labels when it is written in another way.

    python evals/agreement.py                     # all languages, as shipped
    python evals/agreement.py --languages lt --losses 10

Every reply of the development sets is reviewed as it stands and in each disguise that mail programs, keyboards and
copying put on a text. The words are the same, so the labels should be.
"""

import argparse
import json
import random
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from development import DATA, LANGUAGES, ROOT, Row, labels_of, read_all
from predictions import Reader, reader

from amends.checker.pack import PackError

KEPT = ROOT / "evals" / "figures" / "agreement.json"
SEED = 5
_SOFT_HYPHEN = "\u00ad"
_DIRECTION_MARKS = "\u200e\u200f"
_SHORTEST_HYPHENATED = 6
_COLUMNS = 72
# Letters with a stroke, which no decomposition takes apart.
_STROKES = str.maketrans("đĐłŁøØħĦŧŦ", "dDlLoOhHtT")


def decomposed(text: str, chance: random.Random) -> str:
    """Letters and their marks apart, as macOS and some web forms send them."""
    return unicodedata.normalize("NFD", text)


def with_direction_marks(text: str, chance: random.Random) -> str:
    """Right-to-left and left-to-right marks at word ends and within words, as bidirectional editors leave them."""
    return "".join(char + (chance.choice(_DIRECTION_MARKS) if chance.random() < 0.15 else "") for char in text)


def with_soft_hyphens(text: str, chance: random.Random) -> str:
    """A soft hyphen inside each longer word, as word processors leave it."""

    def hyphenated(word: str) -> str:
        if len(word) < _SHORTEST_HYPHENATED or not word.isalpha():
            return word
        place = chance.randrange(2, len(word) - 2)
        return word[:place] + _SOFT_HYPHEN + word[place:]

    return "".join(hyphenated(part) for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
    """The runs of letters of a text, and what stands between them."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place].isalpha() != text[start].isalpha():
            yield text[start:place]
            start = place


def without_diacritics(text: str, chance: random.Random) -> str:
    """Bare letters, as people type on a foreign keyboard; Hebrew loses its niqqud."""
    bare = "".join(char for char in unicodedata.normalize("NFD", text) if not "\u0300" <= char <= "\u036f")
    bare = "".join(char for char in bare if not "\u0591" <= char <= "\u05c7" or char == "\u05be")
    return unicodedata.normalize("NFC", bare.translate(_STROKES))


def in_capitals(text: str, chance: random.Random) -> str:
    """Everything in capitals."""
    return text.upper()


def wrapped_and_marked(text: str, chance: random.Random) -> str:
    """Hard-wrapped, each line behind "> ", as a reply that was pasted for checking."""
    return "\n".join("> " + line for line in _wrapped(text))


def _wrapped(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, _COLUMNS, break_long_words=False, break_on_hyphens=False) or [""]


DISGUISES: Mapping[str, Callable[[str, random.Random], str]] = {
    "NFD": decomposed,
    "RLM and LRM": with_direction_marks,
    "soft hyphens": with_soft_hyphens,
    "no diacritics": without_diacritics,
    "capitals": in_capitals,
    "wrapped, > marks": wrapped_and_marked,
}


class Tally(NamedTuple):
    """What became of the labels: how many there were, how many stayed, how many came; replies, and unchanged ones."""

    labels: int
    kept: int
    new: int
    replies: int
    same: int

    @property
    def share_kept(self) -> float:
        """The labels that stayed."""
        return self.kept / self.labels if self.labels else 1.0

    @property
    def share_new(self) -> float:
        """The labels that came, against those there were."""
        return self.new / self.labels if self.labels else 0.0

    @property
    def share_same(self) -> float:
        """The replies with exactly the same labels."""
        return self.same / self.replies if self.replies else 1.0


def tally(
    rows: Sequence[Row], plain: Sequence[frozenset[str]], read: Reader, disguise: str
) -> tuple[Tally, Counter[str]]:
    """Review every reply in a disguise; also which labels went or came how often."""
    chance = random.Random(SEED)
    labels = kept = new = same = 0
    changed: Counter[str] = Counter()
    for row, before in zip(rows, plain, strict=True):
        other: Row = {**row, "reply": DISGUISES[disguise](row["reply"], chance)}
        after = labels_of(read(other))
        labels += len(before)
        kept += len(before & after)
        new += len(after - before)
        same += before == after
        changed.update(f"-{label}" for label in before - after)
        changed.update(f"+{label}" for label in after - before)
    return Tally(labels, kept, new, len(rows), same), changed


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, metavar="CODE")
    parser.add_argument("--rules-only", action="store_true", help="without the sentence model")
    parser.add_argument("--losses", type=int, default=0, metavar="N", help="show the N labels that change most often")
    parser.add_argument("--dry", action="store_true", help="keep no figures")
    arguments = parser.parse_args()
    read = reader("rules" if arguments.rules_only else "both")
    kept: dict[str, dict[str, float]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    for language, sets in read_all(arguments.data, arguments.languages).items():
        rows = sets["all"]
        try:
            plain = [labels_of(read(row)) for row in rows]
        except PackError as error:
            print(f"\n{language}: {error}", file=sys.stderr)
            continue
        print(f"\n{language}: {len(rows)} replies, {sum(map(len, plain))} labels")
        print(f"{'written':18} {'kept':>7} {'new':>7} {'same replies':>13} {'kept before':>12}")
        figures: dict[str, float] = {}
        for disguise in DISGUISES:
            result, changed = tally(rows, plain, read, disguise)
            figures[disguise] = round(result.share_kept, 4)
            before = kept.get(language, {}).get(disguise)
            was = "-" if before is None else f"{before:.3f}"
            print(f"{disguise:18} {result.share_kept:7.3f} {result.share_new:7.3f} {result.share_same:13.3f} {was:>12}")
            if arguments.losses and changed:
                print("    " + ", ".join(f"{label} {count}" for label, count in changed.most_common(arguments.losses)))
        kept[language] = figures
        if not arguments.dry and not arguments.rules_only:
            KEPT.parent.mkdir(exist_ok=True)
            KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
