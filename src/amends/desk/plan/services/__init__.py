"""What can be done with the plan, the words of the house, and drills."""

from amends.desk.plan.services.drilling import (
    answer,
    begin,
    end,
    hasten,
    look_back,
    minute_of,
    settle_proposal,
    tick,
    untick,
)
from amends.desk.plan.services.wording import SAMPLE, switch_off, switch_on, try_out
from amends.desk.plan.services.writing import bring_back, current, part_as_of, write_authority, write_part

__all__ = [
    "SAMPLE",
    "answer",
    "begin",
    "bring_back",
    "current",
    "end",
    "hasten",
    "look_back",
    "minute_of",
    "part_as_of",
    "settle_proposal",
    "switch_off",
    "switch_on",
    "tick",
    "try_out",
    "untick",
    "write_authority",
    "write_part",
]
