"""Posting notes, each once, also when a process is killed between posting one and keeping that it was posted.

Before a note is posted it is kept that it begins; from then on the other desk is asked whether the note stands there
before it is posted again. It is known by its marker.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from amends.desk.clock.loop import nudge
from amends.desk.clock.turns import take_turn
from amends.desk.errors import WrongMove
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.sealed import SealError
from amends.desk.sidecar.asking import Api, Trouble
from amends.desk.sidecar.models import Connection, Note
from amends.desk.sidecar.product import Product
from amends.desk.sidecar.services.connecting import api_of, product_of, went_well, went_wrong
from amends.desk.states import lock

__all__ = ["SCHEDULE", "post_again", "post_due"]

SCHEDULE = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1_800, 7_200, 18_000, 36_000, 36_000))
"""How long to wait after each try that failed; after the last the note is given up, about a day after the first."""
_AT_ONCE = 20
_LONGEST_PAUSE = timedelta(hours=1)
_OF_THE_DESK = frozenset({"unreached", "inside", "refused", "limited", "broken", "sealed"})
"""What troubles the other desk as a whole, not the one note."""
_MOST_WRONG = 3


def post_due(connection: Connection, now: datetime | None = None) -> int:
    """Post the notes of a connection that are due. The clock calls it under the connection's lease.

    Args:
        connection: Where.
        now: The moment from which to look; now if not given.

    Returns:
        How many were tried.
    """
    due = Note.objects.filter(connection=connection, next_at__lte=now or timezone.now()).order_by("next_at", "pk")
    return take_turn(due.select_related("said__conversation"), lambda note: _tried(connection, note), most=_AT_ONCE)


def post_again(acting: Person, note: Note) -> Note:
    """Try a note again that was given up; if it stands there after all, nothing is posted.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It is not given up, or the connection is off.
    """
    require(acting, "sidecar.see")
    with transaction.atomic():
        if lock(note.connection).state != Connection.State.ON:
            raise WrongMove(note.connection.state, Connection.State.ON)
        lock(note)
        note.move_to(Note.State.WAITING)
        note.attempts, note.problem, note.next_at = 0, "", timezone.now()
        note.save()
        Connection.objects.filter(pk=note.connection_id).update(paused_until=None)
    transaction.on_commit(nudge)
    return note


def _tried(connection: Connection, note: Note) -> bool:
    """Try one note.

    Returns:
        Whether the next one may be tried at once.
    """
    try:
        remote_id = _posted(product_of(connection), api_of(connection), note)
    except (Trouble, SealError) as error:
        trouble = error if isinstance(error, Trouble) else Trouble("sealed", "")
        _failed(connection, note, trouble)
        return trouble.code not in _OF_THE_DESK
    _kept(connection, note, remote_id)
    return True


def _posted(product: Product, api: Api, note: Note) -> str:
    """Post a note unless it stands there, and give its id over there."""
    conversation = note.said.conversation.remote_id
    if note.begun_at is not None and (remote_id := product.find(api, conversation, note.marker)):
        return remote_id
    note.begun_at = note.begun_at or timezone.now()
    Note.objects.filter(pk=note.pk).update(begun_at=note.begun_at)
    return product.post(api, conversation, note.text)


def _kept(connection: Connection, note: Note, remote_id: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        lock(note)
        if note.state == Note.State.WAITING:
            note.move_to(Note.State.POSTED)
            note.remote_id, note.posted_at = remote_id[:100], now
            note.attempts += 1
            note.next_at, note.problem = None, ""
            note.save()
        went_well(connection, posted_at=now)


def _failed(connection: Connection, note: Note, trouble: Trouble) -> None:
    now = timezone.now()
    went_wrong(connection, trouble)
    with transaction.atomic():
        lock(note)
        wait = SCHEDULE[note.attempts] if note.attempts < len(SCHEDULE) else None
        if trouble.code not in _OF_THE_DESK and note.attempts + 1 >= _MOST_WRONG:
            wait = None
        note.attempts = min(note.attempts + 1, 30_000)
        note.problem = f"{trouble.code}: {trouble.words}"[:300]
        if wait is not None and trouble.retry_after:
            wait = max(wait, timedelta(seconds=min(trouble.retry_after, 86_400)))
        note.next_at = now + wait if wait is not None else None
        if note.next_at is None and note.state == Note.State.WAITING:
            note.move_to(Note.State.GIVEN_UP)
        note.save()
        if trouble.code in _OF_THE_DESK:
            step = SCHEDULE[min(connection.failures, len(SCHEDULE)) - 1]
            pause = max(min(step, _LONGEST_PAUSE), timedelta(seconds=min(trouble.retry_after or 0, 86_400)))
            Connection.objects.filter(pk=connection.pk).update(paused_until=now + pause)
