"""From a review as App Store Connect gives it to what was heard."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _

from amends.archive.readers.values import plain, read_moment
from amends.desk.channels.appstore.client import response_of
from amends.desk.channels.kinds import Heard, Raw, Unreadable
from amends.desk.channels.one_reply import reply_id
from amends.desk.channels.stored import as_bytes, gone_of

__all__ = ["kept", "read"]


def kept(app: str, review: Mapping[str, Any]) -> Raw:
    """A review as it is stored."""
    stored: dict[str, Any] = {"app": app, "review": {name: review.get(name) for name in ("id", "attributes")}}
    if response_of(review):
        response = review["response"]
        # Its state changes from waiting to published, which is no edition of its own.
        stored["review"]["response"] = {name: response.get(name) for name in ("responseBody", "lastModifiedDate")}
    return Raw(str(review["id"]), as_bytes(stored))


def read(raw: bytes) -> list[Heard]:
    """A stored review, and our response to it.

    Raises:
        Unreadable: It holds none.
    """
    try:
        stored = json.loads(raw)
        if (gone := gone_of(stored)) is not None:
            return [gone]
        review = stored["review"]
        id, about = str(review["id"]), review["attributes"]
        moment, stars = read_moment(about["createdDate"]), about["rating"]
        if moment is None:
            raise ValueError("no moment")
        address = f"https://apps.apple.com/app/id{stored['app']}?see-all=reviews"
        heard = [
            Heard(
                id=id,
                words="\n\n".join(filter(None, (plain(about.get("title")), plain(about.get("body"))))),
                moment=moment.astimezone(UTC),
                author_name=plain(about.get("reviewerNickname"))[:200],
                address=address,
                rating=stars if isinstance(stars, int) and 1 <= stars <= 5 else None,
            )
        ]
        if words := plain(response_of(review)):
            answered = read_moment(review["response"].get("lastModifiedDate")) or moment
            heard.append(Heard(reply_id(id), words, answered.astimezone(UTC), address=address, thread=id, ours=True))
        return heard
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(_("This is no review.")) from error
