"""What every format of archives is made of: it cuts a stream into pieces, cheaply, and turns each into messages.

The two steps are apart so that a large archive can be cut in one process and read in many.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from amends.archive.message import Channel, Item, LeftOut, Unreadable
from amends.archive.ours import Ours
from amends.archive.readers.sources import Source
from amends.messages import message

__all__ = ["NOTE", "Context", "Format", "Piece", "left_out_note"]

NOTE = message("a note among colleagues, which the customer never saw.")


@dataclass
class Context:
    """What is known about an archive while it is read.

    Attributes:
        ours: Who writes for the business.
        columns: For tables and flat records: what is looked for ("text", "sent", ...) and the column that holds it.
        channel: How the messages of a table were sent; None for what the layout says, or "other".
        staff: Ids of the people of an export who are staff; grows while the export is read.
    """

    ours: Ours = field(default_factory=Ours)
    columns: Mapping[str, str] = field(default_factory=dict)
    channel: Channel | None = None
    staff: set[str] = field(default_factory=set)


class Piece(NamedTuple):
    """A piece of an archive that can be read by itself.

    Attributes:
        format: The name of its format.
        place: Where it stands, see `Message.place`.
        content: Bytes of a mail or a line, or what was read of a record.
    """

    format: str
    place: str
    content: Any


class Format(NamedTuple):
    """A format of archives.

    Attributes:
        name: As `--format` calls it.
        pieces: Cuts a stream into pieces in their order, keeping no more than one of them.
        items: Turns a piece into messages; never raises because of what is in the piece.
    """

    name: str
    pieces: Callable[[Source, Context], Iterator[Piece | Unreadable]]
    items: Callable[[Piece, Context], Iterator[Item]]


def left_out_note(place: str) -> LeftOut:
    """What becomes of an internal note."""
    from amends.messages import translated

    return LeftOut(place, translated(NOTE))
