"""Codes of vouchers: pure reckoning, no database.

A code has fifteen random signs and a check sign, written in groups of four. The alphabet leaves out what is taken for
something else when read or heard over a counter: 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V. It has 23
signs, a prime number, and the check sign is a weighted sum of the others, so that any one wrong sign and any two signs
that have changed places are noticed. Fifteen signs of 23 are 67.8 bits: at ten tries a second for a thousand years
nobody guesses one of a million vouchers (the chance is about 1 in 850).
"""

import secrets

__all__ = ["ALPHABET", "LENGTH", "grouped", "is_code", "new_code", "plain_code", "with_check"]

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 16
_GROUP = 4
_PLACE = {sign: place for place, sign in enumerate(ALPHABET)}


def new_code() -> str:
    """A new code, without dashes."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1)))


def with_check(signs: str) -> str:
    """Random signs followed by their check sign.

    Args:
        signs: Fifteen signs of the alphabet.
    """
    return signs + ALPHABET[_sum(signs) % len(ALPHABET)]


def is_code(code: str) -> bool:
    """Whether something can be a code at all: its signs, its length, its check sign. Dashes are taken out before."""
    if len(code) != LENGTH or any(sign not in _PLACE for sign in code):
        return False
    return with_check(code[:-1]) == code


def plain_code(typed: str) -> str:
    """A code as typed, scanned or pasted, in capitals and without what stands between its signs."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())[:64]


def grouped(code: str) -> str:
    """A code as it is shown: "34AC-D679-…"."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _sum(signs: str) -> int:
    # Weights 2, 3, ... 16: none is 0 or 1 modulo 23, so that the check sign, of weight -1, differs from them all.
    return sum((weight * _PLACE[sign]) for weight, sign in enumerate(signs, start=2))
