"""The guard: may a reply that software wrote go to a customer, or not yet?

    import amends

    ruling = amends.guard(reply, complaint=message, fault="team", language="lt")
    if ruling.outcome == "pass":
        send(reply)
    elif ruling.mendable:
        reply = write_again(ruling.feedback)
    else:
        hand_over(ruling.reasons)

It decides nothing by itself: what makes a reply wait is a `Policy`, written down and yours to change.
"""

from amends.guarding.guard import guard, warm
from amends.guarding.policy import OUTCOMES, PROMISE_KINDS, Outcome, Policy, PolicyError, PromiseKind, read_policy
from amends.guarding.ruling import SCHEMA_VERSION, Reason, ReasonKind, Ruling

__all__ = [
    "OUTCOMES",
    "PROMISE_KINDS",
    "SCHEMA_VERSION",
    "Outcome",
    "Policy",
    "PolicyError",
    "PromiseKind",
    "Reason",
    "ReasonKind",
    "Ruling",
    "guard",
    "read_policy",
    "warm",
]
