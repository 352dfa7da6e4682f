"""Whether hostile text is answered in time that grows with its length and not faster.

    python benchmarks/linear.py
    python benchmarks/linear.py --only "we,we,we" --largest 250000

Each text is checked in a fresh process that is ended after two minutes. The processor time per character at the
largest size is set against that at a sixteenth of it: 1 is linear.
"""

import argparse
import itertools
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from measuring import keep
from replies import Generator

LARGEST = 1_000_000
STEPS = (16, 4, 1)
LONGEST_WAIT = 120
SEED = 7
LINEAR_UP_TO = 2.0
"""What still counts as linear: the processor's caches run over on the way to a million characters."""


def repeated(piece: str) -> Callable[[int], str]:
    """A text of one piece over and over."""
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def prose(size: int) -> str:
    """Replies, one after the other: what the hostile texts are compared with."""
    parts: list[str] = []
    length = 0
    for reply in Generator("en", seed=SEED):
        parts.append(reply.text)
        length += len(reply.text) + 2
        if length >= size:
            break
    return "\n\n".join(parts)[:size]


def without_space(size: int) -> str:
    """Letters and never a space."""
    chance = random.Random(SEED)
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=size))


def deep_quotes(size: int) -> str:
    """Each line is quoted one level deeper than the one before, up to a thousand, and again."""
    lines = (">" * (1 + number % 1000) + " we are sorry" for number in itertools.count())
    return _up_to(size, lines, "\n")


def line_ends(size: int) -> str:
    """Every character that ends a line for somebody."""
    ends = itertools.cycle(["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
    return _up_to(size, (f"Sorry.{end}" for end in ends), "")


def mixed_scripts(size: int) -> str:
    """Letters of many scripts within one word, digits and emoji of several code points among them."""
    chance = random.Random(SEED)
    letters = "aąčđéłžאבגбвгαβγ漢字かな한국ไทยمرحबा٣੪👩‍👩‍👧🏽İıſßﬁ́̈ \u200f\u00ad"
    return "".join(chance.choices(letters, k=size))


def lone_surrogates(size: int) -> str:
    """Halves of surrogate pairs, as broken JSON brings them, between words that rules look for."""
    return repeated("sorry \ud83d if \udc4d any \ud800")(size)


def any_character(size: int) -> str:
    """Code points by chance from all of Unicode."""
    chance = random.Random(SEED)
    return "".join(chr(chance.randrange(0x110000)) for _ in range(size))


def attributions(size: int) -> str:
    """Lines that look as if a quoted mail began, again and again."""
    lines = (f"On {number % 28 + 1} May 2025 at 10:12, Ann Lee wrote:" for number in itertools.count())
    return _up_to(size, lines, "\n")


def _up_to(size: int, pieces: Iterable[str], between: str) -> str:
    parts: list[str] = []
    length = 0
    for piece in pieces:
        parts.append(piece)
        length += len(piece) + len(between)
        if length >= size:
            break
    return between.join(parts)[:size]


TEXTS: dict[str, Callable[[int], str]] = {
    "replies": prose,
    "no space": without_space,
    "one letter": repeated("a"),
    "deep > nesting": deep_quotes,
    "only > and blanks": repeated("> " * 40 + "\n"),
    "combining marks": repeated("\u0301\u0327\u05b0"),
    "one letter under marks": lambda size: "a" + "\u0301" * (size - 1),
    "mixed scripts": mixed_scripts,
    "lone surrogates": lone_surrogates,
    "NUL": repeated("\0"),
    "all line ends": line_ends,
    "any code point": any_character,
    "sorry if": repeated("sorry if "),
    "sorry, but": repeated("Sorry, but we are sorry. But "),
    "we,we,we": repeated("we,"),
    "we would like to": repeated("we would like to "),
    "apologise for any": repeated("we apologise for any inconvenience this may have caused "),
    "quotation marks": repeated("\"sorry\" 'if' „any“ "),
    "open quotation mark": repeated('"we are sorry '),
    "full stops": repeated("."),
    "bullets": repeated("- sorry\n"),
    "attributions": attributions,
    "regards": repeated("Kind regards,\nAnn\n\n"),
    "digits": repeated("1234567890"),
    "links": repeated("https://example.com/sorry?if=any "),
    "blanks": repeated(" "),
}


def one(name: str, size: int) -> None:
    """The work of a fresh process: check one text, print its seconds and what came of it."""
    import amends

    text = TEXTS[name](size)
    amends.check("Sorry about the lamp. We sent the wrong one, and the right one leaves today.", language="en")
    best = float("inf")
    outcome = ""
    for _ in range(3):
        start = time.process_time()
        try:
            outcome = amends.check(text, language="en", complaint=text).verdict
        except Exception as error:  # whatever it is, that is the finding
            outcome = f"{type(error).__name__}: {error}"[:80]
        best = min(best, time.process_time() - start)
        if best > 1:
            break
    print(json.dumps({"seconds": best, "outcome": outcome}))


def measure(name: str, size: int) -> tuple[float | None, str]:
    """Nanoseconds per character in a fresh process, and the verdict or the error."""
    command = [sys.executable, __file__, "--one", name, "--largest", str(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_WAIT, check=False)
    except subprocess.TimeoutExpired:
        return None, f"no answer in {LONGEST_WAIT} s"
    if done.returncode:
        return None, done.stderr.strip().splitlines()[-1][:80]
    said = json.loads(done.stdout)
    return said["seconds"] * 1e9 / size, said["outcome"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=list(TEXTS), choices=TEXTS, metavar="TEXT")
    parser.add_argument("--largest", type=int, default=LARGEST, help="characters of the largest text")
    parser.add_argument("--one", choices=TEXTS, help=argparse.SUPPRESS)
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one, arguments.largest)
        return
    sizes = [arguments.largest // step for step in STEPS]
    print(f"{'ns per character':24}" + "".join(f"{size:>12,}" for size in sizes) + f"{'growth':>8}  outcome")
    ratios: dict[str, float | None] = {}
    for name in arguments.only:
        found = [measure(name, size) for size in sizes]
        smallest, largest = found[0][0], found[-1][0]
        growth = round(largest / smallest, 2) if smallest and largest else None
        ratios[name] = growth
        cells = "".join(f"{'-' if cost is None else format(cost, ',.0f'):>12}" for cost, _ in found)
        bad = "" if growth is not None and growth <= LINEAR_UP_TO else "  NOT LINEAR"
        print(f"{name:24}{cells}{'-' if growth is None else format(growth, '.2f'):>8}  {found[-1][1]}{bad}", flush=True)
    if not arguments.dry and len(arguments.only) == len(TEXTS):
        keep("linear", {"growth of the time per character": ratios})


if __name__ == "__main__":
    main()
