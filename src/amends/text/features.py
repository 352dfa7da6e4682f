"""The features of the sentence model, the same at training and at work.

A sentence becomes tokens; its features are the tokens, runs of two and three tokens, and the pieces of three to five
characters inside each token, so that an unknown form of a known word is not wholly unknown. What numbers, links and
handles say is folded away. Nothing here knows a language.
"""

import re

__all__ = ["BEGIN", "END", "pieces", "tokens"]

BEGIN, END = "<begin>", "<end>"
"""Stand for the ends of a sentence in runs; no token looks like them."""


_TOKEN = re.compile(r"(?:https?://|www\.)\S*|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:]\d+)*|[^\w\s]")
_MOST_TOKENS = 120


def tokens(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """The tokens of a sentence in a folded text.

    Args:
        text: The folded text.
        start: Where the sentence begins.
        end: Where it ends; the end of the text if not given.

    Returns:
        Words as they stand, ``0`` for a number, ``://`` for a link, other signs one by one; at most 120.
    """
    found = _TOKEN.findall(text, start, len(text) if end is None else end)
    if len(found) > _MOST_TOKENS:
        del found[_MOST_TOKENS:]
    for place, token in enumerate(found):
        first = token[0]
        if first.isdigit():
            found[place] = "0"
        elif len(token) > 4 and (first == "h" or first == "w") and ("://" in token or token.startswith("www.")):
            found[place] = "://"
    return found


def pieces(token: str) -> list[str]:
    """The pieces of three to five characters of a token, its ends marked."""
    marked = f"<{token}>"
    length = len(marked)
    return [marked[at : at + size] for size in (3, 4, 5) if size < length for at in range(length - size + 1)]
