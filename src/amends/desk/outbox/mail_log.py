"""What became of a mail whose outcome nobody stored, read from the log of a Postfix on this machine.

SMTP cannot be asked again. A Postfix on the same machine, though, writes two lines for each mail: `cleanup` names its
Message-ID as it reads the content, and `qmgr` says "queue active" once the mail is stored for good, which is when it
answers for it (Postfix documentation, OVERVIEW). So a mail with both was taken. One without the second was not, as long
as the log can be seen to cover that time: it holds mails of ours that were taken before and after.

It is used when the setting `MAIL_LOG` names the log. Whoever sets it says that the desk hands its mail to this Postfix
alone, and that its log is written without a limit of lines a second.
"""

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.utils import timezone

from amends.desk.outbox.models import OutgoingMessage

__all__ = ["SETTLED_AFTER", "Fate", "fate_in", "fate_of"]

Fate = Literal["taken", "not-taken", ""]

_READ_BACK = 128 * 1024 * 1024
"""Bytes of the log's end that are read."""
_NEIGHBOURS = 8
_WITHIN = timedelta(hours=12)
SETTLED_AFTER = timedelta(seconds=30)
"""So long after a mail was tried its lines stand in the log: the server has read what came, or dropped it."""

_CLEANUP = re.compile(rb"postfix[^\s\[]*/cleanup\[\d+\]: (\w+): (?:resent-)?message-id=(<[^>\s]+>)")
_ACTIVE = re.compile(rb"postfix[^\s\[]*/qmgr\[\d+\]: (\w+): from=<.*\(queue active\)")


def fate_in(lines: Iterable[bytes], mail_id: str, before: Collection[str], after: Collection[str]) -> Fate:
    """What a log says of a mail.

    Args:
        lines: The log, oldest first.
        mail_id: The mail's Message-ID, with angle brackets.
        before: Ids of mails that were taken before it was tried.
        after: Ids of mails that were taken after it was tried.

    Returns:
        "taken", "not-taken" when the log covers that time without it, or "" when it does not tell.
    """
    wanted = {one.encode() for one in (mail_id, *before, *after)}
    queued: dict[bytes, bytes] = {}
    taken: set[bytes] = set()
    for line in lines:
        if (found := _CLEANUP.search(line)) is not None:
            # Postfix uses the names of its queue again, so that the last mail of a name is meant.
            queued[found[1]] = found[2]
        elif (found := _ACTIVE.search(line)) is not None:
            named = queued.pop(found[1], b"")
            if named in wanted:
                taken.add(named)
    if mail_id.encode() in taken:
        return "taken"
    covered = any(one.encode() in taken for one in before) and any(one.encode() in taken for one in after)
    return "not-taken" if covered else ""


def fate_of(row: OutgoingMessage) -> Fate:
    """What the log of the mail server on this machine says of a mail; "" when there is none or it does not tell."""
    path = str(getattr(settings, "MAIL_LOG", "") or "")
    if not path or row.tried_at is None:
        return ""
    sent = OutgoingMessage.objects.filter(state=OutgoingMessage.State.SENT)
    before = sent.filter(sent_at__lt=row.tried_at, sent_at__gte=row.tried_at - _WITHIN).order_by("-sent_at")
    after = sent.filter(tried_at__gt=row.tried_at, tried_at__lte=row.tried_at + _WITHIN).order_by("tried_at")
    ids = [list(rows.values_list("mail_id", flat=True)[:_NEIGHBOURS]) for rows in (before, after)]
    try:
        with Path(path).open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - _READ_BACK))
            fate = fate_in(log, row.mail_id, *ids)
    except OSError:
        return ""
    early = timezone.now() - row.tried_at < SETTLED_AFTER
    return "" if fate == "not-taken" and early else fate
