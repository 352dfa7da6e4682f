"""Taking in a telling: its bytes are stored, nothing more; the clock reads them."""

import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from amends.desk.clock.loop import nudge
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.sidecar.models import Connection, Delivery
from amends.desk.sidecar.product import Came, Product, Refused

__all__ = ["LARGEST", "keep_delivery", "refuse"]

LARGEST = 2 * 1024 * 1024
"""Bytes of one telling."""
_LONGEST_HEADER = 300


def keep_delivery(acting: Acting, connection: Connection, product: Product, came: Came) -> tuple[Delivery | None, bool]:
    """Store a telling that was checked.

    Args:
        acting: The intake.
        connection: Who told it.
        product: Its product.
        came: The telling.

    Returns:
        The row, and whether it is new: the same telling is taken once.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "message.receive")
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(heard_at=now, refused_since=None)
    key = hashlib.sha256(came.body).hexdigest()
    if product.calls:
        # Such tellings look alike. One that nobody has begun to read asks for the same a moment later.
        waiting = Delivery.objects.filter(connection=connection, state=Delivery.State.WAITING, lease_until=None)
        if (same := waiting.filter(key__startswith=key[:32]).first()) is not None:
            return same, False
        key = key[:32] + secrets.token_hex(16)
    headers = {name: came.headers[name][:_LONGEST_HEADER] for name in product.headers if name in came.headers}
    try:
        with transaction.atomic():
            row = Delivery.objects.create(
                connection=connection,
                key=key,
                content=came.body,
                size=len(came.body),
                # A secret in a header has done its work.
                headers={name: value for name, value in headers.items() if "secret" not in name},
                received_at=now,
            )
    except IntegrityError:
        return Delivery.objects.filter(connection=connection, key=key).first(), False
    transaction.on_commit(nudge)
    return row, True


def refuse(connection: Connection, why: Refused) -> None:
    """Count a telling that is not surely from the other desk; its bytes are not kept, as anybody may have sent them."""
    Connection.objects.filter(pk=connection.pk).update(
        refused=F("refused") + 1,
        refused_since=Coalesce(F("refused_since"), Value(timezone.now())),
        refused_why=str(why)[:32],
    )
