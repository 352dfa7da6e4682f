"""What became of raw messages that opened no case, in codes that are stored and in words that people read."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import RawMessage
from amends.desk.people.models import Person
from amends.desk.unit import current_unit, once

__all__ = ["Why", "close_raw", "taken_up_by", "why_of"]


class Why(models.TextChoices):
    """Why a raw message is no message of a case."""

    AUTO_REPLY = "auto-reply", _("An automatic answer, such as “out of office”")
    RECEIPT = "receipt", _("A receipt that a mail was opened")
    REPORT = "report", _("A report of a mail service about unwanted mail")
    BOUNCE = "bounce", _("A report about a mail that the desk did not send")
    NOTICE = "notice", _("Written by a program, and no complaint")
    BULK = "bulk", _("A mailing to many")
    DUPLICATE = "duplicate", _("Another copy of a message that is here already")
    OWN = "own", _("A mail of our own that came round")
    NO_HEADERS = "no-headers", _("These bytes are no mail: the lines that say from whom and to whom are missing")
    BROKEN = "broken", _("The mail is damaged in a way that nobody has seen before")
    NO_SENDER = "no-sender", _("It does not say from whom it is")
    FAILED = "failed", _("Reading it went wrong several times; the log of the desk says how")
    GONE = "gone", _("The stored bytes are missing; bring them back from a backup")


def close_raw(row: RawMessage, state: str, why: Why | None = None, **more: object) -> None:
    """Say what became of a raw message; call it inside a transaction, with the row locked."""
    row.move_to(state)
    row.read_at = once("moment of closing", timezone.now)
    row.envelope = {name: value for name, value in row.envelope.items() if name != "outcome"}
    if why is not None:
        row.envelope["outcome"] = {"why": why.value, **more}
    fields = ("state", "read_at", "envelope")
    unit = current_unit()
    if unit is None:
        row.save(update_fields=fields)
    else:
        unit.save_later(row, *fields)


def why_of(row: RawMessage) -> str:
    """The reason in words, "" when there is none."""
    outcome = row.envelope.get("outcome") or {}
    code = outcome.get("why", "")
    return str(Why(code).label) if code in Why.values else ""


def taken_up_by(row: RawMessage) -> Person | None:
    """Who said that this is a complaint although the desk had left it out."""
    key = row.envelope.get("taken_up_by")
    return Person.objects.filter(pk=key).first() if key else None
