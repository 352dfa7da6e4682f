"""Mail addresses, phone numbers and handles in the one form under which they are looked up."""

import re
import unicodedata

__all__ = ["normalised"]

_PHONE_FILLING = re.compile(r"[^\d+]")


def normalised(kind: str, value: str) -> str:
    """The form under which a contact point is looked up.

    Args:
        kind: "mail", "phone" or "handle".
        value: As it was written.

    Returns:
        Mail in small letters; a phone number's digits, with "+" for a leading "00"; a handle without its leading "@".
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    if kind == "phone":
        digits = _PHONE_FILLING.sub("", plain)
        return "+" + digits[2:] if digits.startswith("00") else digits
    if kind == "handle":
        plain = plain.removeprefix("@")
    return plain.casefold()
