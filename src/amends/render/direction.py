"""Lines that run from right to left, for terminals of any kind.

No character is turned round: that is the terminal's work. What a terminal has to be told is which way a line runs and
what in it runs the other way. Most terminals that know of directions take every line to run from left to right, others
go by the line's first letter, and some know nothing of it. So that a Hebrew message comes out the same in the first
two, and as well as it can in the third,

* it begins and ends with a right-to-left mark, which also keeps its last full stop on its own side;
* what is quoted in it and words in Latin letters are isolated (FSI ... PDI), so that they neither turn nor are turned;
* the line begins with a left-to-right mark and blanks, which set the message at the right edge of the page.

None of these marks has a width. Source: Unicode Standard Annex 9, "Unicode Bidirectional Algorithm", 2.6 and 3.3.2.
Forms for programs hold none of them.
"""

import re
from collections.abc import Callable
from unicodedata import bidirectional

from amends.messages import RIGHT_TO_LEFT, current_language, translated

__all__ = [
    "MARKS",
    "dressed",
    "ends_of_line",
    "has_right_to_left",
    "insertions",
    "isolated",
    "quoted",
    "runs_right_to_left",
    "without_marks",
]

_LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"
_RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
_ISOLATE = "\N{FIRST STRONG ISOLATE}"
_END = "\N{POP DIRECTIONAL ISOLATE}"
_ISOLATES = frozenset("\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}" + _ISOLATE)
MARKS = frozenset({_LEFT_TO_RIGHT_MARK, _RIGHT_TO_LEFT_MARK, _END, *_ISOLATES})
"""The invisible marks that tell a terminal which way a text runs."""

# Blanks between two columns: a single one is between words.
_COLUMN = re.compile(r"\S.*\s{2,}")
_QUOTES = "„“”‟‘’‚«»״"
_TRIMMED_BEFORE = " \t,.;:!?%" + _QUOTES
_TRIMMED_AFTER = " \t,.;:!?" + _QUOTES
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ('"', '"'), ("'", "'"))
_ELLIPSIS = "..."


def _strong(sign: str) -> str:
    """ "L" or "R" for a letter that has a direction, else the empty string."""
    kind = bidirectional(sign)
    return "L" if kind == "L" else "R" if kind in ("R", "AL") else ""


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter of a text is one of a script that runs from right to left."""
    return not text.isascii() and next(filter(None, map(_strong, text)), "L") == "R"


def has_right_to_left(text: str) -> bool:
    """Whether any letter of a text is one of a script that runs from right to left."""
    return not text.isascii() and any(_strong(sign) == "R" for sign in text)


def isolated(text: str) -> str:
    """A text to stand inside a message of another direction, or possibly so; the same text where there is no need."""
    if current_language() in RIGHT_TO_LEFT or has_right_to_left(text):
        return f"{_ISOLATE}{_balanced(text)}{_END}"
    return text


def quoted(words: str) -> str:
    """Words of a reply in the quotation marks of the current language, isolated."""
    return translated('"{words}"', words=isolated(words))


def _balanced(text: str) -> str:
    """A text with every isolate closed that it opens, and none that it does not."""
    if text.isascii():
        return text
    depth = 0
    kept: list[str] = []
    for sign in text:
        if sign == _END and not depth:
            continue
        depth += (sign in _ISOLATES) - (sign == _END)
        kept.append(sign)
    return "".join(kept) + _END * depth


def ends_of_line(line: str, opened: int) -> tuple[str, str, int]:
    """What a line of a wrapped text needs before and after it, so that no isolate runs over its end.

    Args:
        line: The line.
        opened: How many isolates the lines before it have left open.

    Returns:
        What goes before, what goes after, and how many isolates are open after it.
    """
    depth = opened
    for sign in line:
        depth = max(0, depth + (sign in _ISOLATES) - (sign == _END))
    return _ISOLATE * opened, _END * depth, depth


def insertions(
    line: str, width: int | None = None, cells: Callable[[str], int] = len, *, within: bool = False
) -> list[tuple[int, str]]:
    """The marks and blanks that make a line read right: offsets in the line, in order, and what goes in there.

    A line without right-to-left letters needs none. In a line of two columns, as in lists of options, the left column
    stays where it is.

    Args:
        line: One line, its isolates balanced.
        width: Columns of the page, to set the message at its right edge; None to leave it where it is.
        cells: How wide a text is on the terminal.
        within: Whether the line is part of a right-to-left message and so needs marks whatever its letters are.
    """
    first = next((place for place, sign in enumerate(line) if _strong(sign) == "R"), None)
    if first is None and not (within and line.strip()):
        return []
    column = None if first is None else _COLUMN.search(line, 0, first)
    if column is not None and any(_strong(sign) == "L" for sign in line[: column.end()]):
        start = column.end()
    else:
        start = len(line) - len(line.lstrip())
    shown = "".join(sign for sign in line if sign not in MARKS)
    room = max(0, width - cells(shown)) if width is not None else 0
    made = [(0, _LEFT_TO_RIGHT_MARK)] if start or room else []
    made.append((start, " " * room + _RIGHT_TO_LEFT_MARK))
    for begin, end in _latin(line, start):
        made += [(begin, _ISOLATE), (end, _END)]
    made.append((len(line), _RIGHT_TO_LEFT_MARK))
    return made


def _latin(line: str, start: int) -> list[tuple[int, int]]:
    """The stretches with left-to-right letters that are not isolated yet, with the brackets and quotes around them."""
    found: list[tuple[int, int]] = []
    depth = 0
    begin = start
    for place in range(start, len(line) + 1):
        sign = line[place] if place < len(line) else ""
        border = not sign or sign in MARKS or _strong(sign) == "R"
        if border and not depth:
            stretch = _trimmed(line, begin, place)
            if any(_strong(letter) == "L" for letter in line[slice(*stretch)]):
                found.append(stretch)
        if sign in _ISOLATES:
            depth += 1
        elif sign == _END:
            depth = max(0, depth - 1)
        if border:
            begin = place + 1
    return found


def _trimmed(line: str, begin: int, end: int) -> tuple[int, int]:
    """A stretch without the blanks, stops and single brackets at its ends, which belong to the text around it."""
    # A hyphen after a Hebrew prefix is the prefix's: ב-JSON.
    if begin and begin < end and line[begin] == "-" and line[begin + 1 : begin + 2] != "-" and _strong(line[begin - 1]):
        begin += 1
    while True:
        before = begin, end
        while begin < end and line[begin] in _TRIMMED_BEFORE:
            begin += 1
        while begin < end and line[end - 1] in _TRIMMED_AFTER and not line[begin:end].endswith(_ELLIPSIS):
            end -= 1
        for opening, closing in _PAIRS:
            stretch = line[begin:end]
            count = stretch.count(opening)
            single = count % 2 if opening == closing else count != stretch.count(closing)
            if single and stretch.startswith((opening, closing)):
                begin += 1
            elif single and stretch.endswith((opening, closing)):
                end -= 1
        if (begin, end) == before:
            return begin, end


def dressed(text: str, width: int | None = None) -> str:
    """A text of several lines with the marks that its right-to-left lines need; all else as it is.

    Args:
        text: The text.
        width: Columns of the page, to set right-to-left lines at its right edge; None to leave them where they are.
    """
    if text.isascii():
        return text
    return "\n".join(_dressed(line, width) for line in text.split("\n"))


def _dressed(line: str, width: int | None) -> str:
    done = 0
    pieces: list[str] = []
    for place, made in insertions(line, width):
        pieces += [line[done:place], made]
        done = place
    return "".join([*pieces, line[done:]])


def without_marks(text: str) -> str:
    """A text without the invisible marks of direction, for encodings that do not have them."""
    return "".join(sign for sign in text if sign not in MARKS)
