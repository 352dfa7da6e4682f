"""What can be done with channels. Each service checks authority, writes and logs in one transaction."""

from amends.desk.channels.services.answering import (
    can_carry,
    can_hand_over,
    carry,
    hand_over,
    post,
    post_again,
    posted_by_hand,
    target_of,
)
from amends.desk.channels.services.listening import look, take_hook
from amends.desk.channels.services.reading import read
from amends.desk.channels.services.setting_up import (
    add_channel,
    change_channel,
    look_now,
    read_again,
    remove_channel,
    switch,
)

__all__ = [
    "add_channel",
    "can_carry",
    "can_hand_over",
    "carry",
    "change_channel",
    "hand_over",
    "look",
    "look_now",
    "post",
    "post_again",
    "posted_by_hand",
    "read",
    "read_again",
    "remove_channel",
    "switch",
    "take_hook",
    "target_of",
]
