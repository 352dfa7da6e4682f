"""All that a check of a reply needs to know of its case, read in a few queries."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone

from amends.desk.cases.models import Case, Message, Outline, OutlineEvent
from amends.desk.cases.services import outline_of
from amends.desk.composer.advising import Adviser, advisers_for
from amends.desk.composer.contradictions import Known, known_facts
from amends.desk.customers.models import Customer
from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person
from amends.messages import NAMES
from amends.text import fold, identify

__all__ = ["Situation", "kept_situation_of", "situation_of"]

_MESSAGES_READ = 6
_LONGEST_COMPLAINT = 12_000
_KEPT_FOR = 10.0
"""Seconds."""
_MOST_KEPT = 128


@dataclass(frozen=True)
class Situation:
    """A case as the composer sees it.

    Attributes:
        messages: What the customer said last, oldest first.
        people: Who of us can keep a promise.
        open_promises: What we owe the customer already.
    """

    case: Case
    customer: Customer
    house: House
    outline: Outline
    events: tuple[OutlineEvent, ...]
    messages: tuple[Message, ...]
    people: tuple[Person, ...]
    open_promises: tuple[Promise, ...]

    @cached_property
    def complaint(self) -> str:
        """The customer's own words, all together."""
        return "\n\n".join(message.words for message in self.messages)[:_LONGEST_COMPLAINT]

    @cached_property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """Where the customer can be reached: kind and value."""
        return tuple(self.customer.contacts.values_list("kind", "value"))

    @cached_property
    def advisers(self) -> tuple[Adviser, ...]:
        """Other rooms that have something to say about what is written here."""
        return advisers_for(self.case)

    @property
    def language(self) -> str:
        """The customer's language, as far as known."""
        return self.customer.language or self.case.language

    @property
    def languages(self) -> list[tuple[str, str]]:
        """All languages, each with what it calls itself."""
        return list(NAMES.items())

    @property
    def zone(self) -> str:
        """The time zone of the house."""
        return self.house.time_zone

    @property
    def today(self) -> date:
        """The day in the house's zone."""
        return timezone.now().astimezone(ZoneInfo(self.house.time_zone)).date()

    @cached_property
    def colleagues(self) -> Mapping[str, str]:
        """Folded names of our people to their numbers."""
        return {fold(person.name): str(person.pk) for person in self.people}

    def known(self, language: str) -> Mapping[str, Known]:
        """The facts that the outline and the customer know.

        Args:
            language: ISO 639-1 code of the reply; the outline may be written in another one.
        """
        day = (language, self.today)
        if day not in self._known:
            self._known[day] = self._facts(language)
        return self._known[day]

    @cached_property
    def _known(self) -> dict[tuple[str, date], Mapping[str, Known]]:
        return {}

    def _facts(self, language: str) -> Mapping[str, Known]:
        texts = [text for field in Outline.FIELDS if (text := getattr(self.outline, field))]
        texts += [event.words for event in self.events]
        said = [message.words for message in self.messages]
        written_in = identify(" ".join(texts)).language if texts else None
        promised = [promise.act for promise in self.open_promises]
        days = [self._day(message.sent_at) for message in self.messages]
        days += [self._day(self.case.created_at), self.today]
        days += [self._day(promise.due_at) for promise in self.open_promises if promise.due_at]
        return known_facts(
            texts,
            [*said, *promised, self.case.subject],
            language=written_in or language,
            today=self.today,
            events=[(event.day, f"{event.clock:%H:%M}" if event.clock else "") for event in self.events],
            days=days,
            names=[self.customer.name] if self.customer.name else [],
            persons=[str(person) for person in self.people] + [self.house.name],
        )

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.house.time_zone)).date()


_kept: OrderedDict[int, tuple[tuple[datetime, datetime], float, Situation]] = OrderedDict()
_keeping = threading.Lock()


def situation_of(case: Case) -> Situation:
    """What a check needs to know of a case as it stands in the database."""
    outline = outline_of(case)
    said = case.messages.filter(direction=Message.Direction.IN, automatic=False).order_by("-sent_at", "-pk")
    return Situation(
        case,
        case.customer,
        house(),
        outline,
        tuple(outline.events.all()),
        tuple(reversed(said[:_MESSAGES_READ])),
        tuple(Person.objects.filter(is_active=True).order_by("name")),
        tuple(case.promises.filter(state=Promise.State.OPEN).select_related("message")),
    )


def kept_situation_of(case: Case, *, anew: bool = False) -> Situation:
    """The same, read at most once in a few seconds while neither the case nor its customer changes.

    Somebody who writes asks four times a second. All that changes a case stamps its row; what changes the house or its
    people alone is seen a few seconds later.

    Args:
        case: Just read, with its customer.
        anew: Read it now, for a page that shows it, and keep it for the checks that follow.
    """
    stamp = (case.updated_at, case.customer.updated_at)
    now = time.monotonic()
    with _keeping:
        found = _kept.get(case.pk)
    if not anew and found is not None and found[0] == stamp and now - found[1] < _KEPT_FOR:
        return found[2]
    fresh = situation_of(case)
    with _keeping:
        _kept[case.pk] = (stamp, now, fresh)
        _kept.move_to_end(case.pk)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return fresh
