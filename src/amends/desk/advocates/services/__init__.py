"""What can be done with advocates: finding, deciding, consent, thanks, rewards."""

from amends.desk.advocates.services.consenting import agree, ask, change_consent, decline, withdraw
from amends.desk.advocates.services.deciding import never, not_now, take_up
from amends.desk.advocates.services.finding import (
    drop_barred,
    find_praise,
    find_recovered,
    judge_praise,
    wake,
    write_praise_down,
)
from amends.desk.advocates.services.rewarding import drop_reward, left_of_year, reward
from amends.desk.advocates.services.settings import advocate_settings, change_settings, look_at, today
from amends.desk.advocates.services.thanking import add_deed, take_care, thank

__all__ = [
    "add_deed",
    "advocate_settings",
    "agree",
    "ask",
    "change_consent",
    "change_settings",
    "decline",
    "drop_barred",
    "drop_reward",
    "find_praise",
    "find_recovered",
    "judge_praise",
    "left_of_year",
    "look_at",
    "never",
    "not_now",
    "reward",
    "take_care",
    "take_up",
    "thank",
    "today",
    "wake",
    "withdraw",
    "write_praise_down",
]
