"""Bytes to letters, whatever a mail says about them.

What a mail declares is believed only as far as the bytes agree. Sources: the WHATWG Encoding Standard for the names and
for which encoding an older name really means; RFC 1556 for Hebrew.
"""

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

from amends.text import identify

__all__ = ["Decoded", "codec_name", "decode"]


class Decoded(NamedTuple):
    """Text from bytes.

    Attributes:
        text: The letters; line ends as they were.
        encoding: The codec that gave them, in Python's spelling.
        declared_right: Whether the declaration was one, and held.
        known: Whether the declaration names an encoding at all; True when there is none.
        lossless: Whether every byte meant something.
    """

    text: str
    encoding: str
    declared_right: bool
    known: bool = True
    lossless: bool = True


# Names that mail programs write and Python does not know, or that mean more than they say.
_MEANT = {
    "iso8859-1": "cp1252", "latin-1": "cp1252", "ansi": "cp1252",
    "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255", "iso8859-8": "cp1255", "logical": "cp1255", "visual": "cp1255",
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "shift_jis": "cp932", "x-sjis": "cp932",
    "big5": "big5hkscs", "iso2022_jp": "iso2022_jp_2", "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8", "x-unicode": "utf-16", "unicode": "utf-16", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman", "x-mac-ce": "mac-latin2", "x-mac-cyrillic": "mac-cyrillic", "dos-862": "cp862",
    "winbaltrim": "cp1257", "windows-31j": "cp932", "cp-850": "cp850", "x-cp1252": "cp1252", "8bit": "utf-8",
}  # fmt: skip
# Python has codecs for much else: compression, rot13, escapes, internet names. None of them is a way to write mail.
_ALLOWED = re.compile(
    r"utf-(?:7|8|16|16-le|16-be|32|32-le|32-be)|ascii|iso8859-\d{1,2}|cp\d{3,4}|koi8-[rut]|mac-\w+|gb2312|gbk|gb18030|hz"
    r"|big5(?:hkscs)?|euc_\w+|johab|shift_jis(?:x0213|_2004)?|iso2022_\w+|tis-620|ptcp154|kz1048"
)
_SEVEN_BIT = re.compile(r"utf-7|iso2022_\w+|hz")
_WIDE = re.compile(r"utf-(?:16|32).*")
_ONE_BYTE = re.compile(r"iso8859-\d+|cp(?:125\d|4\d\d|7\d\d|8\d\d)|koi8-\w|mac-\w+")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# What people wrote before UTF-8, with the languages of ours that each can write.
_WESTERN = "cp1252"
_OLDER = (("cp1257", ("lt", "et")), ("cp1250", ("hr", "sk", "pl")), (_WESTERN, ("en", "et")))
_WESTERN_LANGUAGES = frozenset(
    ("French", "German", "Spanish", "Portuguese", "Italian", "Dutch", "Swedish", "Danish", "Norwegian", "Finnish")
)
# From this share of letters that are not ASCII on, the text is not in Latin letters; Hebrew has hardly any others.
_OTHER_SCRIPT = 0.45
_HEBREW_SHARE = 0.85
_FEWEST_FOR_STATISTICS = 16
_FEWEST_TO_DOUBT = 3
_ASCII = bytes(range(0x80))
# Around so many bytes that are not ASCII is enough to tell an encoding.
_SAMPLE = 3_000
_FOREIGN = re.compile(rb"[^\n]{0,120}[\x80-\xff][^\n]{0,200}")
_WHOLE_FOR_ONE_LOST = 3
_NAME = re.compile(r"[^\w.:()+-]+")
_REPLACEMENT = "\ufffd"
# Letters that Hebrew writes only at the end of a word: where they begin words, the lines were stored mirrored.
_FINAL_FIRST = re.compile(r"(?<![א-ת])[םןץףך](?=[א-ת])")
_FINAL_WITHIN = re.compile(r"[םןץףך](?=[א-ת])")
_FINAL_LAST = re.compile(r"(?<=[א-ת])[םןץףך](?![א-ת])")
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.,:/@_+%#&=?~-]*[0-9A-Za-z/%]|[0-9A-Za-z]")
_MIRRORED = str.maketrans("()[]{}<>", ")(][}{><")


@lru_cache(maxsize=1024)
def codec_name(declared: str) -> str | None:
    """Python's codec for the name of a charset as mails write it; None when nobody knows it.

    Args:
        declared: The parameter's value; quotes, blanks and a language behind "*" (RFC 2231) do not matter.
    """
    name = _NAME.sub("", declared.split("*")[0].split("'")[0]).lower()[:60]
    meant = _MEANT.get(name)
    if meant is None:
        try:
            found = codecs.lookup(name).name
        except (LookupError, ValueError):
            return None
        if _ALLOWED.fullmatch(found) is None:
            return None
        meant = _MEANT.get(found, found)
    return meant


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The letters that some bytes mean.

    Args:
        data: The bytes, of any length.
        declared: The charset that the mail names; None when it names none.
    """
    codec = codec_name(declared) if declared else None
    known = codec is not None or not declared
    if data.isascii() and (codec is None or _is_plain(data, codec)):
        return Decoded(data.decode("ascii"), codec or "utf-8", codec is not None, known)
    if codec == "ascii":
        codec = None
    for mark, marked in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(marked, "replace")
            return Decoded(text, marked, codec is not None and codec[:6] == marked[:6], known, _REPLACEMENT not in text)
    if codec is not None:
        found = _as_declared(data, codec)
        if found is not None:
            if declared and codec == "cp1255" and "8859" in declared:
                found = found._replace(text=_logical(found.text))
            return found
    return _guessed(data, codec, known)


def _is_plain(data: bytes, codec: str) -> bool:
    """Whether ASCII bytes are just ASCII in an encoding."""
    if _WIDE.fullmatch(codec) is not None:
        # Every other byte of real text in it would be 0.
        return b"\0" not in data
    return _SEVEN_BIT.fullmatch(codec) is None


def _as_declared(data: bytes, codec: str) -> Decoded | None:
    """The text, when the bytes agree with the declaration."""
    if _ONE_BYTE.fullmatch(codec) is not None:
        # Any bytes mean something there. Text that happens to be right UTF-8 is UTF-8.
        try:
            return Decoded(data.decode("utf-8"), "utf-8", False)
        except UnicodeDecodeError:
            pass
    if codec == _WESTERN and len(data.translate(None, _ASCII)) >= _FEWEST_TO_DOUBT:
        # What programs write when they do not know.
        likely = _by_language(_sample(data)) or codec
        if likely != codec:
            text = data.decode(likely, "replace")
            return Decoded(text, likely, text == data.decode(codec, "replace"), lossless=_REPLACEMENT not in text)
    try:
        return Decoded(data.decode(codec), codec, True)
    except (UnicodeError, ValueError):
        if _ONE_BYTE.fullmatch(codec) is not None:
            return None
    # One damaged character, or a text that was cut within one, does not make it another encoding.
    text = data.decode(codec, "replace")
    lost = text.count(_REPLACEMENT)
    foreign = sum(letter > "\x7f" for letter in text) - lost
    if foreign >= _WHOLE_FOR_ONE_LOST * lost or (lost == 1 and text.endswith(_REPLACEMENT)):
        return Decoded(text, codec, True, lossless=False)
    return None


def _guessed(data: bytes, declared: str | None, known: bool) -> Decoded:
    try:
        return Decoded(data.decode("utf-8"), "utf-8", False, known)
    except UnicodeDecodeError:
        pass
    sample = _sample(data)
    codec = _by_language(sample) or _by_statistics(sample) or declared or "cp1252"
    text = data.decode(codec, "replace")
    return Decoded(text, codec, False, known, _REPLACEMENT not in text)


def _sample(data: bytes) -> bytes:
    """The lines that tell an encoding, no more of them than needed."""
    found, length = [], 0
    for match in _FOREIGN.finditer(data):
        found.append(match[0])
        length += len(match[0])
        if length > _SAMPLE:
            break
    return b"\n".join(found)


def _by_language(sample: bytes) -> str | None:
    """The older encoding in which the text reads as a language that used it."""
    high = sum(byte >= 0x80 for byte in sample)
    letters = high + sum(map(str.isalpha, sample.decode("ascii", "ignore")))
    if high >= _OTHER_SCRIPT * letters:
        return "cp1255" if _is_hebrew(sample) else None
    best, best_confidence = None, 0.0
    for codec, languages in _OLDER:
        try:
            found = identify(sample.decode(codec))
        except UnicodeDecodeError:
            continue
        if found.language in languages and found.confidence > best_confidence:
            best, best_confidence = codec, found.confidence
        elif codec == _WESTERN and best is None and found.looks_like in _WESTERN_LANGUAGES:
            best = codec
    return best


def _is_hebrew(sample: bytes) -> bool:
    """Whether bytes are Hebrew letters: the final forms among them end words. In Cyrillic they are anywhere."""
    try:
        text = sample.decode("cp1255")
    except UnicodeDecodeError:
        return False
    letters = sum("א" <= letter <= "ת" for letter in text)
    foreign = sum(letter > "\x7f" for letter in text)
    within, at_end = len(_FINAL_WITHIN.findall(text)), len(_FINAL_LAST.findall(text))
    return letters >= _HEBREW_SHARE * foreign and within <= at_end


def _by_statistics(sample: bytes) -> str | None:
    """The guess of a library, for texts long enough that it is one."""
    if sum(byte >= 0x80 for byte in sample) < _FEWEST_FOR_STATISTICS:
        return None
    try:
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
    except Exception:
        # A library that guesses at hostile bytes: its failure, or its absence, only means that there is no guess.
        return None
    return codec_name(best.encoding) if best is not None else None


def _logical(text: str) -> str:
    """Hebrew that was stored as it stands on a screen from left to right, in the order in which it is read.

    Source: RFC 1556. Programs write the name of either order over either text; the letters that stand only at the end
    of a word decide.
    """
    if len(_FINAL_FIRST.findall(text)) <= len(_FINAL_LAST.findall(text)):
        return text
    return "\n".join(map(_mirrored, text.split("\n")))


def _mirrored(line: str) -> str:
    turned = line.rstrip("\r")[::-1].translate(_MIRRORED)
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], turned)
