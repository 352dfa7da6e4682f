"""Tills: devices that check and redeem vouchers with a secret of their own."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import log as desk_log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Machine
from amends.desk.remedies.models import Till
from amends.desk.tokens import hashed, new_token

__all__ = ["machine_of", "make_till", "revoke_till", "till_of"]

_LONGEST_DAYS = 365
_SEEN_EVERY = timedelta(minutes=5)


def make_till(acting: Person, name: str, days: int) -> tuple[Till, str]:
    """A new till and the secret of its link, which is known only now.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: There is no name, or the time is not possible.
    """
    require(acting, "till.edit")
    name = " ".join(name.split())[:60]
    if not name:
        raise WrongInput(_("Write a name by which you know the device."), "name")
    if not 1 <= days <= _LONGEST_DAYS:
        raise WrongInput(_("Write a number of days from 1 to 365."), "days")
    token, token_hash = new_token()
    with transaction.atomic():
        till = Till.objects.create(
            name=name, token_hash=token_hash, created_by=acting, expires_at=timezone.now() + timedelta(days=days)
        )
        desk_log(acting, f"till {till.pk}", "till.made", after={"name": name, "until": till.expires_at})
    return till, token


def revoke_till(acting: Acting, till: Till) -> Till:
    """End a till at once.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "till.edit")
    with transaction.atomic():
        if Till.objects.filter(pk=till.pk, revoked_at=None).update(revoked_at=timezone.now()):
            till.refresh_from_db()
            desk_log(acting, f"till {till.pk}", "till.revoked", before={"name": till.name})
    return till


def till_of(token: str) -> Till:
    """The till of a secret.

    Raises:
        NotFound: It is unknown, ended, or expired.
    """
    till = Till.objects.filter(token_hash=hashed(token)).first()
    now = timezone.now()
    if till is None or not till.works:
        raise NotFound(_("This device may not be used as a till any more. A lead can make a new link for it."))
    if till.last_used_at is None or now - till.last_used_at > _SEEN_EVERY:
        Till.objects.filter(pk=till.pk).update(last_used_at=now)
    return till


def machine_of(till: Till) -> Machine:
    """Who acts when a till does."""
    return Machine(f"till {till.pk}")
