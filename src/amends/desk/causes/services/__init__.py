"""What can be done with causes, preventions, likenesses, and customers hurt again or told first."""

from amends.desk.causes.services.disclosing import (
    drop_disclosure,
    due_moments,
    tell_first,
    told_by_hand,
    told_by_message,
)
from amends.desk.causes.services.hurt_again import (
    cause_settings,
    change_settings,
    hand_on,
    may_ask_advocate,
    may_ask_advocates,
    named_person,
)
from amends.desk.causes.services.likening import decide
from amends.desk.causes.services.linking import link, main_cause_of, unlink
from amends.desk.causes.services.naming import (
    archive,
    change_notes,
    living,
    make_cause,
    merge,
    rename,
    split,
    suggest,
    take_up_cause,
)
from amends.desk.causes.services.preventing import (
    change_prevention,
    check_prevention,
    done_prevention,
    drop_prevention,
    plan_again,
    plan_prevention,
)
from amends.desk.causes.services.recurring import judge, judge_cause, see_recurrence
from amends.desk.causes.services.telling import TellingSoFar, heard_sent, record_told, telling_before

__all__ = [
    "TellingSoFar",
    "archive",
    "cause_settings",
    "change_notes",
    "change_prevention",
    "change_settings",
    "check_prevention",
    "decide",
    "done_prevention",
    "drop_disclosure",
    "drop_prevention",
    "due_moments",
    "hand_on",
    "heard_sent",
    "judge",
    "judge_cause",
    "link",
    "living",
    "main_cause_of",
    "make_cause",
    "may_ask_advocate",
    "may_ask_advocates",
    "merge",
    "named_person",
    "plan_again",
    "plan_prevention",
    "record_told",
    "rename",
    "see_recurrence",
    "split",
    "suggest",
    "take_up_cause",
    "tell_first",
    "telling_before",
    "told_by_hand",
    "told_by_message",
    "unlink",
]
