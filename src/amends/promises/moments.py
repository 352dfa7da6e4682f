"""Reads moments from words: "by Friday", "within three working days", "iki spalio 24 d.", "מחר עד שש בערב".

A sentence is read in two steps. First every expression of time in it is found: days, times of day, spans of time.
Then those of one clause are put together to the latest moment at which what they say has come true, counted from the
moment at which the text was sent. How the words are read is decided in the project's codebook: "tomorrow" is the end of
the next day, "by Friday" the end of the next Friday, "this week" ends on Sunday, "before a feast" is the day before.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Literal

from amends.promises.calendar import Calendar, feast
from amends.promises.lexicon import Lexicon, alternatives, lexicon
from amends.text.recent import Recent

__all__ = ["Mention", "Moment", "Precision", "latest_moment", "mentions"]

Precision = Literal["minute", "hour", "day", "week", "month", "year"]

Kind = Literal["day", "clock", "part", "span", "same", "recurring"]

_SUNDAY = 6
_LONGEST_AHEAD = 300
"""Days: a date without a year that would lie farther ahead has passed already."""
_LAST_HOUR_OF_AFTERNOON = 6
_NOON = 12
_LARGEST_COUNT = 366
_LONGEST_KNOWN = 1_000
"""Characters of a text of which it is remembered what stands in it."""
_BESIDE = 4
"""Characters between a date and its weekday."""
_MIDNIGHT = 24
_HOUR_OF_PART = {"morning": 12, "noon": 12, "afternoon": 18}
"""The end of a part of the day, as an hour; the evening ends with the day."""
_NOT_A_CLOCK = r"(?!\s?(?:€|%|£|\$|₪|eur|kg|km|g\b|ml|l\b|cm|mm|m2|ghz|gb|nis|kn\b|ne\b|of\b|out of|times|x\b))"
_NO_CURRENCY_BEFORE = r"(?<![€£$₪\d.,:/])(?<!\d-)(?<![€£$₪]\s)(?<![a-z])"


@dataclass(frozen=True, slots=True)
class Moment:
    """The latest moment at which something is kept.

    Attributes:
        latest: A day (kept until its end), or a moment, in the time zone of the text.
        precision: How exactly the words say it.
    """

    latest: date | datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Mention:
    """One expression of time in a folded text.

    Attributes:
        kind: A day, a time of day, a part of the day, a span of time from now, "the same day", or something that
            recurs ("every Friday").
        start, end: Where it stands, as offsets of the folded text.
        day: For a day: what it is, counted from the moment of sending; None when that has passed.
        clock: For a time of day: hour and minute.
        part: For a part of the day: its name.
        after: For a span: the moment at which it ends.
        precision: How exact it is.
        explicit: Whether a day is given as a date, not by its place in the week.
    """

    kind: Kind
    start: int
    end: int
    day: date | None = None
    clock: tuple[int, int] | None = None
    part: str | None = None
    after: date | datetime | None = None
    precision: Precision = "day"
    explicit: bool = False

    def within(self, span: tuple[int, int]) -> bool:
        """Whether it begins in a part of the text."""
        return span[0] <= self.start < span[1]


_Reader = Callable[["re.Match[str]", datetime, Calendar], Mention | None]


def mentions(text: str, language: str, sent: datetime, calendar: Calendar | None = None) -> list[Mention]:
    """All expressions of time in a folded text, in order, none overlapping.

    Args:
        text: Folded, see `amends.text.fold`.
        language: ISO 639-1 code of a language that has a table.
        sent: The moment from which is counted.
        calendar: Whose working days count; Monday to Friday if not given.

    Raises:
        ValueError: There is no table for the language.
    """
    days = calendar or Calendar()
    taken: list[Mention] = []
    for found, read in _matches(text, language):
        start, end = found.span()
        if any(start < other.end and other.start < end for other in taken):
            continue
        mention = read(found, sent, days)
        if mention is not None:
            taken.append(mention)
    taken.sort(key=lambda mention: mention.start)
    return taken


_known: Recent[tuple[str, str], tuple[tuple["re.Match[str]", _Reader], ...]] = Recent()


def _matches(text: str, language: str) -> tuple[tuple["re.Match[str]", _Reader], ...]:
    """Whatever may be an expression of time in a folded text, those that take precedence first, with what reads it."""
    known = _known.get((language, text))
    if known is None:
        made: list[tuple[re.Match[str], _Reader]] = []
        for sign, readers in _readers(language):
            # Most sentences hold no words of most kinds; one look spares all the expressions that need them.
            if sign.search(text) is not None:
                made += [(found, read) for expression, read in readers for found in expression.finditer(text)]
        known = tuple(made)
        if len(text) <= _LONGEST_KNOWN:
            _known.put((language, text), known)
    return known


def latest_moment(found: Sequence[Mention], sent: datetime, *, day: date | None = None) -> Moment | None:
    """The latest moment that the expressions of one clause name together.

    Args:
        found: Expressions of one clause, in order.
        sent: The moment at which the text was sent.
        day: The day that was spoken of before, for a time of day that stands alone.

    Returns:
        None when they name no moment, or one that recurs.
    """
    days = [mention for mention in found if mention.kind == "day" and mention.day is not None]
    clocks = [mention for mention in found if mention.kind == "clock"]
    parts = [mention.part for mention in found if mention.part is not None]
    spans = [mention for mention in found if mention.kind == "span"]
    if not days and any(mention.kind == "recurring" for mention in found):
        return None
    if spans and not days:
        ending = spans[-1]
        assert ending.after is not None
        return Moment(ending.after, ending.precision)
    precision: Precision = "day"
    if days:
        named = _decisive(days, clocks)
        day, precision = named.day, named.precision
    if clocks:
        hour, minute = _hour_in_part(clocks[-1], parts)
        if day is None:
            day = sent.date() + timedelta(days=(hour, minute) < (sent.hour, sent.minute))
        if hour == _MIDNIGHT:
            return Moment(day, "day")
        return Moment(datetime.combine(day, time(hour, minute), sent.tzinfo), "minute")
    hour_named = next((_HOUR_OF_PART[part] for part in parts if part in _HOUR_OF_PART), None)
    if not days and parts and day is None:
        day = sent.date() + timedelta(days=sent.hour >= (hour_named or _MIDNIGHT))
    if day is None or not (days or parts):
        return None
    if hour_named is not None:
        return Moment(datetime.combine(day, time(hour_named), sent.tzinfo), "hour")
    return Moment(day, precision)


def _decisive(days: Sequence[Mention], clocks: Sequence[Mention]) -> Mention:
    """The one of several days that counts: the one nearest to the time of day, a date before the weekday beside it."""
    nearest = min(days, key=lambda mention: abs(clocks[-1].start - mention.end)) if clocks else days[-1]
    beside = [
        one
        for one in days
        if one.explicit and min(abs(one.start - nearest.end), abs(nearest.start - one.end)) <= _BESIDE
    ]
    return beside[-1] if beside and not nearest.explicit else nearest


def _hour_in_part(mention: Mention, parts: Sequence[str]) -> tuple[int, int]:
    """The hour of a clock, read in the light of "in the evening" beside it."""
    assert mention.clock is not None
    hour, minute = mention.clock
    if hour < _NOON and not {"afternoon", "evening"}.isdisjoint(parts) and "morning" not in parts:
        hour += 12
    return hour, minute


def _word(lexicon: Lexicon, expression: str) -> str:
    return rf"(?<![^\W\d_]){lexicon.attached}{expression}(?!\w)"


_Group = tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], _Reader], ...]]
"""A sign without which none of some expressions can match, and the expressions with what reads them."""


@cache
def _readers(language: str) -> tuple[_Group, ...]:
    """The expressions of a language in groups; earlier ones take precedence."""
    words = lexicon(language)
    units = _all_of(words, "units")
    parts = _part_words(words)
    relative = _all_of(words, "relative")
    things = f"{words.weekday}|{units}|{parts}|{words.month}"
    hours = words.any_of_lists("numbers", "ordinals", "hours_inflected")
    groups = (
        (f"{things}|{words.any_of('same_time')}", _recurring(words)),
        (r"\d", _dates(words)),
        (f"{units}|{words.month}|{_all_of(words, 'this_units')}", _periods(words)),
        (units, _spans(words)),
        (words.weekday, _weekdays(words)),
        (relative, _relative_days(words)),
        (_all_of(words, "feasts"), _feasts(words)),
        (rf"\d|{hours}", _clocks(words)),
        (parts, _parts(words)),
    )
    return tuple(
        (re.compile(sign), tuple((re.compile(expression), read) for expression, read in readers))
        for sign, readers in groups
    )


def _all_of(words: Lexicon, group: str) -> str:
    return alternatives_of(words, group, *words.names(group))


_Readers = list[tuple[str, _Reader]]


def _recurring(words: Lexicon) -> _Readers:
    units = alternatives_of(words, "units", "day", "week", "month", "year", "workday", "hour", "weekend")
    things = f"(?:{words.weekday}|{units}|{_part_words(words)})"
    every = words.any_of("every")

    def same(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention:
        return Mention("same", *found.span())

    def recurring(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention:
        return Mention("recurring", *found.span())

    def nothing(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention:
        return Mention("day", *found.span())

    past, past_after = words.any_of("past"), words.any_of("past_after")
    unit_or_day = f"(?:{words.weekday}|{units}|{words.month})"
    return [
        (_word(words, rf"{every}\s+(?:\w+\s+)?{things}"), recurring),
        (_word(words, rf"{past}\s+{unit_or_day}"), nothing),
        (_word(words, rf"{unit_or_day}\s+{past_after}"), nothing),
        (_word(words, words.any_of("same_time")), same),
    ]


def alternatives_of(words: Lexicon, group: str, *names: str) -> str:
    """An expression for any entry of some lists of a group."""
    return "(?:" + "|".join(words.one_of(group, name) for name in names) + ")"


def _part_words(words: Lexicon) -> str:
    return alternatives_of(words, "parts", *words.names("parts"))


def _now_words(words: Lexicon) -> str:
    """Words for the present moment: what is counted from it can be computed."""
    return (
        rf"{words.attached}(?:now|{words.one_of('relative', '0')}|{words.one_of('relative', '1')}|{words.weekday}|\d)"
    )


_MULTIPLES = {"half_hour": ("hour", 0.5), "fortnight": ("week", 2), "two_hours": ("hour", 2), "two_days": ("day", 2)}
_MULTIPLES |= {"two_weeks": ("week", 2), "two_months": ("month", 2), "two_workdays": ("workday", 2)}
_SPAN_UNITS = ("minute", "hour", "workday", "day", "week", "month", "year", *_MULTIPLES)


def _spans(words: Lexicon) -> _Readers:
    named = {name: words.one_of("units", name) for name in _SPAN_UNITS if name in words.words["units"]}
    single = [name for name in named if name not in _MULTIPLES]
    units = "|".join(f"(?P<{name}>{expression})" for name, expression in named.items() if name in single)
    number = words.number
    upto = words.any_of("range_words")
    ranged = rf"(?:{number}\s?(?:{upto}|–)\s?)?"
    # "three to five days", "a day or two"; one word may stand before the unit: "five full days".
    counted = rf"{ranged}(?P<count>{number})[\s-]?(?:\w+\s)??(?:{units})(?:\s{upto}\s(?P<second>{number}))?(?!\w)"
    joined = r"(?:[\s-]+)"
    bare = rf"(?:{units})"
    multiples = "|".join(f"(?P<{name}>{expression})" for name, expression in named.items() if name in _MULTIPLES)
    within = words.any_of("within")
    after = words.any_of("within_after")

    def read(found: "re.Match[str]", sent: datetime, days: Calendar) -> Mention | None:
        groups = found.groupdict()
        unit = next((name for name in named if groups.get(name)), None)
        if unit is None:
            return None
        written = groups.get("count")
        count: float | None = 1 if written is None else words.value(written)
        if groups.get("second"):
            count = words.value(groups["second"] or "") or count
        if _from_event(found):
            return Mention("recurring", *found.span())
        if count is None or count > _LARGEST_COUNT:
            return None
        if unit in _MULTIPLES:
            unit, times = _MULTIPLES[unit]
            count = times
        after_that, precision = _later(sent, unit, count, days)
        return Mention("span", *found.span(), after=after_that, precision=precision)

    after_event = re.compile(rf"\s+{words.any_of('after_event')}(?!\w)(?!\s+{_now_words(words)})")

    def _from_event(found: "re.Match[str]") -> bool:
        """Whether the span is counted from what somebody else does ("of receiving it"): then nobody knows its end."""
        return after_event.match(found.string, found.end()) is not None

    made: _Readers = []
    if multiples:
        made.append((_word(words, rf"{within}{joined}(?:{multiples})"), read))
        made.append((_word(words, rf"(?:{multiples}){joined}{after}"), read))
        if "duration_endings" in words.words:
            # Where an ending makes it a span of time, the word alone is one.
            made.append((_word(words, rf"(?:{multiples})"), read))
    if words.words.get("within_needs_after"):
        # The word that makes it a span of time stands behind it, or is its ending.
        for counted_or_bare in (counted, bare):
            made.append((_word(words, rf"(?:{within}{joined})?{counted_or_bare}{joined}{after}"), read))
        with_ending = "|".join(
            f"(?P<{name}>{alternatives(form for form in words.words['units'][name] if form.endswith('ga'))})"
            for name in single
        )
        made.append((_word(words, rf"{ranged}(?P<count>{number})[\s-]?(?:{with_ending})"), read))
        made.append((_word(words, rf"(?:{with_ending})"), read))
        made.append((_word(words, rf"{within}{joined}{counted}"), read))
    else:
        made.append((_word(words, rf"{within}(?:{joined}|(?=\d)){counted}"), read))
        made.append((_word(words, rf"{counted}{joined}{after}"), read))
        the_unit = words.any_of("the_unit") if "the_unit" in words.words else within
        made.append((_word(words, rf"{the_unit}{joined}{bare}"), read))
    workday = words.one_of("units", "workday")
    made.append((_word(words, rf"{ranged}(?P<count>{number})[\s-]?(?P<workday>{workday})"), read))
    return made


def _later(sent: datetime, unit: str, count: float, days: Calendar) -> tuple[date | datetime, Precision]:
    """The moment that lies some units after another."""
    if unit == "minute":
        return sent + timedelta(minutes=count), "minute"
    if unit == "hour":
        return sent + timedelta(hours=count), "hour"
    whole = int(count)
    day = sent.date()
    if unit == "workday":
        return days.after(day, whole), "day"
    if unit == "day":
        return day + timedelta(days=whole), "day"
    if unit == "week":
        return day + timedelta(weeks=whole), "week"
    months = whole * (12 if unit == "year" else 1)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])), "month" if unit == "month" else "year"


def _coming(sent: datetime, month: int, day: int) -> date | None:
    """The next such date; None when it does not exist or has rather passed already."""
    for year in (sent.year, sent.year + 1):
        try:
            made = date(year, month, day)
        except ValueError:
            continue
        if made >= sent.date():
            return made if (made - sent.date()).days <= _LONGEST_AHEAD else None
    return None


def _dates(words: Lexicon) -> _Readers:
    month = words.month
    joints = words.any_of("date_joints")
    endings = words.any_of("ordinal_endings")
    year = r"(?:,?\s*(?P<year>20\d\d)(?!\d))?"

    def dated(sent: datetime, groups: dict[str, str | None], number: int) -> date | None:
        day = int(groups["second"] or groups["day"] or 0)
        if told := groups.get("year") or groups.get("first_year"):
            try:
                made = date(int(told[-2:]) + 2000, number, day)
            except ValueError:
                return None
            return made if made >= sent.date() else None
        return _coming(sent, number, day)

    def with_name(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        number = words.month_of(found["month"])
        return (
            Mention("day", *found.span(), day=dated(sent, found.groupdict(), number), explicit=True) if number else None
        )

    def with_number(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        groups = found.groupdict()
        number = int(groups["month"] or 0)
        # With a slash the month may come first; with a point such a number is a time of day.
        if number > 12 and int(groups["day"] or 0) <= 12 and "/" in found[0]:
            groups["day"], number = str(number), int(groups["day"] or 0)
        if not 1 <= number <= 12:
            return None
        return Mention("day", *found.span(), day=dated(sent, groups, number), explicit=True)

    def iso(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        try:
            made = date.fromisoformat(found["iso"])
        except ValueError:
            return None
        return Mention("day", *found.span(), day=made if made >= sent.date() else None)

    def of_month(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        day = int(found["day"])
        first = sent.date()
        for ahead in range(13):
            year, number = divmod(first.year * 12 + first.month - 1 + ahead, 12)
            if 1 <= day <= monthrange(year, number + 1)[1] and date(year, number + 1, day) >= first:
                return Mention("day", *found.span(), day=date(year, number + 1, day))
        return None

    upto = rf"(?:(?:{endings})?\s?(?:-|–|{words.any_of('range_words')})\s?(?P<second>\d{{1,2}}))?"
    start = r"(?<![\d.,:/])"
    made: _Readers = [
        (r"(?<!\d)(?P<iso>20\d\d-\d\d-\d\d)(?!\d)", iso),
        (
            rf"{start}(?P<day>\d{{1,2}}){upto}(?:{endings})?,?\s*(?:{joints}\s*)?{words.attached}(?P<month>{month})(?!\w){year}",
            with_name,
        ),
        (
            _word(
                words,
                # Lithuanian writes the year first: 2028 m. sausio 5 d.
                rf"(?:(?P<first_year>20\d\d)(?:\s?m(?:etu)?\b\.?)?,?\s+)?"
                rf"(?P<month>{month})\s+(?:the\s)?(?P<day>\d{{1,2}})(?![\d]|[:.,]\d){upto}(?:{endings})?(?!\w){year}",
            ),
            with_name,
        ),
        (
            rf"{start}(?P<day>\d{{1,2}})(?P<second>(?!))?\.\s?(?P<month>\d{{1,2}})\.(?:\s?(?P<year>20\d\d|\d\d)(?![\d.:]))?(?!\d)",
            with_number,
        ),
        (
            rf"{start}(?P<day>\d{{1,2}})(?P<second>(?!))?\.(?P<month>\d{{1,2}})\.(?P<year>20\d\d|\d\d)(?!\d)",
            with_number,
        ),
        (
            rf"{start}(?P<day>\d{{1,2}})(?P<second>(?!))?/(?P<month>\d{{1,2}})(?:/(?P<year>20\d\d|\d\d))?(?![\d/])",
            with_number,
        ),
    ]
    if words.attached:
        # Where times are written with a colon, two numbers with a point are a date.
        made.append(
            (
                rf"{start}(?P<day>[0-3]?\d)(?P<second>(?!))?\.(?P<month>1[0-2]|0?[1-9])(?![\d.]|,\d){_NOT_A_CLOCK}",
                with_number,
            )
        )
        made.append(
            (
                rf"(?<!\w)(?:{words.any_of('ordinal_before')})(?P<day>[12]?\d|3[01])(?![\d:.]|,\d|\s*{words.number})(?=\s|$|[,.;!?)])",
                of_month,
            )
        )
    elif endings:
        before = f"(?:{words.any_of('ordinal_before')})"
        weekday = rf"(?:{words.weekday})(?:,)?\s+(?:the\s)?"
        made.append((rf"(?<!\w){weekday}(?P<day>[12]?\d|3[01])(?:{endings})(?!\w|\s?\d)", of_month))
        if "ordinal_before" in words.words:
            made.append((rf"(?<!\w){before}\s(?P<day>[12]?\d|3[01])(?:{endings})(?!\w|\s?\d)", of_month))
    return made


def _week_end(day: date) -> date:
    return day + timedelta(days=_SUNDAY - day.weekday())


def _periods(words: Lexicon) -> _Readers:
    names = ("day", "week", "month", "year", "weekend")
    named = {name: words.one_of("units", name) for name in names if name in words.words["units"]}
    units = "|".join(f"(?P<{name}>{expression})" for name, expression in named.items())
    this, following, ending = words.any_of("this"), words.any_of("next"), words.any_of("end_of")
    joined = r"[\s-]+"

    def read(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        groups = found.groupdict()
        today = sent.date()
        ahead = 1 if groups.get("next") else 0
        begins = begins_there(found)
        if groups.get("monthname"):
            number = words.month_of(groups["monthname"] or "")
            if number is None:
                return None
            year = today.year + (number < today.month)
            last = 1 if begins else monthrange(year, number)[1]
            return Mention("day", *found.span(), day=date(year, number, last), precision="month")
        unit = next((name for name in named if groups.get(name)), None)
        if unit == "day":
            if ahead:
                return Mention("day", *found.span(), day=today + timedelta(days=1))
            return Mention("part", *found.span(), part="end")
        if unit in ("week", "weekend"):
            end = _week_end(today) + timedelta(weeks=ahead)
            return Mention("day", *found.span(), day=end - timedelta(days=6) if begins else end, precision="week")
        if unit == "month":
            year, number = divmod(today.year * 12 + today.month - 1 + ahead, 12)
            last = 1 if begins else monthrange(year, number + 1)[1]
            return Mention("day", *found.span(), day=date(year, number + 1, last), precision="month")
        if unit == "year":
            return Mention("day", *found.span(), day=date(today.year + ahead, 12, 31), precision="year")
        return None

    from_there = re.compile(rf"(?<!\w){words.any_of('from')}[\s-]*$")
    attached = words.words.get("from_attached")

    def begins_there(found: "re.Match[str]") -> bool:
        """Whether the period is when something begins: "from next week"."""
        if attached and found[0].startswith(attached):
            return True
        return ahead_of(found) and from_there.search(found.string[: found.start()]) is not None

    def ahead_of(found: "re.Match[str]") -> bool:
        return bool(found.groupdict().get("next"))

    which = rf"(?:(?P<next>{following})|(?:{this}))"
    made: _Readers = [
        (_word(words, rf"{ending}{joined}(?:{words.attached}{which}{joined})?{words.attached}(?:{units})(?!\w)"), read),
        (_word(words, rf"{ending}{joined}{words.attached}(?P<monthname>{words.month})"), read),
        (_word(words, rf"{which}{joined}(?:{units})"), read),
    ]
    if "end_of_next" in words.words:
        made.insert(0, (_word(words, rf"(?P<next>{words.any_of('end_of_next')}){joined}(?:{units})"), read))
    if "end_after" in words.words:
        ends = words.any_of("end_after")
        made.insert(0, (_word(words, rf"(?:{which}{joined})?(?:{units}){joined}{ends}"), read))
        made.insert(0, (_word(words, rf"(?P<monthname>{words.month}){joined}{ends}"), read))
    if "next_after" in words.words:
        after = rf"(?:(?P<next>{words.any_of('next_after')})|(?:{words.any_of('this_after')}))"
        made.insert(0, (_word(words, rf"(?:{ending}{joined})?{words.attached}(?:{units}){joined}{after}"), read))
    for name in words.names("this_units"):
        made.append((_word(words, rf"(?P<{name}>{words.one_of('this_units', name)})"), read))
    if "in_month" in words.words:
        month = rf"(?P<monthname>{words.month})(?!\w)(?!\s*\d|\.\s?\d)"
        blank = "[\\s-]*" if words.attached else joined
        made.append((rf"(?<!\w){words.any_of('in_month')}{blank}{month}", read))
    if "in_month_ending" in words.words:
        made.append((_word(words, rf"(?P<monthname>{words.month})(?<={words.words['in_month_ending']})"), read))
    if "weekend" in named:
        made.append((_word(words, rf"(?P<weekend>{named['weekend']})"), read))
    return made


def _weekdays(words: Lexicon) -> _Readers:
    this, following = words.any_of("this"), words.any_of("next")

    def read(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        number = words.weekday_of(found["weekday"])
        if number is None:
            return None
        today = sent.date()
        ahead = (number - today.weekday()) % 7
        if found["next"] and ahead == 0:
            ahead = 7
        return Mention("day", *found.span(), day=today + timedelta(days=ahead))

    def in_next_week(found: "re.Match[str]", sent: datetime, _days: Calendar) -> Mention | None:
        number = words.weekday_of(found["weekday"])
        if number is None:
            return None
        monday = _week_end(sent.date()) + timedelta(days=1)
        return Mention("day", *found.span(), day=monday + timedelta(days=number))

    week = words.one_of("units", "week")
    after = words.any_of("next_after")
    next_week = rf"(?:{following}\s+{week}|{week}\s+{after})"
    return [
        (_word(words, rf"{next_week},?\s+(?:\w{{1,2}}\s+)?{words.attached}(?P<weekday>{words.weekday})"), in_next_week),
        (_word(words, rf"(?P<weekday>{words.weekday})\s+(?:of\s)?{next_week}"), in_next_week),
        (_word(words, rf"(?:(?:(?P<next>{following})|{this})\s+)?(?P<weekday>{words.weekday})"), read),
    ]


def _relative_days(words: Lexicon) -> _Readers:
    made: _Readers = []
    # "Tonight" is a day and a part of it.
    named = (name for name in words.names("parts") if name != "midnight")
    parts = {name: re.compile(_word(words, words.one_of("parts", name))) for name in named}
    for ahead in sorted(words.names("relative"), reverse=True):

        def read(found: "re.Match[str]", sent: datetime, _days: Calendar, count: int = int(ahead)) -> Mention:
            part = next((name for name, expression in parts.items() if expression.search(found[0])), None)
            return Mention("day", *found.span(), day=sent.date() + timedelta(days=count), part=part)

        made.append((_word(words, words.one_of("relative", ahead)), read))
    return made


def _feasts(words: Lexicon) -> _Readers:
    made: _Readers = []
    before = words.any_of("before")
    for name in words.names("feasts"):

        def read(found: "re.Match[str]", sent: datetime, _days: Calendar, name: str = name) -> Mention | None:
            day = feast(name, sent.date())
            if day is None:
                return None
            if found["before"]:
                day -= timedelta(days=1)
            return Mention("day", *found.span(), day=day)

        made.append(
            (_word(words, rf"(?:(?P<before>{before})\s+)?{words.attached}{words.one_of('feasts', name)}"), read)
        )
    # The longest name first: "christmas eve" before "christmas".
    made.sort(key=lambda one: "eve" not in one[0])
    return made


def _clocks(words: Lexicon) -> _Readers:
    marker = words.any_of("clock_before")
    behind = words.any_of("clock_after")
    am, pm = words.any_of("am"), words.any_of("pm")
    half = rf"(?:(?P<am>{am})|(?P<pm>{pm}))"
    hour = r"(?P<hour>[01]?\d|2[0-4])"
    minute = r"(?P<minute>[0-5]\d)"
    spelt = "|".join(
        alternatives(forms)
        for name in ("numbers", "ordinals", "hours_inflected")
        for forms in words.words.get(name, ())[:12]
    )
    upto = rf"(?:\s?(?:-|–|{words.any_of('range_words')})\s?(?:{words.any_of('clock_before')}\s)?)"

    def made(found: "re.Match[str]", hours: int, minutes: int, *, guess: bool) -> Mention | None:
        groups = found.groupdict()
        if groups.get("pm") and hours < _NOON:
            hours += 12
        elif groups.get("am") and hours == _NOON:
            hours = 0
        elif guess and 1 <= hours <= _LAST_HOUR_OF_AFTERNOON and not groups.get("am"):
            hours += 12
        if hours > 24 or (hours == 24 and minutes):
            return None
        return Mention("clock", *found.span(), clock=(hours, minutes), precision="minute")

    def exact(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention | None:
        return made(found, int(found["hour"]), int(found["minute"]), guess=False)

    def whole(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention | None:
        return made(found, int(found["hour"]), 0, guess=not found.groupdict().get("sure"))

    def in_words(found: "re.Match[str]", _sent: datetime, _days: Calendar) -> Mention | None:
        groups = found.groupdict()
        written = groups["word"] or ""
        value = words.value(written)
        if value is None or not 1 <= value <= 12:
            return None
        hours, minutes = value, 0
        if groups.get("half_to"):
            hours, minutes = (value - 1) or 12, 30
        elif groups.get("half_past"):
            minutes = 30
        elif groups.get("quarter_past"):
            minutes = 15
        elif groups.get("quarter_to"):
            hours, minutes = (value - 1) or 12, 45
        guess = words.words.get("pm") is not None or minutes == 0
        return made(found, hours, minutes, guess=guess)

    fractions = {
        "half_to": "half_before",
        "half_past": "half_before_adds",
        "quarter_past": "quarter_adds",
        "quarter_to": "quarter_takes",
    }
    before_word = "(?:" + "|".join(rf"(?P<{name}>{words.any_of(key)})\s+" for name, key in fractions.items()) + ")"
    behind_word = (
        rf"(?:\s+(?P<half_past>{words.any_of('half_after')})|\s+(?P<quarter_past>{words.any_of('quarter_adds_after')}))"
    )
    number = rf"(?P<word>1[0-2]|[1-9]|{spelt})(?!\w|[:.,]\d)"
    joined = r"(?:\s+|(?<=-)|(?<=\b[בלמ])|(?=\d))" if words.attached else r"\s+"
    first = rf"(?:\d{{1,2}}(?:[:.]\d\d)?(?:\s?(?:{am}|{pm}|{behind}))?{upto})?"
    unit = alternatives_of(words, "units", *(name for name in words.names("units") if name != "hour"))
    not_counted = rf"(?!\s?{unit}(?!\w)){_NOT_A_CLOCK}"
    ends = r"(?=\s*(?:$|[,.;!?)–]|-\s|\w))"
    dots = "[:.]" if not words.attached else ":"
    relative = alternatives_of(words, "relative", *words.names("relative"))
    day_before = rf"(?:{words.weekday}|{relative}|{_part_words(words)})"
    readers: _Readers = [
        (rf"{_NO_CURRENCY_BEFORE}{first}{hour}{dots}{minute}(?!\d|[.,:]\d){_NOT_A_CLOCK}(?:\s?{half}(?!\w))?", exact),
        (rf"{_NO_CURRENCY_BEFORE}{first}{hour}\s?{half}(?!\w)", whole),
        (rf"{_NO_CURRENCY_BEFORE}{first}{hour}\s?(?P<sure>{behind})(?!\w)", whole),
        (_word(words, rf"{before_word}{number}"), in_words),
        (_word(words, rf"(?:{marker}{joined})?(?P<word>{spelt}|1[0-2]|[1-9]){behind_word}(?!\w)"), in_words),
        (
            _word(
                words,
                rf"(?:{marker}){joined}{first}{hour}(?![\d:.,]\d|\d|%){not_counted}{ends}(?=\s*(?:$|[,.;!?)]|–|-\s|{_after_hour(words)}))",
            ),
            whole,
        ),
    ]
    if words.words.get("clock_sure"):
        sure = words.any_of("clock_sure")
        readers.append((_word(words, rf"{sure}\s{first}{hour}(?![\d:.,]\d|\d|%){not_counted}"), whole))
    readers.append(
        (
            _word(
                words,
                rf"(?P<theday>{day_before})(?:{joined}|,\s?)(?:{marker}){joined}?{first}{hour}(?![\d:.,]\d|\d|%){not_counted}",
            ),
            _with_day(words, whole),
        )
    )
    readers.append(
        (
            _word(
                words,
                rf"(?:{marker}){joined}(?P<word>{spelt})(?!\w){not_counted}(?=\s*(?:$|[,.;!?)]|{_after_hour(words)}))",
            ),
            in_words,
        )
    )
    return readers


def _with_day(_words: Lexicon, read: _Reader) -> _Reader:
    def inner(found: "re.Match[str]", sent: datetime, days: Calendar) -> Mention | None:
        mention = read(found, sent, days)
        if mention is None:
            return None
        # Only the hour is taken in: the day is read on its own.
        return Mention("clock", found.end("theday") + 1, found.end(), clock=mention.clock, precision="minute")

    return inner


def _after_hour(words: Lexicon) -> str:
    """What may stand behind an hour that is a bare number: a part of the day, a day, "and bring ..."."""
    relative = alternatives_of(words, "relative", *words.names("relative"))
    return rf"{words.attached}(?:{_part_words(words)}|{relative}|{words.weekday}|{words.any_of('range_words')}\s)"


def _parts(words: Lexicon) -> _Readers:
    made: _Readers = []
    for name in words.names("parts"):

        def read(found: "re.Match[str]", _sent: datetime, _days: Calendar, name: str = name) -> Mention:
            if name == "midnight":
                return Mention("clock", *found.span(), clock=(24, 0))
            return Mention("part", *found.span(), part=name)

        made.append((_word(words, words.one_of("parts", name)), read))
    # "poslijepodne" holds "podne": the longer word is tried first.
    made.sort(key=lambda one: -len(one[0]))
    return made
