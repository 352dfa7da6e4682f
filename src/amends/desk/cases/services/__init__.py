"""What can be done with cases. Each service checks authority, writes and logs in one transaction."""

from amends.desk.cases.services.assigning import assign, give_to_team
from amends.desk.cases.services.correcting import correct_hearing
from amends.desk.cases.services.hearing import keep_hearing
from amends.desk.cases.services.messages import (
    add_note,
    attach,
    keep_raw,
    receive,
    record_out,
    safe_name,
    write_down,
)
from amends.desk.cases.services.moving import (
    close_silent,
    move,
    record_recovery,
    refresh_place,
    set_aside,
    take_up_again,
    take_up_set_aside,
)
from amends.desk.cases.services.opening import open_case
from amends.desk.cases.services.outlining import (
    add_event,
    change_event,
    change_fault,
    change_outline,
    outline_of,
    remove_event,
    stamp,
)
from amends.desk.cases.services.recording import log

__all__ = [
    "add_event",
    "add_note",
    "assign",
    "attach",
    "change_event",
    "change_fault",
    "change_outline",
    "close_silent",
    "correct_hearing",
    "give_to_team",
    "keep_hearing",
    "keep_raw",
    "log",
    "move",
    "open_case",
    "outline_of",
    "receive",
    "record_out",
    "record_recovery",
    "refresh_place",
    "remove_event",
    "safe_name",
    "set_aside",
    "stamp",
    "take_up_again",
    "take_up_set_aside",
    "write_down",
]
