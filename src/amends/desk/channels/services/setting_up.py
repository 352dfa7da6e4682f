"""Setting channels up: added, changed, switched on and off, looked at now, removed."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.channels.kinds import ChannelForm, ChannelTrouble, Kind
from amends.desk.channels.models import Answer, Channel, HeardItem, as_stored
from amends.desk.clock.loop import nudge
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["add_channel", "change_channel", "look_now", "read_again", "remove_channel", "switch"]

_MOST = 50


def add_channel(acting: Person, kind: Kind, name: str, form: ChannelForm) -> Channel:
    """A new channel that is listened to from now on.

    Args:
        acting: Who sets it up.
        kind: Of which kind.
        name: What it is called here.
        form: The kind's form, valid.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible, or the other side says so.
    """
    require(acting, "channels.change")
    if Channel.objects.filter(removed_at=None).count() >= _MOST:
        raise WrongInput(_("There are many channels. Remove those that nobody needs any more first."))
    settings, secrets = _given(form, {})
    name = _name(name)
    settings = _confirmed(form, settings, secrets)
    with transaction.atomic():
        channel = Channel.objects.create(
            kind=kind.name, name=name, settings=settings, secrets=json.dumps(secrets) if secrets else ""
        )
        log(acting, _subject(channel), "channel.added", after=_as_data(channel))
    transaction.on_commit(nudge)
    return channel


def change_channel(acting: Person, channel: Channel, name: str, form: ChannelForm) -> Channel:
    """Change a channel's settings and secrets. A secret that was left empty stays as it is.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible, or the other side says so.
        WrongMove: It was removed.
    """
    require(acting, "channels.change")
    name = _name(name)
    settings, secrets = _given(form, channel.secret_values)
    settings = _confirmed(form, {**channel.settings, **settings}, secrets)
    with transaction.atomic():
        _there(channel)
        before = _as_data(channel)
        anew = {"name": name, "settings": settings}
        new_secrets = secrets != channel.secret_values
        for field, value in anew.items():
            setattr(channel, field, value)
        if new_secrets:
            channel.secrets = json.dumps(secrets) if secrets else ""
        channel.look_at = timezone.now() if channel.on else None
        channel.save()
        if before != _as_data(channel) or new_secrets:
            log(acting, _subject(channel), "channel.changed-settings", before=before, after=_as_data(channel))
    transaction.on_commit(nudge)
    return channel


def switch(acting: Person, channel: Channel, *, on: bool) -> Channel:
    """Listen to a channel again, or not any more. It goes on where it stopped; answers that wait are held.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It was removed.
    """
    require(acting, "channels.change")
    with transaction.atomic():
        _there(channel)
        if channel.on != on:
            channel.on = on
            channel.look_at = timezone.now() if on else None
            channel.troubles, channel.failing_since = 0, None
            channel.last_trouble = channel.what_to_do = ""
            channel.save()
            log(acting, _subject(channel), "channel.on" if on else "channel.off", after={"name": channel.name})
    transaction.on_commit(nudge)
    return channel


def look_now(acting: Person, channel: Channel) -> Channel:
    """Have a channel looked at at once, however long the desk would wait after trouble.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is off, or was removed.
    """
    require(acting, "channels.see")
    with transaction.atomic():
        _there(channel)
        if not channel.on:
            raise WrongMove("off", "on", _("Switch it on first."))
        channel.look_at = timezone.now()
        channel.lease_until = None
        channel.save(update_fields=["look_at", "lease_until"])
    transaction.on_commit(nudge)
    return channel


def read_again(acting: Person, item: HeardItem) -> HeardItem:
    """Have something read again that could not be read.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is read.
    """
    require(acting, "channels.see")
    with transaction.atomic():
        lock(item)
        item.move_to(HeardItem.State.WAITING)
        item.tries, item.lease_until, item.words, item.came_at = 0, None, "", timezone.now()
        item.save()
    transaction.on_commit(nudge)
    return item


def remove_channel(acting: Person, channel: Channel) -> None:
    """Remove a channel with its secrets. Cases stay, and so does what is known of what was heard, so that nothing is
    taken in twice.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: An answer is on its way there.
        WrongMove: It was removed already.
    """
    require(acting, "channels.change")
    with transaction.atomic():
        _there(channel)
        if channel.answers.filter(state=Answer.State.WAITING).exists():
            raise WrongInput(_("An answer is on its way there. Wait until it has arrived."))
        before = _as_data(channel)
        channel.on, channel.look_at, channel.removed_at = False, None, timezone.now()
        channel.settings, channel.cursor = {}, {}
        channel.secrets = channel.hook_key = ""
        channel.save()
        log(acting, _subject(channel), "channel.removed", before=before)


def _there(channel: Channel) -> Channel:
    lock(channel)
    if channel.removed_at is not None:
        raise WrongMove("removed", "", _("This channel was removed."))
    return channel


def _name(name: str) -> str:
    plain = " ".join(name.split())[:80]
    if not plain:
        raise WrongInput(_("Write a name, so that you know it again."), "name")
    return plain


def _given(form: ChannelForm, kept: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings and secrets of a form; secrets that were left empty are those kept before."""
    values = form.cleaned_data
    settings = {name: value for name, value in values.items() if name not in form.secrets}
    secrets = {name: str(values.get(name) or "") or kept.get(name, "") for name in form.secrets}
    return settings, {name: value for name, value in secrets.items() if value}


def _confirmed(form: ChannelForm, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """Ask the other side, outside of any transaction."""
    try:
        return dict(as_stored(form.confirm(settings, secrets)))
    except ChannelTrouble as trouble:
        raise WrongInput(" ".join(one for one in (trouble.words, trouble.what_to_do) if one)) from trouble


def _as_data(channel: Channel) -> dict[str, object]:
    return {"name": channel.name, "kind_of_channel": channel.kind, "settings": sorted(channel.settings)}


def _subject(channel: Channel) -> str:
    return f"channel {channel.public_id}"
