"""The outline, saved as typed; its history is the case's log."""

import hashlib
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Outline, OutlineEvent
from amends.desk.cases.models.case import Fault
from amends.desk.cases.services.recording import log
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["add_event", "change_event", "change_fault", "change_outline", "outline_of", "remove_event", "stamp"]

_LONGEST = 20_000


def outline_of(case: Case) -> Outline:
    """The outline of a case."""
    return Outline.objects.get_or_create(case=case)[0]


def change_outline(acting: Acting, case: Case, field: str, text: str, *, seen: str | None = None) -> Outline:
    """Change one field of the outline.

    Args:
        acting: Who writes.
        case: The case.
        field: One of `Outline.FIELDS`.
        text: All of the field's new text.
        seen: `stamp` of the text that the writer began from. When somebody else changed it since, nothing is
            overwritten.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no such field, or the text is too long.
        WrongMove: Somebody else changed the field in the meantime.
    """
    require(acting, "case.outline")
    if field not in Outline.FIELDS:
        raise WrongInput(_("There is no such field."), field)
    # Browsers send line ends as the network wants them.
    text = _plain(text)
    if len(text) > _LONGEST:
        raise WrongInput(_("This is too long. Keep it short; the longer answer has a field of its own."), field)
    with transaction.atomic():
        lock(case)
        outline = outline_of(case)
        before = getattr(outline, field)
        if seen is not None and seen != stamp(before) and text != before:
            raise WrongMove(
                "", "", _("Somebody else changed this in the meantime. Your words are still here: copy what you need.")
            )
        if before != text:
            setattr(outline, field, text)
            outline.save(update_fields=[field, "updated_at"])
            _touch(case)
            log(acting, case, f"outline.{field}", before={field: before}, after={field: text})
    return outline


def stamp(text: str) -> str:
    """A short name for the content of a field, to tell whether it is still what somebody saw."""
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def change_fault(acting: Acting, case: Case, fault: str) -> Case:
    """Say who failed.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no such party.
    """
    require(acting, "case.outline")
    if fault not in Fault.values:
        raise WrongInput(_("Choose one of the list."), "fault")
    with transaction.atomic():
        lock(case)
        before = case.fault
        if before != fault:
            case.fault = fault
            case.save()
            log(acting, case, "outline.fault", before={"fault": before}, after={"fault": fault})
    return case


def add_event(
    acting: Acting, case: Case, *, words: str, day: date | None = None, clock: time | None = None
) -> OutlineEvent:
    """Add an event to the story.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It has no words.
    """
    require(acting, "case.outline")
    words = _event_words(words)
    with transaction.atomic():
        lock(case)
        event = OutlineEvent.objects.create(outline=outline_of(case), words=words, day=day, clock=clock)
        _touch(case)
        log(acting, case, "outline.event-added", after=_as_data(event))
    return event


def change_event(
    acting: Acting, event: OutlineEvent, *, words: str, day: date | None = None, clock: time | None = None
) -> OutlineEvent:
    """Change an event.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It has no words.
    """
    require(acting, "case.outline")
    words = _event_words(words)
    with transaction.atomic():
        case = lock(event.outline.case)
        lock(event)
        before = _as_data(event)
        event.words, event.day, event.clock = words, day, clock
        event.save()
        if before != _as_data(event):
            _touch(case)
            log(acting, case, "outline.event-changed", before=before, after=_as_data(event))
    return event


def remove_event(acting: Acting, event: OutlineEvent) -> None:
    """Take an event out; the log keeps it.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "case.outline")
    with transaction.atomic():
        case = lock(event.outline.case)
        before = _as_data(event)
        event.delete()
        _touch(case)
        log(acting, case, "outline.event-removed", before=before)


def _event_words(words: str) -> str:
    words = " ".join(words.split())
    if not words:
        raise WrongInput(_("Write what happened."), "words")
    return words[:500]


def _as_data(event: OutlineEvent) -> dict[str, object]:
    return {"event": event.pk, "day": event.day, "clock": event.clock, "words": event.words}


def _touch(case: Case) -> None:
    case.save(update_fields=["updated_at"])
