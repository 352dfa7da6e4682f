"""The ledger: recording promises, settling them, saying that one cannot be kept, telling cases what falls due."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import log, refresh_place
from amends.desk.deadlines.services import end_of_day
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.ledger.looking import next_look
from amends.desk.ledger.models import Promise, WordOwed
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock
from amends.desk.unit import current_unit

__all__ = [
    "break_promise",
    "cannot_keep",
    "correct",
    "due_moments",
    "keep",
    "last_word_since",
    "not_needed",
    "record",
    "release",
    "reopen",
    "told",
]

_WORD_WITHIN = timedelta(hours=24)


def record(
    acting: Acting,
    case: Case,
    *,
    act: str,
    owner: Person | None,
    due: date | datetime | None = None,
    quote: str = "",
    message: Message | None = None,
    span: tuple[int, int] | None = None,
    precision: str = "",
    conditional: bool = False,
    condition: str = "",
    found: dict[str, Any] | None = None,
    confirmed: bool = False,
) -> Promise:
    """Write a promise into the ledger.

    Args:
        acting: Who records it.
        case: Whose promise it is.
        act: What is promised, in short.
        owner: Who keeps it; None while nobody does.
        due: A day (kept until its end in the house's time zone), an aware moment, or None when no time was named.
        quote: Its words.
        message: Where it was made.
        span: Code point offsets of the quote in the message's text.
        precision: How exact the words are.
        conditional: Whether it hangs on something, named by `condition`.
        found: What was found before correction (`Promise.to_dict` of `amends.promises`).
        confirmed: Whether the writer said that it is so.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no act, or a value is not possible.
    """
    require(acting, "promise.record")
    act = _checked_act(act)
    if precision not in ("", *Promise.Precision.values):
        raise WrongInput(_("Choose one of the list."), "precision")
    day, moment = _moments(due)
    now = timezone.now()
    with transaction.atomic():
        lock(case)
        if (unit := current_unit()) is not None:
            unit.mark("promises", case)
        promise = Promise.objects.create(
            case=case,
            message=message,
            quote=quote,
            start=span[0] if span else None,
            end=span[1] if span else None,
            owner=owner,
            act=act,
            due_day=day,
            due_at=moment,
            precision=precision or ("" if due is None else "day" if day else "minute"),
            conditional=conditional,
            condition=condition[:300],
            found=found,
            confirmed_at=now if confirmed else None,
            look_at=next_look(moment, day, house().time_zone, now),
        )
        refresh_place(case)
        log(acting, case, "promise.recorded", after=_as_data(promise))
    return promise


def correct(
    acting: Acting,
    promise: Promise,
    *,
    act: str,
    owner: Person | None,
    due: date | datetime | None,
    condition: str = "",
    note: str = "",
) -> Promise:
    """Correct or confirm what was recorded; of an open promise alone.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is settled, or a value is not possible.
    """
    require(acting, "promise.correct" if owner == promise.owner or owner == acting else "promise.give-to-other")
    act = _checked_act(act)
    day, moment = _moments(due)
    with transaction.atomic():
        case = lock(promise.case)
        lock(promise)
        if promise.state != Promise.State.OPEN:
            raise WrongInput(_("This promise is settled. Open it again first if that was a mistake."))
        before = _as_data(promise)
        due_before = promise.due_at
        now = timezone.now()
        if due_before != moment:
            promise.precision = "" if due is None else "day" if day else "minute"
        promise.act, promise.owner, promise.due_day, promise.due_at = act, owner, day, moment
        promise.condition, promise.conditional = condition[:300], bool(condition)
        promise.confirmed_at = promise.confirmed_at or now
        if promise.due_at != due_before:
            promise.reminders = []
            promise.look_at = next_look(moment, day, house().time_zone, now)
        promise.save()
        refresh_place(case)
        log(acting, case, "promise.corrected", before=before, after=_as_data(promise), note=note)
    return promise


def keep(
    acting: Acting,
    promise: Promise,
    *,
    evidence: str = "",
    message: Message | None = None,
    kept_at: datetime | None = None,
) -> Promise:
    """What was promised has been done. Whether in time or late follows from when.

    Args:
        acting: Who says so.
        promise: Open, or broken before.
        evidence: What shows it, in words.
        message: The message that shows it.
        kept_at: When it was done, aware; now if not given.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is settled already.
        WrongInput: It would have been done in the future.
    """
    require(acting, "promise.settle")
    now = timezone.now()
    kept_at = kept_at or now
    if kept_at > now:
        raise WrongInput(_("This lies ahead. Write when it was done."), "kept_at")
    with transaction.atomic():
        lock(promise.case)
        lock(promise)
        late = promise.due_at is not None and kept_at > promise.due_at
        state = Promise.State.LATE if late or promise.state == Promise.State.BROKEN else Promise.State.KEPT
        promise.kept_at = kept_at
        promise.evidence = evidence.strip() or promise.evidence
        promise.evidence_message = message or promise.evidence_message
        _settle(acting, promise, state, evidence)
    return promise


def break_promise(acting: Acting, promise: Promise, *, note: str = "") -> Promise:
    """It was not kept.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is settled already.
    """
    require(acting, "promise.settle")
    with transaction.atomic():
        lock(promise.case)
        lock(promise)
        _settle(acting, promise, Promise.State.BROKEN, note)
    return promise


def release(acting: Acting, promise: Promise, *, evidence: str = "", message: Message | None = None) -> Promise:
    """The customer lets us off.

    Args:
        acting: The customer on their page, or a person of ours whom the customer told.
        promise: Open or broken.
        evidence: What the customer said; a person of ours needs it, or a message.
        message: The customer's message.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is settled already.
        WrongInput: There is nothing that shows the customer's word.
    """
    require(acting, "promise.release")
    if isinstance(acting, Person) and not evidence.strip() and message is None:
        raise WrongInput(
            _("Only the customer can let us off. Write what they said, or choose their message."), "evidence"
        )
    with transaction.atomic():
        lock(promise.case)
        lock(promise)
        promise.evidence = evidence.strip() or promise.evidence
        promise.evidence_message = message or promise.evidence_message
        _settle(acting, promise, Promise.State.RELEASED, evidence)
    return promise


def reopen(acting: Acting, promise: Promise, *, note: str) -> Promise:
    """It was settled by mistake.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It is open.
    """
    require(acting, "promise.correct")
    if not note.strip():
        raise WrongInput(_("Write why it is opened again."), "note")
    with transaction.atomic():
        case = lock(promise.case)
        lock(promise)
        before = promise.state
        promise.move_to(Promise.State.OPEN)
        promise.settled_at = promise.kept_at = None
        promise.reminders = []
        promise.look_at = next_look(promise.due_at, promise.due_day, house().time_zone, timezone.now())
        promise.save()
        refresh_place(case)
        log(
            acting,
            case,
            "promise.reopened",
            before={"promise": promise.pk, "state": before},
            after={"promise": promise.pk, "state": promise.state},
            note=note,
        )
    return promise


def cannot_keep(acting: Acting, promise: Promise, *, why: str, offer_day: date | None = None) -> WordOwed:
    """A promise cannot be kept in time: the customer is owed a word about it, before it lapses.

    Args:
        acting: Who sees it coming.
        promise: Open.
        why: Why, for us alone.
        offer_day: A day that could be offered instead.

    Returns:
        The word that is owed; its `by` lies before the promise lapses, and at most a day from now.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason, or the promise is settled.
    """
    require(acting, "promise.endanger")
    if not why.strip():
        raise WrongInput(_("Write why it cannot be kept in time. Your words stay inside the house."), "why")
    with transaction.atomic():
        case = lock(promise.case)
        lock(promise)
        if promise.state != Promise.State.OPEN:
            raise WrongInput(_("This promise is settled. Open it again first if that was a mistake."))
        now = timezone.now()
        word, made = WordOwed.objects.update_or_create(
            promise=promise,
            done_at=None,
            defaults={"why": why.strip(), "offer_day": offer_day},
            create_defaults={
                "why": why.strip(),
                "offer_day": offer_day,
                "by": _word_by(promise.due_at, now),
                "asked_by": person_of(acting),
                "asked_at": now,
            },
        )
        refresh_place(case)
        log(
            acting,
            case,
            "promise.in-danger" if made else "promise.danger-changed",
            after={"promise": promise.pk, "word": word.pk, "by": word.by, "offer_day": offer_day},
            note=why.strip(),
        )
    return word


def told(acting: Acting, word: WordOwed, message: Message | None = None) -> WordOwed:
    """The customer has been told that a promise cannot be kept in time.

    Args:
        acting: Who says so.
        word: The word that was owed.
        message: What told them; if not given, the last that a person of ours said to them since it is owed.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: Nothing was said to the customer since.
        WrongMove: It is over already.
    """
    require(acting, "promise.endanger")
    with transaction.atomic():
        case = lock(word.promise.case)
        message = message or last_word_since(case, word.asked_at)
        if message is None or message.case_id != case.pk or message.direction != Message.Direction.OUT:
            raise WrongInput(_("Nothing has gone out to the customer since. Write or ring first, then come back."))
        _end_word(word, WordOwed.Outcome.TOLD, message)
        Promise.objects.filter(pk=word.promise_id).update(warned_at=message.sent_at)
        refresh_place(case)
        log(acting, case, "promise.told", after={"promise": word.promise_id, "word": word.pk, "message": message.pk})
    return word


def not_needed(acting: Acting, word: WordOwed, *, note: str) -> WordOwed:
    """The promise can be kept after all, so that no word is owed.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no reason.
        WrongMove: It is over already.
    """
    require(acting, "promise.endanger")
    if not note.strip():
        raise WrongInput(_("Write why no word is needed any more."), "note")
    with transaction.atomic():
        case = lock(word.promise.case)
        _end_word(word, WordOwed.Outcome.NOT_NEEDED, None)
        refresh_place(case)
        log(acting, case, "promise.safe", after={"promise": word.promise_id, "word": word.pk}, note=note.strip())
    return word


def last_word_since(case: Case, since: datetime) -> Message | None:
    """The last that a person of ours said to the customer after a moment, and that is not held back."""
    out = case.messages.filter(direction=Message.Direction.OUT, automatic=False, sent_at__gte=since)
    gone = ["", Message.Delivery.SENT, Message.Delivery.WAITING]
    return out.filter(delivery__in=gone).order_by("-sent_at", "-pk").first()


def due_moments(case: Case) -> Iterable[tuple[datetime, str]]:
    """The moments at which open promises of a case fall due and words about them are owed, for its next word."""
    if (unit := current_unit()) is not None and unit.bare("promises", case):
        return ()
    promises = Promise.objects.filter(case=case, state=Promise.State.OPEN, due_at__isnull=False)
    words = WordOwed.objects.filter(promise__case=case, done_at=None)
    moments = [*promises.values_list("due_at", flat=True), *words.values_list("by", flat=True)]
    return [(moment, "promise") for moment in moments if moment is not None]


def _end_word(word: WordOwed, outcome: str, message: Message | None) -> None:
    ended = WordOwed.objects.filter(pk=word.pk, done_at=None).update(
        done_at=timezone.now(), outcome=outcome, message=message
    )
    word.refresh_from_db()
    if not ended:
        raise WrongMove("", "", _("Somebody has seen to this already."))


def _word_by(due_at: datetime | None, now: datetime) -> datetime:
    """Half of the time that is left, and at most a day; what has lapsed already is owed now."""
    if due_at is None:
        return now + _WORD_WITHIN
    return min(now + _WORD_WITHIN, now + max(due_at - now, timedelta()) / 2)


def _settle(acting: Acting, promise: Promise, state: str, note: str) -> None:
    before = promise.state
    promise.move_to(state)
    promise.settled_at = timezone.now()
    promise.look_at = None
    promise.save()
    WordOwed.objects.filter(promise=promise, done_at=None).update(
        done_at=promise.settled_at, outcome=WordOwed.Outcome.NOT_NEEDED
    )
    refresh_place(promise.case)
    log(
        acting,
        promise.case,
        f"promise.{state}",
        before={"promise": promise.pk, "state": before},
        after={"promise": promise.pk, "state": state, "kept_at": promise.kept_at},
        note=note,
    )


def _checked_act(act: str) -> str:
    act = " ".join(act.split())[:500]
    if not act:
        raise WrongInput(_("Write what is promised."), "act")
    return act


def _moments(due: date | datetime | None) -> tuple[date | None, datetime | None]:
    """The day, when it is one, and the moment by which it is kept."""
    if due is None:
        return None, None
    if isinstance(due, datetime):
        if due.tzinfo is None:
            raise ValueError("a due moment has a time zone")
        return None, due.astimezone(UTC)
    zone = house().time_zone
    return due, end_of_day(datetime.combine(due, time(12), ZoneInfo(zone)), zone)


def _as_data(promise: Promise) -> dict[str, Any]:
    return {
        "promise": promise.pk,
        "act": promise.act,
        "owner": promise.owner_id,
        "due_day": promise.due_day,
        "due_at": promise.due_at,
        "condition": promise.condition,
        "quote": promise.quote,
    }
