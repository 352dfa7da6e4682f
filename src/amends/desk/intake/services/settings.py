"""How the desk takes in complaints: reading the settings, changing them."""

from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.intake.models import IntakeSettings
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["change_intake_settings", "intake_settings"]

_CHANGEABLE = frozenset({"form_open", "form_sites", "acknowledge"})


def intake_settings() -> IntakeSettings:
    """The settings; made with their defaults when they are first asked for."""
    found = IntakeSettings.objects.filter(pk=1).first()
    return found or IntakeSettings.objects.get_or_create(pk=1)[0]


def change_intake_settings(acting: Acting, **values: Any) -> IntakeSettings:
    """Change settings.

    Args:
        acting: Who does it.
        values: Fields of `IntakeSettings` to new values.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A site is no address of a site.
        TypeError: There is no such field.
    """
    require(acting, "intake.edit")
    if unknown := values.keys() - _CHANGEABLE:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    if "form_sites" in values:
        values["form_sites"] = "\n".join(dict.fromkeys(_origin(site) for site in values["form_sites"].split()))
    intake_settings()
    with transaction.atomic():
        row = lock(IntakeSettings(pk=1))
        before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        if before:
            log(acting, "intake", "intake.changed", before=before, after={name: values[name] for name in before})
    return row


def _origin(site: str) -> str:
    """The origin of an address: what a browser compares."""
    words = _("Write the address of the site, such as https://bakery.example, one on each line.")
    try:
        parts = urlsplit(site if "//" in site else f"https://{site}")
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise WrongInput(words, "form_sites") from error
    plain = host and all(sign.isalnum() or sign in "-." for sign in host)
    if parts.scheme not in ("http", "https") or not plain or parts.username or parts.password:
        raise WrongInput(words, "form_sites")
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
