"""The headers of a mail: words, addresses, dates, ids and parameters from bytes that anybody may have written.

Sources: RFC 5322 (headers), RFC 2047 (encoded words), RFC 2231 (parameters). Where real mail breaks them, what a person
would have meant is taken: encoded words within quotation marks, split within a character, with blanks in them; bytes
that are no ASCII; names with commas and no quotation marks.
"""

import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import collapse_rfc2231_value, decode_params, parsedate_tz
from typing import NamedTuple

from amends.archive.mail.charsets import decode

__all__ = ["MOST_ADDRESSES", "Address", "Headers", "addresses", "clean_line", "ids", "moment", "parameters", "words"]


class Address(NamedTuple):
    """Somebody's name and address.

    Attributes:
        name: The name for people, without control characters; "" when there is none.
        address: "somebody@example.com" as it was written; "" when there was a name only.
    """

    name: str
    address: str

    @property
    def key(self) -> str:
        """What is compared: the address in small letters."""
        return self.address.casefold()

    @property
    def domain(self) -> str:
        """What stands behind the @, in small letters."""
        return self.address.rpartition("@")[2].casefold()


# Names of headers that are looked at are short; longer ones are rubbish.
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)")
_FOLD = re.compile(rb"[\r\n]+")
LONGEST_HEADER = 64 * 1024
MOST_HEADERS = 2_000

_ENCODED = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?([^\r\n]{0,20000}?)\?=")
_BETWEEN = re.compile(rb"[ \t\r\n]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# These turn around or hide what stands beside them on a page.
_OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

MOST_ADDRESSES = 1_000
_ADDRESS_TOKEN = re.compile(
    r"""  "(?P<quoted>(?:[^"\\]|\\.)*+)"?+
        | \((?P<comment>[^()]*+)\)?+
        | <(?P<angle>[^<>]*+)>?+
        | (?P<encoded>=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*+\?=)
        | (?P<mark>[,;])
        | (?P<group>:)
        | (?P<text>(?:[^",;:<>(=]|=(?!\?))++|.)""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r"[^\s@<>\"',;:()\[\]\\]{1,128}@[^\s@<>\"',;:()\\]{1,255}")
_ID = re.compile(rb"<([^<>\r\n]{1,900})>")
_BARE_ID = re.compile(rb"[^\s<>,;\"]{1,400}@[^\s<>,;\"]{1,400}")
_LONGEST_BARE_IDS = 4_000
_MOST_IDS = 200

_VALUE = re.compile(r"\s*+([\w.+-]*+)(?:\s*+/\s*+([\w.+-]++))?+")
_PARAMETER = re.compile(r"""[;\s]\s*+([^\s=;"]{1,80})[ \t]*+=[ \t]*+("(?:[^"\\]|\\.)*+"?+|[^;]*+)""")
_LONGEST_PARAMETERS = 8 * 1024
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SECONDS_OF_A_DAY = 86_400
_EARLIEST_YEAR, _LATEST_YEAR = 1, 9998


class Headers:
    """The headers of a mail or of a part, by name; the values are bytes until somebody asks for words.

    Attributes:
        count: How many there are.
        long: The names of those that were cut because they are too long.
        many: Whether there were more than are kept.
    """

    __slots__ = ("_fields", "count", "long", "many")

    def __init__(self, head: bytes) -> None:
        """Read the lines between the beginning of a mail and its first empty line."""
        self._fields: dict[str, list[bytes]] = {}
        self.count = 0
        self.long: list[str] = []
        self.many = False
        for name, value in self._read(head):
            self._fields.setdefault(name, []).append(value)

    def _read(self, head: bytes) -> Iterator[tuple[str, bytes]]:
        for match in _FIELD.finditer(head):
            name, value = match.groups()
            self.count += 1
            if self.count > MOST_HEADERS:
                self.many = True
                return
            key = name.decode("latin-1").lower()
            if len(value) > LONGEST_HEADER:
                self.long.append(key)
                value = value[:LONGEST_HEADER]
            yield key, _FOLD.sub(b"", value).rstrip()

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def names(self) -> list[str]:
        """The names of all headers in small letters, each once, in their order."""
        return list(self._fields)

    def raw(self, name: str) -> bytes:
        """The first header of a name that holds something, unfolded; b"" when there is none."""
        return next(filter(None, self._fields.get(name, ())), b"")

    def all(self, name: str) -> list[bytes]:
        """All headers of a name, the topmost first."""
        return self._fields.get(name, [])

    def words(self, name: str, charset: str | None = None) -> str:
        """The first header of a name as one line of text."""
        return words(self.raw(name), charset)


def clean_line(text: str) -> str:
    """A line that is safe to show beside others: no control characters, no marks that turn the page around."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_OVERRIDES.sub("", _CONTROL.sub(" ", text)).split())


def words(value: bytes, charset: str | None = None) -> str:
    """A header's value as one line of text, encoded words decoded.

    Args:
        value: The unfolded value.
        charset: What bytes that are not ASCII are in, if the mail says so elsewhere.
    """
    if b"=?" not in value:
        return clean_line(value.decode("ascii") if value.isascii() else decode(value, charset).text)
    pieces: list[str] = []
    pending, pending_charset, place = b"", b"", 0
    for match in _ENCODED.finditer(value):
        between = value[place : match.start()]
        if pending and _BETWEEN.fullmatch(between) and match[1].lower() == pending_charset:
            # A character may begin in one word and end in the next.
            pending += _word_bytes(match)
        else:
            if pending:
                pieces.append(decode(pending, pending_charset.decode("latin-1")).text)
            if not pending or not _BETWEEN.fullmatch(between):
                pieces.append(between.decode("ascii") if between.isascii() else decode(between, charset).text)
            pending, pending_charset = _word_bytes(match), match[1].lower()
        place = match.end()
    if pending:
        pieces.append(decode(pending, pending_charset.decode("latin-1")).text)
    rest = value[place:]
    pieces.append(rest.decode("ascii") if rest.isascii() else decode(rest, charset).text)
    return clean_line("".join(pieces))


def _word_bytes(match: re.Match[bytes]) -> bytes:
    """The bytes of one encoded word; what is damaged in it is left out."""
    text = match[3]
    if match[2] in b"qQ":
        return binascii.a2b_qp(text, header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def addresses(value: bytes, charset: str | None = None) -> tuple[list[Address], list[str]]:
    """The addresses of a header.

    Args:
        value: The unfolded value.
        charset: What bytes that are not ASCII are in, if the mail says so elsewhere.

    Returns:
        The addresses in their order, at most `MOST_ADDRESSES`; and the pieces that are none.
    """
    found: list[Address] = []
    wrong: list[str] = []
    text = value.decode("ascii", "surrogateescape")
    name: list[str] = []
    comment, angle = "", None
    length = len(text)

    def finish() -> None:
        nonlocal comment, angle
        shown = "".join(name).strip()
        loose = _BARE.findall(shown) if angle is None else []
        if len(loose) > 1:
            # Somebody forgot the commas.
            found.extend(Address("", clean_line(_text(one, charset)).strip(".'")) for one in loose)
        else:
            one = _address(shown, comment, angle, charset)
            if one is not None and one.address:
                found.append(one)
            elif one is not None:
                wrong.append(one.name)
        name.clear()
        comment, angle = "", None

    for match in _ADDRESS_TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "quoted":
            name.append(_ESCAPED.sub(r"\1", match["quoted"]))
        elif kind == "comment":
            comment = comment or match["comment"]
        elif kind == "angle":
            if angle is not None:
                finish()
            angle = match["angle"]
        elif kind == "mark":
            # "Moore, Fay <fay@example.com>": a comma before which there is no address belongs to the name.
            if angle is None and match["mark"] == "," and name and not _BARE.search("".join(name)):
                ahead = text.find("<", match.end())
                comma = text.find(",", match.end())
                if ahead >= 0 and (comma < 0 or ahead < comma) and "@" not in text[match.end() : ahead]:
                    name.append(",")
                    continue
            finish()
            if len(found) >= MOST_ADDRESSES:
                break
        elif kind == "group":
            # "Our shop: a@b, c@d;" names a group. Elsewhere a colon is rubbish that may stay in the name.
            if angle is None and not _BARE.search("".join(name)) and match.end() < length:
                name.clear()
            else:
                name.append(":")
        else:
            name.append(match[0])
    finish()
    return found[:MOST_ADDRESSES], wrong


def _address(shown: str, comment: str, angle: str | None, charset: str | None) -> Address | None:
    """One address from its pieces; with an empty address when there is none; None when there is nothing at all."""
    if angle is None:
        bare = _BARE.search(shown)
        if bare is None:
            label = _label(shown or comment, charset)
            return Address(label, "") if label else None
        address, shown = bare[0], comment or (shown[: bare.start()] + shown[bare.end() :])
    else:
        # A route may stand in front: <@relay.example:somebody@example.com>.
        inner = angle.strip()
        inner = inner.rpartition(":")[2] if inner.startswith("@") else inner.removeprefix("mailto:")
        bare = _BARE.search("".join(inner.split()))
        if bare is None:
            # "somebody@example.com <>" and other programs' slips.
            bare = _BARE.search(shown)
            if bare is None:
                label = _label(shown or inner, charset)
                return Address(label, "") if label else None
            shown = ""
        address = bare[0]
        shown = shown or comment
    label = _label(shown, charset)
    address = clean_line(_text(address, charset)).strip(".'")
    return Address("" if label.strip("'\" ").casefold() == address.casefold() else label, address)


def _text(value: str, charset: str | None) -> str:
    return value if value.isascii() else decode(value.encode("ascii", "surrogateescape"), charset).text


def _label(value: str, charset: str | None) -> str:
    """A display name: encoded words decoded, quotation marks around it gone."""
    decoded = words(value.encode("ascii", "surrogateescape"), charset)
    if len(decoded) > 1 and decoded[0] == decoded[-1] and decoded[0] in "\"'":
        decoded = decoded[1:-1].strip()
    return decoded.strip(" ,;<>")[:300]


def ids(value: bytes) -> tuple[str, ...]:
    """The message ids of a header, without their angle brackets, each once; the last ones when there are very many."""
    found = _ID.findall(value)
    if not found:
        found = _BARE_ID.findall(value[:_LONGEST_BARE_IDS])
    unique = dict.fromkeys(b"".join(one.split()).decode("ascii", "replace") for one in found)
    kept = [one for one in map(clean_line, unique) if one]
    # The first is where the conversation began.
    return tuple(kept) if len(kept) <= _MOST_IDS else (kept[0], *kept[1 - _MOST_IDS :])


def moment(value: bytes) -> datetime | None:
    """The moment that a date header names, with its offset from UTC; UTC where it names none.

    Returns:
        None when it cannot be read.
    """
    text = clean_line(value.decode("latin-1")[:200])
    try:
        parsed = parsedate_tz(text)
    except Exception:
        # The standard library raises errors of several kinds on rubbish; each means that this is no date.
        parsed = None
    if parsed is None:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    else:
        seconds = parsed[9] or 0
        zone = timezone(timedelta(seconds=seconds)) if 0 < abs(seconds) < _SECONDS_OF_A_DAY else UTC
        try:
            # A leap second has no place in the calendar of computers.
            found = datetime(*parsed[:5], min(parsed[5], 59), tzinfo=zone)
        except (ValueError, OverflowError):
            return None
    return found if _EARLIEST_YEAR < found.year < _LATEST_YEAR else None


def parameters(value: bytes, charset: str | None = None) -> tuple[str, dict[str, str]]:
    """The value of a header like Content-Type without its parameters, and those by name.

    Args:
        value: The unfolded value.
        charset: What bytes that are not ASCII are in, if the mail says so elsewhere.

    Returns:
        The value in small letters without blanks, and the parameters, whose names are in small letters; continuations
        are joined and encodings undone.
    """
    text = value[:_LONGEST_PARAMETERS].decode("ascii", "surrogateescape")
    head = _VALUE.match(text)
    assert head is not None
    kind = "/".join(filter(None, head.groups())).lower()
    found: dict[str, str] = {}
    pairs = []
    for match in _PARAMETER.finditer(text, head.end()):
        name, given = match[1].lower(), match[2].strip()
        if given[:1] == '"':
            given = _ESCAPED.sub(r"\1", given[1:-1] if len(given) > 1 and given[-1] == '"' else given[1:])
        pairs.append((name, given))
    if any("*" in name for name, _ in pairs):
        pairs = _joined(pairs)
    for name, given in pairs:
        if name not in found:
            found[name] = words(given.encode("utf-8", "surrogateescape"), charset) if name != "boundary" else given
    return kind, found


def _joined(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters whose pieces and encodings (RFC 2231) are put together."""
    plain = [(name, given) for name, given in pairs if "*" not in name]
    try:
        decoded = decode_params([("", ""), *((name, f'"{given}"') for name, given in pairs if "*" in name)])[1:]
        joined = [(name, collapse_rfc2231_value(given, errors="replace")) for name, given in decoded]
    except Exception:
        # Continuations that are numbered wrongly raise errors of several kinds: then the plain ones are all there is.
        return plain
    # What was written for programs that know the newer form is the better one.
    return [(name, _unquoted(given)) for name, given in joined] + plain


def _unquoted(given: str) -> str:
    given = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    return given if given.isascii() else given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
