"""App Store reviews as a kind of channel."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from amends.desk.channels.appstore import parsing
from amends.desk.channels.appstore.client import StoreReviews, response_of
from amends.desk.channels.appstore.form import AppStoreForm
from amends.desk.channels.kinds import Heard, Keep, Page
from amends.desk.channels.models import Channel
from amends.desk.channels.newest_first import look
from amends.desk.channels.one_reply import post_one

__all__ = ["KIND", "AppStore"]

_BEFORE = timedelta(days=30)
"""How far back the first look goes."""


class AppStore:
    """Reviews of an app in the App Store, and the developer's response to each."""

    name = "appstore"
    label = _("App Store reviews")
    icon = "star"
    docs = "how-to/app-store-reviews.md"
    limit: int | None = 5970
    can_answer = True
    every = timedelta(minutes=30)
    form = AppStoreForm
    place = "review"
    one_reply = True

    def look(self, channel: Channel) -> Page:
        """Read what is new, then see whether what is in hand was changed and is still there.

        Apple lists by when a review was first written, so that a change is seen only in what is watched.
        """
        reviews, app = _reviews(channel), str(channel.settings["app"])
        return look(channel, reviews.page, reviews.review, lambda _id, one: parsing.kept(app, one), before=_BEFORE)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a review."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Set the response."""
        reviews = _reviews(channel)

        def standing() -> str | None:
            review = reviews.review(to)
            return response_of(review) if review is not None else None

        post_one(to, parts, done, keep, standing=standing, post=lambda words: reviews.reply(to, words))
        return f"https://apps.apple.com/app/id{channel.settings['app']}?see-all=reviews"


KIND = AppStore()


def _reviews(channel: Channel) -> StoreReviews:
    settings = channel.settings
    key = (str(settings["issuer"]), str(settings["key_id"]), channel.secret_values.get("key", ""))
    return StoreReviews(str(settings["app"]), key)
