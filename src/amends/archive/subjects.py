"""What a subject says about its mail: whether it answers or forwards, and what the conversation is called.

What mail programs write is data, in `subjects.toml`.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from amends.text import TableError, fold

__all__ = ["Subject", "SubjectKind", "read_subject", "subject_kind"]

SubjectKind = Literal["automatic", "undelivered", "read"]

_TABLE = Path(__file__).with_name("subjects.toml")
_KEYS = ("replies", "forwards", "automatic", "undelivered", "read")
_LONGEST = 500
_MOST_PREFIXES = 30
_TAG = re.compile(r"\s*\[(?P<tag>[^\[\]]{1,80})\]\s*")
# "Ticket#2025021110000123", "[#48213]", "(case 48213)": a desk's own mark, which it needs to find its case again.
_NUMBER = re.compile(r"#\s?\d{3,}|\b(?:ticket|case|request|id|ref)[\s:#.-]{0,3}\d{4,}", re.IGNORECASE)
# Marks that lead nobody anywhere: on which list, from outside, or that it may be spam.
_PASSING_TAG = re.compile(r"(?!.*\d)", re.DOTALL)


class Subject(NamedTuple):
    """A subject without what mail programs put before it.

    Attributes:
        base: What the conversation is called, folded, for comparison; "" when there is nothing.
        answers: Whether the mail says that it answers another.
        forwards: Whether the mail says that it passes another on.
        number: Whether it carries the number of a case, so that an equal subject is hardly chance.
    """

    base: str
    answers: bool
    forwards: bool
    number: bool


class _Words(NamedTuple):
    prefix: re.Pattern[str]
    replies: frozenset[str]
    kinds: tuple[tuple[SubjectKind, re.Pattern[str]], ...]


def _entries(table: dict[str, dict[str, str]], key: str) -> frozenset[str]:
    found = set()
    for language, section in table.items():
        if set(section) != set(_KEYS) or not all(isinstance(value, str) for value in section.values()):
            message = f"{_TABLE.name}: [{language}]: exactly {', '.join(_KEYS)} are expected, each in quotation marks"
            raise TableError(message)
        found |= {fold(entry).strip() for entry in section[key].split(";")}
    return frozenset(found - {""})


@cache
def _words() -> _Words:
    import tomllib

    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    replies, forwards = _entries(table, "replies"), _entries(table, "forwards")

    def either(entries: frozenset[str]) -> str:
        return "|".join(map(re.escape, sorted(entries, key=lambda entry: (-len(entry), entry))))

    kinds: tuple[SubjectKind, ...] = ("undelivered", "automatic", "read")
    return _Words(
        # "Re:", "RE[2]:", "Re^2:", "AW :", "Odg.:", and the wide colon of East Asia.
        re.compile(rf"\s*(?P<word>{either(replies | forwards)})\.?\s?(?:[\[(^]\s?\d{{1,3}}\s?[\])]?)?\s?[:：]\s*"),
        replies,
        tuple(
            (kind, re.compile(rf"(?:{either(_entries(table, kind))})" + (r"\s*:" if kind == "read" else r"(?!\w)")))
            for kind in kinds
        ),
    )


@lru_cache(maxsize=8192)
def read_subject(subject: str) -> Subject:
    """Take off what mail programs put before a subject, in whatever order and however often."""
    words = _words()
    rest = fold(subject[:_LONGEST]).strip()
    answers = forwards = False
    tags: list[str] = []
    for _ in range(_MOST_PREFIXES):
        prefix = words.prefix.match(rest)
        if prefix is not None:
            if prefix["word"] in words.replies:
                answers = True
            else:
                forwards = True
            rest = rest[prefix.end() :]
            continue
        tag = _TAG.match(rest)
        if tag is None or tag.end() == 0:
            break
        if not _PASSING_TAG.match(tag["tag"]):
            tags.append(tag["tag"].strip())
        rest = rest[tag.end() :]
    base = " ".join((*tags, *rest.split()))
    return Subject(base, answers, forwards, _NUMBER.search(base) is not None or any(map(_is_number, tags)))


def _is_number(tag: str) -> bool:
    return sum(map(str.isdigit, tag)) >= 4


def subject_kind(subject: str) -> SubjectKind | None:
    """What a subject says about a mail that no person wrote; None when it says nothing of the kind."""
    words = _words()
    rest = fold(subject[:_LONGEST]).strip()
    for _ in range(2):
        for kind, pattern in words.kinds:
            if pattern.match(rest):
                return kind
        tag = _TAG.match(rest)
        if tag is None:
            return None
        rest = rest[tag.end() :]
    return None
