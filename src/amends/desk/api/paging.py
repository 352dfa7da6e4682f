"""Lists in pages: a cursor names the last row that was given, so that rows that come or go in between shift nothing."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput

__all__ = ["MOST", "USUAL", "page_of"]

USUAL = 50
MOST = 200

Row = TypeVar("Row", bound=Model)


def page_of(rows: "QuerySet[Row]", order: tuple[str, ...], cursor: str, limit: int) -> tuple[list[Row], str | None]:
    """One page of rows.

    Args:
        rows: All of them, in any order.
        order: Fields to go by, all in one direction ("-updated_at", "-pk"), none of them empty; the last is "pk" or
            "-pk".
        cursor: What the page before gave for this one; "" for the first.
        limit: How many rows at most.

    Returns:
        The rows, and the cursor of the next page, None when there is none.

    Raises:
        WrongInput: The cursor is none of ours, or of another list.
    """
    rows = rows.order_by(*order)
    if cursor:
        rows = rows.filter(_after(order, _read(cursor, order)))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    found = found[:limit]
    return found, _written(order, found[-1])


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows behind the cursor. The first condition alone bounds the walk along the index."""
    down = order[0].startswith("-")
    beyond, not_before = ("lt", "lte") if down else ("gt", "gte")
    names = [name.removeprefix("-") for name in order]
    if len(names) == 1:
        return Q(**{f"{names[0]}__{beyond}": values[0]})
    first, last = names
    return Q(**{f"{first}__{not_before}": values[0]}) & (
        Q(**{f"{first}__{beyond}": values[0]}) | Q(**{f"{last}__{beyond}": values[1]})
    )


def _written(order: tuple[str, ...], row: Model) -> str:
    values = [getattr(row, name.removeprefix("-")) for name in order]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps([",".join(order), *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: tuple[str, ...]) -> list[Any]:
    wrong = WrongInput(_("This cursor is not of this list. Begin without one."), "cursor")
    try:
        name, *values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if name != ",".join(order) or len(values) != len(order):
            raise wrong
        read = [datetime.fromisoformat(value) if field != "pk" else value for field, value in _pairs(order, values)]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise wrong from None
    key = read[-1]
    moments = read[:-1]
    if type(key) is not int or not 0 <= key < 2**63 or any(moment.tzinfo is None for moment in moments):
        raise wrong
    return read


def _pairs(order: tuple[str, ...], values: list[Any]) -> list[tuple[str, Any]]:
    return [(name.removeprefix("-"), value) for name, value in zip(order, values, strict=True)]
