"""What outgoing webhooks tell of incidents: numbers, states and moments, never anybody's words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.desk.incidents.models import Incident
from amends.desk.webhooks.events import register
from amends.desk.webhooks.services import happened

__all__ = ["register_events", "tell"]


def register_events() -> None:
    """Add our kinds of events; called in the app's `AppConfig.ready`."""
    register("incident.suspected", _("An incident is suspected"))
    register("incident.opened", _("An incident was opened"))
    register("incident.moved", _("An incident moved: stopped, closed, opened again"))
    register("incident.published", _("An incident's page was published in a language"))
    register("incident.updated", _("An update was published on an incident's page"))
    register("incident.notes-done", _("All notes of an incident are gone"))


def tell(incident: Incident, kind: str, **data: Any) -> None:
    """Tell of something that happened to an incident; call it in the transaction of the change.

    Args:
        incident: Which; those of the demonstration are told to nobody.
        kind: A kind of event that this room has registered.
        data: What the event holds beside the incident.
    """
    if not incident.house_case.customer.demo:
        happened(kind, {"incident": incident.public_id, **data})
