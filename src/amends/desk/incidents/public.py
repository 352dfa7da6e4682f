"""What the world reads of an incident: the page in each language, its updates, its feed. The same for the desk's own
pages and for the files that stand alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.incidents.models import Incident, Update, Writing, WritingKind
from amends.messages import LANGUAGES, NAMES, RIGHT_TO_LEFT

__all__ = [
    "PublicPage",
    "address_of",
    "best_language",
    "feed_of",
    "languages_of",
    "moment_words",
    "page_of",
    "render_page",
]


@dataclass(frozen=True, slots=True)
class Said:
    """Words in one language.

    Attributes:
        language: In which they are; perhaps not that of the page, when nobody wrote them in it.
        at: When they were published.
        next_by: By when the next update follows, for the newest one that says so.
        late: Whether that moment has passed.
    """

    language: str
    text: str
    at: datetime
    when: str
    next_by: str = ""
    late: bool = False

    @property
    def direction(self) -> str:
        """ "rtl" or "ltr"."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def paragraphs(self) -> list[str]:
        """The words, a paragraph each."""
        return [part.strip("\n") for part in self.text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page as it is shown."""

    language: str
    headline: str
    apology: Said
    happened: Said | None
    doing: Said | None
    updates: tuple[Said, ...]
    others: tuple[tuple[str, str], ...]
    changed: datetime

    @property
    def direction(self) -> str:
        """ "rtl" or "ltr"."""
        return self.apology.direction


def address_of(incident: Incident, language: str = "") -> str:
    """The full address of the public page."""
    return f"{settings.PUBLIC_URL}/i/{incident.slug}/" + (f"{language}/" if language else "")


def best_language(wanted: Sequence[str], there: Sequence[str], first: str) -> str:
    """The language that suits a reader best.

    Args:
        wanted: Codes, the best first.
        there: Codes of the languages that there are; one at least.
        first: The language in which it was written first.
    """
    for code in (*wanted, first):
        if code in there:
            return code
    return there[0]


def languages_of(incident: Incident) -> list[str]:
    """The languages in which the page can be read, the first one first."""
    rows = incident.writings.filter(kind=WritingKind.PAGE, published__isnull=False)
    found = set(rows.values_list("language", flat=True))
    return sorted(found, key=lambda code: (code != incident.language, LANGUAGES.index(code)))


def page_of(incident: Incident, language: str, now: datetime | None = None) -> PublicPage:
    """The page in one language.

    Args:
        incident: Published.
        language: One of `languages_of`.
        now: The moment at which it is looked at.
    """
    now = now or timezone.now()
    business = house()
    row = Writing.objects.get(incident=incident, kind=WritingKind.PAGE, language=language, published__isnull=False)
    words: dict[str, str] = row.published
    at = row.published_at or now
    with override(language):
        updates = tuple(_updates(incident, language, business, now))
        when = moment_words(at, business)
        return PublicPage(
            language,
            words["subject"] or _("What happened, and what we do"),
            Said(language, words["text"], at, when),
            Said(language, words["happened"], at, when) if words["happened"] else None,
            Said(language, words["doing"], at, when) if words["doing"] else None,
            updates,
            tuple((code, NAMES[code]) for code in languages_of(incident) if code != language),
            max([at, *(one.at for one in updates)]),
        )


def render_page(incident: Incident, page: PublicPage, **context: Any) -> str:
    """A page as HTML.

    Args:
        incident: Which.
        page: In one language.
        context: "styles", "feed", "address_of_language" (a mapping of codes), and "form" or "live_page".
    """
    with override(page.language):
        return render_to_string(
            "incidents/public/page.html", {"incident": incident, "page": page, "house": house(), **context}
        )


def feed_of(incident: Incident, page: PublicPage, feed_address: str) -> str:
    """The Atom feed of a page: each update, and the apology as the first entry."""
    here = address_of(incident, page.language)
    with override(page.language):
        feed = Atom1Feed(
            title=page.headline,
            link=here,
            description="",
            language=page.language,
            feed_url=feed_address,
            feed_guid=address_of(incident),
            author_name=str(house()),
        )
        for update in page.updates:
            words = update.text
            if update.next_by:
                words += "\n\n" + _("Next update by %(moment)s.") % {"moment": update.next_by}
            feed.add_item(
                title=_("Update of %(moment)s") % {"moment": update.when},
                link=f"{here}#u{int(update.at.timestamp())}",
                unique_id=f"{address_of(incident)}#u{int(update.at.timestamp())}",
                description=words,
                pubdate=update.at,
                updateddate=update.at,
            )
        feed.add_item(
            title=page.headline,
            link=here,
            unique_id=f"{address_of(incident)}#page",
            description=page.apology.text,
            pubdate=page.apology.at,
            updateddate=page.apology.at,
        )
        return feed.writeString("utf-8")


def moment_words(moment: datetime, business: House) -> str:
    """A moment in the active language and the house's time zone, with the zone's name: readers are anywhere."""
    local = timezone.localtime(moment, ZoneInfo(business.time_zone))
    return f"{date_format(local, 'DATETIME_FORMAT')} ({business.time_zone.replace('_', ' ')})"


def _updates(incident: Incident, language: str, business: House, now: datetime) -> list[Said]:
    """The updates, the newest first; only the newest one's word about the next still counts."""
    rows = incident.updates.filter(state=Update.State.PUBLISHED).prefetch_related("writings")
    shown = []
    for number, row in enumerate(rows.order_by("-published_at", "-pk")):
        texts = {one.language: one for one in row.writings.all() if one.published}
        if not texts or row.published_at is None:
            continue
        code = best_language([language], list(texts), incident.language)
        next_by = row.next_by if number == 0 and incident.state != Incident.State.CLOSED else None
        shown.append(
            Said(
                code,
                texts[code].published["text"],
                row.published_at,
                moment_words(row.published_at, business),
                moment_words(next_by, business) if next_by else "",
                next_by is not None and next_by < now,
            )
        )
    return shown
