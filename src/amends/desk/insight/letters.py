"""The monthly letter to the owner: what went well, what customers still wait for, one thing worth doing next.

Each owner gets one for each month, in their language, by mail and on the desk; as it was written, so it stays.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from amends import messages as core_messages
from amends.desk.errors import NotAllowed, NotFound
from amends.desk.house.services import house
from amends.desk.house.services import log as desk_log
from amends.desk.insight import sentences
from amends.desk.insight.models import Letter, LetterSettings, Month, Progress
from amends.desk.insight.subjects import total_due
from amends.desk.insight.summaries import Asked, Tally
from amends.desk.insight.wording import month_words
from amends.desk.outbox.services import queue
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Role
from amends.desk.states import lock

__all__ = ["letter_settings", "own_letter", "own_letters", "switch", "write_due"]

_HOUR = 8
"""Letters leave in the morning of the house, on the first day of the month or the first one on which it is there."""
_SENTENCES = 3


def letter_settings() -> LetterSettings:
    """The settings; made with their defaults when first asked for."""
    return LetterSettings.objects.get_or_create(pk=1)[0]


def switch(acting: Acting, on: bool) -> LetterSettings:
    """Switch the monthly letter on or off.

    Raises:
        NotAllowed: Only owners may.
    """
    require(acting, "insight.letter")
    letter_settings()
    with transaction.atomic():
        row = lock(LetterSettings(pk=1))
        if row.on != on:
            row.on = on
            row.save()
            desk_log(acting, "insight", "insight.letters-on" if on else "insight.letters-off")
    return row


def own_letters(acting: Acting) -> QuerySet[Letter]:
    """The letters to the acting owner, the last one first.

    Raises:
        NotAllowed: Only owners get letters.
    """
    require(acting, "insight.letter")
    if not isinstance(acting, Person):
        raise NotAllowed
    return Letter.objects.filter(person=acting)


def own_letter(acting: Acting, first: date) -> Letter:
    """The letter of one month to the acting owner; it counts as read now.

    Raises:
        NotAllowed: Only owners get letters.
        NotFound: There is none of this month.
    """
    letter = own_letters(acting).filter(first=first).first()
    if letter is None:
        raise NotFound(_("There is no letter of this month."))
    if letter.read_at is None:
        letter.read_at = timezone.now()
        letter.save(update_fields=["read_at"])
    return letter


def write_due(acting: Acting, now: datetime | None = None) -> int:
    """Write the letters of last month that are not written yet, once it is summed up.

    A month in which nothing happened gets none.

    Returns:
        How many were written.

    Raises:
        NotAllowed: Only the clock may.
    """
    require(acting, "insight.write-letter")
    now = now or timezone.now()
    local = now.astimezone(ZoneInfo(house().time_zone))
    progress = Progress.objects.filter(pk=1).first()
    if not letter_settings().on or progress is None or not progress.walked:
        return 0
    if local.day == 1 and local.hour < _HOUR:
        return 0
    first = (local.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    # What was said in the last minutes of the month has to be in it.
    if progress.looked_at is None or progress.looked_at < Asked(first, first).end:
        return 0
    if Month.objects.filter(first=first, stale_since__isnull=False).exists():
        return 0
    tally = Asked(first, first).total
    if not (tally["cases"] or tally["words"] or total_due(tally)):
        return 0
    count = 0
    for person in Person.objects.filter(role=Role.OWNER, is_active=True).order_by("pk"):
        if not Letter.objects.filter(person=person, first=first).exists():
            count += _write(acting, person, first, tally, progress, now)
    return count


def _write(acting: Acting, person: Person, first: date, tally: Tally, progress: Progress, now: datetime) -> int:
    business = house()
    earlier = (first - timedelta(days=1)).replace(day=1)
    before = Asked(earlier, earlier).total
    zone = ZoneInfo(person.time_zone or business.time_zone)
    language = person.language
    with translation.override(language), core_messages.use(language), timezone.override(zone):
        next_thing = sentences.one_thing_next(tally, progress.standing, now, business.first_word_hours)
        content = {
            "well": sentences.what_went_well(tally, before, month_words(earlier))[:_SENTENCES],
            "wait": sentences.what_waits(progress.standing, now)[:_SENTENCES],
            "next": [next_thing.words],
            "address": next_thing.address,
            "link": next_thing.link,
        }
        subject = _("How %(month)s went") % {"month": month_words(first)}
        page = reverse("insight:letter", args=[first.isoformat()[:7]])
        context = {
            "person": person,
            "house": business,
            "month": month_words(first),
            "subject": subject,
            "site": settings.PUBLIC_URL.rstrip("/"),
            "page": page,
            "language": language,
            "direction": "rtl" if language in core_messages.RIGHT_TO_LEFT else "ltr",
            **content,
        }
        text = render_to_string("insight/mail/letter.txt", context).strip() + "\n"
        html = render_to_string("insight/mail/letter.html", context)
    with transaction.atomic():
        # Two workers at once: the lock lets one of them go first, and the other finds the letter written.
        if not lock(LetterSettings(pk=1)).on or Letter.objects.filter(person=person, first=first).exists():
            return 0
        mail = queue(
            acting,
            purpose="monthly-letter",
            to=[person.email],
            subject=subject,
            text=text,
            html=html,
            headers={"Auto-Submitted": "auto-generated"},
            once=f"monthly letter {first.isoformat()[:7]} {person.pk}",
            language=language,
        )
        Letter.objects.create(
            person=person, first=first, language=language, subject=subject, content=content, mail=mail, made_at=now
        )
    return 1
