"""What only the whole reply shows: nothing owned, too many apologies, a missing name, a copy, missing the point."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amends.checker.review import Fix
from amends.checker.similarity import EarlierReplies
from amends.hearing import hear
from amends.messages import percent, translated
from amends.text import Normalised, fold, identify, normalise
from amends.text.features import tokens

__all__ = ["Reading", "WholeReply", "whole_reply_findings"]

_ACKNOWLEDGING = frozenset({"apology", "empathy", "responsibility"})
_DEFENDING = frozenset(
    {"denial", "policy-shield", "blame-customer", "blame-third-party", "beyond-control", "intent-defence", "minimising"}
)
_OWNING = frozenset({"responsibility", "repair", "prevention"})
_ENGAGING = frozenset({"names-offence", "responsibility", "empathy", "explanation", "repair", "invitation"})
"""Parts that a writer can only give who has read the complaint."""
_OWNED = frozenset({"responsibility"})
"""A sentence that owns the failing is never one too many, whatever it explains besides."""
_SURE_OF_LANGUAGE = 0.8
_BEGINNING = 600
_ENOUGH_WORDS = 3
_MOST_APOLOGIES = 2
_MOST_EXPLANATIONS = 2
_LEAST_THINGS = 3
_STEM = 5
_MOST_COMPLAINT = 4_000
_NUMBER = re.compile(r"\d{2,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the checks of the whole reply look at.

    Attributes:
        folded: The reply.
        sentences: Spans of its sentences in the folded text.
        held: For each sentence the labels found.
        common: The language's function words, folded.
        listens: Whether the customer's message is heard, which takes a trained model; else it is taken for a complaint.
    """

    folded: Normalised
    sentences: Sequence[tuple[int, int]]
    held: Sequence[Mapping[str, object]]
    common: frozenset[str]
    listens: bool = True


@dataclass(frozen=True, slots=True)
class WholeReply:
    """A fault of the whole reply.

    Attributes:
        label: Which.
        spans: Places in the folded text, when there are any.
        detail: What exactly.
        fix: An edit in the original text.
    """

    label: str
    spans: tuple[tuple[int, int], ...] = ()
    detail: str | None = None
    fix: Fix | None = None


def whole_reply_findings(
    reading: Reading,
    *,
    complaint: str | None,
    name: str | None,
    fault: str | None,
    channel: str | None,
    vocabulary: Mapping[str, str] | None,
    earlier: EarlierReplies | None,
    language: str,
) -> list[WholeReply]:
    """All faults of the whole reply, in the catalogue's order; arguments as in `amends.check`."""
    found: list[WholeReply] = []
    everywhere: set[str] = set().union(*reading.held) if reading.held else set()
    places = _places(reading)
    if fault != "nobody" and "apology" in everywhere and not everywhere & _OWNING:
        found.append(WholeReply("regret-only", tuple(places["apology"][:1])))
    if len(places.get("apology", ())) > _MOST_APOLOGIES or "over-apology" in everywhere:
        found.append(WholeReply("over-apology", tuple(places.get("over-apology", places.get("apology", ())))))
    explaining = [
        span
        for span, labels in zip(reading.sentences, reading.held, strict=True)
        if "explanation" in labels and _OWNED.isdisjoint(labels)
    ]
    if len(explaining) > _MOST_EXPLANATIONS:
        found.append(WholeReply("long-explanation", tuple(explaining)))
    defence = _facts_first(reading)
    if defence is not None and (not reading.listens or _aggrieved(complaint, language)):
        found.append(WholeReply("facts-first", (defence,)))
    if name and channel != "public" and not _names(reading.folded.text, name):
        found.append(WholeReply("no-name", (), name))
    for word, right in (vocabulary or {}).items():
        found.extend(_wrong_words(reading.folded, word, right))
    if earlier is not None:
        copy = earlier.nearest(reading.folded.original)
        if copy is not None:
            found.append(WholeReply("scripted", (), percent(copy[1])))
    if (
        complaint
        and everywhere.isdisjoint(_ENGAGING)
        and _misses_the_point(reading, complaint, name)
        and (not reading.listens or _aggrieved(complaint, language))
    ):
        found.append(WholeReply("off-the-point"))
    if complaint and (theirs := _other_language(complaint, language, reading.common)):
        found.append(WholeReply("other-language", (), translated(theirs)))
    if fault == "nobody" and "responsibility" in everywhere:
        found.append(WholeReply("invented-admission", tuple(places["responsibility"][:1])))
    return found


def _aggrieved(message: str | None, language: str) -> bool:
    """Whether there is something to acknowledge: of a message that is not given it is assumed.

    A question, a chat or thanks may be answered with the facts alone.
    """
    return message is None or hear(message[:_MOST_COMPLAINT], language=language).complaint


def _places(reading: Reading) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for span, labels in zip(reading.sentences, reading.held, strict=True):
        for label in labels:
            places.setdefault(label, []).append(span)
    return places


def _facts_first(reading: Reading) -> tuple[int, int] | None:
    """The sentence of facts or defence that comes before any acknowledgement."""
    for span, labels in zip(reading.sentences, reading.held, strict=True):
        if not _ACKNOWLEDGING.isdisjoint(labels):
            return None
        if not _DEFENDING.isdisjoint(labels) or ("explanation" in labels and "names-offence" not in labels):
            return span
    return None


def _names(text: str, name: str) -> bool:
    """Whether a folded text names a person, in any inflected form of any part of the name."""
    parts = [part for part in re.split(r"[^\w']+", fold(name)) if len(part) > 1] or [fold(name).strip()]
    for part in parts:
        stem = part[: max(3, len(part) - 2)]
        if stem and re.search(rf"(?<!\w){re.escape(stem)}", text):
            return True
    return False


def _wrong_words(folded: Normalised, word: str, right: str) -> list[WholeReply]:
    wanted = fold(word).strip()
    if not wanted:
        return []
    found = []
    for match in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded.text):
        start, end = folded.span(*match.span())
        written = folded.original[start:end]
        text = right[:1].upper() + right[1:] if written[:1].isupper() else right
        detail = translated("{word} → {ours}", word=written, ours=right)
        found.append(WholeReply("wrong-word", (match.span(),), detail, Fix(start, end, text)))
    return found


def _misses_the_point(reading: Reading, complaint: str, name: str | None) -> bool:
    """Whether the complaint names concrete things and the reply picks up none of them.

    Things are the numbers and the content words of the complaint; a word is picked up in any form with the same
    beginning.
    """
    if not reading.sentences:
        return False
    said = reading.folded.text[reading.sentences[0][0] : reading.sentences[-1][1]]
    own_name = set(fold(name).split()) if name else set()
    things: set[str] = set()
    for token in tokens(normalise(complaint[:_MOST_COMPLAINT]).text):
        if len(token) < 4 or token in reading.common or token in own_name or not token[0].isalpha():
            continue
        stem = token[:_STEM]
        if stem in said:
            return False
        things.add(stem)
    if len(things) < _LEAST_THINGS:
        return False
    return not any(number in said for number in _NUMBER.findall(complaint[:_MOST_COMPLAINT]))


def _other_language(complaint: str, language: str, common: frozenset[str]) -> str | None:
    """The complaint's language, as an English name, when it is surely another one than the reply's."""
    beginning = complaint[:_BEGINNING]
    # A few function words of the reply's language settle it for nearly every complaint, at a tenth of the cost.
    if len(common.intersection(fold(beginning).split())) >= _ENOUGH_WORDS:
        return None
    theirs = identify(beginning)
    another = theirs.looks_like is not None and theirs.language != language
    return theirs.looks_like if another and theirs.confidence >= _SURE_OF_LANGUAGE else None
