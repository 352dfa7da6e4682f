"""The command's way out: results on standard output, all else on standard error."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from amends.messages import RIGHT_TO_LEFT, current_language, translated

__all__ = ["CommandError", "colour_wanted", "page_width", "progress", "say", "write"]

Item = TypeVar("Item")

_WIDEST_PAGE = 100


class CommandError(click.ClickException):
    """Wrong usage or unreadable input, told in one line; the exit code is 2."""

    exit_code = 2


def write(pieces: Iterable[str], *, people: bool = True) -> None:
    """Write pieces of text to standard output as they come.

    Args:
        pieces: What to write.
        people: Whether people read it, in the encoding of their terminal; what that cannot hold, lone surrogates too,
            is written as a backslash escape. For programs it is UTF-8.
    """
    stream = sys.stdout.buffer
    encoding = (people and sys.stdout.encoding) or "utf-8"
    for piece in pieces:
        stream.write(_encoded(piece, encoding))
    stream.flush()


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        from amends.render.direction import without_marks

        return without_marks(text).encode(encoding, "backslashreplace")


def say(sentence: str) -> None:
    """Tell the person at the terminal something that is no result."""
    if current_language() in RIGHT_TO_LEFT:
        from amends.render.direction import dressed

        sentence = dressed(sentence)
    sys.stderr.buffer.write(_encoded(f"amends: {sentence}\n", sys.stderr.encoding or "utf-8"))


def colour_wanted() -> bool:
    """Whether standard output is to be in colour: on a terminal, unless NO_COLOR is set; see https://no-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def page_width() -> int:
    """Columns for text: those of the terminal, but no more than can be read with ease."""
    return min(shutil.get_terminal_size((_WIDEST_PAGE, 24)).columns, _WIDEST_PAGE)


@contextmanager
def progress(wanted: bool) -> Iterator["Counter"]:
    """A line on standard error that counts replies; only on a terminal where results go elsewhere.

    Args:
        wanted: Whether there may be so many replies that somebody would like to know.
    """
    if not wanted or not sys.stderr.isatty() or sys.stdout.isatty():
        yield Counter()
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn(translated("replies checked") + ": {task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield Counter(lambda count: bar.update(task, completed=count))


class Counter:
    """Counts what passes by, and says so now and then."""

    _EVERY = 50

    def __init__(self, shown: Callable[[int], None] | None = None) -> None:
        self._shown = shown

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, counted."""
        for count, item in enumerate(items, 1):
            yield item
            if self._shown is not None and count % self._EVERY == 0:
                self._shown(count)
