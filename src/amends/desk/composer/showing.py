"""What the pages show of answers: cards of replies on their way, the composer of a case, the call sheet."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from amends.desk.cases.models import Case, Channel, Message, Outline
from amends.desk.composer.checking import Checked, check_reply, plain
from amends.desk.composer.models import Draft, Kind, Reply
from amends.desk.composer.posting import carrier_for, poster_for, where_they_wrote
from amends.desk.composer.promised import FIELDS, Row, typed_row
from amends.desk.composer.services import address_for, draft_of, second_look_needed
from amends.desk.composer.services.attaching import MOST_BYTES, MOST_FILES
from amends.desk.composer.services.drafting import LONGEST
from amends.desk.composer.situation import Situation, kept_situation_of, situation_of
from amends.desk.customers.models import Customer
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import may
from amends.desk.people.models import Person
from amends.desk.portal.sending import links_are_sent
from amends.text import fold

__all__ = [
    "FILE_LIMITS",
    "Card",
    "composer_of",
    "fields_of",
    "promises_said",
    "promises_to",
    "reply_card",
    "talk_sheet",
    "trouble_of",
]

_SHOWN_STATES = (Reply.State.APPROVAL, Reply.State.WAITING, Reply.State.TO_POST, Reply.State.STOPPED)
FILE_LIMITS = {"most_files": MOST_FILES, "most_bytes": MOST_BYTES}
"""What the page says about files."""
_NEW_ROWS = 3
_STEM = 4
_SHEET = ("perceived", "record", "cause", "fix", "make_good", "prevention", "longer_answer")


@dataclass(frozen=True, slots=True)
class Card:
    """A reply on its way.

    Attributes:
        may_decide: Whether the person who looks can let it go or send it back.
        may_undo: Whether they can take it back.
        soon: Whether it leaves within a minute, so that the page keeps asking.
        may_post: Whether they can say that they have posted it.
        written_at: Where in public the customer wrote; "" when that is not known.
    """

    reply: Reply
    may_decide: bool
    may_undo: bool
    soon: bool
    checked: Checked | None = None
    may_post: bool = False
    written_at: str = ""


def reply_card(person: Person, row: Reply, *, read: bool = True) -> Card:
    """A reply as one person sees it.

    Args:
        person: Who looks.
        row: The reply.
        read: Whether it is checked again for somebody who has to decide on it.
    """
    decide = row.state == Reply.State.APPROVAL and row.author_id != person.pk and may(person, "message.approve")
    approves = may(person, "message.approve") and row.state != Reply.State.APPROVAL
    undo = row.state in _SHOWN_STATES and (row.author_id == person.pk or approves)
    soon = row.state == Reply.State.WAITING and not row.scheduled
    to_post = row.state == Reply.State.TO_POST
    posts = to_post and (row.author_id == person.pk or may(person, "message.send"))
    checked = None
    if decide and read:
        checked = check_reply(
            row.text, situation_of(row.case), kind=row.kind, corrections=row.corrections, writer=str(row.author_id)
        )
    return Card(row, decide, undo, soon, checked, posts, where_they_wrote(row.case) if to_post else "")


def composer_of(person: Person, case: Case, kind: str) -> dict[str, Any]:
    """All that the composer on a case page shows."""
    kind = kind if kind in Kind.values else _first_kind(case)
    on_their_way = case.replies.filter(state__in=_SHOWN_STATES).select_related("author", "decided_by", "case__customer")
    cards = [reply_card(person, row) for row in on_their_way]
    sent_back = case.replies.filter(author=person, state=Reply.State.SENT_BACK, kind=kind).last()
    address = address_for(case, kind)
    draft: Draft | None = None
    checked: Checked | None = None
    at: Situation | None = None
    if may(person, "message.draft") and case.customer.erased_at is None:
        at = kept_situation_of(case, anew=True)
        draft = draft_of(person, case, kind)
        checked = check_reply(draft.text, at, kind=kind, corrections=draft.corrections, writer=str(person.pk))
        if sent_back is not None and not _still_about(sent_back, draft):
            sent_back = None
    return {
        "case": case,
        "customer": case.customer,
        "kind": kind,
        "kinds": Kind.choices,
        "cards": cards,
        "sent_back": sent_back,
        "draft": draft,
        **FILE_LIMITS,
        "checked": checked,
        "at": at,
        "people": at.people if at else (),
        "new_row": Row("new-0", "", "", "", str(person.pk)),
        "address": address,
        "posts_itself": kind == Kind.PUBLIC
        and any(find(case, address.channel) is not None for find in (carrier_for, poster_for)),
        "page_link": kind == Kind.REPLY and bool(address.to) and links_are_sent(),
        "second_look": second_look_needed(person, case),
    }


def _first_kind(case: Case) -> str:
    """Who wrote in public is answered there, unless somebody chooses otherwise."""
    last = case.messages.filter(direction=Message.Direction.IN).order_by("sent_at", "pk").last()
    return Kind.PUBLIC.value if last is not None and last.public else Kind.REPLY.value


def _still_about(sent_back: Reply, draft: Draft) -> bool:
    """The word of a second person is shown until the draft is sent again or emptied."""
    return (
        bool(draft.text.strip())
        and not Reply.objects.filter(
            case=sent_back.case, author=sent_back.author, kind=sent_back.kind, created_at__gt=sent_back.created_at
        )
        .exclude(state=Reply.State.UNDONE)
        .exists()
    )


def talk_sheet(person: Person, case: Case, form: Mapping[str, str]) -> dict[str, Any]:
    """The call sheet of a case: its outline in the order of speaking, and the form with what was typed."""
    at = situation_of(case)
    outline = at.outline
    return {
        "case": case,
        "customer": case.customer,
        "outline": outline,
        "events": at.events,
        "empty": not any(getattr(outline, field) for field in _SHEET),
        "open_promises": at.open_promises,
        "phones": case.customer.contacts.filter(kind="phone"),
        "form": form,
        "rows": list(_typed_rows(form, str(person.pk))),
        "people": at.people,
        "channels": [(value, words) for value, words in Channel.choices if value in (Channel.CALL, Channel.COUNTER)],
        "now": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "fields": {name: Outline._meta.get_field(name).verbose_name for name in _SHEET},  # type: ignore[union-attr]
    }


def promises_said(person: Person, case: Case, form: Mapping[str, str]) -> list[Row]:
    """Promises that stand in what somebody said on the phone and that they have not listed."""
    said = plain(form.get("ours", ""))[:LONGEST]
    if not said.strip():
        return []
    listed = [fold(form[name]) for name in form if name.startswith("promise-new-") and name.endswith("-act")]
    rows = check_reply(said, situation_of(case), writer=str(person.pk)).promises
    return [row for row in rows if not any(_much_alike(fold(row.act), act) for act in listed if act)]


def _much_alike(said: str, listed: str) -> bool:
    """Whether one names what the other does: most longer words of the shorter one stand in the longer one."""
    short, long = sorted((said, listed), key=len)
    stems = {word[:_STEM] for word in short.split() if len(word) >= _STEM}
    return bool(stems) and 2 * sum(stem in long for stem in stems) >= len(stems)


def fields_of(form: Mapping[str, str], rows: Iterable[Row]) -> dict[str, str]:
    """Fields of the call sheet's form for more promises, after those that were typed."""
    free = (number for number in itertools.count() if not form.get(f"promise-new-{number}-act"))
    return {
        f"promise-new-{number}-{name}": str(getattr(row, name))
        for number, row in zip(free, rows, strict=False)
        for name in FIELDS
    }


def _typed_rows(form: Mapping[str, str], owner: str) -> Iterable[Row]:
    filled = sum(1 for name in form if name.startswith("promise-new-") and name.endswith("-act") and form[name])
    for number in range(max(_NEW_ROWS, filled + 1)):
        typed = {name: form.get(f"promise-new-{number}-{name}", "") for name in FIELDS}
        yield typed_row(f"new-{number}", typed | {"owner": typed["owner"] or owner})


def promises_to(customer: Customer) -> list[tuple[str, str, int]]:
    """How many promises to a customer were kept, late, broken, are open: state, its words, count."""
    counted = dict(
        Promise.objects.filter(case__customer=customer)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    return [(state, str(words), counted[state]) for state, words in Promise.State.choices if counted.get(state)]


def trouble_of(message: Message) -> OutgoingMessage | None:
    """The mail of a message that came back, was refused, or is held, for the buttons beside it."""
    if message.delivery not in (Message.Delivery.HELD, Message.Delivery.FAILED):
        return None
    return message.outgoing.filter(state__in=("held", "failed")).order_by("-pk").first()
