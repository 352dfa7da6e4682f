"""What became of tellings, in codes that are stored and in words that people read; what is wrong, and what to do."""

from collections.abc import Mapping

from django.db import models
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

__all__ = ["REFUSED", "TO_DO", "TROUBLE", "Why"]


class Why(models.TextChoices):
    """What became of a telling."""

    COMPLAINT = "complaint", _("A complaint: it is in a case")
    JOINED = "joined", _("The customer's words came to their case")
    CHECKED = "checked", _("A reply was checked")
    DRAFT = "draft", _("A draft was checked")
    NO_COMPLAINT = "no-complaint", _("No complaint: counted, no case")
    NOT_HEARD = "not-heard", _("Too short to be heard, or in another language: no case")
    NO_CASE = "no-case", _("A reply where nothing was complained of")
    KNOWN = "known", _("Known already")
    OWN = "own", _("Our own note, or one among your people")
    OTHER = "other", _("Nothing that somebody said")
    BROKEN = "broken", _("It is not what this product sends")
    UNASKED = "unasked", _("What it leaves out could not be asked for")
    FAILED = "failed", _("Reading it went wrong several times; the log of the desk says how")


REFUSED: Mapping[str, "str | Lazy"] = {
    "no-secret": _("Write the secret of the webhook in below; until then nothing is taken in."),
    "unsigned": _("It is not signed. Write the secret into the other desk."),
    "wrong": _("The secret here and the one over there differ. Copy it again."),
    "old": _("It is signed with a moment that is more than five minutes away. Compare the clocks of both machines."),
}
"""Why a telling was refused, and what to do."""

TROUBLE: Mapping[str, "str | Lazy"] = {
    "unreached": _("The other desk does not answer"),
    "inside": _("The address leads into the desk's own network"),
    "refused": _("The other desk does not accept the token"),
    "missing": _("The other desk does not find it"),
    "limited": _("The other desk asks us to wait"),
    "broken": _("The other desk has a fault of its own"),
    "wrong": _("The other desk does not take the note"),
    "sealed": _("The stored secret cannot be opened"),
}

TO_DO: Mapping[str, "str | Lazy"] = {
    "unreached": _("Compare the address. The desk tries again by itself."),
    "inside": _("If it runs beside this desk, start the desk with AMENDS_WEBHOOKS_TO_PRIVATE=yes."),
    "refused": _("Make a token that may write notes, and write it in here."),
    "missing": _("Compare the address and the numbers below."),
    "limited": _("Nothing to do: the desk tries again by itself."),
    "broken": _("Nothing to do: the desk tries again by itself."),
    "wrong": _("Compare the numbers below, and what the token may do."),
    "sealed": _("Bring AMENDS_SECRET_KEY back, or write the secret and the token in again."),
}
