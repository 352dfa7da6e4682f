"""Channels that are in trouble. A channel's room says so by a source, and those who look after channels are told once
for each time that it began.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, Role
from amends.desk.telling.services import Words, tell_people

__all__ = ["PATIENCE", "Source", "Trouble", "look", "register_source"]

PATIENCE = timedelta(minutes=30)
"""A trouble that is over within this time is nobody's business."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel that does not work.

    Attributes:
        subject: Which one, the same each time: "mailbox 3".
        name: What people call it.
        since: From when on it has not worked.
        words: What is wrong and what to do, in the language that is active when it is called.
        address: The page of the desk where it is mended, from "/" on.
    """

    subject: str
    name: str
    since: datetime
    words: Callable[[], str]
    address: str


Source = Callable[[], Iterable[Trouble]]

_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Have a room's channels looked at; call it in the app's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)


def look(now: datetime | None = None) -> int:
    """Tell of every channel that has been in trouble for long enough.

    Returns:
        How many there are.
    """
    now = now or timezone.now()
    found = [one for source in _sources for one in source() if now - one.since >= PATIENCE]
    people = list(Person.objects.filter(is_active=True, role__in=(Role.LEAD, Role.OWNER))) if found else []
    for one in found:
        tell_people(
            CLOCK,
            "channel.trouble",
            people,
            once=f"trouble {one.subject} {one.since.isoformat(timespec='seconds')}",
            words=_written(one),
            address=one.address,
        )
    return len(found)


def _written(trouble: Trouble) -> Callable[[Person], Words]:
    def written(person: Person) -> Words:
        context = {"person": person, "trouble": trouble, "address": f"{settings.PUBLIC_URL}{trouble.address}"}
        context["what"] = trouble.words()
        subject = _("Does not work at the moment: %(name)s") % {"name": trouble.name}
        return Words(subject, render_to_string("telling/mail/trouble.txt", context))

    return written
