"""Letting notes go: planned, at a pace, paused, resumed, stopped; what became of each is written back.

The clock looks at a sending every few seconds and does a bounded piece of work in one transaction: it checks notes
that wait for it, hands some over to the outbox, and writes back what became of those handed over. A process that is
killed leaves either the whole piece or nothing of it. Each note has one mail, named by the note, in the bulk lane of
the outbox; that nobody is written to twice is seen to by the unique address of a note, the one-to-one mail, and the
outbox itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, CaseLog, Channel, Message, Outline
from amends.desk.cases.services import move as move_case
from amends.desk.cases.services import refresh_place, set_aside, take_up_set_aside
from amends.desk.clock.loop import nudge
from amends.desk.composer.services.leaving import letter
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.reaching import normalised
from amends.desk.deadlines.services import end_of_day
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.models import DeskLog, House
from amends.desk.house.services import house, log
from amends.desk.incidents.events import tell
from amends.desk.incidents.models import (
    FASTEST,
    SLOWEST,
    Incident,
    IncidentCase,
    Link,
    MassPromise,
    Note,
    Sending,
)
from amends.desk.incidents.rendering import places_in, without_facts
from amends.desk.incidents.services.causing import notes_told
from amends.desk.incidents.services.noting import (
    check_some,
    facts_of,
    look_soon,
    render_for,
    still_of_today,
    texts_of,
    written_by_hand,
)
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import break_promise, keep, record
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import new_mail_id, note_held, note_waiting, sender_of
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, DESK
from amends.desk.portal.models import CustomerLink
from amends.desk.portal.services import LASTS, address_of
from amends.desk.states import lock
from amends.desk.tokens import new_token

__all__ = [
    "Progress",
    "carry_over",
    "gate",
    "look_at",
    "pause",
    "progress_of",
    "resume",
    "set_pace",
    "start",
    "stop",
]

_EVERY = timedelta(seconds=2)
_WHILE_UNKNOWN = timedelta(minutes=5)
_BURST = 10.0
"""Seconds of the pace that may leave at once after a wait."""
_MOST_HANDED = 250
_MOST_ON_THEIR_WAY = 1_000
"""So many mails wait in the outbox at most: a pause holds, and a slow server makes no pile."""
_MOST_SETTLED = 500
_CARRIED = 200

State = Sending.State


def start(person: Person, sending: Sending) -> Sending:
    """Let the notes go that are ready; what is held stays, and goes once it is mended.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Notes wait to be checked still, or there is none to go.
        WrongMove: It is going on, or paused.
    """
    require(person, "incident.send-notes")
    with transaction.atomic():
        lock(sending)
        if sending.state in (State.SENDING, State.PAUSED):
            raise WrongMove(sending.state, State.SENDING)
        notes = sending.incident.notes
        if notes.filter(state=Note.State.PLANNED).exists():
            raise WrongInput(_("Some notes wait to be checked still. In a moment you see whether all can go."))
        if not notes.filter(state=Note.State.READY).exists() and sending.state != State.STOPPED:
            raise WrongInput(_("There is no note that can go. Write the text, and name the people it goes to."))
        _go(person, sending)
    return sending


def resume(person: Person, sending: Sending) -> Sending:
    """Go on after a pause.

    Raises:
        NotAllowed: The person may not.
        WrongMove: It is not paused.
    """
    require(person, "incident.send-notes")
    with transaction.atomic():
        lock(sending)
        if sending.state != State.PAUSED:
            raise WrongMove(sending.state, State.SENDING)
        _go(person, sending)
    return sending


def pause(person: Person, sending: Sending) -> Sending:
    """Hold all that has not left; it holds from the next mail on.

    Raises:
        NotAllowed: The person may not.
        WrongMove: Nothing is being sent.
    """
    require(person, "incident.hold-notes")
    with transaction.atomic():
        lock(sending)
        sending.move_to(State.PAUSED)
        sending.save()
        log(person, sending.incident.log_subject, "incident.notes-paused")
    return sending


def stop(person: Person, sending: Sending, *, reason: str) -> Sending:
    """Stop: nothing more leaves. What waits in the outbox is held, and the cases made for it are set aside.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no reason.
        WrongMove: It is over.
    """
    require(person, "incident.hold-notes")
    if not reason.strip():
        raise WrongInput(_("Write why; the reason stays in the log."), "reason")
    with transaction.atomic():
        lock(sending)
        sending.move_to(State.STOPPED)
        sending.ended_at = timezone.now()
        sending.save()
        waiting = sending.incident.notes.filter(
            state=Note.State.HANDED, outgoing__state=OutgoingMessage.State.WAITING
        ).select_related("outgoing", "case")
        for note in waiting:
            _withdraw(note)
        look_soon(sending.incident)
        log(person, sending.incident.log_subject, "incident.notes-stopped", note=reason.strip())
    return sending


def set_pace(person: Person, sending: Sending, per_minute: int) -> Sending:
    """Choose how many notes leave in a minute at most.

    Raises:
        NotAllowed: The person may not.
        WrongInput: It is not possible.
    """
    require(person, "incident.send-notes")
    if not SLOWEST <= per_minute <= FASTEST:
        raise WrongInput(
            _("Write a number from %(least)d to %(most)d.") % {"least": SLOWEST, "most": FASTEST}, "per_minute"
        )
    with transaction.atomic():
        lock(sending)
        before, sending.per_minute = sending.per_minute, per_minute
        sending.save()
        log(
            person,
            sending.incident.log_subject,
            "incident.notes-pace",
            before={"per_minute": before},
            after={"per_minute": per_minute},
        )
    return sending


def gate(row: OutgoingMessage) -> str:
    """What the outbox asks before a note leaves: a pause or a stop holds it."""
    state = Sending.objects.filter(incident__notes__outgoing=row).values_list("state", flat=True).first()
    return "" if state in (State.SENDING, State.DONE, None) else "later"


def look_at(sending: Sending, now: datetime | None = None) -> None:
    """The clock's look: check, hand over, write back, each a bounded piece; then set the next look."""
    now = now or timezone.now()
    checked = check_some(sending)
    settled = settle_some(sending)
    handed = hand_some(sending, now)
    with transaction.atomic():
        lock(sending)
        counts = _counts(sending.incident)
        open_work = counts.get("planned", 0) + counts.get("handed", 0)
        if sending.state == State.SENDING:
            if not open_work and not counts.get("ready"):
                sending.move_to(State.DONE)
                sending.ended_at = now
                log(CLOCK, sending.incident.log_subject, "incident.notes-done", after=counts)
                tell(sending.incident, "incident.notes-done", **counts)
            else:
                open_work += counts.get("ready", 0)
        if checked or settled >= _MOST_SETTLED:
            sending.look_at = now
        elif open_work or handed:
            # While it is paused only what was on its way already moves; nobody has to look often.
            sending.look_at = now + _EVERY
        elif counts.get("unknown") or counts.get("failed"):
            sending.look_at = now + _WHILE_UNKNOWN
        else:
            sending.look_at = None
        sending.save()


def hand_some(sending: Sending, now: datetime) -> int:
    """Hand over as many notes as the pace allows: each gets its case, its message and its mail, in one transaction.

    Returns:
        How many were handed over.
    """
    with transaction.atomic():
        lock(sending)
        if sending.state != State.SENDING or sending.started_by is None:
            return 0
        room = _room(sending, now)
        if room < 1:
            return 0
        notes = list(
            Note.objects.select_for_update(of=("self",))
            .filter(incident=sending.incident, state=Note.State.READY)
            .order_by("pk")[:room]
        )
        if not notes:
            return 0
        handing = _Handing(sending, sending.started_by, now)
        handed = handing.hand(notes)
        sending.handed_at = now
        sending.save()
    if handed:
        nudge()
    return handed


def settle_some(sending: Sending, most: int = _MOST_SETTLED) -> int:
    """Write back what became of notes that were handed over; what they promised stands in the ledger once they left.

    Returns:
        How many were written back.
    """
    out = OutgoingMessage.State
    over = Q(state=Note.State.HANDED, outgoing__state__in=[out.SENT, out.FAILED, out.HELD])
    late = Q(state__in=[Note.State.UNKNOWN, Note.State.FAILED], outgoing__state=out.SENT)
    with transaction.atomic():
        lock(sending)
        notes = list(
            Note.objects.select_for_update(of=("self",))
            .filter(over | late, incident=sending.incident)
            .select_related("outgoing", "case__customer", "message", "incident")
            .order_by("pk")[:most]
        )
        left = []
        for note in notes:
            row = note.outgoing
            assert row is not None
            if row.state == out.SENT:
                note.move_to(Note.State.SENT)
                note.sent_at, note.held_why, note.held_words = row.sent_at, "", ""
                left.append(note)
            elif row.state == out.HELD and row.held_why == "outcome-unknown":
                note.move_to(Note.State.UNKNOWN)
            else:
                note.move_to(Note.State.FAILED)
                note.held_words = row.problem or row.held_why
            note.save()
        if left:
            _promise(sending, left)
    return len(notes)


def carry_over(most: int = _CARRIED) -> int:
    """What became of a promise to many is written to each person's own: kept, kept late, or broken. A release is not,
    as only each customer can let us off.

    Returns:
        How many rows were settled.
    """
    count = 0
    settled = [Promise.State.KEPT, Promise.State.LATE, Promise.State.BROKEN]
    for mass in MassPromise.objects.filter(promise__state__in=settled).exclude(settled=F("promise__state")):
        stands = mass.promise
        state = [Promise.State.OPEN] if stands.state == Promise.State.BROKEN else ["open", "broken"]
        rows = list(Promise.objects.filter(bundle=mass.bundle, state__in=state).select_related("case")[:most])
        for row in rows:
            if stands.state == Promise.State.BROKEN:
                break_promise(CLOCK, row)
            else:
                keep(CLOCK, row, evidence=stands.evidence, kept_at=stands.kept_at)
        if len(rows) < most:
            mass.settled = stands.state
            mass.save()
        count += len(rows)
    return count


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the notes of an incident are.

    Attributes:
        counts: By state of a note; "bounced" of those sent came back.
        total: All, whatever became of them.
        gone: Those that need nothing more.
        minutes_left: How long it takes still at the pace; None when nothing is left to go or it is not going.
    """

    counts: Mapping[str, int]
    total: int
    gone: int
    minutes_left: int | None

    @property
    def percent(self) -> int:
        """How much of all is over, 0 to 100; 100 only when all is."""
        return int(100 * self.gone / self.total) if self.total else 0


def progress_of(sending: Sending) -> Progress:
    """How far it is."""
    counts = _counts(sending.incident)
    counts["bounced"] = sending.incident.notes.filter(
        state=Note.State.SENT, message__delivery=Message.Delivery.BOUNCED
    ).count()
    total = sum(count for state, count in counts.items() if state != "bounced")
    left = counts.get("ready", 0) + counts.get("handed", 0)
    gone = sum(counts.get(state, 0) for state in ("sent", "failed", "unknown", "left-out"))
    going = sending.state in (State.SENDING, State.PAUSED) and left
    return Progress(counts, total, gone, -(-left // sending.per_minute) if going else None)


def _counts(incident: Incident) -> dict[str, int]:
    rows = Note.objects.filter(incident=incident).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")).values_list("state", "count"))


def _go(person: Person, sending: Sending) -> None:
    before = sending.state
    if before == State.STOPPED:
        for note in sending.incident.notes.filter(
            state=Note.State.LEFT_OUT, held_why="stopped", outgoing__isnull=False
        ).select_related("outgoing", "case"):
            _take_up(note)
    sending.move_to(State.SENDING)
    now = timezone.now()
    sending.started_by = sending.started_by or person
    sending.started_at = sending.started_at or now
    sending.ended_at = None
    # A pause is no time in which notes could have gathered.
    sending.handed_at = now
    sending.look_at = now
    sending.save()
    act = "incident.notes-started" if before == State.PREPARING else "incident.notes-resumed"
    log(person, sending.incident.log_subject, act, before={"state": before}, after={"pace": sending.per_minute})
    notes_told(person, sending.incident)
    transaction.on_commit(nudge)


def _withdraw(note: Note) -> None:
    """A note that waits in the outbox does not leave; its case, made for it, goes out of sight."""
    row = note.outgoing
    assert row is not None
    if note.case is not None:
        lock(note.case)
    lock(row)
    if row.state != OutgoingMessage.State.WAITING:
        return
    note_held(row, "stopped")
    note.move_to(Note.State.LEFT_OUT)
    note.held_why = "stopped"
    note.save()
    if note.case is not None and _made_for_it(note) and note.case.may_move_to(Case.State.SET_ASIDE):
        set_aside(DESK, note.case, Case.SetAsideWhy.NO_COMPLAINT, note=str(_("The note was stopped before it left.")))


def _take_up(note: Note) -> None:
    """A note that was stopped goes after all, with the mail that it has."""
    row = note.outgoing
    assert row is not None
    if note.case is not None:
        lock(note.case)
        if note.case.state == Case.State.SET_ASIDE and _made_for_it(note):
            take_up_set_aside(DESK, note.case)
            move_case(DESK, note.case, Case.State.WAITING_FOR_CUSTOMER)
    lock(row)
    if row.state != OutgoingMessage.State.HELD:
        return
    note_waiting(row)
    note.move_to(Note.State.HANDED)
    note.held_why = note.held_words = ""
    note.save()


def _made_for_it(note: Note) -> bool:
    return IncidentCase.objects.filter(incident=note.incident_id, case=note.case_id, how=Link.NOTE).exists()


def _room(sending: Sending, now: datetime) -> int:
    """How many notes the pace allows now."""
    since = sending.handed_at or now
    seconds = min(_BURST, max(0.0, (now - since).total_seconds()))
    on_their_way = sending.incident.notes.filter(state=Note.State.HANDED).count()
    return min(int(sending.per_minute * seconds / 60), _MOST_HANDED, _MOST_ON_THEIR_WAY - on_their_way)


class _Handing:
    """Hands a number of notes over in few statements; inside one transaction."""

    def __init__(self, sending: Sending, person: Person, now: datetime) -> None:
        self.incident = sending.incident
        self.person = person
        self.now = now
        self.house: House = house()
        self.texts = texts_of(self.incident)
        self.today = now.astimezone(ZoneInfo(self.house.time_zone)).date()
        self.demo = self.incident.house_case.customer.demo
        self.sender = sender_of(person, self.house)

    def hand(self, notes: Sequence[Note]) -> int:
        """Hand over those that may still go."""
        going = self._still_good(notes)
        if not going:
            return 0
        customers = self._customers(going)
        cases = self._cases(going, customers)
        self._mail(going, cases)
        return len(going)

    def _still_good(self, notes: Sequence[Note]) -> list[Note]:
        """What has changed since the check sends a note back to be checked once more."""
        by_hand = written_by_hand(self.incident, notes)
        going = []
        for note in notes:
            note.incident = self.incident
            spoken = note.pk in by_hand and "by-hand" not in note.allowed
            if spoken or not still_of_today(note, self.today) or note.language not in self.texts:
                note.move_to(Note.State.PLANNED)
                note.save(update_fields=["state"])
            else:
                going.append(note)
        return going

    def _customers(self, notes: Sequence[Note]) -> dict[int, Customer]:
        """Each note's customer, by the note's key; made where none is known."""
        plain = {note.pk: normalised("mail", note.address) for note in notes}
        known = {
            contact.normalised: contact.customer
            for contact in ContactPoint.objects.filter(kind="mail", normalised__in=set(plain.values())).select_related(
                "customer"
            )
        }
        of_note = {
            note.pk: note.case.customer if note.case is not None else known[plain[note.pk]]
            for note in notes
            if note.case is not None or plain[note.pk] in known
        }
        fresh = [note for note in notes if note.pk not in of_note]
        made = Customer.objects.bulk_create(
            Customer(name=note.name, language=note.language, demo=self.demo) for note in fresh
        )
        ContactPoint.objects.bulk_create(
            ContactPoint(customer=customer, kind="mail", value=note.address, normalised=plain[note.pk])
            for note, customer in zip(fresh, made, strict=True)
        )
        DeskLog.objects.bulk_create(
            DeskLog(
                actor=CLOCK.name,
                subject=f"customer {customer.public_id}",
                act="customer.created",
                after={"name": customer.name, "incident": self.incident.public_id},
            )
            for customer in made
        )
        return of_note | {note.pk: customer for note, customer in zip(fresh, made, strict=True)}

    def _cases(self, notes: Sequence[Note], customers: Mapping[int, Customer]) -> dict[int, Case]:
        """Each note's case, by the note's key: the customer's case of this incident, else a new one that we open."""
        keys = {customer.pk for customer in customers.values()}
        linked = {
            row.case.customer_id: row.case
            for row in IncidentCase.objects.filter(incident=self.incident, case__customer__in=keys)
            .exclude(case=self.incident.house_case)
            .select_related("case__customer")
            .order_by("pk")
        }
        earlier = dict(
            Case.objects.filter(customer__in=keys)
            .exclude(state=Case.State.SET_ASIDE)
            .order_by()
            .values_list("customer")
            .annotate(count=Count("pk"))
            .values_list("customer", "count")
        )
        of_note: dict[int, Case] = {}
        opening: list[tuple[Note, Case]] = []
        for note in notes:
            case = note.case or linked.get(customers[note.pk].pk)
            if case is None:
                case = Case(
                    customer=customers[note.pk],
                    subject=note.subject,
                    channel=Channel.MAIL,
                    language=note.language,
                    state=Case.State.WAITING_FOR_CUSTOMER,
                    fault=self.incident.house_case.fault,
                    opened_by_us=True,
                    failure_number=earlier.get(customers[note.pk].pk, 0) + 1,
                    created_at=self.now,
                    first_reply_at=self.now,
                    last_out_at=self.now,
                )
                opening.append((note, case))
                linked[customers[note.pk].pk] = case
            of_note[note.pk] = case
        cases = Case.objects.bulk_create(case for _note, case in opening)
        Outline.objects.bulk_create(
            Outline(case=case, record=self.incident.happened, cause=self.incident.cause) for case in cases
        )
        IncidentCase.objects.bulk_create(
            IncidentCase(incident=self.incident, case=case, how=Link.NOTE, linked_by=self.person) for case in cases
        )
        CaseLog.objects.bulk_create(
            CaseLog(
                case=case,
                actor=CLOCK.name,
                act="case.opened",
                after={"channel": case.channel, "subject": case.subject, "incident": self.incident.public_id},
            )
            for case in cases
        )
        return of_note

    def _mail(self, notes: Sequence[Note], cases: Mapping[int, Case]) -> None:
        """Each note's message in its case, and its mail in the bulk lane."""
        links: list[CustomerLink] = []
        written = []
        for note in notes:
            note.case = cases[note.pk]
            kept = render_for(note, self.texts, self.house)
            going = kept
            if "page" in places_in(self.texts[note.language]["text"]):
                token, token_hash = new_token()
                links.append(
                    CustomerLink(case=note.case, token_hash=token_hash, made_for="note", expires_at=self.now + LASTS)
                )
                going = render_for(note, self.texts, self.house, page=address_of(token))
            written.append((note, kept, going, new_mail_id()))
        CustomerLink.objects.bulk_create(links)
        messages = Message.objects.bulk_create(
            Message(
                case=note.case,
                direction=Message.Direction.OUT,
                channel=Channel.MAIL,
                author=self.person,
                subject=kept.subject[:500],
                text=kept.text,
                language=note.language,
                recipients={"to": [[note.name, note.address]]},
                mail_id=mail_id,
                sent_at=self.now,
                received_at=self.now,
                delivery=Message.Delivery.WAITING,
            )
            for note, kept, _going, mail_id in written
        )
        mails = OutgoingMessage.objects.bulk_create(
            OutgoingMessage(
                message=message,
                purpose="note",
                lane=OutgoingMessage.Lane.BULK,
                once=f"incident note {note.pk}",
                mail_id=mail_id,
                sender=self.sender,
                reply_to=reply_address(cases[note.pk]),
                to=[note.address],
                subject=going.subject[:500],
                text=going.text,
                html=letter(going.text, note.language),
                language=note.language,
                not_before=self.now,
            )
            for message, (note, _kept, going, mail_id) in zip(messages, written, strict=True)
        )
        CaseLog.objects.bulk_create(
            CaseLog(
                case=message.case,
                person=self.person,
                act="message.out",
                after={"message": message.pk, "channel": message.channel, "incident": self.incident.public_id},
            )
            for message in messages
        )
        for message, mail, (note, kept, _going, _mail_id) in zip(messages, mails, written, strict=True):
            note.move_to(Note.State.HANDED)
            note.customer = cases[note.pk].customer
            note.message, note.outgoing, note.handed_at = message, mail, self.now
            note.subject, note.text = kept.subject[:300], kept.text
            note.save()


def _promise(sending: Sending, notes: Sequence[Note]) -> None:
    """Each note's promises go into the ledger, in the person's own case; one promise stands for those alike."""
    incident = sending.incident
    business = house()
    now = timezone.now()
    bundles: dict[str, MassPromise] = {}
    counts: dict[str, int] = {}
    rows = []
    soonest: dict[int, datetime] = {}
    for note in notes:
        if note.case is None or note.case.customer.erased_at is not None:
            continue
        for place, found in enumerate(note.promises):
            day, moment = _due(found["due"], business.time_zone)
            name = f"incident {incident.pk} {place} {found['due'] or 'undated'}"
            mass = bundles.get(name) or bundles.setdefault(name, _mass(sending, name, note, found, business))
            start = note.text.find(found["quote"])
            rows.append(
                Promise(
                    case=note.case,
                    message=note.message,
                    quote=found["quote"],
                    start=start if start >= 0 else None,
                    end=start + len(found["quote"]) if start >= 0 else None,
                    owner=mass.promise.owner,
                    act=" ".join(found["quote"].split())[:500],
                    due_day=day,
                    due_at=moment,
                    precision=found["precision"] or "",
                    conditional=bool(found["conditional"]),
                    found=found,
                    confirmed_at=now,
                    bundle=name,
                )
            )
            counts[name] = counts.get(name, 0) + 1
            if moment is not None:
                soonest[note.case.pk] = min(moment, soonest.get(note.case.pk, moment))
    Promise.objects.bulk_create(rows)
    CaseLog.objects.bulk_create(
        CaseLog(
            case=row.case,
            actor=CLOCK.name,
            act="promise.recorded",
            after={"promise": row.pk, "act": row.act, "owner": row.owner_id, "due_at": row.due_at},
        )
        for row in rows
    )
    for name, count in counts.items():
        MassPromise.objects.filter(bundle=name).update(count=F("count") + count)
    made = set(
        IncidentCase.objects.filter(incident=incident, case__in=list(soonest), how=Link.NOTE).values_list(
            "case", flat=True
        )
    )
    # In a case that the note opened nothing else is due; in others it is reckoned from all there is.
    by_moment: dict[datetime, list[int]] = {}
    for note in notes:
        if note.case is None or note.case.pk not in soonest:
            continue
        if note.case.pk in made and note.case.next_word_at is None:
            by_moment.setdefault(soonest[note.case.pk], []).append(note.case.pk)
        else:
            refresh_place(lock(note.case))
    for moment, keys in by_moment.items():
        Case.objects.filter(pk__in=keys, next_word_at=None).update(next_word_at=moment, next_word_why="promise")


def _mass(sending: Sending, name: str, note: Note, found: Mapping[str, Any], business: House) -> MassPromise:
    """The promise that stands for many; made with the first of them, with no fact of anybody in it."""
    known = MassPromise.objects.filter(bundle=name).select_related("promise__owner").first()
    if known is not None:
        return known
    incident = sending.incident
    words = " ".join(without_facts(found["quote"], facts_of(note, business)).split())
    due = found["due"]
    moment = None if due is None else datetime.fromisoformat(due) if "T" in due else date.fromisoformat(due)
    with override(business.language):
        act = _("To everybody with a note (%(title)s): %(words)s") % {"title": incident.title, "words": words}
    promise = record(
        CLOCK,
        incident.house_case,
        act=act,
        owner=incident.led_by,
        due=moment,
        precision=found["precision"] or "",
        conditional=bool(found["conditional"]),
        confirmed=True,
    )
    return MassPromise.objects.create(incident=incident, bundle=name, promise=promise)


def _due(due: str | None, zone: str) -> tuple[date | None, datetime | None]:
    """The day, when it is one, and the moment by which it is kept, from a promise as plain data."""
    if due is None:
        return None, None
    if "T" in due:
        return None, datetime.fromisoformat(due)
    day = date.fromisoformat(due)
    return day, end_of_day(datetime.combine(day, time(12), ZoneInfo(zone)), zone)
