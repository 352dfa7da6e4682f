"""Whether a customer thanks or praises, in words that are data: `gratitude.toml`."""

import re
from functools import cache
from pathlib import Path

from amends.text import TableError, fold

__all__ = ["thanks"]

_TABLE = Path(__file__).with_name("gratitude.toml")
_KEYS = ("thanks", "praise", "not_meant")


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """For each language what is said, and what only sounds like it."""
    import tomllib

    found = {}
    for language, table in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items():
        if set(table) != set(_KEYS) or not all(isinstance(value, str) for value in table.values()):
            message = f"{_TABLE.name}: [{language}]: exactly {', '.join(_KEYS)} are expected, each in quotation marks"
            raise TableError(message)
        entries = {key: sorted({fold(one).strip() for one in table[key].split(";")} - {""}) for key in _KEYS}
        found[language] = (
            _pattern([*entries["thanks"], *entries["praise"]]),
            _pattern(entries["not_meant"]),
        )
    return found


def _pattern(entries: list[str]) -> re.Pattern[str]:
    ordered = sorted(entries, key=lambda entry: (-len(entry), entry))
    # Hebrew writes "and", "that" and "the" in one word with what follows.
    return re.compile(rf"(?<!\w)[ושה]?(?:{'|'.join(map(re.escape, ordered))})(?!\w)")


def thanks(text: str, language: str | None) -> bool:
    """Whether a message that complains of nothing thanks or praises.

    Args:
        text: A customer's own words.
        language: ISO 639-1; English is looked for too, which people everywhere use for this.
    """
    folded = fold(text[:4_000])
    patterns = _patterns()
    for code in dict.fromkeys((language, "en")):
        if code in patterns:
            said, only_sounds = patterns[code]
            if said.search(only_sounds.sub(" ", folded)):
                return True
    return False
