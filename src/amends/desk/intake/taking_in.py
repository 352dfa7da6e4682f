"""A customer's words become a message of a case, or open one: heard, with what came with them, acknowledged if wished.

Everything happens in the transaction of the caller: after a crash it has all happened, or nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.cases.services import attach, open_case, receive, set_aside, take_up_set_aside
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.house.services import house
from amends.desk.intake import hearing
from amends.desk.people.roles import Acting
from amends.messages import LANGUAGES

__all__ = ["File", "Said", "believable", "plain", "take_in"]

MOST_FILES = 50
"""Files of one message that are kept as files; the raw bytes hold all of them."""

_BEFORE = timedelta(days=3)
_AFTER = timedelta(hours=1)
_FIRST_LINE = 120
# A person decided on these, so that a new word of the customer does not bring them back by itself.
_STAYS_ASIDE = frozenset({"spam"})


@dataclass(frozen=True, slots=True)
class File:
    """Something that came with a message.

    Attributes:
        name: As the sender wrote it.
        content: Its bytes; None when it cannot be read.
        content_type: As sniffed.
        content_id: For pictures inside HTML.
        problem: Why it cannot be read.
    """

    name: str
    content: bytes | None
    content_type: str = "application/octet-stream"
    content_id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said, as it is known before it belongs to a case. Fields are named as those of `Message`."""

    channel: str
    text: str
    own_text: str = ""
    html: str = ""
    subject: str = ""
    language: str = ""
    sender_name: str = ""
    sender_address: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None
    mail_id: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    recipients: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    files: Iterable[File] = ()
    public: bool = False

    @property
    def words(self) -> str:
        """The writer's own words."""
        return self.own_text or self.text


def take_in(
    acting: Acting,
    said: Said,
    heard: hearing.Heard,
    *,
    customer: Customer,
    contact: ContactPoint | None,
    case: Case | None,
    raw: RawMessage | None,
    automatic: bool = False,
) -> Message:
    """Make a message of what was said; call it inside a transaction.

    Args:
        acting: The intake.
        said: What was said.
        heard: What was heard in it.
        customer: Who said it.
        contact: From where.
        case: The case it joins; None opens one, which is set aside when it is heard to be no complaint.
        raw: The bytes it was read from; None when its room keeps them itself.
        automatic: Whether a program said it; then it is kept, and changes nothing.
    """
    joins = case is not None
    sent_at = believable(said.sent_at, said.received_at or timezone.now())
    if case is None:
        case = open_case(
            acting,
            customer,
            channel=said.channel,
            subject=said.subject or _first_line(said.words),
            language=_known(heard.language or said.language),
            severity=heard.severity,
            urgency=heard.urgency,
            kinds=heard.kinds,
            stakes=heard.stakes,
            flags=heard.flags,
            began=sent_at,
        )
    message = receive(
        acting,
        case,
        text=said.text,
        own_text=said.own_text if said.own_text != said.text else "",
        html=said.html,
        channel=said.channel,
        sent_at=sent_at,
        received_at=said.received_at or timezone.now(),
        raw=raw,
        contact=contact,
        sender_name=said.sender_name[:200],
        sender_address=said.sender_address[:320],
        recipients=dict(said.recipients),
        subject=said.subject[:500],
        mail_id=said.mail_id,
        in_reply_to=said.in_reply_to,
        references=list(said.references),
        headers=dict(said.headers),
        language=_known(heard.language or said.language),
        public=said.public,
        automatic=automatic,
    )
    _keep_files(message, said.files)
    if automatic:
        return message
    if not joins:
        hearing.keep_first(acting, message, heard)
        if heard.is_complaint is False:
            set_aside(acting, message.case, Case.SetAsideWhy.NO_COMPLAINT)
        return message
    hearing.keep(acting, message, heard)
    if (
        case.state == Case.State.SET_ASIDE
        and case.set_aside_why not in _STAYS_ASIDE
        and heard.is_complaint is not False
    ):
        take_up_set_aside(acting, case)
    return message


def believable(sent_at: datetime | None, arrived: datetime) -> datetime:
    """When something was said: as the sender's clock says, unless that is far from when it arrived.

    The order of the inbox hangs on it, so that nobody gets to its top by a wrong date.
    """
    if sent_at is None or not arrived - _BEFORE <= sent_at <= arrived + _AFTER:
        return arrived
    return min(sent_at, arrived)


def plain(text: str) -> str:
    """A text that every database takes: no NUL, no half of a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _keep_files(message: Message, files: Iterable[File]) -> None:
    for number, file in enumerate(files):
        if number == MOST_FILES:
            break
        content, problem = file.content, file.problem
        if content is not None and len(content) > settings.LARGEST_UPLOAD:
            with override(house().language):
                megabytes = settings.LARGEST_UPLOAD // (1024 * 1024)
                problem = _("It is larger than %(megabytes)d MB; it is in the original message alone.") % {
                    "megabytes": megabytes
                }
            content = None
        attach(
            message,
            name=plain(file.name),
            content=content,
            content_type=plain(file.content_type),
            content_id=plain(file.content_id),
            problem=problem,
        )


def _known(language: str) -> str:
    return language if language in LANGUAGES else ""


def _first_line(words: str) -> str:
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    return line if len(line) <= _FIRST_LINE else line[: _FIRST_LINE - 1].rstrip() + "…"
