"""JSON and JSON lines: the form that `schema.json` describes."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from amends.render.result import NotChecked, Result

__all__ = ["as_dict", "dump", "render_json", "render_jsonl"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def as_dict(result: Result) -> dict[str, Any]:
    """A result as plain data.

    A record of a file of JSON lines begins with its id, a reply of its own with its file. What could not be checked
    holds `error` and where it was.
    """
    if isinstance(result, NotChecked):
        return {
            **({"id": result.id} if result.has_id else {}),
            **({"file": result.file} if result.line is None else {"line": result.line}),
            "error": result.error,
        }
    head = {"file": result.file} if result.line is None else {"id": result.id}
    heard = result.hearing
    return {
        **head,
        **result.review.to_dict(),
        "promises": [promise.to_dict() for promise in result.promises],
        "complaint": heard.complaint if heard is not None and heard.reason is None else None,
        "hearing": heard.to_dict() if heard is not None else None,
        "dismissed": result.dismissed,
    }


def dump(value: Any, *, indent: int | None = None) -> str:
    """JSON that can be written in any encoding of Unicode: lone surrogates are escaped, all else is as it is."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def render_json(results: Iterable[Result]) -> Iterator[str]:
    """One JSON array, an object for each reply."""
    opening = "[\n"
    for result in results:
        yield opening + dump(as_dict(result), indent=2)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def render_jsonl(results: Iterable[Result]) -> Iterator[str]:
    """One JSON object a line for each reply."""
    for result in results:
        yield dump(as_dict(result)) + "\n"
