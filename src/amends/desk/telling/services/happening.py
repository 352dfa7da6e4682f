"""Saying that something happened: who is told, by which ways, and from when on. Nothing leaves here but mail, which
goes to the outbox in the same transaction when it need not wait.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone, translation

from amends.desk.cases.models import Case
from amends.desk.clock.loop import nudge
from amends.desk.house.services import house
from amends.desk.outbox.services import queue
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Acting
from amends.desk.states import lock
from amends.desk.telling.kinds import KINDS, Kind
from amends.desk.telling.models import Delivery, How, Notice, Preferences, Way

__all__ = ["Words", "as_read_by", "mail_now", "mail_way", "once_for", "tell_people", "zone_of"]

_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says.

    Attributes:
        subject: One line; also what push and Slack show where the owner allows words.
        text: The mail, or what writes it when it is needed: once for each person, and never for a team.
    """

    subject: str
    text: str | Callable[[], str]

    @property
    def whole(self) -> str:
        """The text; written now, when it was not before."""
        return self.text if isinstance(self.text, str) else self.text()


def tell_people(
    acting: Acting,
    kind: str,
    people: Iterable[Person],
    *,
    once: str,
    words: Callable[[Person], Words],
    address: str = "",
    case: Case | None = None,
    purpose: str = "",
) -> Notice:
    """Tell some people, and the teams that want to know, of something; call it in the transaction of the change.

    Each person is told once by each way that they have chosen for its kind, however often this is called. What falls
    into quiet hours waits until they end.

    Args:
        acting: Who has it told.
        kind: The name of a registered `Kind`.
        people: Whom it concerns; who works here no more is left out.
        once: A name under which it is told only once.
        words: Writes the mail of one person; it is called with their language and time zone active.
        address: The page of the desk that it leads to, from "/" on.
        case: Whose case it is about.
        purpose: What the outbox calls the mail; the kind's name if not given.

    Raises:
        NotAllowed: The acting one may not.
        KeyError: There is no such kind: a mistake in the program.
    """
    require(acting, "telling.tell")
    known = KINDS[kind]
    told = [one for one in _each_once(people) if one.is_active and (not known.act or may(one, known.act))]
    with transaction.atomic():
        notice, made = Notice.objects.get_or_create(
            once=once[:120],
            defaults={"kind": kind, "case": case, "address": address[:300], "urgent": known.urgent},
        )
        if not made:
            # Two who tell of the same at once go one after the other, so that the second finds what the first wrote.
            lock(notice)
        for person in told:
            _tell_one(notice, known, person, words, purpose or kind)
        if made and not known.personal:
            _tell_teams(notice, known, told, words)
    transaction.on_commit(nudge)
    return notice


@contextmanager
def as_read_by(person: Person, language: str = "") -> Iterator[None]:
    """A person's language and time zone, while the block runs."""
    with translation.override(language or person.language), timezone.override(zone_of(person)):
        yield


def zone_of(person: Person) -> ZoneInfo:
    """Where a person is; where the house is, when they have not said."""
    return ZoneInfo(person.time_zone or house().time_zone)


def mail_way(person: Person) -> Way:
    """The mail of a person as a way; made when first asked for."""
    return Way.objects.get_or_create(key=f"mail {person.pk}", defaults={"how": How.MAIL, "person": person})[0]


def mail_now(delivery: Delivery, person: Person) -> None:
    """Hand a telling by mail to the outbox, under a name that stands for this notice and person; store that it went."""
    queue(
        DESK,
        purpose=delivery.purpose[:32],
        to=[person.email],
        subject=" ".join(delivery.subject.split()),
        text=delivery.text.strip() + "\n",
        headers={"Auto-Submitted": "auto-generated"},
        once=once_for(delivery.notice, person),
        language=delivery.language,
    )


def once_for(notice: Notice, person: Person) -> str:
    """The name of the mail about a notice to a person."""
    end = f" {person.pk}"
    return notice.once[: 120 - len(end)] + end


def wanted(kind: Kind, preferences: Preferences | None) -> frozenset[str]:
    """By what somebody wants to be told of a kind."""
    if not kind.choosable:
        return frozenset({How.MAIL.value})
    chosen = preferences.chosen.get(kind.name) if preferences is not None else None
    if isinstance(chosen, list):
        return frozenset(chosen)
    return frozenset({How.PUSH.value, How.SLACK.value} | ({How.MAIL.value} if kind.by_mail else set()))


def _tell_one(notice: Notice, kind: Kind, person: Person, words: Callable[[Person], Words], purpose: str) -> None:
    preferences = Preferences.objects.filter(person=person).first()
    hows = wanted(kind, preferences)
    ways = list(Way.objects.filter(person=person, state=Way.State.ON, how__in=hows).exclude(how=How.MAIL))
    if notice.case is not None and notice.case.customer.demo:
        ways = []
    if How.MAIL in hows:
        ways.insert(0, mail_way(person))
    known = set(Delivery.objects.filter(notice=notice, way__in=ways).values_list("way", flat=True))
    ways = [way for way in ways if way.pk not in known]
    if not ways:
        return
    with as_read_by(person):
        found = words(person)
        written = Words(found.subject, found.whole)
    now = timezone.now()
    comes = preferences.comes_at(now, zone_of(person), urgent=notice.urgent) if preferences is not None else now
    for way in ways:
        row = _row(notice, way, comes, purpose, written, person.language)
        if way.how == How.MAIL and comes <= now:
            # Mail has an outbox of its own that sees to the rest.
            mail_now(row, person)
            row.move_to(Delivery.State.ARRIVED)
            row.due_at, row.over_at = None, now
            row.subject = row.text = ""
        row.save()


def _tell_teams(notice: Notice, kind: Kind, told: list[Person], words: Callable[[Person], Words]) -> None:
    if notice.case is not None and notice.case.customer.demo:
        return
    teams = {person.team_id for person in told} | {notice.case.team_id if notice.case is not None else None}
    now = timezone.now()
    for way in Way.objects.filter(person=None, state=Way.State.ON):
        if kind.name not in way.kinds or (way.team_id is not None and way.team_id not in teams):
            continue
        language = house().language
        subject = ""
        if told:
            with as_read_by(told[0], language):
                subject = words(told[0]).subject
        _row(notice, way, now, "", Words(subject, ""), language).save()


def _row(notice: Notice, way: Way, comes: datetime, purpose: str, words: Words, language: str) -> Delivery:
    return Delivery(
        notice=notice,
        way=way,
        due_at=comes,
        purpose=purpose[:32],
        subject=" ".join(words.subject.split())[:500],
        text=words.whole[:_LONGEST_TEXT],
        language=language,
    )


def _each_once(people: Iterable[Person]) -> list[Person]:
    return list({person.pk: person for person in people}.values())
