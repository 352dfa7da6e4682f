"""Hears a customer's message: is it a complaint, what went wrong, what is asked, how much it hurts."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import Any, Literal

import numpy as np

from amends.hearing.cues import cue_words
from amends.hearing.facts import Fact, facts
from amends.hearing.labels import ASKS, FLAGS, KINDS, MARKS, MESSAGE_LABELS, STAKES, TONES
from amends.hearing.model import FIRST_MARK, HearingModel, hearing_languages, load_hearing_model
from amends.text import identify, normalise, sentences, zones
from amends.text.features import tokens
from amends.text.linear import Floats
from amends.text.recent import Recent

__all__ = ["SEVERITIES", "Hearing", "Passage", "Severity", "Urgency", "hear"]

Severity = Literal["none", "disappointment", "reproach", "anger", "threat", "grave"]
SEVERITIES: tuple[Severity, ...] = ("none", "disappointment", "reproach", "anger", "threat", "grave")
"""From the mildest on; grave is where a life, a body or somebody helpless is at stake."""

Urgency = Literal["none", "soon", "today"]

_COLUMN = {label: place for place, label in enumerate(MESSAGE_LABELS)}
_COLUMNS = {
    group: [_COLUMN[f"{group}:{name}"] for name in names]
    for group, names in (("ask", ASKS), ("stake", STAKES), ("kind", KINDS))
}
_GRAVE = frozenset({"safety", "health", "vulnerable"})
_MOST_SENTENCES = 200
_LONGEST_KNOWN = 10_000
_LONGEST_OF_ONE_WORD = 60
_NUMBER = re.compile(r"\d+")
_MOST_WORDS_THAT_CARRIED = 5
_CARRIES = 0.05
"""A word carried the decision when it adds at least so much to the logit."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the message: code point offsets, and its words."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard in a message.

    Attributes:
        text: The message.
        language: ISO 639-1 code; None when it was not recognised or cannot be heard yet.
        complaint: Whether it is a complaint: something done or not done fell short of what was expected.
        probability: Of its being one, 0 to 1.
        severity: From disappointment to a threat; "none" for what is no complaint; "grave" where a life, a body or
            somebody helpless is at stake.
        urgency: Whether it wants an answer today, soon, or in the usual time.
        kinds: What kinds of failure it tells of, the likeliest first.
        stakes: What is at stake.
        asks: What the customer asks for; "nothing" alone when a complaint asks for nothing.
        repeated: Whether it is not the first time.
        public: Whether it is public or threatens to be.
        expected, happened, harm: Where it tells what was promised, what was done, what that did to the customer.
        contact: Where it tells how or when the customer wants to be reached.
        reason: Why nothing was heard, when nothing was.
    """

    text: str
    language: str | None
    complaint: bool = False
    probability: float = 0.0
    severity: Severity = "none"
    urgency: Urgency = "none"
    kinds: tuple[str, ...] = ()
    stakes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    repeated: bool = False
    public: bool = False
    expected: tuple[Passage, ...] = ()
    happened: tuple[Passage, ...] = ()
    harm: tuple[Passage, ...] = ()
    contact: tuple[Passage, ...] = ()
    reason: str | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Names, amounts, dates, references that a reply should pick up; looked for when asked for."""
        return tuple(facts(self.text))

    @property
    def because(self) -> tuple[Passage, ...]:
        """The words that carried the decision, the weightiest first; weighed when asked for."""
        if self.language is None or self.reason is not None:
            return ()
        listening = _Listening(self.text, self.language, load_hearing_model(self.language))
        return listening.because(1.0 if self.complaint else -1.0)

    def to_dict(self) -> dict[str, Any]:
        """The hearing as plain data; passages as their words."""
        return {
            "lang": self.language,
            "complaint": self.complaint if self.language else None,
            "probability": round(self.probability, 3),
            "because": [passage.text for passage in self.because],
            "severity": self.severity,
            "urgency": self.urgency,
            "kinds": list(self.kinds),
            "stakes": list(self.stakes),
            "asks": list(self.asks),
            "repeated": self.repeated,
            "public": self.public,
            "expected": [passage.text for passage in self.expected],
            "happened": [passage.text for passage in self.happened],
            "harm": [passage.text for passage in self.harm],
            "contact": [passage.text for passage in self.contact],
            "facts": [{"kind": fact.kind, "span": [fact.start, fact.end], "text": fact.text} for fact in self.facts],
            "reason": self.reason,
        }


def hear(text: str, *, language: str | None = None, channel: str | None = None) -> Hearing:
    """Hear a customer's message.

    Args:
        text: The message, plain text. Quoted mail below it and signatures are left out of account.
        language: ISO 639-1 code; recognised from the text if not given.
        channel: "public" when it stands where others read it.

    Returns:
        What was heard. For a language that has no model yet, or that was not recognised, one that says so.

    Raises:
        ValueError: `channel` is neither "public" nor "private".
        TypeError: `text` is no string.
    """
    if not isinstance(text, str):
        raise TypeError(f"the message must be text, not {type(text).__name__}")
    if channel not in (None, "public", "private"):
        raise ValueError(f"channel is public or private, not {channel!r}")
    if language is None:
        identified = identify(text)
        language = _of_one_word(text) if identified.reason == "too short" else identified.language
    if language is None or language not in hearing_languages():
        from amends.messages import translated

        return Hearing(
            text,
            language,
            reason=translated("The language of the message was not recognised, or cannot be heard yet."),
        )
    # What a customer wrote is heard by itself, and again for the reply to it.
    listening = _known_listening(text, language) if len(text) <= _LONGEST_KNOWN else _listening(text, language)
    return listening.hearing(public=channel == "public")


def _of_one_word(text: str) -> str | None:
    """The language of a text too short for its small words to tell: "Pathetic." The only one whose model knows it."""
    if len(text) > _LONGEST_OF_ONE_WORD:
        return None
    folded = normalise(text).text
    found = [token for token in tokens(folded, 0, len(folded)) if token.isalpha()]
    knowing = [one for one in hearing_languages() if found and load_hearing_model(one).knows(found)]
    return knowing[0] if len(knowing) == 1 else None


_known: Recent[tuple[str, str], tuple[Floats, int]] = Recent()
"""For a language and a sentence, its numbers taken out, what its tokens say and how many they are."""


class _Listening:
    """One message while it is heard."""

    def __init__(self, text: str, language: str, model: HearingModel) -> None:
        self.text = text
        self.language = language
        self.model = model
        self.spans: list[tuple[int, int]] = []
        for zone in zones(text):
            if zone.kind in ("author", "repeated"):
                self.spans.extend(sentences(text, zone.start, zone.end, language))
        self.spans = self.spans[:_MOST_SENTENCES] or [(0, len(text))]
        self.folded = normalise(text)
        position = self.folded.position
        self.places = [(position(start), position(end)) for start, end in self.spans]
        message, marks = model.weighed(*self._sums(), self._cues())
        thresholds = model.thresholds
        # By how much the logits of the message's labels are over their thresholds.
        self.over: list[float] = (message - thresholds[:FIRST_MARK]).tolist()
        self.marked: list[list[bool]] = (marks >= thresholds[FIRST_MARK:]).tolist()

    def _sums(self) -> tuple[Floats, list[int]]:
        """What the tokens of each sentence say, and how many they are; worked out only for a sentence that is new."""
        text, language = self.folded.text, self.language
        found: list[tuple[Floats, int]] = []
        new: dict[int, str] = {}
        for number, (start, end) in enumerate(self.places):
            # All numbers are one token.
            words = _NUMBER.sub("0", text[start:end])
            known = _known.get((language, words))
            if known is None:
                new[number] = words
            else:
                found.append(known)
        if new:
            listed = [tokens(words) for words in new.values()]
            rows = self.model.sums(listed)
            for (number, words), one, row in zip(new.items(), listed, rows, strict=True):
                made = (row.copy(), len(one) + 2)
                _known.put((language, words), made)
                found.insert(number, made)
        return np.array([row for row, _ in found]), [length for _, length in found]

    def _cues(self) -> list[list[str]]:
        """The cues in each sentence."""
        found: list[list[str]] = [[] for _ in self.places]
        starts = [start for start, _ in self.places]
        for name, start in cue_words(self.language).found(self.folded.text):
            place = bisect_right(starts, start) - 1
            if place >= 0 and start < self.places[place][1]:
                found[place].append(name)
        return found

    def hearing(self, *, public: bool) -> Hearing:
        """The result."""
        logit = self.over[0]
        complaint = logit >= 0
        if not complaint:
            asks = self._named("ask", ASKS)
            return Hearing(
                self.text,
                self.language,
                probability=_probability(logit),
                urgency="soon" if self._flag("urgent") else "none",
                asks=asks,
                public=public,
                contact=self._passages("contact"),
            )
        stakes = self._named("stake", STAKES)
        repeated = self._flag("repeat") or bool(self._passages("repeat"))
        severity = self._severity(stakes)
        return Hearing(
            self.text,
            self.language,
            True,
            _probability(logit),
            severity,
            self._urgency(severity, stakes, repeated=repeated),
            self._kinds(),
            stakes,
            self._named("ask", ASKS) or ("nothing",),
            repeated,
            public or bool(self._passages("public")),
            self._passages("expected"),
            self._passages("happened"),
            self._passages("harm"),
            self._passages("contact"),
        )

    def _over(self, label: str) -> float:
        """By how much a label's logit is over its threshold."""
        return self.over[_COLUMN[label]]

    def _named(self, group: str, names: Sequence[str]) -> tuple[str, ...]:
        columns = _COLUMNS[group]
        over = self.over
        found = [(-over[column], name) for column, name in zip(columns, names, strict=True) if over[column] >= 0]
        if len(found) > 1:
            # Of equal ones the first in the list stays the first.
            found.sort(key=lambda one: one[0])
        return tuple(name for _, name in found)

    def _kinds(self) -> tuple[str, ...]:
        """The kinds over their threshold, or else the likeliest one."""
        return self._named("kind", KINDS) or (max(KINDS, key=lambda name: self._over(f"kind:{name}")),)

    def _flag(self, name: str) -> bool:
        assert name in FLAGS
        return self._over(f"flag:{name}") >= 0

    def _severity(self, stakes: Sequence[str]) -> Severity:
        if not _GRAVE.isdisjoint(stakes):
            return "grave"
        sharpest = max((place for place, tone in enumerate(TONES[1:], 1) if self._over(f"tone:{tone}") >= 0), default=0)
        if "threat" in stakes or "legal" in stakes:
            return "threat"
        return SEVERITIES[sharpest + 1]

    def _urgency(self, severity: Severity, stakes: Sequence[str], *, repeated: bool) -> Urgency:
        if self._flag("urgent") or severity == "grave":
            return "today"
        return "soon" if repeated or severity in ("anger", "threat") or "money" in stakes else "none"

    def _passages(self, mark: str) -> tuple[Passage, ...]:
        column = MARKS.index(mark)
        return tuple(
            Passage(start, end, self.text[start:end])
            for (start, end), row in zip(self.spans, self.marked, strict=True)
            if row[column]
        )

    def because(self, sign: float) -> tuple[Passage, ...]:
        """The words that carried the decision, the weightiest first."""
        weighed: list[tuple[float, Passage]] = []
        text = self.folded.text
        each = [tokens(text, start, end) for start, end in self.places]
        told = self.model.hear(each, self._cues()).tokens
        for (place, end), listed, shares in zip(self.places, each, told, strict=True):
            for token, share in zip(listed, shares, strict=True):
                at = text.find(token, place, end) if token[0].isalpha() else -1
                if at < 0:
                    continue
                place = at + len(token)
                if sign * float(share) >= _CARRIES:
                    first, last = self.folded.span(at, place)
                    weighed.append((sign * float(share), Passage(first, last, self.text[first:last])))
        weighed.sort(key=lambda one: (-one[0], one[1].start))
        return tuple(passage for _, passage in weighed[:_MOST_WORDS_THAT_CARRIED])


def _listening(text: str, language: str) -> _Listening:
    return _Listening(text, language, load_hearing_model(language))


_known_listening = lru_cache(maxsize=32)(_listening)


def _probability(logit: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, logit))))
