"""What programs write into cases: services of other rooms put together; each of them asks whether the person may."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import log, open_case, write_down
from amends.desk.composer.checking import plain
from amends.desk.composer.models import Draft, Reply
from amends.desk.composer.services import draft_of, keep_draft, send
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.intake import hearing
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE
from amends.desk.states import lock

__all__ = ["add_received", "open_with_words", "propose", "send_reply"]

_FIRST_LINE = 80


def open_with_words(
    acting: Person,
    customer: Customer,
    *,
    channel: str,
    text: str = "",
    subject: str = "",
    language: str = "",
    sent_at: datetime | None = None,
    opened_by_us: bool = False,
) -> Case:
    """Open a case, with what the customer said when they said something: it is heard as any other message.

    Args:
        acting: Whose token it is.
        customer: Whose story it is.
        channel: A value of `Channel`.
        text: The customer's words, "" when we knew first.
        subject: What it is about; the first line of the words if not given.
        language: ISO 639-1 code; as heard if not given.
        sent_at: When it was said, aware; now if not given.
        opened_by_us: We knew before the customer did (G2.1).

    Raises:
        NotAllowed: The person may not.
        WrongInput: There are neither words nor a beginning by us, or a value is not possible.
    """
    require(acting, "case.open")
    text = text.strip()
    if not text and not opened_by_us:
        raise WrongInput(_("Write what the customer said, or say that we opened it."), "text")
    if text and opened_by_us:
        raise WrongInput(_("Where we knew first, the customer has not said anything yet."), "text")
    heard = hearing.listen(text, language=language)
    with transaction.atomic():
        case = open_case(
            acting,
            customer,
            channel=channel,
            subject=subject or _first_line(text),
            language=language or heard.language,
            severity=heard.severity,
            urgency=heard.urgency,
            kinds=heard.kinds,
            stakes=heard.stakes,
            flags=heard.flags,
            opened_by_us=opened_by_us,
            began=sent_at,
        )
        if text:
            _add(acting, case, heard, text=text, channel=channel, sent_at=sent_at, language=language)
    return case


def add_received(
    acting: Person,
    case: Case,
    *,
    text: str,
    channel: str,
    sent_at: datetime | None = None,
    language: str = "",
    subject: str = "",
) -> Message:
    """Add what the customer said to their case; it is heard, and the case waits for us.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There are no words, or the customer was erased.
    """
    require(acting, "message.write-down")
    if case.customer.erased_at is not None:
        raise WrongInput(_("This customer was erased; nothing is kept about them any more."))
    text = text.strip()
    heard = hearing.listen(text, language=language)
    with transaction.atomic():
        return _add(
            acting, case, heard, text=text, channel=channel, sent_at=sent_at, language=language, subject=subject
        )


def _add(
    acting: Person,
    case: Case,
    heard: hearing.Heard,
    *,
    text: str,
    channel: str,
    sent_at: datetime | None,
    language: str,
    subject: str = "",
) -> Message:
    message = write_down(
        acting,
        case,
        text=text,
        channel=channel,
        sent_at=sent_at,
        subject=subject,
        sender_name=case.customer.name[:200],
        language=language or heard.language,
    )
    hearing.keep(INTAKE, message, heard)
    return message


def propose(
    acting: Person, case: Case, kind: str, *, text: str, subject: str | None = None, writer: Person | None = None
) -> Draft:
    """Propose a reply: it lies in the composer of a person, who reads, changes and sends it, or not.

    Args:
        acting: Whose token it is.
        case: Where.
        kind: A value of the composer's `Kind`.
        text: The reply.
        subject: Its subject; None leaves the usual one.
        writer: Who shall send it; the acting person if not given.

    Raises:
        NotAllowed: The person may not, or not for somebody else.
        WrongInput: There are no words, or the person does not work here any more.
        WrongMove: That person has begun to write; their words are not overwritten.
    """
    writer = writer or acting
    require(acting, "message.draft" if writer == acting else "message.propose-to-other")
    if not writer.is_active:
        raise WrongInput(_("%(person)s does not work at the desk any more.") % {"person": writer}, "person")
    if not text.strip():
        raise WrongInput(_("Write something first."), "text")
    with transaction.atomic():
        lock(case)
        draft = _empty_draft(writer, case, kind, text)
        draft = keep_draft(writer, case, kind, text=text, subject=subject, revision=draft.revision)
        log(acting, case, "draft.proposed", after={"kind": kind, "name": str(writer)})
    return draft


def send_reply(
    acting: Person,
    case: Case,
    kind: str,
    *,
    text: str,
    subject: str | None = None,
    reason: str = "",
    send_at: datetime | None = None,
) -> Reply:
    """Send a reply by the composer's own service: its check, its second person, its ten seconds to take it back.

    Args:
        acting: Whose token it is, and who writes.
        case: Where.
        kind: A value of the composer's `Kind`.
        text: The reply.
        subject: Its subject; None for the usual one.
        reason: Why it is sent although errors are found.
        send_at: When, aware; at once if not given.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Something in it stops it; see `composer.services.send`.
        WrongMove: The person has begun another reply in this case, or the customer was erased.
    """
    with transaction.atomic():
        lock(case)
        draft = _empty_draft(acting, case, kind, text)
        draft = keep_draft(
            acting,
            case,
            kind,
            text=text,
            subject=subject,
            reason=reason,
            corrections={},
            send_at=send_at.isoformat() if send_at else "",
            revision=draft.revision,
        )
        return send(acting, draft)


def _empty_draft(writer: Person, case: Case, kind: str, text: str) -> Draft:
    """The draft of a person, when nothing of theirs would be overwritten."""
    draft = draft_of(writer, case, kind)
    lock(draft)
    begun = draft.text.strip()
    if begun and begun != plain(text).strip():
        raise WrongMove("", "", _("Somebody has begun a reply here. It is not overwritten: send or empty it first."))
    return draft


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _FIRST_LINE else line[: _FIRST_LINE - 1].rstrip() + "…"
