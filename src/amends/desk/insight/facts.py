"""What one case adds to the figures, day by day. Pure: rows in, facts out; no database.

Counts on the day of the customer's first word:
    cases            the case itself; nothing that was set aside counts
    by-us            we told the customer before they knew (G2.1)
    to-answer        the others: somebody waits for a first answer
    answered, apologised, recovered, silent
    second           not the customer's first failure with us
    repeat           the customer says that it is not the first time
    kind:late ...    a kind of failure
    harm:late ...    the hurt it did: severity, shared among the kinds of the case, times 60
On the day on which they said so: said-right.
On the day of sending: words (any written by a person), replies (those where an apology was due), full (full apologies),
    lacks (parts missing, of all replies together), missing:apology ..., holds:apology ...
On the day a promise was due: due-in-time, due-late, due-not-kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

__all__ = ["SENT", "DayFact", "OfCase", "OfPromise", "OfReply", "facts_of", "reply_of"]

SENT = ("", "sent")
"""A word of ours counts when it went out and did not come back."""
_SHARES = 60
"""Hurt is shared among up to six kinds without a remainder."""
_APOLOGIES = ("partial", "full")
"""A non-apology says sorry and owns nothing: it is no apology to the customer."""
_DUE = ("non-apology", *_APOLOGIES)


@dataclass(frozen=True, slots=True)
class OfReply:
    """A word of a person of ours to the customer.

    Attributes:
        verdict: The checker's; "" when it was not checked, as on the phone.
        holds, missing: Parts of an apology.
    """

    sent_at: datetime
    verdict: str = ""
    holds: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_apology(self) -> bool:
        """Whether it apologises in earnest."""
        return self.verdict in _APOLOGIES and "apology" in self.holds

    @property
    def counts(self) -> bool:
        """Whether an apology was due or given, so that parts can be missing."""
        return self.verdict in _DUE


@dataclass(frozen=True, slots=True)
class OfPromise:
    """A promise: when it was due, and its state."""

    due_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class OfCase:
    """What the figures need of a case."""

    number: int
    created_at: datetime
    state: str
    team: int
    channel: str
    language: str
    severity: int = 0
    kinds: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    by_us: bool = False
    failure_number: int = 1
    recovered_at: datetime | None = None
    replies: Sequence[OfReply] = ()
    promises: Sequence[OfPromise] = ()


@dataclass(slots=True)
class DayFact:
    """What a case adds to a day. Times are seconds."""

    counts: Counter[str] = field(default_factory=Counter)
    answer: int | None = None
    apology: int | None = None
    recovery: int | None = None


def facts_of(
    case: OfCase, zone: tzinfo, now: datetime, more: Iterable[tuple[datetime, Mapping[str, int]]] = ()
) -> dict[date, DayFact]:
    """What a case adds to each day.

    Args:
        case: The case with its sent replies and its promises.
        zone: The house's; its days count.
        now: A promise counts when its moment has passed, as in `ledger.rates`.
        more: Counts of other rooms: the moment on whose day it counts, and how many of what.
    """
    found: dict[date, DayFact] = {}

    def on(day: date) -> DayFact:
        return found.setdefault(day, DayFact())

    def day_of(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    if case.state == "set-aside":
        return found
    _of_first_day(on(day_of(case.created_at)), case)
    if case.recovered_at is not None:
        on(day_of(case.recovered_at)).counts["said-right"] += 1
    for reply in case.replies:
        _of_reply(on(day_of(reply.sent_at)).counts, reply)
    for promise in case.promises:
        if promise.due_at is not None and promise.due_at < now and promise.state != "released":
            word = {"kept": "due-in-time", "late": "due-late"}.get(promise.state, "due-not-kept")
            on(day_of(promise.due_at)).counts[word] += 1
    for moment, counts in more:
        if said := {name: amount for name, amount in counts.items() if amount}:
            on(day_of(moment)).counts.update(said)
    return found


def reply_of(sent_at: datetime, review: Any) -> OfReply:
    """A word of ours with what the checker said of it (`Review.to_dict`); what cannot be read counts as unchecked."""
    if not isinstance(review, dict):
        return OfReply(sent_at)
    holds, missing = review.get("components"), review.get("missing")
    return OfReply(
        sent_at,
        str(review.get("verdict") or ""),
        tuple(holds) if isinstance(holds, dict) else (),
        tuple(str(part.get("label", "")) for part in missing if isinstance(part, dict))
        if isinstance(missing, list)
        else (),
    )


def _of_first_day(fact: DayFact, case: OfCase) -> None:
    counts = fact.counts
    counts["cases"] += 1
    counts["by-us" if case.by_us else "to-answer"] += 1
    for word, holds in (
        ("second", case.failure_number > 1),
        ("repeat", "repeat" in case.flags),
        ("silent", case.state == "closed-silent"),
    ):
        if holds:
            counts[word] += 1
    kinds = tuple(dict.fromkeys(case.kinds)) or ("other",)
    for kind in kinds:
        counts[f"kind:{kind}"] += 1
        counts[f"harm:{kind}"] += case.severity * _SHARES // len(kinds)
    if not case.by_us and (first := min((reply.sent_at for reply in case.replies), default=None)) is not None:
        counts["answered"] += 1
        fact.answer = _seconds(case.created_at, first)
    if (sorry := min((reply.sent_at for reply in case.replies if reply.is_apology), default=None)) is not None:
        counts["apologised"] += 1
        fact.apology = _seconds(case.created_at, sorry)
    if case.recovered_at is not None:
        counts["recovered"] += 1
        fact.recovery = _seconds(case.created_at, case.recovered_at)
    # Nothing is stored that says nothing.
    for word in [word for word, amount in counts.items() if not amount]:
        del counts[word]


def _of_reply(counts: Counter[str], reply: OfReply) -> None:
    counts["words"] += 1
    if reply.counts:
        counts["replies"] += 1
        counts["full"] += reply.verdict == "full"
        counts["lacks"] += len(reply.missing)
        for part in reply.missing:
            counts[f"missing:{part}"] += 1
        for part in reply.holds:
            counts[f"holds:{part}"] += 1
    for word in ("full", "lacks"):
        if word in counts and not counts[word]:
            del counts[word]


def _seconds(begin: datetime, end: datetime) -> int:
    # A letter may be older than the case that was opened for it.
    return max(0, int((end - begin).total_seconds()))
