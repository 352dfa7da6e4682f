"""Promises: what a reply commits the business to, and by when; and whether it was kept.

    from amends import promises

    for promise in promises("I'll ring you on Thursday by 5pm.", sent=datetime(2026, 3, 2, 9)):
        print(promise.act, promise.due)

The package is called like its main function, so that `amends.promises(...)` is what a caller writes.
"""

import sys
from types import ModuleType
from typing import Any

from amends.promises.calendar import Calendar
from amends.promises.commitments import Promise, find, promises_in
from amends.promises.following import Followed, Later, follow

__all__ = ["Calendar", "Followed", "Later", "Promise", "find", "follow", "promises_in"]


class _Callable(ModuleType):
    """A module that is called like its function `find`."""

    def __call__(self, *arguments: Any, **named: Any) -> list[Promise]:
        return find(*arguments, **named)


sys.modules[__name__].__class__ = _Callable
