"""The result of a check: what a reply holds, what spoils it, what is missing, and how it comes out.

All spans are code point offsets into the reply as it was given. Texts for people are looked up in the catalogue when
they are asked for, in the language that `amends.messages` is set to then, so that a review costs little to make.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from amends.checker.catalogue import concept
from amends.messages import message, translated
from amends.text import utf16_spans

__all__ = ["SCHEMA_VERSION", "Component", "Finding", "Fix", "Missing", "Review", "Severity", "Verdict"]

SCHEMA_VERSION = 1
"""The version of the JSON form, see `schema.json`."""

Severity = Literal["error", "warning", "note"]
Verdict = Literal["none", "non-apology", "partial", "full", "unread"]

_VERDICT_WORDS: dict[str, str] = {
    "none": message("No apology due or given."),
    "non-apology": message("A non-apology: it says sorry and owns nothing."),
    "partial": message("A partial apology."),
    "full": message("A full apology."),
    "unread": message("Not checked."),
}


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that is safe to apply: put `text` in the place of the span."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a sincere apology that the reply holds, with the places that show it."""

    label: str
    spans: tuple[tuple[int, int], ...]

    @property
    def title(self) -> str:
        """The part's name for people."""
        return concept(self.label).in_language().title


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one place.

    Attributes:
        label: A fault, or a fault of the whole reply.
        spans: Where; empty when it is the whole reply.
        severity: "error", "warning" or "note"; follows who is at fault.
        rule: The id of the rule that found it; None when the sentence model or a whole-reply check did.
        fix: An edit that is safe to apply, when there is one.
        detail: What exactly, when the general reason leaves it open.
    """

    label: str
    spans: tuple[tuple[int, int], ...]
    severity: Severity
    rule: str | None = None
    fix: Fix | None = None
    detail: str | None = None

    @property
    def title(self) -> str:
        """The fault's name for people."""
        return concept(self.label).in_language().title

    @property
    def why(self) -> str:
        """One plain sentence why it hurts."""
        return concept(self.label).in_language().why

    @property
    def way_out(self) -> str:
        """One thing the writer can do about it."""
        return concept(self.label).in_language().way_out


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that the reply lacks."""

    label: str

    @property
    def title(self) -> str:
        """The part's name for people."""
        return concept(self.label).in_language().title

    @property
    def prompt(self) -> str:
        """A question that asks the writer for the fact."""
        return concept(self.label).in_language().way_out


@dataclass(frozen=True, slots=True)
class Review:
    """What the checker says of one reply.

    Attributes:
        text: The reply as given.
        language: ISO 639-1 code, or None when it was not recognised or is not supported.
        components: The parts it holds, in the catalogue's order.
        findings: What spoils it, by place; those of the whole reply last.
        missing: The parts it lacks, those that help most first; empty when no apology is due or given.
        verdict: "none", "non-apology", "partial", "full"; "unread" when it was not checked.
        score: 0 to 100.
        reason: Why it was not checked, when it was not.
        information: What is known of apologies and liability at the place given, when a place was given.
        preview: Whether the checker of this language is only begun, so that it misses much.
        commitments: The sentences in which the business commits itself to something, in order; what exactly and until
            when is read by `amends.promises`.
    """

    text: str
    language: str | None
    components: tuple[Component, ...] = ()
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()
    verdict: Verdict = "unread"
    score: int = 0
    reason: str | None = None
    information: str | None = None
    preview: bool = False
    commitments: tuple[tuple[int, int], ...] = ()

    @property
    def verdict_words(self) -> str:
        """The verdict as a sentence."""
        return translated(_VERDICT_WORDS[self.verdict])

    def quotes(self, spans: Iterable[tuple[int, int]]) -> list[str]:
        """The reply's own words at these spans."""
        return [self.text[start:end] for start, end in spans]

    def to_dict(self, *, utf16: bool = False) -> dict[str, Any]:
        """The review as plain data, in the form that `schema.json` describes.

        Args:
            utf16: Whether spans count UTF-16 units, as JavaScript and editors do, instead of code points.
        """
        spans = {span for part in self.components for span in part.spans}
        spans |= {span for finding in self.findings for span in finding.spans}
        spans |= {(finding.fix.start, finding.fix.end) for finding in self.findings if finding.fix}
        ordered = sorted(spans)
        shown = dict(zip(ordered, utf16_spans(self.text, ordered), strict=True)) if utf16 else {s: s for s in ordered}
        components: dict[str, list[str]] = {part.label: self.quotes(part.spans) for part in self.components}
        faults: dict[str, list[str]] = {}
        for finding in self.findings:
            faults.setdefault(finding.label, []).extend(self.quotes(finding.spans) or [self.text.strip()])
        return {
            "version": SCHEMA_VERSION,
            "lang": self.language,
            "verdict": self.verdict,
            "verdict_words": self.verdict_words,
            "score": self.score,
            "reason": self.reason,
            "information": self.information,
            "preview": self.preview,
            "components": components,
            "component_spans": {part.label: [list(shown[span]) for span in part.spans] for part in self.components},
            "faults": faults,
            "findings": [
                {
                    "label": finding.label,
                    "title": finding.title,
                    "severity": finding.severity,
                    "spans": [list(shown[span]) for span in finding.spans],
                    "quotes": self.quotes(finding.spans),
                    "why": finding.why,
                    "way_out": finding.way_out,
                    "detail": finding.detail,
                    "rule": finding.rule,
                    "fix": {
                        "span": list(shown[finding.fix.start, finding.fix.end]),
                        "text": finding.fix.text,
                    }
                    if finding.fix
                    else None,
                }
                for finding in self.findings
            ],
            "missing": [{"label": part.label, "title": part.title, "prompt": part.prompt} for part in self.missing],
            "span_unit": "utf-16" if utf16 else "code point",
            "promises": [],
            "complaint": None,
        }
