"""Checks a reply: zones, sentences, rules, sentence model, whole-reply checks, severities, verdict, score."""

import re
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from amends.checker.catalogue import COMMITMENT, COMPONENTS, FAULTS, MODEL_LABELS
from amends.checker.engine import Engine, Hit, allowed
from amends.checker.jurisdictions import apology_protection
from amends.checker.model import Floats, SentenceModel, load_model
from amends.checker.pack import available_languages, common_words, load_pack
from amends.checker.review import Component, Finding, Fix, Missing, Review
from amends.checker.scoring import FAULT_PARTIES, Weights, order_of_help, score, severity, verdict
from amends.checker.similarity import EarlierReplies
from amends.checker.whole_reply import Reading, whole_reply_findings
from amends.messages import translated
from amends.text import Identified, Normalised, identify, normalise, sentences, zones
from amends.text.features import tokens
from amends.text.loading import without_looking_for_circles
from amends.text.matchers import Matcher
from amends.text.recent import Recent

__all__ = ["CHANNELS", "Checker", "check"]

CHANNELS = ("private", "public")
_LONGEST_SENTENCE = 1_200
_LONGEST_GREETING = 6
"""Words in the first line of a letter."""
_GREETING_ENDS = (",", "!", ":", "،")
_DEFAULT_WEIGHTS = Weights()
_ORDER_OF_HELP = order_of_help(_DEFAULT_WEIGHTS)
_MISSING = {label: Missing(label) for label in COMPONENTS}
_KIND = dict.fromkeys(COMPONENTS, "component") | dict.fromkeys(FAULTS, "fault")

_GROUP = re.compile(r"\{(\d)\}")

Evidence = dict[str, list[tuple[int, int, Hit | None]]]
"""What one sentence shows: label to places in the folded text, with the rule's match when a rule found it."""


class _Seen(NamedTuple):
    """What is known of a sentence whatever stands around it.

    Attributes:
        hits: The rules that match, their places counted from its beginning.
        row: What the sentence tells the sentence model by itself; None without a model.
    """

    hits: tuple[Hit, ...]
    row: Floats | None


class Checker:
    """The checker of one language. Several threads may ask; they take turns."""

    def __init__(self, language: str, *, model: bool = True, rules: bool = True, matcher: type[Matcher] | None = None):
        """Load a language.

        Args:
            language: ISO 639-1 code of a language that has a pack.
            model: Whether to use the sentence model.
            rules: Whether a rule's match decides; without, it only informs the model.
            matcher: How to look for parts of words; the fastest way there is if not given.

        Raises:
            PackError: There is no such pack, or it is wrong.
        """
        self.language = language
        with without_looking_for_circles():
            self.model: SentenceModel | None = load_model(language) if model else None
            self.engine = Engine(load_pack(language), matcher, hints=self.model is not None)
        self._rules_decide = rules or self.model is None
        self._common = common_words(language)
        self._turn = threading.Lock()
        self._seen: Recent[tuple[str, str], _Seen] = Recent()

    def review(
        self,
        text: str,
        *,
        complaint: str | None = None,
        name: str | None = None,
        fault: str | None = None,
        channel: str | None = None,
        vocabulary: Mapping[str, str] | None = None,
        earlier: EarlierReplies | None = None,
        jurisdiction: str | None = None,
        weights: Weights | None = None,
    ) -> Review:
        """Review a reply in this language; arguments as in `amends.check`."""
        folded = normalise(text)
        spans, repeated = self._sentences(text, complaint, folded)
        held = self.read(folded, spans, repeated, statement=not complaint and not _greets(text))
        components, findings = self._collected(folded, spans, held, fault)
        whole = whole_reply_findings(
            Reading(folded, spans, held, self._common, listens=self.model is not None),
            complaint=complaint,
            name=name,
            fault=fault,
            channel=channel,
            vocabulary=vocabulary,
            earlier=earlier,
            language=self.language,
        )
        findings.extend(
            Finding(
                one.label,
                tuple(folded.span(*span) for span in one.spans),
                severity(one.label, fault),
                None,
                one.fix,
                one.detail,
            )
            for one in whole
        )
        parts = {part.label for part in components}
        faults = {finding.label for finding in findings}
        outcome = verdict(parts, faults)
        settings = weights or _DEFAULT_WEIGHTS
        missing: tuple[Missing, ...] = ()
        if outcome != "none":
            order = _ORDER_OF_HELP if weights is None else order_of_help(settings)
            missing = tuple(_MISSING[label] for label in order if label not in parts)
        return Review(
            text,
            self.language,
            tuple(components),
            tuple(findings),
            missing,
            outcome,
            score(parts, faults, settings),
            information=apology_protection(jurisdiction) if jurisdiction else None,
            preview=self.engine.pack.status == "preview",
            commitments=tuple(
                folded.span(*span) for span, evidence in zip(spans, held, strict=True) if COMMITMENT in evidence
            ),
        )

    def read(
        self,
        folded: Normalised,
        spans: Sequence[tuple[int, int]],
        repeated: Sequence[tuple[int, int]] = (),
        *,
        statement: bool = False,
    ) -> list[Evidence]:
        """Which labels each sentence carries, and where.

        Args:
            folded: The text.
            spans: Its sentences, in the folded text.
            repeated: Places where the customer's own words are repeated, in the folded text.
            statement: Whether it answers nobody: the model, which learnt from answers, is trusted less then.
        """
        if not spans:
            return []
        with self._turn:
            return self._read(folded, spans, repeated, statement)

    def _read(
        self,
        folded: Normalised,
        spans: Sequence[tuple[int, int]],
        repeated: Sequence[tuple[int, int]],
        statement: bool,
    ) -> list[Evidence]:
        seen = self._look_at(folded, spans, repeated)
        sure = [
            Hit(hit.rule, place, first + hit.start, first + hit.end, hit.groups)
            for place, ((first, _), one) in enumerate(zip(spans, seen, strict=True))
            for hit in one.hits
            if self._rules_decide and hit.rule.sure
        ]
        held: list[Evidence] = [{} for _ in spans]
        for hit in sure:
            if not hit.rule.conditional:
                _note(held[hit.sentence], hit)
        if self.model is not None:
            self._ask_model(self.model, seen, spans, held, statement)
        for hit in sure:
            if hit.rule.conditional and allowed(hit.rule, hit.sentence, held):
                _note(held[hit.sentence], hit)
        return held

    def _look_at(
        self, folded: Normalised, spans: Sequence[tuple[int, int]], repeated: Sequence[tuple[int, int]]
    ) -> list[_Seen]:
        """What is known of each sentence whatever stands around it; looked for where it is not known yet."""
        text, accented = folded.text, folded.accented
        found: list[_Seen | None] = []
        keys: list[tuple[str, str] | None] = []
        unknown: list[int] = []
        for place, (start, end) in enumerate(spans):
            key = seen = None
            # A pattern sees the character before a sentence, and the customer's words in it do not count.
            if not repeated and (not start or text[start - 1] == " "):
                key = (text[start:end], accented[start:end])
                seen = self._seen.get(key)
            if seen is None:
                unknown.append(place)
            found.append(seen)
            keys.append(key)
        if unknown:
            looked = self._looked_at(folded, [spans[place] for place in unknown], repeated)
            for place, seen in zip(unknown, looked, strict=True):
                found[place] = seen
                key = keys[place]
                if key is not None:
                    self._seen.put(key, seen)
        return [seen for seen in found if seen is not None]

    def _looked_at(
        self, folded: Normalised, spans: Sequence[tuple[int, int]], repeated: Sequence[tuple[int, int]]
    ) -> list[_Seen]:
        of_each = [self.engine.in_sentence(folded, first, last, origin=first) for first, last in spans]
        if repeated:
            of_each = [
                [hit for hit in own if not _overlaps(first + hit.start, first + hit.end, repeated)]
                for (first, _), own in zip(spans, of_each, strict=True)
            ]
        if self.model is None:
            return [_Seen(tuple(own), None) for own in of_each]
        matches = [dict.fromkeys(hit.rule.id for hit in own) for own in of_each]
        rows = self.model.told([tokens(folded.text, start, end) for start, end in spans], matches)
        return [_Seen(tuple(own), row.copy()) for own, row in zip(of_each, rows, strict=True)]

    def _ask_model(
        self,
        model: SentenceModel,
        seen: Sequence[_Seen],
        spans: Sequence[tuple[int, int]],
        held: list[Evidence],
        statement: bool,
    ) -> None:
        logits = model.together(np.array([one.row for one in seen], dtype=np.float32))
        thresholds = model.thresholds + model.statement if statement else model.thresholds
        rows, columns = (logits >= thresholds).nonzero()
        if not len(rows):
            return
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            label = MODEL_LABELS[column]
            evidence = held[row]
            if label not in evidence:
                start, end = spans[row]
                hint = next((hit for hit in seen[row].hits if label in hit.rule.labels), None)
                if hint is not None and _KIND.get(label) == "fault":
                    evidence[label] = [(start + hint.start, start + hint.end, None)]
                else:
                    evidence[label] = [(start, end, None)]

    def _sentences(
        self, text: str, complaint: str | None, folded: Normalised
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The author's sentences and the repeated words of the customer, as spans of the folded text."""
        spans: list[tuple[int, int]] = []
        repeated: list[tuple[int, int]] = []
        position = folded.position
        begin: int | None = None
        for zone in (*zones(text, complaint), None):
            if zone is not None and zone.kind in ("author", "repeated"):
                if begin is None:
                    begin = zone.start
                end = zone.end
                if zone.kind == "repeated":
                    repeated.append((position(zone.start), position(zone.end)))
            elif begin is not None:
                for start, stop in sentences(text, begin, end, self.language):
                    spans.extend(_pieces(position(start), position(stop)))
                begin = None
        return spans, repeated

    def _collected(
        self, folded: Normalised, spans: Sequence[tuple[int, int]], held: Sequence[Evidence], fault: str | None
    ) -> tuple[list[Component], list[Finding]]:
        parts: dict[str, dict[tuple[int, int], None]] = {}
        findings: list[Finding] = []
        for evidence in held:
            for label, places in evidence.items():
                kind = _KIND.get(label)
                if kind == "component":
                    parts.setdefault(label, {}).update((folded.span(start, end), None) for start, end, _ in places)
                elif kind == "fault":
                    where = tuple(dict.fromkeys(folded.span(start, end) for start, end, _ in places))
                    first = next((hit for _, _, hit in places if hit is not None), None)
                    mended = next((fix for _, _, hit in places if hit and (fix := _fix(folded, hit, label))), None)
                    weight = severity(label, fault)
                    findings.append(Finding(label, where, weight, first.rule.id if first else None, mended))
        components = [Component(label, tuple(sorted(parts[label]))) for label in COMPONENTS if label in parts]
        findings.sort(key=lambda finding: (finding.spans[0], FAULTS.index(finding.label)))
        return components, findings


def _greets(text: str) -> bool:
    """Whether a text begins as a letter does: a short line that ends as greetings do, and more below it."""
    first, _, rest = text.strip().partition("\n")
    return bool(rest) and first.rstrip().endswith(_GREETING_ENDS) and len(first.split()) <= _LONGEST_GREETING


def _overlaps(start: int, end: int, places: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in places)


def _note(evidence: Evidence, hit: Hit) -> None:
    for label in hit.rule.labels:
        places = evidence.setdefault(label, [])
        if any(start < hit.end and hit.start < end for start, end, _ in places):
            if hit.rule.fix is not None:
                places.append((hit.start, hit.end, hit))
        else:
            places.append((hit.start, hit.end, hit))


def _fix(folded: Normalised, hit: Hit, label: str) -> Fix | None:
    """The edit that a rule offers, its first letter as the writer had it."""
    rule = hit.rule
    if rule.fix is None or label != rule.labels[-1]:
        return None
    start, end = folded.span(hit.start, hit.end)
    groups = dict(enumerate(hit.groups, 1))
    text = " ".join(_GROUP.sub(lambda found: groups.get(int(found[1])) or "", rule.fix).split())
    if folded.original[start : start + 1].isupper():
        text = text[:1].upper() + text[1:]
    if text == "i" or text.startswith("i "):
        text = "I" + text[1:]
    return Fix(start, end, text)


def _pieces(start: int, end: int) -> list[tuple[int, int]]:
    """A sentence in pieces that a person could have written: endless ones are cut."""
    if end - start <= _LONGEST_SENTENCE:
        return [(start, end)] if end > start else []
    return [(at, min(at + _LONGEST_SENTENCE, end)) for at in range(start, end, _LONGEST_SENTENCE)]


@cache
def _checker(language: str) -> Checker:
    return Checker(language)


def check(
    text: str,
    *,
    language: str | None = None,
    complaint: str | None = None,
    name: str | None = None,
    fault: str | None = None,
    channel: str | None = None,
    vocabulary: Mapping[str, str] | None = None,
    earlier: EarlierReplies | Sequence[str] | None = None,
    jurisdiction: str | None = None,
    weights: Weights | None = None,
) -> Review:
    """Review a reply to a customer before it is sent.

    Args:
        text: The reply, plain text. Quoted mail, signatures and legal footers are left out of account.
        language: ISO 639-1 code; recognised from the text if not given.
        complaint: The customer's message.
        name: The customer's name, when it is known.
        fault: Who failed: "owner", "team", "system", "supplier", "expectation", "nobody" or "unknown". Severities
            follow it (Robbennolt 2003).
        channel: "private" or "public".
        vocabulary: Words this house does not use, each with the one it uses.
        earlier: Replies sent before, to find near copies. Make an `EarlierReplies` once when there are many.
        jurisdiction: ISO 3166 code; adds what is known of apologies and liability there.
        weights: Settings of the score.

    Returns:
        The review. A text whose language is unsure or not supported gives one that says so, without findings.

    Raises:
        ValueError: `fault` or `channel` is none of the above.
        TypeError: `text` is no string.
    """
    if not isinstance(text, str):
        raise TypeError(f"the reply must be text, not {type(text).__name__}")
    if fault is not None and fault not in FAULT_PARTIES:
        raise ValueError(f"fault is one of {', '.join(FAULT_PARTIES)}, not {fault!r}")
    if channel is not None and channel not in CHANNELS:
        raise ValueError(f"channel is one of {', '.join(CHANNELS)}, not {channel!r}")
    if language is None:
        recognised = identify(_own_words(text))
        language = recognised.language
        if language is None:
            return Review(text, None, reason=_not_recognised(recognised))
    if language not in available_languages():
        supported = ", ".join(available_languages())
        reason = translated(
            "The language '{language}' is not supported yet (there are: {languages}).",
            language=language,
            languages=supported,
        )
        return Review(text, language, reason=reason)
    known = EarlierReplies(earlier) if earlier is not None and not isinstance(earlier, EarlierReplies) else earlier
    return _checker(language).review(
        text,
        complaint=complaint,
        name=name,
        fault=fault,
        channel=channel,
        vocabulary=vocabulary,
        earlier=known,
        jurisdiction=jurisdiction,
        weights=weights,
    )


def _not_recognised(recognised: Identified) -> str:
    """Why a text is not checked, as a sentence."""
    if recognised.looks_like:
        return translated(
            "This looks like {language}, which is not supported yet.", language=translated(recognised.looks_like)
        )
    return translated("There are too few words to tell the language; name it with the option for the language.")


def _own_words(text: str) -> str:
    """The author's words alone, so that a quoted complaint does not decide the reply's language."""
    own = [zone for zone in zones(text) if zone.kind == "author"]
    if len(own) == 1 and own[0].start == 0 and own[0].end == len(text):
        return text
    return " ".join(text[zone.start : zone.end] for zone in own) or text
