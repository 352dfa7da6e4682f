"""Whose words a text holds: the author's, quoted ones, signatures and standing notices.

Mail programs quote in many ways and in many languages; what they write is in the language tables. Everything is
decided line by line, and in doubt for the author: a finding too many can be dismissed, a reply that was taken for a
signature is never looked at.
"""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple, get_args

from amends.text.normalise import fold, normalise
from amends.text.tables import LANGUAGES, table

__all__ = ["KINDS", "Kind", "Zone", "zones"]

Kind = Literal["author", "quoted", "attribution", "signature", "footer", "repeated"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Zone(NamedTuple):
    """A stretch of a text, by whose words it holds.

    Attributes:
        kind: "author" (what the sender says), "quoted" (an earlier mail, with its header lines and separators),
            "attribution" ("On Tuesday Ann wrote:"), "signature" (closing, name, initials, "Sent from my iPhone"),
            "footer" (legal and other standing notices), "repeated" (the customer's words in quotation marks).
        start, end: offsets of the text, in code points.
    """

    kind: Kind
    start: int
    end: int


# Direction marks stand at the ends of the lines that Hebrew mail programs write.
_AROUND = (
    " \t\r\n\x0b\x0c\x1c\x1d\x1e\x85\u00a0\u2028\u2029"
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
# A mark that may open a quotation: not within a word, as apostrophes and the marks of Hebrew abbreviations are.
_QUOTATION_OPENS = re.compile(r"""["“”„«»״'‘’‚](?<!\w.)(?=\S)""")
# On folded text. A mark between letters is an apostrophe or a Hebrew abbreviation.
_QUOTATION = re.compile(
    r"""(?<!\w) (?: "(?=\S) ( (?: [^"] | (?<=\w)"(?=\w) ){2,600}+ ) "
                  | '(?=\S) ( (?: [^'"] | (?<=\w)'(?=\w) ){2,600}+ ) ' ) (?!\w)""",
    re.VERBOSE,
)
_TRIMMED = " .,!?;:-'\""
_INITIALS = re.compile(
    r"""(?: (?<!\S) (?: [\^~][ ]?\w{1,14} | \*[A-Z][A-Za-z]{0,13}\*? | /[A-Z]{2,3} | [-–—][A-ZÀ-Ž][\w.]{0,13} )
          | (?<=[.!?…)\n]\s) [-–—][ ]?(?:[A-ZÀ-Ž]|[א-ת])[\w.]{0,13}(?:[ ][A-ZÀ-Ž][\w.]{0,13})? )
        (?= (?: \s++ (?: https?://\S++ | \(?\d{1,2}/\d{1,2}\)? ) )*+ \s*+ \Z )""",
    re.VERBOSE,
)
_INITIALS_MARKS = "^~*/-–—"
_LINK_OR_COUNT = re.compile(r"https?://|\(?\d{1,2}/\d{1,2}\)?$")
_DATE = re.compile(r"\d{1,4}\s?[./-]\s?\d{1,2}|\d{4}|\d{1,2}[:.]\d\d|\d{1,2}(?:st|nd|rd|th)?\.?\s[^\W\d_]{3,}")
_DASHES = " -_=*"
_DASH_STARTS = "-_=–—~"
_RULE = re.compile(r"[-_=–—]{4,}$")
_ADDRESS_AT_END = re.compile(r"<[^<>@\s]+@[^<>@\s]+>[)\]]?\s?:$")
_CONTACT = re.compile(r"@|www\.|https?://|\d[\d ()/.-]{5,}\d")
_SENTENCE_END = re.compile(r"[.!?…]['\")”“]?$")
_POSTSCRIPT = re.compile(r"(?:p\.?\s?)?p\.?\s?s\b|n\.?b\b|נ\.?ב\b")
_INLINE_END = re.compile(r"[.!?…)]['\"”“]?\s+")

# A mail program breaks an attribution into this many lines at most.
_ATTRIBUTION_LINES = 4
_LONGEST_ATTRIBUTION = 300
_LONGEST_SEPARATOR = 150
_LONGEST_HEADER_NAME = 30
_HEADER_LINES = 8
_FEWEST_HEADERS = 3
_SIGNATURE_LINES = 9
# Words: of a name alone, of a name with an office or a shop, of a line behind a closing, of a telephone's line, of the
# shortest and the longest line in a signature that is a sentence, the latter also with an address in it.
_NAME_WORDS = 4
_NAME_AND_OFFICE_WORDS = 6
_CLOSING_WORDS = 7
_SENT_FROM_WORDS = 9
_SENTENCE_WORDS = 4
_MOST_WORDS = 9
_MOST_WORDS_WITH_CONTACT = 15
_SHORT_NAME_WORDS = 3
_WROTE_WORDS = 8
_LONGEST_SIGNATURE_LINE = 75
# After "-- " stands a signature by agreement; many or wide lines there are more than that.
_LINES_AFTER_DASHES = 15
_MOST_CANDIDATES = _LINES_AFTER_DASHES + 2
_LONGEST_LINE_AFTER_DASHES = 120
_LONGEST_CLOSING = 60
_LONGEST_SENT_FROM = 90
# A line of this width was wrapped by a program; what the wrap pushed into an unmarked line is still quoted.
_WRAPPED = 68
_LONGEST_REMNANT = 60
_LEAD_IN = 70
_LONGEST_FIRST_WORD = 30
# Legal notices are long; in a shorter text none is looked for by its inner words.
_SHORTEST_WITH_NOTICE = 400
_NOTICE_LINE = 60
_FEWEST_REPEATED_WORDS = 3
# More quotations than this are not compared with the message: each comparison may read all of it.
_MOST_QUOTATIONS = 200


class _Words(NamedTuple):
    """The words of all languages together, folded: people answer in another language than their mail program's."""

    verb: re.Pattern[str]
    openings: frozenset[str]
    separators: frozenset[str]
    headers: dict[str, str]
    closings: frozenset[str]
    weak_closings: frozenset[str]
    closing_starts: dict[str, tuple[str, ...]]
    sent_from: dict[str, tuple[str, ...]]
    footer_openings: dict[str, tuple[str, ...]]
    footer_marks: tuple[str, ...]
    starts: frozenset[str]
    """The first words of all closings, "sent from" lines and footers together."""
    repeating: re.Pattern[str]


def _alternatives(entries: set[str]) -> str:
    """A regular expression for any of the entries, the longest first."""
    return "|".join(map(re.escape, sorted(entries, key=lambda entry: (-len(entry), entry))))


def _by_first_word(entries: set[str]) -> dict[str, tuple[str, ...]]:
    """The entries under their first word, the longest first: one look-up tells that a line is none of them."""
    found: dict[str, list[str]] = {}
    for entry in sorted(entries, key=lambda entry: (-len(entry), entry)):
        found.setdefault(_first_word(entry), []).append(entry)
    return {word: tuple(group) for word, group in found.items()}


def _first_word(folded: str) -> str:
    word = folded.split(" ", 1)[0]
    return word.rstrip(",.:;!-") or word[:1]


@lru_cache(maxsize=4096)
def _folded_word(word: str) -> str:
    return _first_word(fold(word).strip())


def _line_start(line: str) -> str:
    """The folded first word of a line, as `_by_first_word` knows it."""
    return _folded_word((line.split(None, 1) or [""])[0][:_LONGEST_FIRST_WORD])


@cache
def _words() -> _Words:
    tables = [table(code) for code in LANGUAGES]
    closings = {entry for one in tables for entry in one.closings}
    weak_closings = {entry for one in tables for entry in one.weak_closings}
    verbs = {entry for one in tables for entry in one.attribution_verbs}
    you_wrote = {entry for one in tables for entry in one.you_wrote}
    closing_starts = _by_first_word(closings | weak_closings)
    sent_from = _by_first_word({entry for one in tables for entry in one.sent_from})
    footer_openings = _by_first_word({entry for one in tables for entry in one.footer_openings})
    return _Words(
        verb=re.compile(rf"(?<!\w)(?:{_alternatives(verbs)})(?!\w)"),
        openings=frozenset(entry for one in tables for entry in one.attribution_openings),
        separators=frozenset(entry for one in tables for entry in one.separators),
        headers={name: kind for one in tables for name, kind in one.headers.items()},
        closings=frozenset(closings),
        weak_closings=frozenset(weak_closings),
        closing_starts=closing_starts,
        sent_from=sent_from,
        footer_openings=footer_openings,
        starts=frozenset({*closing_starts, *sent_from, *footer_openings}),
        footer_marks=tuple(sorted({entry for one in tables for entry in one.footer_marks})),
        # Hebrew writes "and", "that" and "when" in one word with the verb.
        repeating=re.compile(rf"(?<!\w)[ושכ]{{0,2}}(?:{_alternatives(you_wrote)})(?!\w)[^.!?\"]{{0,40}}$"),
    )


def zones(text: str, message: str | None = None) -> list[Zone]:
    """Divide a text by whose words it holds.

    Args:
        text: a reply, as plain text.
        message: what the customer wrote, if it is known. A quotation of three words or more that is found in it is
            "repeated"; so is one that words like "you wrote" introduce, with or without a message.

    Returns:
        Zones that cover the whole text in order, without gaps; neighbours differ in kind. Greetings are the
        author's. An empty text has no zones. Where a signature is doubtful the words are the author's. A text of which
        every line is marked as quoted and nothing says by whom is read as if its first marks were not there.
    """
    if not text:
        return []
    lines = text.splitlines(keepends=True)
    signature = None
    if len(lines) == 1:
        found = [Zone("author", 0, len(text))]
        signature = _inline_closing(text, 0, len(text))
    else:
        found = _Lines(lines, len(text)).zones()
    overlays: list[Zone] = []
    plain = text.isascii() and '"' not in text and "'" not in text
    if not plain and _QUOTATION_OPENS.search(text) is not None:
        overlays = _repeated(text, message, found)
    if signature is None:
        signature = _initials(text, found)
    if signature is not None:
        overlays = [zone for zone in overlays if zone.end <= signature.start]
        overlays.append(signature)
    return _laid_over(found, overlays) if overlays else found


def _laid_over(found: list[Zone], overlays: list[Zone]) -> list[Zone]:
    """The zones with smaller ones, each within one of them and in order, put in their place."""
    result: list[Zone] = []
    remaining = iter(overlays)
    overlay = next(remaining, None)
    for zone in found:
        place = zone.start
        while overlay is not None and overlay.end <= zone.end:
            if overlay.start >= place:
                if overlay.start > place:
                    result.append(Zone(zone.kind, place, overlay.start))
                result.append(overlay)
                place = overlay.end
            overlay = next(remaining, None)
        if place < zone.end:
            result.append(Zone(zone.kind, place, zone.end))
    return result


class _Lines:
    """A text of several lines, while the lines are told apart."""

    def __init__(self, raw: list[str], length: int) -> None:
        self.raw = raw
        self.lines = [line.strip(_AROUND) for line in raw]
        self.kinds: list[Kind] = ["author"] * len(raw)
        self.length = length
        self.words = _words()

    def zones(self) -> list[Zone]:
        self._find_quotes()
        start = 0
        count = len(self.lines)
        while start < count:
            if self.kinds[start] != "author":
                start += 1
                continue
            end = start
            while end < count and self.kinds[end] == "author":
                end += 1
            self._find_end_matter(start, end)
            start = end
        found: list[Zone] = []
        kind: Kind = "author"
        begin = place = 0
        for raw, line, next_kind in zip(self.raw, self.lines, self.kinds, strict=True):
            # Empty lines go with what stands before them.
            if next_kind != kind and (line or not place):
                if place > begin:
                    found.append(Zone(kind, begin, place))
                kind, begin = next_kind, place
            place += len(raw)
        found.append(Zone(kind, begin, self.length))
        return found

    def _next(self, index: int) -> int:
        """The next line that is not empty; the number of lines when there is none."""
        while index < len(self.lines) and not self.lines[index]:
            index += 1
        return index

    # ---- quoted mails

    def _find_quotes(self, *, pasted: bool = False) -> None:
        lines, kinds = self.lines, self.kinds
        count = len(lines)
        introduced = False
        index = 0
        marked = 0
        while index < count:
            line = lines[index]
            if not line:
                index += 1
                continue
            if line[0] == ">":
                kinds[index] = "quoted"
                marked += 1
                index = self._quoted_remnant(index)
                continue
            below = self._quote_begins(index)
            if below:
                introduced = True
                index = below
            else:
                index += 1
        if (
            marked
            and not introduced
            and not any(line and kind == "author" for line, kind in zip(lines, kinds, strict=True))
        ):
            # Everything is marked and nothing says by whom: a reply that was pasted as a quotation.
            self.kinds = ["author"] * count
            if not pasted:
                self.lines = [line.removeprefix(">").strip(_AROUND) for line in lines]
                self._find_quotes(pasted=True)

    def _quoted_remnant(self, index: int) -> int:
        """Mark the short unmarked line that wrapping the marked line at `index` made; return the next index."""
        after = index + 1
        if (
            after + 1 < len(self.lines)
            and len(self.lines[index]) >= _WRAPPED
            and 0 < len(self.lines[after]) <= _LONGEST_REMNANT
            and self.lines[after][0].islower()
            and self.lines[after + 1][:1] == ">"
        ):
            self.kinds[after] = "quoted"
            return after + 1
        return after

    def _quote_begins(self, index: int) -> int:
        """Look for what introduces a quoted mail at a line, mark it and what it introduces.

        Returns:
            The index at which to go on; 0 when nothing is introduced here.
        """
        line = self.lines[index]
        first, last = line[0], line[-1]
        if (first in "-_=*–—" or last in ":-") and self._is_separator(line):
            return self._mark_below(index, index, "quoted")
        colon = line.find(":", 0, _LONGEST_HEADER_NAME)
        if colon > 0 and self._header_kind(line):
            end = self._header_block(index)
            if end:
                rule = index - 1
                while rule >= 0 and not self.lines[rule]:
                    rule -= 1
                if rule >= 0 and _RULE.match(self.lines[rule]):
                    self.kinds[rule:index] = ["quoted"] * (index - rule)
                return self._mark_below(index, end - 1, "quoted")
        if last == ":" or "@" in line or last == "-":
            start = self._attribution(index)
            if start >= 0:
                return self._mark_below(start, index, "attribution")
        return 0

    def _mark_below(self, start: int, last: int, kind: Kind) -> int:
        """Mark the lines from `start` to `last`, and all below unless the lines below bear marks of their own."""
        self.kinds[start : last + 1] = [kind] * (last + 1 - start)
        below = self._next(last + 1)
        if kind == "quoted":
            # Between the separator and the marked lines may stand the header lines.
            while below < len(self.lines) and self._header_kind(self.lines[below]):
                self.kinds[below] = "quoted"
                below = self._next(below + 1)
        if below < len(self.lines) and self.lines[below][0] == ">":
            return below
        self.kinds[last + 1 :] = ["quoted"] * (len(self.lines) - last - 1)
        return len(self.lines)

    def _is_separator(self, line: str) -> bool:
        """Whether this is a line like "-----Original Message-----" or "Begin forwarded message:"."""
        if len(line) > _LONGEST_SEPARATOR:
            return False
        folded = fold(line)
        core = folded.strip(_DASHES)
        if core == folded and core[-1:] != ":":
            return False
        core = core.rstrip(" :")
        return core in self.words.separators or core.startswith("forwarded by ")

    def _header_kind(self, line: str) -> str | None:
        """Which header ("From", "Sent" ...) of a quoted mail a line is, if it is one."""
        colon = line.find(":", 0, _LONGEST_HEADER_NAME)
        return self.words.headers.get(fold(line[:colon]).strip(" *>")) if colon > 0 else None

    def _header_block(self, index: int) -> int:
        """The index after the header lines that begin here; 0 when they are too few to be those of a mail."""
        kinds = set()
        address = False
        end = index
        for place in range(index, min(index + _HEADER_LINES, len(self.lines))):
            line = self.lines[place]
            kind = self._header_kind(line) if line else None
            if kind is not None:
                kinds.add(kind)
                end = place + 1
                address = address or "@" in line
            elif place > end:
                break
            else:
                address = address or "@" in line
        if "sender" not in kinds or not ("sent" in kinds or address):
            return 0
        if len(kinds) >= _FEWEST_HEADERS:
            return end
        below = self._next(end)
        return end if len(kinds) > 1 and self.lines[below : below + 1] and self.lines[below][0] == ">" else 0

    def _attribution(self, index: int) -> int:
        """The index at which an attribution that ends at this line begins; -1 when it is none."""
        line = self.lines[index]
        if len(line) > _LONGEST_ATTRIBUTION:
            return -1
        folded = fold(line).strip(_DASHES)
        start, joined = index, folded
        if not self._opens(folded):
            whole = folded
            for place in range(index - 1, max(index - _ATTRIBUTION_LINES, -1), -1):
                above = self.lines[place]
                if not above or above[0] == ">" or self.kinds[place] != "author":
                    break
                above_folded = fold(above)
                whole = f"{above_folded} {whole}"
                if len(whole) > _LONGEST_ATTRIBUTION:
                    break
                if self._opens(above_folded):
                    start, joined = place, whole
        if self._is_attribution(joined):
            return start
        if joined[-1:] != ":":
            return -1
        below = self._next(index + 1)
        if below >= len(self.lines) or self.lines[below][0] != ">":
            return -1
        # Above marked lines less is enough: a date at the beginning, in whatever language, or "Ann wrote:" alone.
        if self._opens(joined) and _DATE.search(joined):
            return start
        verb = self.words.verb.search(folded)
        short = len(folded.split()) <= _WROTE_WORDS
        return index if verb and short and folded[verb.end() :].strip() == ":" else -1

    def _opens(self, folded: str) -> bool:
        """Whether a line begins as attributions do: with a date, or with "On", "Dana" ... and a number after it."""
        if folded[:1].isdigit():
            return _DATE.match(folded) is not None
        first = folded.split(" ", 1)[0].rstrip(",.")
        if first not in self.words.openings:
            first = first.split("-", 1)[0] + "-"
        return first in self.words.openings and any(map(str.isdigit, folded))

    def _is_attribution(self, folded: str) -> bool:
        """Whether a whole line says who wrote the quoted mail, and when or from which address."""
        date = _DATE.search(folded)
        address = "@" in folded
        if not date and not address:
            return False
        ends = folded[-1:] == ":"
        if ends and date and address and _ADDRESS_AT_END.search(folded):
            return True
        verbs = list(self.words.verb.finditer(folded))
        if not verbs:
            return False
        # Behind the verb may stand the date (Estonian, Lithuanian), but no prose.
        behind = folded[verbs[-1].end() :].strip(" :.-")
        if behind and not _DATE.search(behind):
            return False
        return ends or (address and not behind)

    # ---- signatures and footers

    def _find_end_matter(self, start: int, end: int) -> None:
        """Mark the footers of a stretch of the author's lines and the signature at its end."""
        lines, starts = self.lines, self.words.starts
        first = self._next(0)
        long_text = self.length >= _SHORTEST_WITH_NOTICE
        paragraph = start
        # The lines at which something could begin; the others need no second look.
        candidates = []
        for index in range(start, end):
            line = lines[index]
            if not line:
                paragraph = index + 1
                continue
            known = _line_start(line) in starts
            if known or line[0] in _DASH_STARTS:
                candidates.append(index)
            if index == first or self.kinds[index] == "footer":
                continue
            # "By mistake" and a company's number stand in letters, too: a notice is known by such words only below the
            # line that closes the letter.
            may_hold_mark = bool(candidates) and long_text and paragraph > first and len(line) > _NOTICE_LINE
            if (known or may_hold_mark) and self._is_footer(line, may_hold_mark=may_hold_mark):
                begin = index
                while begin > paragraph and len(lines[begin - 1]) >= _WRAPPED and begin - 1 > first:
                    begin -= 1
                while index < end and lines[index]:
                    index += 1
                self.kinds[begin:index] = ["footer"] * (index - begin)
        if not candidates:
            return
        last = end
        while last > start and (not lines[last - 1] or self.kinds[last - 1] == "footer"):
            last -= 1
        # What is too far up to be a signature need not be looked at.
        for index in candidates[-_MOST_CANDIDATES:]:
            if index >= last:
                break
            stop = self._signature(index, last) if self.kinds[index] == "author" else 0
            if stop:
                for place in range(index, stop):
                    if self.kinds[place] == "author":
                        self.kinds[place] = "signature"
                if stop >= last:
                    rest = self.kinds[last:end]
                    self.kinds[last:end] = ["signature" if kind == "author" else kind for kind in rest]
                    break

    def _is_footer(self, line: str, *, may_hold_mark: bool) -> bool:
        folded = fold(line)
        if folded.startswith(self.words.footer_openings.get(_line_start(line), ())):
            return True
        return may_hold_mark and any(mark in folded for mark in self.words.footer_marks)

    def _signature(self, index: int, last: int) -> int:
        """Where the signature that begins at a line ends; 0 when none begins there.

        Args:
            index: the line.
            last: the index after the last line of the stretch.
        """
        line = self.lines[index]
        if line[0] in "-_=–—" and not line.strip("-_=–— "):
            return self._signature_after_dashes(index, last)
        if len(line) > _LONGEST_SENT_FROM:
            return 0
        closing = _closing(line, self.words)
        if closing:
            return self._signature_after_closing(index, last, closing)
        starts = self.words.sent_from.get(_line_start(line))
        if starts and fold(line).startswith(starts) and len(line.split()) <= _SENT_FROM_WORDS:
            after = self._author_lines(index + 1, last)
            return (
                last if len(after) <= 1 and all(len(self.lines[place]) <= _LONGEST_SENT_FROM for place in after) else 0
            )
        if line[0] in "-–—~" and index == last - 1:
            return last if self._is_name_after_dash(index) else 0
        return 0

    def _author_lines(self, start: int, end: int) -> list[int]:
        """The lines that are neither empty nor a footer, as far as a signature could reach."""
        found = []
        for index in range(start, end):
            if self.lines[index] and self.kinds[index] == "author":
                found.append(index)
                if len(found) > _LINES_AFTER_DASHES:
                    break
        return found

    def _signature_after_dashes(self, index: int, last: int) -> int:
        after = self._author_lines(index + 1, last)
        if not after or len(after) > _LINES_AFTER_DASHES:
            return 0
        widest = max(len(self.lines[place]) for place in after)
        if self.lines[index] in ("--", "—", "---"):
            prose = sum(self._is_prose(place) for place in after)
            exact = self.raw[index].rstrip("\r\n") == "-- "
            return last if widest <= _LONGEST_LINE_AFTER_DASHES and (exact or prose == 0) else 0
        contact = any(_CONTACT.search(self.lines[place]) for place in after)
        short = len(after) <= _SIGNATURE_LINES and widest <= _LONGEST_SIGNATURE_LINE
        return last if contact and short and not any(map(self._is_prose, after)) else 0

    def _signature_after_closing(self, index: int, last: int, closing: str) -> int:
        after = self._author_lines(index + 1, last)
        end = last
        for place in after:
            if not self.lines[place - 1] and _POSTSCRIPT.match(fold(self.lines[place])):
                # A postscript is the author's again.
                end = place
                break
        after = [place for place in after if place < end]
        if closing == "weak" and not after:
            return 0
        if len(after) > _SIGNATURE_LINES:
            return 0
        for place in after:
            if len(self.lines[place]) > _LONGEST_SIGNATURE_LINE or self._is_prose(place):
                return 0
        if closing == "weak":
            name = self.lines[after[0]]
            if len(name.split()) > _NAME_WORDS or name[0].islower():
                return 0
        return end

    def _is_prose(self, index: int) -> bool:
        """Whether a line is a sentence rather than a name, an office or an address."""
        line = self.lines[index]
        words = len(line.split())
        if _CONTACT.search(line):
            return words > _MOST_WORDS_WITH_CONTACT
        return words > _MOST_WORDS or (words >= _SENTENCE_WORDS and _SENTENCE_END.search(line) is not None)

    def _is_name_after_dash(self, index: int) -> bool:
        """Whether the last line is "– Tom, Bakery Five" and not the last item of a list."""
        line = self.lines[index]
        name = line.lstrip("-–—~ ")
        before = index - 1
        while before >= 0 and not self.lines[before]:
            before -= 1
        if before < 0 or self.lines[before][0] in "-–—~*•" or self.lines[before][-1] == ":":
            return False
        words = name.split()
        if not words or len(words) > _NAME_AND_OFFICE_WORDS or (_SENTENCE_END.search(name) and len(words) > 2):
            return False
        return all(word[0].isupper() or not word[0].isalpha() or "א" <= word[0] <= "ת" for word in words[:1])


# Words between a closing and a name: "Best wishes from the bakery", "Lijep pozdrav iz radionice".
_CONNECTING = frozenset(
    fold(word)
    for word in (
        *("from", "the", "your", "our", "at", "team"),
        *("iš", "jums", "jūsų", "komanda"),
        *("iz", "od", "za", "vaš", "vaša", "vaši", "vam", "tim"),
        *("teie", "teile", "sinu", "tiim"),
        *("z", "zo", "vás", "tím"),
    )
)


def _closing(line: str, words: _Words) -> str:
    """Whether a line is a closing: "strong", "weak" (only with a name below), or "" when it is none."""
    if len(line) > _LONGEST_CLOSING:
        return ""
    starts = words.closing_starts.get(_line_start(line))
    if not starts:
        return ""
    folded = fold(line).strip(" *")
    bare = folded.rstrip(" ,.!;:-)(*xX❤")
    if bare in words.closings or folded in words.closings:
        return "strong"
    if bare in words.weak_closings:
        return "weak"
    for start in starts:
        if not folded.startswith(start) or folded[len(start) : len(start) + 1].isalnum():
            continue
        rest = folded[len(start) :]
        weak = start in words.weak_closings
        trimmed = rest.strip(" ,.!;:-*")
        # An emoji or a heart behind the closing changes nothing.
        if not any(map(str.isalnum, trimmed)):
            return "weak" if weak else "strong"
        count = len(trimmed.split())
        if weak or count > _CLOSING_WORDS or (count > _SHORT_NAME_WORDS and rest[-1] in ".!?"):
            continue
        separated = rest.lstrip()[:1] in (",", "-", "!", ".", ";")
        named = _is_capital_at(line, folded, trimmed) or (trimmed.split() or [""])[0].rstrip(",") in _CONNECTING
        if not named:
            continue
        if separated or " " in start or (len(start) > 5 and count <= _SHORT_NAME_WORDS):
            return "strong"
    return ""


def _is_capital_at(line: str, folded: str, rest: str) -> bool:
    """Whether `rest`, the end of the folded line, begins with a capital in the line itself; Hebrew has none."""
    if "א" <= rest[0] <= "ת":
        return True
    normalised = normalise(line)
    place = normalised.text.rfind(rest)
    if place < 0:
        return False
    start, end = normalised.span(place, place + 1)
    return not line[start:end].islower()


def _inline_closing(text: str, start: int, end: int) -> Zone | None:
    """The closing at the end of a text of one line: "... by Friday. Kind regards, Ana"."""
    begin = max(start, end - _LONGEST_CLOSING - 2)
    tail = text[begin:end]
    if tail.rstrip()[-1:] in (".", "!", "?", "…", ""):
        # A name has no stop behind it.
        return None
    for stop in _INLINE_END.finditer(tail):
        line = tail[stop.end() :].strip(_AROUND)
        if line and _closing(line, _words()) == "strong":
            return Zone("signature", begin + stop.end(), end)
    return None


def _initials(text: str, found: list[Zone]) -> Zone | None:
    """The initials or the name with which an agent signs a post: "^JK", "*TLB", "-Ana", "/RM"."""
    zone = found[-1]
    if zone.kind != "author":
        return None
    near_end = text[max(zone.start, zone.end - 80) : zone.end]
    if not any(map(near_end.__contains__, _INITIALS_MARKS)):
        return None
    words = near_end.split()
    while words and words[-1][0] in "h(0123456789" and _LINK_OR_COUNT.match(words[-1]):
        words.pop()
    for word in words[-3:]:
        if word[0] in _INITIALS_MARKS:
            break
    else:
        return None
    tail = max(zone.start, zone.end - 400)
    match = _INITIALS.search(text, tail, zone.end)
    if match is None or match.start() <= zone.start:
        return None
    return Zone("signature", match.start(), match.end())


def _repeated(text: str, message: str | None, found: list[Zone]) -> list[Zone]:
    """The quotations in the author's words that repeat the customer's."""
    folded = normalise(text)
    said = fold(message) if message else ""
    result: list[Zone] = []
    for count, match in enumerate(_QUOTATION.finditer(folded.text)):
        if count >= _MOST_QUOTATIONS:
            break
        words = (match[1] or match[2]).strip(_TRIMMED)
        if not (said and words in said and len(words.split()) >= _FEWEST_REPEATED_WORDS):
            before = folded.text[max(0, match.start() - _LEAD_IN) : match.start()]
            if not words or _words().repeating.search(before) is None:
                continue
        start, end = folded.span(*match.span())
        if any(zone.kind == "author" and zone.start <= start and end <= zone.end for zone in found):
            result.append(Zone("repeated", start, end))
    return result
