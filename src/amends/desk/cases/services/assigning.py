"""Who takes care of a case."""

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services.recording import log
from amends.desk.errors import WrongInput
from amends.desk.people.authority import require
from amends.desk.people.models import Person, Team
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["assign", "give_to_team"]


def assign(acting: Acting, case: Case, to: Person | None) -> Case:
    """Give a case to a person, or to nobody. Everybody may take one for themselves.

    Raises:
        NotAllowed: The acting one may not give it to others.
        WrongInput: That person works here no more.
    """
    require(acting, "case.assign" if to is not None and to == acting else "case.assign-other")
    if to is not None and not to.is_active:
        raise WrongInput(_("%(person)s does not work at the desk any more.") % {"person": to}, "assignee")
    with transaction.atomic():
        lock(case)
        before = case.assignee
        if before != to:
            case.assignee = to
            case.save()
            log(
                acting,
                case,
                "case.assigned",
                before={"person": before.pk if before else None, "name": str(before or "")},
                after={"person": to.pk if to else None, "name": str(to or "")},
            )
    return case


def give_to_team(acting: Acting, case: Case, team: Team | None) -> Case:
    """Give a case to a team, or to none.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "case.assign-other")
    with transaction.atomic():
        lock(case)
        before = case.team
        if before != team:
            case.team = team
            case.save()
            log(
                acting,
                case,
                "case.team",
                before={"team": before.pk if before else None, "name": str(before or "")},
                after={"team": team.pk if team else None, "name": str(team or "")},
            )
    return case
