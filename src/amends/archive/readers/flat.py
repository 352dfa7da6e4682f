"""Records and rows of one message each, in columns of any name: `--map text=COLUMN` says which is which.

Columns with usual names are found by themselves, see `columns.toml`. What can be looked for:

    text      the words (needed)             subject   the subject, or the title of a review
    id        the message's own id           sent      when it was sent
    thread    the conversation's id          author    who wrote it: a name
    answers   the id that it answers         address   who wrote it: an address or an id
    to        whom it was written to         side      whose it is: customer or business, in or out
    channel   email, chat, social, review …  rating    stars
    reply     our answer in the same row     replied   when that was sent
    automatic why no person wrote it
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from amends.archive.mail import Address
from amends.archive.mail.headers import addresses
from amends.archive.message import CHANNELS, Channel, Item, Message, Side, Unreadable
from amends.archive.ours import with_side
from amends.archive.readers.format import Context
from amends.archive.readers.values import person, plain, read_date, read_number, read_yes, rich
from amends.messages import translated
from amends.text import TableError, fold

__all__ = ["FIELDS", "fields_of", "items", "mapping", "recognises"]

FIELDS: Final = (
    "text", "id", "thread", "answers", "author", "address", "to", "sent", "subject", "side", "channel", "rating",
    "reply", "replied", "automatic",
)  # fmt: skip
"""What can be looked for."""

_TABLE = Path(__file__).with_name("columns.toml")
# In these columns "yes" means the customer; in the others that are asked with yes or no it means us.
_YES_IS_CUSTOMER = frozenset({"inbound", "incoming", "fromcustomer"})
_YES_IS_OURS = frozenset({"outbound", "outgoing", "isagent", "isstaff"})
_BARE = re.compile(r"[\W_]+")


def _bare(name: str) -> str:
    return _BARE.sub("", fold(name))


class _Words(NamedTuple):
    """The names of columns by what they hold, and what stands in some of them."""

    names: dict[str, tuple[str, ...]]
    sides: dict[str, Side]
    channels: dict[str, Channel]


@cache
def _words() -> _Words:
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    tables = {"sides", "channels"}
    if set(table) != {*FIELDS, *tables} or set(table["sides"]) != {"customer", "ours"}:
        raise TableError(f"{_TABLE.name}: exactly {', '.join((*FIELDS, 'sides', 'channels'))} are expected")
    sides: dict[str, Side] = {_bare(word): "customer" for word in table["sides"]["customer"].split()}
    sides.update((_bare(word), "ours") for word in table["sides"]["ours"].split())
    channels: dict[str, Channel] = {one: one for one in CHANNELS}
    channels.update((_bare(word), one) for one in CHANNELS for word in table["channels"].get(one, "").split())
    return _Words({field: tuple(map(_bare, table[field].split())) for field in FIELDS}, sides, channels)


@lru_cache(maxsize=256)
def mapping(columns: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Which column holds what.

    Args:
        columns: The names of the columns.
        chosen: What somebody said: pairs of what is looked for and the column. Names are compared without regard to
            capitals, blanks and underlines.

    Returns:
        What is looked for and the column that holds it; "text" is missing where no column holds it.
    """
    by_name = {_bare(column): column for column in reversed(columns)}
    found = {field: by_name[_bare(column)] for field, column in chosen if _bare(column) in by_name}
    taken = set(found.values())
    for field, names in _words().names.items():
        for name in names:
            column = by_name.get(name)
            if field not in found and column is not None and column not in taken:
                found[field] = column
                taken.add(column)
                break
    return found


def fields_of(record: Mapping[str, Any], where: Mapping[str, str]) -> dict[str, Any]:
    """What a row holds, by what it is and not by the name of the column.

    Args:
        record: Column and value.
        where: As from `mapping`.
    """
    found = {field: record.get(column) for field, column in where.items()}
    found["side"] = _side(found.get("side"), _bare(where.get("side", "")))
    return found


def recognises(record: dict[str, Any], context: Context) -> bool:
    """Whether a record has a text in a column that can be told."""
    where = _where(record, context)
    return isinstance(record.get(where.get("text", "")), str)


def _where(record: dict[str, Any], context: Context) -> dict[str, str]:
    return mapping(tuple(map(str, record)), tuple(sorted(context.columns.items())))


def items(record: dict[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The message of a record, and the reply that stands in it."""
    yield from messages(fields_of(record, _where(record, context)), place, context)


def messages(fields: Mapping[str, Any], place: str, context: Context) -> Iterator[Item]:
    """The message of a row, and the reply that stands in it.

    Args:
        fields: As from `fields_of`.
        place: Where the row stands.
        context: What is known about the archive.
    """
    text = rich(fields.get("text"))
    reply = rich(fields.get("reply"))
    rating = read_number(fields.get("rating"))
    if not text and rating is None and not reply:
        yield Unreadable(place, translated("the row has no text."))
        return
    usual: Channel = "review" if rating is not None else "other"
    channel = context.channel or _words().channels.get(_bare(plain(fields.get("channel"))), usual)
    side: Side = fields.get("side") or ("customer" if reply else "unknown")
    author = _author(fields)
    thread, own = plain(fields.get("thread")), plain(fields.get("id"))
    automatic = fields.get("automatic")
    said = read_yes(automatic)
    answers = plain(fields.get("answers"))
    sent, order = read_date(fields.get("sent"))
    row = Message(
        id=own,
        thread=thread or (f"row:{place}" if reply else ""),
        answers=(answers.removesuffix(".0"),) if answers else (),
        channel=channel,
        public=channel in ("review", "social"),
        side=side,
        author=author,
        recipients=tuple(addresses(plain(fields.get("to")).encode("utf-8"))[0]),
        sent=sent,
        subject=" ".join(plain(fields.get("subject")).split()),
        text=text,
        place=place,
        automatic="" if said is False or automatic is None else ("yes" if said else plain(automatic)),
        rating=rating,
        date_order=order,
    )
    if text or rating is not None:
        yield with_side(row, context.ours)
    if reply:
        replied, order = read_date(fields.get("replied"))
        yield row._replace(
            id=f"{own}/reply" if own else "",
            answers=(own,) if own else (),
            side="ours",
            author=Address("", ""),
            recipients=(author,) if author != Address("", "") else (),
            sent=replied,
            text=reply,
            place=f"{place}/reply",
            automatic="",
            rating=None,
            date_order=order,
        )


def _author(fields: Mapping[str, Any]) -> Address:
    name, address = plain(fields.get("author")), plain(fields.get("address"))
    if "@" in name and not address:
        found, _ = addresses(name.encode("utf-8"))
        if found:
            return found[0]
    return person(name, address)


def _side(value: Any, column: str) -> Side | None:
    said = read_yes(value) if column in _YES_IS_CUSTOMER | _YES_IS_OURS else None
    if said is not None and plain(value):
        return "customer" if said == (column in _YES_IS_CUSTOMER) else "ours"
    return _words().sides.get(_bare(plain(value)))
