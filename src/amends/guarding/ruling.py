"""The guard's ruling: what becomes of a reply, why, and what to change.

Texts for people are looked up when they are asked for, in the language that `amends.messages` is set to then.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from amends.checker.catalogue import concept
from amends.checker.review import Review
from amends.guarding.policy import Outcome, gravest
from amends.hearing import Hearing
from amends.messages import message, translated
from amends.promises import Promise
from amends.text import utf16_spans

__all__ = ["SCHEMA_VERSION", "Reason", "ReasonKind", "Ruling"]

SCHEMA_VERSION = 1
"""The version of the ruling's JSON form."""

ReasonKind = Literal["finding", "missing", "promise", "language", "unread", "preview", "length", "grave"]

_LONGEST_QUOTE = 160
_MOST_CHANGES = 12

_OUTCOME_WORDS: dict[str, str] = {
    "pass": message("It may be sent."),
    "rewrite-needed": message("It has to be written anew before it is sent."),
    "hold": message("It is held back until a person has decided."),
}
_PROMISE_WORDS: dict[str, tuple[str, str]] = {
    "remedy": (
        message("It gives a remedy that nobody at the business has confirmed."),
        message("Leave the remedy out, or have it confirmed first. Who at the business decides about it?"),
    ),
    "time": (
        message("It names a time that nobody at the business has confirmed."),
        message("Leave the time out, or have it confirmed first. Who at the business knows it?"),
    ),
    "act": (
        message("It promises something that nobody at the business has confirmed."),
        message("Leave the promise out, or have it confirmed first. Who at the business would do it?"),
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a reply from being sent as it is.

    Attributes:
        kind: What was seen: a "finding" of the checker, a "missing" part, a "promise" that nobody confirmed, the wrong
            "language", an "unread" reply, one in a "preview" language, its "length", a "grave" complaint.
        outcome: What it leads to by itself.
        label: The finding's or the missing part's label; the promise's kind; the language that was wanted; else None.
        spans: Where in the reply, as code point offsets; empty when it is the whole reply.
        quotes: The reply's words there.
        detail: What exactly, when the kind leaves it open.
        mendable: Whether another reply of the same writer can mend it; else only a person can decide.
    """

    kind: ReasonKind
    outcome: Outcome
    label: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    quotes: tuple[str, ...] = ()
    detail: str | None = None
    mendable: bool = True

    @property
    def words(self) -> str:
        """Why, in plain words."""
        label, detail = self.label or "", self.detail or ""
        if self.kind == "finding":
            known = concept(label).in_language()
            return f"{known.title}{f' ({detail})' if detail else ''}. {known.why}"
        if self.kind == "missing":
            return translated("A part is missing: {part}.", part=concept(label).in_language().title)
        if self.kind == "promise":
            return translated(_PROMISE_WORDS[label][0])
        if self.kind == "language":
            return translated("It is not written in the customer's language ({language}).", language=translated(detail))
        if self.kind == "preview":
            return translated("The check of this language is only begun, and much would be missed.")
        if self.kind == "length":
            return translated("It is longer than {number} characters and was not checked.", number=detail)
        if self.kind == "grave":
            return translated(
                "The customer tells of danger, illness or somebody who needs help: a person has to answer."
            )
        return detail or translated("Not checked.")

    @property
    def change(self) -> str:
        """What to change, or what to ask oneself; empty when no change of the words would help."""
        label, detail = self.label or "", self.detail or ""
        if not self.mendable:
            return ""
        if self.kind in ("finding", "missing"):
            return concept(label).in_language().way_out
        if self.kind == "promise":
            return translated(_PROMISE_WORDS[label][1])
        if self.kind == "language":
            return translated("Write it in the customer's language: {language}.", language=translated(detail))
        return translated("Say it in fewer words.") if self.kind == "length" else ""


@dataclass(frozen=True)
class Ruling:
    """What becomes of a reply.

    Attributes:
        review: The checker's review of it.
        reasons: What keeps it from being sent, the gravest first; empty when it may be sent.
        promises: All that it promises, those that are allowed too.
        hearing: What was heard in the customer's message, when one was given and the policy asks for it.
    """

    review: Review
    reasons: tuple[Reason, ...] = ()
    promises: tuple[Promise, ...] = ()
    hearing: Hearing | None = None

    @cached_property
    def outcome(self) -> Outcome:
        """ "pass", "rewrite-needed" or "hold": the gravest of the reasons' outcomes."""
        return gravest([reason.outcome for reason in self.reasons])

    @property
    def passed(self) -> bool:
        """Whether it may be sent."""
        return self.outcome == "pass"

    @property
    def mendable(self) -> bool:
        """Whether another reply of the same writer could pass: there are reasons, and words can mend each of them."""
        return bool(self.reasons) and all(reason.mendable for reason in self.reasons)

    @property
    def words(self) -> str:
        """The outcome as a sentence."""
        return translated(_OUTCOME_WORDS[self.outcome])

    @property
    def feedback(self) -> str:
        """What the software is told so that it can write a better reply: what to change and what to ask itself.

        Never a phrase to paste. Empty when the reply may be sent, or when no other words would help.
        """
        if not self.mendable:
            return ""
        lines = [translated("This reply was not sent. What has to change:")]
        for number, reason in enumerate(self.reasons[:_MOST_CHANGES], 1):
            quote = f"“{_shortened(reason.quotes[0])}”: " if reason.quotes else ""
            lines.append(f"{number}. {quote}{reason.words} {reason.change}".rstrip())
        lines.append(
            translated("Write the whole reply anew, in words of your own, and claim nothing that is not known.")
        )
        return "\n".join(lines)

    def to_dict(self, *, utf16: bool = False) -> dict[str, Any]:
        """The ruling as plain data.

        Args:
            utf16: Whether spans count UTF-16 units, as JavaScript does, instead of code points.
        """
        text = self.review.text

        def units(spans: tuple[tuple[int, int], ...]) -> list[list[int]]:
            return [list(span) for span in (utf16_spans(text, spans) if utf16 else spans)]

        promised = []
        for promise in self.promises:
            listed = promise.to_dict()
            listed["span"] = units(((promise.start, promise.end),))[0]
            promised.append(listed)
        return {
            "version": SCHEMA_VERSION,
            "ruling": self.outcome,
            "words": self.words,
            "mendable": self.mendable,
            "feedback": self.feedback,
            "reasons": [
                {
                    "kind": reason.kind,
                    "outcome": reason.outcome,
                    "label": reason.label,
                    "words": reason.words,
                    "change": reason.change,
                    "mendable": reason.mendable,
                    "spans": units(reason.spans),
                    "quotes": list(reason.quotes),
                }
                for reason in self.reasons
            ],
            "promises": promised,
            "review": self.review.to_dict(utf16=utf16),
            "complaint": self.hearing.to_dict() if self.hearing is not None else None,
        }


def _shortened(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1].rstrip() + "…"
