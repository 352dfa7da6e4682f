"""Loading what is large: packs and weights are made of many small objects that hold no circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["without_looking_for_circles"]


@contextmanager
def without_looking_for_circles() -> Iterator[None]:
    """Let Python's collector rest meanwhile: it would go through all that is loaded again and again, and find nothing.

    A start with all languages takes three quarters of the time (`benchmarks/start.py`). Other threads lose nothing:
    what they leave behind is collected afterwards.
    """
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
