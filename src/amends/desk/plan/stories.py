"""Stories for drills: made up, told in steps that arrive as minutes pass. They are data, one file a language.

A language without a file of its own gets the English stories, and the page says in which language they are.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Step", "Story", "stories", "story"]

_FOLDER = Path(__file__).parent / "stories"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that arrives.

    Attributes:
        minute: When, from the beginning, in minutes of the story.
        source: Where from: "At the counter", "A journalist on the phone".
        text: What is said or seen.
        asks: What those who take part are asked.
        complaint: Whether `text` is a customer's own words, which an answer should meet.
    """

    minute: int
    source: str
    text: str
    asks: str
    complaint: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A made-up incident.

    Attributes:
        key: Its name in addresses and rows.
        language: Of its words.
        fault: Who failed, as `amends.check` takes it.
        minutes: How long it lasts.
    """

    key: str
    language: str
    title: str
    about: str
    fault: str
    minutes: int
    steps: tuple[Step, ...]


def stories(language: str = "en") -> tuple[Story, ...]:
    """All stories, in a language if there are any in it."""
    return _stories(language if (_FOLDER / f"{language}.toml").is_file() else "en")


def story(key: str, language: str = "en") -> Story | None:
    """A story by its key; in English if it is not there in the language."""
    found = (one for among in (language, "en") for one in stories(among) if one.key == key)
    return next(found, None)


@cache
def _stories(language: str) -> tuple[Story, ...]:
    data = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    found = []
    for key, one in data.items():
        steps = tuple(Step(**{**step, "text": step["text"].strip()}) for step in one["steps"])
        found.append(
            Story(key, language, one["title"], one["about"], one["fault"], steps[-1].minute + one["after"], steps)
        )
    return tuple(found)
