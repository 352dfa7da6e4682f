"""Takes out of texts what tells who somebody is: names that are known, addresses, telephone and other long numbers."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice

from amends.archive.mail import Address
from amends.text import LANGUAGES, fold, table

__all__ = ["Mask", "is_name"]

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HANDLE = re.compile(r"(?<![\w@/.])@\w{1,40}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{1,2000}")
# Telephone, account and order numbers; years, prices and times are shorter.
_LONG_NUMBER = re.compile(r"(?<![\w.,])\+?\d(?:[ ()/.-]{0,2}\d){4,24}(?![\w%])")
_DATE = re.compile(r"\d{1,4}([./-])\s?\d{1,2}\1\s?\d{1,4}\.?")
_WORD = re.compile(r"[^\W\d_][\w'’-]+")
_TOKEN = re.compile(r"\S+")
_DIGIT = re.compile(r"\d")
_PARTS = re.compile(r"[._+-]")
_MOST_TOKENS = 8
_GREETING_LENGTH = 160
_MOST_NAMES = 3
_STOPS = (",", ":", "!", ".", ";", "–", "-", ")")
_SHORTEST_NAME = 3
# Words that stand in names of senders and are none.
_NO_NAMES = frozenset(
    """the and from via team support service services customer care help desk info shop store office mail noreply reply
    sales contact hello admin komanda pagalba podrška tim klienditugi podpora tím צוות שירות תמיכה ltd inc llc uab oü
    sro doo gmbh group company online order orders""".split()  # noqa: SIM905
)


def is_name(text: str) -> bool:
    """Whether a sender's name is a person's, or at least no handle, number or address."""
    words = text.split()
    if not words or len(words) > 4 or "@" in text or any(map(str.isdigit, text)):
        return False
    return all(word[0].isupper() or "א" <= word[0] <= "ת" for word in words) and not _NO_NAMES & {
        word.casefold() for word in words
    }


class Mask:
    """Masks the texts of one conversation, whose people are known."""

    def __init__(self, people: Iterable[Address] = ()) -> None:
        """Learn the names of the people in a conversation."""
        self._names = sorted({name for one in people for name in _names_of(one)})

    def __call__(self, text: str) -> str:
        """The text with "…" in the place of what tells who somebody is."""
        if not text:
            return text
        if "@" in text:
            text = _HANDLE.sub("@…", _MAIL.sub("…@…", text))
        if "://" in text or "www." in text:
            text = _LINK.sub("…", text)
        if _DIGIT.search(text) is not None:
            text = _LONG_NUMBER.sub(_masked_number, text)
        if self._names:
            folded = text.casefold()
            present = tuple(name for name in self._names if name in folded)
            if present:
                text = _pattern(present).sub("…", text)
        return _without_greeted(text)


@lru_cache(maxsize=4096)
def _names_of(person: Address) -> frozenset[str]:
    """The words by which somebody is called, in their name and before the sign of their address."""
    local = person.address.partition("@")[0] if "@" in person.address[1:] else ""
    words = (*_WORD.findall(person.name), *_PARTS.split(local))
    return frozenset(
        word.casefold()
        for word in words
        if len(word) >= _SHORTEST_NAME and word.casefold() not in _NO_NAMES and not word.isdigit()
    )


@lru_cache(maxsize=4096)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names as a word of its own; the longest first."""
    alternatives = "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


@cache
def _greeting_words() -> frozenset[str]:
    return frozenset(
        word.strip(".") for code in LANGUAGES for greeting in table(code).greetings for word in greeting.split()
    )


@lru_cache(maxsize=4096)
def _greets(word: str) -> bool:
    return fold(word).strip(" .,:!") in _greeting_words()


def _without_greeted(text: str) -> str:
    """The text without the name that stands behind its greeting, where the source does not tell names."""
    tokens = list(islice(_TOKEN.finditer(text[:_GREETING_LENGTH]), _MOST_TOKENS))
    place = 0
    while place < len(tokens) and _greets(tokens[place][0]):
        place += 1
    if not place:
        return text
    greeted = tokens[place : place + _MOST_NAMES]
    for number, token in enumerate(greeted):
        word = token[0]
        if not (word[0].isupper() or "א" <= word[0] <= "ת"):
            return text
        ends_line = text[token.end() : token.end() + 1] in ("\n", "")
        if word.endswith(_STOPS) or ends_line:
            if number and tokens[place - 1][0].endswith(_STOPS):
                return text
            stop = len(word) - len(word.rstrip("".join(_STOPS)))
            return text[: greeted[0].start()] + "…" + text[token.end() - stop :]
    return text


def _masked_number(match: re.Match[str]) -> str:
    return match[0] if _DATE.fullmatch(match[0]) else "…"
