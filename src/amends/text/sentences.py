"""Where sentences begin and end, in mails, letters, posts and chat turns as people really type them.

One pass of a regular expression finds all places where a sentence might end; cheap checks around each place decide.
The whole is linear in the length of the text.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from amends.text.normalise import fold
from amends.text.tables import LANGUAGES, table

__all__ = ["sentences"]

_EMOJI = "\U0001f1e6-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d"
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_STOPS = ".!?…‽。！？"


def _candidates(stops: str, closing: str, emoji: str, line_ends: str) -> re.Pattern[str]:
    """An expression for the places where a sentence might end, with the white space behind each as its group.

    It begins with one character class, which makes the search for it quick. A stop takes along the closing quotation
    marks, the emoji and the emoticons that belong to it. Every part is possessive: giving back would not find
    anything else, and would take quadratic time on hostile text.
    """
    # Without emoji nothing stands in for them.
    face = f"[{emoji}]" if emoji else "(?!)"
    return re.compile(
        rf"""[{stops}{emoji}{line_ends}:;]
        (?: (?<=[{stops}]) [{stops}]*+ [{closing}]*+ (?: \s*+ (?: {face} | [:;]-?[)(DP](?!\w) ) )*+
          | (?<=[:;]) -?[)(DP](?!\w)
          | (?<={face}) {face}*+
        )?+
        ((?:(?<![:;])\s*+)?+)""",
        re.VERBOSE,
    )


_CANDIDATE = _candidates(_STOPS, r")\]\"'”’“»›״\u200e\u200f", _EMOJI, _LINE_ENDS)
# For plain ASCII text the smaller classes halve the time.
_ASCII_CANDIDATE = _candidates(".!?", r")\]\"'", "", "\n\r\x0b\x0c\x1c\x1d\x1e")
_IS_EMOJI = re.compile(f"[{_EMOJI}]")
_LINE_END = re.compile(f"\r\n|[{_LINE_ENDS}]")
_BLANK = re.compile(r"\s*+(?:>[>\s]*+)?")
_MARKS = re.compile(r"[>\s]*+")
_OPENING = "([{\"'“„”‘‚’«‹״*_\u200e\u200f"
_ITEM = re.compile(r"[-*•–—·▪◦‣][ \t]|\(?\d{1,2}\)[ \t]|\d{1,2}\.[ \t]++(?=(.))|[a-z]\)[ \t]", re.DOTALL)
_NUMBER = re.compile(r"\d+$")
_WORD = re.compile(r"\S{0,40}")
_ADDRESS = re.compile(r"://|www\.|@")
_VOWEL = re.compile("[aeiouy]")
# Words are looked at this far back at most: a text without a space must not take quadratic time.
_LONGEST_WORD = 40
_LONGEST_ADDRESS = 200
# Abbreviations of letters alone (without points or marks) are no longer than this.
_LONGEST_ABBREVIATION = 6
_LONGEST_MONTH = 16
# Mail programs wrap between these widths: a shorter line was ended on purpose, a longer one is not wrapped at all.
_NARROWEST_WRAP = 56
_WIDEST_WRAP = 100
# A longer line that begins like a greeting is a sentence that begins like one.
_LONGEST_GREETING = 45


class _Abbreviations(NamedTuple):
    """The abbreviations of a language, without their last point."""

    never: frozenset[str]
    before_number: frozenset[str]
    at_end: frozenset[str]
    any: frozenset[str]
    month: re.Pattern[str]
    certain: bool
    """False where the language is not known: an abbreviation of one language is a word of another (end, art, pan)."""


@cache
def _abbreviations(language: str | None) -> _Abbreviations:
    """Those of one language; those that any language has when it is not one of ours."""
    certain = language in LANGUAGES
    tables = [table(code) for code in LANGUAGES if not certain or code == language]
    never = frozenset(entry for one in tables for entry in one.abbreviations)
    before_number = frozenset(entry for one in tables for entry in one.abbreviations_before_number)
    at_end = frozenset(entry for one in tables for entry in one.abbreviations_at_end)
    months = sorted({re.escape(entry).replace(r"\*", r"\w*+") for one in tables for entry in one.months}, reverse=True)
    month = re.compile(rf"(?:{'|'.join(months)})(?!\w)")
    return _Abbreviations(never, before_number, at_end, never | before_number | at_end, month, certain)


@lru_cache(maxsize=4096)
def _folded_word(word: str) -> str:
    return fold(word)


@cache
def _own_line_words() -> frozenset[str]:
    """The first words of greetings and closings, in all languages, for people mix them."""
    return frozenset(
        entry.split()[0]
        for code in LANGUAGES
        for entries in (table(code).greetings, table(code).closings, table(code).weak_closings)
        for entry in entries
    )


def sentences(text: str, start: int = 0, end: int | None = None, language: str | None = None) -> list[tuple[int, int]]:
    """The sentences of a text or of a part of it.

    Args:
        text: any string.
        start, end: the part to look at, as offsets of `text`; the whole text when left out.
        language: the code of its language, which decides the abbreviations; None when it is not known.

    Returns:
        The spans of the sentences as offsets of `text`, in order, none empty, without white space and without the
        '>' marks of a quotation around them. Items of lists, paragraphs, greetings and closings on their own line
        are sentences of their own; list markers belong to their item.
    """
    length = len(text)
    end = length if end is None else min(max(end, 0), length)
    start = min(max(start, 0), end)
    found: list[tuple[int, int]] = []
    begin = line = _skip_blank(text, start, end)
    abbreviations = _abbreviations(language)
    candidates = _ASCII_CANDIDATE if text.isascii() else _CANDIDATE
    for candidate in candidates.finditer(text, begin, end):
        first = candidate.start()
        stop, follow = candidate.span(1)
        if follow >= end:
            break
        mark = text[first]
        if mark == "." and stop - first == 1 and follow - stop == 1 and text[stop] == " ":
            # By far the commonest case is written out here: an ordinary word, a point, a space and what looks like
            # the beginning of a sentence.
            letter = text[follow]
            earliest = first - _LONGEST_WORD
            if earliest < begin:
                earliest = begin
            space = text.rfind(" ", earliest, first)
            word = text[space + 1 if space >= 0 else earliest : first]
            ends = (
                word.isalpha()
                and letter.isalpha()
                and not letter.islower()
                and (len(word) > _LONGEST_ABBREVIATION or (len(word) > 1 and (word.isascii() or word[0] >= "א")))
                and word.lower() not in abbreviations.any
            ) or _point_ends_sentence(text, begin, first, follow, end, abbreviations)
        elif mark in _LINE_ENDS:
            if _line_ends_sentence(text, line, first, follow, end):
                stop = begin + len(text[begin:first].rstrip())
                ends = True
            else:
                ends = False
            line = follow
        elif mark in ":;" and stop - first == 1:
            continue
        elif stop == follow:
            ends = text[follow].isalpha() and _space_is_missing(text, begin, first, follow)
        else:
            line_breaks = len(_LINE_END.findall(text, stop, follow))
            if line_breaks:
                line = follow
            if line_breaks > 1 or (line_breaks and _is_item(text, follow, end)):
                ends = True
            else:
                after = _behind_marks(text, follow, end) if line_breaks else follow
                if mark == "." and stop - first == 1:
                    ends = _point_ends_sentence(text, begin, first, after, end, abbreviations)
                elif mark in _STOPS:
                    ends = _other_stop_ends_sentence(text, first, stop, _first_letter(text, after, end))
                else:
                    # Emoji and emoticons: at the beginning they belong to what follows.
                    ends = first > begin and not _first_letter(text, after, end).islower()
        if ends:
            if stop > begin:
                found.append((begin, stop))
            begin = follow if text[follow] != ">" else _skip_blank(text, follow, end)
    if begin < end:
        last = text[begin:end].rstrip()
        if last:
            found.append((begin, begin + len(last)))
    return found


def _skip_blank(text: str, place: int, end: int) -> int:
    """The next place that is neither white space nor the mark of a quotation."""
    match = _BLANK.match(text, place, end)
    return place if match is None else match.end()


def _behind_marks(text: str, follow: int, end: int) -> int:
    """Where the text of a line begins behind the marks of a quotation; `follow` when the line is empty."""
    if text[follow] != ">":
        return follow
    marks = _MARKS.match(text, follow, end)
    after = follow if marks is None else marks.end()
    return follow if after >= end or _LINE_END.search(text, follow, after) else after


def _first_letter(text: str, follow: int, end: int) -> str:
    """The character with which the next sentence would begin, opening quotation marks and brackets left out."""
    character = text[follow]
    for place in range(follow + 1, min(follow + 4, end)):
        if character not in _OPENING:
            break
        character = text[place]
    return character


def _is_item(text: str, follow: int, end: int) -> bool:
    """Whether a list item begins here; a date whose day is an ordinal number ("12. ožujka") is none."""
    item = _ITEM.match(text, follow, end)
    return item is not None and not (item[1] and (item[1].islower() or item[1].isdigit()))


def _line_ends_sentence(text: str, line: int, first: int, follow: int, end: int) -> bool:
    """Whether a line end without a stop before it ends a sentence.

    Args:
        line: where the line begins.
        first: where it ends.
        follow: where the next text begins.
    """
    if follow - first > 1 and len(_LINE_END.findall(text, first, follow)) > 1:
        return True
    if text[follow] == ">":
        # The line goes on behind the mark of the quotation; an empty marked line is a paragraph's end.
        marks = _MARKS.match(text, follow, end)
        after = follow if marks is None else marks.end()
        if after >= end or _LINE_END.search(text, follow, after):
            return True
        follow = after
    if _is_item(text, follow, end):
        return True
    length = first - line
    if length <= _LONGEST_GREETING and _is_own_line(text[line:first]):
        return True
    item = _ITEM.match(text, follow, end)
    if text[follow].islower() or (item is not None and item[1] and item[1].islower()):
        return False
    word = _WORD.match(text, follow, end)
    would_fit = length + 1 + (len(word[0]) if word else 0) < _NARROWEST_WRAP
    return would_fit or length > _WIDEST_WRAP


def _is_own_line(line: str) -> bool:
    """Whether a short line is a greeting ("Hi Ana,", "דנה שלום,") or a closing ("Kind regards")."""
    words = fold(line).split()
    if not words or (len(words) > 4 and words[-1][-1] not in ",!:-"):
        return False
    known = _own_line_words()
    return words[0].rstrip(",!:;-.") in known or words[-1].rstrip(",!:;-.") in known


def _space_is_missing(text: str, begin: int, first: int, follow: int) -> bool:
    """Whether a stop that a letter follows at once ends a sentence ("it is done.We will ...")."""
    if follow + 1 >= len(text) or first - begin < 2:
        return False
    letter, second = text[follow], text[follow + 1]
    before, before_that = text[first - 1], text[first - 2]
    if letter.isupper():
        if not (second.islower() or second in " '’"):
            return False
        if not ((before.islower() and before_that.isalpha()) or before in ")%\"'" or before.isdigit()):
            return False
    elif not (
        letter.isalpha()
        and second.isalpha()
        and before.isalpha()
        and before_that.isalpha()
        and not letter.islower()
        and not before.islower()
        and not before.isupper()
    ):
        # Neither a capital nor a script without capitals.
        return False
    address = max(begin, first - _LONGEST_ADDRESS)
    words = text[address:follow].split()
    around = words[-1] if words else ""
    return _ADDRESS.search(around) is None and "@" not in text[follow : follow + _LONGEST_WORD].split(None, 1)[0]


def _other_stop_ends_sentence(text: str, first: int, stop: int, letter: str) -> bool:
    """Whether '!', '?', an ellipsis, or a stop with closing marks or emoji behind it ends a sentence."""
    if not letter.islower():
        return not (letter.isdigit() and text[first] in ".…" and text[stop - 1] in ".…")
    # In lower case it goes on after an ellipsis and after a question quoted within a sentence: "Why?" he asked.
    last = text[stop - 1]
    return last in "!?‽。！？" or _IS_EMOJI.match(last) is not None or text[stop - 2] in ":;-"


def _point_ends_sentence(
    text: str, begin: int, first: int, follow: int, end: int, abbreviations: _Abbreviations
) -> bool:
    """Whether one point with white space behind it ends a sentence."""
    letter = _first_letter(text, follow, end)
    words = text[max(begin, first - _LONGEST_WORD) : first].split()
    # With white space before the point nothing can be abbreviated.
    if not words or text[first - 1].isspace():
        return True
    word = words[-1].lstrip(_OPENING)
    if not word:
        return True
    if word[-1].isdigit():
        # In capitals nothing else tells "31. OKTOOBRIL" from the beginning of a sentence.
        if text[follow : follow + 2].isupper() and abbreviations.month.match(
            _folded_word(text[follow : follow + _LONGEST_MONTH])
        ):
            return False
        return _number_ends_sentence(word, letter, at_begin=first - len(word) <= begin + 1)
    low = word.lower() if word.isascii() else _folded_word(word)
    is_lower = letter.islower()
    if low in abbreviations.at_end:
        if low in abbreviations.never and not (len(words) > 1 and words[-2][-1].isdigit() | (words[-2][-1] == ".")):
            return False
        # In capitals nothing tells whether it goes on; more often it does ("10 VAL. RYTO").
        in_capitals = len(word) > 1 and word.isupper() and text[follow : follow + 2].isupper()
        return not (is_lower or in_capitals or letter.isdigit())
    if letter.isdigit() and low in abbreviations.before_number:
        return False
    if low in abbreviations.never:
        return not (abbreviations.certain or is_lower or letter.isdigit() or word[0].isupper())
    if len(word) == 1:
        # An initial, unless it is the English pronoun.
        return word == "I" or not word.isalpha() or (word.islower() and not is_lower)
    if "." in word and all(len(part) <= 2 for part in word.split(".")):
        return False
    return not is_lower or not word.isascii() or _VOWEL.search(low) is not None


def _number_ends_sentence(word: str, letter: str, *, at_begin: bool) -> bool:
    """Whether the point behind a number ends a sentence; often it makes the number an ordinal one."""
    number = _NUMBER.search(word)
    digits = len(number[0]) if number else 0
    if letter.isdigit() or letter.islower():
        # "3. kovo", "12. 3. 2025"; but not behind an order number.
        return digits > 4
    return not (at_begin and digits <= 2)
