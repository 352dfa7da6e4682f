"""From the bytes of a mail to what it says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from hashlib import sha256
from typing import Literal, NamedTuple

from amends.archive.mail.attachments import Attachment
from amends.archive.mail.automatic import (
    Automatic,
    DeliveryReport,
    delivery_report,
    find_automatic,
    wants_no_automatic_answer,
)
from amends.archive.mail.bodies import LONGEST_TEXT, Gathered, Segment, cleaned, gathered_text, part_text, shown_pages
from amends.archive.mail.charsets import decode
from amends.archive.mail.defects import Defect
from amends.archive.mail.headers import MOST_ADDRESSES, Address, addresses, clean_line, ids, moment
from amends.archive.mail.structure import DEEPEST, Part, read_structure
from amends.archive.subjects import read_subject

__all__ = ["CalendarEvent", "DateProblem", "Mail", "parse"]

DateProblem = Literal["missing", "unreadable", "absurd"]

# No mail is older than the first standard; clocks that lost their battery say 1970 or 2000.
_FIRST_YEAR = 1982
_LAST_YEAR = 2100
_AHEAD_OF_ARRIVAL = timedelta(days=2)
_BEFORE_ARRIVAL = timedelta(days=3653)

_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "apparently-to")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_DEFECTS = 50
_MOST_EVENTS = 20
_LONGEST_CALENDAR = 200_000
_LONGEST_LINE = 300


class CalendarEvent(NamedTuple):
    """An appointment that came with a mail.

    Attributes:
        method: What is asked: "REQUEST", "REPLY", "CANCEL", ...; "" when the mail does not say.
        summary: What it is about, one line.
        starts, ends: When, as ISO 8601 dates or moments; "" when it does not say.
        organizer: Whose it is: an address, or "".
    """

    method: str
    summary: str
    starts: str
    ends: str
    organizer: str


@dataclass(frozen=True, eq=False)
class Mail:
    """What one mail says.

    Attributes:
        raw: Its bytes.
        message_id: Its own id, without angle brackets; None when it has none.
        in_reply_to, references: The ids of the mails that it answers, without angle brackets; of `references` the last
            is the nearest.
        sender: Who it is from; None when it does not say.
        reply_to, to, cc, bcc: The addresses of these headers.
        delivered_to: The addresses of the mailboxes that it came to on its way, as servers wrote them down.
        subject: One line.
        sent: When, with the offset from UTC that the sender's clock had; when its own date is missing or cannot be
            right, the moment at which the first server took it; None when nothing tells.
        date_problem: What is wrong with its own date; None for nothing.
        text: What a reader sees, as plain text with "\\n" line ends, from the plain text or else from the HTML; with
            what is quoted in it, see `amends.text.zones`.
        text_from: Where that is from.
        attachments: What came with it, other mails included.
        automatic: What shows that no person wrote it; None when nothing does.
        report: What became of an earlier mail, when this one reports it.
        list_id: The mailing list that it came through; "" for none.
        may_be_answered_automatically: Whether an automatic answer would reach a person and start no circle.
        defects: What is wrong with it.
        part, segments: Where its parts and its text stand in the bytes.
        problem: Why it could not be read; then only the raw bytes, and the text if there is any, can be relied on.
    """

    raw: bytes = field(repr=False)
    part: Part = field(repr=False)
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    delivered_to: tuple[Address, ...] = ()
    subject: str = ""
    sent: datetime | None = None
    date_problem: DateProblem | None = None
    text: str = ""
    text_from: Literal["plain", "html", "none"] = "none"
    attachments: tuple[Attachment, ...] = ()
    automatic: Automatic | None = None
    report: DeliveryReport | None = None
    list_id: str = ""
    may_be_answered_automatically: bool = True
    defects: tuple[Defect, ...] = ()
    problem: Defect | None = None
    segments: tuple[Segment, ...] = field(default=(), repr=False)

    def header(self, name: str) -> str:
        """The topmost header of a name, as one line of text; "" when there is none."""
        return self.part.headers.words(name.lower())

    @cached_property
    def html(self) -> str:
        """The mail as a page that is safe to show among others, see `safe_page`; "" when it has no HTML."""
        return shown_pages(self.segments)

    @cached_property
    def calendar(self) -> tuple[CalendarEvent, ...]:
        """The appointments in the mail; those that cannot be read are among the attachments all the same."""
        return tuple(
            event for part in self.part.walk() if part.kind == "text/calendar" for event in _calendar_events(part)
        )

    @cached_property
    def fingerprint(self) -> str:
        """The same for two copies of a mail that have no message id: of sender, moment, subject and text."""
        subject = read_subject(self.subject).base
        known = (self.sender.key if self.sender else "", self.sent.timestamp() if self.sent else "", subject, self.text)
        return sha256("\0".join(map(str, known)).encode("utf-8", "replace")).hexdigest()[:32]


def parse(raw: bytes) -> Mail:
    """Read a mail. Nothing in it raises: what cannot be read is kept as it is, with the reason.

    Args:
        raw: The bytes of one mail, as a server or a file holds them. An mbox line before the headers does not matter.
    """
    try:
        part, defects = read_structure(_from_wide(raw))
        return _read(raw, part, defects, 0)
    except Exception as error:
        # Nobody has seen all mails. One that this code is not ready for must not stop the others, nor be lost.
        part = Part(b"", 0, 0, 0, "text/plain")
        problem = Defect("broken", type(error).__name__)
        return Mail(raw, part, text=_rescued(raw), defects=(problem,), problem=problem)


def _from_wide(raw: bytes) -> bytes:
    """The bytes of a mail that an editor saved with two bytes a character."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return decode(raw).text.encode("utf-8", "replace")
    return raw


def _rescued(raw: bytes) -> str:
    """The words in bytes that are no mail; "" when they are no text."""
    text = decode(raw[:LONGEST_TEXT]).text
    return "" if len(_NOT_TEXT.findall(text)) * 50 > len(text) else cleaned(text)


def _read(raw: bytes, part: Part, structure_defects: Iterable[Defect], depth: int) -> Mail:
    headers = part.headers
    defects: dict[Defect, None] = dict.fromkeys(structure_defects)
    if headers.count == 0:
        problem = Defect("no-headers")
        text = _rescued(part.source[part.body : part.end])
        return Mail(raw, part, text=text, text_from="plain" if text else "none", defects=(problem,), problem=problem)
    charset = part.parameters.get("charset") or next(
        (found for inner in part.walk() if (found := inner.parameters.get("charset"))), None
    )

    def named(*names: str) -> tuple[Address, ...]:
        found: list[Address] = []
        for name in names:
            for value in headers.all(name):
                good, wrong = addresses(value, charset)
                found += good
                defects.update((Defect("bad-address", one[:80]), None) for one in wrong[:3] if "@" in one)
        if len(found) >= MOST_ADDRESSES:
            defects[Defect("many-addresses", str(MOST_ADDRESSES))] = None
        return tuple(found[:MOST_ADDRESSES])

    sender = next(iter(named("from")), None) or _sender(part, charset)
    subject = headers.words("subject", charset)
    sent, date_problem = _sent(part, defects)
    gathered = Gathered(partial(_nested, depth=depth + 1))
    gathered.take(part)
    text, text_from = gathered_text(gathered, defects)
    written_by = find_automatic(part, sender, subject)
    own = ids(headers.raw("message-id") or headers.raw("message-id-x"))
    return Mail(
        raw,
        part,
        message_id=own[0] if own else None,
        in_reply_to=ids(headers.raw("in-reply-to")),
        references=ids(b" ".join(headers.all("references"))),
        sender=sender,
        reply_to=named("reply-to"),
        to=named("to"),
        cc=named("cc"),
        bcc=named("bcc"),
        delivered_to=named(*_DELIVERED_TO),
        subject=subject,
        sent=sent,
        date_problem=date_problem,
        text=text,
        text_from=text_from,
        attachments=tuple(gathered.attachments),
        automatic=written_by,
        report=_report(part, text, written_by),
        list_id=clean_line(headers.words("list-id").rpartition("<")[2].strip("> ")),
        may_be_answered_automatically=not wants_no_automatic_answer(headers, sender, written_by),
        defects=tuple(defects)[:_MOST_DEFECTS],
        segments=tuple(gathered.segments),
    )


def _report(part: Part, text: str, written_by: Automatic | None) -> DeliveryReport | None:
    if written_by is None or written_by.kind != "delivery-report":
        return None
    return delivery_report(part, text)


def _sender(part: Part, charset: str | None) -> Address | None:
    """Who a mail without an address in From is from."""
    for name in ("sender", "resent-from", "x-original-from", "return-path"):
        found, _ = addresses(part.headers.raw(name), charset)
        if found:
            return found[0]
    label = part.headers.words("from", charset)
    return Address(label, "") if label else None


def _sent(part: Part, defects: dict[Defect, None]) -> tuple[datetime | None, DateProblem | None]:
    """When a mail was sent, and what is wrong with what it says about that."""
    headers = part.headers
    given = headers.raw("date")
    arrivals = [
        found
        for value in headers.all("received")
        if (found := moment(value.rpartition(b";")[2])) is not None and _FIRST_YEAR <= found.year < _LAST_YEAR
    ]
    first_arrival = min(arrivals, default=None)
    problem: DateProblem
    if not given:
        problem = "missing"
        defects[Defect("date-missing")] = None
    else:
        sent = moment(given)
        if sent is not None and not _is_absurd(sent, arrivals):
            return sent, None
        problem = "unreadable" if sent is None else "absurd"
        defects[Defect(f"date-{problem}", clean_line(given.decode("latin-1"))[:80])] = None
    other = headers.raw("delivery-date") or headers.raw("resent-date")
    return first_arrival or (moment(other) if other else None), problem


def _is_absurd(sent: datetime, arrivals: list[datetime]) -> bool:
    try:
        in_utc = sent.astimezone(UTC)
    except OverflowError:
        return True
    if not _FIRST_YEAR <= in_utc.year < _LAST_YEAR:
        return True
    return bool(arrivals) and not min(arrivals) - _BEFORE_ARRIVAL < in_utc < max(arrivals) + _AHEAD_OF_ARRIVAL


def _nested(part: Part, depth: int) -> Mail:
    """The mail within a mail."""
    raw = part.raw()
    if depth > DEEPEST:
        problem = Defect("deep")
        return Mail(raw, part, defects=(problem,), problem=problem)
    try:
        return _read(raw, part, (), depth)
    except Exception as error:
        # As in `parse`.
        problem = Defect("broken", type(error).__name__)
        return Mail(raw, part, text=_rescued(raw), defects=(problem,), problem=problem)


def _calendar_events(part: Part) -> list[CalendarEvent]:
    from icalendar import Calendar

    text, _ = part_text(part)
    try:
        opened = Calendar.from_ical(text[:_LONGEST_CALENDAR])
        method = str(opened.get("METHOD", "") or part.parameters.get("method", "")).upper()
        return [
            CalendarEvent(
                clean_line(method)[:20],
                clean_line(str(event.get("SUMMARY", "")))[:_LONGEST_LINE],
                _calendar_moment(event.get("DTSTART")),
                _calendar_moment(event.get("DTEND")),
                clean_line(re.sub("(?i)^mailto:", "", str(event.get("ORGANIZER", ""))))[:_LONGEST_LINE],
            )
            for event in opened.walk("VEVENT")[:_MOST_EVENTS]
        ]
    except Exception:
        # Appointments from strangers' programs break the library in many ways; the file itself is attached.
        return []


def _calendar_moment(value: object) -> str:
    found = getattr(value, "dt", None)
    return found.isoformat() if isinstance(found, date) else ""
