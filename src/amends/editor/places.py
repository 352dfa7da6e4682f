"""Offsets of a text to lines and characters of the editor protocol, and back."""

import re
from bisect import bisect_right
from typing import Literal

__all__ = ["Encoding", "Places"]

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# The protocol knows these three ends of a line and no other, unlike `str.splitlines`.
_LINE_END = re.compile(r"\r\n|\n|\r")


class Places:
    """Where things stand in a text, in the units that the editor counts."""

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        """Look where lines begin and end.

        Args:
            text: The document.
            encoding: In which units the editor counts the characters of a line.
        """
        self.text = text
        self.encoding = encoding
        self._starts = [0]
        self._ends: list[int] = []
        for end in _LINE_END.finditer(text):
            self._ends.append(end.start())
            self._starts.append(end.end())
        self._ends.append(len(text))

    def __len__(self) -> int:
        """How many lines there are; a text without any end of a line is one."""
        return len(self._starts)

    def line(self, number: int) -> tuple[int, int]:
        """The offsets of a line's first character and of its end, without what ends it; lines count from 0."""
        return self._starts[number], self._ends[number]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and character, both from 0, of a code point offset (clamped to the text, and to the line's end)."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        start, end = self.line(line)
        return line, self._units(self.text[start : min(offset, end)])

    def offset(self, line: int, character: int) -> int:
        """The code point offset of a line and character (clamped to the text, and to the line's end).

        A character that lies inside of a code point means that code point.
        """
        if line < 0:
            return 0
        if line >= len(self):
            return len(self.text)
        start, end = self.line(line)
        if self.encoding == "utf-32":
            return min(start + max(character, 0), end)
        units = 0
        for offset in range(start, end):
            units += self._units(self.text[offset])
            if units > character:
                return offset
        return end

    def _units(self, text: str) -> int:
        if self.encoding == "utf-32" or text.isascii():
            return len(text)
        if self.encoding == "utf-16":
            return len(text) + sum(character > "\uffff" for character in text)
        return len(text.encode("utf-8", "surrogatepass"))
