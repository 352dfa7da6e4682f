"""An incident and the list of causes: which cause it has, giving it to its cases, and what all were told of it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.causes.models import CaseCause, Cause, Told
from amends.desk.causes.services import link as link_cause
from amends.desk.causes.services import main_cause_of, make_cause, record_told
from amends.desk.causes.services.telling import PREVENTION
from amends.desk.incidents.models import Incident, Link, Writing, WritingKind
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting

__all__ = ["give_cause", "name_cause", "notes_told", "told_all", "without_cause"]

_AT_ONCE = 200


def name_cause(person: Person, incident: Incident, name: str) -> Cause:
    """Say which cause of the list an incident has; a new one is put on the list. It hangs on the case that stands for
    everybody, so that what all were told counts for the cause.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no name.
    """
    require(person, "incident.edit")
    cause = make_cause(person, name)
    return link_cause(person, incident.house_case, cause, main=True).cause


def give_cause(person: Person, incident: Incident) -> int:
    """Give the incident's main cause to those of its cases that have none, some hundred at once.

    Returns:
        How many got it.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "incident.edit")
    cause = main_cause_of(incident.house_case)
    if cause is None:
        return 0
    count = 0
    for case in without_cause(incident)[:_AT_ONCE]:
        with transaction.atomic():
            link_cause(person, case, cause)
            count += 1
    return count


def without_cause(incident: Incident) -> QuerySet[Case]:
    """Cases of people who wrote to us that the incident has, and that have no cause yet."""
    named = CaseCause.objects.filter(case=OuterRef("pk"), until=None, main=True)
    cases = Case.objects.filter(incident_links__in=incident.links.exclude(how=Link.NOTE))
    return cases.filter(~Exists(named)).exclude(state=Case.State.SET_ASIDE).order_by("pk")


def told_all(acting: Acting, incident: Incident, writing: Writing, review: Mapping[str, Any]) -> None:
    """Keep that everybody was told that it will not happen again, when the words say so; once for the same words.

    Args:
        acting: Who told them.
        incident: Which.
        writing: The words, as published.
        review: Of these words, as plain data.
    """
    quotes = review.get("components", {}).get(PREVENTION, ())
    quote = " ".join(str(one) for one in quotes)[:2_000]
    case = incident.house_case
    if not quote or Told.objects.filter(case=case, quote=quote, language=writing.language).exists():
        return
    record_told(acting, case=case, quote=quote, at=timezone.now(), everyone=True, language=writing.language)


def notes_told(acting: Acting, incident: Incident) -> None:
    """The notes begin to leave: keep what their texts tell everybody."""
    for writing in incident.writings.filter(kind=WritingKind.NOTE, published__isnull=False):
        told_all(acting, incident, writing, writing.review or {})
