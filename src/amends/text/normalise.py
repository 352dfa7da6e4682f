"""One folded form of a text to search in, and the way back to the writer's own characters.

People write the same words in many ways: with and without diacritics, composed and decomposed, with curly or
straight quotation marks, with soft hyphens and direction marks that nobody sees. Everything that searches a text
searches its *folded* form and reports places in the *original*.

Folding is defined code point by code point and needs no context except for white space, so it is the same for
composed (NFC) and decomposed (NFD) text by construction. Characters of scripts outside our six languages that are
composed of several letters (Hangul) come out as those letters.

All offsets are code point offsets, as in Python strings; `utf16_offset` and `utf16_spans` turn them into those of
JavaScript and of the editor protocol.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from codecs import charmap_build, charmap_decode, charmap_encode
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["Normalised", "fold", "normalise", "utf16_offset", "utf16_spans"]

_DOUBLE_QUOTES = "“”„‟«»″״〝〞❝❞ˮ"
_SINGLE_QUOTES = "‘’‚‛‹›′´׳ʹʻʼʽ❛❜"
_SPECIAL: dict[str, str] = {
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
    "−": "-",
    "⁃": "-",
    "…": "...",
    "‥": "..",
    # Letters that Unicode does not decompose although every reader sees a plain letter with something added.
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ŋ": "n",
    "ø": "o",
    "ŧ": "t",
    "þ": "th",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
}
_COMPATIBILITY = ("<wide>", "<narrow>", "<font>", "<compat>")

# A stranger can send every code point there is; the memory of folded characters must not grow with that.
_MEMORY = 20_000
_folded_characters: dict[str, str] = {}


def _is_mark(character: str) -> bool:
    """Whether a code point sits on the one before it: accents, niqqud, cantillation, variation selectors."""
    return unicodedata.category(character) in ("Mn", "Me") or unicodedata.combining(character) != 0


def _fold_step(character: str) -> str:
    """One step of folding; the same character when there is nothing left to fold."""
    special = _SPECIAL.get(character)
    if special is not None:
        return special
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cf" or _is_mark(character):
        return ""
    if category == "Pd":
        return "-"
    lower = character.lower()
    if lower != character:
        return lower
    decomposed = unicodedata.normalize("NFD", character)
    if decomposed != character:
        return decomposed
    compatibility = unicodedata.decomposition(character)
    # A free-standing accent (¨) "is" a space with a mark upon it: to fold it would invent white space.
    if compatibility.startswith(_COMPATIBILITY) and "> 0020" not in compatibility:
        return unicodedata.normalize("NFKD", character)
    return character


def _fold_character(character: str) -> str:
    """The folding of one code point: no, one or several code points."""
    known = _folded_characters.get(character)
    if known is not None:
        return known
    step = _fold_step(character)
    folded = step if step == character else "".join(map(_fold_character, step))
    if len(_folded_characters) < _MEMORY:
        _folded_characters[character] = folded
    return folded


def _accented_character(character: str) -> str:
    """The lower-case form of a code point that folds to exactly one, its diacritics kept."""
    folded = _fold_character(character)
    lower = unicodedata.normalize("NFC", character.lower())
    return lower if len(lower) == 1 and folded.isalpha() and lower not in _SPECIAL_SIGNS else folded


_SPECIAL_SIGNS = frozenset(sign for sign, folded in _SPECIAL.items() if not folded.isalpha())

# The 256 characters that make up nearly all text of the six languages and fold to one character each. As an 8-bit
# character set they go through the C codec, which is ten times as fast as str.translate on text that is not ASCII.
# NUL has to be first, or Python falls back to a dictionary look-up for each character.
_COMMON = (
    "".join(map(chr, [*range(0x0E), *range(0x1C, 0x7F)]))
    + "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
    + "ąčęėįšųūžĄČĘĖĮŠŲŪŽ"
    + "ćđĆĐ"
    + "äöüõÄÖÜÕ"
    + "áďéíĺľňóôŕťúýÁĎÉÍĹĽŇÓÔŔŤÚÝ"
    + "àâçèêëîïñåøúûěřůł"
    + "\u00a0–—‑−־‘’‚“”„«»´׳״€£₪°•™"
)
_COMMON = "".join(dict.fromkeys(_COMMON))
_ENCODING = charmap_build(_COMMON.ljust(256, "\ufffe"))
_FOLDED_TABLE = "".join(map(_fold_character, _COMMON))
_ACCENTED_TABLE = "".join(map(_accented_character, _COMMON))
_ASCII_TABLE = "".join(map(_fold_character, map(chr, range(0x80)))).encode("ascii").ljust(256)
_UNCOMMON = re.compile(f"[^{re.escape(_COMMON)}]+")
_SPACES = re.compile("  +")
_QUOTE_MARKS = re.compile(r"(?<=[\r\n])[ \t]*>[> \t]*")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
# No letter carries more marks than this; ordering the marks of a longer heap would take quadratic time.
_LONGEST_CLUSTER = 24
_SHORTEST_REMEMBERED = 40
_LONGEST_REMEMBERED = 10_000


class Normalised:
    """A text in its folded form, with the map back to the original.

    Attributes:
        original: the text as it was given.
        text: its folded form.
    """

    __slots__ = ("_accented", "_folded_starts", "_original_ends", "_original_starts", "_steps", "original", "text")

    def __init__(self, original: str, text: str, pieces: "_Pieces | None" = None) -> None:
        """`pieces` None means that every folded character stands where its original stood."""
        self.original = original
        self.text = text
        self._accented: str | None = None
        if pieces is None:
            self._folded_starts: list[int] | None = None
        else:
            self._folded_starts = pieces.folded_starts
            self._original_starts = pieces.original_starts
            self._original_ends = pieces.original_ends
            self._steps = pieces.steps

    def __repr__(self) -> str:
        return f"Normalised(original={self.original!r}, text={self.text!r})"

    @property
    def accented(self) -> str:
        """The folded text with its diacritics kept: as long as `text`, place by place the lower-case character.

        Where one character folds to several (ß -> ss) each of them shows the one (ßß); where no single composed
        character exists (Hebrew niqqud, q with a tilde) the folded character is shown.
        """
        if self._accented is None:
            self._accented = self.text if self.original.isascii() else self._with_accents()
        return self._accented

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the original for offsets of `text`.

        Args:
            start, end: a span of the folded text; offsets outside it are clamped.

        Returns:
            The span of the original that folds to it: whole characters with their combining marks, never empty
            for a span that is not empty.
        """
        length = len(self.text)
        start = min(max(start, 0), length)
        end = min(max(end, start), length)
        starts = self._folded_starts
        if starts is None:
            return start, end
        if start == end:
            place = self._original_start(start)
            return place, place
        piece = bisect_right(starts, end - 1) - 1
        if self._steps[piece]:
            return self._original_start(start), self._original_starts[piece] + end - starts[piece]
        return self._original_start(start), self._original_ends[piece]

    def position(self, original_offset: int) -> int:
        """The offset in `text` for an offset of the original; monotone; offsets outside the text are clamped.

        An offset inside a character that is written with several code points gives the start of its folding; one
        among characters that fold to nothing gives the end of what stands before them.
        """
        offset = min(max(original_offset, 0), len(self.original))
        starts = self._folded_starts
        if starts is None:
            return offset
        piece = bisect_right(self._original_starts, offset) - 1
        if piece < 0:
            return 0
        if offset >= self._original_ends[piece]:
            return starts[piece + 1] if piece + 1 < len(starts) else len(self.text)
        if self._steps[piece]:
            return starts[piece] + offset - self._original_starts[piece]
        return starts[piece]

    def _original_start(self, offset: int) -> int:
        """Where the original of the folded character at `offset` begins; the end of the text for the end."""
        starts = self._folded_starts
        if starts is None:
            return offset
        if offset >= len(self.text):
            return len(self.original)
        piece = bisect_right(starts, offset) - 1
        place = self._original_starts[piece]
        return place + offset - starts[piece] if self._steps[piece] else place

    def _with_accents(self) -> str:
        original = _without_quote_marks(self.original)
        starts = self._folded_starts
        if starts is None:
            return _accents_one_by_one(original)
        if not starts:
            return ""
        shown: list[str] = []
        ends = [*starts[1:], len(self.text)]
        for piece, (folded_start, folded_end) in enumerate(zip(starts, ends, strict=True)):
            written = original[self._original_starts[piece] : self._original_ends[piece]]
            if self._steps[piece]:
                shown.append(_accents_one_by_one(written))
            else:
                shown.append(_accents_of_cluster(written, self.text[folded_start:folded_end]))
        return "".join(shown)


def _accents_one_by_one(written: str) -> str:
    """The accented form of characters that each fold to one."""
    try:
        return charmap_decode(charmap_encode(written, "strict", _ENCODING)[0], "strict", _ACCENTED_TABLE)[0]
    except UnicodeEncodeError:
        return "".join(map(_accented_character, written))


def _accents_of_cluster(written: str, folded: str) -> str:
    """The accented form, as long as `folded`, of a character that is written with marks or folds to several."""
    if not folded.isalpha() or len(written) > _LONGEST_CLUSTER:
        return folded
    visible = "".join(character for character in written if unicodedata.category(character) != "Cf")
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).lower())
    if len(composed) == len(folded):
        return composed
    return composed * len(folded) if len(composed) == 1 else folded


class _Pieces:
    """The map between folded and original text while it grows, kept as pieces and not per character.

    A piece with step 1 runs character by character; every folded character of a piece with step 0 stands for the
    whole of its original. Original characters between two pieces fold to nothing; so does all but the first of a
    run of white space.
    """

    __slots__ = ("folded_starts", "length", "original_ends", "original_starts", "spaced", "steps", "written")

    def __init__(self) -> None:
        self.folded_starts: list[int] = []
        self.original_starts: list[int] = []
        self.original_ends: list[int] = []
        self.steps = bytearray()
        self.written: list[str] = []
        self.length = 0
        self.spaced = False

    def add(self, folded: str, start: int, end: int, step: int) -> None:
        """Append `folded` (not empty) for original[start:end]."""
        if step and self.steps and self.steps[-1] and self.original_ends[-1] == start:
            self.original_ends[-1] = end
        else:
            self.folded_starts.append(self.length)
            self.original_starts.append(start)
            self.original_ends.append(end)
            self.steps.append(step)
        self.written.append(folded)
        self.length += len(folded)
        self.spaced = folded[-1] == " "

    def stretch(self, end: int) -> None:
        """Let the last folded character stand for everything up to original `end`."""
        if self.steps[-1]:
            last = self.original_ends[-1] - 1
            if last > self.original_starts[-1]:
                self.original_ends[-1] = last
                self.folded_starts.append(self.length - 1)
                self.original_starts.append(last)
                self.original_ends.append(end)
                self.steps.append(0)
                return
            self.steps[-1] = 0
        self.original_ends[-1] = end

    def add_common(self, folded: str, start: int) -> None:
        """Append text that folds character by character, except that its runs of white space become one."""
        done = 0
        if self.spaced and folded[0] == " ":
            done = len(folded) - len(folded.lstrip(" "))
        if "  " in folded:
            for run in _SPACES.finditer(folded, done):
                first, last = run.span()
                self.add(folded[done : first + 1], start + done, start + first + 1, 1)
                done = last
        if done < len(folded):
            self.add(folded[done:], start + done, start + len(folded), 1)

    def add_uncommon(self, characters: str, start: int) -> None:
        """Append characters of any kind, one by one."""
        for place, character in enumerate(characters, start):
            folded = _fold_character(character)
            if len(folded) == 1:
                if folded != " " or not self.spaced:
                    self.add(folded, place, place + 1, 1)
            elif folded:
                self.add(folded, place, place + 1, 0)
            elif self.steps and _is_mark(character):
                self.stretch(place + 1)


def normalise(text: str) -> Normalised:
    """Fold a text.

    Lower case; diacritics, niqqud and cantillation removed; dashes and maqaf become '-', quotation marks, geresh
    and gershayim become ' or "; '…' becomes '...'; full-width and ligature forms become plain letters; soft
    hyphens, zero-width characters, direction marks and variation selectors vanish; each run of white space, line
    ends included, becomes one space, with the marks behind a line end by which mail programs tell that they quote.

    Args:
        text: any string, lone surrogates and NUL included.

    Returns:
        The folded text with its map to the original. Time and memory are linear in the length of the text.
    """
    # A message is read for several purposes, one soon after the other.
    return _remembered(text) if _SHORTEST_REMEMBERED <= len(text) <= _LONGEST_REMEMBERED else _normalised(text)


def _normalised(text: str) -> Normalised:
    """See `normalise`."""
    read = _without_quote_marks(text)
    if read.isascii():
        folded = read.encode("ascii").translate(_ASCII_TABLE).decode("ascii")
    else:
        try:
            folded = charmap_decode(charmap_encode(read, "strict", _ENCODING)[0], "strict", _FOLDED_TABLE)[0]
        except UnicodeEncodeError:
            return _normalise_uncommon(text, read)
    if "  " not in folded:
        return Normalised(text, folded)
    return _normalise_spaces(text, folded)


_remembered = lru_cache(maxsize=32)(_normalised)


def _normalise_spaces(text: str, folded: str) -> Normalised:
    """Reduce the runs of spaces in `folded`, the folding of `text` character by character."""
    pieces = _Pieces()
    starts, original_starts, original_ends = pieces.folded_starts, pieces.original_starts, pieces.original_ends
    kept: list[str] = []
    length = done = 0
    for run in _SPACES.finditer(folded):
        first, last = run.span()
        kept.append(folded[done:first])
        starts.append(length)
        original_starts.append(done)
        original_ends.append(first + 1)
        length += first + 1 - done
        done = last
    kept.append(folded[done:])
    if done < len(folded):
        starts.append(length)
        original_starts.append(done)
        original_ends.append(len(folded))
    pieces.steps = bytearray(b"\1") * len(starts)
    return Normalised(text, " ".join(kept), pieces)


def _without_quote_marks(text: str) -> str:
    """The text, as long as it is, with blanks for the marks at the beginning of quoted lines."""
    return _QUOTE_MARKS.sub(lambda marks: " " * len(marks[0]), text) if ">" in text else text


def _normalise_uncommon(text: str, read: str) -> Normalised:
    """Fold a text that holds characters outside the common set; `read` is it without the marks of quoted lines."""
    pieces = _Pieces()
    done = 0
    for run in _UNCOMMON.finditer(read):
        start, end = run.span()
        if start > done:
            common = charmap_encode(read[done:start], "strict", _ENCODING)[0]
            pieces.add_common(charmap_decode(common, "strict", _FOLDED_TABLE)[0], done)
        pieces.add_uncommon(run[0], start)
        done = end
    if done < len(read):
        common = charmap_encode(read[done:], "strict", _ENCODING)[0]
        pieces.add_common(charmap_decode(common, "strict", _FOLDED_TABLE)[0], done)
    return Normalised(text, "".join(pieces.written), pieces)


def fold(text: str) -> str:
    """The folded form of a text or of a pattern's words, see `normalise`; folding twice changes nothing."""
    return normalise(text).text


def utf16_offset(text: str, code_point_offset: int) -> int:
    """The offset in UTF-16 code units of a code point offset of `text` (clamped to it)."""
    offset = min(max(code_point_offset, 0), len(text))
    if text.isascii():
        return offset
    return offset + sum(1 for _ in _ASTRAL.finditer(text, 0, offset))


def utf16_spans(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans of `text`, given in code points in any order, in UTF-16 code units; the text is read once."""
    length = len(text)
    astral = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]

    def units(offset: int) -> int:
        offset = min(max(offset, 0), length)
        return offset + bisect_left(astral, offset)

    return [(units(start), units(end)) for start, end in spans]
