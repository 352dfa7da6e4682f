"""What can be done with drafts and replies. Each service checks authority, writes and logs in one transaction."""

from amends.desk.composer.services.approving import approve, second_look_needed, send_back
from amends.desk.composer.services.calling import Spoken, record_call
from amends.desk.composer.services.drafting import draft_of, keep_draft
from amends.desk.composer.services.leaving import release
from amends.desk.composer.services.sending import address_for, again, send, undo

__all__ = [
    "Spoken",
    "address_for",
    "again",
    "approve",
    "draft_of",
    "keep_draft",
    "record_call",
    "release",
    "second_look_needed",
    "send",
    "send_back",
    "undo",
]
