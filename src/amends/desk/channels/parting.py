"""A long answer in parts: each within the limit, cut where a reader would pause, nothing lost."""

import re
import unicodedata
from collections.abc import Callable

__all__ = ["SHORTEST_LIMIT", "part"]

SHORTEST_LIMIT = 60
"""Below this no limit is kept to: an answer in crumbs is none."""
_NUMBER = 11
"""Characters for " (100/120)" at the end of a part, and one to spare."""
_PAUSES = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…:;])[\"”“»’)\]]*\s+"), re.compile(r"\s+"))
"""From the best place to cut to the last resort: paragraphs, lines, sentences, words."""


def part(text: str, limit: int | None, measure: Callable[[str], int] = len) -> list[str]:
    """Cut a text into parts, numbered at their ends when there are several.

    Args:
        text: The whole answer.
        limit: What one part may measure; None without a limit.
        measure: How long a text is, as the other side counts. Of two texts the one that holds the other is not shorter.

    Returns:
        The parts in order. Without their numbers they hold every sign of the text but white space at the cuts.
    """
    text = text.strip()
    if not text or limit is None or measure(text) <= limit:
        return [text] if text else []
    room = max(limit, SHORTEST_LIMIT) - _NUMBER
    parts = []
    while text:
        end = _end(text, room, measure)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [f"{words} ({number}/{len(parts)})" for number, words in enumerate(parts, 1)]


def _end(text: str, room: int, measure: Callable[[str], int]) -> int:
    """Where the first part of a text ends."""
    if measure(text) <= room:
        return len(text)
    most = _longest(text, room, measure)
    for pause in _PAUSES:
        cuts = [match.start() for match in pause.finditer(text, 0, most + 1) if 0 < match.start() <= most]
        # A paragraph that ends early would leave a crumb: the next kind of pause is looked at. No word, and so no link,
        # is cut that fits into a part.
        if cuts and (3 * cuts[-1] >= most or pause is _PAUSES[-1]):
            return cuts[-1]
    while most > 1 and (
        unicodedata.combining(text[most]) or text[most] in "\u200d\ufe0f" or text[most - 1] == "\u200d"
    ):
        most -= 1
    return most


def _longest(text: str, room: int, measure: Callable[[str], int]) -> int:
    """How many characters of a text fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low
