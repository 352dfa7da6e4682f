"""Letters that a language writes attached to the front of a word, as Hebrew does with "and", "the", "in"."""

from collections.abc import Container

__all__ = ["MOST_PREFIXES", "attached_begin"]

MOST_PREFIXES = 3
"""So many letters are attached to one word at most."""


def attached_begin(text: str, place: int, prefixes: Container[str]) -> int:
    """Where the letters begin that are attached before a place; the place itself when there are none.

    Args:
        text: Folded text.
        place: Where a word may begin behind them.
        prefixes: The letters; none for most languages.
    """
    least = max(0, place - MOST_PREFIXES)
    while place > least and text[place - 1] in prefixes:
        place -= 1
    return place
