"""Words and their facets: which bytes of a text are a link (https://docs.bsky.app/docs/advanced-guides/post-richtext)."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

__all__ = ["graphemes", "link_facets", "with_whole_links"]

_LINK = re.compile(r"(?<![\w/@.])https?://[^\s<>\"'“”«»\u200e\u200f\u2066-\u2069]+")
_BEHIND = ".,;:!?…)]}"
_LINK_FACET = "app.bsky.richtext.facet#link"


def graphemes(text: str) -> int:
    """How many signs a reader sees, at the most: marks above and below a letter count with it.

    Signs that are joined from several, as some pictures of people are, count as the several: then a part is a little
    shorter than it might be, and never too long.
    """
    count, before = 0, ""
    for sign in unicodedata.normalize("NFC", text):
        if not (unicodedata.category(sign) in ("Mn", "Me") and before and unicodedata.category(before) != "Cc"):
            count += 1
        before = sign
    return count


def link_facets(text: str) -> list[dict[str, Any]]:
    """The facets of the addresses in a text, by the offsets of its UTF-8 bytes."""
    facets = []
    for found in _LINK.finditer(text):
        address = found[0]
        while address and address[-1] in _BEHIND:
            # A bracket belongs to the address when it is opened within.
            opened = {")": "(", "]": "[", "}": "{"}.get(address[-1])
            if opened is not None and address.count(opened) >= address.count(address[-1]):
                break
            address = address[:-1]
        if len(address) <= len("https://"):
            continue
        start = len(text[: found.start()].encode("utf-8"))
        end = start + len(address.encode("utf-8"))
        facets.append(
            {
                "index": {"byteStart": start, "byteEnd": end},
                "features": [{"$type": _LINK_FACET, "uri": address}],
            }
        )
    return facets


def with_whole_links(text: str, facets: Any) -> str:
    """A text in which shortened addresses ("shop.example/ord...") stand whole.

    Args:
        text: As it was posted.
        facets: As they came: anything.
    """
    content = text.encode("utf-8")
    changes: list[tuple[int, int, bytes]] = []
    for facet in facets if isinstance(facets, list) else ():
        where = _place(facet)
        address = _link(facet) if where is not None else ""
        if where is None or not address:
            continue
        start, end = where
        if 0 <= start < end <= len(content) and content[start:end].rstrip().endswith((b"...", "…".encode())):
            changes.append((start, end, address.encode("utf-8")))
    last = len(content) + 1
    for start, end, address_bytes in sorted(changes, reverse=True):
        if end <= last:
            content = content[:start] + address_bytes + content[end:]
            last = start
    return content.decode("utf-8", "replace")


def _place(facet: Any) -> tuple[int, int] | None:
    index = facet.get("index") if isinstance(facet, Mapping) else None
    if not isinstance(index, Mapping):
        return None
    start, end = index.get("byteStart"), index.get("byteEnd")
    return (start, end) if isinstance(start, int) and isinstance(end, int) else None


def _link(facet: Mapping[str, Any]) -> str:
    features = facet.get("features")
    for feature in features if isinstance(features, list) else ():
        if isinstance(feature, Mapping) and feature.get("$type") == _LINK_FACET:
            address = feature.get("uri")
            if isinstance(address, str) and address.startswith(("https://", "http://")):
                return address[:2000]
    return ""
