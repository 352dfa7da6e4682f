"""What the case page says about incidents: `{% incidents_of case as of %}`."""

from typing import Any

from django import template

from amends.desk.cases.models import Case
from amends.desk.incidents.models import Incident, IncidentCase, Note

__all__ = ["incidents_of", "register"]

register = template.Library()
_MOST = 20


@register.simple_tag
def incidents_of(case: Case) -> dict[str, Any]:
    """The incidents that a case belongs to, and those it could."""
    stands_for = Incident.objects.filter(house_case=case).first()
    if stands_for is not None:
        return {"stands_for": stands_for}
    links = list(IncidentCase.objects.filter(case=case).select_related("incident"))
    known = [link.incident_id for link in links]
    still_open = Incident.objects.exclude(state=Incident.State.CLOSED).exclude(pk__in=known)
    return {
        "links": links,
        "open": list(still_open[:_MOST]),
        "note": Note.objects.filter(case=case).exclude(state=Note.State.LEFT_OUT).first(),
    }
