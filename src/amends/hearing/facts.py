"""The facts of a customer's message that an answer should pick up: names, amounts, dates, order numbers, contacts.

Found by their shape, in any language: a currency beside a number, a word of letters and digits, a capital inside a
sentence. What they mean is left to the reader.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Fact", "FactKind", "facts"]

FactKind = Literal["amount", "date", "time", "reference", "phone", "mail", "link", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        kind: What it looks like.
        start, end: Where it stands, as code point offsets of the message.
        text: Its words.
    """

    kind: FactKind
    start: int
    end: int
    text: str


_CURRENCY = (
    r"(?:€|£|\$|₪|ש\"ח|שח|(?:eur|euro|euros|eura|eurų|eurai|eurus|eurą|eurot|eurosid|eur\.|usd|gbp|nis|"
    r"pounds?|quid|dollars?|cents?|p|kn|kuna|centų|centi|senti|שקל|שקלים|דולר)(?!\w))"
)
_AMOUNT = r"\d{1,3}(?:[ .,]\d{3})*(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_DAY_MONTH = r"(?:[0-3]?\d)[./](?:[01]?\d)(?:[./](?:20)?\d\d|\.)?"

# The order decides: what an earlier shape has taken, a later one does not see.
_SHAPES: tuple[tuple[FactKind, re.Pattern[str]], ...] = (
    ("link", re.compile(r"(?:https?://|www\.)[^\s<>\"]{3,200}", re.IGNORECASE)),
    ("mail", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")),
    (
        "amount",
        re.compile(
            rf"(?:(?:€|£|\$|₪)\s?(?:{_AMOUNT}))|(?<![\w.,])(?:{_AMOUNT})\s?{_CURRENCY}(?!\w)",
            re.IGNORECASE,
        ),
    ),
    ("date", re.compile(r"(?<![\w.,:/-])(?:20\d\d-[01]\d-[0-3]\d)(?!\w)")),
    ("time", re.compile(r"(?<![\w.,:/-])(?:[01]?\d|2[0-3]):[0-5]\d(?![\w:])(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)),
    (
        "phone",
        re.compile(r"(?<![\w.,/-])(?:(?:\+|0|\(0)[\d ()/-]{6,16}\d|\d{2,4}[ /-]\d{2,4}[ /-]\d{2,4})(?![\w-])"),
    ),
    ("reference", re.compile(r"(?<![\w@])#?[A-Za-z]{0,6}[-/]?\d[\dA-Za-z]*(?:[-/][\dA-Za-z]+){0,4}(?!\w)")),
    ("date", re.compile(rf"(?<![\w.,:/-])(?:{_DAY_MONTH})(?![\w/])")),
)
_NAME = re.compile(r"(?<![.!?:\n>\"'(])[ ,]([^\W\d_a-z][^\W\d_A-Z]+(?:[ -][^\W\d_a-z][^\W\d_A-Z]+)*)")
_LONGEST = 20_000
_FEWEST_DIGITS = 5
_PHONE_DIGITS = range(7, 15)


def facts(message: str) -> list[Fact]:
    """The facts of a message, in order, none overlapping.

    Args:
        message: Plain text; of a very long one the first 20,000 characters are read.
    """
    text = message[:_LONGEST]
    found: list[Fact] = []
    for fact in _candidates(text):
        if not any(fact.start < other.end and other.start < fact.end for other in found):
            found.append(fact)
    found.sort(key=lambda fact: fact.start)
    return found


def _candidates(text: str) -> Iterator[Fact]:
    for kind, shape in _SHAPES:
        for match in shape.finditer(text):
            written = match[0].rstrip(" .,-/(")
            digits = sum(map(str.isdigit, written))
            if kind == "reference" and digits < _FEWEST_DIGITS and not (digits >= 3 and any(map(str.isalpha, written))):
                continue
            if kind == "phone" and digits not in _PHONE_DIGITS:
                continue
            yield Fact(kind, match.start(), match.start() + len(written), written)
    for match in _NAME.finditer(text):
        if all(part[0].isupper() for part in re.split("[ -]", match[1])):
            yield Fact("name", match.start(1), match.end(1), match[1])
