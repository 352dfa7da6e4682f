"""A writer's private mirror: what they do well, what they leave out, their three best replies.

It is reckoned from the writer's own replies when they look, and kept nowhere. There is no way to ask for somebody
else's: whoever acts sees their own. Nobody is compared with anybody.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from amends.checker.catalogue import COMPONENTS, concept
from amends.desk.cases.models import Message
from amends.desk.errors import NotAllowed
from amends.desk.insight.facts import SENT, reply_of
from amends.desk.insight.sources import FEW
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting

__all__ = ["DAYS", "Best", "Mirror", "Part", "own_mirror"]

DAYS = 90
_MOST = 1_500
_BEST = 3
_SHOWN = 3
_OFTEN, _SELDOM = 60, 30
"""Of a hundred replies: from how many on a part counts as done well, or as left out."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an apology in one's own replies.

    Attributes:
        title, way: Its name, and one thing that helps to write it.
        number: In how many replies it is there, or is missing.
    """

    label: str
    title: str
    way: str
    number: int


@dataclass(frozen=True, slots=True)
class Best:
    """One of the best replies."""

    message: Message
    score: int


@dataclass(slots=True)
class Mirror:
    """What a writer sees.

    Attributes:
        words: Replies in the time, checked or not; `replies` those in which an apology was due.
        clean: Of these, those in which the checker found nothing that spoils it.
        enough: Whether there are enough to speak of habits.
    """

    since: datetime
    words: int = 0
    replies: int = 0
    clean: int = 0
    full: int = 0
    well: list[Part] = field(default_factory=list)
    left_out: list[Part] = field(default_factory=list)
    best: list[Best] = field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether there are enough to speak of habits."""
        return self.replies >= FEW


def own_mirror(acting: Acting, now: datetime | None = None) -> Mirror:
    """The acting person's mirror of the last 90 days.

    Raises:
        NotAllowed: It is no person of ours who looks.
    """
    require(acting, "insight.mirror")
    if not isinstance(acting, Person):
        raise NotAllowed
    now = now or timezone.now()
    mirror = Mirror(now - timedelta(days=DAYS))
    holds: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    scores: list[tuple[int, datetime, int]] = []
    own = Message.objects.filter(
        author=acting,
        direction=Message.Direction.OUT,
        automatic=False,
        delivery__in=SENT,
        sent_at__gte=mirror.since,
        sent_at__lte=now,
    )
    for key, sent_at, review in own.order_by("-sent_at").values_list("pk", "sent_at", "review")[:_MOST]:
        mirror.words += 1
        reply = reply_of(sent_at, review)
        if not isinstance(review, dict) or not reply.counts:
            continue
        mirror.replies += 1
        mirror.full += reply.verdict == "full"
        mirror.clean += not review.get("findings")
        holds.update(set(reply.holds))
        missing.update(set(reply.missing))
        if reply.is_apology and isinstance(score := review.get("score"), int) and score > 0:
            scores.append((score, sent_at, key))
    if mirror.enough:
        mirror.well = _parts(holds, _OFTEN, mirror.replies)
        mirror.left_out = _parts(missing, _SELDOM, mirror.replies)
    chosen = sorted(scores, reverse=True)[:_BEST]
    found = Message.objects.select_related("case__customer").in_bulk([key for _score, _at, key in chosen])
    mirror.best = [Best(found[key], score) for score, _at, key in chosen if key in found]
    return mirror


def _parts(counts: Counter[str], least: int, replies: int) -> list[Part]:
    often = [label for label in COMPONENTS if counts[label] * 100 >= least * replies]
    often.sort(key=lambda label: (-counts[label], COMPONENTS.index(label)))
    shown = [(label, concept(label).in_language()) for label in often[:_SHOWN]]
    return [Part(label, text.title, text.way_out, counts[label]) for label, text in shown]
