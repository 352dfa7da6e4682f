"""Lines and columns, as editors count them."""

import re
from bisect import bisect_left, bisect_right

__all__ = ["LINE_ENDS", "Places"]

LINE_ENDS = ("\r\n", "\n", "\r")
"""What ends a line of a file."""

_LINE_END = re.compile("|".join(LINE_ENDS))
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Places:
    """The lines and columns of one text; the text is read once, each place costs a search in its lines."""

    def __init__(self, text: str) -> None:
        """Find the lines of `text`."""
        self._length = len(text)
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._astral = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, the column in code points.

        Args:
            offset: Code point offset, clamped to the text.
        """
        offset = min(max(offset, 0), self._length)
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def utf16_place(self, offset: int) -> tuple[int, int]:
        """The same with the column in UTF-16 units, as SARIF and the editor protocol have it."""
        line, column = self.place(offset)
        start = self._starts[line - 1]
        astral = bisect_left(self._astral, start + column - 1) - bisect_left(self._astral, start)
        return line, column + astral
