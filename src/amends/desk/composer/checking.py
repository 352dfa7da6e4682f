"""The check of a reply while it is written: the checker's review, the outline's evidence for what is missing, facts
that the outline contradicts, and the promises as they will be recorded."""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from amends import messages as core_messages
from amends.checker import EarlierReplies, Review, check
from amends.checker.catalogue import COMPONENTS, concept
from amends.desk.cases.models import Channel, Message, Outline
from amends.desk.composer.advising import Advice, advice_of
from amends.desk.composer.contradictions import Contradiction, contradictions
from amends.desk.composer.models import Kind
from amends.desk.composer.promised import Row, rows_of
from amends.desk.composer.situation import Situation
from amends.desk.ledger.models import Promise as Owed
from amends.promises import Promise, promises_in
from amends.text import fold, utf16_spans

__all__ = ["Checked", "Evidence", "Mark", "Part", "Prompt", "check_reply", "plain"]

_EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "names-offence": ("record", "perceived"),
    "empathy": ("perceived",),
    "explanation": ("cause",),
    "repair": ("fix", "make_good"),
    "prevention": ("prevention",),
    "next-step": ("fix",),
}
"""For each part of an apology the fields of the outline that hold what it would say."""

_ORDER = {"error": 0, "warning": 1, "note": 2}
_EARLIER_READ = 2_000
_BY_WORD_OF_MOUTH = (Channel.CALL, Channel.COUNTER)
_STEM = 4
_NUMBERS = re.compile(r"\d[\d\s().\-/\u00a0\u2010-\u2015]{4,40}\d")
_TELLING_DIGITS = 7
"""The last digits of a phone number, which stay the same however its beginning is written."""
_PICKED_UP = 0.4
"""Share of the words of a promise that a letter holds when it confirms it."""

# A checker serves one thread at a time, and a desk has eight; one check takes milliseconds.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sincere apology, and whether the reply holds it."""

    label: str
    title: str
    held: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the writer put into the outline.

    Attributes:
        field: One of `Outline.FIELDS`, or "promise".
        title: The field's name for people.
        text: Its words.
    """

    field: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A part that is missing.

    Attributes:
        title: The part's name.
        question: What asks the writer for it.
        evidence: What stands in the outline about it.
    """

    label: str
    title: str
    question: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to underline: UTF-16 offsets, as browsers count.

    Attributes:
        kind: "error", "warning", "note", "fact" or "promise".
        target: The id of the entry in the list that explains it.
    """

    kind: str
    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as the list shows it: the checker's finding with its first place and its fix in UTF-16 offsets."""

    number: int
    severity: str
    title: str
    why: str
    way_out: str
    detail: str
    quotes: tuple[str, ...]
    place: tuple[int, int] | None
    fix: tuple[int, int, str] | None
    fix_replaces: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact to look at again, with its place in UTF-16 offsets."""

    number: int
    kind: str
    words: str
    known: tuple[str, ...]
    place: tuple[int, int]


@dataclass(frozen=True)
class Checked:
    """What the composer shows of a reply.

    Attributes:
        unconfirmed: What was promised by word of mouth and is not in the reply.
        advice: What other rooms have to say about it.
    """

    review: Review
    parts: tuple[Part, ...]
    findings: tuple[Shown, ...]
    prompts: tuple[Prompt, ...]
    facts: tuple[Asked, ...]
    promises: tuple[Row, ...]
    unconfirmed: tuple[str, ...]
    marks: tuple[Mark, ...]
    language: str
    advice: tuple[Advice, ...] = ()

    @property
    def errors(self) -> int:
        """How many findings stop sending until a reason is given."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def stopped(self) -> str:
        """Why the reply cannot be sent as it is, whatever the reason; "" when nothing stops it."""
        return next((advice.words for advice in self.advice if advice.stops), "")

    @property
    def held(self) -> int:
        """How many parts are there."""
        return sum(part.held for part in self.parts)

    @property
    def right_to_left(self) -> bool:
        """Whether the reply's language runs from right to left."""
        return self.language in core_messages.RIGHT_TO_LEFT


def plain(text: str) -> str:
    """A text as it is checked, kept and sent: browsers send line ends as the network wants them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def check_reply(
    text: str,
    at: Situation,
    *,
    kind: str = Kind.REPLY,
    corrections: Mapping[str, Any] | None = None,
    writer: str = "",
    sent: datetime | None = None,
) -> Checked:
    """Check a reply against its case.

    Args:
        text: The reply as typed, with plain line ends.
        at: Its case.
        kind: A value of `Kind`.
        corrections: What the writer corrected of its promises.
        writer: Number of the person who writes.
        sent: When it will be sent; now if not given.
    """
    everyone = kind == Kind.PUBLIC
    with _one_at_a_time:
        review = _review(text, at, kind)
        found = promises_in(
            review,
            sent=sent or timezone.now(),
            country=at.house.country or None,
            zone=at.zone,
            everyone=everyone,
        )
    language = review.language or at.language
    promises = rows_of(found, corrections or {}, owner=writer, named=at.colleagues)
    asked = contradictions(
        text,
        at.known(language),
        language=language,
        today=at.today,
        ahead=[(promise.start, promise.end) for promise in found],
    )
    advice = advice_of(at.advisers, text)
    if everyone:
        advice = (*_kept_private(text, at), *advice)
    return _shown(text, review, at, promises, found, asked, language, advice)


def _review(text: str, at: Situation, kind: str) -> Review:
    def reviewed(language: str | None) -> Review:
        return check(
            text,
            language=language,
            complaint=at.complaint or None,
            name=at.customer.name or None,
            fault=at.case.fault,
            channel="public" if kind == Kind.PUBLIC else "private",
            vocabulary=at.house.vocabulary or None,
            earlier=_earlier(at),
            jurisdiction=at.house.country or None,
        )

    review = reviewed(None)
    if review.language is None and at.language and text.strip():
        # A beginning of a few words: taken for the customer's language, in which it will most likely be.
        review = reviewed(at.language)
    return review


class _Earlier:
    """Replies of the house that left, read once and then as they come; under the same lock as the checker."""

    def __init__(self) -> None:
        self.replies = EarlierReplies()
        self.last = 0


_sent_before: dict[int, _Earlier] = {}


def _earlier(at: Situation) -> EarlierReplies | None:
    kept = _sent_before.setdefault(at.house.pk, _Earlier())
    # With the last one that is known, so that another database than before, after a backup was brought back, is seen.
    rows = Message.objects.filter(direction=Message.Direction.OUT, automatic=False, pk__gte=kept.last)
    # Notes of an incident are alike on purpose, and would push everything else out.
    rows = rows.exclude(outgoing__purpose="note")
    fresh = list(rows.order_by("-pk").values_list("pk", "text")[:_EARLIER_READ])
    if kept.last and (not fresh or fresh[-1][0] != kept.last) and len(fresh) < _EARLIER_READ:
        del _sent_before[at.house.pk]
        return _earlier(at)
    if fresh and fresh[0][0] != kept.last:
        kept.replies.extend(text for pk, text in reversed(fresh) if pk != kept.last)
        kept.last = fresh[0][0]
    return kept.replies if len(kept.replies) else None


def _shown(
    text: str,
    review: Review,
    at: Situation,
    promises: Sequence[Row],
    found: Sequence[Promise],
    asked: Sequence[Contradiction],
    language: str,
    advice: tuple[Advice, ...],
) -> Checked:
    spans = {span for finding in review.findings for span in finding.spans}
    spans |= {(finding.fix.start, finding.fix.end) for finding in review.findings if finding.fix}
    spans |= {(one.start, one.end) for one in asked} | {(one.start, one.end) for one in found}
    ordered = sorted(spans)
    units = dict(zip(ordered, utf16_spans(text, ordered), strict=True))
    findings = []
    marks = [Mark("promise", *units[one.start, one.end], "promises") for one in found]
    for number, finding in enumerate(sorted(review.findings, key=lambda one: _ORDER[one.severity])):
        fix = finding.fix
        findings.append(
            Shown(
                number,
                finding.severity,
                finding.title,
                finding.why,
                finding.way_out,
                finding.detail or "",
                tuple(review.quotes(finding.spans)),
                units[finding.spans[0]] if finding.spans else None,
                (*units[fix.start, fix.end], fix.text) if fix else None,
                text[fix.start : fix.end] if fix else "",
            )
        )
        marks += [Mark(finding.severity, *units[span], f"finding-{number}") for span in finding.spans]
    facts = []
    for number, one in enumerate(asked):
        place = units[one.start, one.end]
        facts.append(Asked(number, one.kind, one.words, one.known, place))
        marks.append(Mark("fact", *place, f"fact-{number}"))
    held = {part.label for part in review.components}
    # Before anything is written, or where no apology is due, nothing is missing.
    missing = [part.label for part in review.missing]
    return Checked(
        review,
        tuple(Part(label, concept(label).in_language().title, label in held) for label in COMPONENTS),
        tuple(findings),
        tuple(_prompt(label, at) for label in missing),
        tuple(facts),
        tuple(promises),
        tuple(_unconfirmed(text, at)),
        tuple(marks),
        language,
        advice,
    )


def _kept_private(text: str, at: Situation) -> Iterable[Advice]:
    """A number or an address that the customer gave us is for us alone (G1.9): nothing gets it into public."""
    numbers = ["".join(filter(str.isdigit, run)) for run in _NUMBERS.findall(text)]
    said = text.casefold()
    for kind, value in at.contacts:
        digits = "".join(filter(str.isdigit, value))[-_TELLING_DIGITS:]
        if kind == "phone" and len(digits) == _TELLING_DIGITS and any(digits in number for number in numbers):
            words = _("Their phone number stands in it. It was given to us alone: take it out of what the world reads.")
            yield Advice(words, stops=True)
        elif kind == "mail" and value.casefold() in said:
            words = _("Their mail address stands in it. It was given to us alone: take it out of what the world reads.")
            yield Advice(words, stops=True)


def _unconfirmed(text: str, at: Situation) -> Iterable[str]:
    """Promises made by word of mouth that no letter has repeated, and that this one does not pick up either."""
    said = fold(text)
    for promise in at.open_promises:
        made = promise.message
        if made is None or made.channel not in _BY_WORD_OF_MOUTH or _written_since(at, promise):
            continue
        stems = {word[:_STEM] for word in fold(promise.act).split() if len(word) >= _STEM}
        if stems and sum(stem in said for stem in stems) < _PICKED_UP * len(stems):
            yield promise.act


def _written_since(at: Situation, promise: Owed) -> bool:
    written = at.case.messages.filter(
        direction=Message.Direction.OUT, channel=Channel.MAIL, automatic=False, pk__gt=promise.message_id or 0
    )
    return written.exists()


def _prompt(label: str, at: Situation) -> Prompt:
    told = concept(label).in_language()
    return Prompt(label, told.title, told.way_out, tuple(_evidence(_EVIDENCE.get(label, ()), at.outline)))


def _evidence(fields: Iterable[str], outline: Outline) -> Iterable[Evidence]:
    for field in fields:
        if text := getattr(outline, field).strip():
            yield Evidence(field, str(Outline._meta.get_field(field).verbose_name), text)  # type: ignore[union-attr]
