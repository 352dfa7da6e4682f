"""Remembers what was worked out last, so that a sentence that comes again is not worked out again."""

from typing import ClassVar, Generic, TypeVar

__all__ = ["Recent", "make_room"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """What was worked out for some thousand keys; what was not asked for longest is forgotten first, about.

    It is kept in two halves. When the newer is full, the older is forgotten and the newer becomes the older; what is
    asked for moves into the newer. So nothing has to be kept in order, and several threads may ask.
    """

    half: ClassVar[int] = 1_024
    """How many each half holds, of every memory of this process."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._newer: dict[Key, Value] = {}
        self._older: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """What is remembered for a key, None for nothing."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Key, value: Value) -> None:
        """Remember something, which is not None, for a key."""
        if len(self._newer) >= self.half:
            self._older, self._newer = self._newer, {}
        self._newer[key] = value


def make_room(most: int) -> None:
    """Let every memory of this process hold more, or less: for one that reads whole archives.

    Args:
        most: How many sentences of each language are remembered at most; each takes about one kilobyte.
    """
    Recent.half = max(1, most // 2)
