"""Findings that a person has decided not to mend: in the text itself, or remembered in a file.

In the text, at the end of a line, for the findings on that line:

    We can make an exception for you.  # amends: ignore favour
    We can make an exception for you.  [amends ignore favour]
    We can make an exception for you.  <!-- amends: ignore favour, but -- agreed with Ana -->

The same alone on a line is for the whole reply. These notes are blanked out before the text is checked.

In the file, by the finding's own words and a few words on each side, so that a dismissal outlives edits elsewhere in
the reply:

    [[dismissal]]
    label = "favour"
    words = "make an exception for you"
    before = "we can"
    after = "dear ms okoro"
    file = "replies/okoro.txt"     # "*" for every reply

A dismissed finding does not count: verdict and score are those of the reply without it.
"""

import json
import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from amends.checker import scoring
from amends.checker.catalogue import CONCEPTS
from amends.checker.review import Finding, Review
from amends.configuration import did_you_mean
from amends.messages import translated
from amends.text import fold

__all__ = [
    "EVERY_FILE",
    "Dismissal",
    "DismissalError",
    "Noted",
    "add_dismissal",
    "describe",
    "file_key",
    "is_dismissed",
    "read_dismissals",
    "read_notes",
    "silenced_in_place",
    "touches",
    "without_findings",
]

EVERY_FILE = "*"
"""In the place of a file: the dismissal is for every reply."""

_NEIGHBOURS = 4
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# A reply is not read further than this for the words beside a finding.
_NEIGHBOURHOOD = 400


# --- In the text -----------------------------------------------------------------------------------------------------

_LINE_START = r"(?:(?<![^\r\n])[ \t]*+)"
# What is between brackets is bounded: an opening that is never closed must not cost the rest of the text.
_NOTE = re.compile(
    rf"""<!--[ \t]{{0,9}} amends:?[ \t]{{1,9}}ignore\b (?P<comment>[^\r\n>]{{0,200}}?) -->
       | \[[ \t]{{0,9}} amends:?[ \t]{{1,9}}ignore\b (?P<bracket>[^\]\r\n]{{0,200}}) \]
       | (?: {_LINE_START} | (?<=[ \t]) ) \# [ \t]{{0,9}} amends:?[ \t]{{1,9}}ignore\b (?P<hash>[^\r\n]*+)
       | {_LINE_START} amends:[ \t]{{0,9}}ignore\b (?P<bare>[^\r\n]*+)""",
    re.VERBOSE | re.IGNORECASE,
)
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK = re.compile(r"\s*+")
_REASON = " -- "


@dataclass(frozen=True, slots=True)
class Noted:
    """A text with the notes that were found in it.

    Attributes:
        text: The text to check: as long as the original, the notes blanked out.
        lines: For each label the spans, in order, of the lines whose note names it.
        everywhere: The labels that a note of its own line silences in the whole reply.
        blanked: Spans of the notes, in order.
        problems: What is wrong with a note, in sentences that name the line.
    """

    text: str
    lines: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    everywhere: frozenset[str] = frozenset()
    blanked: tuple[tuple[int, int], ...] = ()
    problems: tuple[str, ...] = ()


def read_notes(text: str) -> Noted:
    """Find the notes in a text.

    All offsets are code points of the text as given. Time is linear in its length.
    """
    if "amends" not in text and "amends" not in text.casefold():
        return Noted(text)
    ends = [*(match.span() for match in _LINE_END.finditer(text)), (len(text), len(text))]
    starts = [0, *(end for _, end in ends)]
    lines: dict[str, list[tuple[int, int]]] = {}
    everywhere: set[str] = set()
    blanked: list[tuple[int, int]] = []
    problems: list[str] = []
    for note in _NOTE.finditer(text):
        start, end = note.span()
        number = bisect_right(starts, start) - 1
        line_start, line_end = starts[number], ends[number][0]
        labels, wrong = _labels(note[note.lastgroup or 0])
        problems += [f"line {number + 1}: {problem}" for problem in wrong]
        if _BLANK.fullmatch(text, line_start, start) and _BLANK.fullmatch(text, end, line_end):
            everywhere |= labels
            # The line end goes with the note: an empty line would look like the end of a paragraph.
            start, end = (ends[number - 1][0], line_end) if number else (line_start, ends[number][1])
        else:
            for label in labels:
                lines.setdefault(label, []).append((line_start, line_end))
        blanked.append((start, end))
    return Noted(_blank(text, blanked), lines, frozenset(everywhere), tuple(blanked), tuple(problems))


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces in the place of the spans, which are in order."""
    kept: list[str] = []
    done = 0
    for start, end in spans:
        start = max(start, done)
        kept += [text[done:start], " " * (end - start)]
        done = max(done, end)
    return "".join([*kept, text[done:]])


def _labels(written: str) -> tuple[frozenset[str], list[str]]:
    """The known labels of a note, and what is wrong with it."""
    names = re.findall(r"[^\s,:;]+", written.split(_REASON, 1)[0].strip(" \t:").casefold())
    known = frozenset(name for name in names if name in CONCEPTS)
    if not names:
        return known, ["'amends: ignore' names no label; write 'amends: ignore favour', for instance."]
    unknown = [name for name in names if name not in CONCEPTS]
    return known, [f"there is no label '{name}'.{did_you_mean(name, CONCEPTS)}" for name in unknown]


def silenced_in_place(finding: Finding, noted: Noted) -> bool:
    """Whether a note in the text is about this finding."""
    if finding.label in noted.everywhere:
        return True
    lines = noted.lines.get(finding.label, ())
    return any(touches(span, lines) for span in finding.spans)


def touches(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Whether a span shares a character with one of the others, which are in order and apart."""
    nearest = bisect_left(others, span[1], key=itemgetter(0)) - 1
    return nearest >= 0 and others[nearest][1] > span[0]


# --- Remembered ------------------------------------------------------------------------------------------------------


class DismissalError(ValueError):
    """A file of dismissals that cannot be used; the message begins with the file."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that is remembered as dismissed.

    Attributes:
        label: The finding's label.
        words: Its words, folded; empty when it is about the whole reply.
        before: A few folded words before it.
        after: A few folded words after it.
        file: The reply's file, relative to the file of dismissals, or `EVERY_FILE`.
    """

    label: str
    words: str = ""
    before: str = ""
    after: str = ""
    file: str = EVERY_FILE


_FIELDS = ("label", "words", "before", "after", "file")
_HEADER = (
    "# Findings that somebody here has decided to leave as they are. `amends dismiss` adds to this file;\n"
    "# delete an entry to see its finding again.\n"
)


def file_key(file: str | None, dismissals: Path) -> str:
    """How a reply's file is written in a file of dismissals.

    Args:
        file: The reply's file; None for standard input.
        dismissals: The file of dismissals.
    """
    if file is None:
        return "-"
    relative = os.path.relpath(Path(file).absolute(), dismissals.absolute().parent)
    return os.fsencode(Path(relative).as_posix()).decode("utf-8", "replace")


def describe(review: Review, finding: Finding, file: str) -> Dismissal:
    """What to remember of a finding, to know it again.

    Args:
        review: The review that it belongs to.
        finding: The finding.
        file: The reply's file as `file_key` gives it, or `EVERY_FILE`.
    """
    if not finding.spans:
        return Dismissal(finding.label, file=file)
    start = min(span[0] for span in finding.spans)
    end = max(span[1] for span in finding.spans)
    before = _words(review.text[max(0, start - _NEIGHBOURHOOD) : start])[-_NEIGHBOURS:]
    after = _words(review.text[end : end + _NEIGHBOURHOOD])[:_NEIGHBOURS]
    words = [word for quote in review.quotes(finding.spans) for word in _words(quote)]
    return Dismissal(finding.label, " ".join(words), " ".join(before), " ".join(after), file)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def is_dismissed(description: Dismissal, dismissals: Iterable[Dismissal]) -> bool:
    """Whether one of the dismissals is about the finding that is so described."""
    return any(_same(description, known) for known in dismissals)


def _same(found: Dismissal, known: Dismissal) -> bool:
    """The same label, file and words, and at least half of the remembered neighbours still beside them."""
    if (found.label, found.words) != (known.label, known.words) or known.file not in (EVERY_FILE, found.file):
        return False
    before, after = known.before.split(), known.after.split()
    near = _in_common(found.before.split()[::-1], before[::-1]) + _in_common(found.after.split(), after)
    return 2 * near >= len(before) + len(after)


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items two sequences share from their beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def read_dismissals(path: Path) -> tuple[Dismissal, ...]:
    """The dismissals in a file; none when there is no such file.

    Raises:
        DismissalError: It cannot be read, is not TOML, or an entry is not what it should be.
    """
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise DismissalError(
            translated("{file}: cannot be read ({problem}).", file=path, problem=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise DismissalError(translated("{file}: is not UTF-8; save it as UTF-8.", file=path)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DismissalError(translated("{file}: is not TOML: {problem}.", file=path, problem=error)) from error
    for key in table:
        if key != "dismissal":
            unknown = translated("there is no such key; each entry begins with [[dismissal]].")
            raise DismissalError(f"{path}: {key}: {unknown}")
    entries = table.get("dismissal", [])
    if not isinstance(entries, list):
        raise DismissalError(f"{path}: dismissal: {_entry_begins()}")
    return tuple(_dismissal(path, number, entry) for number, entry in enumerate(entries, 1))


def _entry_begins() -> str:
    return translated("each entry begins with [[dismissal]], in two brackets.")


def _dismissal(path: Path, number: int, entry: Any) -> Dismissal:
    """One entry, checked."""
    where = f"{path}: dismissal {number}"
    if not isinstance(entry, dict):
        raise DismissalError(f"{where}: {_entry_begins()}")
    for key, value in entry.items():
        if key not in _FIELDS:
            unknown = translated("there is no such key.")
            raise DismissalError(f"{where}: {key}: {unknown}{did_you_mean(key, _FIELDS)}")
        if not isinstance(value, str):
            sentence = translated("a text is expected, not {value}.", value=repr(value))
            raise DismissalError(f"{where}: {key}: {sentence}")
    label = entry.get("label", "")
    if label not in CONCEPTS:
        unknown = translated("there is no label '{label}'.", label=label)
        raise DismissalError(f"{where}: label: {unknown}{did_you_mean(label, CONCEPTS)}")
    folded = {key: " ".join(_words(entry.get(key, ""))) for key in ("words", "before", "after")}
    return Dismissal(label, **folded, file=entry.get("file", EVERY_FILE))


def add_dismissal(path: Path, dismissal: Dismissal) -> None:
    """Remember a dismissal: append it to a file, which is made when there is none.

    What is written in the file already stays as it is.

    Raises:
        OSError: The file cannot be written.
    """
    lines = ["[[dismissal]]"]
    for key in _FIELDS:
        value = getattr(dismissal, key)
        if value:
            lines.append(f"{key} = {_toml_string(value)}")
    old = path.read_text(encoding="utf-8") if path.exists() else _HEADER
    gap = "" if old.endswith("\n") or not old else "\n"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"{old}{gap}\n" + "\n".join(lines) + "\n")


def _toml_string(value: str) -> str:
    """A basic string of TOML, which is one of JSON but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- What is left ----------------------------------------------------------------------------------------------------


def without_findings(
    review: Review, unwanted: Callable[[Finding], bool], weights: scoring.Weights | None = None
) -> Review:
    """The review as it is when some findings do not count: verdict and score are made anew.

    Args:
        review: The review of the whole checker.
        unwanted: Tells the findings that do not count.
        weights: The settings of the score that the review was made with.
    """
    kept = tuple(finding for finding in review.findings if not unwanted(finding))
    if len(kept) == len(review.findings):
        return review
    components = {part.label for part in review.components}
    faults = {finding.label for finding in kept}
    if faults == {finding.label for finding in review.findings}:
        return replace(review, findings=kept)
    outcome = scoring.verdict(components, faults)
    return replace(
        review,
        findings=kept,
        missing=review.missing if outcome != "none" else (),
        score=scoring.score(components, faults, weights or scoring.Weights()),
        verdict=outcome,
    )
