"""When a customer is erased, or a case is blanked: the words of their note go, and that it was sent stays, so that the
sending is accounted for and the address is not written to again.
"""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save

from amends.desk.cases.models import CaseLog
from amends.desk.customers.models import Customer
from amends.desk.incidents.models import Note

__all__ = ["BLANK", "listen"]

BLANK: dict[str, Any] = {
    "address": "",
    "name": "",
    "facts": {},
    "subject": "",
    "text": "",
    "promises": [],
    "held_words": "",
}


def listen() -> None:
    """Hear of it when it happens; in the same transaction."""
    post_save.connect(_customer_saved, sender=Customer, dispatch_uid="incidents.erased")
    post_save.connect(_case_logged, sender=CaseLog, dispatch_uid="incidents.blanked")


def _customer_saved(instance: Customer, **_values: Any) -> None:
    if instance.erased_at is not None:
        _blank(Q(customer=instance) | Q(case__customer=instance))


def _case_logged(instance: CaseLog, **_values: Any) -> None:
    if instance.act in ("case.blanked", "case.erased"):
        _blank(Q(case=instance.case_id))


def _blank(whose: Q) -> None:
    Note.objects.filter(whose, state__in=Note.BEFORE).exclude(state=Note.State.LEFT_OUT).update(
        state=Note.State.LEFT_OUT, held_why="erased"
    )
    Note.objects.filter(whose).update(**BLANK)
