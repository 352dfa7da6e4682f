"""Was a promise kept? Reads what came later in the thread.

The rule is simple and conservative. Something that was said later speaks of a promise when it shares a word of content
or a number with what was promised. Of what speaks of it,

* our report that it is done, or the customer's word that it came, makes it **kept**, or **late** when said after the
  due moment;
* the customer's complaint after the due moment makes it **broken**;
* a new promise of ours about the same thing with another due moment makes it **overtaken**.

What nobody speaks of is **not seen**: that is no proof that it was broken. Before the due moment it is **open**.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Literal

from amends.checker import check
from amends.checker.pack import common_words
from amends.hearing import hear
from amends.promises.commitments import Promise, promises_in
from amends.text import fold

__all__ = ["Followed", "Later", "Outcome", "follow"]

Outcome = Literal["kept", "late", "broken", "overtaken", "open", "not seen"]

_WORD = re.compile(r"\w+")
_STEM = 5
_SHORTEST = 4
_DONE = frozenset({"repair", "explanation"})
"""Components in which we report what we did."""


@dataclass(frozen=True, slots=True)
class Later:
    """Something said later in the thread.

    Attributes:
        text: Its words.
        sent: When.
        ours: Whether the business said it; else the customer.
        language: ISO 639-1 code; recognised if not given.
    """

    text: str
    sent: datetime
    ours: bool
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a promise.

    Attributes:
        promise: The promise.
        outcome: See the head of this module.
        at: When it was said that decided, None when nothing was said.
        because: The words that decided.
    """

    promise: Promise
    outcome: Outcome
    at: datetime | None = None
    because: str | None = None


def follow(promises: Iterable[Promise], thread: Sequence[Later], *, now: datetime | None = None) -> list[Followed]:
    """What became of promises.

    Args:
        promises: Promises of one reply.
        thread: What came after that reply, in any order.
        now: The moment of looking, by which a due moment has passed or not; that of the last message if not given.

    Returns:
        One for each promise, in their order.
    """
    later = sorted(thread, key=lambda one: one.sent.replace(tzinfo=None))
    moment = now or (later[-1].sent if later else None)
    return [_followed(promise, later, moment) for promise in promises]


def _followed(promise: Promise, later: Sequence[Later], now: datetime | None) -> Followed:
    wanted = _content(promise.act)
    for one in later:
        said = _speaks_of(wanted, one)
        if said is None:
            continue
        in_time = _in_time(promise.due, one.sent)
        words, kind = said
        if kind == "done":
            return Followed(promise, "kept" if in_time else "late", one.sent, words)
        if kind == "missed" and not in_time:
            return Followed(promise, "broken", one.sent, words)
        if kind == "anew":
            return Followed(promise, "overtaken", one.sent, words)
    if promise.due is not None and now is not None and _in_time(promise.due, now):
        return Followed(promise, "open")
    return Followed(promise, "not seen")


def _in_time(due: date | datetime | None, moment: datetime) -> bool:
    """Whether a moment is not after a due moment; a promise without one is never late."""
    if due is None:
        return True
    if isinstance(due, datetime):
        if due.tzinfo is None or moment.tzinfo is None:
            return moment.replace(tzinfo=None) <= due.replace(tzinfo=None)
        return moment <= due
    return moment.replace(tzinfo=None) <= datetime.combine(due, time.max)


@cache
def _all_common() -> frozenset[str]:
    from amends.text import LANGUAGES

    return frozenset().union(*(common_words(language) for language in LANGUAGES))


def _content(text: str) -> frozenset[str]:
    """The stems of the words of content in a text, and its numbers."""
    common = _all_common()
    return frozenset(
        token[:_STEM]
        for token in _WORD.findall(fold(text))
        if token.isdigit() or (len(token) >= _SHORTEST and token not in common)
    )


def _speaks_of(wanted: frozenset[str], one: Later) -> tuple[str, Literal["done", "missed", "anew"]] | None:
    """What a later message says of a promise, with the words; None when it does not speak of it."""
    if wanted.isdisjoint(_content(one.text)):
        return None
    if not one.ours:
        heard = hear(one.text, language=one.language)
        if heard.reason is not None:
            return None
        if heard.complaint:
            return one.text.strip(), "missed"
        # A question about it is no word that it came.
        return None if "?" in one.text or "answer" in heard.asks else (one.text.strip(), "done")
    review = check(one.text, language=one.language)
    for promise in promises_in(review, sent=one.sent):
        if not wanted.isdisjoint(_content(promise.quote)):
            return promise.quote, "anew"
    committed = set(review.commitments)
    for part in review.components:
        if part.label not in _DONE:
            continue
        for span in part.spans:
            if span not in committed and not wanted.isdisjoint(_content(one.text[slice(*span)])):
                return one.text[slice(*span)], "done"
    return None
