"""When a customer is erased: words go, and that something happened, and what it cost, stays."""

from typing import Any

from django.db.models.signals import post_save

from amends.desk.advocates.models import Advocate, Consent, Deed, Reward, Sign, Thanks
from amends.desk.customers.models import Customer

__all__ = ["listen"]


def listen() -> None:
    """Hear of it when it happens; in the same transaction."""
    post_save.connect(_customer_saved, sender=Customer, dispatch_uid="advocates.erased")


def _customer_saved(instance: Customer, **_values: Any) -> None:
    if instance.erased_at is None:
        return
    for row in Advocate.objects.filter(customer=instance).exclude(state=Advocate.State.ERASED):
        row.move_to(Advocate.State.ERASED)
        row.note, row.agreed_to, row.problem = "", [], ""
        row.quiet_until = row.thank_from = row.look_at = None
        row.save()
    mine = {"advocate__customer": instance}
    Sign.objects.filter(**mine).delete()
    Consent.objects.filter(**mine).update(words="", agreed_to=[])
    for model in (Thanks, Deed):
        model._default_manager.filter(**mine).update(words="")
    Reward.objects.filter(**mine).update(what="", why="")
