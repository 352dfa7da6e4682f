"""What came back, looked at as anything else: its findings, the facts that the case does not hold, what it promises."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from amends.desk.cases.models import Outline
from amends.desk.composer.checking import check_reply
from amends.desk.composer.contradictions import not_in_the_case
from amends.desk.composer.situation import Situation
from amends.text import utf16_spans

__all__ = ["Judged", "Line", "Piece", "Rewording", "judged_questions", "judged_rewording"]

_MOST_QUESTIONS = 5
_LONGEST_QUESTION = 300
_LONGEST_REWORDING = 1_500
_MARKER = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text.

    Attributes:
        words: What it says.
        unknown: Whether it is a fact that the case does not hold.
    """

    words: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One question, in pieces."""

    pieces: tuple[Piece, ...]

    @property
    def unknown(self) -> bool:
        """Whether it holds a fact that the case does not."""
        return any(piece.unknown for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding in a rewording."""

    severity: str
    title: str
    why: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rewording:
    """Another wording of a sentence.

    Attributes:
        old, new: The sentence, and what is proposed for it.
        place: Where the sentence stands, in UTF-16 offsets of the draft.
        line: The new one in pieces.
        findings: What the check says of the new one in its place.
        promises: What it promises that the old one did not.
    """

    old: str
    new: str
    place: tuple[int, int]
    line: Line
    findings: tuple[Judged, ...]
    promises: tuple[str, ...]


def judged_questions(said: str, at: Situation) -> tuple[Line, ...]:
    """The questions, one a line, each with the facts marked that the case does not hold."""
    lines = [_MARKER.sub("", line).strip()[:_LONGEST_QUESTION] for line in said.splitlines()]
    return tuple(_in_pieces(line, at) for line in [line for line in lines if line][:_MOST_QUESTIONS])


def judged_rewording(
    said: str, text: str, span: tuple[int, int], at: Situation, *, kind: str, writer: str
) -> Rewording:
    """A rewording, checked in the place of the sentence.

    Args:
        said: What came back.
        text: The draft.
        span: The sentence in it, as code point offsets.
        at: The case.
        kind: A value of `composer.models.Kind`.
        writer: Number of the person who writes.
    """
    new = " ".join(said.split())[:_LONGEST_REWORDING].strip()
    old = text[span[0] : span[1]]
    if len(new) > 1 and new[0] in '"“„«' and new[-1] in '"”“»' and old[:1] not in '"“„«':
        new = new[1:-1].strip()
    begin, end = span[0], span[0] + len(new)
    checked = check_reply(text[: span[0]] + new + text[span[1] :], at, kind=kind, writer=writer)
    review = checked.review
    inside = [
        Judged(one.severity, one.title, one.why, tuple(review.quotes(one.spans)))
        for one in review.findings
        if any(first < end and begin < last for first, last in one.spans)
    ]
    before = {row.act for row in check_reply(text, at, kind=kind, writer=writer).promises}
    promises = tuple(row.act for row in checked.promises if row.act not in before)
    (place,) = utf16_spans(text, [span])
    return Rewording(old, new, place, _in_pieces(new, at), tuple(inside), promises)


def _in_pieces(text: str, at: Situation) -> Line:
    language = at.language or "en"
    unknown = [
        (start, end)
        for _kind, start, end in not_in_the_case(text, at.known(language), language=language, today=at.today)
    ]
    held = set(_numbers(_held(at)))
    for number in _DIGITS.finditer(text):
        apart = all(number.end() <= start or end <= number.start() for start, end in unknown)
        if apart and not set(_numbers([number[0]])) <= held:
            unknown.append(number.span())
    pieces, last = [], 0
    for start, end in sorted(unknown):
        if start < last:
            continue
        pieces += [Piece(text[last:start], False), Piece(text[start:end], True)]
        last = end
    pieces.append(Piece(text[last:], False))
    return Line(tuple(piece for piece in pieces if piece.words))


def _held(at: Situation) -> list[str]:
    return [
        *(getattr(at.outline, field) for field in Outline.FIELDS),
        *(f"{event.day or ''} {event.clock or ''} {event.words}" for event in at.events),
        *(promise.act for promise in at.open_promises),
        at.complaint,
        at.case.subject,
    ]


def _numbers(texts: Iterable[str]) -> list[str]:
    return [digits.lstrip("0") for text in texts for digits in re.findall(r"\d+", text)]
