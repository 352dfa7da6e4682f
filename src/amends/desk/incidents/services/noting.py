"""Each person's note before it leaves: rendered with their facts, checked by itself, held with a reason if it must."""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from amends.checker import Checker
from amends.desk.cases.models import Message
from amends.desk.composer.models import Kind, Reply
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.models import House
from amends.desk.house.services import house, log
from amends.desk.incidents.models import Incident, Note, Sending, Writing, WritingKind
from amends.desk.incidents.rendering import OWN_PLACES, Rendered, clean_fact, fact_name, places_in, render
from amends.desk.incidents.services.writing import ensure_sound, said
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.messages import LANGUAGES
from amends.promises import promises_in

__all__ = [
    "WHY",
    "allow",
    "check_some",
    "facts_of",
    "leave_out",
    "look_soon",
    "mend",
    "move_all",
    "render_for",
    "set_text",
    "still_of_today",
    "take_back_in",
    "texts_of",
    "unknown_places",
    "written_by_hand",
]

WHY: Mapping[str, Any] = {
    "no-text": gettext_lazy("There is no text in their language."),
    "missing-fact": gettext_lazy("A fact of theirs is missing:"),
    "errors": gettext_lazy("The check found, with their facts in it:"),
    "by-hand": gettext_lazy("Somebody of us has written to them by hand since it began."),
    "same-person": gettext_lazy("Another address of the same person has a note already."),
    "erased": gettext_lazy("They asked to be erased."),
    "person": gettext_lazy("Left out by a person of ours."),
    "stopped": gettext_lazy("It was stopped before it left."),
}
"""Why a note is held or left out."""
_LET_PASS = frozenset({"errors", "by-hand", "same-person"})
"""What a person may let pass."""
_FINAL = frozenset({"erased"})

# A checker serves one thread; these are the notes' own, so that nobody who types waits for them.
_checkers: dict[str, Checker] = {}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Around:
    """What all notes of an incident share while they are checked."""

    incident: Incident
    house: House
    fault: str
    texts: Mapping[str, Mapping[str, Any]]
    today: date
    now: datetime


def set_text(person: Person, writing: Writing) -> Writing:
    """Say that the text of a note is as it should be; the notes in its language are checked anew with it.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Nothing is written, or something in it would hurt and there is no reason.
        WrongMove: It is no note's text.
    """
    require(person, "incident.publish")
    if writing.kind != WritingKind.NOTE:
        raise WrongMove("", "")
    if not writing.subject:
        raise WrongInput(_("A mail needs a subject."), "subject")
    checked = ensure_sound(person, writing)
    with transaction.atomic():
        incident = lock(writing.incident)
        lock(writing)
        # What the text itself was let through with is no news in each person's note.
        errors = sorted({one.label for one in checked.review.findings if one.severity == "error"})
        fresh = {**said(writing), "errors": errors}
        if writing.published == fresh:
            return writing
        writing.published, writing.published_at = fresh, timezone.now()
        writing.review = checked.review.to_dict()
        writing.save()
        again = Q(language=writing.language) | Q(language="") | Q(held_why="no-text")
        notes = incident.notes.filter(again)
        move_all(notes, "ready", "planned")
        move_all(notes.exclude(held_why="same-person"), "held", "planned", held_why="", held_words="")
        look_soon(incident)
        log(person, incident.log_subject, "incident.note-text", after={"language": writing.language})
    return writing


def look_soon(incident: Incident) -> None:
    """Let the clock look at the notes of an incident soon; call it inside a transaction that has changed them."""
    from amends.desk.clock.loop import nudge

    Sending.objects.filter(incident=incident).update(look_at=timezone.now())
    transaction.on_commit(nudge)


def move_all(notes: QuerySet[Note], before: str, after: str, **values: Any) -> int:
    """Move many notes by a move that is declared, in one statement.

    Returns:
        How many there were.

    Raises:
        WrongMove: It is not declared.
    """
    if after not in Note.MOVES[before]:
        raise WrongMove(before, after)
    return notes.filter(state=before).update(state=after, **values)


def check_some(sending: Sending, most: int = 200) -> int:
    """Check notes that wait for it, one by one; what must not go as it is is held with the reason.

    Returns:
        How many were checked.
    """
    incident = sending.incident
    with transaction.atomic():
        lock(sending)
        notes = list(
            Note.objects.select_for_update(of=("self",))
            .filter(incident=incident, state=Note.State.PLANNED)
            .order_by("pk")[:most]
        )
        if not notes:
            return 0
        around = _around(incident)
        by_hand = written_by_hand(incident, notes)
        persons = _taken_persons(incident, notes)
        for note in notes:
            _check(note, around, by_hand, persons)
            note.save()
    return len(notes)


def render_for(note: Note, texts: Mapping[str, Mapping[str, Any]], business: House, *, page: str = "") -> Rendered:
    """A person's note.

    Args:
        note: With their facts.
        texts: {"subject", "text"} by language.
        business: The house.
        page: The secret address of their page; without it words stand in its place.
    """
    text = texts[note.language]
    with override(note.language):
        page = page or str(_("(the link to your page)"))
    return render(text["subject"], text["text"], facts_of(note, business) | {"page": page})


def facts_of(note: Note, business: House) -> dict[str, str]:
    """What may stand in the places of a person's note, but for the link to their page."""
    incident = note.incident
    public = f"{settings.PUBLIC_URL}/i/{incident.slug}/{note.language}/" if incident.published_at else ""
    case = note.case.public_id if note.case is not None else ""
    own = {"name": note.name, "case": case, "incident": public, "house": business.name}
    return {**note.facts, **{name: value for name, value in own.items() if value}}


def mend(person: Person, note: Note, *, name: str, language: str, facts: Mapping[str, str]) -> Note:
    """Put right what one person's note needs; it is checked again.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no such language.
        WrongMove: It has left.
    """
    require(person, "incident.write")
    if language and language not in LANGUAGES:
        raise WrongInput(_("Choose one of the list."), "language")
    with transaction.atomic():
        lock(note)
        if note.state not in (Note.State.READY, Note.State.HELD, Note.State.PLANNED):
            raise WrongMove(note.state, Note.State.PLANNED)
        if note.state != Note.State.PLANNED:
            note.move_to(Note.State.PLANNED)
        note.name, note.language = clean_fact(name)[:160], language
        note.facts = {key: fresh for key, value in facts.items() if (fresh := clean_fact(value)) and fact_name(key)}
        note.held_why = note.held_words = ""
        note.save()
        look_soon(note.incident)
        log(person, note.incident.log_subject, "incident.note-mended", after={"note": note.pk})
    return note


def allow(person: Person, note: Note, *, reason: str) -> Note:
    """Let a held note go although something speaks against it, with a reason that is kept.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no reason, or it cannot be let pass: a note without a text or a fact is no note.
        WrongMove: It is not held.
    """
    require(person, "message.send-despite-findings")
    if not reason.strip():
        raise WrongInput(_("Write why it should go as it is; the reason is kept."), "reason")
    with transaction.atomic():
        lock(note)
        why = note.held_why
        if note.state != Note.State.HELD or why not in _LET_PASS:
            raise WrongInput(_("This has to be mended, or left out."), "reason")
        note.allowed = sorted({*note.allowed, why})
        note.held_why = note.held_words = ""
        note.move_to(Note.State.PLANNED)
        note.save()
        look_soon(note.incident)
        after = {"note": note.pk, "why": why}
        log(person, note.incident.log_subject, "incident.note-allowed", after=after, note=reason.strip())
    return note


def leave_out(person: Person, notes: Iterable[Note], *, reason: str = "") -> int:
    """Leave people out who have not been written to.

    Returns:
        How many were left out.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "incident.write")
    count = 0
    with transaction.atomic():
        for note in notes:
            lock(note)
            if note.may_move_to(Note.State.LEFT_OUT) and note.state in Note.BEFORE:
                before = {"note": note.pk, "state": note.state, "why": note.held_why}
                note.move_to(Note.State.LEFT_OUT)
                note.held_words = reason.strip()[:500] or note.held_words
                note.held_why = "person"
                note.save()
                log(person, note.incident.log_subject, "incident.note-left-out", before=before, note=reason.strip())
                count += 1
                look_soon(note.incident)
    return count


def take_back_in(person: Person, note: Note) -> Note:
    """Write to somebody after all who was left out; the note is checked again.

    Raises:
        NotAllowed: The person may not.
        WrongMove: They were not left out, or it has a mail already that waits.
    """
    require(person, "incident.write")
    with transaction.atomic():
        lock(note)
        if note.outgoing_id is not None or note.held_why in _FINAL:
            raise WrongMove(note.state, Note.State.PLANNED)
        note.move_to(Note.State.PLANNED)
        note.held_why = note.held_words = ""
        note.save()
        look_soon(note.incident)
        log(person, note.incident.log_subject, "incident.note-taken-in", after={"note": note.pk})
    return note


def written_by_hand(incident: Incident, notes: Collection[Note]) -> set[int]:
    """Of these notes those whose people somebody of us has written to by hand since the incident began, in a case that
    it has, or is about to.

    Returns:
        Keys of notes.
    """
    customers = {note.customer_id for note in notes if note.customer_id is not None}
    cases = {note.case_id for note in notes if note.case_id is not None}
    ours = Q(case__in=cases) | Q(case__customer__in=customers, case__incident_links__incident=incident)
    from_notes = Note.objects.filter(incident=incident, message__isnull=False).values("message")
    written = (
        Message.objects.filter(
            ours, direction=Message.Direction.OUT, automatic=False, public=False, sent_at__gte=incident.since
        )
        .exclude(pk__in=from_notes)
        .exclude(delivery__in=[Message.Delivery.FAILED, Message.Delivery.BOUNCED])
    )
    coming = Reply.objects.filter(ours, kind=Kind.REPLY, state__in=[Reply.State.WAITING, Reply.State.APPROVAL])
    found = {pair for rows in (written, coming) for pair in rows.values_list("case_id", "case__customer_id").distinct()}
    in_cases, of_customers = {case for case, _customer in found}, {customer for _case, customer in found}
    return {note.pk for note in notes if note.case_id in in_cases or note.customer_id in of_customers}


def texts_of(incident: Incident) -> dict[str, Mapping[str, Any]]:
    """The texts of the notes as they were set, by language."""
    rows = Writing.objects.filter(incident=incident, kind=WritingKind.NOTE, published__isnull=False)
    return {row.language: row.published for row in rows if row.published}


def _around(incident: Incident) -> _Around:
    business = house()
    now = timezone.now()
    today = now.astimezone(ZoneInfo(business.time_zone)).date()
    return _Around(incident, business, incident.house_case.fault, texts_of(incident), today, now)


def _taken_persons(incident: Incident, notes: Collection[Note]) -> dict[int, int]:
    """For each known customer the first of their notes that has not been left out."""
    customers = {note.customer_id for note in notes if note.customer_id is not None}
    rows = (
        Note.objects.filter(incident=incident, customer__in=customers)
        .exclude(state=Note.State.LEFT_OUT)
        .exclude(state=Note.State.HELD, held_why="same-person")
        .order_by("-pk")
        .values_list("customer_id", "pk", "state")
    )
    first: dict[int, int] = {}
    sent: dict[int, int] = {}
    for customer, pk, state in rows:
        if customer is not None:
            first[customer] = pk
            if state not in Note.BEFORE:
                sent[customer] = pk
    return first | sent


def _check(note: Note, around: _Around, by_hand: Collection[int], persons: Mapping[int, int]) -> None:
    """Render and check one note; it is ready or held afterwards."""
    note.incident = around.incident
    note.held_why = note.held_words = ""
    if not note.language and len(around.texts) == 1:
        note.language = next(iter(around.texts))
    elif not note.language and around.house.language in around.texts:
        note.language = around.house.language
    why, words = _obstacle(note, around, by_hand, persons)
    if why:
        note.move_to(Note.State.LEFT_OUT if why in _FINAL else Note.State.HELD)
        note.held_why, note.held_words = why, words
        return
    note.checked_day = around.today
    note.move_to(Note.State.READY)


def _obstacle(note: Note, around: _Around, by_hand: Collection[int], persons: Mapping[int, int]) -> tuple[str, str]:
    """Why a note must not go as it is, as a code of `WHY` and its detail; ("", "") when it may."""
    if note.customer is not None and note.customer.erased_at is not None:
        return "erased", ""
    another = note.customer_id is not None and persons.get(note.customer_id, note.pk) != note.pk
    if another and "same-person" not in note.allowed:
        return "same-person", ""
    if note.pk in by_hand and "by-hand" not in note.allowed:
        return "by-hand", ""
    if note.language not in around.texts:
        return "no-text", ""
    rendered = render_for(note, around.texts, around.house)
    # The case's number is not known before there is a case; it is always there when the note leaves.
    missing = [one for one in rendered.missing if one != "case" or note.case_id is not None]
    note.subject, note.text = rendered.subject[:300], rendered.text
    if missing:
        return "missing-fact", ", ".join(missing)
    return _read(note, around)


def _read(note: Note, around: _Around) -> tuple[str, str]:
    """Check the words and find the promises of a rendered note."""
    with _one_at_a_time:
        checker = _checkers.get(note.language)
        if checker is None:
            checker = _checkers[note.language] = Checker(note.language)
        review = checker.review(
            note.text,
            name=note.name or None,
            fault=around.fault,
            channel="private",
            vocabulary=around.house.vocabulary or None,
        )
        found = promises_in(review, sent=around.now, country=around.house.country or None, zone=around.house.time_zone)
    note.promises = [promise.to_dict() for promise in found]
    errors = [finding for finding in review.findings if finding.severity == "error"]
    known = around.texts[note.language].get("errors", ())
    errors = [finding for finding in errors if finding.label not in known]
    if errors and "errors" not in note.allowed:
        with override(around.house.language):
            words = [f"{one.title}: {'; '.join(review.quotes(one.spans))}" for one in errors]
        return "errors", " · ".join(words)[:2_000]
    return "", ""


def unknown_places(incident: Incident, *texts: str) -> list[str]:
    """Places of a text that neither the desk nor any list of the incident can fill."""
    known = set(OWN_PLACES)
    for row in incident.lists.all():
        known |= {one.removeprefix("fact:") for one in row.mapping if one.startswith("fact:")}
    return [name for name in places_in(*texts) if name not in known]


def still_of_today(note: Note, around_today: date) -> bool:
    """Whether what was reckoned for a note, such as "by tomorrow", still holds."""
    return note.checked_day == around_today or not note.promises
