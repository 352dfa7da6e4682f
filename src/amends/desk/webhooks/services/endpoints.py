"""Setting up where events go."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.clock.loop import nudge
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.outward import NotThereError, checked_address
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.desk.webhooks.events import EVENTS
from amends.desk.webhooks.models import Delivery, Endpoint
from amends.desk.webhooks.signing import new_secret

__all__ = ["OLD_SECRET_LASTS", "add_endpoint", "change_endpoint", "new_secret_for", "remove_endpoint", "switch"]

OLD_SECRET_LASTS = timedelta(hours=24)
_MOST = 20


def add_endpoint(
    acting: Person, *, name: str, address: str, events: Sequence[str], with_words: bool = False
) -> tuple[Endpoint, str]:
    """A new address that is told of events.

    Args:
        acting: Who sets it up.
        name: What it is called.
        address: Where events are posted, https or http.
        events: Names of kinds of events.
        with_words: Whether events hold names and words.

    Returns:
        The endpoint and its secret, which is shown once; the desk keeps it sealed, to sign with.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "webhook.edit")
    values = _checked(name, address, events)
    if Endpoint.objects.exclude(state=Endpoint.State.REMOVED).count() >= _MOST:
        raise WrongInput(_("There are many webhooks. Remove those that nobody listens to any more first."))
    secret = new_secret()
    with transaction.atomic():
        endpoint = Endpoint.objects.create(**values, secret=secret, with_words=with_words, created_by=acting)
        log(acting, _subject(endpoint), "webhook.added", after=_as_data(endpoint))
    return endpoint, secret


def change_endpoint(
    acting: Person, endpoint: Endpoint, *, name: str, address: str, events: Sequence[str], with_words: bool
) -> Endpoint:
    """Change where events go, and which.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "webhook.edit")
    values = _checked(name, address, events)
    with transaction.atomic():
        lock(endpoint)
        before = _as_data(endpoint)
        for field, value in values.items():
            setattr(endpoint, field, value)
        endpoint.with_words = with_words
        endpoint.paused_until = None
        endpoint.save()
        if before != _as_data(endpoint):
            log(acting, _subject(endpoint), "webhook.changed", before=before, after=_as_data(endpoint))
    transaction.on_commit(nudge)
    return endpoint


def new_secret_for(acting: Person, endpoint: Endpoint) -> str:
    """Another secret. For a day the old one signs beside it, so that the receiver can change over in peace.

    Returns:
        The secret, which is shown once.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "webhook.edit")
    secret = new_secret()
    with transaction.atomic():
        lock(endpoint)
        endpoint.old_secret, endpoint.secret = endpoint.secret, secret
        endpoint.old_secret_until = timezone.now() + OLD_SECRET_LASTS
        endpoint.save()
        log(acting, _subject(endpoint), "webhook.new-secret", after={"name": endpoint.name})
    return secret


def switch(acting: Person, endpoint: Endpoint, *, on: bool) -> Endpoint:
    """Switch an endpoint on or off. What happens while it is off is not told later; what was on its way goes on.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It was removed.
    """
    require(acting, "webhook.edit")
    to = Endpoint.State.ON if on else Endpoint.State.OFF
    with transaction.atomic():
        lock(endpoint)
        if endpoint.state != to:
            endpoint.move_to(to)
            endpoint.off_why = "" if on else "person"
            endpoint.failing_since = endpoint.paused_until = None
            endpoint.failures = 0
            endpoint.save()
            log(acting, _subject(endpoint), "webhook.on" if on else "webhook.off", after={"name": endpoint.name})
    transaction.on_commit(nudge)
    return endpoint


def remove_endpoint(acting: Person, endpoint: Endpoint) -> None:
    """Remove an endpoint, with its secrets and all that was on its way there.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It was removed already.
    """
    require(acting, "webhook.edit")
    with transaction.atomic():
        lock(endpoint)
        endpoint.move_to(Endpoint.State.REMOVED)
        # The row stays, as an event that is being written at this moment may refer to it.
        endpoint.secret = endpoint.old_secret = ""
        endpoint.events = []
        endpoint.save()
        Delivery.objects.filter(endpoint=endpoint).delete()
        log(acting, _subject(endpoint), "webhook.removed", before=_as_data(endpoint))


def _checked(name: str, address: str, events: Sequence[str]) -> dict[str, object]:
    name = " ".join(name.split())[:80]
    if not name:
        raise WrongInput(_("Write a name, so that you know it again."), "name")
    address = address.strip()
    try:
        checked_address(address)
    except NotThereError as error:
        raise WrongInput(_("Nothing can be posted there: %(why)s.") % {"why": error}, "address") from error
    chosen = [event for event in EVENTS if event in events]
    if not chosen or len(chosen) != len(set(events)):
        raise WrongInput(_("Choose what it is told of."), "events")
    return {"name": name, "address": address, "events": chosen}


def _as_data(endpoint: Endpoint) -> dict[str, object]:
    names = ("name", "address", "events", "with_words")
    return {name: getattr(endpoint, name) for name in names}


def _subject(endpoint: Endpoint) -> str:
    return f"webhook {endpoint.pk}"
