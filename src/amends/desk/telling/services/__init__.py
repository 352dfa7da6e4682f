"""What can be done with telling: say what happened, send what is due, choose how one is told, set ways up."""

from amends.desk.telling.services.choosing import (
    add_push,
    add_slack,
    add_team_slack,
    allow_words,
    change_team_slack,
    choose,
    chosen_ways,
    preferences_of,
    push_key,
    remove_way,
    switch,
    telling_settings,
    test_way,
)
from amends.desk.telling.services.happening import Words, as_read_by, tell_people, zone_of
from amends.desk.telling.services.sending import send_due

__all__ = [
    "Words",
    "add_push",
    "add_slack",
    "add_team_slack",
    "allow_words",
    "as_read_by",
    "change_team_slack",
    "choose",
    "chosen_ways",
    "preferences_of",
    "push_key",
    "remove_way",
    "send_due",
    "switch",
    "tell_people",
    "telling_settings",
    "test_way",
    "zone_of",
]
