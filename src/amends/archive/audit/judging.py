"""The second half of an audit: what the messages of whole threads say, and what became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple

import pyarrow as pa

from amends.archive.audit.copies import signatures
from amends.archive.audit.figures import Figures
from amends.archive.audit.masking import Mask, is_name
from amends.archive.audit.reading import stored, tables_of
from amends.archive.audit.schema import MESSAGES, PROMISES, REVIEWS, THREADS
from amends.archive.gratitude import thanks
from amends.archive.mail import Address
from amends.checker import Review, check
from amends.hearing import SEVERITIES, Hearing, hear
from amends.promises import Later, Promise, follow, promises_in
from amends.text.recent import make_room

__all__ = ["FIRST_HALF", "JUDGED", "Judged", "Settings", "judge_chunk", "person_key"]

FIRST_HALF = ("message", "thread", "place_in_thread", "copy", "thread_id")
"""Columns that are added to those that were read before threads are judged."""

_KEY = [pa.field("author_key", pa.uint64()), pa.field("author_name", pa.string())]
_SIGNATURE = pa.field("signature", pa.binary())
_THREAD_KEYS = [pa.field("customer_key", pa.uint64()), pa.field("customer_name", pa.string())]
JUDGED = {
    "messages": pa.schema([*(one for one in MESSAGES if one.name != "author"), *_KEY]),
    "reviews": pa.schema([*(one for one in REVIEWS if one.name not in ("author", "family")), *_KEY, _SIGNATURE]),
    "promises": pa.schema([*(one for one in PROMISES if one.name != "author"), *_KEY]),
    "threads": pa.schema(
        [
            *(one for one in THREADS if one.name not in ("customer", "complaint_number", "recurrence")),
            *_THREAD_KEYS,
        ]
    ),
}
"""The tables between: people are keys, which get numbers when all are known, and what needs the others is missing."""

_APOLOGIES = ("partial", "full")
_ORDER = {"none": 0, "unread": 0, "non-apology": 1, "partial": 2, "full": 3}
_LOW_RATING = 2.0
_HIGH_RATING = 5.0
_MOST_LATER = 30
_LONGEST_QUOTE = 300
_LONGEST_COMPLAINT = 10_000
_SENTENCES_KNOWN = 32_768


@dataclass(frozen=True)
class Settings:
    """What is known when threads are judged.

    Attributes:
        names: Whether names and numbers stay in the texts.
        country: ISO 3166 code, whose holidays are no working days; None for Monday to Friday.
        zone: The business's time zone, an IANA name; None for the clock by which each message was sent.
        now: The last moment in the archive, by which a promise is due or not yet.
    """

    names: bool = False
    country: str | None = None
    zone: str | None = None
    now: datetime | None = None


class Judged(NamedTuple):
    """What was found in a batch of threads.

    Attributes:
        messages, reviews, promises, threads: Tables in the schemas `JUDGED`, stored.
        figures: What is counted of them; writers are told apart by their keys.
        not_judged: Place and reason of messages that could not be judged.
    """

    messages: bytes
    reviews: bytes
    promises: bytes
    threads: bytes
    figures: Figures
    not_judged: list[tuple[str, str]]


@lru_cache(maxsize=8_192)
def person_key(name: str, address: str) -> int:
    """A number that stands for a person."""
    told = address.casefold() or name.casefold()
    return int.from_bytes(blake2b(told.encode("utf-8", "replace"), digest_size=8).digest(), "little") if told else 0


def judge_chunk(table: bytes, settings: Settings) -> Judged:
    """Judge whole threads. Needs nothing but its arguments, so that it runs in any process on any machine.

    Args:
        table: Messages in the schema `READ` with the columns `FIRST_HALF`, stored, in the order of threads and within
            them.
        settings: What is known.
    """
    # A business says the same sentences again and again.
    make_room(_SENTENCES_KNOWN)
    rows = tables_of(table).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in JUDGED}
    not_judged: list[tuple[str, str]] = []
    for _, group in groupby(rows, key=lambda row: row["thread"]):
        _Thread(list(group), settings, found, not_judged).judge()
    for row, told in zip(found["reviews"], signatures([row["signature"] for row in found["reviews"]]), strict=True):
        row["signature"] = told
    made = {name: stored(pa.Table.from_pylist(found[name], schema=schema)) for name, schema in JUDGED.items()}
    return Judged(**made, figures=_counted(found), not_judged=not_judged)


def _counted(found: dict[str, list[dict[str, Any]]]) -> Figures:
    figures = Figures()
    kinds = {}
    for row in found["reviews"]:
        figures.review(row, str(row["author_key"]))
        kinds[row["message"]] = row["kind"]
    for row in found["promises"]:
        figures.promise(row, str(row["author_key"]), kinds[row["message"]])
    for row in found["threads"]:
        figures.thread(row)
    figures.count([("copies", sum(row["copy"] for row in found["messages"]))], [("all", "")])
    return figures


@dataclass(eq=False)
class _Said:
    """One message while its thread is judged."""

    row: dict[str, Any]
    language: str | None
    heard: Hearing | None = None
    review: Review | None = None
    complaint: bool | None = None
    thanks: bool = False
    promises: list[Promise] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether a person of ours wrote it."""
        return self.row["side"] == "ours" and not self.row["automatic"]

    @property
    def customers(self) -> bool:
        """Whether a customer wrote it, and no program of theirs."""
        return self.row["side"] == "customer" and not self.row["automatic"]

    @property
    def local(self) -> datetime | None:
        """When it was sent, by the clock that the sender had."""
        sent: datetime | None = self.row["sent"]
        if sent is None:
            return None
        return sent.astimezone(_zone(self.row["offset"] or 0))


@lru_cache(maxsize=128)
def _zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


class _Thread:
    """One thread while it is judged."""

    def __init__(
        self,
        rows: Sequence[dict[str, Any]],
        settings: Settings,
        found: dict[str, list[dict[str, Any]]],
        not_judged: list[tuple[str, str]],
    ) -> None:
        self.settings, self.found, self.not_judged = settings, found, not_judged
        known = Counter(row["language"] for row in rows if row["language"])
        # Ties go to the language that was written first.
        usual = max(known, key=lambda code: known[code]) if known else None
        self.all = [_Said(row, row["language"] or usual) for row in rows]
        self.said = [one for one in self.all if not one.row["copy"]]
        people = [Address(**person) for row in rows for person in (row["author"], *(row["recipients"] or ()))]
        self.without_names = Mask(dict.fromkeys(people))
        self.mask = str if settings.names else self.without_names
        self.masked: dict[str, str] = {}
        first = next((one.row for one in self.said if one.customers), None)
        self.customer = Address(**first["author"]) if first is not None else None

    def judge(self) -> None:
        """Judge every message, then what became of the promises, then the whole."""
        before: _Said | None = None
        for one in self.said:
            try:
                if one.customers:
                    self._hear(one)
                    before = one
                elif one.ours and one.row["text"]:
                    self._check(one, before)
            except Exception as error:
                # Checker and hearing promise not to raise on any text. If they do, one message is listed as not judged.
                self.not_judged.append((one.row["place"], f"{type(error).__name__}: {error}"))
        complaint = next((place for place, one in enumerate(self.said) if one.complaint), None)
        for place, one in enumerate(self.said):
            if one.review is not None:
                self._write_review(one, place, complaint)
                self._write_promises(one, place)
        for one in self.all:
            self._write_message(one)
        self._write_thread(complaint)

    # ---- single messages

    def _hear(self, one: _Said) -> None:
        row = one.row
        rating = row["rating"]
        if row["text"]:
            one.heard = hear(row["text"], language=one.language, channel="public" if row["public"] else "private")
        if one.heard is not None and one.heard.reason is None:
            one.complaint = one.heard.complaint
        elif rating is not None:
            one.complaint = rating <= _LOW_RATING
        if not one.complaint and (rating is None or rating > _LOW_RATING):
            one.thanks = thanks(row["text"], one.language) or (rating is not None and rating >= _HIGH_RATING)

    def _check(self, one: _Said, before: _Said | None) -> None:
        row = one.row
        name = self.customer.name if self.customer is not None and is_name(self.customer.name) else None
        one.review = check(
            row["text"],
            language=one.language,
            complaint=before.row["text"][:_LONGEST_COMPLAINT] or None if before is not None else None,
            name=name,
            channel="public" if row["public"] else "private",
        )
        one.promises = promises_in(
            one.review,
            sent=one.local,
            country=self.settings.country,
            zone=self.settings.zone,
            everyone=row["public"],
        )

    # ---- rows

    def _without_names(self, text: str) -> str:
        """A message's text without what tells who somebody is."""
        found = self.masked.get(text)
        if found is None:
            found = self.masked[text] = self.without_names(text)
        return found

    def _author(self, one: _Said) -> dict[str, Any]:
        author = one.row["author"]
        name = author["name"] or author["address"] if self.settings.names else None
        return {"author_key": person_key(author["name"], author["address"]), "author_name": name}

    def _common(self, one: _Said) -> dict[str, Any]:
        row = one.row
        told = {name: row[name] for name in ("message", "thread", "channel", "sent")}
        return {**told, "language": one.language, **self._author(one)}

    def _write_message(self, one: _Said) -> None:
        row, heard = one.row, one.heard
        told = heard is not None and heard.reason is None
        self.found["messages"].append(
            {
                **{
                    name: row[name]
                    for name in ("place_in_thread", "copy", "id", "place", "public", "side", "automatic")
                },
                **self._common(one),
                "rating": row["rating"],
                "language": row["language"],
                "subject": self.mask(row["subject"]),
                "text": row["text"] if self.settings.names else self._without_names(row["text"]),
                "complaint": one.complaint,
                "severity": heard.severity if heard is not None and one.complaint and told else None,
                "kinds": list(heard.kinds) if heard is not None and told else None,
                "asks": list(heard.asks) if heard is not None and told else None,
                "thanks": one.thanks if one.customers else None,
            }
        )

    def _write_review(self, one: _Said, place: int, complaint: int | None) -> None:
        review = one.review
        assert review is not None
        faults = [finding.label for finding in review.findings]
        quotes = [self._quote(review, finding.spans) for finding in review.findings]
        after = complaint is not None and place > complaint
        first = after and not any(other.ours for other in self.said[(complaint or 0) + 1 : place])
        self.found["reviews"].append(
            {
                **self._common(one),
                "to_complaint": after,
                "first": first,
                "kind": self._kind(complaint),
                "verdict": review.verdict,
                "score": review.score,
                "components": [part.label for part in review.components],
                "missing": [part.label for part in review.missing],
                "faults": faults,
                "quotes": quotes,
                "promises": len(one.promises),
                "empty_promises": faults.count("empty-promise"),
                # What is compared; it is worked out for many at once.
                "signature": self._without_names(one.row["text"]),
            }
        )

    def _quote(self, review: Review, spans: Sequence[tuple[int, int]]) -> str:
        words = review.quotes(spans[:1])
        return self.mask(words[0].strip()[:_LONGEST_QUOTE]) if words else ""

    def _write_promises(self, one: _Said, place: int) -> None:
        if not one.promises:
            return
        later = [
            Later(other.row["text"], other.local, other.ours, other.language)
            for other in self.said[place + 1 : place + 1 + _MOST_LATER]
            if other.local is not None and other.row["text"] and (other.ours or other.customers)
        ]
        try:
            followed = follow(one.promises, later, now=self.settings.now)
        except Exception as error:
            # As in `judge`.
            self.not_judged.append((one.row["place"], f"{type(error).__name__}: {error}"))
            return
        for what in followed:
            promise = what.promise
            self.found["promises"].append(
                {
                    **self._common(one),
                    "quote": self.mask(promise.quote[:_LONGEST_QUOTE]),
                    "who": promise.who,
                    "due": promise.due.isoformat() if promise.due is not None else None,
                    "precision": promise.precision,
                    "conditional": promise.conditional,
                    "outcome": what.outcome,
                    "decided": what.at.astimezone(UTC) if what.at is not None else None,
                }
            )

    def _kind(self, complaint: int | None) -> str | None:
        kinds = self._kinds(complaint)
        return kinds[0] if kinds else None

    def _kinds(self, complaint: int | None) -> list[str] | None:
        heard = self.said[complaint].heard if complaint is not None else None
        return list(heard.kinds) if heard is not None else None

    def _write_thread(self, complaint: int | None) -> None:
        said = self.said
        first = said[0].row
        after = [one for one in said[complaint + 1 :] if one.ours] if complaint is not None else []
        apologies = [one for one in said if one.review is not None and "apology" in _parts(one.review)]
        verdicts = [one.review.verdict for one in after if one.review is not None]
        answered = next(
            (place for place, one in enumerate(said) if complaint is not None and place > complaint and one.ours), None
        )
        thanked = answered is not None and any(one.thanks for one in said[answered + 1 :])
        severities = [
            one.heard.severity for one in said if one.complaint and one.heard is not None and one.heard.reason is None
        ]
        person = self.customer
        self.found["threads"].append(
            {
                "thread": first["thread"],
                "id": first["thread_id"],
                "channel": first["channel"],
                "language": next((one.row["language"] for one in said if one.row["language"]), None),
                "begins": first["sent"],
                "messages": len(said),
                "ours": sum(one.ours for one in said),
                "complaint": complaint is not None,
                "severity": max(severities, key=SEVERITIES.index, default=None),
                "kinds": self._kinds(complaint),
                "complained": said[complaint].row["sent"] if complaint is not None else None,
                "replied": bool(after),
                "answered": _first_moment(after),
                "apologised": _first_moment(
                    [one for one in after if one.review is not None and one.review.verdict in _APOLOGIES]
                ),
                "verdict": max(verdicts, key=lambda verdict: _ORDER[verdict], default=None),
                "apologies": len(apologies),
                "waiting": self._is_waiting(),
                "prevention": _first_moment(
                    [one for one in said if one.review is not None and "prevention" in _parts(one.review)]
                ),
                "thanked": thanked,
                "praised": complaint is None and any(one.thanks for one in said),
                "customer_key": person_key(*person) if person is not None else 0,
                "customer_name": (person.name or person.address)
                if person is not None and self.settings.names
                else None,
            }
        )

    def _is_waiting(self) -> bool:
        last = next((one for one in reversed(self.said) if one.ours or one.customers), None)
        if last is None or not last.customers or last.thanks:
            return False
        asks = last.heard.asks if last.heard is not None else ()
        return bool(last.complaint) or any(ask != "nothing" for ask in asks)


def _parts(review: Review) -> frozenset[str]:
    return frozenset(part.label for part in review.components)


def _first_moment(some: Sequence[_Said]) -> datetime | None:
    return next((one.row["sent"] for one in some if one.row["sent"] is not None), None)
