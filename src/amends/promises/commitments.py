"""Finds the promises in a reply: who does what, until when.

Which sentences hold a commitment is read by the checker's sentence model. Here such a sentence is cut into its
commitments, and each is given its due moment, its doer and its act.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from amends.checker import Review, check
from amends.checker.model import commitment_logits
from amends.promises.calendar import Calendar
from amends.promises.lexicon import Lexicon, lexicon, lexicon_languages
from amends.promises.moments import Mention, Moment, Precision, latest_moment, mentions
from amends.text import Normalised, normalise
from amends.text.features import tokens

__all__ = ["Promise", "Who", "find", "promises_in"]

Who = Literal["I", "we", "other"]

_LEAST_WORDS = 3
_CLAUSE_COMMITS = -1.0
_TIMED_CLAUSE_COMMITS = -1.7
"""From which logits of the sentence model on a clause is taken for a commitment of its own: any, and one that names a
time. (Both chosen over the annotated replies: most commitments that are one of two have a time.)"""


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment of the business to do something for a customer.

    Attributes:
        quote: Its words, as they stand in the reply.
        start, end: Where, as code point offsets of the reply.
        who: "I" for the writer, "we" for the business, "other" when somebody else is named or nobody.
        name: Who is named, when it is somebody else.
        act: What is promised, in short: the quote without its words of time.
        when: The words of time, None when there are none.
        due: The latest moment by which it is kept: a day (until its end), or a moment in the time zone of the reply.
            None when it names no time, or the time begins with something that somebody else does.
        precision: How exact `due` is; None without one.
        conditional: Whether it hangs on something ("send me the receipt and I'll refund it").
        everyone: Whether it is made to all who are affected, as in a public notice.
    """

    quote: str
    start: int
    end: int
    who: Who
    name: str | None
    act: str
    when: str | None
    due: date | datetime | None
    precision: Precision | None
    conditional: bool
    everyone: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The promise as plain data, `due` in ISO 8601."""
        return {
            "quote": self.quote,
            "span": [self.start, self.end],
            "who": self.who,
            "name": self.name,
            "act": self.act,
            "when": self.when,
            "due": self.due.isoformat() if self.due else None,
            "precision": self.precision,
            "conditional": self.conditional,
            "everyone": self.everyone,
        }


def find(
    text: str,
    *,
    sent: datetime | None = None,
    country: str | None = None,
    zone: str | tzinfo | None = None,
    language: str | None = None,
    complaint: str | None = None,
    channel: str | None = None,
) -> list[Promise]:
    """The promises in a reply.

    Args:
        text: The reply, plain text. Quoted mail, signatures and legal footers are left out of account.
        sent: When it was sent; without it only dates with a year become due moments.
        country: ISO 3166 code of two letters: whose weekend and public holidays are no working days. Monday to Friday
            are working days if not given.
        zone: The business's time zone, an IANA name or a `tzinfo`; "today" is a day there. That of `sent` if not given.
        language: ISO 639-1 code; recognised from the text if not given.
        complaint: The customer's message.
        channel: "private" or "public": what is promised in public is promised to everyone.

    Returns:
        In the order of the text. None for a language that has no model yet, or that was not recognised.

    Raises:
        ValueError: `country`, `zone` or `channel` is not known.
        TypeError: `text` is no string.
    """
    review = check(text, language=language, complaint=complaint, channel=channel)
    return promises_in(review, sent=sent, country=country, zone=zone, everyone=channel == "public")


def promises_in(
    review: Review,
    *,
    sent: datetime | None = None,
    country: str | None = None,
    zone: str | tzinfo | None = None,
    everyone: bool = False,
) -> list[Promise]:
    """The promises in a reply that has been checked already; arguments as in `find`."""
    language = review.language
    if language is None or not review.commitments or language not in lexicon_languages():
        return []
    moment = _in_zone(sent, zone)
    return _Reading(review, language, moment, Calendar(country), everyone=everyone).promises()


def _in_zone(sent: datetime | None, zone: str | tzinfo | None) -> datetime | None:
    if sent is None or zone is None:
        return sent
    try:
        there = ZoneInfo(zone) if isinstance(zone, str) else zone
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"zone is the name of a time zone such as 'Europe/Vilnius', not {zone!r}") from error
    return sent.astimezone(there) if sent.tzinfo else sent.replace(tzinfo=there)


@dataclass(frozen=True, slots=True)
class _Words:
    """Expressions of one language over folded text."""

    cut: re.Pattern[str]
    first_person: re.Pattern[str]
    plural: re.Pattern[str]
    condition: re.Pattern[str]
    begins_condition: re.Pattern[str]
    begins_if: re.Pattern[str]
    event: re.Pattern[str]
    theirs: re.Pattern[str]
    estimate: re.Pattern[str]
    not_names: re.Pattern[str]
    before_time: re.Pattern[str]


@cache
def _words(language: str) -> _Words:
    table: Lexicon = lexicon(language)

    def word(*names: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w){table.any_of(*names)}(?!\w)")

    joint, attached = table.any_of("joints"), table.any_of("joints_attached")

    def begins(*names: str) -> re.Pattern[str]:
        return re.compile(rf"(?:{joint}\s+|{attached})?{table.any_of(*names)}(?!\w)")

    return _Words(
        # A joining word that is attached to the next word stays with it.
        re.compile(rf"\s*[,;:]\s+(?:{joint}\s+)?|\s+-\s+|\s+{joint}\s+|\s+(?={attached}\w)|\s*[.!?]\s+"),
        word("i"),
        word("we"),
        word("conditions", "whens", "ifs"),
        begins("conditions", "whens", "ifs"),
        begins("ifs"),
        word("whens", "ifs"),
        word("conditions", "polite"),
        re.compile(rf"(?<!\w){table.any_of('estimates')}(?!\w)[^.,;:]*\Z"),
        re.compile(rf"{table.weekday}|{table.month}|{table.any_of('polite', 'i', 'we')}"),
        re.compile(rf"(?<!\w){table.any_of('clock_before', 'day_before')}\s*\Z"),
    )


_Span = tuple[int, int]
_TELLING = frozenset({"day", "clock", "span"})
"""What kinds of expressions tell a time by themselves."""
_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b[^\W\d_a-z]\w+(?:\s[^\W\d_a-z]\w+)?")
_NOWHERE = datetime(2000, 1, 3)


class _Reading:
    """A checked reply while its promises are read."""

    def __init__(
        self, review: Review, language: str, sent: datetime | None, calendar: Calendar, *, everyone: bool
    ) -> None:
        self.review = review
        self.language = language
        self.sent = sent
        self.calendar = calendar
        self.everyone = everyone
        self.words = _words(language)
        self.spoken: Moment | None = None
        self.unread: tuple[int, int] = (0, 0)

    def promises(self) -> list[Promise]:
        found: list[Promise] = []
        done = 0
        for start, end in self.review.commitments:
            self.unread = (done, start)
            found.extend(self._in_sentence(start, end))
            done = end
        return found

    def _before(self) -> Moment | None:
        """The moment that was spoken of last, in a promise or in the sentences between; read only when asked for."""
        start, end = self.unread
        self.unread = (end, end)
        if self.sent is not None and start < end:
            between = latest_moment(self._mentions(normalise(self.review.text[start:end])), self.sent)
            if between is not None:
                self.spoken = between
        return self.spoken

    def _mentions(self, folded: Normalised) -> list[Mention]:
        return mentions(folded.text, self.language, self.sent or _NOWHERE, self.calendar)

    def _in_sentence(self, start: int, end: int) -> list[Promise]:
        folded = normalise(self.review.text[start:end])
        conditional = self.words.condition.search(folded.text) is not None
        return [
            self._promise(folded, start, span, own, conditional=conditional)
            for span, own in self._commitments(folded, self._mentions(folded))
        ]

    def _commitments(self, folded: Normalised, times: Sequence[Mention]) -> list[tuple[_Span, list[Mention]]]:
        """The parts of a sentence that each commit to something, and the times that they name.

        The whole sentence when its parts cannot be told apart.
        """
        text = folded.text
        cut = self._cut(text, times)
        # A time behind "if" says when it will be seen whether, not until when something is done.
        hanging = [piece for piece in cut[:-1] if self.words.begins_if.match(text, *piece)]
        telling = [mention for mention in times if not any(map(mention.within, hanging))]
        pieces = _long_enough(cut, text, times)
        committing = self._committing(text, pieces, times) if len(pieces) > 1 else []
        if len(committing) > 1:
            begins = [0, *(first for first, _ in committing[1:])]
            ends = [*(last for _, last in committing[:-1]), len(text)]
        else:
            begins, ends = [0], [len(text)]
        made = []
        for begin, end in zip(begins, ends, strict=True):
            doing = [piece for piece in committing if begin <= piece[0] < end]
            own = [mention for mention in telling if any(map(mention.within, doing))]
            made.append(((begin, end), own or [mention for mention in telling if mention.within((begin, end))]))
        return made

    def _cut(self, text: str, times: Sequence[Mention]) -> list[_Span]:
        """A sentence cut at signs and joining words.

        Never within an expression of time, at its full stop, or within the words that begin a condition.
        """

        def in_time(found: re.Match[str]) -> bool:
            if found[0].lstrip().startswith("."):
                return any(time.start < found.end() and found.start() <= time.end for time in times)
            return any(time.start < found.end() and found.start() < time.end for time in times)

        def in_event(found: re.Match[str]) -> bool:
            return any(first < found.start() and found.end() < last for first, last in events)

        events = [found.span() for found in self.words.event.finditer(text)]
        cuts = [found.span() for found in self.words.cut.finditer(text) if not in_time(found) and not in_event(found)]
        return list(zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)], strict=True))

    def _committing(self, text: str, pieces: Sequence[_Span], times: Sequence[Mention]) -> list[_Span]:
        """Those of the pieces that commit to something by themselves."""
        logits = commitment_logits(self.language, [tokens(text, *piece) for piece in pieces])
        made = []
        for piece, logit in zip(pieces, logits, strict=True):
            timed = any(time.kind in _TELLING and time.within(piece) for time in times)
            least = _TIMED_CLAUSE_COMMITS if timed else _CLAUSE_COMMITS
            if logit >= least and not self.words.begins_condition.match(text, *piece):
                made.append(piece)
        return made

    def _promise(
        self, folded: Normalised, offset: int, span: tuple[int, int], own: Sequence[Mention], *, conditional: bool
    ) -> Promise:
        first, last = span
        start, end = folded.span(first, last)
        quote = folded.original[start:end].strip(" ,;:–-\n\t")
        start += folded.original[start:end].index(quote)
        end = start + len(quote)
        due = self._due(folded.text, own, conditional=conditional)
        if due is not None:
            self.spoken = due
            self.unread = (0, 0)
        who, name = self._who(folded.text[first:last], quote)
        return Promise(
            quote,
            offset + start,
            offset + end,
            who,
            name,
            _act(folded, span, own, self.words.before_time),
            _time_words(folded, own),
            due.latest if due else None,
            due.precision if due else None,
            conditional,
            self.everyone,
        )

    def _due(self, text: str, own: Sequence[Mention], *, conditional: bool) -> Moment | None:
        if self.sent is None or not own:
            return None
        kinds = {mention.kind for mention in own}
        if "day" not in kinds:
            if conditional and "span" in kinds and not self._estimated(text, own):
                # What is counted from the customer's act has no moment yet.
                return None
            if "same" in kinds and not kinds & {"clock", "span"}:
                return self._before()
            if kinds & {"clock", "part"}:
                return latest_moment(own, self.sent, day=self._day_before())
        return latest_moment(own, self.sent)

    def _estimated(self, text: str, own: Sequence[Mention]) -> bool:
        """Whether a span is counted from now: one that we expect ourselves ("as soon as it works, hopefully within the
        hour"), behind a condition that asks nothing of the customer."""
        for mention in own:
            found = self.words.estimate.search(text, 0, mention.start) if mention.kind == "span" else None
            if found is not None:
                events = list(self.words.event.finditer(text, 0, found.start()))
                return bool(events) and not self.words.theirs.search(text, events[-1].start(), found.start())
        return False

    def _day_before(self) -> date | None:
        """The day of the promise before, when it is still to come."""
        before = self.spoken
        if before is None or self.sent is None:
            return None
        day = before.latest.date() if isinstance(before.latest, datetime) else before.latest
        return day if day > self.sent.date() else None

    def _who(self, folded: str, quote: str) -> tuple[Who, str | None]:
        if self.words.first_person.search(folded):
            return "I", None
        if self.words.plural.search(folded):
            return "we", None
        for found in _CAPITALISED.finditer(quote):
            # Hebrew has no capitals, so that nothing tells a name there.
            if found[0][0].isupper() and not self.words.not_names.fullmatch(normalise(found[0]).text):
                return "other", found[0]
        return "other", None


def _long_enough(pieces: Iterable[tuple[int, int]], text: str, times: Sequence[Mention]) -> list[tuple[int, int]]:
    """The pieces; those that hold fewer than three words beside words of time are joined to the piece before them."""

    def short(first: int, last: int) -> bool:
        spent = sum(len(text[one.start : one.end].split()) for one in times if one.within((first, last)))
        return len(text[first:last].split()) - spent < _LEAST_WORDS

    made: list[tuple[int, int]] = []
    for first, last in pieces:
        if made and short(first, last):
            made[-1] = (made[-1][0], last)
        else:
            made.append((first, last))
    if len(made) > 1 and short(*made[0]):
        made[:2] = [(made[0][0], made[1][1])]
    return made


def _act(folded: Normalised, span: tuple[int, int], own: Sequence[Mention], before_time: re.Pattern[str]) -> str:
    """The words of a span without those of time and the small ones that lead to them."""
    kept = []
    place = span[0]
    for mention in own:
        leading = before_time.search(folded.text, place, max(place, mention.start))
        kept.append((place, leading.start() if leading else max(place, mention.start)))
        place = max(place, mention.end)
    kept.append((place, span[1]))
    written = " ".join(folded.original[slice(*folded.span(*part))] for part in kept if part[0] < part[1])
    return " ".join(written.split()).strip(" ,;:.!–-")


def _time_words(folded: Normalised, own: Sequence[Mention]) -> str | None:
    if not own:
        return None
    start, end = folded.span(own[0].start, own[-1].end)
    return folded.original[start:end].strip() or None
