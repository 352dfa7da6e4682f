"""What a run of the checker yields for each reply, and what every renderer takes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from amends.checker.review import Review
from amends.hearing.hearing import Hearing
from amends.promises.commitments import Promise

__all__ = ["Checked", "NotChecked", "Renderer", "Result"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply that was read and checked.

    Attributes:
        review: The review; its offsets are those of the reply.
        file: Where the reply was; None for standard input.
        line: Number from 1 of the line that holds the record, when the reply is a record of a file of JSON lines.
        id: The record's own id, any JSON value.
        placed: Whether offsets of the reply are offsets of the file's text, so that lines and columns can be told.
        dismissed: How many findings were left out because somebody dismissed them.
        promises: What the reply commits the business to.
        hearing: What was heard in the customer's message, when there is one.
    """

    review: Review
    file: str | None = None
    line: int | None = None
    id: Any = None
    placed: bool = True
    dismissed: int = 0
    promises: tuple[Promise, ...] = ()
    hearing: Hearing | None = None


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A file or a line that could not be read as a reply.

    Attributes:
        error: What is wrong and what to do, one sentence or two.
        file: Where; None for standard input.
        line: Number from 1 of the line, when it is a line of a file of JSON lines.
        has_id: Whether an id could be read.
        id: That id.
    """

    error: str
    file: str | None = None
    line: int | None = None
    has_id: bool = False
    id: Any = None


Result = Checked | NotChecked

Renderer = Callable[[Iterable[Result]], Iterator[str]]
"""Turns results into pieces of output, as they come; the pieces hold their line ends."""
