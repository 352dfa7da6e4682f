"""Mail to people who are made up: it goes through every step but the last."""

from collections.abc import Iterable

__all__ = ["MADE_UP_DOMAIN", "is_made_up"]

MADE_UP_DOMAIN = "demo.example"
"""The domain of everybody in the demonstration. RFC 2606 reserves `.example`, so it can belong to nobody."""


def is_made_up(addresses: Iterable[str]) -> bool:
    """Whether all of these mail addresses belong to the demonstration."""
    found = [address.strip().rstrip(">").casefold() for address in addresses]
    return bool(found) and all(address.endswith(f"@{MADE_UP_DOMAIN}") for address in found)
