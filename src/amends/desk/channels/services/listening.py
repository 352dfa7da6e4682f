"""Looking for what is new: stored with the place to go on from in one transaction, so that after a crash nothing is
lost and nothing is there twice.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.channels.kinds import ChannelTrouble, Page, Raw
from amends.desk.channels.models import Channel, HeardItem, as_stored, key_of
from amends.desk.clock.loop import nudge
from amends.desk.house.services import house
from amends.desk.states import lock

__all__ = ["LARGEST", "look", "take_hook"]

logger = logging.getLogger(__name__)

LARGEST = 256 * 1024
"""Bytes of one thing; what is larger is kept as far as that, and shown as unreadable."""
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_ASKED = timedelta(days=1)
_AT_ONCE = timedelta(seconds=1)


def look(channel: Channel) -> int:
    """Ask the other side for what is new, and store it. The clock calls it under a lease; it stands being done twice.

    Trouble is stored with the channel, which is then looked at later and later; it is never raised.

    Returns:
        How many new things were stored.
    """
    channel.refresh_from_db()
    if not channel.on or channel.removed_at is not None:
        return 0
    began_at = dict(channel.cursor)
    with override(house().language):
        try:
            kind = channel.of_kind
            if kind is None:
                raise ChannelTrouble(
                    _("The desk does not know this kind of channel any more."),
                    None,
                    _("Remove it, or update the desk."),
                )
            page = kind.look(channel)
        except ChannelTrouble as trouble:
            _in_trouble(channel, trouble)
            return 0
        except Exception:
            logger.exception("channel %s: looking went wrong", channel.pk)
            _in_trouble(channel, ChannelTrouble(_("Looking went wrong; the log of the desk says how.")))
            return 0
        return _store(channel, page, began_at, kind.every)


def take_hook(channel: Channel, page: Page) -> int:
    """Store what the other side told us by itself.

    Returns:
        How many new things were stored.
    """
    with transaction.atomic():
        lock(channel)
        fresh = _keep(channel, page.items)
        if page.cursor:
            channel.cursor = {**channel.cursor, **as_stored(page.cursor)}
        if fresh:
            channel.last_heard_at = timezone.now()
        channel.save(update_fields=["cursor", "last_heard_at"])
    transaction.on_commit(nudge)
    return fresh


def _store(channel: Channel, page: Page, began_at: dict[str, object], every: timedelta) -> int:
    now = timezone.now()
    with transaction.atomic():
        lock(channel)
        fresh = _keep(channel, page.items)
        cursor = as_stored(page.cursor)
        moved = cursor != began_at
        if channel.cursor == began_at:
            # Else somebody else has looked in the meantime, and is ahead of us.
            channel.cursor = cursor
        channel.looked_at = now
        if fresh:
            channel.last_heard_at = now
        channel.last_trouble = channel.what_to_do = ""
        channel.troubles, channel.failing_since = 0, None
        if channel.on and channel.removed_at is None:
            channel.look_at = now + (_AT_ONCE if page.more and (fresh or moved) else every)
        channel.save()
    if fresh:
        transaction.on_commit(nudge)
    return fresh


def _keep(channel: Channel, items: Iterable[Raw]) -> int:
    """Store what is not there yet; in the transaction that has locked the channel."""
    given = {(key_of(raw.id), _version(raw)): raw for raw in items}
    rows = HeardItem.objects.filter(channel=channel, remote_id__in={remote_id for remote_id, _version in given})
    known = set(rows.values_list("remote_id", "version"))
    if known:
        rows.update(seen_at=timezone.now())
    fresh = [
        HeardItem(channel=channel, remote_id=remote_id, version=version, content=raw.content[:LARGEST])
        for (remote_id, version), raw in given.items()
        if (remote_id, version) not in known
    ]
    HeardItem.objects.bulk_create(fresh)
    return len(fresh)


def _version(raw: Raw) -> str:
    return key_of(raw.version)[:64] or hashlib.sha256(raw.content).hexdigest()


def _in_trouble(channel: Channel, trouble: ChannelTrouble) -> None:
    now = timezone.now()
    with transaction.atomic():
        lock(channel)
        channel.troubles = min(channel.troubles + 1, 30_000)
        channel.failing_since = channel.failing_since or now
        channel.last_trouble, channel.what_to_do = as_stored(trouble.words)[:2_000], trouble.what_to_do[:2_000]
        waits = min(_FIRST_WAIT * 2 ** min(channel.troubles - 1, 12), _LONGEST_WAIT)
        if trouble.again_after is not None:
            waits = max(waits, min(trouble.again_after, _LONGEST_ASKED))
        if channel.on and channel.removed_at is None:
            channel.look_at = now + waits
        channel.save()
