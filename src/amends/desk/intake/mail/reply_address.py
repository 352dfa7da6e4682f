"""Signed reply addresses: "hello+<token>@bakery.example" leads an answer to its case.

A token holds the case's random name and the day on which it ends, and a signature over both. Nobody can make one for a
case without the desk's key; a number in the subject leads nowhere. Capital letters do not matter, as mail servers may
change them.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.cases.services import log
from amends.desk.intake.mail.ours import base_address, written_to
from amends.desk.intake.models import Mailbox, ReplyAddress
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["LASTS", "base_address", "case_of_addresses", "reply_address", "revoke_reply_addresses", "token_of"]

LASTS = timedelta(days=365)
"""How long a case's address leads to it, from the day on which it is given out."""

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_DAY_BYTES = 2
_SIGNATURE_BYTES = 13
# Name of the case, 4 letters of the day, 21 of the signature (104 bits).
_TOKEN = re.compile(r"([2-9a-hj-km-np-z]{10})([a-z2-7]{4})([a-z2-7]{21})")


def reply_address(case: Case) -> str:
    """The address for answers to a case, or "" when no mailbox takes such addresses."""
    boxes = list(Mailbox.objects.filter(takes_replies=True, state=Mailbox.State.LISTENING).order_by("pk"))
    if not boxes:
        return ""
    mailbox = boxes[0]
    if len(boxes) > 1:
        # Of several, the one to which the customer wrote.
        at = written_to(case)
        mailbox = next((box for box in boxes if at is not None and box.pk == at[0].pk), mailbox)
    name, _at, domain = mailbox.address.rpartition("@")
    return f"{name.partition('+')[0]}+{token_of(case)}@{domain}"


def token_of(case: Case, until: datetime | None = None) -> str:
    """The token of a case.

    Args:
        case: The case.
        until: The last day on which it works; `LASTS` from now if not given.
    """
    day = ((until or timezone.now() + LASTS) - _BEGIN).days
    written = _letters(day.to_bytes(_DAY_BYTES, "big"))
    generation = ReplyAddress.objects.filter(case=case).values_list("generation", flat=True).first() or 0
    return case.public_id + written + _signature(case.public_id, written, generation, settings.SECRET_KEY)


def case_of_addresses(addresses: Iterable[str]) -> Case | None:
    """The case to which one of several addresses leads; None when none does, or its time is over, or it was revoked."""
    for public_id, day, signature in _tokens(addresses):
        case = Case.objects.filter(public_id=public_id).select_related("customer", "reply_address").first()
        if case is None:
            continue
        generation = case.reply_address.generation if hasattr(case, "reply_address") else 0
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        genuine = any(hmac.compare_digest(_signature(public_id, day, generation, key), signature) for key in keys)
        if genuine and _until(day) >= timezone.now():
            return case
    return None


def revoke_reply_addresses(acting: Acting, case: Case) -> None:
    """Make all reply addresses of a case that were given out lead nowhere; the next one is new.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "link.revoke")
    with transaction.atomic():
        lock(case)
        row, _made = ReplyAddress.objects.get_or_create(case=case)
        row.generation += 1
        row.save()
        log(acting, case, "reply-address.revoked", after={"generation": row.generation})


def _tokens(addresses: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for address in addresses:
        _base, tag = base_address(address)
        found = _TOKEN.fullmatch(tag)
        if found is not None:
            yield found[1], found[2], found[3]


def _until(day: str) -> datetime:
    number = int.from_bytes(base64.b32decode(day.upper() + "=" * (-len(day) % 8)), "big")
    return _BEGIN + timedelta(days=number + 1)


def _signature(public_id: str, day: str, generation: int, key: str) -> str:
    signing = hashlib.sha256(b"amends reply address" + key.encode()).digest()
    said = f"{public_id} {day} {generation}".encode()
    return _letters(hmac.new(signing, said, hashlib.sha256).digest()[:_SIGNATURE_BYTES])


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").rstrip("=").lower()
