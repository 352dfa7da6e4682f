"""One act on several cases: each through its own service, and one that cannot be never stops the others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import assign, give_to_team, set_aside
from amends.desk.errors import DeskError, WrongInput
from amends.desk.people.models import Person, Team

__all__ = ["ACTS", "Outcome", "on_several"]

logger = logging.getLogger(__name__)

ACTS = ("me", "assign", "team", "set-aside")
_MOST = 200


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes:
        done: Cases for which it went well.
        left: Cases for which it could not be done, each with why; None for one that is not there.
    """

    done: list[Case] = field(default_factory=list)
    left: list[tuple[Case | None, str]] = field(default_factory=list)


def on_several(person: Person, names: Sequence[str], act: str, value: str = "") -> Outcome:
    """Do one thing to several cases.

    Args:
        person: Who does it.
        names: The cases' public ids.
        act: One of `ACTS`: "me" and "assign" give them to somebody, "team" to a team, "set-aside" takes them out.
        value: Number of the person or team, "" for nobody and none; for setting aside why, a `Case.SetAsideWhy`.

    Raises:
        WrongInput: Nothing is chosen, too much is, or there is no such act, person, team or reason.
    """
    if not names:
        raise WrongInput(_("Choose cases first."))
    if len(names) > _MOST:
        raise WrongInput(_("Choose at most %(most)d cases at once.") % {"most": _MOST})
    do = _doing(person, act, value)
    found = {case.public_id: case for case in Case.objects.filter(public_id__in=[name[:12] for name in names])}
    outcome = Outcome()
    for name in dict.fromkeys(names):
        case = found.get(name)
        if case is None:
            outcome.left.append((None, _("This case is not there any more.")))
            continue
        try:
            do(case)
        except DeskError as error:
            outcome.left.append((case, str(error.words)))
        except Exception:
            logger.exception("%s could not be done to case %s", act, case.public_id)
            outcome.left.append((case, _("Something went wrong here. Open the case and try it there.")))
        else:
            outcome.done.append(case)
    return outcome


def _doing(person: Person, act: str, value: str) -> Callable[[Case], Case]:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    wrong = WrongInput(_("Choose one of the list."))
    if act == "me":
        return lambda case: assign(person, case, person)
    if act == "assign":
        to = Person.objects.filter(pk=number).first()
        if value and to is None:
            raise wrong
        return lambda case: assign(person, case, to)
    if act == "team":
        team = Team.objects.filter(pk=number).first()
        if value and team is None:
            raise wrong
        return lambda case: give_to_team(person, case, team)
    if act == "set-aside":
        if value not in Case.SetAsideWhy.values:
            raise wrong
        return lambda case: set_aside(person, case, value)
    raise wrong
