"""How a mailbox is: in one word, and for each trouble what is wrong and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from amends.desk.intake.mail.trouble import words_of as reading_words
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.models import Connection, Sending
from amends.desk.mailboxes.providers import PROVIDERS
from amends.desk.mailboxes.trouble import words_of

__all__ = ["Health", "Wrong", "every_mailbox", "health_of"]

_AGAIN = frozenset({"lapsed", "sealed", "token"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """One trouble.

    Attributes:
        where: What it troubles, in words.
        words: What is wrong and what to do.
        detail: The other side's own words.
        since: Since when.
    """

    where: str
    words: str
    detail: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How a mailbox is.

    Attributes:
        word: In one word; `mood` is how it is shown: "good", "wait", "hurt" or "".
        connect: Whether a person has to connect it, for the first time or again.
    """

    mailbox: Mailbox
    connection: Connection | None
    sending: Sending | None
    word: str
    mood: str
    connect: bool
    provider: str = ""
    troubles: list[Wrong] = field(default_factory=list)


def every_mailbox() -> list[Health]:
    """All mailboxes with how they are."""
    connections = {row.mailbox_id: row for row in Connection.objects.all()}
    sendings = {row.mailbox_id: row for row in Sending.objects.all()}
    boxes = Mailbox.objects.prefetch_related("aliases")
    return [_health(box, connections.get(box.pk), sendings.get(box.pk)) for box in boxes]


def health_of(mailbox: Mailbox) -> Health:
    """How one mailbox is."""
    connection = Connection.objects.filter(mailbox=mailbox).first()
    return _health(mailbox, connection, Sending.objects.filter(mailbox=mailbox).first())


def _health(mailbox: Mailbox, connection: Connection | None, sending: Sending | None) -> Health:
    troubles = list(_troubles(mailbox, connection, sending))
    fresh = connection is not None and connection.state == Connection.State.WANTED
    lapsed = connection is not None and connection.state == Connection.State.LAPSED
    again = lapsed or (connection is not None and mailbox.trouble in _AGAIN)
    if fresh:
        word, mood = _("not connected yet"), "wait"
    elif lapsed:
        word, mood = _("to be connected again"), "hurt"
    elif mailbox.state == Mailbox.State.PAUSED:
        word, mood = mailbox.get_state_display(), ""
    elif troubles:
        word, mood = _("does not work"), "hurt"
    elif mailbox.heard_at or mailbox.kind == Mailbox.Kind.DELIVERED:
        word, mood = _("listening"), "good"
    else:
        word, mood = _("not heard yet"), "wait"
    name = PROVIDERS[connection.provider].name if connection is not None else ""
    return Health(mailbox, connection, sending, word, mood, fresh or again, name, troubles)


def _troubles(mailbox: Mailbox, connection: Connection | None, sending: Sending | None) -> Iterator[Wrong]:
    codes = set()
    if connection is not None and connection.trouble:
        codes.add(connection.trouble)
        yield Wrong(_("Connection"), words_of(connection.trouble), connection.trouble_detail)
    if mailbox.trouble and mailbox.trouble not in codes and mailbox.state == Mailbox.State.LISTENING:
        codes.add(mailbox.trouble)
        # Words about reading, whose ports are others than those of sending.
        words = (words_of if connection is not None and mailbox.trouble == "token" else reading_words)(mailbox.trouble)
        yield Wrong(_("Reading"), words, mailbox.trouble_detail, mailbox.failing_since)
    if sending is not None and sending.on and sending.trouble and sending.trouble not in codes:
        yield Wrong(_("Sending"), words_of(sending.trouble), sending.trouble_detail, sending.failing_since)
