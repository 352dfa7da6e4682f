"""What can be done with drafts and replies. Each service checks authority, writes and logs in one transaction."""

from amends.desk.composer.services.approving import approve, second_look_needed, send_back
from amends.desk.composer.services.attaching import add_files, may_read, remove_file
from amends.desk.composer.services.calling import Spoken, record_call
from amends.desk.composer.services.drafting import draft_of, keep_draft
from amends.desk.composer.services.leaving import posted, release
from amends.desk.composer.services.sending import address_for, again, send, undo

__all__ = [
    "Spoken",
    "add_files",
    "address_for",
    "again",
    "approve",
    "draft_of",
    "keep_draft",
    "may_read",
    "posted",
    "record_call",
    "release",
    "remove_file",
    "second_look_needed",
    "send",
    "send_back",
    "undo",
]
