"""Whether a reason speaks of a review. The words are data, in `review_words.toml`."""

import re
from functools import cache
from pathlib import Path

from amends.text import fold

__all__ = ["speaks_of_review"]


@cache
def _pattern() -> re.Pattern[str]:
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("review_words.toml").read_text(encoding="utf-8"))
    entries = sorted({fold(one).strip() for words in table.values() for one in words.split(";")} - {""})
    # Hebrew writes "for", "the" and "and" in one word with what follows.
    return re.compile(rf"(?<!\w)[ולבהמשכ]{{0,3}}(?:{'|'.join(map(re.escape, entries))})")


def speaks_of_review(words: str) -> bool:
    """Whether words in any of the six languages speak of a review or a rating."""
    return _pattern().search(fold(words)) is not None
