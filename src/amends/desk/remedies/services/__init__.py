"""State changes of remedies, limits, vouchers and tills; each checks authority, writes and logs in one transaction."""

from amends.desk.remedies.services.approving import approve, ask, link_of, refuse
from amends.desk.remedies.services.deciding import AboveAuthority, Passed, decide, may_decide, passed_by
from amends.desk.remedies.services.doing import break_remedy, finish, reopen, tell, told_words, withdraw
from amends.desk.remedies.services.limits import (
    DEFAULTS,
    authority_of,
    change_authority,
    change_settings,
    in_house_currency,
    remedy_settings,
    set_budget,
)
from amends.desk.remedies.services.proposing import Offer, change, propose, twin_of
from amends.desk.remedies.services.tills import make_till, revoke_till, till_of
from amends.desk.remedies.services.vouchers import UNDO, find_voucher, redeem, undo

__all__ = [
    "DEFAULTS",
    "UNDO",
    "AboveAuthority",
    "Offer",
    "Passed",
    "approve",
    "ask",
    "authority_of",
    "break_remedy",
    "change",
    "change_authority",
    "change_settings",
    "decide",
    "find_voucher",
    "finish",
    "in_house_currency",
    "link_of",
    "make_till",
    "may_decide",
    "passed_by",
    "propose",
    "redeem",
    "refuse",
    "remedy_settings",
    "reopen",
    "revoke_till",
    "set_budget",
    "tell",
    "till_of",
    "told_words",
    "twin_of",
    "undo",
    "withdraw",
]
