"""Tells a running desk from one that stands still: a lock in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["AlreadyRunningError", "running", "standing_still"]


class AlreadyRunningError(Exception):
    """The desk of this data folder is running."""


@contextmanager
def running(data: Path) -> Iterator[None]:
    """Hold the lock that all processes of one desk share, as long as the block runs."""
    with _held(data, exclusive=False):
        yield


@contextmanager
def standing_still(data: Path) -> Iterator[None]:
    """Keep the desk from starting, as long as the block runs.

    Raises:
        AlreadyRunningError: It runs.
    """
    with _held(data, exclusive=True):
        yield


@contextmanager
def _held(data: Path, *, exclusive: bool) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # A system without such locks goes without.
        yield
        return
    with (data / "running.lock").open("a") as file:
        kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError("the desk of this data folder is running") from error
        yield
