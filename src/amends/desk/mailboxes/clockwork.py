"""What the clock does for mailboxes: fresh tokens before the old ones end, sent folders, what providers posted."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from amends.desk.clock.registry import due_rows, every
from amends.desk.intake.mail.trouble import NoAccess
from amends.desk.mailboxes.models import Connection, MailEvent, ProviderPost, SentCopy
from amends.desk.mailboxes.reading import read_post
from amends.desk.mailboxes.sent import keep
from amends.desk.mailboxes.tokens import refresh

__all__ = ["KEPT", "TRIED_FOR", "forget", "keep_sent", "read_posts", "refresh_tokens"]

TRIED_FOR = timedelta(days=3)
"""So long a sent folder is tried."""
KEPT = timedelta(days=90)
"""So long is remembered which events were told already; providers repeat theirs for some days."""


def _ending(now: datetime) -> Q:
    return Q(state="connected", refresh_at__lte=now)


def _copies(now: datetime) -> Q:
    return Q(state="waiting", not_before__lte=now)


def _posts(now: datetime) -> Q:
    return Q(state="waiting")


@due_rows("mailboxes.refresh", Connection, _ending, lease=timedelta(minutes=2))
def refresh_tokens(connection: Connection) -> None:
    """Get a fresh token for one mailbox; what went wrong is noted with it, and when to try again."""
    try:
        refresh(connection)
    except NoAccess:
        return


@due_rows("mailboxes.keep-sent", SentCopy, _copies, lease=timedelta(minutes=5))
def keep_sent(copy: SentCopy) -> None:
    """Put one sent mail into its sent folder."""
    if timezone.now() - copy.created_at > TRIED_FOR:
        copy.move_to(SentCopy.State.LEFT)
        copy.save()
        return
    keep(copy)


@due_rows("mailboxes.read-post", ProviderPost, _posts, lease=timedelta(minutes=5))
def read_posts(post: ProviderPost) -> None:
    """Read one post of a provider."""
    read_post(post)


@every("mailboxes.forget", timedelta(hours=12))
def forget() -> None:
    """Forget what is long over: posts that were read, events that are not repeated any more."""
    old = timezone.now() - KEPT
    ProviderPost.objects.filter(state="read", received_at__lt=old).delete()
    MailEvent.objects.filter(at__lt=old).delete()
