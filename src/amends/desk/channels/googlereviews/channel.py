"""Google Business reviews as a kind of channel."""

import json
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from amends.desk.channels.googlereviews import parsing
from amends.desk.channels.googlereviews.client import GoogleReviews, Token
from amends.desk.channels.googlereviews.form import GoogleReviewsForm
from amends.desk.channels.keeping import keep_secrets
from amends.desk.channels.kinds import Heard, Keep, Page
from amends.desk.channels.models import Channel
from amends.desk.channels.newest_first import look
from amends.desk.channels.one_reply import post_one

__all__ = ["KIND", "GoogleBusiness"]

_BEFORE = timedelta(days=30)
"""How far back the first look goes."""


class GoogleBusiness:
    """Reviews of a place on Google's maps and search, and the owner's reply to each."""

    name = "googlereviews"
    label = _("Google Business reviews")
    icon = "star"
    docs = "how-to/google-business-reviews.md"
    limit: int | None = 4096
    can_answer = True
    every = timedelta(minutes=10)
    form = GoogleReviewsForm
    place = "review"
    one_reply = True

    def limit_of(self, channel: Channel) -> int | None:
        """Of the one reply."""
        return self.limit

    def measure(self, text: str) -> int:
        """In bytes, as Google counts."""
        return len(text.encode("utf-8"))

    def look(self, channel: Channel) -> Page:
        """Read what was written or changed, then see whether what is in hand is still there."""
        reviews = _reviews(channel)
        return look(channel, reviews.page, reviews.review, parsing.kept, before=_BEFORE)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a review."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Set the reply."""
        reviews = _reviews(channel)

        def standing() -> str | None:
            review = reviews.review(to)
            reply = review.get("reviewReply") if review is not None else None
            if review is None:
                return None
            return str(reply.get("comment", "")) if isinstance(reply, dict) else ""

        post_one(to, parts, done, keep, standing=standing, post=lambda words: reviews.reply(to, words))
        return None


KIND = GoogleBusiness()


def _reviews(channel: Channel) -> GoogleReviews:
    settings, secrets = channel.settings, channel.secret_values
    client = (str(settings["client_id"]), secrets.get("client_secret", ""), secrets.get("refresh_token", ""))
    token = Token(**json.loads(secrets["token"])) if secrets.get("token") else Token()

    def keep(fresh: Token) -> None:
        keep_secrets(channel, token=json.dumps({"access": fresh.access, "until": fresh.until}))

    return GoogleReviews(str(settings["location"]), client, token, keep)
