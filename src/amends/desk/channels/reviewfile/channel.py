"""A file of reviews as a kind of channel."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amends.desk import store
from amends.desk.channels.kinds import ChannelTrouble, Heard, Keep, Page, Refused
from amends.desk.channels.models import Channel
from amends.desk.channels.reviewfile import parsing
from amends.desk.channels.reviewfile.form import ReviewFileForm

__all__ = ["KIND", "ReviewFile"]

_AT_ONCE = 500


class ReviewFile:
    """Reviews out of a file; a person posts the answers where the reviews stand."""

    name = "reviewfile"
    label = _("File of reviews (CSV)")
    icon = "file"
    docs = "how-to/reviews-from-a-file.md"
    limit: int | None = None
    can_answer = False
    every = timedelta(days=1)
    form = ReviewFileForm
    place = "review"

    def look(self, channel: Channel) -> Page:
        """Take some rows of the file that was brought last; once all are taken the file itself is not kept."""
        file = str(channel.settings.get("file", ""))
        cursor = dict(channel.cursor)
        # The same file brought again is read again, with other columns perhaps; what is known is not taken in again.
        edition = f"{file} {channel.settings.get('brought_at', '')}"
        if cursor.get("edition") != edition:
            cursor = {"edition": edition, "row": 0, "done": False}
        if cursor["done"]:
            store.drop_unnamed([file])
            return Page((), cursor, False)
        path = store.path_of(file)
        if not path.exists():
            raise ChannelTrouble(
                _now("The file is not there any more."), timedelta(days=1), _now("Bring the file again.")
            )
        brought = datetime.fromisoformat(channel.settings["brought_at"])
        found = parsing.rows(path, channel.settings, int(cursor["row"]), _AT_ONCE, brought)
        cursor |= {"row": found.next, "done": not found.more}
        # Once more, so that the file is taken away only after its last rows are stored.
        return Page(found.items, cursor, True)

    def read(self, raw: bytes) -> list[Heard]:
        """Parse a row."""
        return parsing.read(raw)

    def answer(self, channel: Channel, to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Not possible."""
        raise Refused(_now("A file cannot be answered. Copy the answer, and post it where the review stands."))


KIND = ReviewFile()
