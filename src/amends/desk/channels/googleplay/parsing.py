"""From a review as Google Play gives it to what was heard."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from amends.archive.readers.values import plain
from amends.desk.channels.googleplay.client import comments
from amends.desk.channels.kinds import Heard, Raw, Unreadable
from amends.desk.channels.one_reply import reply_id
from amends.desk.channels.stored import as_bytes, gone_of

__all__ = ["kept", "read"]


def kept(package: str, review: Mapping[str, Any]) -> Raw:
    """A review as it is stored: what the person and we wrote, without the counts and the device."""
    id = str(review["reviewId"])
    said = [
        {name: one.get(name) for name in ("text", "starRating", "reviewerLanguage", "lastModified")}
        for one in comments(review, "userComment")
    ]
    ours = [{name: one.get(name) for name in ("text", "lastModified")} for one in comments(review, "developerComment")]
    stored = {"id": id, "package": package, "author": review.get("authorName"), "said": said, "ours": ours}
    return Raw(id, as_bytes(stored))


def read(raw: bytes) -> list[Heard]:
    """A stored review, and our reply to it.

    Raises:
        Unreadable: It holds none.
    """
    try:
        stored = json.loads(raw)
        if (gone := gone_of(stored)) is not None:
            return [gone]
        id = str(stored["id"])
        address = f"https://play.google.com/store/apps/details?id={stored['package']}&reviewId={id}"
        said = stored["said"][-1]
        stars = said["starRating"]
        # Title and words come in one, with a tab between.
        title, _tab, words = plain(said["text"]).rpartition("\t")
        heard = [
            Heard(
                id=id,
                words="\n\n".join(filter(None, (title.strip(), words.strip()))),
                moment=_moment(said["lastModified"]),
                author_name=plain(stored["author"])[:200],
                address=address,
                language=plain(said["reviewerLanguage"]).partition("-")[0].partition("_")[0].lower() or None,
                rating=stars if isinstance(stars, int) and 1 <= stars <= 5 else None,
            )
        ]
        if stored["ours"] and plain(stored["ours"][-1]["text"]):
            ours = stored["ours"][-1]
            words, moment = plain(ours["text"]), _moment(ours["lastModified"])
            heard.append(Heard(reply_id(id), words, moment, address=address, thread=id, ours=True))
        return heard
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Unreadable(_("This is no review.")) from error


def _moment(value: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(value["seconds"]), UTC)
