"""Static files whose address changes when their content does, without a step of collecting them."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

__all__ = ["StampedFiles"]


class StampedFiles(StaticFilesStorage):
    """Adds a stamp of the content to each address, so that browsers may keep files for long."""

    def url(self, name: str | None) -> str:
        """The address of a static file."""
        address = super().url(name)
        found = finders.find(name) if name else None
        if not isinstance(found, str):
            return address
        return f"{address}?v={_stamp(found, Path(found).stat().st_mtime_ns)}"


@lru_cache(maxsize=512)
def _stamp(path: str, changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
