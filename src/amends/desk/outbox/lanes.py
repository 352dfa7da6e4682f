"""The bulk lane: mail with the same word to many. It steps aside for ordinary mail, and whoever queued it may stop it.

A room that queues bulk mail registers a gate for its purpose. The gate is asked right before each mail leaves, so that
a pause or a stop holds from the next mail on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q

from amends.desk.outbox.models import OutgoingMessage

__all__ = ["STEP_ASIDE", "Gate", "ordinary_waits", "passes", "register_gate"]

STEP_ASIDE = timedelta(seconds=2)
"""How long a mail of the bulk lane waits when it may not go now."""

Gate = Callable[[OutgoingMessage], str]
"""Gives "" when a mail may go, "later" when it has to wait, else why it is held for good: a code for `held_why`."""

_gates: dict[str, Gate] = {}


def register_gate(purpose: str, gate: Gate) -> Gate:
    """Have a gate asked for each mail of the bulk lane with this purpose; call it in the app's `AppConfig.ready`."""
    _gates[purpose] = gate
    return gate


def passes(row: OutgoingMessage, gates: Mapping[str, Gate] = _gates) -> str:
    """What the gate says of a mail: "", "later", or why it is held."""
    gate = gates.get(row.purpose)
    return gate(row) if gate is not None and row.lane == OutgoingMessage.Lane.BULK else ""


def ordinary_waits(now: datetime) -> bool:
    """Whether ordinary mail is due and nobody has it in hand."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    waiting = OutgoingMessage.objects.filter(free, lane="", state=OutgoingMessage.State.WAITING, not_before__lte=now)
    return waiting.exists()
