"""Choosing how one is told; setting up browsers and Slack addresses, one's own and a team's."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.clock.loop import nudge
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.services import log
from amends.desk.outward import NotThereError, checked_address
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person, Team
from amends.desk.states import lock
from amends.desk.telling.kinds import KINDS, Kind
from amends.desk.telling.models import Delivery, How, Notice, Preferences, TellingSettings, Way
from amends.desk.telling.services.happening import wanted, zone_of
from amends.desk.telling.web_push import WrongKeysError, checked_keys, new_key, public_key
from amends.desk.telling.wording import TEST

__all__ = [
    "add_push",
    "add_slack",
    "add_team_slack",
    "allow_words",
    "change_team_slack",
    "choose",
    "chosen_ways",
    "kinds_for",
    "preferences_of",
    "push_key",
    "remove_way",
    "switch",
    "team_ways",
    "telling_settings",
    "test_way",
]

_MOST_OWN = 10
_MOST_OF_TEAMS = 20


def telling_settings() -> TellingSettings:
    """What holds for all; made with its defaults when first asked for."""
    return TellingSettings.objects.get_or_create(pk=1)[0]


def push_key() -> str:
    """The desk's own key for web push, PEM; made when first asked for. Browsers that subscribed know it."""
    row = telling_settings()
    if not row.push_key:
        with transaction.atomic():
            lock(row)
            if not row.push_key:
                row.push_key = new_key()
                row.save()
    return row.push_key


def push_public_key() -> str:
    """The half of it that a browser wants when it subscribes."""
    return public_key(push_key())


def preferences_of(person: Person) -> Preferences:
    """What a person has chosen; not stored while they have chosen nothing."""
    return Preferences.objects.filter(person=person).first() or Preferences(person=person)


def kinds_for(person: Person) -> list[Kind]:
    """The kinds that a person may choose for."""
    return [kind for kind in KINDS.values() if kind.choosable and (not kind.act or may(person, kind.act))]


def chosen_ways(person: Person) -> dict[str, frozenset[str]]:
    """By what a person is told of each kind."""
    preferences = preferences_of(person)
    return {kind.name: wanted(kind, preferences) for kind in kinds_for(person)}


def choose(
    acting: Person,
    *,
    chosen: Mapping[str, Sequence[str]],
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    urgent_passes: bool = False,
) -> Preferences:
    """Choose how one is told oneself. What waits is told when the new quiet hours say so.

    Args:
        acting: Who chooses, for themselves.
        chosen: Names of kinds to the ways wanted.
        quiet_from, quiet_until: Times of the day in the person's time zone; None for no quiet hours.
        urgent_passes: Whether what is urgent comes all the same.

    Raises:
        NotAllowed: They may not.
        WrongInput: A value is not possible.
    """
    require(acting, "telling.choose")
    if (quiet_from is None) != (quiet_until is None):
        raise WrongInput(_("Quiet hours need both times."), "quiet_from" if quiet_from is None else "quiet_until")
    if quiet_from is not None and quiet_from == quiet_until:
        raise WrongInput(_("Write two different times."), "quiet_until")
    with transaction.atomic():
        row, _made = Preferences.objects.get_or_create(person=acting)
        lock(row)
        names = {kind.name for kind in kinds_for(acting)}
        kept = {name: hows for name, hows in row.chosen.items() if name not in names}
        row.chosen = kept | {
            name: [how for how in How.values if how in hows] for name, hows in chosen.items() if name in names
        }
        row.quiet_from, row.quiet_until, row.urgent_passes = quiet_from, quiet_until, urgent_passes
        row.save()
        _wait_anew(acting, row)
    transaction.on_commit(nudge)
    return row


def add_slack(acting: Person, *, name: str, address: str) -> Way:
    """An incoming webhook in Slack's manner that leads to this person alone.

    Raises:
        NotAllowed: They may not.
        WrongInput: A value is not possible.
    """
    require(acting, "telling.choose")
    return _add(acting, How.SLACK, name or "Slack", address, owned={"person": acting}, salt=f"person {acting.pk}")


def add_team_slack(acting: Person, *, name: str, address: str, kinds: Sequence[str], team: Team | None = None) -> Way:
    """An incoming webhook in Slack's manner that a team reads, or everybody.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "telling.edit")
    if not name.strip():
        raise WrongInput(_("Write a name, so that you know it again."), "name")
    owned = {"person": None, "team": team, "kinds": _team_kinds(kinds)}
    return _add(acting, How.SLACK, name, address, owned=owned, salt=f"team {team.pk if team else ''}")


def change_team_slack(acting: Person, way: Way, *, name: str, kinds: Sequence[str], team: Team | None = None) -> Way:
    """Change what a team is told of.

    Raises:
        NotAllowed: Only leads and the owner may, and only of a team's.
        WrongInput: A value is not possible.
    """
    require(acting, "telling.edit")
    chosen = _team_kinds(kinds)
    with transaction.atomic():
        lock(way)
        if way.person_id is not None:
            raise NotAllowed
        before = {"name": way.name, "kinds": way.kinds, "team": way.team_id}
        way.name, way.kinds, way.team = " ".join(name.split())[:80] or way.name, chosen, team
        way.save()
        after = {"name": way.name, "kinds": way.kinds, "team": way.team_id}
        if before != after:
            log(acting, f"way {way.pk}", "telling.way-changed", before=before, after=after)
    return way


def add_push(acting: Person, *, address: str, p256dh: str, auth: str, name: str = "") -> Way:
    """A browser of this person that shows notifications. One that somebody else used before is theirs no more.

    Args:
        acting: Whose browser it is.
        address: What the browser's subscription calls its endpoint.
        p256dh, auth: Its keys, base64url.
        name: What to call it.

    Raises:
        NotAllowed: They may not.
        WrongInput: This is no subscription.
    """
    require(acting, "telling.choose")
    try:
        keys = checked_keys(p256dh, auth)
    except WrongKeysError as error:
        raise WrongInput(
            _("The browser did not give what is needed. Reload the page and press the button again.")
        ) from error
    return _add(acting, How.PUSH, name, address, owned={"person": acting, "keys": keys}, salt="")


def switch(acting: Person, way: Way, *, on: bool) -> Way:
    """Switch a way on or off.

    Raises:
        NotAllowed: It is somebody else's.
        WrongMove: It was removed.
    """
    _require_own(acting, way)
    to = Way.State.ON if on else Way.State.OFF
    with transaction.atomic():
        lock(way)
        if way.state != to:
            way.move_to(to)
            way.off_why = "" if on else "person"
            way.failing_since = way.paused_until = None
            way.failures = 0
            way.save()
            _log(acting, way, "telling.way-on" if on else "telling.way-off")
    transaction.on_commit(nudge)
    return way


def remove_way(acting: Person, way: Way) -> None:
    """Remove a way, its address and keys, and what was to be told by it.

    Raises:
        NotAllowed: It is somebody else's.
        WrongMove: It was removed already.
    """
    _require_own(acting, way)
    with transaction.atomic():
        lock(way)
        way.move_to(Way.State.REMOVED)
        _forget(way)
        way.save()
        _log(acting, way, "telling.way-removed")


def test_way(acting: Person, way: Way) -> Notice:
    """Tell, by one way, that nothing happened, to try it; quiet hours do not hold it back.

    Raises:
        NotAllowed: It is somebody else's.
    """
    _require_own(acting, way)
    with transaction.atomic():
        notice = Notice.objects.create(once=f"test {way.pk} {timezone.now().isoformat()}", kind=TEST)
        Delivery.objects.create(
            notice=notice, way=way, due_at=timezone.now(), subject=_("A test of the desk"), language=acting.language
        )
        Way.objects.filter(pk=way.pk).update(paused_until=None)
    transaction.on_commit(nudge)
    return notice


def allow_words(acting: Person, *, allowed: bool) -> TellingSettings:
    """Whether names and words may stand in push and Slack, which pass through the hands of others.

    Raises:
        NotAllowed: Only the owner may.
    """
    require(acting, "telling.allow-words")
    row = telling_settings()
    with transaction.atomic():
        lock(row)
        if row.with_words != allowed:
            row.with_words = allowed
            row.save()
            log(acting, "telling", "telling.words-on" if allowed else "telling.words-off")
    return row


def team_ways() -> "QuerySet[Way]":
    """The ways of teams that are not removed."""
    return Way.objects.filter(person=None).exclude(state=Way.State.REMOVED).select_related("team")


def own_ways(person: Person) -> "QuerySet[Way]":
    """A person's ways besides their mail."""
    return Way.objects.filter(person=person).exclude(how=How.MAIL).exclude(state=Way.State.REMOVED)


def _add(acting: Person, how: How, name: str, address: str, *, owned: Mapping[str, object], salt: str) -> Way:
    address = address.strip()
    try:
        parts = checked_address(address)
    except NotThereError as error:
        raise WrongInput(_("Nothing can be posted there: %(why)s.") % {"why": error}, "address") from error
    own = owned.get("person") is not None
    there = own_ways(acting) if own else team_ways()
    if there.count() >= (_MOST_OWN if own else _MOST_OF_TEAMS):
        raise WrongInput(_("There are many already. Remove one first."))
    key = f"{how.value} {hashlib.sha256(f'{salt} {address}'.encode()).hexdigest()[:40]}"
    name = " ".join(name.split())[:80] or parts.hostname or str(how.label)
    values = {"kinds": [], "team": None, "keys": "", "name": name, "address": address} | dict(owned)
    with transaction.atomic():
        way, made = Way.objects.get_or_create(key=key, defaults={"how": how, **values})
        if not made:
            lock(way)
            if way.person_id != (acting.pk if own else None):
                _forget(way)
            if way.state != Way.State.ON:
                way.move_to(Way.State.ON)
            for field, value in values.items():
                setattr(way, field, value)
            way.off_why = way.last_problem = ""
            way.failing_since = way.paused_until = None
            way.failures = 0
            way.save()
        _log(acting, way, "telling.way-added")
    return way


def _team_kinds(kinds: Sequence[str]) -> list[str]:
    chosen = [kind.name for kind in KINDS.values() if kind.name in kinds and not kind.personal]
    if not chosen:
        raise WrongInput(_("Choose what it is told of."), "kinds")
    return chosen


def _wait_anew(person: Person, preferences: Preferences) -> None:
    now = timezone.now()
    waiting = Delivery.objects.filter(way__person=person, state=Delivery.State.WAITING).select_related("notice")
    for row in waiting:
        row.due_at = preferences.comes_at(max(now, row.notice.at), zone_of(person), urgent=row.notice.urgent)
        row.save()


def _forget(way: Way) -> None:
    way.address = way.keys = ""
    way.kinds = []
    Delivery.objects.filter(way=way, state=Delivery.State.WAITING).delete()


def _require_own(acting: Person, way: Way) -> None:
    require(acting, "telling.choose" if way.person_id == acting.pk else "telling.edit")
    if way.person_id not in (None, acting.pk):
        raise NotAllowed


def _log(acting: Person, way: Way, act: str) -> None:
    log(acting, f"way {way.pk}", act, after={"how": way.how, "name": way.name})
