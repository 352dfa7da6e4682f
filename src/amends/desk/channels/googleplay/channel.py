"""Google Play reviews as a kind of channel."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from amends.desk.channels.googleplay import parsing
from amends.desk.channels.googleplay.client import PlayReviews, comments
from amends.desk.channels.googleplay.form import GooglePlayForm
from amends.desk.channels.kinds import Heard, Keep, Page
from amends.desk.channels.models import Channel
from amends.desk.channels.newest_first import look
from amends.desk.channels.one_reply import post_one

__all__ = ["KIND", "GooglePlay"]

_BEFORE = timedelta(days=7)


class GooglePlay:
    """Reviews of an app in Google Play, and the developer's reply to each."""

    name = "googleplay"
    label = _("Google Play reviews")
    icon = "star"
    docs = "how-to/google-play-reviews.md"
    limit: int | None = 350
    can_answer = True
    every = timedelta(minutes=30)
    form = GooglePlayForm
    place = "review"
    one_reply = True

    def look(self, channel: Channel) -> Page:
        """Read what was written or changed, then see whether what is in hand is still there."""
        reviews, package = _reviews(channel), str(channel.settings["package"])
        return look(channel, reviews.page, reviews.review, lambda _id, one: parsing.kept(package, one), before=_BEFORE)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a review."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Set the reply."""
        reviews = _reviews(channel)

        def standing() -> str | None:
            review = reviews.review(to)
            if review is None:
                return None
            ours = comments(review, "developerComment")
            return str(ours[-1].get("text", "")) if ours else ""

        post_one(to, parts, done, keep, standing=standing, post=lambda words: reviews.reply(to, words))
        return f"https://play.google.com/store/apps/details?id={channel.settings['package']}&reviewId={to}"


KIND = GooglePlay()


def _reviews(channel: Channel) -> PlayReviews:
    return PlayReviews(str(channel.settings["package"]), channel.secret_values.get("key", ""))
