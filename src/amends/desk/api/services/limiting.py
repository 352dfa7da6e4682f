"""How often a token may be used: a token bucket in the database, shared by all processes.

Each process takes a handful out of the bucket at once, so that most requests write nothing.
"""

import math
import threading
import time
from collections import OrderedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.api.models import ApiToken
from amends.desk.api.problems import TooManyRequests
from amends.desk.states import lock

__all__ = ["spend"]

_PARTS = 20
"""A process takes a twentieth of the bucket at once."""
_HELD_FOR = 20.0
"""Seconds after which what was taken and not used is forgotten, so that nothing is hoarded."""
_MOST_HELD = 1_000

_held: OrderedDict[str, tuple[int, float]] = OrderedDict()
_taking = threading.Lock()


def spend(token: ApiToken) -> None:
    """Count one request.

    Raises:
        TooManyRequests: The limit is reached; it says when to come again.
    """
    key = token.token_hash
    with _taking:
        left, since = _held.get(key, (0, 0.0))
        if left > 0 and time.monotonic() - since < _HELD_FOR:
            _held[key] = (left - 1, since)
            return
    taken = _take(token, max(1, token.per_minute // _PARTS))
    if taken > 1:
        with _taking:
            _held[key] = (taken - 1, time.monotonic())
            _held.move_to_end(key)
            while len(_held) > _MOST_HELD:
                _held.popitem(last=False)


def _take(token: ApiToken, wished: int) -> int:
    """Take as many as there are, at most as many as wished, one at least."""
    rate = token.per_minute / 60
    with transaction.atomic():
        row = lock(ApiToken(pk=token.pk))
        now = timezone.now()
        passed = max(0.0, (now - row.level_at).total_seconds())
        level = min(float(row.per_minute), row.level + passed * rate)
        taken = min(wished, int(level))
        ApiToken.objects.filter(pk=row.pk).update(level=level - taken, level_at=now)
    if taken < 1:
        wait = max(1, math.ceil((1 - level) / rate))
        raise TooManyRequests(
            _("This token may be used %(number)d times a minute. Wait %(wait)d s and go on.")
            % {"number": token.per_minute, "wait": wait},
            wait,
        )
    return taken
