"""What the clock does for the search."""

from datetime import timedelta

from amends.desk.clock.registry import every
from amends.desk.search.indexing import catch_up, mark_forgotten, tidy_up

__all__: list[str] = []


@every("search.read", timedelta(minutes=1))
def read() -> None:
    """Read anew what has changed. A search does so too before it looks, as far as it takes no time."""
    catch_up()


@every("search.mend", timedelta(hours=6))
def mend() -> None:
    """Find cases that are missing in the index, however that came."""
    mark_forgotten()


@every("search.tidy", timedelta(days=1))
def tidy() -> None:
    """Words of those who were erased leave the file too."""
    tidy_up()
