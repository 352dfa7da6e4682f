"""From a review as Google gives it to what was heard; the review itself is read as the audit reads it."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from amends.archive.message import Message
from amends.archive.readers import Context
from amends.archive.readers.google_reviews import items
from amends.archive.readers.values import read_moment
from amends.desk.channels.kinds import Heard, Raw, Unreadable
from amends.desk.channels.one_reply import reply_id
from amends.desk.channels.stored import as_bytes, gone_of

__all__ = ["kept", "read"]


def kept(name: str, review: Mapping[str, Any]) -> Raw:
    """A review as it is stored.

    Args:
        name: Its name at Google.
        review: As it came.
    """
    wanted = ("reviewId", "reviewer", "starRating", "comment", "createTime", "updateTime", "reviewReply")
    review = {field: review[field] for field in wanted if field in review}
    return Raw(name, as_bytes({"name": name, "review": review}))


def read(raw: bytes) -> list[Heard]:
    """A stored review, and our reply to it.

    Raises:
        Unreadable: It holds none.
    """
    try:
        stored = json.loads(raw)
        if (gone := gone_of(stored)) is not None:
            return [gone]
        name, review = str(stored["name"]), stored["review"]
        told = [one for one in items(review, name, Context()) if isinstance(one, Message)]
        changed = read_moment(review.get("updateTime"))
        return [_heard(name, one, changed) for one in told]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("This is no review.")) from error


def _heard(name: str, told: Message, changed: Any) -> Heard:
    if told.sent is None:
        raise ValueError("no moment")
    ours = told.side == "ours"
    rating = told.rating
    return Heard(
        id=reply_id(name) if ours else name,
        words=told.text,
        moment=told.sent.astimezone(UTC),
        author_name=told.author.name,
        thread=name if ours else "",
        rating=round(rating) if rating is not None and 1 <= rating <= 5 and not ours else None,
        ours=ours,
        edited=changed.astimezone(UTC) if changed is not None and not ours and changed > told.sent else None,
    )
