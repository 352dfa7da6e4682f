"""The business: reading it, changing it, and the log of what is no case."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog, House
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, acting_words, person_of
from amends.desk.states import lock
from amends.desk.unit import once, write

__all__ = ["change_house", "house", "log"]

_CHANGEABLE = frozenset({"name", "language", "country", "time_zone", "profile", "first_word_hours", "vocabulary"})


def house() -> House:
    """The business; made with its defaults when it is first asked for."""
    return once("house", _house)


def _house() -> House:
    found = House.objects.select_related("profile").filter(pk=1).first()
    return found or House.objects.get_or_create(pk=1)[0]


def log(
    acting: Acting,
    subject: str,
    act: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> DeskLog:
    """Write into the log of the desk what was done to anything but a case.

    Args:
        acting: Who did it.
        subject: What it was done to: "house", "person 3", "customer k7qx3mpt4w".
        act: What was done, such as "person.invited".
        before, after: The changed values by name.
        note: Words of whoever did it.
    """
    entry = DeskLog(
        person=person_of(acting),
        actor=acting_words(acting),
        subject=subject,
        act=act,
        before=dict(before or {}),
        after=dict(after or {}),
        note=note,
    )
    return write(entry)


def change_house(acting: Acting, **values: Any) -> House:
    """Change facts of the business.

    Args:
        acting: Who does it.
        values: Fields of `House` to new values.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A value is not possible.
        TypeError: There is no such field.
    """
    require(acting, "house.edit")
    if unknown := values.keys() - _CHANGEABLE:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    house()
    with transaction.atomic():
        row = lock(House(pk=1))
        before = {name: _plain(getattr(row, name)) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        _check(row)
        row.save()
        after = {name: _plain(getattr(row, name)) for name in values}
        changed = {name for name in values if before[name] != after[name]}
        if changed:
            log(
                acting,
                "house",
                "house.changed",
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return row


def _plain(value: Any) -> Any:
    return value.pk if hasattr(value, "pk") else value


def _check(row: House) -> None:
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(row.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongInput(_("Choose a time zone from the list, such as Europe/Vilnius."), "time_zone") from error
    if row.first_word_hours < 1:
        raise WrongInput(_("Write a number of hours, one at least."), "first_word_hours")
